"""Who moves on by the rule, and shares that stay honest about bounds. Pure: no database, no clock."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from funding.calculator import Standing, Ties, cut_off, places_of

IN, OUT, TIED, UNMARKED = "in", "out", "tied", "unmarked"
_ANSWERS = {Standing.IN: IN, Standing.OUT: OUT, Standing.TIED: TIED}


@dataclass(frozen=True)
class Placed:
    """The place of an entry among those with a mark, from 1; equal marks share it. ``answer`` of the rule."""

    place: int | None
    is_tied: bool
    answer: str


def rank(
    marks: Sequence[Decimal | None], *, best: int | None, at_least: Decimal | None, ties: str
) -> list[Placed]:
    """Rank by mark and apply the rule: at least a mark, among the best so many, or both.

    Who ties across the last place goes in, stays out or waits for a decision as ``ties`` says; the order of
    the input never matters. An entry without a mark has no place and is not promoted by any rule.
    """
    marked = [index for index, mark in enumerate(marks) if mark is not None]
    # Marks have two places, so hundredths are exact.
    hundredths = [int((marks[index] or Decimal(0)) * 100) for index in marked]
    places = places_of(hundredths)
    answers = dict.fromkeys(range(len(marks)), UNMARKED)
    good = [
        position
        for position, index in enumerate(marked)
        if at_least is None or (marks[index] or Decimal(0)) >= at_least
    ]
    for position in range(len(marked)):
        answers[marked[position]] = OUT
    if best is None:
        answers |= dict.fromkeys((marked[position] for position in good), IN)
    else:
        ranked = cut_off([hundredths[position] for position in good], places=best, ties=Ties(ties))
        for position, found in zip(good, ranked, strict=True):
            answers[marked[position]] = _ANSWERS[found.standing]
    shared = {place for place in places if places.count(place) > 1}
    by_index = dict(zip(marked, places, strict=True))
    return [
        Placed(by_index.get(index), by_index.get(index) in shared, answers[index])
        for index in range(len(marks))
    ]


#: What a bound of the whole makes of a share of it: of at least 40, five are at most 12.5%.
_SHARE_OF = {"exact": "exact", "above": "below", "at_least": "at_most", "at_most": "at_least"}
_BOUNDS = {"exact": 0, "at_least": 1, "above": 1, "at_most": -1}


@dataclass(frozen=True)
class Share:
    """A share of 1, to a tenth of a percent, and how it is to be read: exact, at_most, below, at_least,
    approx."""

    value: Decimal
    reading: str


def share_of(
    part: int | None, whole: int | None, *, part_as: str = "exact", whole_as: str = "exact"
) -> Share | None:
    """Part of whole, where a bound stays a bound; None where nothing can be said."""
    if part is None or not whole:
        return None
    value = (Decimal(part) / Decimal(whole)).quantize(Decimal("0.001"), ROUND_HALF_UP)
    if part_as == "exact" and whole_as in _SHARE_OF:
        return Share(value, _SHARE_OF[whole_as])
    if whole_as == "exact" and part_as in _BOUNDS:
        return Share(value, part_as)
    # Both ends move the same way only when one grows as the other shrinks.
    if _BOUNDS.get(part_as, 0) * _BOUNDS.get(whole_as, 0) < 0:
        return Share(value, "at_least" if _BOUNDS[part_as] > 0 else "at_most")
    return Share(value, "approx")
