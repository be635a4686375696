"""Workbooks: .xlsx, .ods and .xls. Values come from calamine; what it does not tell, from ``findings``."""

import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Context, Decimal
from math import isfinite
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from exchange.reading import ods, xls, xlsx
from exchange.reading.archives import Archive
from exchange.reading.findings import Findings, Range
from exchange.reading.kinds import FileKind, not_a_table
from exchange.reading.limits import broken, empty, too_many_rows
from exchange.sheets import Note, RawCell, RawRow, RawSheet

_WHOLE = 10**15  # below it a float holds every whole number exactly
_MOST_CELLS = 4_000_000  # of all sheets together: what is held in memory
_MOST_NAMED = 20  # rows or columns that a note lists
_AS_EXCEL_SHOWS = Context(prec=15)


def read_workbook(content: bytes, kind: FileKind) -> list[RawSheet]:
    """Every sheet with cells. Whatever goes wrong inside a foreign file is one refusal."""
    try:
        return _read(content, kind)
    except Invalid:
        raise
    except Exception as error:
        raise broken() from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what a failure in Rust becomes
            raise
        raise broken() from error


def _read(content: bytes, kind: FileKind) -> list[RawSheet]:
    from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

    findings, date_1904 = _inspected(content, kind)
    for name, found in findings.items():
        found.refuse_beyond_limits(name)
    if sum((found.last_row + 1) * (found.last_column + 1) for found in findings.values()) > _MOST_CELLS:
        raise too_many_rows(max(findings, key=lambda name: findings[name].last_row))
    if not findings:
        raise not_a_table(_("a workbook of charts only"))
    if not any(found.filled_rows for found in findings.values()):
        raise empty()
    with CalamineWorkbook.from_filelike(io.BytesIO(content)) as workbook:
        return [
            _sheet(
                workbook.get_sheet_by_name(sheet.name),
                findings[sheet.name],
                sheet.visible != SheetVisibleEnum.Visible,
                date_1904,
            )
            for sheet in workbook.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet.name in findings
        ]


def _inspected(content: bytes, kind: FileKind) -> tuple[dict[str, Findings], bool]:
    """What was found in each sheet; whether dates count from 1904. Raises ``Invalid`` for unsafe files."""
    if kind is FileKind.OLE:
        book = xls.inspect(content)
        return book.findings, book.date_1904
    archive = Archive(content)
    if "[Content_Types].xml" in archive:
        xlsx.refuse_unsafe(archive)
        return xlsx.findings_of(archive), xlsx.counts_from_1904(archive)
    ods.refuse_unsafe(archive)
    return ods.findings_of(archive), False


def _sheet(sheet: Any, findings: Findings, hidden: bool, date_1904: bool) -> RawSheet:
    found = findings.merged or list(sheet.merged_cell_ranges or ())
    rows = _rows(sheet.to_python(skip_empty_area=False), findings, found)
    return RawSheet(sheet.name, rows, tuple(_notes(findings)), hidden, date_1904)


def _rows(values: Sequence[Sequence[Any]], findings: Findings, merged: Sequence[Range]) -> tuple[RawRow, ...]:
    """Rows with content. Covered cells learn the value of the range that they belong to."""
    width = findings.last_column + 1
    covered = _covered(values, findings, merged)
    special = {row for row, _column in (*findings.texts, *findings.units)}
    blank = [None] * width
    rows = []
    for number in range(findings.last_row + 1):
        own = values[number] if number < len(values) else ()
        cells = [cell or None if type(cell) is str else _CONVERT[type(cell)](cell) for cell in own[:width]]
        cells += [None] * (width - len(cells))
        if number in special:
            cells = [_as_shown(cell, (number, at), findings) for at, cell in enumerate(cells)]
        if cells != blank:
            hidden = number in findings.hidden_rows
            rows.append(RawRow(number + 1, tuple(cells), hidden, covered.get(number, _NOTHING)))
    return tuple(rows)


def _as_shown(cell: RawCell, place: tuple[int, int], findings: Findings) -> RawCell:
    """Errors and formulas instead of nothing; 0.273 in a cell shown in percent as 27.3%."""
    if (text := findings.texts.get(place)) is not None:
        return text
    unit = findings.units.get(place)
    if unit is None or isinstance(cell, bool) or not isinstance(cell, int | Decimal):
        return cell
    shown = _AS_EXCEL_SHOWS.create_decimal(cell) * (100 if unit == "%" else 1)
    return f"{shown.normalize():f}{unit}"


def _covered(
    values: Sequence[Sequence[Any]], findings: Findings, merged: Sequence[Range]
) -> Mapping[int, Mapping[int, RawCell]]:
    """By row and column, the value of the merged range in which an empty cell lies."""
    covered: dict[int, dict[int, RawCell]] = defaultdict(dict)
    room = (findings.last_row + 1) * (findings.last_column + 1)
    for (top, left), (bottom, right) in merged:
        bottom, right = min(bottom, findings.last_row), min(right, findings.last_column)
        room -= max(0, bottom - top + 1) * max(0, right - left + 1)
        if room < 0:
            raise broken()  # ranges that overlap
        if top < len(values) and left < len(values[top]):
            value = _CONVERT[type(values[top][left])](values[top][left])
            for row, column in _places(top, left, bottom, right):
                if value is not None:
                    covered[row][column] = value
    return covered


def _places(top: int, left: int, bottom: int, right: int) -> Iterator[tuple[int, int]]:
    for row in range(top, bottom + 1):
        for column in range(left, right + 1):
            if (row, column) != (top, left):
                yield row, column


def _notes(findings: Findings) -> Iterator[Note]:
    if findings.hidden_rows:
        message = _("Hidden rows were read too: {rows}.")
        yield Note(
            "hidden_rows", format_lazy(message, rows=_listed(findings.hidden_rows, lambda row: str(row + 1)))
        )
    columns = {column for column in findings.hidden_columns if column <= findings.last_column}
    if columns:
        message = _("Hidden columns were read too: {columns}.")
        yield Note("hidden_columns", format_lazy(message, columns=_listed(columns, _letters)))


def _listed(places: set[int], name: Callable[[int], str]) -> str:
    named = [name(place) for place in sorted(places)[:_MOST_NAMED]]
    return ", ".join(named + ["…"] * (len(places) > _MOST_NAMED))


def _letters(column: int) -> str:
    """The name of a column: 0 → A, 26 → AA."""
    before, last = divmod(column, 26)
    return (_letters(before - 1) if before else "") + chr(ord("A") + last)


def _text(text: str) -> RawCell:
    return text or None


def _exact(number: float) -> RawCell:
    if not isfinite(number):
        return str(number)
    if number.is_integer() and abs(number) < _WHOLE:
        return int(number)
    return Decimal(repr(number))


def _as_it_is(value: RawCell) -> RawCell:
    return value


def _time_of_day(value: time) -> str:
    return value.isoformat("seconds")


def _duration(value: timedelta) -> str:
    minutes, seconds = divmod(round(value.total_seconds()), 60)
    return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"


_NOTHING: Mapping[int, RawCell] = {}
_CONVERT: Mapping[type, Callable[[Any], RawCell]] = {
    str: _text,
    float: _exact,
    int: _as_it_is,
    bool: _as_it_is,
    date: _as_it_is,
    datetime: _as_it_is,
    time: _time_of_day,
    timedelta: _duration,
}
