"""How the columns of a file were understood: a plain record on the run.

``mapping`` position → column, ``headings`` position → heading as in the file, ``guesses`` position → column
of a similar name, ``missing`` required columns not found, ``factors`` column → yuan per unit, ``header_row``,
``sheet_name``, ``date_1904``, ``sample`` the first rows as text, and what people said: ``chosen`` (position →
column, "" to leave it out) and ``date_order``.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from exchange.headers import Table, choose_sheet, find_table
from exchange.headers.headings import unit_factor
from exchange.models.plain import text_of
from exchange.sheets import Kind, Note, RawSheet, Sheet

SAMPLE_ROWS = 3
Layout = dict[str, Any]


def best_table(raws: Sequence[RawSheet], sheet: Sheet, *, remembered: Mapping[str, str]) -> tuple[str, Table]:
    """The sheet of the file that fits best, by name, and the table in it."""
    columns = list(sheet.columns())
    raw = choose_sheet(raws, columns)
    return raw.name, find_table(raw, columns, remembered=remembered)


def layout_of(
    name: str, table: Table, sheet: Sheet, *, chosen: Mapping[str, str] | None, date_order: str
) -> Layout:
    """The layout of a table; ``chosen`` replaces what was found by what a person assigned."""
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
        "date_order": date_order,
        "sample": [[text_of(cell) for cell in row.cells] for row in table.rows[:SAMPLE_ROWS]],
    }
    return layout if chosen is None else {**layout, "chosen": dict(chosen)}


def note_of(note: Note) -> dict[str, Any]:
    return {"code": note.code, "message": str(note.message), "row": note.row, "column": note.column}
