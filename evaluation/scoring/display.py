"""How values are printed beside their unit, in Chinese and English."""

from decimal import ROUND_HALF_UP, Decimal

from evaluation.scoring.rules import CENT
from evaluation.scoring.words import is_chinese

TEN_THOUSAND = Decimal(10_000)
DASH = "—"


def trimmed(value: Decimal, places: int = 2) -> str:
    """At most so many places, without trailing zeros, thousands separated."""
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def money(value: Decimal, language: str, unit: str = "") -> str:
    """Yuan: 320.00万元 from ten thousand on, else 9,500元; in English 3,200,000 yuan. ``unit`` as 元/项."""
    if not is_chinese(language):
        return f"{trimmed(value)} {unit or 'yuan'}"
    tail = unit.removeprefix("元") if unit.startswith("元") else ""
    if abs(value) < TEN_THOUSAND:
        return f"{trimmed(value)}元{tail}"
    in_wan = (value / TEN_THOUSAND).quantize(CENT, rounding=ROUND_HALF_UP)
    return f"{in_wan:,f}万元{tail}"


def value_display(value: Decimal | None, *, kind: str, unit: str, language: str) -> str:
    """The value of an indicator with its unit; a dash where there is none."""
    if value is None:
        return DASH
    if kind == "percent":
        return f"{(value * 100).quantize(Decimal('0.1'), rounding=ROUND_HALF_UP)}%"
    if kind == "money":
        return money(value, language, unit)
    number = trimmed(value)
    return f"{number}{unit}" if is_chinese(language) else f"{number} {unit}".strip()


def input_display(value: Decimal, *, unit_key: str, unit: str, language: str) -> str:
    """A number that went into a value; ``unit_key`` yuan, percent and share have forms of their own."""
    if unit_key == "yuan":
        return money(value, language)
    if unit_key == "share":
        return value_display(value, kind="percent", unit="", language=language)
    if unit_key == "percent":
        return f"{trimmed(value, 1)}%"
    return value_display(value, kind="count", unit=unit, language=language)
