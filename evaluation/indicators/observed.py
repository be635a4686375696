"""Values from monthly measures: verified months of the period, added up or averaged.

A month without a verified value is missing, not zero. While some months are missing, the value is that of the
verified ones and says how many months it covers.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal

from evaluation.indicators.records import landings
from evaluation.indicators.values import IndicatorValue, Inputs, InputValue, RecordRef, Row, evidence_of
from evaluation.measures import MEASURES
from evaluation.scoring import State

RATIO = Decimal("0.000001")
Calculate = Callable[[Inputs], IndicatorValue]


def exact(value: Decimal) -> Decimal:
    return value.quantize(RATIO, rounding=ROUND_HALF_UP)


def rows_of(inputs: Inputs, measures: tuple[str, ...]) -> list[Row]:
    """Verified values of these measures, in the months for which each of them is verified."""
    by_measure = [inputs.observations(measure) for measure in measures]
    months = [{row["period"] for row in rows} for rows in by_measure]
    shared = set.intersection(*months)
    return [row for rows in by_measure for row in rows if row["period"] in shared]


def total_of(rows: Sequence[Row], measure: str) -> Decimal:
    return sum((Decimal(row["value"]) for row in rows if row["measure"] == measure), Decimal(0))


def _unit(measure: str) -> str:
    return {"money": "yuan", "percent": "percent", "count": "items"}[MEASURES[measure].kind]


def coverage(inputs: Inputs, rows: Sequence[Row]) -> tuple[InputValue, ...]:
    """How many months of the period the value covers."""
    months = len({row["period"] for row in rows})
    return (
        InputValue("months_verified", Decimal(months), "months"),
        InputValue("months_due", Decimal(inputs.months_due()), "months"),
    )


def _result(
    value: Decimal | None,
    inputs: Inputs,
    measures: tuple[str, ...],
    *,
    rows: Sequence[Row],
    missing: State = State.NO_DATA,
) -> IndicatorValue:
    records = tuple(
        RecordRef(
            "observation",
            row["id"],
            None,
            MEASURES[row["measure"]].name_zh,
            MEASURES[row["measure"]].name_en,
            f"{row['period']}-01",
            row["period"],
        )
        for row in rows
    )
    totals = tuple(
        InputValue(f"measure_{measure}", total_of(rows, measure), _unit(measure))
        for measure in measures
        if rows
    )
    return IndicatorValue(
        value,
        State.MEASURED if value is not None else missing,
        (*totals, *coverage(inputs, rows)),
        records,
        evidence_of(rows),
    )


def summed(*measures: str) -> Calculate:
    """The sum of measures over the verified months of the period."""

    def calculate(inputs: Inputs) -> IndicatorValue:
        rows = [row for measure in measures for row in inputs.observations(measure)]
        total = sum((Decimal(row["value"]) for row in rows), Decimal(0))
        return _result(total if rows else None, inputs, measures, rows=rows)

    return calculate


def ratio(part: str, whole: str) -> Calculate:
    """``part`` ÷ ``whole`` over the months in which both are verified; a whole of zero leaves no ratio."""
    measures = (part, whole)

    def calculate(inputs: Inputs) -> IndicatorValue:
        rows = rows_of(inputs, measures)
        upper, lower = total_of(rows, part), total_of(rows, whole)
        if not rows or lower == 0:
            missing = State.NOT_APPLICABLE if rows else State.NO_DATA
            return _result(None, inputs, measures, rows=rows, missing=missing)
        return _result(exact(upper / lower), inputs, measures, rows=rows)

    return calculate


def satisfaction(inputs: Inputs) -> IndicatorValue:
    """Mean of the verified months, as a share of 1."""
    measures = ("satisfaction_percent",)
    rows = rows_of(inputs, measures)
    if not rows:
        return _result(None, inputs, measures, rows=rows)
    mean = exact(total_of(rows, *measures) / len(rows) / 100)
    result = _result(mean, inputs, measures, rows=rows)
    numbers = (InputValue("satisfaction_mean", mean, "share"), *coverage(inputs, rows))
    return replace(result, inputs=numbers)


def cost_per_landing(inputs: Inputs) -> IndicatorValue:
    """Public money spent ÷ weighted landings. Spent without a landing: the worst, which has no number."""
    measures = ("public_spend_yuan",)
    rows = rows_of(inputs, measures)
    spent, landed = total_of(rows, *measures), landings(inputs)
    number = landed.value or Decimal(0)
    value = (spent / number).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP) if rows and number else None
    missing = State.NO_DATA if not rows else State.WORST if spent > 0 else State.NOT_APPLICABLE
    result = _result(value, inputs, measures, rows=rows, missing=missing)
    return replace(
        result,
        inputs=(*result.inputs, InputValue("weighted_by_credit", number, "projects")),
        records=(*result.records, *landed.records),
        evidence=tuple(dict.fromkeys((*result.evidence, *landed.evidence))),
    )
