"""The same terms over many cases at once, exact to the fen.

Every value is a whole number of its last digit (fen, millionths of a rate), so that nothing is rounded before
the end and a portfolio answers as each of its cases would alone. Work goes in blocks that stay in the
processor's cache.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np

from funding.calculator.conditions import joined_verdict
from funding.calculator.facts import FactSpec
from funding.calculator.policy import Terms
from funding.calculator.running import LASTING, WIDEST, Array, Batch, Column, Mask, both, wide

BLOCK = 1 << 15
FEN_SCALE = 2


@dataclass(frozen=True, slots=True)
class Table:
    """Facts of many cases by key.

    Shapes and units: one value per case (``money_list``: one row of sums per case, filled up with zeros).
    Money is int64 fen, a rate int64 millionths, a number int64 hundredths, a count int64, a flag bool, a
    choice the int64 index of the choice. ``known`` marks, for facts that may be absent, where they are
    present.
    """

    size: int
    values: Mapping[str, Array]
    known: Mapping[str, Mask] = field(default_factory=dict)


@dataclass(slots=True)
class Answers:
    """Answers to many cases, each array as long as the table.

    ``eligible`` and ``decided`` (False: something is open); ``amount`` int64 fen, or Python's whole numbers
    where they do not fit, and zero where ``has_amount`` is False; ``outputs`` by name as in a single answer,
    numbers at their own scale. ``kept`` holds, where asked for, block by block every step of every case.
    """

    eligible: Mask
    decided: Mask
    has_amount: Mask
    amount: Array
    outputs: dict[str, Array]
    kept: list[list[tuple[Any, tuple[Any, ...], Any]]]


def evaluate_table(terms: Terms, table: Table, *, keep: bool = False) -> Answers:
    """The answer of the terms to every case of the table. ``keep`` holds every step, for traces."""
    blocks = [
        _evaluate(terms, _block(terms, table, start, min(start + BLOCK, table.size)), keep)
        for start in range(0, table.size, BLOCK)
    ] or [_evaluate(terms, _block(terms, table, 0, 0), keep)]
    if len(blocks) == 1:
        return blocks[0]
    return Answers(
        np.concatenate([one.eligible for one in blocks]),
        np.concatenate([one.decided for one in blocks]),
        np.concatenate([one.has_amount for one in blocks]),
        np.concatenate([one.amount for one in blocks]),
        {name: np.concatenate([one.outputs[name] for one in blocks]) for name in blocks[0].outputs},
        [steps for one in blocks for steps in one.kept],
    )


def table_of(terms: Terms, cases: Sequence[Mapping[str, Any]]) -> Table:
    """Facts that were read case by case, as columns. For portfolios that come from records."""
    values: dict[str, Array] = {}
    known: dict[str, Mask] = {}
    for key, spec in terms.facts.items():
        given = [case.get(key) for case in cases]
        present = np.array([value is not None for value in given], dtype=np.bool_)
        values[key] = _array(spec, given)
        if not present.all():
            known[key] = present
    return Table(len(cases), values, known)


def _array(spec: FactSpec, given: list[Any]) -> Array:
    if spec.kind == "flag":
        return np.array([value is True for value in given], dtype=np.bool_)
    if spec.kind == "choice":
        return np.array(
            [spec.choices.index(value) if value is not None else 0 for value in given], dtype=np.int64
        )
    if spec.kind == "money_list":
        widest = max((len(value) for value in given if value is not None), default=0)
        rows = [[*(value or ()), *[Decimal(0)] * (widest - len(value or ()))] for value in given]
        whole = [[_whole(one, spec.places) for one in row] for row in rows]
        return np.array(whole, dtype=np.int64).reshape(len(given), widest)
    numbers = [0 if value is None else _whole(value, spec.places) for value in given]
    fits = all(-WIDEST <= number <= WIDEST for number in numbers)
    return np.array(numbers, dtype=np.int64 if fits else object)


def _whole(number: Decimal, places: int) -> int:
    return int(number.scaleb(places))


def _block(terms: Terms, table: Table, start: int, end: int) -> Batch:
    facts: dict[str, Column] = {}
    for key, values in table.values.items():
        spec = terms.facts.get(key)
        if spec is None:
            continue
        part, known = values[start:end], table.known.get(key)
        facts[key] = Column(
            part, spec.places, _largest(part, spec), None if known is None else known[start:end]
        )
    return Batch(end - start, facts)


def _largest(part: Array, spec: FactSpec) -> int:
    """The largest magnitude in the block: it decides whether products fit into 64 bits."""
    if spec.kind == "flag" or not part.size:
        return 1
    largest = int(part.max())
    return max(largest, -int(part.min())) if spec.kind == "signed_money" else largest


def _evaluate(terms: Terms, batch: Batch, keep: bool) -> Answers:
    """One block. A mask of None stands for “everywhere”, so that what is complete costs no pass."""
    size = batch.size
    verdict = joined_verdict([condition.columns(batch) for condition in terms.conditions], size)
    open_to = _full(verdict.met if verdict.aside is None else verdict.met | verdict.aside, size)
    settled = _without(verdict.unknown, verdict.decision)
    if terms.is_description:
        settled = np.zeros(size, dtype=np.bool_)
    batch.outputs = {}
    batch.kept = [] if keep else None
    amount, known = _fen(None if terms.amount is None else terms.amount.columns(batch), size)
    outputs, kept = batch.outputs, batch.kept or []
    if terms.otherwise is not None:
        batch.outputs, batch.kept = {}, None
        aside, aside_known = _fen(terms.otherwise.columns(batch), size)
        amount = np.where(open_to, amount, aside)
        if known is not None or aside_known is not None:
            known = np.where(open_to, _full(known, size), _full(aside_known, size))
    else:
        amount = amount * open_to
        known = None if known is None else known | ~open_to
    if "valid" in outputs:
        known = both(known, outputs["valid"] | ~open_to)  # type: ignore[operator]
    known = both(known, settled)
    if known is not None:
        amount = amount * known
    return Answers(
        open_to if settled is None else open_to & settled,
        _full(settled, size),
        _full(known, size),
        amount,
        _outputs(outputs, open_to, size),
        [kept] if keep else [],
    )


def _without(*masks: Mask | None) -> Mask | None:
    """Where none of the masks stands."""
    found: Mask | None = None
    for mask in masks:
        if mask is not None:
            found = both(found, ~mask)
    return found


def _full(mask: Mask | None, size: int) -> Mask:
    return np.broadcast_to(np.True_, (size,)) if mask is None else np.broadcast_to(mask, (size,))


def _fen(column: Column | None, size: int) -> tuple[Array, Mask | None]:
    """Half up to the fen. Negative amounts do not occur: every term starts from zero."""
    if column is None:
        return np.zeros(size, dtype=np.int64), None
    values = column.values
    if column.scale > FEN_SCALE:
        unit = 10 ** (column.scale - FEN_SCALE)
        values = _rounded(values if column.bound + unit <= WIDEST else wide(values), unit)
    elif column.scale < FEN_SCALE:
        values = column.at_scale(FEN_SCALE).values
    return values if values.shape == (size,) else np.broadcast_to(values, (size,)), column.known


def _rounded(values: Array, unit: int) -> Array:
    return (values + unit // 2) // unit


def _outputs(found: Mapping[str, Column | Mask], open_to: Mask, size: int) -> dict[str, Array]:
    results: dict[str, Array] = {}
    for name, value in found.items():
        if name.endswith(".left"):
            continue
        left = found.get(f"{name}.left")
        if isinstance(value, Column):
            other: Any = left.values if isinstance(left, Column) else 0
            results[name] = np.broadcast_to(np.where(open_to, value.values, other), (size,))
        else:
            results[name] = np.broadcast_to(value if name in LASTING else value & open_to, (size,))
    return results
