"""Review rounds: written as a draft with their criteria, opened, closed; and the cases in them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict
from core.saving import assign, clean_text, save_checked, values_of
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from projects.models import Project
from reviews.enums import AssignmentState, RoundState
from reviews.models import Assignment, Case, Criterion, ReviewRound
from reviews.services.acting import (
    lock_case,
    lock_round,
    remember,
    require_administrator,
    stale,
    wrong,
)

ROUND_FIELDS = (
    "name",
    "kind",
    "method",
    "marks_needed",
    "is_anonymous",
    "hides_applicants",
    "second_person",
    "opens_on",
    "closes_on",
    "note",
)
#: What may still be changed once a round is open.
OPEN_FIELDS = ("name", "opens_on", "closes_on", "note")
CRITERION_FIELDS = ("name", "guide", "max_points", "weight")
MOST_CRITERIA = 30


@transaction.atomic
def save_round(
    *,
    round: ReviewRound | None,
    park: Park,
    values: Mapping[str, Any],
    criteria: Sequence[Mapping[str, Any]] | None = None,
    actor: User | None,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> ReviewRound:
    """Write or change a round. Rules and criteria change in a draft only; ``criteria`` replaces them all."""
    if round is None:
        require_administrator(actor, park.pk)
        record = ReviewRound(park=park, provenance=provenance, created_at=at, created_by=actor, updated_at=at)
        before: dict[str, Any] = {}
    else:
        record = lock_round(round, actor=actor)
        if expected_version is not None and record.version != expected_version:
            raise stale()
        if record.state == RoundState.CLOSED:
            raise Conflict(_("This round is closed."), code="round_not_open")
        before = values_of(record, ROUND_FIELDS)
    is_draft = record.state == RoundState.DRAFT
    assign(record, values, allowed=ROUND_FIELDS)
    changes = history.changed_fields(before, values_of(record, ROUND_FIELDS))
    if not is_draft and (frozen := sorted(set(changes) - set(OPEN_FIELDS))):
        raise wrong(frozen[0], _("The round is open, so its rules stay as they are."), "frozen")
    if not is_draft and criteria is not None:
        raise wrong("criteria", _("The round is open, so its criteria stay as they are."), "frozen")
    record.version += round is not None
    record.updated_at = at
    save_checked(record)
    if criteria is not None:
        changes["criteria"] = [None, _save_criteria(record, criteria)]
    if changes:
        remember(
            record, "review.changed" if round else "review.created", changes, actor, at, chain=record.chain
        )
    return record


def _save_criteria(round: ReviewRound, criteria: Sequence[Mapping[str, Any]]) -> list[str]:
    if len(criteria) > MOST_CRITERIA:
        raise wrong("criteria", _("A score sheet has at most %(most)d criteria.") % {"most": MOST_CRITERIA})
    round.criteria.all().delete()
    said = []
    for position, values in enumerate(criteria, start=1):
        criterion = Criterion(round=round, position=position)
        assign(criterion, values, allowed=CRITERION_FIELDS)
        if criterion.weight is None:
            criterion.weight = Decimal(1)
        save_checked(criterion)
        said.append(f"{criterion.name}: {criterion.max_points} × {criterion.weight}")
    return said


@transaction.atomic
def start_round(*, round: ReviewRound, actor: User | None, at: datetime) -> ReviewRound:
    """Open a round: from now on its rules and criteria are frozen."""
    locked = lock_round(round, actor=actor)
    if locked.state != RoundState.DRAFT:
        raise Conflict(_("This round is already open."), code="not_draft")
    if not locked.criteria.exists():
        raise wrong("criteria", _("Write at least one criterion first."), "required")
    return _move(locked, RoundState.OPEN, "review.opened", actor, at)


@transaction.atomic
def open_round(
    *,
    park: Park,
    values: Mapping[str, Any],
    criteria: Sequence[Mapping[str, Any]],
    actor: User | None,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> ReviewRound:
    """Write a round with its criteria and open it in one step."""
    round = save_round(
        round=None, park=park, values=values, criteria=criteria, actor=actor, at=at, provenance=provenance
    )
    return start_round(round=round, actor=actor, at=at)


@transaction.atomic
def close_round(*, round: ReviewRound, actor: User | None, at: datetime) -> ReviewRound:
    """End the giving of marks. Results are concluded case by case, before or after."""
    locked = lock_round(round, actor=actor)
    if locked.state != RoundState.OPEN:
        raise Conflict(_("Only an open round can be closed."), code="round_not_open")
    locked.closed_at, locked.closed_by = at, actor
    return _move(locked, RoundState.CLOSED, "review.closed", actor, at)


@transaction.atomic
def reopen_round(*, round: ReviewRound, actor: User | None, at: datetime) -> ReviewRound:
    """Take marks again, such as after an expert was opened a sheet; rules stay frozen."""
    locked = lock_round(round, actor=actor)
    if locked.state != RoundState.CLOSED:
        raise Conflict(_("Only a closed round can be opened again."), code="not_closed")
    locked.closed_at = locked.closed_by = None
    return _move(locked, RoundState.OPEN, "review.reopened", actor, at)


def _move(round: ReviewRound, state: str, action: str, actor: User | None, at: datetime) -> ReviewRound:
    before, round.state = round.state, state
    round.version += 1
    round.updated_at = at
    save_checked(round)
    remember(round, action, {"state": [before, state]}, actor, at, chain=round.chain)
    return round


@transaction.atomic
def add_case(
    *,
    round: ReviewRound,
    subject_kind: str,
    subject_id: int,
    title: str,
    enterprise: Enterprise | None = None,
    project: Project | None = None,
    incubator: Incubator | None = None,
    files: Sequence[EvidenceFile] = (),
    applicant: str = "",
    summary: str = "",
    field: str = "",
    actor: User | None,
    at: datetime,
) -> Case:
    """Put a subject before a round. What is left out is taken from the project: enterprise, incubator, field.

    Raises ``Conflict`` for a subject that is already there, ``Invalid`` for records of another park.
    """
    locked = lock_round(round, actor=actor)
    if locked.state == RoundState.CLOSED:
        raise Conflict(_("This round is closed."), code="round_not_open")
    if project is not None:
        enterprise = enterprise or project.enterprise
        incubator = incubator or project.incubator
        field = field or (project.sector.code if project.sector else "")
    elif enterprise is not None:
        incubator = incubator or enterprise.incubator
    case = Case(
        round=locked,
        number=(locked.cases.aggregate(last=Max("number"))["last"] or 0) + 1,
        subject_kind=clean_text(subject_kind, field="subject_kind"),
        subject_id=subject_id,
        title=clean_text(title, field="title"),
        applicant=clean_text(applicant, field="applicant") or (enterprise.name_zh if enterprise else ""),
        summary=clean_text(summary, field="summary"),
        field=field,
        enterprise=enterprise,
        project=project,
        incubator=incubator,
        created_at=at,
        created_by=actor,
        updated_at=at,
    )
    check_place(case, files)
    save_checked(case)
    case.files.set(files)
    changes = {
        "round": [None, locked.pk],
        "subject": [None, f"{case.subject_kind}:{case.subject_id}"],
        "files": [[], sorted(file.sha256 for file in files)],
    }
    remember(case, "reviewcase.added", changes, actor, at, chain=case.chain)
    return case


def check_place(case: Case, files: Sequence[EvidenceFile]) -> None:
    """Everything about a case belongs to the park of its round."""
    park_id = case.round.park_id
    linked: tuple[tuple[str, Any], ...] = (
        ("enterprise", case.enterprise),
        ("project", case.project),
        ("incubator", case.incubator),
    )
    for name, record in linked:
        if record is not None and record.park_id != park_id:
            raise wrong(name, _("This belongs to another park."), "not_found")
    if any(file.park_id != park_id for file in files):
        raise wrong("files", _("This file belongs to another park."), "not_found")


@transaction.atomic
def set_case_files(*, case: Case, files: Sequence[EvidenceFile], actor: User | None, at: datetime) -> Case:
    """What the experts get to read, anew."""
    locked = lock_case(case, actor=actor)
    check_place(locked, files)
    before = sorted(locked.files.values_list("sha256", flat=True))
    after = sorted(file.sha256 for file in files)
    if before == after:
        return locked
    locked.files.set(files)
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    remember(locked, "reviewcase.files", {"files": [before, after]}, actor, at, chain=locked.chain)
    return locked


@transaction.atomic
def remove_case(*, case: Case, actor: User, at: datetime) -> None:
    """Take a case out that was put in by mistake, before any expert was asked."""
    locked = lock_case(case, actor=actor)
    asked = Assignment.objects.filter(case=locked).exclude(state=AssignmentState.PROPOSED)
    if locked.result or asked.exists():
        raise Conflict(_("Experts have been asked about this case, so it stays."), code="in_use")
    remember(locked, "reviewcase.removed", {"title": [locked.title, None]}, actor, at, chain=locked.chain)
    locked.delete()
