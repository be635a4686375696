"""The years after: follow-ups of industrialised projects, outcomes of returns, and why a project ended."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused, Stale
from core.saving import assign, clean_value, save_checked, values_of
from evidence.models import EvidenceFile
from evidence.services import mark_verified
from incubators.scope import Action, require
from projects.duties import FOLLOW_UP_YEARS
from projects.enums import Stage
from projects.models import FollowUp, Project, ReturnOutcome, StageLog, SupportCheck
from projects.reading.road import industrialised_on, support_hints
from projects.services.facts import check_files
from projects.services.records import local_day, lock, touch

FOLLOW_UP_FIELDS = (
    "is_operating",
    "place",
    "moved_away",
    "figures",
    "currency",
    "revenue_amount",
    "tax_paid_amount",
    "staff_count",
    "note",
)
OUTCOME_FIELDS = ("product", "phase", "phase_on", "note")
SUPPORT_FIELDS = ("funding", "policy", "service", "words")
#: Moves after which one asks what support there was.
ASKED = (Stage.TERMINATED, Stage.SUSPENDED)


@transaction.atomic
def save_follow_up(
    *,
    project: Project,
    year: int,
    values: Mapping[str, Any],
    evidence: Sequence[EvidenceFile] = (),
    expected_version: int | None = None,
    actor: User,
    at: datetime,
) -> FollowUp:
    """Record or correct one year. What was verified was something else, so a correction takes it away."""
    locked = lock(project, actor=actor)
    check_files(locked, evidence)
    year = clean_value(FollowUp, "year", year)
    _check_year(locked, year, at)
    row = FollowUp.objects.select_for_update(of=("self",)).filter(project=locked, year=year).first()
    if row is not None and expected_version is not None and row.version != expected_version:
        raise Stale(row)
    before = values_of(row, FOLLOW_UP_FIELDS) if row else {}
    is_new = row is None
    row = row or FollowUp(project=locked, year=year)
    assign(row, values, allowed=FOLLOW_UP_FIELDS)
    _check_follow_up(row, locked)
    changes = history.changed_fields(before, values_of(row, FOLLOW_UP_FIELDS))
    known = set() if is_new else set(row.evidence.values_list("pk", flat=True))
    new_files = [file for file in evidence if file.pk not in known]
    if not changes and not new_files:
        return row
    row.entered_at, row.entered_by, row.verified_at, row.verified_by = at, actor, None, None
    row.version += 0 if is_new else 1
    row.updated_at = at
    save_checked(row)
    row.evidence.add(*new_files)
    if new_files:
        changes["evidence"] = [[], sorted(file.sha256 for file in new_files)]
    history.record(
        chain=locked.chain,
        action="follow_up.saved",
        subject=row,
        changes={"year": [None, year], **changes},
        actor=actor,
        at=at,
    )
    touch(locked, at=at)
    return row


def _check_year(project: Project, year: int | None, at: datetime) -> None:
    start = industrialised_on(project)
    if start is None:
        raise Conflict(_("Follow-ups begin when the project has industrialised."), code="not_industrialised")
    today = local_day(incubator=project.incubator, park=project.park, at=at)
    if year is None or not start.year < year <= start.year + FOLLOW_UP_YEARS:
        message = _("Enter a year from %(first)d to %(last)d.") % {
            "first": start.year + 1,
            "last": start.year + FOLLOW_UP_YEARS,
        }
        raise Invalid(message, fields=[FieldError("year", message, "range")])
    if year > today.year:
        raise Invalid(
            _("This year has not begun."), fields=[FieldError("year", _("This year has not begun."))]
        )


def _check_follow_up(row: FollowUp, project: Project) -> None:
    errors = []
    if row.moved_away and not row.place:
        errors.append(FieldError("place", _("Say where the company moved."), "required"))
    has_amount = row.revenue_amount is not None or row.tax_paid_amount is not None
    if has_amount and not row.currency:
        errors.append(FieldError("currency", _("Choose the currency of the amounts."), "required"))
    if not has_amount:
        row.currency = ""
    figures = row.figures
    if figures is not None and (figures.enterprise_id, figures.year) != (project.enterprise_id, row.year):
        errors.append(
            FieldError("figures", _("Choose the figures of this company and this year."), "not_found")
        )
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


@transaction.atomic
def verify_follow_up(*, follow_up: FollowUp, actor: User, at: datetime) -> FollowUp:
    """A second person at the park confirms the follow-up and its proof."""
    project = lock(follow_up.project, actor=actor, action=Action.READ)
    require(Action.VERIFY, user=actor, park_id=project.park_id, incubator_id=project.incubator_id)
    row = FollowUp.objects.select_for_update(of=("self",)).get(pk=follow_up.pk)
    if row.entered_by_id == actor.pk:
        raise Refused(_("You entered this yourself, so a second person has to verify it."))
    if row.verified_at is not None:
        raise Conflict(_("This is already verified."), code="already_verified")
    files = list(row.evidence.select_for_update(of=("self",)).select_related("park", "incubator"))
    if not files:
        raise Conflict(
            _("Nothing proves this follow-up yet. Its evidence has to be attached first."), code="no_evidence"
        )
    for file in files:
        if not file.is_verified and file.uploaded_by_id != actor.pk:
            mark_verified(file=file, actor=actor, at=at)
    row.verified_at, row.verified_by = at, actor
    row.version += 1
    row.updated_at = at
    save_checked(row)
    history.record(
        chain=project.chain,
        action="follow_up.verified",
        subject=row,
        changes={"verified_by": [None, actor.get_username()]},
        actor=actor,
        at=at,
    )
    touch(project, at=at)
    return row


@transaction.atomic
def record_outcome(
    *, project: Project, values: Mapping[str, Any], actor: User, at: datetime
) -> ReturnOutcome:
    """What came of a project that returned from abroad: its product and how far a drug or device has come."""
    locked = lock(project, actor=actor)
    row = ReturnOutcome.objects.select_for_update(of=("self",)).filter(project=locked).first()
    before = values_of(row, OUTCOME_FIELDS) if row else {}
    is_new = row is None
    row = row or ReturnOutcome(project=locked, entered_at=at, entered_by=actor)
    assign(row, values, allowed=OUTCOME_FIELDS)
    errors = []
    today = local_day(incubator=locked.incubator, park=locked.park, at=at)
    if row.phase and row.phase_on is None:
        errors.append(FieldError("phase_on", _("Enter the day on which the phase was reached."), "required"))
    if not row.phase:
        row.phase_on = None
    if row.phase_on is not None and row.phase_on > today:
        message = _("%(day)s has not come yet. Enter a day up to today.") % {"day": row.phase_on}
        errors.append(FieldError("phase_on", message, "future"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)
    changes = history.changed_fields(before, values_of(row, OUTCOME_FIELDS))
    if not changes:
        return row
    row.version += 0 if is_new else 1
    row.updated_at = at
    save_checked(row)
    history.record(
        chain=locked.chain, action="outcome.saved", subject=row, changes=changes, actor=actor, at=at
    )
    touch(locked, at=at)
    return row


@transaction.atomic
def record_cause(
    *,
    log: StageLog,
    values: Mapping[str, Any],
    service_hints: Sequence[str] = (),
    actor: User,
    at: datetime,
) -> SupportCheck:
    """State which of funding, policy and service were there in the twelve months before the end or stall.

    What the records say of funding and policy is computed and kept beside the statement; what they say of
    service comes from the caller, as services are recorded in an app above this one.
    """
    project = lock(log.project, actor=actor)
    if log.to_stage not in ASKED:
        raise Conflict(_("This is asked after a termination or a suspension only."), code="not_asked")
    row = SupportCheck.objects.select_for_update(of=("self",)).filter(log=log).first()
    before = values_of(row, SUPPORT_FIELDS) if row else {}
    is_new = row is None
    row = row or SupportCheck(log=log)
    assign(row, values, allowed=SUPPORT_FIELDS)
    changes = history.changed_fields(before, values_of(row, SUPPORT_FIELDS))
    if not changes:
        return row
    row.hints = {**support_hints(project, log.on), "service": list(service_hints)}
    row.stated_at, row.stated_by, row.updated_at = at, actor, at
    row.version += 0 if is_new else 1
    save_checked(row)
    history.record(
        chain=project.chain, action="support.stated", subject=row, changes=changes, actor=actor, at=at
    )
    touch(project, at=at)
    return row
