"""Who reviews what: a greedy choice that can be explained. Pure and deterministic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_of
from typing import Any

#: A reason is a code with values; ``reviews.selectors.words`` puts it into a sentence.
Reason = dict[str, Any]


@dataclass
class Candidate:
    """An expert as the choice sees him. ``this_year`` and ``open_now`` count up as cases are given."""

    id: int
    name: str
    fields: frozenset[str]
    region: str
    this_year: int
    per_year: int
    open_now: int
    at_once: int

    @property
    def room(self) -> int:
        return min(self.per_year - self.this_year, self.at_once - self.open_now)


@dataclass(frozen=True)
class Wanted:
    """A case that needs ``needed`` more experts. ``taken`` have it already or have said no."""

    id: int
    number: int
    field: str
    needed: int
    region: str = ""
    taken: frozenset[int] = frozenset()
    #: Expert → conflicts found, as reasons.
    conflicts: Mapping[int, Sequence[Reason]] = field_of(default_factory=dict)


@dataclass(frozen=True)
class Choice:
    case_id: int
    expert_id: int
    reasons: list[Reason]


@dataclass(frozen=True)
class Plan:
    """What is proposed, and how many experts each case still lacks."""

    choices: list[Choice]
    missing: dict[int, int]


def standing(candidate: Candidate, case: Wanted) -> tuple[bool, list[Reason]]:
    """Whether the expert can have the case, and everything that speaks for and against it."""
    conflicts = list(case.conflicts.get(candidate.id, ()))
    if conflicts:
        return False, conflicts
    load = {"code": "load_year", "count": candidate.this_year, "most": candidate.per_year}
    now = {"code": "load_now", "count": candidate.open_now, "most": candidate.at_once}
    if candidate.this_year >= candidate.per_year:
        return False, [{"code": "full_year", "count": candidate.this_year, "most": candidate.per_year}]
    if candidate.open_now >= candidate.at_once:
        return False, [{"code": "full_now", "count": candidate.open_now, "most": candidate.at_once}]
    reasons: list[Reason] = []
    if case.field:
        matches = case.field in candidate.fields
        reasons.append({"code": "field" if matches else "other_field", "field": case.field})
    if case.region:
        reasons.append({"code": "region" if candidate.region == case.region else "other_region",
                        "region": candidate.region})  # fmt: skip
    return True, [*reasons, load, now]


def _rank(candidate: Candidate, case: Wanted) -> tuple[Any, ...]:
    """Smaller is better: field, region wished for, the emptier desk, then name and id so that nothing is
    left to chance."""
    return (
        case.field not in candidate.fields if case.field else False,
        candidate.region != case.region if case.region else False,
        candidate.open_now,
        candidate.this_year,
        candidate.name,
        candidate.id,
    )


def propose(cases: Sequence[Wanted], candidates: Sequence[Candidate]) -> Plan:
    """Give each case its experts, the cases with the fewest matching experts first; never beyond a limit,
    never across a conflict. One expert per case and pass, so that no case is served at another's cost.
    """
    choices: list[Choice] = []
    has: dict[int, set[int]] = {case.id: set(case.taken) for case in cases}
    lacks = {case.id: case.needed for case in cases}

    def scarcity(case: Wanted) -> tuple[int, int, int]:
        fitting = sum(
            1
            for one in candidates
            if case.field in one.fields and not case.conflicts.get(one.id) and one.id not in case.taken
        )
        return fitting, case.number, case.id

    ordered = sorted(cases, key=scarcity)
    for _pass in range(max(lacks.values(), default=0)):
        for case in ordered:
            if lacks[case.id] <= 0:
                continue
            best = _best(case, candidates, has[case.id])
            if best is None:
                continue
            _able, reasons = standing(best, case)
            choices.append(Choice(case.id, best.id, reasons))
            has[case.id].add(best.id)
            lacks[case.id] -= 1
            best.this_year += 1
            best.open_now += 1
    return Plan(choices, {key: count for key, count in lacks.items() if count > 0})


def _best(case: Wanted, candidates: Sequence[Candidate], taken: set[int]) -> Candidate | None:
    able = [
        one for one in candidates if one.id not in taken and one.room > 0 and not case.conflicts.get(one.id)
    ]
    return min(able, key=lambda one: _rank(one, case), default=None)
