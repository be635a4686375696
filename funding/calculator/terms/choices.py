"""Terms that choose: by bands, by tiers, by the track of a case, by a person."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from funding.calculator.numbers import EXACT, ZERO
from funding.calculator.running import LASTING, Batch, Column, Mask, Run, aligned, both, constant
from funding.calculator.terms.base import Term


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
        reached: list[Mask] = []
        for start, _term in self.steps:
            left, right = aligned(value, constant(start))
            reached.append(left.values >= right.values)
        beyond = [*reached[1:], np.zeros_like(reached[-1])]
        result = _branches(
            batch,
            [
                (here & ~higher, term)
                for here, higher, (_start, term) in zip(reached, beyond, self.steps, strict=True)
            ],
        )
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
        result = _branches(
            batch, [(track.values == number, self.cases[name]) for number, name in enumerate(self.order)]
        )
        result.known = both(result.known, track.known)
        return batch.note(self, (track,), result)


def _branches(batch: Batch, branches: Sequence[tuple[Mask, Term]]) -> Column:
    """Each term where its mask holds, zero where none does. Results of a term count only where it does."""
    outer, seen = batch.outputs, dict[str, Column | Mask]()
    result = constant(ZERO)
    for here, term in branches:
        batch.outputs = {}
        result = term.columns(batch).where(here, result)
        for name, value in batch.outputs.items():
            seen[name] = _merged(name, here, value, seen.get(name))
    batch.outputs = outer
    for name, value in seen.items():
        if isinstance(value, Column):
            batch.outputs[name] = value
        else:
            batch.mark(name, value)
    return result


def _merged(name: str, here: Mask, new: Column | Mask, old: Column | Mask | None) -> Column | Mask:
    if isinstance(new, Column):
        return new.where(here, old if isinstance(old, Column) else constant(ZERO))
    if old is None:
        old = np.full_like(here, name in LASTING)
    assert not isinstance(old, Column)
    return np.where(here, new, old)


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

    def results(self) -> Iterator[tuple[str, bool]]:
        yield from Term.results(self)
        yield "manual", True

    def row(self, run: Run) -> Decimal | None:
        special = run.fact(self.when)
        if special is None:
            return None
        run.mark("manual", special is True)
        if special is True:
            run.note(self, (), None)
            return None
        return self.of.row(run)

    def columns(self, batch: Batch) -> Column:
        special, value = batch.fact(self.when), self.of.columns(batch)
        manual = special.values != 0
        batch.mark("manual", manual)
        known = both(both(value.known, special.known), ~manual)
        return batch.note(self, (special,), Column(value.values, value.scale, value.bound, known))
