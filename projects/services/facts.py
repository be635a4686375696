"""Facts of a project: entered by one person, verified or returned by a second."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, clean_text, save_checked, values_of
from evidence.models import EvidenceFile
from evidence.services import mark_verified
from incubators.scope import Action, scope_of
from projects.enums import FactKind
from projects.models import Project, ProjectFact
from projects.services.records import local_day, lock, touch

FIELDS = ("on", "amount", "currency", "note")


def check_files(project: Project, files: Sequence[EvidenceFile]) -> None:
    """Evidence comes from the same park and incubator as the project."""
    for file in files:
        if (file.park_id, file.incubator_id) != (project.park_id, project.incubator_id):
            raise Invalid(
                _("This file belongs to another record."),
                fields=[FieldError("evidence", _("Upload the file for this project."), "not_found")],
            )


def _check_day(project: Project, on: date | None, at: datetime) -> None:
    if on is not None and on > local_day(incubator=project.incubator, park=project.park, at=at):
        raise Invalid(
            _("A fact cannot lie in the future."),
            fields=[
                FieldError(
                    "on", _("%(day)s has not come yet. Enter a day up to today.") % {"day": on}, "future"
                )
            ],
        )


@transaction.atomic
def enter_fact(
    *,
    project: Project,
    kind: str,
    on: date,
    amount: Decimal | None = None,
    currency: str = "",
    note: str = "",
    evidence: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
) -> ProjectFact:
    """Enter one dated fact; paid-in capital may come in several payments, everything else once."""
    locked = lock(project, actor=actor)
    check_files(locked, evidence)
    if kind not in FactKind.values:
        raise Invalid(
            _("“%(kind)s” is not a kind of fact.") % {"kind": kind},
            fields=[
                FieldError("kind", _("Choose one of: %(known)s.") % {"known": ", ".join(FactKind.values)})
            ],
        )
    fact = ProjectFact(project=locked, kind=kind, entered_at=at, entered_by=actor)
    assign(fact, {"on": on, "amount": amount, "currency": currency, "note": note}, allowed=FIELDS)
    _check_day(locked, fact.on, at)
    save_checked(fact)
    fact.evidence.set(evidence)
    _remember(
        fact,
        "fact.entered",
        {
            **history.changed_fields({}, {"kind": kind, **values_of(fact, FIELDS)}),
            "evidence": [[], sorted({file.sha256 for file in evidence})],
        },
        actor,
        at,
    )
    touch(locked, at=at)
    return fact


@transaction.atomic
def change_fact(*, fact: ProjectFact, values: Mapping[str, Any], actor: User, at: datetime) -> ProjectFact:
    """Correct a fact. What was verified or returned was something else, so both marks are taken away."""
    project, locked = _lock(fact, actor=actor)
    before = values_of(locked, FIELDS)
    assign(locked, values, allowed=FIELDS)
    _check_day(project, locked.on, at)
    changes = history.changed_fields(before, values_of(locked, FIELDS))
    if not changes:
        return locked
    _reopen(locked, actor, at)
    save_checked(locked)
    _remember(locked, "fact.changed", changes, actor, at)
    touch(project, at=at)
    return locked


@transaction.atomic
def add_fact_evidence(
    *, fact: ProjectFact, files: Sequence[EvidenceFile], actor: User, at: datetime
) -> ProjectFact:
    """Hang more proof on a fact; a returned fact is thereby submitted again."""
    project, locked = _lock(fact, actor=actor)
    check_files(project, files)
    known = set(locked.evidence.values_list("pk", flat=True))
    new = [file for file in files if file.pk not in known]
    if not new:
        return locked
    if locked.verified_at is not None:
        raise Conflict(
            _("This fact is verified; correct it first if its proof changes."), code="already_verified"
        )
    locked.evidence.add(*new)
    _reopen(locked, actor, at)
    locked.save()
    _remember(locked, "fact.proved", {"evidence": [[], sorted(file.sha256 for file in new)]}, actor, at)
    touch(project, at=at)
    return locked


@transaction.atomic
def remove_fact_evidence(*, fact: ProjectFact, file: EvidenceFile, actor: User, at: datetime) -> ProjectFact:
    """Take a file off a fact that nobody has verified yet; the file itself stays stored."""
    project, locked = _lock(fact, actor=actor)
    if not locked.evidence.filter(pk=file.pk).exists():
        return locked
    if locked.verified_at is not None:
        raise Conflict(
            _("This fact is verified; correct it first if its proof changes."), code="already_verified"
        )
    locked.evidence.remove(file)
    locked.entered_at, locked.entered_by = at, actor
    locked.save(update_fields=["entered_at", "entered_by", "updated_at"])
    _remember(locked, "fact.unproved", {"evidence": [[file.sha256], []]}, actor, at)
    touch(project, at=at)
    return locked


@transaction.atomic
def verify_fact(*, fact: ProjectFact, actor: User, at: datetime) -> ProjectFact:
    """A second person confirms the fact and, with it, its proof."""
    project, locked = _lock(fact, actor=actor, action=Action.READ)
    _require_verifier(locked, project, actor)
    if locked.verified_at is not None:
        raise Conflict(_("This fact is already verified."), code="already_verified")
    if locked.returned_at is not None:
        raise Conflict(_("This fact was returned and has not been corrected yet."), code="returned")
    files = list(locked.evidence.select_for_update(of=("self",)).select_related("park", "incubator"))
    if not files:
        raise Conflict(
            _("Nothing proves this fact yet. Its evidence has to be attached first."), code="no_evidence"
        )
    for file in files:
        if not file.is_verified and file.uploaded_by_id != actor.pk:
            mark_verified(file=file, actor=actor, at=at)
    locked.verified_at, locked.verified_by = at, actor
    locked.save(update_fields=["verified_at", "verified_by", "updated_at"])
    _remember(locked, "fact.verified", {"verified_by": [None, actor.get_username()]}, actor, at)
    touch(project, at=at)
    return locked


@transaction.atomic
def return_fact(*, fact: ProjectFact, reason: str, actor: User, at: datetime) -> ProjectFact:
    """Send the fact back with words that say what to mend."""
    project, locked = _lock(fact, actor=actor, action=Action.READ)
    _require_verifier(locked, project, actor)
    if locked.verified_at is not None:
        raise Conflict(_("This fact is already verified."), code="already_verified")
    if locked.returned_at is not None:
        raise Conflict(_("This fact was already returned."), code="returned")
    reason = clean_text(reason, field="reason")
    if not reason:
        raise Invalid(
            _("Say why you return this."),
            fields=[FieldError("reason", _("Write what has to be mended."), "required")],
        )
    locked.returned_at, locked.returned_by, locked.return_reason = at, actor, reason
    save_checked(locked)
    _remember(locked, "fact.returned", {"return_reason": [None, locked.return_reason]}, actor, at)
    touch(project, at=at)
    return locked


@transaction.atomic
def withdraw_fact(*, fact: ProjectFact, actor: User, at: datetime) -> None:
    """Take an unverified fact back."""
    project, locked = _lock(fact, actor=actor)
    if locked.verified_at is not None:
        raise Conflict(_("A verified fact cannot be withdrawn; correct it instead."), code="already_verified")
    _remember(
        locked,
        "fact.withdrawn",
        {name: [value, None] for name, value in values_of(locked, FIELDS).items()},
        actor,
        at,
    )
    locked.delete()
    touch(project, at=at)


def _lock(fact: ProjectFact, *, actor: User, action: Action = Action.ENTER) -> tuple[Project, ProjectFact]:
    """Project first, then fact: everyone locks in this order, so nobody waits in a circle."""
    project = lock(fact.project, actor=actor, action=action)
    locked = ProjectFact.objects.select_for_update(of=("self",)).filter(pk=fact.pk).first()
    if locked is None:
        raise Conflict(_("This fact has been withdrawn."), code="deleted")
    locked.project = project
    return project, locked


def _require_verifier(fact: ProjectFact, project: Project, actor: User) -> None:
    actions = scope_of(actor).actions(park_id=project.park_id, incubator_id=project.incubator_id)
    needed = {Action.VERIFY, Action.VERIFY_MONEY} if fact.kind == FactKind.PAID_IN else {Action.VERIFY}
    if not actions & needed:
        raise Refused(
            _("Only the park administrator or the finance officer of %(park)s can verify money.")
            % {"park": project.park}
            if fact.kind == FactKind.PAID_IN
            else _("Only the park administrator of %(park)s can verify this.") % {"park": project.park}
        )
    if fact.entered_by_id == actor.pk:
        raise Refused(_("You entered this fact yourself, so a second person has to confirm it."))


def _reopen(fact: ProjectFact, actor: User, at: datetime) -> None:
    fact.entered_at, fact.entered_by = at, actor
    fact.verified_at = fact.verified_by = None
    fact.returned_at = fact.returned_by = None
    fact.return_reason = ""


def _remember(fact: ProjectFact, action: str, changes: Mapping[str, Any], actor: User, at: datetime) -> None:
    history.record(chain=fact.project.chain, action=action, subject=fact, changes=changes, actor=actor, at=at)
