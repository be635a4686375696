"""From marks to a proposal for the meeting: places, classes, quota, budget. Pure and exact, in fen.

Nothing is decided here. A tie across a border waits for a person unless the programme's tie rule settles it;
whoever has no mark or no amount is never let in by the order of a table.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from funding.calculator import Cut, Standing, Ties, cut_off, places_of, spend

HUNDREDTH = Decimal("0.01")


def rounded(value: Decimal) -> Decimal:
    """Half up to 0.01."""
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)


def fen(amount: Decimal) -> int:
    return int(rounded(amount) * 100)


def combined(marks: Sequence[tuple[Decimal, Decimal]], *, basis: str) -> Decimal | None:
    """One mark of 100 out of (mark, full mark) of each review step in order; None without any.

    ``basis`` is ``mean`` or ``last``. A step with another full mark counts as much as the others.
    """
    if not marks:
        return None
    used = marks[-1:] if basis == "last" else marks
    shares = [mark * 100 / full for mark, full in used]
    return rounded(sum(shares, Decimal(0)) / len(shares))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An application before the meeting. ``offered`` is what the policy computed; amounts are None where
    nothing is known."""

    id: int
    mark: Decimal | None
    requested: Decimal | None = None
    offered: Decimal | None = None


@dataclass(frozen=True, slots=True)
class AwardClass:
    """``places`` still free in the class, or the lowest mark that belongs to it; both None: all the rest."""

    code: str
    amount: Decimal
    places: int | None = None
    min_mark: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """How a programme ranks and pays. ``budget`` is what is left of the money; None where none is named."""

    award: str
    ties: Ties
    cut: Cut
    quota: int | None = None
    cap: Decimal | None = None
    budget: Decimal | None = None
    classes: tuple[AwardClass, ...] = ()
    #: Whether the chain gives marks at all; without them nobody is ranked.
    ranks: bool = True


@dataclass(frozen=True, slots=True)
class Suggested:
    """``standing`` is ``in``, ``out`` or ``tied`` (a person decides); ``why`` a code: ``rank``, ``quota``,
    ``tie``, ``class_tie``, ``budget``, ``budget_tie``, ``no_mark``, ``no_amount``, ``no_class``."""

    id: int
    mark: Decimal | None
    place: int | None
    tied: bool
    standing: Standing
    award_class: str = ""
    amount: Decimal | None = None
    why: str = "rank"


def suggest(candidates: Sequence[Candidate], rules: Rules) -> list[Suggested]:
    """The candidates by place, the best first; equal ones by id."""
    ranked = [one for one in candidates if not rules.ranks or one.mark is not None]
    left_over = [one for one in candidates if rules.ranks and one.mark is None]
    found = _within_quota(ranked, rules)
    found = _with_amounts(found, {one.id: one for one in candidates}, rules)
    found = _within_budget(found, rules)
    found.sort(key=lambda one: (one.place or 0, one.id))
    last = [Suggested(one.id, None, None, False, Standing.TIED, why="no_mark") for one in left_over]
    return [*found, *sorted(last, key=lambda one: one.id)]


def _values(candidates: Sequence[Candidate]) -> list[int]:
    return [int((one.mark or Decimal(0)) * 100) for one in candidates]


def _within_quota(candidates: Sequence[Candidate], rules: Rules) -> list[Suggested]:
    if not candidates:
        return []
    quota = len(candidates) if rules.quota is None else rules.quota
    whys = {Standing.IN: "rank", Standing.OUT: "quota", Standing.TIED: "tie"}
    rows = cut_off(_values(candidates), places=quota, ties=rules.ties)
    return [
        Suggested(
            one.id,
            one.mark if rules.ranks else None,
            row.place if rules.ranks else None,
            row.tied and rules.ranks,
            row.standing,
            why=whys[row.standing],
        )
        for one, row in zip(candidates, rows, strict=True)
    ]


def _with_amounts(rows: Sequence[Suggested], given: Mapping[int, Candidate], rules: Rules) -> list[Suggested]:
    if rules.award == "classes":
        return _classed(rows, rules)
    return [_single(row, given[row.id], rules) for row in rows]


def _single(row: Suggested, candidate: Candidate, rules: Rules) -> Suggested:
    """As asked for or as the policy computes it, never above the cap nor above what was asked for."""
    limits = [candidate.requested, rules.cap]
    if rules.award == "policy":
        limits.append(candidate.offered)
    known = [one for one in limits if one is not None]
    settled = candidate.offered if rules.award == "policy" else candidate.requested
    if settled is None or not known or min(known) <= 0:
        if row.standing is Standing.OUT:
            return row
        return replace(row, standing=Standing.TIED, why="no_amount")
    return replace(row, amount=rounded(min(known))) if row.standing is not Standing.OUT else row


def _classed(rows: Sequence[Suggested], rules: Rules) -> list[Suggested]:
    """Classes are filled from the best place on; a tie across the border of a class waits for a person."""
    inside = [row for row in rows if row.standing is not Standing.OUT]
    places = places_of(_values([Candidate(row.id, row.mark) for row in inside]))
    count = {place: places.count(place) for place in set(places)}
    found: dict[int, Suggested] = {row.id: row for row in rows}
    for row, place in zip(inside, places, strict=True):
        first, last = (_class_at(rules, position, row.mark) for position in (place, place + count[place] - 1))
        if first is None or (last is not None and last.code != first.code) or last is None:
            why = "no_class" if first is None else "class_tie"
            found[row.id] = replace(row, standing=Standing.TIED, why=why)
        else:
            amount = first.amount if rules.cap is None else min(first.amount, rules.cap)
            found[row.id] = replace(row, award_class=first.code, amount=rounded(amount))
    return list(found.values())


def _class_at(rules: Rules, position: int, mark: Decimal | None) -> AwardClass | None:
    """The class of the ``position``-th (from 1) with this mark."""
    taken = 0
    for one in rules.classes:
        if one.min_mark is not None and (mark is None or mark < one.min_mark):
            continue
        if one.places is None or position <= taken + one.places:
            return one
        taken += one.places
    return None


def _within_budget(rows: Sequence[Suggested], rules: Rules) -> list[Suggested]:
    """Pay from the best place on until the money ends; equal places compete together."""
    if rules.budget is None:
        return list(rows)
    paid = [row for row in rows if row.standing is Standing.IN and row.amount is not None]
    granted = spend(
        [fen(row.amount or Decimal(0)) for row in paid],
        order=[row.place or 1 for row in paid],
        budget_fen=fen(max(rules.budget, Decimal(0))),
        cut=rules.cut,
    )
    found = {row.id: row for row in rows}
    for row, one in zip(paid, granted, strict=True):
        if one.standing is Standing.IN:
            found[row.id] = replace(row, amount=Decimal(one.granted_fen) / 100)
        else:
            why = "budget_tie" if one.standing is Standing.TIED else "budget"
            found[row.id] = replace(row, standing=one.standing, why=why)
    return list(found.values())
