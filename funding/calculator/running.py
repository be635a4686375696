"""What terms share while they are computed: the facts of one case with its trace, or the columns of many."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt

from funding.calculator.facts import Facts, Value

Array: TypeAlias = npt.NDArray[Any]
Mask: TypeAlias = npt.NDArray[np.bool_]

Result = TypeVar("Result")

#: Results of their own that say something about the case or the giver whether the applicant is eligible or
#: not. Where several terms say so, all have to hold; of other flags (a ceiling binds) one is enough.
LASTING = frozenset({"valid", "compliant"})

#: What a 64-bit integer holds; beyond it columns go on with Python's own whole numbers, slower and as exact.
WIDEST = 2**63 - 1


class Line(NamedTuple):
    """One step of a trace: the term, what went in, what came out. Words are put to it by whoever shows it."""

    term: Any
    values: tuple[Any, ...]
    result: Any


class Run:
    """One case: its facts, the steps so far, what was missing, and results besides the amount."""

    __slots__ = ("facts", "lines", "missing", "outputs")

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.lines: list[Line] = []
        self.missing: dict[str, None] = {}
        self.outputs: dict[str, Any] = {}

    def fact(self, key: str) -> Value | None:
        value = self.facts.get(key)
        if value is None:
            self.missing[key] = None
        return value

    def mark(self, name: str, flag: bool) -> None:
        """A flag among the results, joined with what other terms said of the same."""
        before = self.outputs.get(name)
        if name in LASTING:
            self.outputs[name] = flag and before is not False
        else:
            self.outputs[name] = flag or before

    def note(self, term: Any, values: tuple[Any, ...], result: Result) -> Result:
        self.lines.append(Line(term, values, result))
        if term.output:
            self.outputs[term.output] = result
        return result


@dataclass(slots=True)
class Column:
    """Exact values of many cases: whole numbers of 10^-scale.

    ``bound`` is the largest magnitude that can stand in ``values``; ``known`` marks where a value is known,
    None where all are.
    """

    values: Array
    scale: int
    bound: int
    known: Mask | None = None

    def at_scale(self, scale: int) -> "Column":
        """The same values with more digits behind the point."""
        if scale == self.scale:
            return self
        unit = 10 ** (scale - self.scale)
        finer = self.times(Column(np.array([unit]), 0, unit))
        return Column(finer.values, scale, finer.bound, finer.known)

    def times(self, other: "Column") -> "Column":
        bound = self.bound * other.bound
        left = self.values if bound <= WIDEST else wide(self.values)
        right = other.values if bound <= WIDEST else wide(other.values)
        return Column(left * right, self.scale + other.scale, bound, both(self.known, other.known))

    def plus(self, other: "Column") -> "Column":
        left, right = aligned(self, other)
        bound, known = left.bound + right.bound, both(left.known, right.known)
        if bound > WIDEST:
            return Column(wide(left.values) + wide(right.values), left.scale, bound, known)
        return Column(left.values + right.values, left.scale, bound, known)

    def minus(self, other: "Column") -> "Column":
        return self.plus(Column(-other.values, other.scale, other.bound, other.known))

    def lowest(self, other: "Column") -> "Column":
        left, right = aligned(self, other)
        return Column(
            np.minimum(left.values, right.values),
            left.scale,
            max(left.bound, right.bound),
            both(left.known, right.known),
        )

    def at_least_zero(self) -> "Column":
        return Column(np.maximum(self.values, 0), self.scale, self.bound, self.known)

    def where(self, mask: Mask, other: "Column") -> "Column":
        """These values where the mask holds, the other's elsewhere."""
        left, right = aligned(self, other)
        known = None
        if left.known is not None or right.known is not None:
            known = np.where(mask, _known(left, mask), _known(right, mask))
        return Column(
            np.where(mask, left.values, right.values), left.scale, max(left.bound, right.bound), known
        )


def _known(column: Column, like: Mask) -> Mask:
    return np.ones(like.shape, dtype=np.bool_) if column.known is None else column.known


def constant(number: Decimal) -> Column:
    """The same number for all. Scale: as many digits as it is written with."""
    exponent = number.as_tuple().exponent
    scale = max(0, -exponent) if isinstance(exponent, int) else 0
    whole = int(number.scaleb(scale))
    fits = abs(whole) <= WIDEST
    # One element, not none: arithmetic on an array without dimensions gives plain numbers instead of arrays.
    return Column(np.array([whole], dtype=np.int64 if fits else object), scale, abs(whole))


def aligned(left: Column, right: Column) -> tuple[Column, Column]:
    scale = max(left.scale, right.scale)
    return left.at_scale(scale), right.at_scale(scale)


def both(left: Mask | None, right: Mask | None) -> Mask | None:
    if left is None or right is None:
        return right if left is None else left
    return left & right


def wide(values: Array) -> Array:
    return np.asarray(values).astype(object)


@dataclass(slots=True)
class Batch:
    """Many cases at once: columns of facts by key, and results besides the amount."""

    size: int
    facts: Mapping[str, Column]
    outputs: dict[str, Column | Mask] = field(default_factory=dict)
    kept: list[tuple[Any, tuple[Any, ...], Any]] | None = None

    def fact(self, key: str) -> Column:
        column = self.facts.get(key)
        if column is None:
            return Column(np.zeros(1, dtype=np.int64), 0, 0, np.zeros(self.size, dtype=np.bool_))
        return column

    def mark(self, name: str, flags: Mask) -> None:
        """Flags among the results, joined with what other terms said of the same."""
        before = self.outputs.get(name)
        if before is not None:
            assert not isinstance(before, Column)
            flags = flags & before if name in LASTING else flags | before
        self.outputs[name] = flags

    def note(self, term: Any, values: tuple[Any, ...], result: Column) -> Column:
        if self.kept is not None:
            self.kept.append((term, values, result))
        if term.output:
            self.outputs[term.output] = result
        return result
