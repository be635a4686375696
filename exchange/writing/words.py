"""Headings and cells in the language and units of a file; what is written reads back as the same value."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from core.search import fold
from exchange.cells import neutralised
from exchange.sheets import Choice, Column, Kind

THOUSAND = "thousand"
EXACT_DIGITS = 15  # Excel keeps no more of a number
#: A number for Excel, or a text where a number would not be exact.
Cell = str | int | float | date | None


def is_chinese(language: str) -> bool:
    return language.startswith("zh")


def label(column: Column, language: str) -> str:
    return column.label_zh if is_chinese(language) else column.label_en


def note(column: Column, language: str) -> str:
    return column.note_zh if is_chinese(language) else column.note_en


def heading(column: Column, language: str, *, units: str = "yuan", marked: bool = False) -> str:
    """The label with its unit, and a star where the column has to be filled in."""
    unit = unit_of(column, language, units)
    brackets = "（{}）" if is_chinese(language) else " ({})"
    return label(column, language) + (brackets.format(unit) if unit else "") + ("*" if marked else "")


def unit_of(column: Column, language: str, units: str) -> str:
    if column.kind is Kind.MONEY:
        if units == THOUSAND:
            return "千元" if is_chinese(language) else "thousand yuan"
        return "元" if is_chinese(language) else "yuan"
    return column.unit_zh if is_chinese(language) else column.unit_en


def words_for(choices: Sequence[Choice], language: str) -> dict[str, str]:
    """Value → the word that stands for it in this language, and for nothing else; else the value itself."""
    words = {choice.value: choice.label_zh if is_chinese(language) else choice.label_en for choice in choices}
    times: dict[str, int] = {}
    for choice in choices:
        for word in {fold(choice.label_zh), fold(choice.label_en), fold(choice.value)}:
            times[word] = times.get(word, 0) + 1
    return {value: word if word and times[fold(word)] == 1 else value for value, word in words.items()}


def cell(value: Any, column: Column, words: dict[str, str], language: str, units: str) -> Cell:
    """One value as a cell of a file; dates stay dates, what Excel would spoil becomes a text."""
    if value is None or value == "":
        return None
    kind = column.kind
    if kind is Kind.CHOICE:
        return words.get(value, str(value))
    if kind is Kind.BOOLEAN:
        return yes_or_no(bool(value), language)
    if kind is Kind.MONTH:
        return value.strftime("%Y-%m") if isinstance(value, date) else str(value)
    if kind is Kind.PERCENT:
        return f"{exact_text(Decimal(value))}%"
    if kind is Kind.MONEY:
        amount = Decimal(value)
        return number(amount / 1000 if units == THOUSAND else amount)
    if isinstance(value, Decimal):
        return number(value)
    if isinstance(value, int | date):
        return value
    return neutralised(str(value))


def yes_or_no(value: bool, language: str) -> str:
    if is_chinese(language):
        return "是" if value else "否"
    return "yes" if value else "no"


def number(value: Decimal) -> int | float | str:
    """A number that Excel holds exactly; with more digits than it keeps, a text."""
    text = exact_text(value)
    if len(text.replace(".", "").replace("-", "").lstrip("0")) > EXACT_DIGITS:
        return text
    return int(text) if "." not in text else float(text)


def exact_text(value: Decimal) -> str:
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def as_text(value: Cell | datetime) -> str:
    """The cell in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, float):
        return exact_text(Decimal(repr(value)))
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
