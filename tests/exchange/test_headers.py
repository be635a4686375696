"""Finding the table in a sheet: remembered headings, guesses, units, choice of the sheet, our own marker."""

from decimal import Decimal

import pytest

from exchange.headers import MARKER_SHEET, Marker, choose_sheet, find_table, heading_key, marker_of
from exchange.reading import read_pasted
from exchange.sheets import Column, Kind, RawRow, RawSheet

COLUMNS = (
    Column("name", "项目名称", "Project name", required=True),
    Column("amount", "注册资本", "Registered capital", Kind.MONEY, aliases=("资本",)),
    Column("area", "使用面积", "Floor area", Kind.DECIMAL, unit_zh="㎡", unit_en="m²"),
)


def sheet(*rows: tuple[object, ...], name: str = "Sheet1", hidden: bool = False) -> RawSheet:
    raws = [RawRow(number, row) for number, row in enumerate(rows, start=1)]  # type: ignore[arg-type]
    return RawSheet(name, raws, hidden=hidden)


@pytest.mark.parametrize(
    ("heading", "key"),
    [
        ("注册资本（万元）", "注册资本"),
        ("*注册资本(必填)：", "注册资本"),
        ("註冊資本 / 万元", "注册资本"),
        ("Registered  Capital (yuan)", "registeredcapital"),
        ("注册资本（万美元）", "注册资本(万美元)"),
        ("[单位：千元] 注册资本", "注册资本"),
    ],
)
def test_a_heading_is_compared_without_unit_marks_and_blanks(heading: str, key: str) -> None:
    assert heading_key(heading) == key


@pytest.mark.parametrize(
    ("heading", "factor"),
    [
        ("注册资本（万元）", 10**4),
        ("注册资本(千元)", 1000),
        ("资本（亿元）", 10**8),
        ("Registered capital (million yuan)", 10**6),
    ],
)
def test_the_unit_of_a_heading_is_its_factor(heading: str, factor: int) -> None:
    table = find_table(sheet(("项目名称", heading), ("示例甲", 1)), COLUMNS)

    assert table.units == {1: Decimal(factor)}


def test_the_own_unit_of_a_column_belongs_to_its_heading() -> None:
    table = find_table(sheet(("项目名称", "使用面积（㎡）"), ("示例甲", 1)), COLUMNS)

    assert table.mapping == {0: "name", 1: "area"}


def test_a_remembered_heading_goes_before_every_other_reading() -> None:
    remembered = {heading_key("投资额"): "amount", heading_key("联系人"): "", heading_key("项目名称"): "name"}
    table = find_table(
        sheet(("项目名称", "投资额", "联系人"), ("示例甲", 1, "x")), COLUMNS, remembered=remembered
    )

    assert (table.mapping, table.unknown, table.guesses) == ({0: "name", 1: "amount"}, {}, {})


def test_a_close_spelling_is_offered_and_not_used() -> None:
    table = find_table(sheet(("项目名称", "注册资金"), ("示例甲", 1)), COLUMNS)

    assert table.mapping == {0: "name"}
    assert [(at, guess.column) for at, guess in table.guesses.items()] == [(1, "amount")]


def test_a_required_column_that_is_only_guessed_is_missing() -> None:
    table = find_table(sheet(("项目全名称", "注册资本"), ("示例甲", 1)), COLUMNS)

    assert [column.name for column in table.missing] == ["name"]
    assert table.guesses[0].column == "name"


def test_records_below_blank_rows_keep_their_numbers() -> None:
    table = find_table(sheet(("项目名称",), (None,), ("示例甲",), (" ",), ("示例乙",)), COLUMNS)

    assert [row.number for row in table.rows] == [3, 5]


def test_a_project_may_be_called_like_a_total() -> None:
    table = find_table(sheet(("项目名称", "注册资本"), ("总计算力平台", 1), ("合计", 1)), COLUMNS)

    assert [row.cells[0] for row in table.rows] == ["总计算力平台"]


def test_the_sheet_with_the_headings_is_chosen_before_an_earlier_and_a_hidden_one() -> None:
    hidden = sheet(("项目名称", "注册资本"), ("示例甲", 1), name="旧", hidden=True)
    table = sheet(("项目名称", "注册资本"), ("示例乙", 1), name="项目")

    assert choose_sheet([sheet(("说明",), name="说明"), hidden, table], COLUMNS) is table


@pytest.mark.parametrize("run", ["17", None])
def test_a_marker_is_known_again(run: str | None) -> None:
    marker = Marker("projects", run)
    returned = sheet(*marker.rows(), name=MARKER_SHEET, hidden=True)

    assert marker_of([sheet(("项目名称",)), returned]) == marker


def test_a_file_of_somebody_else_has_no_marker() -> None:
    assert marker_of([sheet(("sheet", "projects"))]) is None
    assert marker_of([sheet(("x",), name=MARKER_SHEET)]) is None


def test_a_pasted_block_is_a_table() -> None:
    table = find_table(read_pasted('项目名称\t注册资本（万元）\r\n"示例\n甲"\t1\r\n'), COLUMNS)

    assert [row.cells for row in table.rows] == [("示例\n甲", "1")]
    assert table.units == {1: Decimal(10000)}
