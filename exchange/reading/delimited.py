"""Text files: values separated by commas, semicolons, tabs, bars or 、, and blocks that were pasted."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from exchange.reading.encodings import decode
from exchange.reading.limits import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_ROWS_ABOVE,
    broken,
    refusal,
    too_many_columns,
    too_many_rows,
)
from exchange.sheets import Note, RawRow, RawSheet

_DELIMITERS = (",", "\t", ";", "|", "、", "，", "；", "｜")
_SAMPLE_ROWS = 25
_SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n?", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x1f]")
_MOST_CONTROLS = 0.02  # of the text; more is no text
_TOO_MANY_CELLS = _(
    "This row has more cells than the others: a separator seems to stand inside a cell. Put that cell between"
    " quotation marks, or correct the row here."
)
_LONGEST_FIELD = 200_000  # characters
_MOST_LINES_IN_CELL = 60  # more in one cell: a quotation mark was never closed


def read_delimited(content: bytes, name: str) -> RawSheet:
    """A text file as one sheet, named like the file."""
    decoded = decode(content)
    if decoded is None:
        raise refusal(
            "not_a_table",
            _("The text of this file cannot be read. Save it as “CSV UTF-8” or .xlsx and upload it again."),
        )
    notes = []
    if decoded.assumed:
        message = _("The file does not say how its characters are stored; they were read as {encoding}.")
        notes.append(Note("encoding_assumed", format_lazy(message, encoding=decoded.assumed)))
    text = decoded.text
    if "\x00" in text:
        text = text.replace("\x00", "")
        notes.append(Note("zero_bytes", _("Zero bytes in the file were left out.")))
    if len(_CONTROLS.findall(text[:20_000])) > _MOST_CONTROLS * min(len(text), 20_000):
        raise refusal("not_a_table", _("This file is no table. Upload an .xlsx, .xls, .ods or .csv file."))
    return _as_sheet(text, name, notes)


def read_pasted(text: str) -> RawSheet:
    """A block copied from Excel or WPS: tabs between cells, quotation marks around cells with line breaks."""
    text = text.replace("\x00", "").lstrip("\ufeff")
    if not text.strip():
        raise refusal("empty", _("Nothing was pasted. Copy the cells in Excel and paste them again."))
    return _as_sheet(text, "", [], delimiter="\t" if "\t" in text else None)


def _as_sheet(text: str, name: str, notes: list[Note], delimiter: str | None = None) -> RawSheet:
    if declared := _SEPARATOR_LINE.match(text):
        text, delimiter = text[declared.end() :], declared[1]
    records = _records(text, delimiter or _delimiter_of(text), notes)
    return RawSheet(name, _rows(records, name), tuple(notes))


def _delimiter_of(text: str) -> str:
    """The sign that cuts most of the first rows into the same number of cells."""
    return max(_DELIMITERS, key=lambda delimiter: _evenness(text, delimiter))


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """The share of the first rows that have the same number of cells, and that number."""
    widths: Counter[int] = Counter()
    reader = csv.reader(io.StringIO(text[:100_000], newline=""), delimiter=delimiter)
    try:
        for row, _number in zip(reader, range(_SAMPLE_ROWS), strict=False):
            widths[len(row)] += bool(row)
    except csv.Error:
        return 0, 0
    several = {width: count for width, count in widths.items() if width > 1}
    width = max(several, key=lambda width: (several[width], width), default=0)
    return (several[width] / widths.total(), width) if width else (0, 0)


def _records(text: str, delimiter: str, notes: list[Note]) -> list[list[str]]:
    """The cells of each record. A quotation mark that is never closed would swallow the rows behind it: then
    marks are read as ordinary signs, if that gives an even table."""
    strict = _parsed(text, delimiter, csv.QUOTE_MINIMAL)
    if strict is not None:
        return strict
    plain = _parsed(text, delimiter, csv.QUOTE_NONE)
    if plain is None:
        raise broken()
    widths = {len(record) for record in plain if any(record)}
    if len(widths) > 1:
        raise refusal(
            "quotes",
            _(
                "A quotation mark in this file is not closed, so the cells cannot be told apart."
                " Save it as .xlsx and upload that file."
            ),
        )
    notes.append(
        Note("quotes", _("A quotation mark is not closed; quotation marks were read as ordinary signs."))
    )
    return [[_unquoted(cell) for cell in record] for record in plain]


def _parsed(text: str, delimiter: str, quoting: int) -> list[list[str]] | None:
    csv.field_size_limit(_LONGEST_FIELD)
    lines = io.StringIO(text, newline="")
    reader = csv.reader(lines, delimiter=delimiter, quoting=quoting, strict=quoting == csv.QUOTE_MINIMAL)  # type: ignore[arg-type]
    try:
        records = list(reader)
    except csv.Error:
        return None
    swallowed = quoting == csv.QUOTE_MINIMAL and any(
        cell.count("\n") > _MOST_LINES_IN_CELL
        for record in records
        for cell in record
        if len(cell) > _MOST_LINES_IN_CELL
    )
    return None if swallowed else records


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell


def _rows(records: Sequence[Sequence[str]], name: str) -> tuple[RawRow, ...]:
    width = max(map(len, records), default=0)
    while width and not any(len(record) >= width and record[width - 1].strip() for record in records):
        width -= 1
    if width > MOST_COLUMNS:
        raise too_many_columns(name)
    usual = Counter(len(record) for record in records if any(record)).most_common(1)
    expected = usual[0][0] if usual else 0
    rows = tuple(
        RawRow(
            number,
            tuple([cell or None for cell in record[:width]]) + (None,) * (width - len(record)),
            problem=_TOO_MANY_CELLS if len(record) > expected and any(record[expected:]) else "",
        )
        for number, record in enumerate(records, start=1)
        if any(record)
    )
    if len(rows) > MOST_ROWS + MOST_ROWS_ABOVE:
        raise too_many_rows(name)
    return rows
