"""The file as it came, row by row, with what is to be mended beside each row."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import translation

from exchange.cells import neutralised
from exchange.enums import PARKED, RowState
from exchange.headers import ERROR_HEADINGS, Marker
from exchange.models import ImportRow, ImportRun
from exchange.models.plain import from_plain
from exchange.sheets import Kind, sheet_of
from exchange.writing.books import Book
from exchange.writing.words import heading, is_chinese, label, number

NUMBER_HEADINGS = ("行号", "No.")
STATUS_HEADINGS = ("状态", "Status")
ROWS_AT_ONCE = 2000


def returned_file(run: ImportRun, language: str) -> bytes:
    """Every row with its cells as typed (or as typed over on the page), its number, status and errors.

    Brought in again, it updates the rows of the run that are still open.
    """
    sheet = sheet_of(run.sheet)
    assert sheet is not None
    book = Book(sheet, language)
    columns = {column.name: column for column in book.columns}
    positions = sorted({*run.headings, *run.mapping})
    last = len(positions)
    _dress(book, run, positions)
    mended = 0 if is_chinese(language) else 1
    for at, position in enumerate(positions):
        column = columns.get(run.mapping.get(position, ""))
        text = run.headings.get(position) or (heading(column, language) if column else "")
        book.main.write_string(0, at, neutralised(text), book.heading)
    for at, words in enumerate((NUMBER_HEADINGS, STATUS_HEADINGS, ERROR_HEADINGS)):
        book.main.write_string(0, last + at, words[mended], book.required)
    red = book.book.add_format({"bg_color": "#FCE4E4", "valign": "top", "num_format": "@"})
    rows = run.rows.exclude(status=RowState.EMPTY).order_by("number").iterator(chunk_size=ROWS_AT_ONCE)
    for line, row in enumerate(rows, 1):
        row.run = run
        wrong = {error["column"] for error in row.errors}
        for at, position in enumerate(positions):
            name = run.mapping.get(position, "")
            _write(book, line, at, _cell(row, position, name), red if name in wrong else None)
        book.main.write_number(line, last, row.number)
        with translation.override(language):
            book.main.write_string(line, last + 1, str(RowState(row.status).label))
        said = sentences(row, {name: label(column, language) for name, column in columns.items()})
        if said:
            book.main.write_string(line, last + 2, neutralised(said), red)
    book.main.freeze_panes(1, 0)
    book.main.autofilter(0, 0, max(1, run.rows_total), last + 2)
    with book.close(Marker(run.sheet, str(run.pk))) as file:
        return file.read()


def _dress(book: Book, run: ImportRun, positions: list[int]) -> None:
    """The columns of the file as they stand there, which need not be those of the template."""
    known = {column.name: column for column in book.columns}
    for at, position in enumerate(positions):
        column = known.get(run.mapping.get(position, ""))
        book.main.set_column(at, at, column.width if column else 14)
    book.main.set_column(len(positions) + 2, len(positions) + 2, 70)


def _cell(row: ImportRow, position: int, name: str) -> Any:
    if name in row.edits:
        return row.edits[name]
    return from_plain(row.cells[position]) if position < len(row.cells) else None


def _write(book: Book, line: int, at: int, value: Any, shape: Any) -> None:
    if value is None or value == "":
        if shape is not None:
            book.main.write_blank(line, at, None, shape)
    elif isinstance(value, bool):
        book.main.write_boolean(line, at, value, shape)
    elif isinstance(value, datetime | date):
        book.main.write_datetime(line, at, value, book.formats[Kind.DATE])
    elif isinstance(value, int | Decimal):
        plain = number(Decimal(value))
        if isinstance(plain, str):
            book.main.write_string(line, at, plain, shape)
        else:
            book.main.write_number(line, at, plain, shape)
    else:
        book.main.write_string(line, at, neutralised(str(value)), shape)


def sentences(row: ImportRow, labels: dict[str, str]) -> str:
    """What is to be mended in a row, one sentence after the other, each with its column."""
    if row.status not in PARKED:
        return ""
    parts = []
    for error in row.errors:
        place = labels.get(error["column"], error["column"])
        said = f"{place}: {error['message']}" if place else error["message"]
        parts.append(said + (f" → {error['suggestion']}" if error.get("suggestion") else ""))
    parts += [f"{candidate['label']}: {candidate['why']}" for candidate in row.candidates]
    return "\n".join(parts)
