"""Chinese numerals: 二十七, 一百二十万, 壹仟贰佰, 二〇二一."""

import re
from decimal import Decimal

_DIGITS = {
    **dict(zip("零一二三四五六七八九", range(10), strict=True)),
    **dict(zip("〇壹贰叁肆伍陆柒捌玖", range(10), strict=True)),
    **{"○": 0, "两": 2, "貳": 2, "參": 3, "陸": 6, "兩": 2},
}
_SMALL = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_LARGE = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_SIGNS = "".join([*_DIGITS, *_SMALL, *_LARGE])
NUMERAL = re.compile(f"[{_SIGNS}]+(?:点[{''.join(_DIGITS)}]+)?")


def digits_replaced(text: str) -> str:
    """Each numeral of a date as digits: 二〇二一年十二月三十一日 → 2021年12月31日."""
    return re.sub(f"[{''.join(_DIGITS)}{''.join(_SMALL)}]+", lambda found: _digits(found[0]), text)


def _digits(numeral: str) -> str:
    if not any(sign in _SMALL for sign in numeral):
        return "".join(str(_DIGITS[sign]) for sign in numeral)
    number = numeral_value(numeral)
    return numeral if number is None else str(number)


def numeral_value(text: str) -> Decimal | None:
    """The number that a numeral says; None for what is no well-formed numeral (十十, 三五)."""
    whole, _point, places = text.partition("点")
    value = _whole_value(whole)
    if value is None or (places and any(sign not in _DIGITS for sign in places)):
        return None
    decimals = "".join(str(_DIGITS[sign]) for sign in places)
    return Decimal(f"{value}.{decimals}") if decimals else Decimal(value)


def _whole_value(text: str) -> int | None:
    for large in ("亿億", "万萬"):
        at = max(text.rfind(sign) for sign in large)
        if at >= 0:
            head, tail = _whole_value(text[:at]), _whole_value(text[at + 1 :]) if text[at + 1 :] else 0
            return None if not head or tail is None else head * _LARGE[text[at]] + tail
    return _below_ten_thousand(text)


def _below_ten_thousand(text: str) -> int | None:
    total, digit, last_unit = 0, None, 10**4
    for sign in text:
        if sign in _SMALL:
            unit = _SMALL[sign]
            if unit >= last_unit or (digit is None and (unit != 10 or total)) or digit == 0:
                return None
            total, digit, last_unit = total + (1 if digit is None else digit) * unit, None, unit
        elif sign in _DIGITS:
            if digit:
                return None
            digit = _DIGITS[sign]
        else:
            return None
    return total + (digit or 0) if text else None
