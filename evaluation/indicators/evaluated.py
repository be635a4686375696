"""One incubator's whole evaluation in one period: every value of the frozen scheme, and its points."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any

from core.periods import Period
from evaluation.indicators.records import amount_in_yuan, in_care_during
from evaluation.indicators.registry import measure_indicator
from evaluation.indicators.values import IndicatorValue, Inputs, Row, inputs_of, target_of
from evaluation.scoring import Measured, NodeScore, Score, State, score_tree


@dataclass(frozen=True)
class Evaluated:
    """Points and, by node, the value with its target and how the target was found."""

    score: Score
    values: Mapping[str, IndicatorValue]
    targets: Mapping[str, tuple[Decimal | None, str]]


def evaluate(frozen: Row, code: str, period: Period) -> Evaluated:
    """Measure and score one incubator by the scheme inside the frozen inputs."""
    inputs = inputs_of(frozen, code, period)
    leaves = [node for node in frozen["scheme"]["nodes"] if node["kind"] != "group"]
    values = {node["code"]: measure_indicator(node["calculation"], inputs) for node in leaves}
    targets = {node["code"]: target_of(inputs.incubator, node["indicator"], period) for node in leaves}
    measured = {
        node_code: Measured(value.value, targets[node_code][0], State(value.state))
        for node_code, value in values.items()
    }
    return Evaluated(score_tree(frozen["scheme"], measured), values, targets)


def explanation_of(node: NodeScore, evaluated: Evaluated, *, with_records: bool) -> dict[str, Any]:
    """Everything that explains one node's points, as plain JSON: keys and numbers, no language."""
    value = evaluated.values.get(node.code)
    target, basis = evaluated.targets.get(node.code, (None, "none"))
    explanation: dict[str, Any] = {
        "kind": node.kind,
        "weight": f"{node.weight:.2f}",
        "effective_weight": f"{node.effective_weight:.2f}",
        "scored": node.scored,
        "state": node.state.value,
        "rule": node.earned.key,
        "params": dict(node.earned.params),
        "arithmetic": node.earned.arithmetic,
    }
    if value is None:
        return explanation
    explanation |= {
        "value": None if value.value is None else f"{value.value:f}",
        "target": None if target is None else f"{target:f}",
        "target_basis": basis,
        "inputs": [{"key": row.key, "value": f"{row.value:f}", "unit": row.unit} for row in value.inputs],
    }
    if with_records:
        explanation["records"] = [asdict(record) for record in value.records]
        explanation["evidence"] = list(value.evidence)
    return explanation


def total_explanation(score: Score) -> dict[str, Any]:
    return {
        "grade": score.grade,
        "vetoed": score.vetoed,
        "heads": f"{score.heads:.2f}",
        "bonus": f"{score.bonus:.2f}",
        "deductions": f"{score.deductions:.2f}",
    }


def park_totals(frozen: Row, period: Period) -> list[dict[str, str]]:
    """What happened in the whole park in the period, each project counted once, money in yuan."""
    anyone = Inputs(
        incubator={"code": ""},
        projects=frozen["projects"],
        rates=frozen["rates"],
        period=period,
        as_of=period.end,
    )
    counted = {kind: {project["id"] for project, _ in anyone.verified_facts(kind)} for kind in _COUNTED}
    payments = [amount_in_yuan(anyone, fact) for _, fact in anyone.verified_facts("paid_in")]
    paid_in = sum((amount for amount in payments if amount is not None), Decimal(0))
    care = sum(len(in_care_during(inputs_of(frozen, row["code"], period))) for row in frozen["incubators"])
    return [
        {"key": "total_in_care", "value": str(care), "unit": "projects"},
        *(
            {"key": f"total_{kind}", "value": str(len(counted[kind])), "unit": "projects"}
            for kind in _COUNTED
        ),
        {"key": "total_paid_in", "value": f"{paid_in:f}", "unit": "yuan"},
    ]


_COUNTED = ("signed", "registered", "producing")
