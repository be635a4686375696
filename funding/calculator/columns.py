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

from funding.calculator.conditions import Verdict, joined_verdict
from funding.calculator.facts import FactSpec
from funding.calculator.policy import LASTING, Terms
from funding.calculator.running import Array, Batch, Column, Mask, constant

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
    return np.array([0 if value is None else _whole(value, spec.places) for value in given], dtype=np.int64)


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
    return max(abs(int(part.max())), abs(int(part.min())))


def _evaluate(terms: Terms, batch: Batch, keep: bool) -> Answers:
    size = batch.size
    verdict = joined_verdict([condition.columns(batch) for condition in terms.conditions], size)
    open_to, settled = _eligible(verdict, size)
    batch.outputs = {}
    batch.kept = [] if keep else None
    amount, known = _fen(None if terms.amount is None else terms.amount.columns(batch), size)
    outputs, kept = batch.outputs, batch.kept or []
    left_out = settled & ~open_to
    if left_out.any():
        batch.outputs, batch.kept = {}, None
        other = constant(Decimal(0)) if terms.otherwise is None else terms.otherwise.columns(batch)
        aside, aside_known = _fen(other, size)
        amount = np.where(left_out, aside, amount)
        known = np.where(left_out, aside_known, known)
    known = known & settled
    if "valid" in outputs:
        known = known & (outputs["valid"] | ~open_to)  # type: ignore[operator]
    amount = amount * known if amount.dtype == object else np.where(known, amount, 0)
    return Answers(open_to, settled, known, amount, _outputs(outputs, open_to, size), [kept] if keep else [])


def _eligible(verdict: Verdict, size: int) -> tuple[Mask, Mask]:
    """Who is eligible, and for whom that is settled."""
    met = verdict.met if verdict.aside is None else verdict.met | verdict.aside
    settled = np.ones(size, dtype=np.bool_)
    for mask in (verdict.unknown, verdict.decision):
        if mask is not None:
            settled &= ~mask
    return np.broadcast_to(met, (size,)), settled


def _fen(column: Column | None, size: int) -> tuple[Array, Mask]:
    """Half up to the fen. Negative amounts do not occur: every term starts from zero."""
    if column is None:
        return np.zeros(size, dtype=np.int64), np.ones(size, dtype=np.bool_)
    values = column.values
    if column.scale > FEN_SCALE:
        unit = 10 ** (column.scale - FEN_SCALE)
        values = _rounded(values, unit)
    elif column.scale < FEN_SCALE:
        values = column.at_scale(FEN_SCALE).values
    known = np.ones(size, dtype=np.bool_) if column.known is None else np.broadcast_to(column.known, (size,))
    return np.broadcast_to(values, (size,)), known


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
            results[name] = value if name in LASTING else value & open_to
    return results
