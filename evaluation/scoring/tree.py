"""A whole scheme applied to the values of one incubator: points by node, total, grade.

An indicator that cannot be scored fairly (no target, nothing to measure) is shown but not scored: its points
are spread over the scored indicators of the same heading, in proportion to their weights; a heading without
any passes its points on to the other headings in the same way. So the points to be had always total those of
the scheme. Whether missing data costs the points or spreads them is said by the rule of the node.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import Any

from evaluation.scoring.rules import CENT, ZERO, Earned, earn, round_points, triggers_veto

Node = Mapping[str, Any]


class State(StrEnum):
    """What is known of an indicator's value."""

    MEASURED = "measured"
    NO_DATA = "no_data"
    NOT_APPLICABLE = "not_applicable"
    NO_TARGET = "no_target"
    WORST = "worst"


@dataclass(frozen=True)
class Measured:
    """The value of one indicator. ``WORST`` has no number but is known to be the worst (spent in vain)."""

    value: Decimal | None
    target: Decimal | None = None
    state: State = State.MEASURED


@dataclass(frozen=True)
class NodeScore:
    """The points of one node. ``effective_weight`` is what could be had after spreading; 0 if not scored."""

    code: str
    kind: str
    weight: Decimal
    effective_weight: Decimal
    points: Decimal
    scored: bool
    state: State
    earned: Earned


@dataclass(frozen=True)
class Score:
    """One incubator in one period. ``total`` = headings + bonus − deductions, never below zero."""

    nodes: tuple[NodeScore, ...]
    heads: Decimal
    bonus: Decimal
    deductions: Decimal
    total: Decimal
    grade: str
    vetoed: bool


NOTHING = Measured(None, None, State.NO_DATA)
UNGRADED = "ungraded"


def score_tree(scheme: Mapping[str, Any], values: Mapping[str, Measured]) -> Score:
    """Apply a frozen scheme (``nodes``, ``grades``, ``bonus_limit``) to values by node code."""
    nodes: Sequence[Node] = scheme["nodes"]
    by_code = {node["code"]: node for node in nodes}
    states = {
        node["code"]: _state(node, values.get(node["code"], NOTHING))
        for node in nodes
        if node["kind"] != "group"
    }
    weights = effective_weights(nodes, states)
    leaves = {
        code: _score_leaf(by_code[code], values.get(code, NOTHING), state, weights.get(code, ZERO))
        for code, state in states.items()
    }
    heads = {
        node["code"]: _score_group(node, nodes, leaves, weights) for node in nodes if node["kind"] == "group"
    }
    scored = tuple(leaves.get(node["code"]) or heads[node["code"]] for node in nodes)
    return _summed(scheme, nodes, scored, vetoed=_is_vetoed(nodes, values))


def total_weight(nodes: Sequence[Node]) -> Decimal:
    """The points that headings offer together (100 in a sound scheme)."""
    return sum((Decimal(str(node["weight"])) for node in nodes if node["kind"] == "group"), ZERO)


def effective_weights(nodes: Sequence[Node], states: Mapping[str, State]) -> dict[str, Decimal]:
    """What each heading and each scored indicator is worth once unscored ones are spread."""
    groups = [node for node in nodes if node["kind"] == "group"]
    members = {
        group["code"]: [
            node
            for node in nodes
            if node["parent"] == group["code"]
            and node["kind"] == "indicator"
            and counts(node, states[node["code"]])
        ]
        for group in groups
    }
    alive = [group for group in groups if members[group["code"]]]
    if not alive:
        return {}
    weights = _spread(total_weight(nodes), alive)
    for group in alive:
        weights |= _spread(weights[group["code"]], members[group["code"]])
    return weights


def counts(node: Node, state: State) -> bool:
    """Whether the indicator takes part in the score in this state, by the rule of its node."""
    if state in (State.MEASURED, State.WORST):
        return True
    default = "zero" if state is State.NO_DATA else "redistribute"
    return bool(node["rule"].get(state.value, default) == "zero")


def _spread(amount: Decimal, nodes: Sequence[Node]) -> dict[str, Decimal]:
    """``amount`` divided by the weights, to 0.01; what rounding leaves goes to the largest remainders."""
    whole = sum((Decimal(str(node["weight"])) for node in nodes), ZERO)
    exact = {node["code"]: amount * Decimal(str(node["weight"])) / whole for node in nodes}
    parts = {code: share.quantize(CENT, rounding=ROUND_DOWN) for code, share in exact.items()}
    left = int((amount - sum(parts.values(), ZERO)) / CENT)
    for code in sorted(exact, key=lambda code: (parts[code] - exact[code], code))[:left]:
        parts[code] += CENT
    return parts


def _state(node: Node, measured: Measured) -> State:
    if measured.state is State.MEASURED and measured.value is None:
        return State.NO_DATA
    needs_target = node["rule"].get("type") == "target_ratio"
    if measured.state is State.MEASURED and needs_target and not measured.target:
        return State.NO_TARGET
    return measured.state


def _score_leaf(node: Node, measured: Measured, state: State, weight: Decimal) -> NodeScore:
    nominal = Decimal(str(node["weight"]))
    is_extra = node["kind"] != "indicator"
    scored = state is State.MEASURED if is_extra else counts(node, state)
    offered = nominal if is_extra else weight
    if state is State.MEASURED and measured.value is not None:
        earned = earn(
            node["rule"],
            weight=offered,
            value=measured.value,
            target=measured.target,
            kind=node.get("value_kind", "count"),
        )
    else:
        suffix = "zero" if scored else "extra" if is_extra else "spread"
        tail = f"0.0% × {offered:.2f} = 0.00" if scored else ""
        earned = Earned(round_points(ZERO), f"{state.value}_{suffix}", {}, tail)
    return NodeScore(
        code=node["code"],
        kind=node["kind"],
        weight=nominal,
        effective_weight=offered if scored else round_points(ZERO),
        points=earned.points,
        scored=scored,
        state=state,
        earned=earned,
    )


def _score_group(
    node: Node,
    nodes: Sequence[Node],
    leaves: Mapping[str, NodeScore],
    weights: Mapping[str, Decimal],
) -> NodeScore:
    parts = [leaves[leaf["code"]] for leaf in nodes if leaf["parent"] == node["code"]]
    points = round_points(sum((part.points for part in parts if part.kind == "indicator"), ZERO))
    arithmetic = " + ".join(f"{part.points:.2f}" for part in parts) + f" = {points:.2f}"
    scored = any(part.scored for part in parts)
    return NodeScore(
        code=node["code"],
        kind="group",
        weight=Decimal(str(node["weight"])),
        effective_weight=weights.get(node["code"], round_points(ZERO)),
        points=points,
        scored=scored,
        state=State.MEASURED if scored else State.NOT_APPLICABLE,
        earned=Earned(points, "sum" if scored else "group_spread", {}, arithmetic),
    )


def _is_vetoed(nodes: Sequence[Node], values: Mapping[str, Measured]) -> bool:
    return any(
        triggers_veto(node["rule"], values.get(node["code"], NOTHING).value)
        for node in nodes
        if node["kind"] == "veto"
    )


def _summed(
    scheme: Mapping[str, Any], nodes: Sequence[Node], scored: tuple[NodeScore, ...], *, vetoed: bool
) -> Score:
    def total_of(kind: str) -> Decimal:
        return round_points(sum((node.points for node in scored if node.kind == kind), ZERO))

    heads, deductions = total_of("group"), total_of("deduction")
    bonus = min(total_of("bonus"), round_points(Decimal(str(scheme["bonus_limit"]))))
    total = max(heads + bonus - deductions, round_points(ZERO))
    known = (State.MEASURED, State.WORST)
    has_scores = any(node.kind == "indicator" and node.scored and node.state in known for node in scored)
    return Score(
        nodes=scored,
        heads=heads,
        bonus=bonus,
        deductions=deductions,
        total=total,
        grade=grade_of(scheme["grades"], total, vetoed=vetoed) if has_scores or vetoed else UNGRADED,
        vetoed=vetoed,
    )


def grade_of(grades: Sequence[Sequence[Any]], total: Decimal, *, vetoed: bool = False) -> str:
    """The code of the highest grade whose lowest score is reached; a veto gives the lowest grade."""
    ordered = sorted(grades, key=lambda grade: Decimal(str(grade[0])), reverse=True)
    if vetoed:
        return str(ordered[-1][1])
    return next((str(grade[1]) for grade in ordered if total >= Decimal(str(grade[0]))), str(ordered[-1][1]))
