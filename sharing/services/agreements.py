"""Agreements and their parties."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, Stale
from core.saving import assign, readable_integrity_errors, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.models import Incubator, Organisation, Park
from incubators.scope import Action, require
from sharing.enums import SharingRole
from sharing.models import SharingAgreement, SharingParty
from sharing.services.acting import locked_agreement, remember, wrong

AGREEMENT_FIELDS = (
    "number",
    "name_zh",
    "name_en",
    "signed_on",
    "currency",
    "settle_days",
    "note",
    "evidence",
)


@dataclass(frozen=True)
class PartyInput:
    """A park or an organisation in its role, in the order of the agreement."""

    role: str
    park: Park | None = None
    organisation: Organisation | None = None


@transaction.atomic
def save_sharing(
    *,
    agreement: SharingAgreement | None,
    park: Park,
    values: Mapping[str, Any],
    parties: Sequence[PartyInput] | None = None,
    incubators: Sequence[Incubator] | None = None,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
    actor: User,
    at: datetime,
) -> SharingAgreement:
    """Record an agreement or change it; None leaves parties or enclaves as they are.

    Parties stay once terms were written, the currency once terms were agreed.
    """
    require(Action.MANAGE, user=actor, park_id=park.pk)
    before: dict[str, Any] = {}
    if agreement is None:
        agreement = SharingAgreement(
            park=park, created_at=at, updated_at=at, entered_by=actor, provenance=provenance
        )
    else:
        agreement = locked_agreement(agreement)
        if expected_version is not None and agreement.version != expected_version:
            raise Stale(agreement)
        before = values_of(agreement, AGREEMENT_FIELDS)
        agreement.version += 1
    is_new = agreement.pk is None
    assign(agreement, values, allowed=AGREEMENT_FIELDS)
    _check_evidence(agreement.evidence, park)
    agreement.updated_at = at
    with readable_integrity_errors(SharingAgreement):
        save_checked(agreement)
    if is_new or parties is not None:
        _set_parties(agreement, parties or ())
    if is_new or incubators is not None:
        _set_incubators(agreement, incubators or ())
    remember(
        agreement,
        "sharing.created" if is_new else "sharing.changed",
        history.changed_fields(before, values_of(agreement, AGREEMENT_FIELDS))
        | {"parties": [None, [party.key for party in _parties(agreement)]]},
        actor,
        at,
        chain=agreement.chain,
    )
    return agreement


def _check_evidence(file: EvidenceFile | None, park: Park) -> None:
    if file is not None and file.park_id != park.pk:
        raise wrong("evidence", _("This file belongs to another record."))


def _parties(agreement: SharingAgreement) -> list[SharingParty]:
    return list(agreement.parties.select_related("park", "organisation").order_by("position"))


def _set_parties(agreement: SharingAgreement, parties: Sequence[PartyInput]) -> None:
    if len(parties) < 2:
        raise wrong("parties", _("A sharing agreement has at least two parties."), "required")
    wanted = [(item.role, item.park, item.organisation) for item in parties]
    if any(role not in SharingRole.values for role, _park, _organisation in wanted):
        raise wrong("parties", _("Choose the role of each party."))
    if len({(one and one.pk, other and other.pk) for _role, one, other in wanted}) < len(wanted):
        raise wrong("parties", _("A party is named once."))
    if wanted == [(party.role, party.park, party.organisation) for party in _parties(agreement)]:
        return
    if agreement.versions.exists():
        raise Conflict(_("The parties stay once terms were written; drop the draft first."), code="frozen")
    with readable_integrity_errors(SharingParty):
        agreement.parties.all().delete()
        for position, (role, park, organisation) in enumerate(wanted, start=1):
            save_checked(
                SharingParty(
                    agreement=agreement, position=position, role=role, park=park, organisation=organisation
                )
            )


def _set_incubators(agreement: SharingAgreement, incubators: Sequence[Incubator]) -> None:
    if not incubators:
        raise wrong("incubators", _("Name the enclaves whose landings are shared."), "required")
    if any(site.park_id != agreement.park_id for site in incubators):
        raise wrong("incubators", _("The incubator does not belong to this park."))
    agreement.incubators.set(incubators)
