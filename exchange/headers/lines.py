"""Rows of a file that are no records: totals, signatures, repeated headings, the example of the template."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from core.search import fold
from exchange.sheets import Column, RawCell, RawRow

_TOTAL = re.compile(
    r"(?:合\s*计|总\s*计|小\s*计|共\s*计|累\s*计|总\s*和|grand total|sub-?total|total|sum)(?:\s*[::(\d].*)?"
)
_FOOTER = re.compile(
    r"(?:填表|制表|审核|填报|复核|经办|报送|单位负责|统计负责)(?:人|日期|时间|单位|部门)?\s*[::].*|(?:注|说明|备注|填表说明|notes?)\s*[::].*"
)
_EXAMPLE = re.compile(r"(?:示例|样例|例|example|e\.g\.)\s*(?:行|[::]|$)")


def text_of(cell: RawCell) -> str:
    """A cell as a text to compare: dates as 2021-05-03, numbers without exponent."""
    if cell is None:
        return ""
    if isinstance(cell, Decimal):
        return format(cell, "f")
    if isinstance(cell, date):
        return cell.isoformat()[:10]
    return str(cell).strip()


def is_blank(row: RawRow) -> bool:
    return all(cell is None or (isinstance(cell, str) and not cell.strip()) for cell in row.cells)


def first_text(row: RawRow) -> str:
    """The first cell that says something, folded."""
    return next((fold(text) for cell in row.cells if (text := text_of(cell))), "")


def is_total(first: str) -> bool:
    """By the ``first_text`` of a row."""
    return _TOTAL.fullmatch(first) is not None


def is_footer(first: str) -> bool:
    return _FOOTER.fullmatch(first) is not None


def is_example(row: RawRow, columns: Mapping[int, Column]) -> bool:
    """The example row of the template, unchanged, or one that says it is an example."""
    if _EXAMPLE.match(first_text(row)):
        return True
    return _repeats(row, columns, lambda column: (column.example,))


def is_notes(row: RawRow, columns: Mapping[int, Column]) -> bool:
    """The row of the template that explains its columns."""
    return _repeats(row, columns, lambda column: (column.note_zh, column.note_en))


def _repeats(row: RawRow, columns: Mapping[int, Column], texts_of: object) -> bool:
    """Whether every filled cell repeats what the template put there, and there are at least two."""
    assert callable(texts_of)
    filled = [(column, fold(text)) for at, column in columns.items() if (text := _at(row, at))]
    same = [text for column, text in filled if text in {fold(known) for known in texts_of(column) if known}]
    return len(filled) >= 2 and len(same) == len(filled)


def _at(row: RawRow, position: int) -> str:
    return text_of(row.cells[position]) if position < len(row.cells) else ""


def repeats_heading(row: RawRow, headings: Mapping[int, str]) -> bool:
    """Whether every filled cell says what the heading above it says: the top of another printed page."""
    filled = ((at, text) for at in range(len(row.cells)) if (text := _at(row, at)))
    return all(fold(text) == fold(headings.get(at, "")) for at, text in filled)


def heading_texts(rows: Sequence[RawRow]) -> list[list[str]]:
    """What stands above each position in one or two heading rows: the names to try, best first. A merged cell
    is the heading of all that it covers."""
    width = max((len(row.cells) for row in rows), default=0)
    lines = [[_expanded(row, at) for at in range(width)] for row in rows]
    return [_combined([line[at] for line in lines]) for at in range(width)]


def _expanded(row: RawRow, position: int) -> str:
    own = _at(row, position)
    return own or text_of(row.merged.get(position))


def _combined(parts: Sequence[str]) -> list[str]:
    said = list(dict.fromkeys(part for part in parts if part))
    return [said[-1], "".join(said), said[0]] if len(said) > 1 else said
