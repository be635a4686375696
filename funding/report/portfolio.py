"""One policy over many applicants: who gets what under the rules over all of them, and what if.

Everything is computed from the frozen facts that are given, column by column; nothing is read or written.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from funding.calculator import (
    Cut,
    Standing,
    Terms,
    Ties,
    cut_off,
    evaluate,
    evaluate_table,
    places_of,
    read_facts,
    spend,
    table_of,
)
from funding.calculator.conditions import Ranked, Test
from funding.calculator.terms import walk
from funding.calculator.terms.limits import Place, Within

#: Paths of the rules of a version that a variant may change beside the numbers of the terms.
RULE_PATHS = ("places", "budget_yuan")


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds over all applicants. ``rank_by`` is the key of a fact, or empty for the amount."""

    places: int | None = None
    ties: Ties = Ties.DECIDE
    budget_fen: int | None = None
    cut: Cut = Cut.STOP
    rank_by: str = ""


@dataclass(slots=True)
class Line:
    """One applicant. ``eligible`` None: a fact or a decision is missing. ``wanted_fen`` is what the terms
    give, ``granted_fen`` what is left of that under the rules; ``standing`` in, out, tied or empty."""

    eligible: bool | None
    wanted_fen: int | None
    granted_fen: int = 0
    place: int | None = None
    tied: bool = False
    standing: str = ""

    def as_data(self) -> dict[str, Any]:
        return {
            "eligible": self.eligible,
            "wanted_fen": self.wanted_fen,
            "granted_fen": self.granted_fen,
            "place": self.place,
            "tied": self.tied,
            "standing": self.standing,
        }


def ranked_by_terms(terms: Terms) -> tuple[str, int] | None:
    """The fact that holds the place in a ranking, and how many places the terms themselves give."""
    for condition in terms.conditions:
        for test in _inside(condition.test):
            if isinstance(test, Ranked):
                return test.key, int(test.places)
    if terms.amount is not None:
        for term in walk(terms.amount):
            if isinstance(term, Place):
                return term.rank, int(term.places)
    return None


def _inside(test: Test) -> Iterator[Test]:
    yield test
    for inner in test.tests():
        yield from _inside(inner)


Asked = tuple[list[bool | None], list[int | None]]


def compute(
    terms: Terms,
    cases: Sequence[Mapping[str, Any]],
    rules: Rules,
    *,
    answers: Callable[[Terms, Sequence[Mapping[str, Any]]], Asked] | None = None,
) -> list[Line]:
    """The result for every case, in the order given. ``answers`` asks the terms; column by column unless
    another way is given."""
    ranked = ranked_by_terms(terms)
    read = [read_facts(terms.facts, case) for case in cases]
    if ranked is not None:  # the places follow from everybody together: first see who competes for one
        read = [{**case, ranked[0]: Decimal(1)} for case in read]
    eligible, amounts = (answers or by_columns)(terms, read)
    lines = [Line(open_to, amount) for open_to, amount in zip(eligible, amounts, strict=True)]
    rivals = [number for number, line in enumerate(lines) if line.eligible and line.wanted_fen is not None]
    _rank(lines, rivals, _values(terms, read, lines, rivals, rules.rank_by))
    limits = [limit for limit in (rules.places, ranked[1] if ranked else None) if limit is not None]
    if limits:
        _cut(lines, rivals, min(limits), rules.ties)
    for number in rivals:
        line = lines[number]
        line.standing = line.standing or Standing.IN
        if line.standing == Standing.IN and terms.outcome != "place":
            line.granted_fen = line.wanted_fen or 0
    pool_fen = pool_left(terms, [read[number] for number in rivals])
    if pool_fen is not None and (rules.budget_fen is None or pool_fen < rules.budget_fen):
        _spend(lines, rivals, pool_fen, Cut.PART)
    elif rules.budget_fen is not None:
        _spend(lines, rivals, rules.budget_fen, rules.cut)
    return lines


def pool_of(terms: Terms) -> Within | None:
    """The pool that the amount comes from, which all who draw on it share; a line of credit is one's own."""
    pool = terms.amount
    return pool if isinstance(pool, Within) and pool.remaining else None


def pool_left(terms: Terms, rivals: Sequence[Mapping[str, Any]]) -> int | None:
    """What is left of the pool that all rivals draw on, in fen; None where the amount comes from no pool.

    Everybody alone is promised what is left; together they have it once. Where they say different things
    about what was taken before, the most counts.
    """
    pool = pool_of(terms)
    if pool is None or not rivals:
        return None
    taken = max(case[pool.used] for case in rivals)
    return max(int((pool.limit - taken).scaleb(2)), 0)


def by_columns(terms: Terms, cases: Sequence[Mapping[str, Any]]) -> Asked:
    """All cases at once; the same to the fen as each alone."""
    found = evaluate_table(terms, table_of(terms, cases))
    eligible = [
        bool(open_to) if settled else None
        for open_to, settled in zip(found.eligible.tolist(), found.decided.tolist(), strict=True)
    ]
    amounts = [
        int(amount) if known else None
        for amount, known in zip(found.amount.tolist(), found.has_amount.tolist(), strict=True)
    ]
    return eligible, amounts


def row_by_row(terms: Terms, cases: Sequence[Mapping[str, Any]]) -> Asked:
    """Each case alone, as a single question answers it."""
    results = [evaluate(terms, case) for case in cases]
    return (
        [one.eligible for one in results],
        [None if one.amount is None else int(one.amount.scaleb(2)) for one in results],
    )


def _values(
    terms: Terms,
    cases: Sequence[Mapping[str, Any]],
    lines: Sequence[Line],
    rivals: Sequence[int],
    rank_by: str,
) -> list[int]:
    """What each rival is ranked by, in whole numbers; an absent fact ranks last."""
    if not rank_by:
        return [lines[number].wanted_fen or 0 for number in rivals]
    places = terms.facts[rank_by].places
    values = [cases[number].get(rank_by) for number in rivals]
    return [int(value.scaleb(places)) if isinstance(value, Decimal) else -1 for value in values]


def _rank(lines: Sequence[Line], rivals: Sequence[int], values: list[int]) -> None:
    found = places_of(values)
    counts: dict[int, int] = {}
    for place in found:
        counts[place] = counts.get(place, 0) + 1
    for number, place in zip(rivals, found, strict=True):
        lines[number].place, lines[number].tied = place, counts[place] > 1


def _cut(lines: Sequence[Line], rivals: Sequence[int], places: int, ties: Ties) -> None:
    order = [-(lines[number].place or 0) for number in rivals]  # the first place is the largest value
    for number, ranked in zip(rivals, cut_off(order, places=places, ties=ties), strict=True):
        lines[number].standing = ranked.standing.value


def _spend(lines: Sequence[Line], rivals: Sequence[int], budget_fen: int, cut: Cut) -> None:
    served = [number for number in rivals if lines[number].standing == Standing.IN]
    granted = spend(
        [lines[number].granted_fen for number in served],
        order=[lines[number].place or 0 for number in served],
        budget_fen=budget_fen,
        cut=cut,
    )
    for number, one in zip(served, granted, strict=True):
        lines[number].granted_fen = one.granted_fen
        lines[number].standing = one.standing.value


def totals_of(lines: Sequence[Line]) -> dict[str, int]:
    """Cost in fen, and how many stand where."""
    return {
        "applicants": len(lines),
        "cost_fen": sum(line.granted_fen for line in lines),
        "wanted_fen": sum(line.wanted_fen or 0 for line in lines if line.eligible),
        "granted": sum(line.standing == Standing.IN for line in lines),
        "tied": sum(line.standing == Standing.TIED for line in lines),
        "cut": sum(line.standing == Standing.OUT for line in lines),
        "not_entitled": sum(line.eligible is False for line in lines),
        "open": sum(line.eligible is None or (line.eligible and line.wanted_fen is None) for line in lines),
    }


def compared(base: Sequence[Line], variant: Sequence[Line]) -> dict[str, int]:
    """Side by side, in fen: who gets more, who gets less, who is new, who drops out."""
    pairs = list(zip(base, variant, strict=True))
    changes = [other.granted_fen - one.granted_fen for one, other in pairs]
    is_in = [(one.standing == Standing.IN, other.standing == Standing.IN) for one, other in pairs]
    return {
        "difference_fen": sum(changes),
        "winners": sum(change > 0 for change in changes),
        "losers": sum(change < 0 for change in changes),
        "gained_fen": sum(change for change in changes if change > 0),
        "lost_fen": -sum(change for change in changes if change < 0),
        "new": sum(not before and after for before, after in is_in),
        "dropped": sum(before and not after for before, after in is_in),
    }
