"""The applications before the meeting by mark, with the cut-off of quota, classes and budget."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count
from django.utils.translation import gettext as _

from applications.calculator import AwardClass, Candidate, Rules, Suggested, combined, suggest
from applications.enums import ApplicationState, StepKind
from applications.models import Application, Programme
from applications.models.applications import AWARDED, SUBJECT
from applications.selectors.answers import offered_amount
from funding.calculator import Cut, Standing, Ties
from ledger.selectors import budget_standing
from reviews.models import Case
from reviews.scoring import full_mark
from reviews.selectors import lines_of, results_of


def marks_of(applications: Iterable[Application], programme: Programme) -> dict[int, Decimal]:
    """The combined mark of each that has one; a fixed number of queries for any number of applications."""
    found = {
        key: combined([(mark, full) for _kind, mark, full in rows], basis=programme.mark_basis)
        for key, rows in step_marks(applications).items()
    }
    return {key: mark for key, mark in found.items() if mark is not None}


def step_marks(applications: Iterable[Application]) -> dict[int, list[tuple[str, Decimal, Decimal]]]:
    """Of each application the marks of its reviews in the order of the steps: kind of round, mark, full
    mark."""
    keys = [one.pk for one in applications]
    cases = list(
        Case.objects.filter(subject_kind=SUBJECT, subject_id__in=keys)
        .select_related("round", "result_by", "confirmed_by")
        .order_by("round_id", "pk")
    )
    full = {key: full_mark([line for _one, line in lines_of(one)]) for key, one in _rounds(cases).items()}
    found: dict[int, list[tuple[str, Decimal, Decimal]]] = {}
    results = results_of(cases)
    for case in cases:
        mark = results[case.pk].mark
        if mark is not None and full[case.round_id] > 0:
            found.setdefault(case.subject_id, []).append((case.round.kind, mark, full[case.round_id]))
    return found


def _rounds(cases: Sequence[Case]) -> dict[int, Any]:
    return {case.round_id: case.round for case in cases}


@dataclass(frozen=True, slots=True)
class RankRow:
    """One application in the ranking, what is suggested for it, and why in words."""

    application: Application
    suggested: Suggested
    offered: Decimal | None
    words: str

    @property
    def is_in(self) -> bool:
        return self.suggested.standing is Standing.IN

    @property
    def is_tied(self) -> bool:
        """A person has to decide."""
        return self.suggested.standing is Standing.TIED

    @property
    def ties(self) -> bool:
        """A person has to decide because equals stand across a border, not because something is missing."""
        return self.suggested.why in ("tie", "class_tie", "budget_tie")


@dataclass(frozen=True, slots=True)
class Ranking:
    """``rows`` the best first; ``places`` what is left of the quota, ``budget`` of the money, before any of
    them is approved; ``total`` what the suggested awards come to."""

    rows: list[RankRow]
    places: int | None
    budget: Decimal | None
    total: Decimal
    currency: str

    @property
    def count_in(self) -> int:
        return sum(row.is_in for row in self.rows)

    @property
    def left(self) -> Decimal | None:
        """What the budget would have left."""
        return None if self.budget is None else self.budget - self.total


def ranking_of(programme: Programme, applications: Sequence[Application] | None = None) -> Ranking:
    """The ranking of what stands before the meeting, or of these applications."""
    rows = list(
        Application.objects.filter(current_step__kind=StepKind.MEETING, programme=programme)
        .select_related("programme__park", "project", "enterprise", "incubator")
        .order_by("number")
        if applications is None
        else applications
    )
    marks = marks_of(rows, programme)
    rules = rules_of(programme)
    offered = {one.pk: offered_amount(one) for one in rows}
    candidates = [Candidate(one.pk, marks.get(one.pk), one.requested_amount, offered[one.pk]) for one in rows]
    by_id = {one.pk: one for one in rows}
    found = [
        RankRow(by_id[one.id], one, offered[one.id], words_of(one, rules))
        for one in suggest(candidates, rules)
    ]
    total = sum((row.suggested.amount or Decimal(0) for row in found if row.is_in), Decimal(0))
    return Ranking(found, rules.quota, rules.budget, total, programme.currency)


def rules_of(programme: Programme) -> Rules:
    """The rules, with what earlier meetings left of quota, classes and budget.

    An award that was given up frees its place for the next in the ranking.
    """
    given = dict(
        Application.objects.filter(programme=programme, state__in=AWARDED)
        .exclude(state=ApplicationState.GIVEN_UP)
        .order_by()
        .values_list("award_class")
        .annotate(count=Count("pk"))
    )
    quota = None if programme.quota is None else max(0, programme.quota - sum(given.values()))
    budget = budget_standing(programme.budget).available if programme.budget is not None else None
    ranks = any(step.has_marks for step in programme.steps.all())
    return Rules(
        award=programme.award_rule,
        ties=Ties(programme.tie_rule),
        cut=Cut(programme.cut_rule),
        quota=quota,
        cap=programme.cap,
        budget=budget,
        classes=tuple(_class_of(row, given) for row in programme.classes),
        ranks=ranks,
    )


def _class_of(row: Mapping[str, Any], given: Mapping[str, int]) -> AwardClass:
    places = None if row.get("places") is None else max(0, row["places"] - given.get(row["code"], 0))
    mark = None if row.get("min_mark") is None else Decimal(row["min_mark"])
    return AwardClass(row["code"], Decimal(row["amount"]), places, mark)


def words_of(one: Suggested, rules: Rules) -> str:
    """Why, in words for the minutes."""
    said = {"place": one.place or "–", "places": rules.quota if rules.quota is not None else "–"}
    return {
        "rank": _("place %(place)s") if one.place else _("within the quota"),
        "quota": _("place %(place)s, below the cut-off at %(places)s"),
        "tie": _("ties across the last place: the meeting decides"),
        "class_tie": _("ties across the border of a class: the meeting decides"),
        "no_class": _("belongs to no class: the meeting decides"),
        "budget": _("place %(place)s, no longer within the budget"),
        "budget_tie": _("ties where the budget ends: the meeting decides"),
        "no_mark": _("no mark yet: the meeting decides"),
        "no_amount": _("no amount can be computed: the meeting decides"),
    }[one.why] % said
