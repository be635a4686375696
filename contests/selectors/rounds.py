"""Rounds as they stand: who enters, who has which mark, who moves on."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from contests.enums import EntryState
from contests.models import ContestRound, Entry, PromotionLine
from reviews.models import Case
from reviews.selectors import results_of

#: How entries are called among the cases of reviews.
SUBJECT = "contest-entry"


def previous_round(round: ContestRound, division_id: int | None) -> ContestRound | None:
    """The round before, on the way of this division."""
    earlier = [
        one
        for one in round.contest.rounds.all()
        if one.sequence < round.sequence and one.division_id in (None, division_id)
    ]
    return max(earlier, key=lambda one: (one.sequence, one.division_id is not None), default=None)


def entries_for(round: ContestRound, day: date) -> QuerySet[Entry]:
    """Who may enter the round on that day: admitted entries where it is the first of their division, else
    those whose promotion from the round before is in effect."""
    divisions = [round.division] if round.division else list(round.contest.divisions.all())
    condition = Q(pk__in=[])
    for division in divisions:
        before = previous_round(round, division.pk)
        of_division = Q(division=division)
        if before is not None:
            lines = PromotionLine.objects.in_effect(day).filter(promotion__round=before, entry=OuterRef("pk"))
            of_division &= Q(Exists(lines))
        condition |= of_division
    rows = Entry.objects.filter(condition, state=EntryState.ADMITTED)
    return rows.select_related("division__contest", "incubator", "field", "park").order_by(
        "division__code", "number"
    )


def cases_of_round(round: ContestRound) -> list[tuple[Entry, Case]]:
    """The entries before the round that have not withdrawn, with their cases."""
    if round.review_round_id is None:
        return []
    cases = {
        case.subject_id: case
        for case in Case.objects.filter(round=round.review_round_id, subject_kind=SUBJECT).select_related(
            "round", "result_by", "confirmed_by"
        )
    }
    entries = Entry.objects.filter(pk__in=cases, state=EntryState.ADMITTED)
    rows = entries.select_related("division", "incubator").order_by("division__code", "number")
    return [(entry, cases[entry.pk]) for entry in rows]


def ranked_cases(round: ContestRound) -> list[tuple[Entry, Case, Decimal | None]]:
    """The same with their marks; two further queries, however many there are."""
    rows = cases_of_round(round)
    results = results_of([case for _entry, case in rows])
    return [(entry, case, results[case.pk].mark) for entry, case in rows]


def is_before_a_round(entry: Entry) -> bool:
    found: bool = Case.objects.filter(subject_kind=SUBJECT, subject_id=entry.pk).exists()
    return found


def steps_of_entries(entries: Sequence[Entry], day: date) -> dict[int, list[dict[str, Any]]]:
    """How far each entry came: the rounds whose promotion is in effect, in their sequence."""
    found: dict[int, list[dict[str, Any]]] = {entry.pk: [] for entry in entries}
    lines = PromotionLine.objects.in_effect(day).filter(entry__in=found)
    for line in lines.select_related("promotion__round").order_by("promotion__round__sequence"):
        found[line.entry_id].append({"round": line.promotion.round, "mark": line.mark, "place": line.place})
    return found
