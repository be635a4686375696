"""Terms that give a sum: named, filed, added, multiplied."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from funding.calculator.numbers import EXACT, ZERO
from funding.calculator.running import WIDEST, Batch, Column, Run, constant, wide
from funding.calculator.terms.base import Term


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
        values = many.values if bound <= WIDEST else wide(many.values)
        return batch.note(self, (many,), Column(values.sum(axis=1), many.scale, bound, many.known))


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

    def results(self) -> Iterator[tuple[str, bool]]:
        yield from Term.results(self)
        yield from ((factor.output, False) for factor in self.by if factor.output)

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
