"""What the reader of values does not tell of a sheet: hidden and merged cells, errors, formulas, units."""

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext_lazy as _

from exchange.reading.limits import (
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_ROWS_ABOVE,
    refusal,
    too_many_columns,
    too_many_rows,
)

Place = tuple[int, int]  # row and column, both from 0
Range = tuple[Place, Place]  # first and last place

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|\[[^\]]*\]')
_SHOWN_UNIT = re.compile(r"[千百]?万元?|亿元?|千元")
_SCALED = re.compile(r"[0#?],+(?:$|[^0#?])")


@dataclass
class Findings:
    """``texts`` stand instead of a value (errors, formulas without a result), ``units`` behind one ("%",
    万元). ``last_row`` and ``last_column`` are those of the last cell with content, from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    texts: dict[Place, str] = field(default_factory=dict)
    units: dict[Place, str] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)
    filled_rows: int = 0
    last_row: int = -1
    last_column: int = -1

    def fill(self, row: int, column: int) -> None:
        """Note that ``row`` has content, up to ``column``."""
        self.filled_rows += 1
        self.last_row = max(self.last_row, row)
        self.last_column = max(self.last_column, column)

    def refuse_beyond_limits(self, sheet: str) -> None:
        """Before the values are read: a single cell far away makes their table huge."""
        if self.filled_rows > MOST_ROWS + MOST_ROWS_ABOVE:
            raise too_many_rows(sheet)
        if self.last_column >= MOST_COLUMNS:
            raise too_many_columns(sheet)
        if self.last_row >= 5 * MOST_ROWS:
            raise refusal(
                "too_many_rows",
                _(
                    "The sheet “{sheet}” has an entry far down, in row {row}. Delete the rows below the table"
                    " and upload the file again."
                ),
                sheet=sheet,
                row=f"{self.last_row + 1:,}",
            )


def unit_of_format(number_format: str) -> str:
    """What a number format shows behind the number and changes its meaning: "%" or 万元; "" for none.

    A format such as 0.0,"万" scales the number down itself; then the number stands for what it is.
    """
    literals = "".join(part for found in _LITERAL.findall(number_format) for part in found)
    bare = _LITERAL.sub("", number_format.split(";")[0])
    if "%" in bare:
        return "%"
    shown = _SHOWN_UNIT.search(literals + re.sub(r"[0#?.,\s]", "", bare))
    return shown[0] if shown and not _SCALED.search(bare) and "!" not in bare else ""
