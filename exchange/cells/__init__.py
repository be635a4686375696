"""From what stands in a cell to a typed value, a remark, or an error with its remedy.

An unusual spelling that can mean only one thing is read and remarked on (12.5万元 is 125,000 yuan); what may
mean two things, or nothing, is an error that repeats what was typed and says what to write. No value is ever
guessed. Sentences are for one cell: the page adds row and column.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from django.utils.translation import gettext_lazy as _

from core.search import fold
from exchange.cells.choices import read_boolean, read_choice, words_of
from exchange.cells.cleaning import (
    is_error_value,
    means_nothing,
    neutralised,
    text_of_formula,
    without_unseen,
)
from exchange.cells.dates import read_date, read_month, read_year
from exchange.cells.numbers import UNITS, read_decimal, read_integer, read_money, read_percent
from exchange.cells.parsed import EMPTY, Context, Parsed, refused, remarked, shown
from exchange.cells.texts import read_text
from exchange.sheets import Column, Kind, RawCell

__all__ = ["UNITS", "CellReader", "Context", "Parsed", "neutralised", "parse_cell", "words_of"]

_READERS: Mapping[Kind, Callable[[RawCell, Context], Parsed]] = {
    Kind.TEXT: read_text,
    Kind.LONG_TEXT: read_text,
    Kind.CHOICE: read_choice,
    Kind.DATE: read_date,
    Kind.MONTH: read_month,
    Kind.YEAR: read_year,
    Kind.INTEGER: read_integer,
    Kind.DECIMAL: read_decimal,
    Kind.MONEY: read_money,
    Kind.PERCENT: read_percent,
    Kind.BOOLEAN: read_boolean,
}
_TEXTS = frozenset({Kind.TEXT, Kind.LONG_TEXT})
_NONE: Mapping[str, str] = MappingProxyType({})


def parse_cell(
    raw: RawCell,
    column: Column,
    *,
    today_year: int,
    choices: Mapping[str, str] = _NONE,
    factor: Decimal | None = None,
    date_order: str = "",
    date_1904: bool = False,
    merged: RawCell = None,
) -> Parsed:
    """Read one cell. Values: ``date`` for DATE, the first day for MONTH, ``int`` for YEAR and INTEGER,
    ``Decimal`` for MONEY (yuan), DECIMAL and PERCENT (27.3 for 27.3%), ``bool``, and ``str`` for the rest;
    None for an empty cell. ``merged`` is the value of the merged range that leaves the cell empty.

    For many cells of one column make one ``CellReader``.
    """
    context = Context(column, today_year, choices, factor, date_order, date_1904)
    return CellReader(context).read(raw, merged)


@dataclass(frozen=True)
class CellReader:
    """Reads the cells of one column."""

    context: Context

    def read(self, raw: RawCell, merged: RawCell = None) -> Parsed:
        column = self.context.column
        if isinstance(raw, str):
            if (early := self._not_meant(raw, merged)) is not None:
                return early
        elif raw is None:
            return self._empty(merged)
        return _READERS[column.kind](raw, self.context)

    def _not_meant(self, raw: str, merged: RawCell) -> Parsed | None:
        """Cells that hold nothing, or something that no one typed: blanks, dashes, error values, formulas."""
        text = without_unseen(raw)
        if not text:
            return self._empty(merged)
        if text[0] in "#Ee" and is_error_value(text):
            return self._error_value(text)
        if text[0] == "=" and text_of_formula(text) is None:
            return self._formula(text)
        if len(text) < 4 and self._means_nothing(text):
            if self.context.column.required:
                return self._empty(merged)
            return remarked(None, _("“{value}” was read as an empty cell."), value=text)
        return None

    def _means_nothing(self, text: str) -> bool:
        """Dashes and 无, unless 无 is an answer of the column."""
        kind = self.context.column.kind
        if kind is Kind.BOOLEAN or (kind is Kind.CHOICE and fold(text) in self.context.choices):
            return text in ("-", "--", "/")
        return means_nothing(text, is_text=kind in _TEXTS)

    def _empty(self, merged: RawCell) -> Parsed:
        if merged is not None:
            return self._merged(merged)
        if not self.context.column.required:
            return EMPTY
        return refused(self.context, "required", _("This cell is empty. Please fill it in."))

    def _merged(self, merged: RawCell) -> Parsed:
        value = shown(merged)
        message = _(
            "This cell is merged with others: “{value}” counts only for the first of them. Enter it here too"
            " if it applies."
        )
        if self.context.column.required:
            return refused(self.context, "merged", message, suggestion=value, value=value)
        return remarked(None, message, value=value)._replace(suggestion=value)

    def _error_value(self, text: str) -> Parsed:
        return refused(
            self.context,
            "error_value",
            _("Excel shows the error “{value}” in this cell. Mend the formula, or enter the value itself."),
            value=text,
        )

    def _formula(self, text: str) -> Parsed:
        return refused(
            self.context,
            "formula",
            _(
                "“{value}” is a formula whose result is not stored in the file. Enter the result, or open"
                " the file in Excel, save it and upload it again."
            ),
            value=shown(text),
        )
