"""The kinds of rule a leaf of a scheme may have. A rule is a mapping with ``type`` and its parameters.

- ``target_ratio {full_at}``: value ÷ target, full points at ``full_at`` (1 = the target itself), never more.
- ``linear {floor, ceiling}``: nothing up to the floor, full points from the ceiling, a straight line between.
- ``inverse {full_at, zero_at}``: less is better: full points up to ``full_at``, nothing from ``zero_at``.
- ``bands {bands: [[from, share], …]}``: the share of the first band whose lower bound the value reaches.
- ``per_unit {points_per_unit}``: so many points a piece, up to the weight (bonus and deduction).
- ``veto {at_least}``: no points; from this value on the whole evaluation fails.

Bounds include the number itself, as 以上/以下 do in Chinese law.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

Rule = Mapping[str, Any]
CENT = Decimal("0.01")
ZERO, ONE = Decimal(0), Decimal(1)


class RuleError(ValueError):
    """The rule's data cannot be carried out."""


@dataclass(frozen=True)
class Earned:
    """Points with the words (a key and its parameters) and the arithmetic that explain them."""

    points: Decimal
    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    arithmetic: str = ""


def round_points(points: Decimal) -> Decimal:
    """Half up to 0.01: 0.005 becomes 0.01."""
    return points.quantize(CENT, rounding=ROUND_HALF_UP)


def number(rule: Rule, name: str) -> Decimal:
    """A parameter of the rule as an exact decimal."""
    try:
        return Decimal(str(rule[name]))
    except (KeyError, ArithmeticError) as error:
        raise RuleError(f"rule {rule.get('type')!r} needs a number {name!r}") from error


def shown(value: Decimal, kind: str) -> str:
    """A value inside an arithmetic line: the same in every language."""
    if kind == "percent":
        return f"{value * 100:.1f}%"
    if kind == "money":
        return f"{value.quantize(CENT, rounding=ROUND_HALF_UP):,f}".removesuffix(".00")
    text = f"{value.quantize(Decimal('0.0001'), rounding=ROUND_HALF_UP):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def share_shown(share: Decimal) -> str:
    return shown(share, "percent")


def _of_weight(share: Decimal, weight: Decimal) -> tuple[Decimal, str]:
    points = round_points(share * weight)
    return points, f"{share_shown(share)} × {weight:.2f} = {points:.2f}"


def _clamp(share: Decimal) -> Decimal:
    return min(max(share, ZERO), ONE)


def _target_ratio(rule: Rule, weight: Decimal, value: Decimal, target: Decimal | None, kind: str) -> Earned:
    full_at = number(rule, "full_at")
    if full_at <= 0 or target is None or target <= 0:
        raise RuleError("a ratio to a target needs a target above zero")
    ratio = value / target
    share = _clamp(ratio / full_at)
    points, tail = _of_weight(share, weight)
    head = f"{shown(value, kind)} ÷ {shown(target, kind)} = {share_shown(ratio)}"
    arithmetic = f"{head}{tail.removeprefix(share_shown(share))}" if share == ratio else f"{head} → {tail}"
    return Earned(points, "target_ratio", {"full_at": share_shown(full_at).replace(".0%", "%")}, arithmetic)


def _linear(rule: Rule, weight: Decimal, value: Decimal, target: Decimal | None, kind: str) -> Earned:
    floor, ceiling = number(rule, "floor"), number(rule, "ceiling")
    if ceiling <= floor:
        raise RuleError("the ceiling lies above the floor")
    share = _clamp((value - floor) / (ceiling - floor))
    points, tail = _of_weight(share, weight)
    low, high, at = shown(floor, kind), shown(ceiling, kind), shown(value, kind)
    if floor < value < ceiling:
        arithmetic = f"({at} − {low}) ÷ ({high} − {low}) = {tail}"
    else:
        arithmetic = f"{at} {'≥' if value >= ceiling else '≤'} {high if value >= ceiling else low} → {tail}"
    return Earned(points, "linear", {"floor": low, "ceiling": high}, arithmetic)


def _inverse(rule: Rule, weight: Decimal, value: Decimal, target: Decimal | None, kind: str) -> Earned:
    full_at, zero_at = number(rule, "full_at"), number(rule, "zero_at")
    if zero_at <= full_at:
        raise RuleError("the value that earns nothing lies above the one that earns everything")
    share = _clamp((zero_at - value) / (zero_at - full_at))
    points, tail = _of_weight(share, weight)
    best, worst, at = shown(full_at, kind), shown(zero_at, kind), shown(value, kind)
    if full_at < value < zero_at:
        arithmetic = f"({worst} − {at}) ÷ ({worst} − {best}) = {tail}"
    else:
        arithmetic = f"{at} {'≤' if value <= full_at else '≥'} {best if value <= full_at else worst} → {tail}"
    return Earned(points, "inverse", {"full_at": best, "zero_at": worst}, arithmetic)


def _bands(rule: Rule, weight: Decimal, value: Decimal, target: Decimal | None, kind: str) -> Earned:
    bands = [(Decimal(str(lower)), Decimal(str(share))) for lower, share in rule["bands"]]
    ordered = sorted(bands, reverse=True)
    if not bands or any(not ZERO <= share <= ONE for _, share in bands):
        raise RuleError("bands need lower bounds and shares between 0 and 1")
    table = "; ".join(f"≥ {shown(lower, kind)}: {share_shown(share)}" for lower, share in ordered)
    for lower, share in ordered:
        if value >= lower:
            points, tail = _of_weight(share, weight)
            arithmetic = f"{shown(value, kind)} ≥ {shown(lower, kind)} → {tail}"
            return Earned(points, "bands", {"bands": table}, arithmetic)
    arithmetic = f"{shown(value, kind)} < {shown(ordered[-1][0], kind)} → 0.00"
    return Earned(round_points(ZERO), "bands", {"bands": table}, arithmetic)


def _per_unit(rule: Rule, weight: Decimal, value: Decimal, target: Decimal | None, kind: str) -> Earned:
    each = number(rule, "points_per_unit")
    full = round_points(value * each)
    points = min(full, round_points(weight))
    arithmetic = f"{shown(value, kind)} × {each:.2f} = {full:.2f}"
    if points < full:
        arithmetic += f" → {points:.2f}"
    return Earned(points, "per_unit", {"each": f"{each:.2f}", "limit": f"{weight:.2f}"}, arithmetic)


def _veto(rule: Rule, weight: Decimal, value: Decimal, target: Decimal | None, kind: str) -> Earned:
    at_least = number(rule, "at_least")
    sign = "≥" if value >= at_least else "<"
    return Earned(
        round_points(ZERO),
        "veto",
        {"at_least": shown(at_least, kind)},
        f"{shown(value, kind)} {sign} {shown(at_least, kind)}",
    )


_RULES: Mapping[str, Callable[[Rule, Decimal, Decimal, Decimal | None, str], Earned]] = {
    "target_ratio": _target_ratio,
    "linear": _linear,
    "inverse": _inverse,
    "bands": _bands,
    "per_unit": _per_unit,
    "veto": _veto,
}


def earn(
    rule: Rule, *, weight: Decimal, value: Decimal, target: Decimal | None = None, kind: str = "count"
) -> Earned:
    """The points that ``value`` earns of ``weight``. Raises ``RuleError`` on data that is no rule."""
    try:
        carry_out = _RULES[rule["type"]]
    except KeyError as error:
        raise RuleError(f"{rule.get('type')!r} is not a kind of rule") from error
    return carry_out(rule, weight, value, target, kind)


def triggers_veto(rule: Rule, value: Decimal | None) -> bool:
    """Whether this value fails the whole evaluation; without verified data it does not."""
    return value is not None and value >= number(rule, "at_least")
