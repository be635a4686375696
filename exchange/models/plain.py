"""Cells in JSON and as text. Texts, numbers without a fraction, truth and nothing stand for themselves;
decimals, days and moments say what they are, so that nothing is rounded or guessed on the way back."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from exchange.sheets import Kind

_AS_THEY_ARE = (str, bool, int)


def to_plain(value: Any) -> Any:
    """A cell as JSON keeps it."""
    if value is None or isinstance(value, _AS_THEY_ARE):
        return value
    if isinstance(value, Decimal):
        return {"n": format(value, "f")}
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, date):
        return {"d": value.isoformat()}
    return str(value)


def from_plain(value: Any) -> Any:
    """The cell again, in its own type."""
    if not isinstance(value, dict):
        return value
    [(kind, text)] = value.items()
    if kind == "n":
        return Decimal(text)
    return datetime.fromisoformat(text) if kind == "t" else date.fromisoformat(text)


def text_of(value: Any) -> str:
    """A cell as a person would type it; read again, it is the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        whole_day = (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0)
        return value.date().isoformat() if whole_day else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def shown(value: Any, kind: Kind) -> str:
    """The value of a column as one types it: a month without its day, a percentage with its sign."""
    if kind is Kind.MONTH and isinstance(value, date):
        return value.strftime("%Y-%m")
    if kind is Kind.PERCENT and value is not None:
        return f"{text_of(value)}%"
    return text_of(value)
