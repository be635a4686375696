"""Cells to values: one parser per run, with the choices of its columns read once."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import get_language

from core.errors import FieldError
from exchange.cells import CellReader, words_of
from exchange.cells.parsed import Context
from exchange.models import ImportRow
from exchange.models.plain import shown, to_plain
from exchange.sheets import Choice, Column, Kind, Place, RawCell, RawRow, Sheet

Problem = dict[str, Any]


class Parser:
    """Reads the cells of one run. ``layout`` is the run's (see ``layouts``)."""

    def __init__(self, sheet: Sheet, place: Place, layout: Mapping[str, Any], at: datetime) -> None:
        self.sheet, self.place, self.layout = sheet, place, layout
        zone = place.incubator.time_zone if place.incubator is not None else place.park.time_zone
        self.today_year = at.astimezone(ZoneInfo(zone)).year
        self.columns: dict[str, Column] = {column.name: column for column in sheet.columns()}
        self.required = tuple(column.name for column in self.columns.values() if column.required)

    @cached_property
    def choices(self) -> dict[str, Sequence[Choice]]:
        return {
            column.name: self.sheet.choices(column.name, self.place)
            for column in self.columns.values()
            if column.kind is Kind.CHOICE
        }

    @cached_property
    def readers(self) -> dict[str, CellReader]:
        """One reader per column, which knows its choices, its unit and how its dates are meant."""
        factors = self.layout.get("factors", {})
        return {
            name: CellReader(
                Context(
                    column,
                    self.today_year,
                    words_of(self.choices.get(name, ())),
                    Decimal(factors[name]) if name in factors else None,
                    self.layout.get("date_order", ""),
                    bool(self.layout.get("date_1904")),
                )
            )
            for name, column in self.columns.items()
        }

    def row(
        self, run_id: int, raw: RawRow, mapping: Mapping[int, str], edits: Mapping[str, str]
    ) -> ImportRow:
        """A row of the file with everything that its cells say, before anyone has judged it."""
        row = ImportRow(
            run_id=run_id, number=raw.number, cells=[to_plain(cell) for cell in raw.cells], edits=dict(edits)
        )
        for position, name in mapping.items():
            if name in edits:
                self.put(row, name, edits[name])
            else:
                cell = raw.cells[position] if position < len(raw.cells) else None
                self.put(row, name, cell, raw.merged.get(position))
        for name, text in edits.items():
            if name not in row.values and name in self.columns:
                self.put(row, name, text)
        if raw.problem:
            self.distrust(row, next(iter(mapping.values())), str(raw.problem))
        return row

    @staticmethod
    def distrust(row: ImportRow, name: str, message: str) -> None:
        """A row whose cells may stand in the wrong columns: an error until its first cell was typed anew."""
        if name not in row.edits:
            row.values.pop(name, None)
            row.errors.append(
                {"column": name, "code": "ragged", "message": message, "suggestion": "", "cell": True}
            )

    def put(self, row: ImportRow, name: str, raw: RawCell, merged: RawCell = None) -> None:
        """Read one cell into a row that holds nothing of this column yet."""
        if (raw is None or raw == "") and merged is None:
            row.values[name] = None
            return
        parsed = self.readers[name].read(raw, merged)
        if parsed.error is not None:
            row.errors.append({**problem(parsed.error), "suggestion": parsed.suggestion, "cell": True})
        else:
            row.values[name] = to_plain(parsed.value)
        if parsed.remark:
            row.remarks.append(
                {"column": name, "message": str(parsed.remark), "suggestion": parsed.suggestion}
            )

    def change(self, row: ImportRow, name: str, text: str) -> None:
        """Type something over a cell of the grid."""
        row.values.pop(name, None)
        row.errors = [error for error in row.errors if not (error["column"] == name and error.get("cell"))]
        row.remarks = [remark for remark in row.remarks if remark["column"] != name]
        row.edits[name] = text
        self.put(row, name, text)

    def text(self, name: str, value: Any) -> str:
        """A value in words: choices by their label, everything else as one would type it."""
        if value is None:
            return ""
        for choice in self.choices.get(name, ()):
            if choice.value == value:
                return choice.label_zh if (get_language() or "zh").startswith("zh") else choice.label_en
        return shown(value, self.columns[name].kind)


def problem(error: FieldError) -> Problem:
    return {"column": error.field, "code": error.code, "message": str(error.message), "suggestion": ""}


def is_blank(row: ImportRow) -> bool:
    """Nothing was typed in any column of the table."""
    return not row.errors and all(value in (None, "") for value in row.values.values())
