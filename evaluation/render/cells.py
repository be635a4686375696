"""How a cell is printed: the same digits in PDF, Word, Excel and on the pages."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext

from evaluation.render.document import Cell, Column, Lang, Table

MISSING = "—"
_MONEY_PLACES = 2
_PERCENT_PLACES = 1


def format_cell(value: Cell, column: Column) -> str:
    """The printed form of `value`; the unit is not part of it, it stands in the column head.

    Thousands are separated, halves are rounded away from zero, None is an em dash.
    """
    if value is None:
        return MISSING
    if isinstance(value, str):
        return value
    if isinstance(value, date):
        return date(value.year, value.month, value.day).isoformat()
    if column.kind == "text":
        return f"{value:f}" if isinstance(value, Decimal) else str(value)  # a year is no quantity: 2021
    if column.kind == "percent":
        return f"{printed_number(value, column).scaleb(2):,f}%"
    return f"{printed_number(value, column):,f}"


def printed_number(value: int | Decimal, column: Column) -> Decimal:
    """`value` rounded to the places the column prints: Excel stores it, so a sum there adds up."""
    places = places_of(value, column)
    # A percent cell is a ratio: one printed place is three places of the ratio.
    return _quantized(Decimal(value), places + 2 if column.kind == "percent" else places)


def places_of(value: int | Decimal, column: Column) -> int:
    """How many decimals `format_cell` prints for `value` in `column`."""
    if column.kind == "money":
        return _MONEY_PLACES
    if column.kind == "percent":
        return _PERCENT_PLACES if column.places is None else column.places
    if column.kind == "decimal" and column.places is not None:
        return column.places
    if column.kind == "integer" or isinstance(value, int):
        return 0
    exponent = value.as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0


def _quantized(value: Decimal, places: int) -> Decimal:
    with localcontext() as context:
        context.prec = 60  # a sum of a whole country's budgets in fen still fits
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded.is_zero() else rounded  # never "-0.00"


def format_row(table: Table, number: int) -> list[str]:
    """A row as printed. In a group or total row an absent cell has no meaning and stays blank."""
    row = [
        format_cell(value, column) for value, column in zip(table.rows[number], table.columns, strict=True)
    ]
    if table.style_of(number) in ("group", "total"):
        return ["" if value is None else text for value, text in zip(table.rows[number], row, strict=True)]
    return row


def head_text(column: Column, lang: Lang) -> str:
    """The column's head with its unit: "到位资金（元）" or "Paid in (yuan)"."""
    if not column.unit:
        return column.label
    return f"{column.label} ({column.unit})" if lang == "en" else f"{column.label}（{column.unit}）"


def is_numeric(column: Column) -> bool:
    """Whether the column is right aligned, with figures of equal width."""
    return column.kind in ("integer", "decimal", "money", "percent")
