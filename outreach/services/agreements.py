"""Agreements with their parties, and the log of what was agreed to be done."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Stale
from core.saving import assign, clean_value, save_checked, values_of
from incubators.models import Incubator, Organisation, Park
from outreach.models import AgreementAction, AgreementParty, TrackedAgreement
from outreach.services.records import change, create, lock, may_be_named, remember, touch, wrong

FIELDS = (
    "name_zh",
    "name_en",
    "kind",
    "number",
    "signed_on",
    "valid_until",
    "amount",
    "currency",
    "summary",
    "reported",
    "external_id",
)
ACTION_FIELDS = ("text", "agreed_on", "owner", "owner_name", "due_on", "result")
#: A party is an organisation of the directory or its name in words.
Party = Organisation | str


@transaction.atomic
def create_agreement(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    parties: Sequence[Party],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> TrackedAgreement:
    """Record what was signed, by at least two parties; ``values`` may hold ``evidence``."""
    wanted = _clean_parties(parties)
    agreement = create(
        TrackedAgreement,
        park=park,
        incubator=incubator,
        values=values,
        fields=FIELDS,
        name="agreement",
        actor=actor,
        at=at,
        provenance=provenance,
    )
    remember(agreement, "agreement.parties", _set_parties(agreement, wanted), actor, at)
    return agreement


@transaction.atomic
def update_agreement(
    *,
    agreement: TrackedAgreement,
    values: Mapping[str, Any],
    parties: Sequence[Party] | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> TrackedAgreement:
    """Change fields; ``parties``, where given, replace the ones that stand there."""
    changed = change(
        agreement,
        values=values,
        fields=FIELDS,
        name="agreement",
        actor=actor,
        at=at,
        expected_version=expected_version,
    )
    if parties is not None and (changes := _set_parties(changed, _clean_parties(parties))):
        touch(changed, at=at)
        changed.save(update_fields=["version", "updated_at"])
        remember(changed, "agreement.parties", changes, actor, at)
    return changed


def _clean_parties(parties: Sequence[Party]) -> list[Party]:
    cleaned: list[Party] = [
        party if isinstance(party, Organisation) else clean_value(AgreementParty, "name", party)
        for party in parties
    ]
    named = [party for party in cleaned if party]
    if len(named) < 2:
        raise wrong("parties", _("An agreement has at least two parties; name them all."), "too_few")
    if len({party if isinstance(party, str) else party.pk for party in named}) < len(named):
        raise wrong("parties", _("The same party is named twice."), "twice")
    return named


def _set_parties(agreement: TrackedAgreement, parties: Sequence[Party]) -> dict[str, list[Any]]:
    before = [str(party) for party in agreement.parties.select_related("organisation").order_by("position")]
    after = [party if isinstance(party, str) else str(party) for party in parties]
    if before == after:
        return {}
    agreement.parties.all().delete()
    for position, party in enumerate(parties, start=1):
        linked = party if isinstance(party, Organisation) else None
        save_checked(
            AgreementParty(
                agreement=agreement,
                position=position,
                organisation=linked,
                name=party if isinstance(party, str) else "",
            )
        )
    return {"parties": [before, after]}


@transaction.atomic
def save_action(
    *,
    agreement: TrackedAgreement,
    action: AgreementAction | None = None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> AgreementAction:
    """Add to the log of actions, or change one; whoever is put in charge is told."""
    locked = lock(agreement, actor=actor)
    record = (
        AgreementAction(agreement=locked, updated_at=at)
        if action is None
        else _lock_action(locked, action, expected_version)
    )
    before = values_of(record, ACTION_FIELDS)
    assign(record, values, allowed=ACTION_FIELDS)
    changes = history.changed_fields(before, values_of(record, ACTION_FIELDS))
    if action is not None and not changes:
        return record
    if record.owner is not None and "owner" in changes and not may_be_named(record.owner, locked):
        raise Invalid(
            _("Choose a person who works there."),
            fields=[FieldError("owner", _("Choose a person who works there."), "not_found")],
        )
    if action is not None:
        record.version += 1
        record.updated_at = at
    save_checked(record)
    _remember(record, "agreement.action_added" if action is None else "agreement.action_changed",
              changes, actor, at)  # fmt: skip
    if record.owner is not None and record.owner != actor and "owner" in changes:
        _tell_owner(record, record.owner, at)
    return record


def _tell_owner(record: AgreementAction, owner: User, at: datetime) -> None:
    notify(
        users=[owner],
        kind="agreement",
        text=lambda: (
            _("You are in charge of “%(text)s” under “%(agreement)s”.")
            % {"text": record.text, "agreement": record.agreement.name}
        ),
        url=reverse("agreement-detail", args=[record.agreement_id]) + "#actions",
        key=f"agreement-action-{record.pk}-{owner.pk}",
        at=at,
    )


@transaction.atomic
def finish_action(*, action: AgreementAction, result: str = "", actor: User, at: datetime) -> AgreementAction:
    """It is done; ``result`` says what came of it. Doing so twice is a conflict."""
    locked = lock(action.agreement, actor=actor)
    record = _lock_action(locked, action, None)
    if record.done_at is not None:
        raise Conflict(_("This action is already done."), code="already_done")
    record.result = clean_value(AgreementAction, "result", result) or record.result
    record.done_at, record.done_by = at, actor
    return _store(record, "agreement.action_done", {"result": [None, record.result]}, actor, at)


@transaction.atomic
def reopen_action(*, action: AgreementAction, actor: User, at: datetime) -> AgreementAction:
    """It was not done after all."""
    locked = lock(action.agreement, actor=actor)
    record = _lock_action(locked, action, None)
    if record.done_at is None:
        raise Conflict(_("This action is still open."), code="still_open")
    done = record.done_at
    record.done_at = record.done_by = None
    return _store(record, "agreement.action_reopened", {"done_at": [done, None]}, actor, at)


def _lock_action(
    agreement: TrackedAgreement, action: AgreementAction, expected_version: int | None
) -> AgreementAction:
    record = AgreementAction.objects.select_for_update(of=("self",)).filter(pk=action.pk).first()
    if record is None:
        raise Conflict(_("This record has been deleted."), code="deleted")
    if expected_version is not None and record.version != expected_version:
        raise Stale(record)
    record.agreement = agreement
    return record


def _store(
    record: AgreementAction, name: str, changes: Mapping[str, Any], actor: User, at: datetime
) -> AgreementAction:
    record.version += 1
    record.updated_at = at
    save_checked(record)
    _remember(record, name, changes, actor, at)
    return record


def _remember(
    record: AgreementAction, name: str, changes: Mapping[str, Any], actor: User, at: datetime
) -> None:
    history.record(
        chain=record.agreement.chain, action=name, subject=record, changes=changes, actor=actor, at=at
    )
