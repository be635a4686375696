"""The terms an amount is built of. Each says once how one case is computed and how many are computed at once.

A term gives an exact number; nothing is rounded before the end. ``row`` answers for one case (None: a fact is
missing) and notes its step for the trace; ``columns`` answers for many. Both must agree to the last digit: a
property test holds them to it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from funding.calculator.facts import Words
from funding.calculator.numbers import EXACT, ONE, ZERO
from funding.calculator.running import Array, Batch, Column, Run, aligned, both, constant


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a term stands in the policy's text, and what it is called there."""

    clause: str = ""
    label: Words = Words()


@dataclass(frozen=True, slots=True)
class Term:
    """A part of an amount. ``output`` names its value as a result of its own, such as ``free_m2``."""

    origin: Origin
    output: str

    op = ""

    def row(self, run: Run) -> Decimal | None:
        raise NotImplementedError

    def columns(self, batch: Batch) -> Column:
        raise NotImplementedError

    def parts(self) -> tuple["Term", ...]:
        return ()

    def keys(self) -> tuple[str, ...]:
        """Facts this term reads by itself, without those of its parts."""
        return ()


def walk(term: Term) -> Iterator[Term]:
    yield term
    for part in term.parts():
        yield from walk(part)


@dataclass(frozen=True, slots=True)
class Fixed(Term):
    """定额: a sum that the text names."""

    amount: Decimal
    op = "fixed"

    def row(self, run: Run) -> Decimal:
        return run.note(self, (), self.amount)

    def columns(self, batch: Batch) -> Column:
        return batch.note(self, (), constant(self.amount))


@dataclass(frozen=True, slots=True)
class Fact(Term):
    """申请额、核定额…: a value of the case itself."""

    key: str
    op = "fact"

    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def row(self, run: Run) -> Decimal | None:
        value = run.fact(self.key)
        if value is None:
            return None
        assert isinstance(value, Decimal)
        return run.note(self, (), value)

    def columns(self, batch: Batch) -> Column:
        return batch.note(self, (), batch.fact(self.key))


@dataclass(frozen=True, slots=True)
class Positive(Term):
    """A loss counts as nothing."""

    of: Term
    op = "positive"

    def parts(self) -> tuple[Term, ...]:
        return (self.of,)

    def row(self, run: Run) -> Decimal | None:
        value = self.of.row(run)
        return None if value is None else run.note(self, (value,), max(value, ZERO))

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        return batch.note(self, (value,), value.at_least_zero())


@dataclass(frozen=True, slots=True)
class Increase(Term):
    """增量: this year over the year before; a fall counts as nothing."""

    current: str
    prior: str
    op = "increase"

    def keys(self) -> tuple[str, ...]:
        return (self.current, self.prior)

    def row(self, run: Run) -> Decimal | None:
        current, prior = run.fact(self.current), run.fact(self.prior)
        if current is None or prior is None:
            return None
        assert isinstance(current, Decimal)
        assert isinstance(prior, Decimal)
        return run.note(self, (current, prior), max(EXACT.subtract(current, prior), ZERO))

    def columns(self, batch: Batch) -> Column:
        current, prior = batch.fact(self.current), batch.fact(self.prior)
        return batch.note(self, (current, prior), current.minus(prior).at_least_zero())


@dataclass(frozen=True, slots=True)
class Total(Term):
    """累计: a list of sums, such as loans in the order they were drawn."""

    key: str
    op = "total"

    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def row(self, run: Run) -> Decimal | None:
        values = run.fact(self.key)
        if values is None:
            return None
        assert isinstance(values, tuple)
        total = ZERO
        for value in values:
            total = EXACT.add(total, value)
        return run.note(self, (values,), total)

    def columns(self, batch: Batch) -> Column:
        many = batch.fact(self.key)
        if many.values.ndim < 2:
            return many
        bound = many.bound * max(1, many.values.shape[1])
        return batch.note(self, (many,), Column(many.values.sum(axis=1), many.scale, bound, many.known))


@dataclass(frozen=True, slots=True)
class Sum(Term):
    """合计: several parts together."""

    of: tuple[Term, ...]
    op = "sum"

    def parts(self) -> tuple[Term, ...]:
        return self.of

    def row(self, run: Run) -> Decimal | None:
        values = [part.row(run) for part in self.of]
        total = ZERO
        for value in values:
            if value is None:
                return None
            total = EXACT.add(total, value)
        return run.note(self, tuple(values), total)

    def columns(self, batch: Batch) -> Column:
        values = [part.columns(batch) for part in self.of]
        total = values[0]
        for value in values[1:]:
            total = total.plus(value)
        return batch.note(self, tuple(values), total)


@dataclass(frozen=True, slots=True)
class Factor:
    """What a sum is multiplied by: a number of the text or a fact, at most so much, perhaps a result
    itself."""

    kind: str
    number: Decimal | None = None
    key: str = ""
    at_most: Decimal | None = None
    output: str = ""

    def row(self, run: Run) -> Decimal | None:
        value = self.number
        if value is None:
            given = run.fact(self.key)
            if given is None:
                return None
            assert isinstance(given, Decimal)
            value = given
            if self.at_most is not None and value > self.at_most:
                value = self.at_most
        if self.output:
            run.outputs[self.output] = value
        return value

    def columns(self, batch: Batch) -> Column:
        value = batch.fact(self.key) if self.number is None else constant(self.number)
        if self.at_most is not None:
            value = value.lowest(constant(self.at_most))
        if self.output:
            batch.outputs[self.output] = value
        return value


@dataclass(frozen=True, slots=True)
class Times(Term):
    """比例、利率、年限、面积×月数: a sum times one or several numbers."""

    of: Term
    by: tuple[Factor, ...]
    op = "times"

    def parts(self) -> tuple[Term, ...]:
        return (self.of,)

    def keys(self) -> tuple[str, ...]:
        return tuple(factor.key for factor in self.by if factor.key)

    def row(self, run: Run) -> Decimal | None:
        value = self.of.row(run)
        values: list[Decimal | None] = [value]
        for factor in self.by:
            number = factor.row(run)
            values.append(number)
            value = None if value is None or number is None else EXACT.multiply(value, number)
        return None if value is None else run.note(self, tuple(values), value)

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        values = [value]
        for factor in self.by:
            number = factor.columns(batch)
            values.append(number)
            value = value.times(number)
        return batch.note(self, tuple(values), value)


@dataclass(frozen=True, slots=True)
class Cap(Term):
    """最高、不超过: a ceiling, fixed or itself a term (配套比例). It binds only where more was asked."""

    of: Term
    at: Term
    binds: str
    op = "cap"

    def parts(self) -> tuple[Term, ...]:
        return (self.of, self.at)

    def row(self, run: Run) -> Decimal | None:
        value, limit = self.of.row(run), self.at.row(run)
        if value is None or limit is None:
            return None
        bound = value > limit
        if self.binds:
            run.outputs[self.binds] = run.outputs.get(self.binds, False) or bound
        return run.note(self, (value, limit), limit if bound else value)

    def columns(self, batch: Batch) -> Column:
        value, limit = aligned(self.of.columns(batch), self.at.columns(batch))
        if self.binds:
            before = batch.outputs.get(self.binds)
            bound = value.values > limit.values
            batch.outputs[self.binds] = bound if before is None else bound | before  # type: ignore[operator]
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
class Bands(Term):
    """分段: each part of a sum at the share of its own band, so that one yuan more never pays less."""

    of: Term
    bands: tuple[tuple[Decimal, Decimal], ...]
    above: Decimal
    op = "bands"

    def parts(self) -> tuple[Term, ...]:
        return (self.of,)

    def row(self, run: Run) -> Decimal | None:
        value = self.of.row(run)
        if value is None:
            return None
        counted, start = ZERO, ZERO
        slices: list[tuple[Decimal, Decimal]] = []
        for end, share in self.bands:
            part = EXACT.subtract(min(value, end), start)
            if part <= ZERO:
                break
            slices.append((part, share))
            counted = EXACT.add(counted, EXACT.multiply(part, share))
            start = end
        if value > self.bands[-1][0]:
            part = EXACT.subtract(value, self.bands[-1][0])
            slices.append((part, self.above))
            counted = EXACT.add(counted, EXACT.multiply(part, self.above))
        return run.note(self, (value, tuple(slices)), counted)

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        counted, start = None, constant(ZERO)
        for end, share in self.bands:
            part = value.lowest(constant(end)).minus(start).at_least_zero().times(constant(share))
            counted = part if counted is None else counted.plus(part)
            start = constant(end)
        assert counted is not None
        if self.above:
            counted = counted.plus(value.minus(start).at_least_zero().times(constant(self.above)))
        return batch.note(self, (value,), counted)


@dataclass(frozen=True, slots=True)
class Tiers(Term):
    """分档: the amount of the highest step that the value reaches (以上, the step itself included)."""

    of: Term
    steps: tuple[tuple[Decimal, Term], ...]
    op = "tiers"

    def parts(self) -> tuple[Term, ...]:
        return (self.of, *(term for _start, term in self.steps))

    def row(self, run: Run) -> Decimal | None:
        value = self.of.row(run)
        if value is None:
            return None
        chosen = None
        for start, term in self.steps:
            if value >= start:
                chosen = (start, term)
        if chosen is None:
            return run.note(self, (value, None), ZERO)
        amount = chosen[1].row(run)
        return None if amount is None else run.note(self, (value, chosen[0]), amount)

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        result = constant(ZERO)
        for start, term in self.steps:
            left, right = aligned(value, constant(start))
            result = term.columns(batch).where(left.values >= right.values, result)
        result.known = both(result.known, value.known)
        return batch.note(self, (value,), result)


@dataclass(frozen=True, slots=True)
class Choose(Term):
    """分类: the term of the track that the case belongs to."""

    by: str
    cases: Mapping[str, Term]
    order: tuple[str, ...]
    op = "choose"

    def parts(self) -> tuple[Term, ...]:
        return tuple(self.cases.values())

    def keys(self) -> tuple[str, ...]:
        return (self.by,)

    def row(self, run: Run) -> Decimal | None:
        track = run.fact(self.by)
        if track is None:
            return None
        value = self.cases[str(track)].row(run)
        return None if value is None else run.note(self, (track,), value)

    def columns(self, batch: Batch) -> Column:
        track = batch.fact(self.by)
        outputs, seen = batch.outputs, dict(batch.outputs)
        result = constant(ZERO)
        for number, name in enumerate(self.order):
            here = track.values == number
            batch.outputs = {}
            result = self.cases[name].columns(batch).where(here, result)
            for key, flags in batch.outputs.items():
                seen[key] = _merged(here, flags, seen.get(key))
        batch.outputs = outputs
        outputs.update(seen)
        result.known = both(result.known, track.known)
        return batch.note(self, (track,), result)


def _merged(here: Array, new: Column | Array, old: Column | Array | None) -> Column | Array:
    if isinstance(new, Column):
        return new.where(here, old if isinstance(old, Column) else constant(ZERO))
    return np.where(here, new, np.zeros_like(here) if not isinstance(old, np.ndarray) else old)


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

    def row(self, run: Run) -> Decimal | None:
        value = self.of.row(run)
        if value is None:
            return None
        run.outputs["valid"] = self.low <= value <= self.high
        return run.note(self, (value, self.low, self.high), value)

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        left, low = aligned(value, constant(self.low))
        right, high = aligned(value, constant(self.high))
        batch.outputs["valid"] = (left.values >= low.values) & (right.values <= high.values)
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

    def row(self, run: Run) -> Decimal | None:
        value, given = self.of.row(run), run.fact(self.key)
        if given is None:
            return None
        assert isinstance(given, Decimal)
        run.outputs["compliant"] = given >= self.at_least
        return None if value is None else run.note(self, (given, self.at_least), value)

    def columns(self, batch: Batch) -> Column:
        value = self.of.columns(batch)
        given, floor = aligned(batch.fact(self.key), constant(self.at_least))
        batch.outputs["compliant"] = given.values >= floor.values
        known = both(value.known, given.known)
        return batch.note(self, (given,), Column(value.values, value.scale, value.bound, known))


@dataclass(frozen=True, slots=True)
class Decided(Term):
    """一事一议: where the fact holds, a person decides the amount and no formula does."""

    when: str
    of: Term
    op = "decided"

    def parts(self) -> tuple[Term, ...]:
        return (self.of,)

    def keys(self) -> tuple[str, ...]:
        return (self.when,)

    def row(self, run: Run) -> Decimal | None:
        special = run.fact(self.when)
        if special is None:
            return None
        run.outputs["manual"] = special is True
        if special is True:
            run.note(self, (), None)
            return None
        return self.of.row(run)

    def columns(self, batch: Batch) -> Column:
        special, value = batch.fact(self.when), self.of.columns(batch)
        manual = special.values != 0
        batch.outputs["manual"] = manual
        known = both(both(value.known, special.known), ~manual)
        return batch.note(self, (special,), Column(value.values, value.scale, value.bound, known))


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
