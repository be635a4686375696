"""Mandates and what is credited to agents: claimed by one person, agreed to by a second."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, clean_text, save_checked, values_of
from incubators.models import Incubator, Park
from incubators.scope import Action
from incubators.selectors import people_allowed
from outreach.models import Introduction, Lead, Mandate
from outreach.services.records import change, create, day_of, in_reach, lock, wrong
from projects.models import Project

FIELDS = (
    "name_zh",
    "name_en",
    "agent",
    "agent_name",
    "number",
    "sector",
    "starts_on",
    "ends_on",
    "target_count",
    "success_stage",
    "fee_amount",
    "fee_currency",
    "terms",
    "external_id",
)
CLAIM_FIELDS = ("lead", "project", "on", "note")


def create_mandate(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Mandate:
    """Record a contract with an agent; ``values`` may hold ``evidence``, a list of files."""
    return create(
        Mandate,
        park=park,
        incubator=incubator,
        values=values,
        fields=FIELDS,
        name="mandate",
        actor=actor,
        at=at,
        provenance=provenance,
        check=_check,
    )


def update_mandate(
    *,
    mandate: Mandate,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Mandate:
    return change(
        mandate,
        values=values,
        fields=FIELDS,
        name="mandate",
        actor=actor,
        at=at,
        expected_version=expected_version,
        check=_check,
    )


def _check(mandate: Mandate, changed: Collection[str]) -> None:
    """A corrected period still holds the introductions that were made in it."""
    if mandate.agent_id and mandate.agent_name:
        mandate.agent_name = ""
    if not mandate.agent_id and not mandate.agent_name:
        raise wrong("agent_name", _("Name the agent, or choose the organisation."), "required")
    if not mandate.pk or not {"starts_on", "ends_on"} & set(changed):
        return
    outside = (
        mandate.introductions.filter(returned_at=None)
        .exclude(on__gte=mandate.starts_on, on__lt=mandate.ends_on)
        .order_by("on")
        .first()
    )
    if outside is not None:
        message = _("An introduction of %(day)s would lie outside of the mandate.") % {"day": outside.on}
        raise wrong("ends_on" if outside.on >= mandate.ends_on else "starts_on", message, "order")


@transaction.atomic
def claim_introduction(
    *, mandate: Mandate, values: Mapping[str, Any], actor: User, at: datetime
) -> Introduction:
    """Enter that the agent introduced a lead or project; the park is asked to agree as a second person."""
    locked = lock(mandate, actor=actor)
    claim = Introduction(mandate=locked, entered_at=at, entered_by=actor, updated_at=at)
    assign(claim, values, allowed=CLAIM_FIELDS)
    _complete(claim)
    _check_claim(claim, actor=actor, at=at)
    save_checked(claim)
    _remember(claim, "introduction.claimed", values_of(claim, CLAIM_FIELDS), actor, at)
    waiting = people_allowed(
        Action.VERIFY, park_id=locked.park_id, incubator_id=locked.incubator_id, day=day_of(locked, at)
    )
    notify(
        users=waiting.exclude(pk=actor.pk),
        kind="credit",
        text=lambda: (
            _("%(agent)s claims “%(name)s”: agree to it or return it.")
            % {"agent": locked.agent_words, "name": claim.subject.name}
        ),
        url=reverse("mandate-detail", args=[locked.pk]) + "#introductions",
        key=f"introduction-{claim.pk}",
        at=at,
    )
    return claim


def _complete(claim: Introduction) -> None:
    """A lead that became a project, and a project that was a lead, are credited together."""
    if claim.lead is not None and claim.project is None:
        claim.project = claim.lead.project
    elif claim.project is not None and claim.lead is None:
        claim.lead = Lead.objects.filter(project=claim.project).first()


def _check_claim(claim: Introduction, *, actor: User, at: datetime) -> None:
    mandate, errors = claim.mandate, []
    for name in ("lead", "project"):
        linked: Lead | Project | None = getattr(claim, name)
        if linked is not None and not in_reach(linked, mandate, actor):
            errors.append(FieldError(name, _("Choose one of the records of this park."), "not_found"))
    if claim.lead is None and claim.project is None:
        errors.append(FieldError("lead", _("Say which lead or project was introduced."), "required"))
    if claim.lead is not None and claim.project is not None and claim.lead.project_id != claim.project.pk:
        errors.append(FieldError("project", _("This is not the project of that lead."), "other"))
    if claim.on and not mandate.starts_on <= claim.on < mandate.ends_on:
        message = _("The mandate runs from %(start)s until %(end)s, that day not included.")
        errors.append(
            FieldError("on", message % {"start": mandate.starts_on, "end": mandate.ends_on}, "outside")
        )
    if claim.on and claim.on > day_of(mandate, at):
        message = _("%(day)s has not come yet. Enter a day up to today.") % {"day": claim.on}
        errors.append(FieldError("on", message, "future"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


@transaction.atomic
def verify_introduction(*, introduction: Introduction, actor: User, at: datetime) -> Introduction:
    """The park agrees to the credit: a second person, never who entered the claim."""
    claim = _lock(introduction, actor=actor, action=Action.VERIFY)
    if claim.entered_by_id == actor.pk:
        raise Refused(_("You entered this introduction yourself, so a second person has to agree to it."))
    _must_stand(claim)
    claim.verified_at, claim.verified_by = at, actor
    _store(claim, at)
    _remember(claim, "introduction.agreed", {"verified_by": actor.get_username()}, actor, at)
    _tell_author(claim, _agreed, at)
    return claim


@transaction.atomic
def return_introduction(
    *, introduction: Introduction, reason: str, actor: User, at: datetime
) -> Introduction:
    """Send the claim back with words; another agent may claim the same then."""
    claim = _lock(introduction, actor=actor, action=Action.VERIFY)
    if claim.entered_by_id == actor.pk:
        raise Refused(_("You entered this introduction yourself; withdraw it instead."))
    _must_stand(claim)
    words = clean_text(reason, field="reason")
    if not words:
        raise wrong("reason", _("Write why the park does not agree."), "required")
    claim.returned_at, claim.returned_by, claim.return_reason = at, actor, words
    _store(claim, at)
    _remember(claim, "introduction.returned", {"return_reason": words}, actor, at)
    _tell_author(claim, _returned, at)
    return claim


@transaction.atomic
def withdraw_introduction(*, introduction: Introduction, actor: User, at: datetime) -> None:
    """Take back a claim that nobody agreed to."""
    claim = _lock(introduction, actor=actor, action=Action.ENTER)
    if claim.verified_at is not None:
        raise Conflict(_("The park has agreed to this introduction; it stays."), code="already_verified")
    changes = {name: [value, None] for name, value in values_of(claim, CLAIM_FIELDS).items()}
    remember_of(claim, "introduction.withdrawn", changes, actor, at)
    claim.delete()


def _must_stand(claim: Introduction) -> None:
    if claim.verified_at is not None:
        raise Conflict(_("This introduction is already agreed."), code="already_verified")
    if claim.returned_at is not None:
        raise Conflict(_("This introduction was returned. It has to be claimed anew."), code="returned")


def _lock(introduction: Introduction, *, actor: User, action: Action) -> Introduction:
    """Mandate first, then claim: everyone locks in this order."""
    mandate = lock(introduction.mandate, actor=actor, action=action)
    claim = (
        Introduction.objects.select_for_update(of=("self",))
        .select_related("lead", "project", "entered_by")
        .filter(pk=introduction.pk)
        .first()
    )
    if claim is None:
        raise Conflict(_("This introduction has been withdrawn."), code="deleted")
    claim.mandate = mandate
    return claim


def _store(claim: Introduction, at: datetime) -> None:
    claim.version += 1
    claim.updated_at = at
    save_checked(claim)


def _agreed(claim: Introduction) -> str:
    return _("The park agreed to the introduction of “%(name)s”.") % {"name": claim.subject.name}


def _returned(claim: Introduction) -> str:
    return _("The introduction of “%(name)s” came back: %(reason)s") % {
        "name": claim.subject.name,
        "reason": claim.return_reason,
    }


def _tell_author(claim: Introduction, words: Any, at: datetime) -> None:
    notify(
        users=[claim.entered_by],
        kind="credit",
        text=partial(words, claim),
        url=reverse("mandate-detail", args=[claim.mandate_id]) + "#introductions",
        key=f"introduction-{claim.pk}-{claim.status}",
        at=at,
    )


def _remember(claim: Introduction, action: str, values: Mapping[str, Any], actor: User, at: datetime) -> None:
    remember_of(claim, action, {name: [None, value] for name, value in values.items() if value}, actor, at)


def remember_of(
    claim: Introduction, action: str, changes: Mapping[str, Any], actor: User, at: datetime
) -> None:
    """The claim has no chain of its own: it belongs to that of its mandate."""
    history.record(
        chain=claim.mandate.chain, action=action, subject=claim, changes=changes, actor=actor, at=at
    )
