"""A list as a file that, brought in again, changes nothing. Rows leave the memory as they are written."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from exchange.headers import Marker
from exchange.sheets import Sheet
from exchange.writing.books import Book
from exchange.writing.templates import choices_of
from exchange.writing.words import as_text, cell, heading, words_for

BLOCK = 64 * 1024
ROWS_AT_ONCE = 500
BOM = b"\xef\xbb\xbf"  # without it Excel takes a CSV file for the system's old character set
MORE_ROWS = 1000  # below the last one, dressed for what is added by hand


def export_file(
    sheet: Sheet,
    user: Any,
    filters: Mapping[str, str],
    language: str,
    format: str = "xlsx",
    units: str = "yuan",
) -> Iterator[bytes]:
    """The file in pieces. ``filters`` are those of the list page; several values of one name are joined by
    commas. ``units`` "thousand" writes money in 千元, and says so in the heading."""
    rows = sheet.export(user=user, filters=flat(filters))
    if format == "csv":
        return _csv(sheet, rows, language, units)
    return _xlsx(sheet, rows, language, units)


def flat(filters: Any) -> dict[str, str]:
    """A query of an address as plain names and values."""
    if hasattr(filters, "lists"):
        return {name: ",".join(values) for name, values in filters.lists()}
    return dict(filters)


def _csv(sheet: Sheet, rows: Iterator[Mapping[str, Any]], language: str, units: str) -> Iterator[bytes]:
    columns = list(sheet.columns())
    words = _words(sheet, language)
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow([heading(column, language, units=units) for column in columns])
    yield BOM
    for number, row in enumerate(rows, 1):
        writer.writerow(
            [
                as_text(cell(row.get(column.name), column, words.get(column.name, {}), language, units))
                for column in columns
            ]
        )
        if number % ROWS_AT_ONCE == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _words(sheet: Sheet, language: str) -> dict[str, dict[str, str]]:
    return {name: words_for(choices, language) for name, choices in choices_of(sheet, None).items()}


def _xlsx(sheet: Sheet, rows: Iterator[Mapping[str, Any]], language: str, units: str) -> Iterator[bytes]:
    book = Book(sheet, language)
    words = _words(sheet, language)
    for position, column in enumerate(book.columns):
        shape = book.required if column.required else book.heading
        book.main.write_string(0, position, heading(column, language, units=units), shape)
    line = 0
    for line, row in enumerate(rows, 1):
        for position, column in enumerate(book.columns):
            value = cell(row.get(column.name), column, words.get(column.name, {}), language, units)
            if value is None:
                continue
            shape = book.formats[column.kind]
            if isinstance(value, str):
                book.main.write_string(line, position, value, shape)
            elif isinstance(value, date):
                book.main.write_datetime(line, position, value, shape)
            else:
                book.main.write_number(line, position, value, shape)
    book.dress(choices_of(sheet, None), first_row=1, last_row=line + MORE_ROWS)
    book.main.freeze_panes(1, 0)
    book.main.autofilter(0, 0, max(1, line), len(book.columns) - 1)
    with book.close(Marker(sheet.code)) as file:
        while block := file.read(BLOCK):
            yield block
