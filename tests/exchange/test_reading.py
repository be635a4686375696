"""Reading files: notes in words, pasted blocks, limits, speed; what files hold is in the hostile table."""

import csv
import io
import time
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal

import pytest
import xlsxwriter
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import Invalid
from exchange.reading import read_file, read_pasted
from exchange.reading.findings import unit_of_format
from tests.exchange.hostile.build import stored, workbook, zipped


@pytest.fixture(autouse=True, scope="module")
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def as_csv(rows: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def test_hidden_rows_are_named_and_read() -> None:
    (sheet, *_others) = read_file(io.BytesIO(stored("libreoffice.xlsx")()), "a.xlsx")

    assert [row.number for row in sheet.rows if row.hidden] == [4]
    assert [str(note.message) for note in sheet.notes] == ["Hidden rows were read too: 4."]


def test_a_covered_cell_knows_what_it_is_merged_with() -> None:
    for name in ("libreoffice.xlsx", "libreoffice.xls", "libreoffice.ods"):
        (sheet, *_others) = read_file(io.BytesIO(stored(name)()), name)
        assert {row.number: dict(row.merged) for row in sheet.rows if row.merged} == {6: {0: "示例丁"}}


def test_three_programs_give_the_same_cells() -> None:
    cells = [
        [row.cells for row in read_file(io.BytesIO(stored(f"libreoffice.{suffix}")()), "x")[0].rows]
        for suffix in ("xlsx", "xls", "ods")
    ]

    assert cells[0] == cells[1] == cells[2]


def test_numbers_are_exact() -> None:
    content = workbook([[0.1, 3, 12.5, 10**14]])()
    (sheet,) = read_file(io.BytesIO(content), "a.xlsx")

    assert sheet.rows[0].cells == (Decimal("0.1"), 3, Decimal("12.5"), 10**14)
    assert [type(cell) for cell in sheet.rows[0].cells] == [Decimal, int, Decimal, int]


@pytest.mark.parametrize(
    ("number_format", "unit"),
    [
        ("0.0%", "%"),
        ("0%;[Red]-0%", "%"),
        ('0.00"万元"', "万元"),
        ('#,##0"万"', "万"),
        ('0!.0,"万"', ""),
        ('0.00,"千元"', ""),
        ('"%"0', ""),
        ("General", ""),
        ("yyyy-mm-dd", ""),
        ('#,##0.00"元"', ""),
    ],
)
def test_a_number_format_may_show_a_unit(number_format: str, unit: str) -> None:
    assert unit_of_format(number_format) == unit


def test_nothing_pasted_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        read_pasted(" \n\t")

    assert refusal.value.code == "empty"


@given(
    rows=st.lists(
        st.lists(st.text("甲乙a1,;\t\"'\n ", min_size=1, max_size=6), min_size=3, max_size=3), min_size=2
    )
)
@settings(max_examples=100, deadline=None)
def test_what_a_program_writes_as_csv_is_read_back(rows: list[list[str]]) -> None:
    rows = [["名称", "备注", "数"], *rows]
    sheet = read_file(io.BytesIO(as_csv(rows)), "a.csv")

    assert [[cell or "" for cell in row.cells] for row in sheet[0].rows] == rows


@given(content=st.binary(max_size=400))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\xff\xfe"):
        with suppress(Invalid):
            read_file(io.BytesIO(start + content), "x")


@given(place=st.integers(0, 5500), byte=st.integers(0, 255), suffix=st.sampled_from(["xlsx", "xls", "ods"]))
@settings(max_examples=150, deadline=None)
def test_a_damaged_workbook_is_read_or_refused(place: int, byte: int, suffix: str) -> None:
    content = bytearray(stored(f"libreoffice.{suffix}")())
    content[place] = byte
    with suppress(Invalid):
        read_file(io.BytesIO(bytes(content)), "x")


def test_only_markup_is_kept_of_a_zip_file() -> None:
    with pytest.raises(Invalid) as refusal:
        read_file(io.BytesIO(zipped({"a.txt": b"x"})), "a.zip")

    assert "archive" in str(refusal.value.message)


def test_reading_costs_little_more_than_the_reader_of_values_alone() -> None:
    """The checks may cost as much again as reading itself, not a multiple; measured as a ratio."""
    from python_calamine import CalamineWorkbook

    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    for row in range(3000):
        for column in range(20):
            sheet.write(row, column, f"示例{row}-{column}" if column % 2 else row * column + 0.25)
    book.close()

    def fastest(read: object) -> float:
        times = []
        for _attempt in range(3):
            start = time.process_time()
            read(io.BytesIO(file.getvalue()))  # type: ignore[operator]
            times.append(time.process_time() - start)
        return min(times)

    floor = fastest(lambda content: CalamineWorkbook.from_filelike(content).get_sheet_by_index(0).to_python())

    assert fastest(lambda content: read_file(content, "a.xlsx")) < 5 * floor
