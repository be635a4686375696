"""Marks and results: of one case, of a round, and how severe each expert is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from reviews.models import Case, Criterion, Expert, ReviewRound, Score
from reviews.scoring import MARKS_FOR_SEVERITY, Combined, Line, Severity, combine, full_mark, severities
from reviews.selectors.words import steps_of


@dataclass(frozen=True)
class Outcome:
    """What the marks of a case make and what a person concluded from them.

    ``mark`` and ``spread`` are None before the marks needed are there; ``steps`` are sentences.
    """

    mark: Decimal | None
    spread: Decimal | None
    marks: tuple[Decimal, ...]
    needed: int
    steps: list[str]
    result: str
    result_label: str
    reason: str
    is_final: bool
    decided_by: str = ""
    decided_at: datetime | None = None
    confirmed_by: str = ""
    confirmed_at: datetime | None = None


def result_of(case: Case) -> Outcome:
    """The result of one case, from its marks that count."""
    return outcome(case, _marks_of([case]).get(case.pk, []))


def results_of(cases: Sequence[Case]) -> dict[int, Outcome]:
    """The results of many cases with one query for the marks; cases come with ``round`` and people."""
    marks = _marks_of(cases)
    return {case.pk: outcome(case, marks.get(case.pk, [])) for case in cases}


def outcome(case: Case, marks: Sequence[Decimal]) -> Outcome:
    rules = case.round
    combined: Combined = combine(marks, method=rules.method, needed=rules.marks_needed)
    return Outcome(
        mark=combined.value,
        spread=combined.spread,
        marks=combined.marks,
        needed=combined.needed,
        steps=steps_of(combined, rules.method),
        result=case.result,
        result_label=case.get_result_display() if case.result else "",
        reason=case.result_reason,
        is_final=case.is_final,
        decided_by=str(case.result_by or ""),
        decided_at=case.result_at,
        confirmed_by=str(case.confirmed_by or ""),
        confirmed_at=case.confirmed_at,
    )


def _marks_of(cases: Iterable[Case]) -> dict[int, list[Decimal]]:
    found: dict[int, list[Decimal]] = {}
    rows = Score.objects.current().filter(assignment__case__in=[case.pk for case in cases])
    for case_id, mark in rows.values_list("assignment__case_id", "mark"):
        found.setdefault(case_id, []).append(mark)
    return found


def cases_about(subject_kind: str, subject_id: int) -> QuerySet[Case]:
    """The cases about one subject, oldest round first."""
    return (
        Case.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
        .select_related("round", "result_by", "confirmed_by")
        .order_by("round_id", "pk")
    )


def lines_of(round: ReviewRound) -> list[tuple[Criterion, Line]]:
    criteria = round.criteria.order_by("position", "pk")
    return [(criterion, Line(criterion.max_points, criterion.weight)) for criterion in criteria]


def full_mark_of(round: ReviewRound) -> Decimal:
    return full_mark([line for _criterion, line in lines_of(round)])


@dataclass(frozen=True)
class SeverityRow:
    expert: Expert
    severity: Severity


def severity_of(park_id: int, *, round: ReviewRound | None = None) -> tuple[list[SeverityRow], int]:
    """How each expert's marks lie beside the panel's, in one round or in all of the park; and from how many
    marks on it is said. The strictest first, then those with too few marks."""
    rows: Any = Score.objects.current().filter(assignment__case__round__park=park_id)
    if round is not None:
        rows = rows.filter(assignment__case__round=round)
    marks: dict[int, dict[int, Decimal]] = {}
    for case_id, expert_id, mark in rows.values_list("assignment__case_id", "assignment__expert_id", "mark"):
        marks.setdefault(case_id, {})[expert_id] = mark
    found = severities(marks)
    experts = {expert.pk: expert for expert in Expert.objects.filter(pk__in=found)}
    listed = [SeverityRow(experts[key], severity) for key, severity in found.items()]
    listed.sort(
        key=lambda row: (
            row.severity.deviation is None,
            row.severity.deviation or Decimal(0),
            row.expert.sort_key,
            row.expert.pk,
        )
    )
    return listed, MARKS_FOR_SEVERITY
