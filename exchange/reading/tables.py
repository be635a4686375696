"""A small file that is read in one go, without the preview of an import: a bank's answer, rates, marks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from core.errors import FieldError, Invalid
from exchange.cells import CellReader, Context, words_of
from exchange.headers import Table, choose_sheet, find_table
from exchange.reading import read_file
from exchange.sheets import Choice, Column, RawRow


@dataclass(frozen=True)
class ReadRow:
    """One row of the file with its values by name of the column, or the sentence that says why not."""

    number: int
    values: Mapping[str, Any]
    problem: str = ""


def read_rows(
    content: BinaryIO,
    name: str,
    columns: Sequence[Column],
    *,
    year: int,
    choices: Mapping[str, Sequence[Choice]] | None = None,
) -> list[ReadRow]:
    """The rows of the first fitting sheet. ``choices`` by column, ``year`` for dates without one.

    Raises ``Invalid`` for a file that is no table, or that lacks a required column (code ``columns``).
    """
    table = find_table(choose_sheet(read_file(content, name), columns), columns)
    if table.missing:
        message = _("The file has no column %(names)s. These headings are understood: %(known)s.") % {
            "names": ", ".join(column.label_zh for column in table.missing),
            "known": ", ".join(f"{column.label_zh} / {column.label_en}" for column in columns),
        }
        raise Invalid(message, code="columns", fields=[FieldError("file", message, "columns")])
    readers = _readers(table, columns, year, choices or {})
    return [_row(raw, table.mapping, readers) for raw in table.rows]


def _readers(
    table: Table, columns: Sequence[Column], year: int, choices: Mapping[str, Sequence[Choice]]
) -> dict[str, CellReader]:
    units = {table.mapping[at]: unit for at, unit in table.units.items() if at in table.mapping}
    return {
        column.name: CellReader(
            Context(
                column,
                year,
                words_of(choices.get(column.name, ())),
                units.get(column.name),
                "",
                table.date_1904,
            )
        )
        for column in columns
    }


def _row(raw: RawRow, mapping: Mapping[int, str], readers: Mapping[str, CellReader]) -> ReadRow:
    values: dict[str, Any] = {}
    for position, name in mapping.items():
        cell = raw.cells[position] if position < len(raw.cells) else None
        parsed = readers[name].read(cell, raw.merged.get(position))
        if parsed.error is not None:
            return ReadRow(raw.number, values, str(parsed.error.message))
        values[name] = parsed.value
    return ReadRow(raw.number, values, str(raw.problem or ""))
