"""How the columns of a file were understood: a plain record on the run.

``mapping`` position → column, ``headings`` position → heading as in the file, ``guesses`` position → column
of a similar name, ``missing`` required columns not found, ``factors`` column → yuan per unit, ``header_row``,
``sheet_name``, ``date_1904``, ``sample`` the first rows as text, and what people said: ``chosen`` (position →
column, "" to leave it out), ``date_order`` and ``first_row`` ("data": the file has no heading row).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.utils.translation import gettext as _

from exchange.headers import Table, choose_sheet, find_table
from exchange.headers.headings import unit_factor
from exchange.models.plain import text_of
from exchange.sheets import Kind, Note, RawSheet, Sheet

SAMPLE_ROWS = 3
DATA = "data"
Layout = dict[str, Any]


def best_table(
    raws: Sequence[RawSheet], sheet: Sheet, *, remembered: Mapping[str, str], first_row: str = ""
) -> tuple[str, Table]:
    """The sheet of the file that fits best, by name, and the table in it. ``first_row`` "data": the file has
    no headings at all."""
    columns = list(sheet.columns())
    raw = choose_sheet(raws, columns)
    table = find_table(raw, columns, remembered=remembered)
    return raw.name, table if table.header_row or first_row == DATA else _first_row_as_heading(table)


def _first_row_as_heading(table: Table) -> Table:
    """Where no row names a known column, the first one is shown as the heading, and a note says so."""
    if not table.rows:
        return table
    first = table.rows[0]
    texts = {at: text for at, cell in enumerate(first.cells) if (text := text_of(cell).strip())}
    message = _("No known heading was found, so row %(row)d is taken for the heading.")
    note = Note("first_row", message % {"row": first.number}, row=first.number)
    return replace(
        table, header_row=first.number, headings=texts, rows=table.rows[1:], notes=[*table.notes, note]
    )


def layout_of(name: str, table: Table, sheet: Sheet, *, said: Mapping[str, Any]) -> Layout:
    """The layout of a table. ``said`` is what people said of it before: what they assigned replaces what was
    found."""
    chosen: Mapping[str, str] | None = said.get("chosen")
    columns = {column.name: column for column in sheet.columns()}
    mapping = dict(table.mapping)
    if chosen is not None:
        mapping = {int(position): name for position, name in chosen.items() if name}
    factors = {}
    for position, column in mapping.items():
        if columns[column].kind is Kind.MONEY:
            factor = table.units.get(position) or unit_factor(table.headings.get(position, ""))
            if factor:
                factors[column] = str(factor)
    found = set(mapping.values())
    layout: Layout = {
        "sheet_name": name,
        "header_row": table.header_row,
        "headings": {str(position): text for position, text in table.headings.items()},
        "mapping": {str(position): name for position, name in mapping.items()},
        "guesses": {
            str(position): guess.column
            for position, guess in table.guesses.items()
            if position not in mapping and guess.column not in found
        },
        "missing": [
            column.name for column in columns.values() if column.required and column.name not in found
        ],
        "factors": factors,
        "date_1904": table.date_1904,
        "date_order": said.get("date_order", ""),
        "first_row": said.get("first_row", ""),
        "sample": [[text_of(cell) for cell in row.cells] for row in table.rows[:SAMPLE_ROWS]],
    }
    return layout if chosen is None else {**layout, "chosen": dict(chosen)}


def note_of(note: Note) -> dict[str, Any]:
    return {"code": note.code, "message": str(note.message), "row": note.row, "column": note.column}
