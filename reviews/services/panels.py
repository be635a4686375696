"""A panel that sits together: many cases, the same experts, marks on signed paper, results in one go.

The rules are those of the single case: conflicts recuse, limits hold, a person concludes with a reason, a
second one confirms. Only the writing is done for many at once.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_text, readable_integrity_errors
from core.search import search_text, sort_key
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Incubator
from projects.models import Project
from reviews.calculator import standing
from reviews.enums import AssignmentState, RoundState
from reviews.models import Assignment, Case, Expert, ReviewRound, Score, ScoreLine
from reviews.scoring import mark_of
from reviews.selectors import conflicts_of, lines_of, pool_of, wanted
from reviews.services.acting import (
    day_in,
    lock_round,
    needed_words,
    remember,
    require_open,
    wrong,
)
from reviews.services.assignments import lock_pool, recuse_now, tell_experts
from reviews.services.rounds import check_place
from reviews.services.scores import checked_points


@dataclass(frozen=True)
class NewCase:
    """A subject to be put before a round; what is left out is taken from the project or the enterprise."""

    subject_kind: str
    subject_id: int
    title: str
    applicant: str = ""
    summary: str = ""
    field: str = ""
    enterprise: Enterprise | None = None
    project: Project | None = None
    incubator: Incubator | None = None
    files: Sequence[EvidenceFile] = ()


@transaction.atomic
def add_cases(
    *, round: ReviewRound, items: Iterable[NewCase], actor: User | None, at: datetime
) -> list[Case]:
    """Put many subjects before a round, numbered in the order given; all of them or none.

    Raises ``Conflict`` for a subject that is already there, ``Invalid`` for records of another park.
    """
    locked = lock_round(round, actor=actor)
    if locked.state == RoundState.CLOSED:
        raise Conflict(_("This round is closed."), code="round_not_open")
    given = list(items)
    number = locked.cases.aggregate(last=Max("number"))["last"] or 0
    cases = [_case_of(item, locked, number + place, actor, at) for place, item in enumerate(given, start=1)]
    for case, item in zip(cases, given, strict=True):
        check_place(case, item.files)
    with readable_integrity_errors(Case):
        Case.objects.bulk_create(cases)
    links = [
        Case.files.through(case=case, evidencefile=file)
        for case, item in zip(cases, given, strict=True)
        for file in item.files
    ]
    Case.files.through.objects.bulk_create(links)
    with history.gathered():
        for case, item in zip(cases, given, strict=True):
            changes = {
                "round": [None, locked.pk],
                "subject": [None, f"{case.subject_kind}:{case.subject_id}"],
                "files": [[], sorted(file.sha256 for file in item.files)],
            }
            remember(case, "reviewcase.added", changes, actor, at, chain=case.chain)
    return cases


def _case_of(item: NewCase, round: ReviewRound, number: int, actor: User | None, at: datetime) -> Case:
    project, enterprise, incubator, field = item.project, item.enterprise, item.incubator, item.field
    if project is not None:
        enterprise = enterprise or project.enterprise
        incubator = incubator or project.incubator
        field = field or (project.sector.code if project.sector else "")
    elif enterprise is not None:
        incubator = incubator or enterprise.incubator
    title = needed_words(item.title, "title", _("A case needs a title."))
    applicant = clean_text(item.applicant, field="applicant") or (enterprise.name_zh if enterprise else "")
    return Case(
        round=round,
        number=number,
        subject_kind=clean_text(item.subject_kind, field="subject_kind"),
        subject_id=item.subject_id,
        title=title,
        applicant=applicant,
        summary=clean_text(item.summary, field="summary"),
        field=field,
        enterprise=enterprise,
        project=project,
        incubator=incubator,
        search_text=search_text(title, applicant),
        sort_key=sort_key(title),
        created_at=at,
        created_by=actor,
        updated_at=at,
    )


@dataclass(frozen=True)
class Barred:
    """An expert of the panel who does not get a case, and why: codes for ``reviews.selectors.words``."""

    case: Case
    expert: Expert
    reasons: list[dict[str, Any]]


@dataclass(frozen=True)
class Panel:
    """Who was invited to what, and who could not be."""

    invited: list[Assignment]
    barred: list[Barred]


@transaction.atomic
def assign_panel(*, round: ReviewRound, experts: Iterable[Expert], actor: User, at: datetime) -> Panel:
    """Invite the same experts to every case that is not concluded, but for conflicts and beyond their limits.

    Nobody is invited twice to a case, nor to one that he declined or is recused from. Proposals that waited
    for these experts are thrown away.
    """
    locked = lock_round(round, actor=actor)
    require_open(locked)
    chosen = {expert.pk for expert in experts}
    if not chosen:
        raise wrong("experts", _("Choose at least one expert."), "required")
    lock_pool(locked.park_id)
    Assignment.objects.filter(case__round=locked, state=AssignmentState.PROPOSED, expert__in=chosen).delete()
    day = day_in(locked.park, at)
    candidates, pool = pool_of(locked.park_id, on=day)
    if absent := chosen - pool.keys():
        name = Expert.objects.filter(pk__in=absent, park=locked.park_id).order_by("pk").first()
        message = _("%(name)s is not active or has no agreement on this day.")
        raise wrong("experts", message % {"name": name or min(absent)}, "unavailable")
    cases = list(locked.cases.filter(result="").select_related("incubator").order_by("number", "pk"))
    by_id = {case.pk: case for case in cases}
    panel = [candidate for candidate in candidates if candidate.id in chosen]
    invited: list[Assignment] = []
    barred: list[Barred] = []
    for need in wanted(locked, cases, {key: pool[key] for key in chosen}, on=day):
        for candidate in panel:
            if candidate.id in need.taken:
                continue
            is_able, reasons = standing(candidate, need)
            if not is_able:
                barred.append(Barred(by_id[need.id], pool[candidate.id], reasons))
                continue
            candidate.this_year += 1
            candidate.open_now += 1
            said = [{"code": "chosen", "who": str(actor)}, *reasons]
            invited.append(_invitation(by_id[need.id], pool[candidate.id], said, actor, at))
    Assignment.objects.bulk_create(invited)
    told = {
        "experts": [None, sorted(pool[key].name_zh for key in chosen)],
        "invited": [None, len(invited)],
        "barred": [None, len(barred)],
    }
    remember(locked, "review.panel", told, actor, at, chain=locked.chain)
    tell_experts(locked, invited, at)
    return Panel(invited, barred)


def _invitation(
    case: Case, expert: Expert, reasons: list[dict[str, Any]], actor: User, at: datetime
) -> Assignment:
    return Assignment(
        case=case,
        expert=expert,
        state=AssignmentState.INVITED,
        reasons=reasons,
        created_at=at,
        created_by=actor,
        invited_at=at,
        invited_by=actor,
        updated_at=at,
    )


@dataclass(frozen=True)
class PaperMarks:
    """One signed sheet: the number of the case, the expert, points by position of the criterion."""

    number: int
    expert_id: int
    points: Mapping[int, Any]
    comment: str = ""


@transaction.atomic
def enter_marks(
    *, round: ReviewRound, sheets: Iterable[PaperMarks], scan: EvidenceFile, actor: User, at: datetime
) -> list[Score]:
    """Enter marks that experts gave and signed on paper; ``scan`` is the document with the signed sheets,
    which also declare that nothing ties the expert to the case. All sheets or none.

    An expert with a conflict on record is recused instead and his sheet set aside. Raises ``Invalid`` with
    one error per wrong sheet, named by case number and expert.
    """
    locked = lock_round(round, actor=actor)
    require_open(locked)
    if scan.park_id != locked.park_id:
        raise wrong("scan", _("This file belongs to another park."), "not_found")
    given = list(sheets)
    rows = _assignments_for(locked, given)
    lines = lines_of(locked)
    by_place = {criterion.position: criterion.pk for criterion, _line in lines}
    errors: list[FieldError] = []
    ready: list[tuple[Assignment, PaperMarks, Any]] = []
    for sheet in given:
        found = _checked_sheet(sheet, rows, lines, by_place, actor)
        if isinstance(found, FieldError):
            errors.append(found)
        else:
            ready.append((rows[sheet.number, sheet.expert_id], sheet, found))
    seen = [(sheet.number, sheet.expert_id) for sheet in given]
    if len(set(seen)) < len(seen):
        errors.append(FieldError("sheets", _("Two sheets are about the same case and expert."), "twice"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors[:5]), fields=errors)
    return _write_sheets(locked, _without_ties(ready, at), scan, actor, at)


def _assignments_for(round: ReviewRound, sheets: Sequence[PaperMarks]) -> dict[tuple[int, int], Assignment]:
    list(round.cases.select_for_update().order_by("pk").values_list("pk"))
    rows = (
        Assignment.objects.select_for_update(of=("self",))
        .filter(case__round=round, expert__in={sheet.expert_id for sheet in sheets})
        .select_related("case__round__park", "case__incubator", "expert__user")
        .order_by("pk")
    )
    return {(row.case.number, row.expert_id): row for row in rows}


def _checked_sheet(
    sheet: PaperMarks,
    rows: Mapping[tuple[int, int], Assignment],
    lines: Any,
    by_place: Mapping[int, int],
    actor: User,
) -> Any:
    """The points of one sheet as ``(criterion, line, points)``, or what is wrong with it."""
    row = rows.get((sheet.number, sheet.expert_id))
    field = f"sheets.{sheet.number}.{sheet.expert_id}"
    if row is None or row.state not in (AssignmentState.INVITED, AssignmentState.ACCEPTED):
        message = _("Case %(number)s is not open to this expert (%(expert)s).")
        who = row.expert.name_zh if row else sheet.expert_id
        return FieldError(field, message % {"number": sheet.number, "expert": who}, "not_open")
    if row.case.result:
        return FieldError(field, _("Case %(number)s is concluded.") % {"number": sheet.number}, "concluded")
    if row.expert.user_id == actor.pk:
        return FieldError(field, _("Nobody enters his own marks from paper."), "own_marks")
    try:
        return checked_points(
            lines, {by_place.get(place, -place): one for place, one in sheet.points.items()}
        )
    except Invalid as error:
        message = _("Case %(number)s, %(expert)s: %(problem)s")
        said = {"number": sheet.number, "expert": row.expert.name_zh, "problem": str(error)}
        return FieldError(field, message % said, "points")


def _without_ties(ready: list[tuple[Assignment, PaperMarks, Any]], at: datetime) -> list[Any]:
    """Those whom nothing ties to the case; the others are recused on the spot."""
    if not ready:
        return []
    experts = {row.expert_id: row.expert for row, _sheet, _points in ready}
    cases = {row.case_id: row.case for row, _sheet, _points in ready}
    day = day_in(ready[0][0].case.round.park, at)
    ties = conflicts_of(experts.values(), cases.values(), on=day)
    kept = []
    for row, sheet, points in ready:
        if tie := ties.get((row.case_id, row.expert_id)):
            recuse_now(row, tie[0].kind, tie[0].about, None, at)
        else:
            kept.append((row, sheet, points))
    return kept


def _write_sheets(
    round: ReviewRound, ready: Sequence[Any], scan: EvidenceFile, actor: User, at: datetime
) -> list[Score]:
    rows = [row for row, _sheet, _points in ready]
    for row in rows:
        row.state, row.declared_at = AssignmentState.SUBMITTED, row.declared_at or at
        row.version += 1
        row.updated_at = at
    Assignment.objects.bulk_update(rows, ["state", "declared_at", "version", "updated_at"], batch_size=500)
    last = dict(
        Score.objects.filter(assignment__in=rows).values_list("assignment").annotate(last=Max("edition"))
    )
    scores = [
        Score(
            assignment=row,
            edition=last.get(row.pk, 0) + 1,
            mark=mark_of([(given, line) for _criterion, line, given in points]),
            comment=clean_text(sheet.comment, field="comment"),
            scan=scan,
            submitted_at=at,
            submitted_by=actor,
        )
        for row, sheet, points in ready
    ]
    Score.objects.bulk_create(scores)
    ScoreLine.objects.bulk_create(
        ScoreLine(score=score, criterion=criterion, points=given)
        for score, (_row, _sheet, points) in zip(scores, ready, strict=True)
        for criterion, _line, given in points
    )
    with history.gathered():
        for score, (row, _sheet, points) in zip(scores, ready, strict=True):
            changes = {
                "edition": [None, score.edition],
                "mark": [None, score.mark],
                "points": [None, {str(one.position): str(given) for one, _line, given in points}],
                "expert": [None, row.expert.name_zh],
                "scan": [None, scan.sha256],
            }
            remember(row, "score.entered", changes, actor, at, chain=round.chain)
    return scores
