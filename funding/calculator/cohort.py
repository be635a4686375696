"""Rules over all applicants together: ranking with a cut-off, yearly places, a budget that runs out.

Equal values share a place (1, 2, 2, 4). What happens to a tie across the last place is a rule of the policy:
never the order of a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Ties(StrEnum):
    """What becomes of those who tie across the last place."""

    ALL_IN = "all_in"
    ALL_OUT = "all_out"
    DECIDE = "decide"


class Cut(StrEnum):
    """What a budget does with the first applicant that it cannot pay in full."""

    STOP = "stop"
    SKIP = "skip"
    PART = "part"


class Standing(StrEnum):
    """Where an applicant stands after a cohort rule."""

    IN = "in"
    OUT = "out"
    TIED = "tied"


@dataclass(frozen=True, slots=True)
class Ranked:
    """Place from 1; ``tied`` says that others have the same; ``standing`` after the cut-off."""

    place: int
    tied: bool
    standing: Standing


@dataclass(frozen=True, slots=True)
class Granted:
    """What the budget gives, in fen, and what was left of it before."""

    granted_fen: int
    left_fen: int
    standing: Standing


def places_of(values: Sequence[int]) -> list[int]:
    """The place of each value, the largest first; equal values share the place of the first of them."""
    order = sorted(range(len(values)), key=lambda index: -values[index])
    places = [0] * len(values)
    for position, index in enumerate(order):
        previous = order[position - 1] if position else None
        same = previous is not None and values[previous] == values[index]
        places[index] = places[previous] if same and previous is not None else position + 1
    return places


def cut_off(values: Sequence[int], *, places: int, ties: Ties) -> list[Ranked]:
    """Who is among the first ``places``. A group that ties across the last place goes in, stays out or waits
    for a decision, as ``ties`` says; every group that fits as a whole is in."""
    found = places_of(values)
    count: dict[int, int] = {}
    for place in found:
        count[place] = count.get(place, 0) + 1
    across = {Ties.ALL_IN: Standing.IN, Ties.ALL_OUT: Standing.OUT, Ties.DECIDE: Standing.TIED}[Ties(ties)]
    ranked = []
    for place in found:
        last = place + count[place] - 1
        if last <= places:
            standing = Standing.IN
        elif place > places:
            standing = Standing.OUT
        else:
            standing = across
        ranked.append(Ranked(place, count[place] > 1, standing))
    return ranked


def spend(amounts_fen: Sequence[int], *, order: Sequence[int], budget_fen: int, cut: Cut) -> list[Granted]:
    """Pay in the given order (smaller first) until the budget is used up. Equal orders compete together:
    where the budget cannot pay the whole group, all of the group wait for a decision and nothing is paid
    after them."""
    groups: dict[int, list[int]] = {}
    for index, place in enumerate(order):
        groups.setdefault(place, []).append(index)
    granted: list[Granted | None] = [None] * len(amounts_fen)
    left, closed = budget_fen, False
    for place in sorted(groups):
        members = groups[place]
        wanted = sum(amounts_fen[index] for index in members)
        if not closed and wanted <= left:
            for index in members:
                granted[index] = Granted(amounts_fen[index], left, Standing.IN)
                left -= amounts_fen[index]
            continue
        tied = not closed and len(members) > 1
        for index in members:
            part = left if not closed and not tied and cut is Cut.PART else 0
            standing = Standing.TIED if tied else Standing.IN if part else Standing.OUT
            granted[index] = Granted(part, left, standing)
            left -= part
        closed = closed or tied or cut is not Cut.SKIP
    return [one for one in granted if one is not None]
