"""What reading one cell gives, and the words for it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.text import format_lazy

from core.errors import FieldError
from exchange.sheets import Column, RawCell, Text

LONGEST_SHOWN = 60  # characters of a cell that a message repeats


class Parsed(NamedTuple):
    """The typed value of a cell, or why there is none.

    ``suggestion`` is a text that may replace the cell; ``remark`` says how an unusual spelling was read.
    """

    value: Any = None
    error: FieldError | None = None
    suggestion: str = ""
    remark: Text = ""


EMPTY = Parsed()


@dataclass(frozen=True)
class Context:
    """What the reading of a cell depends on beside the cell itself: the same for a whole column.

    ``factor``: yuan per unit that the heading names (10,000 for 万元), ``date_order``: "dmy" or "mdy" once
    the person has said how 03/04/2021 is meant, ``date_1904``: bare numbers that are dates count from 1904.
    """

    column: Column
    today_year: int
    choices: Mapping[str, str] = field(default_factory=dict)
    factor: Decimal | None = None
    date_order: str = ""
    date_1904: bool = False


def refused(
    context: Context, code: str, message: Text, /, *, suggestion: str = "", **values: object
) -> Parsed:
    """No value: the sentence with its ``{placeholders}`` filled in, and what to write instead."""
    sentence = format_lazy(message, suggestion=suggestion, **values)  # type: ignore[arg-type]
    return Parsed(error=FieldError(context.column.name, sentence, code), suggestion=suggestion)


def remarked(value: Any, message: Text, /, **values: object) -> Parsed:
    """A value that was understood, and how."""
    return Parsed(value, remark=format_lazy(message, **values))  # type: ignore[arg-type]


def shown(raw: RawCell) -> str:
    """The cell as its owner sees it, short enough for a sentence."""
    if isinstance(raw, Decimal):
        text = plain(raw) if abs(raw.adjusted()) < 16 else str(raw)
    elif isinstance(raw, datetime):
        text = raw.isoformat(" ", "minutes")
    elif isinstance(raw, date):
        text = raw.isoformat()
    elif isinstance(raw, bool):
        text = str(raw).upper()
    else:
        text = " ".join(str(raw).split())
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"


def plain(number: Decimal) -> str:
    """A number as one types it: no exponent, no zeros at the end."""
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def grouped(number: Decimal) -> str:
    """A number as one reads it: 125,000.5."""
    return f"{Decimal(plain(number)):,}"
