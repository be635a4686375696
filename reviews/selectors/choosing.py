"""Who can review what: the pool with its load, the cases with what they still need, and why not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Q

from reviews.calculator import Candidate, Reason, Wanted, standing
from reviews.enums import AssignmentState
from reviews.models import Assignment, Case, Expert, ReviewRound
from reviews.selectors.ties import conflicts_of
from reviews.selectors.words import in_words, reason_of_conflict, sector_names

#: Counts against the expert's load of the year, and against what he has on his desk.
GIVEN = (
    AssignmentState.PROPOSED,
    AssignmentState.INVITED,
    AssignmentState.ACCEPTED,
    AssignmentState.SUBMITTED,
)
ON_THE_DESK = (AssignmentState.PROPOSED, AssignmentState.INVITED, AssignmentState.ACCEPTED)


def pool_of(park_id: int, *, on: date) -> tuple[list[Candidate], dict[int, Expert]]:
    """Experts with an agreement on that day, with their load of its calendar year."""
    in_year = Q(assignments__state__in=GIVEN, assignments__created_at__year=on.year)
    experts = list(
        Expert.objects.filter(park=park_id)
        .available(on)
        .annotate(
            this_year=Count("assignments", filter=in_year),
            open_now=Count("assignments", filter=Q(assignments__state__in=ON_THE_DESK)),
        )
        .order_by("sort_key", "pk")
    )
    candidates = [
        Candidate(
            id=expert.pk,
            name=expert.sort_key,
            fields=frozenset(expert.fields),
            region=expert.region,
            this_year=expert.this_year,
            per_year=expert.per_year,
            open_now=expert.open_now,
            at_once=expert.at_once,
        )
        for expert in experts
    ]
    return candidates, {expert.pk: expert for expert in experts}


def wanted(
    round: ReviewRound, cases: Sequence[Case], experts: Mapping[int, Expert], *, on: date, region: str = ""
) -> list[Wanted]:
    """What each case still needs. Whoever has it, declined it or is tied to it does not come again."""
    has: dict[int, dict[int, str]] = {case.pk: {} for case in cases}
    rows = Assignment.objects.filter(case__in=has).values_list("case_id", "expert_id", "state")
    for case_id, expert_id, state in rows:
        has[case_id][expert_id] = state
    ties = conflicts_of(experts.values(), cases, on=on)
    by_case: dict[int, dict[int, list[Reason]]] = {}
    for (case_id, expert_id), found in ties.items():
        by_case.setdefault(case_id, {})[expert_id] = [reason_of_conflict(item) for item in found]
    return [
        Wanted(
            id=case.pk,
            number=case.number,
            field=case.field,
            needed=max(0, round.marks_needed - sum(state in GIVEN for state in has[case.pk].values())),
            region=region,
            taken=frozenset(has[case.pk]),
            conflicts=by_case.get(case.pk, {}),
        )
        for case in cases
    ]


@dataclass(frozen=True)
class Option:
    """One expert beside one case: whether he can have it, and the sentences for and against."""

    expert: Expert
    is_able: bool
    words: list[str]


def options_for(case: Case, *, on: date) -> list[Option]:
    """The whole pool beside one case: who can have it first, then the others with what stands against, last
    those without an agreement of that day."""
    candidates, experts = pool_of(case.round.park_id, on=on)
    (need,) = wanted(case.round, [case], experts, on=on)
    sectors = sector_names()
    found: list[tuple[Any, Option]] = []
    for candidate in candidates:
        if candidate.id in need.taken:
            continue
        is_able, reasons = standing(candidate, need)
        order = (not is_able, case.field not in candidate.fields, candidate.open_now, candidate.name)
        found.append((order, Option(experts[candidate.id], is_able, in_words(reasons, sectors))))
    others = Expert.objects.filter(park=case.round.park_id, is_active=True).exclude(
        pk__in={*experts, *need.taken}
    )
    without = [
        Option(expert, is_able=False, words=in_words([{"code": "no_agreement"}], sectors))
        for expert in others.order_by("sort_key", "pk")
    ]
    return [*(option for _order, option in sorted(found, key=lambda item: item[0])), *without]
