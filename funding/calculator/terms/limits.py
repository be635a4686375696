"""Terms that hold a sum within limits: ceilings, pools, ranges, floors, places."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from funding.calculator.numbers import EXACT, ONE, ZERO
from funding.calculator.running import Batch, Column, Run, aligned, both, constant
from funding.calculator.terms.base import Term


@dataclass(frozen=True, slots=True)
class Cap(Term):
    """最高、不超过: a ceiling, fixed or itself a term (配套比例). It binds only where more was asked."""

    of: Term
    at: Term
    binds: str
    op = "cap"

    def parts(self) -> tuple[Term, ...]:
        return (self.of, self.at)

    def results(self) -> Iterator[tuple[str, bool]]:
        yield from Term.results(self)
        if self.binds:
            yield self.binds, True

    def row(self, run: Run) -> Decimal | None:
        value, limit = self.of.row(run), self.at.row(run)
        if value is None or limit is None:
            return None
        bound = value > limit
        if self.binds:
            run.mark(self.binds, bound)
        return run.note(self, (value, limit), limit if bound else value)

    def columns(self, batch: Batch) -> Column:
        value, limit = aligned(self.of.columns(batch), self.at.columns(batch))
        if self.binds:
            batch.mark(self.binds, value.values > limit.values)
        return batch.note(self, (value, limit), value.lowest(limit))


@dataclass(frozen=True, slots=True)
class Within(Term):
    """资金池、授信余量: no more than what is left of a limit after what others took of it."""

    of: Term
    limit: Decimal
    used: str
    remaining: str
    op = "within"

    def parts(self) -> tuple[Term, ...]:
        return (self.of,)

    def keys(self) -> tuple[str, ...]:
        return (self.used,)

    def results(self) -> Iterator[tuple[str, bool]]:
        yield from Term.results(self)
        if self.remaining:
            yield self.remaining, False

    def row(self, run: Run) -> Decimal | None:
        value, used = self.of.row(run), run.fact(self.used)
        if used is None:
            return None
        assert isinstance(used, Decimal)
        left = max(EXACT.subtract(self.limit, used), ZERO)
        granted = None if value is None else min(value, left)
        if self.remaining:
            run.outputs[self.remaining] = (left, granted)
        return None if granted is None else run.note(self, (value, self.limit, used, left), granted)

    def columns(self, batch: Batch) -> Column:
        value, used = self.of.columns(batch), batch.fact(self.used)
        left = constant(self.limit).minus(used).at_least_zero()
        granted = value.lowest(left)
        if self.remaining:
            batch.outputs[self.remaining] = left.minus(granted)
            batch.outputs[f"{self.remaining}.left"] = left
        return batch.note(self, (value, used, left), granted)


@dataclass(frozen=True, slots=True)
class Range(Term):
    """范围: an assessed amount from one number to another. Outside it is a mistake in the assessment, never
    rounded into the range: there is no amount then."""

    of: Term
    low: Decimal
    high: Decimal
    op = "range"

    def parts(self) -> tuple[Term, ...]:
        return (self.of,)

    def results(self) -> Iterator[tuple[str, bool]]:
        yield from Term.results(self)
        yield "valid", True

    def row(self, run: Run) -> Decimal | None:
        value = self.of.row(run)
        if value is None:
            return None
        run.mark("valid", self.low <= value <= self.high)
        return run.note(self, (value, self.low, self.high), value)

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        left, low = aligned(value, constant(self.low))
        right, high = aligned(value, constant(self.high))
        batch.mark("valid", (left.values >= low.values) & (right.values <= high.values))
        return batch.note(self, (value,), value)


@dataclass(frozen=True, slots=True)
class Floor(Term):
    """不少于: a duty of the giver. Too little is named, and the amount is of what is given."""

    of: Term
    key: str
    at_least: Decimal
    op = "floor"

    def parts(self) -> tuple[Term, ...]:
        return (self.of,)

    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def results(self) -> Iterator[tuple[str, bool]]:
        yield from Term.results(self)
        yield "compliant", True

    def row(self, run: Run) -> Decimal | None:
        value, given = self.of.row(run), run.fact(self.key)
        if given is None:
            return None
        assert isinstance(given, Decimal)
        run.mark("compliant", given >= self.at_least)
        return None if value is None else run.note(self, (given, self.at_least), value)

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        given, floor = aligned(batch.fact(self.key), constant(self.at_least))
        batch.mark("compliant", given.values >= floor.values)
        known = both(value.known, given.known)
        return batch.note(self, (given,), Column(value.values, value.scale, value.bound, known))


@dataclass(frozen=True, slots=True)
class Place(Term):
    """名额: one place for each of the first so many."""

    rank: str
    places: Decimal
    op = "place"

    def keys(self) -> tuple[str, ...]:
        return (self.rank,)

    def row(self, run: Run) -> Decimal | None:
        rank = run.fact(self.rank)
        if rank is None:
            return None
        assert isinstance(rank, Decimal)
        return run.note(self, (rank, self.places), ONE if ONE <= rank <= self.places else ZERO)

    def columns(self, batch: Batch) -> Column:
        rank = batch.fact(self.rank)
        inside = (rank.values >= 1) & (rank.values <= int(self.places))
        return batch.note(self, (rank,), Column(inside.astype(np.int64), 0, 1, rank.known))
