"""One line of the table of hostile files, and what reading such a file gives."""

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from exchange.cells import CellReader, words_of
from exchange.cells.parsed import Context
from exchange.headers import Table, choose_sheet, find_table
from exchange.reading import read_file
from tests.exchange.hostile.columns import COLUMNS, STAGES


class Wrong(NamedTuple):
    """The error expected in a cell: its code, and the text offered instead."""

    code: str
    suggestion: str = ""


@dataclass(frozen=True)
class Case:
    """``rows``: what each row of the file must give, by its number: every column with a value or an error.
    ``refused``: the code with which the whole file is refused instead. ``as_projects``: the status of rows
    in the table of projects where it differs: that table has other columns and limits."""

    name: str
    file: str
    content: Callable[[], bytes]
    rows: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    notes: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()
    guesses: Mapping[str, str] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    refused: str = ""
    as_projects: Mapping[int, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def table_of(case: Case) -> Table:
    sheets = read_file(io.BytesIO(case.content()), case.file)
    return find_table(choose_sheet(sheets, COLUMNS), COLUMNS)


def outcome(table: Table) -> dict[int, dict[str, Any]]:
    """What every row gives: values and errors, without empty cells."""
    columns = {column.name: column for column in COLUMNS}
    choices = words_of(STAGES)
    readers = {
        position: CellReader(
            Context(columns[name], 2021, choices, table.units.get(position), date_1904=table.date_1904)
        )
        for position, name in table.mapping.items()
    }
    rows: dict[int, dict[str, Any]] = {}
    for row in table.rows:
        cells: dict[str, Any] = {}
        for position, reader in readers.items():
            parsed = reader.read(row.cells[position], row.merged.get(position))
            if parsed.error is not None:
                cells[reader.context.column.name] = Wrong(parsed.error.code, parsed.suggestion)
            elif parsed.value is not None:
                cells[reader.context.column.name] = parsed.value
        if row.problem:
            cells[""] = Wrong("ragged")
        rows[row.number] = cells
    return rows
