from datetime import date
from decimal import Decimal

import pytest

from evaluation.render.cells import format_cell, format_row, head_text, printed_number
from evaluation.render.document import Cell, Column, ColumnKind, Table


@pytest.mark.parametrize(
    ("value", "kind", "places", "printed"),
    [
        (None, "money", None, "—"),
        ("不适用", "money", None, "不适用"),
        (1234567, "integer", None, "1,234,567"),
        (Decimal("1234567.125"), "money", None, "1,234,567.13"),
        (Decimal("-0.001"), "money", None, "0.00"),
        (Decimal("-1234.5"), "money", None, "-1,234.50"),
        (Decimal("1234.5678"), "decimal", None, "1,234.5678"),
        (Decimal("1E+3"), "decimal", None, "1,000"),
        (Decimal("2.345"), "decimal", 2, "2.35"),
        (9, "decimal", 2, "9.00"),
        (Decimal("0.2727"), "percent", None, "27.3%"),
        (Decimal("-0.0005"), "percent", None, "-0.1%"),
        (1, "percent", None, "100.0%"),
        (Decimal("0.1125"), "percent", 2, "11.25%"),
        (date(2021, 5, 3), "date", None, "2021-05-03"),
        (2021, "text", None, "2021"),
        (Decimal("99999999999999999999.99"), "money", None, "99,999,999,999,999,999,999.99"),
    ],
)
def test_format_cell(value: Cell, kind: ColumnKind, places: int | None, printed: str) -> None:
    assert format_cell(value, Column("x", kind, places=places)) == printed


def test_printed_number_is_the_number_that_is_printed() -> None:
    assert printed_number(Decimal("0.27272727"), Column("x", "percent")) == Decimal("0.273")


def test_absent_cells_are_blank_in_totals_only() -> None:
    columns = (Column("name"), Column("n", "integer"))
    table = Table("t", "t", columns, (("a", None), ("sum", None)), ("normal", "total"))

    assert [format_row(table, 0), format_row(table, 1)] == [["a", "—"], ["sum", ""]]


def test_the_unit_stands_in_the_head() -> None:
    column = Column("到位资金", "money", "元")

    assert [head_text(column, "zh-hans"), head_text(column, "en")] == ["到位资金（元）", "到位资金 (元)"]


def test_a_row_of_another_width_is_refused() -> None:
    with pytest.raises(ValueError, match="table t: row 0 has 2 cells for 1 columns"):
        Table("t", "t", (Column("a"),), (("x", "y"),))


def test_as_many_styles_as_rows() -> None:
    with pytest.raises(ValueError, match="table t: 1 styles for 2 rows"):
        Table("t", "t", (Column("a"),), (("x",), ("y",)), ("total",))
