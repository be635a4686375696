"""The three files say the same, byte for byte in every process, whatever a user typed."""

import io
import os
import re
import subprocess
import sys
import zipfile
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import openpyxl
import pypdf
import pytest

from evaluation.render import CONTENT_TYPES, FORMATS, Format, file_name, render
from evaluation.render.cells import format_row, head_text, printed_number
from evaluation.render.document import (
    Callout,
    Cell,
    ChartBlock,
    Column,
    Document,
    Lang,
    ListBlock,
    Paragraph,
    Table,
)
from evaluation.render.excel_styles import sheet_names
from evaluation.render.typesetting import FONTS
from tests.evaluation.render_samples import DIGEST, HOSTILE, bar_chart, sample_document, small_document

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES: tuple[Lang, ...] = ("zh-hans", "en")
ROWS = 40  # of the annex: enough for a second page


@cache
def _rendered(lang: Lang, format: Format) -> bytes:
    return render(sample_document(lang, annex_rows=ROWS), format=format)


def _pdf_text(data: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)


def _compact(text: str) -> str:
    return re.sub(r"\s+", "", text)


def _printed_rows(document: Document, table: Table) -> list[list[str]]:
    rows = []
    for number in range(len(table.rows)):
        row = format_row(table, number)
        if table.style_of(number) == "warning":
            row[0] = f"※ {row[0]}"
        rows.append(row)
    return [[head_text(column, document.lang) for column in table.columns], *rows]


# --- the same figures everywhere


@pytest.mark.parametrize("lang", LANGUAGES)
def test_pdf_prints_every_row_of_every_table(lang: Lang) -> None:
    document = sample_document(lang, annex_rows=ROWS)
    text = _compact(_pdf_text(_rendered(lang, "pdf")))

    for table in document.tables():
        for row in _printed_rows(document, table):
            assert _compact("".join(row)) in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_word_prints_every_table_cell_by_cell(lang: Lang) -> None:
    document = sample_document(lang, annex_rows=ROWS)
    captioned = {table.caption: table for table in document.tables()}
    report = docx.Document(io.BytesIO(_rendered(lang, "docx")))
    found = {}
    for table in report.tables:
        caption = table._tbl.tblPr.find(docx.oxml.ns.qn("w:tblCaption"))
        if caption is not None:
            cells = [[cell.text for cell in row.cells] for row in table.rows]
            found[caption.get(docx.oxml.ns.qn("w:val"))] = cells

    assert found.pop("规则发现的问题" if lang == "zh-hans" else "Problems found by rule")[1:] == [
        ["本期没有记录。" if lang == "zh-hans" else "No records in this period."] * 3
    ]
    expected = {caption: _printed_rows(document, table) for caption, table in captioned.items() if table.rows}
    assert found == expected


@pytest.mark.parametrize("lang", LANGUAGES)
def test_excel_holds_the_printed_numbers_as_numbers(lang: Lang) -> None:
    document = sample_document(lang, annex_rows=ROWS)
    book = openpyxl.load_workbook(io.BytesIO(_rendered(lang, "xlsx")))
    for section in document.sections:
        sheet = book[section.sheet_name]
        tables = [block.table if isinstance(block, ChartBlock) else block for block in section.blocks]
        for table in filter(lambda block: isinstance(block, Table), tables):
            expected = [_sheet_row(table, number) for number in range(len(table.rows))]
            assert _found_rows(sheet, table) == [expected] * tables.count(table)


def _found_rows(sheet: Any, table: Table) -> list[list[list[Any]]]:
    """The rows below each appearance of the table's caption and head."""
    starts = [cell.row + 2 for cell in sheet["A"] if cell.value == table.caption and cell.row > 1]
    columns = range(1, 1 + len(table.columns))
    return [
        [
            [sheet.cell(start + offset, column).value for column in columns]
            for offset in range(len(table.rows))
        ]
        for start in starts
    ]


def _sheet_row(table: Table, number: int) -> list[Any]:
    printed = format_row(table, number)
    if table.style_of(number) == "warning":
        printed[0] = f"※ {printed[0]}"
    return [
        _sheet_value(value, column, text)
        for value, column, text in zip(table.rows[number], table.columns, printed, strict=True)
    ]


def _sheet_value(value: Cell, column: Column, printed: str) -> Any:
    if isinstance(value, int | Decimal):
        return float(printed_number(value, column))
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001
    return printed or None


def test_excel_prints_numbers_as_the_other_formats_do() -> None:
    columns = (
        Column("money", "money"),
        Column("percent", "percent"),
        Column("count", "integer"),
        Column("decimal", "decimal", places=3),
        Column("day", "date"),
    )
    row = (Decimal("1234.5"), Decimal("0.2727"), 1234567, Decimal("2.5"), date(2021, 5, 3))
    data = render(small_document(Table("t", "t", columns, (row,))), format="xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(data))["Only"]

    formats = [sheet.cell(5, 1 + index).number_format for index in range(len(row))]
    assert formats == ["#,##0.00", "0.0%", "#,##0", "#,##0.000", "yyyy-mm-dd"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_titles_notices_and_digest_are_in_every_format(lang: Lang) -> None:
    document = sample_document(lang, annex_rows=ROWS)
    pdf = _compact(_pdf_text(_rendered(lang, "pdf")))
    word_text = _compact(_text_of(_rendered(lang, "docx"), "docx"))
    book = openpyxl.load_workbook(io.BytesIO(_rendered(lang, "xlsx")))
    excel = _compact("".join(str(cell.value) for row in book.worksheets[0].rows for cell in row))

    headings = [section.title for section in document.sections]
    for said in (document.title, document.subtitle, document.badge, *document.notices, DIGEST, *headings):
        assert [_compact(said) in text for text in (pdf, word_text, excel)] == [True, True, True]


# --- the form of each file


def test_pdf_has_bookmarks_embedded_fonts_and_a_wide_annex() -> None:
    reader = pypdf.PdfReader(io.BytesIO(_rendered("zh-hans", "pdf")))

    titles = [entry.title for entry in reader.outline if not isinstance(entry, list)]
    assert titles[:2] == ["一、总体评价", "二、评分结果"]
    shapes = {page.mediabox.width > page.mediabox.height for page in reader.pages}
    assert shapes == {False, True}
    fonts = {name for page in reader.pages for name in _font_names(page)}
    assert {re.sub(r"^/[A-Z]{6}\+", "", name) for name in fonts} == {"NotoSansSC-Regular", "NotoSansSC-Bold"}


def _font_names(page: Any) -> list[str]:
    return [
        str(font.get_object()["/BaseFont"]).removesuffix("-Identity-H")
        for font in page["/Resources"]["/Font"].values()
    ]


def test_pdf_date_is_the_date_of_the_data() -> None:
    information = pypdf.PdfReader(io.BytesIO(_rendered("en", "pdf"))).metadata

    assert information is not None
    assert str(information["/CreationDate"]).startswith("D:20210709")


def test_an_annex_of_300_rows_repeats_its_head_on_every_page() -> None:
    document = sample_document("en", annex_rows=300)
    pages = pypdf.PdfReader(io.BytesIO(render(document, format="pdf"))).pages
    wide = [page.extract_text() for page in pages if page.mediabox.width > page.mediabox.height]

    assert len(wide) > 5
    assert ["Registered" in text for text in wide] == [True] * len(wide)
    assert "EX-0300" in wide[-1]


def test_word_has_real_styles_fields_and_east_asian_fonts() -> None:
    report = docx.Document(io.BytesIO(_rendered("zh-hans", "docx")))
    headings = [paragraph.text for paragraph in report.paragraphs if paragraph.style.name == "Heading 1"]
    body = report.element.xml

    assert headings[:2] == ["一、总体评价", "二、评分结果"]
    assert [instruction in body for instruction in ("TOC \\o", "SEQ 表", "SEQ 图")] == [True] * 3
    assert 'w:eastAsia="黑体"' in report.styles["Heading 1"].element.xml
    assert 'w:eastAsia="宋体"' in report.styles["Normal"].element.xml
    assert body.count("<w:tblHeader/>") == len(_captions(report))
    assert len(report.inline_shapes) == 3


def _captions(report: Any) -> list[Any]:
    return [
        table for table in report.tables if table._tbl.tblPr.find(docx.oxml.ns.qn("w:tblCaption")) is not None
    ]


def test_excel_has_a_sheet_per_section_and_native_charts() -> None:
    document = sample_document("zh-hans", annex_rows=ROWS)
    book = openpyxl.load_workbook(io.BytesIO(_rendered("zh-hans", "xlsx")))

    assert book.sheetnames == ["封面", *(section.sheet_name for section in document.sections)]
    assert book["项目清单"].freeze_panes == "B5"
    with zipfile.ZipFile(io.BytesIO(_rendered("zh-hans", "xlsx"))) as archive:
        charts = [name for name in archive.namelist() if name.startswith("xl/charts/chart")]
    assert len(charts) == 3


# --- the same bytes


@pytest.mark.parametrize("format", FORMATS)
def test_another_process_renders_the_same_bytes(format: Format) -> None:
    script = (
        "import sys; from evaluation.render import render;"
        "from tests.evaluation.render_samples import sample_document;"
        f"sys.stdout.buffer.write(render(sample_document('zh-hans', annex_rows={ROWS}), format={format!r}))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        cwd=ROOT,
        env=environment,
        timeout=120,
        check=True,
    )

    assert done.stdout == _rendered("zh-hans", format)


def test_a_forked_child_renders_after_its_parent_did() -> None:
    """Typst's threads die in a fork: without care the child would wait for ever."""
    script = """
import hashlib, os, sys
from evaluation.render import FORMATS, render
from tests.evaluation.render_samples import sample_document
def digests():
    document = sample_document("en", annex_rows=3)
    return [hashlib.sha256(render(document, format=f)).hexdigest() for f in FORMATS]
before = digests()
child = os.fork()
if child == 0:
    os._exit(0 if digests() == before else 1)
sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=90, check=False)

    assert done.returncode == 0


# --- what users type


def _hostile_document() -> Document:
    columns = (Column(HOSTILE), Column("n", "integer", HOSTILE))
    table = Table("t", HOSTILE, columns, ((HOSTILE, 1), (HOSTILE, None)), ("group", "warning"), HOSTILE)
    blocks = (Paragraph(HOSTILE), ListBlock((HOSTILE,)), Callout("info", HOSTILE), table, bar_chart())
    return small_document(*blocks, title=HOSTILE)


@pytest.mark.parametrize("format", FORMATS)
def test_hostile_text_is_printed_as_it_was_typed(format: Format) -> None:
    data = render(_hostile_document(), format=format)

    printed = _compact(HOSTILE.replace("\x03", "").replace("\x1f", "").replace("\ud800", ""))
    assert _compact(_text_of(data, format)).count(printed) >= 5


def _text_of(data: bytes, format: Format) -> str:
    if format == "pdf":
        return _pdf_text(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = "word/document.xml" if format == "docx" else "xl/sharedStrings.xml"
        parts = "".join(ElementTree.fromstring(archive.read(name)).itertext())
        if format == "xlsx":
            # A workbook keeps each text once, however many cells show it.
            sheet = openpyxl.load_workbook(io.BytesIO(data))["Only"]
            parts = "".join(str(cell.value) for row in sheet.rows for cell in row)
        return parts


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_never_becomes_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://example.org","x")'
    document = small_document(Table("t", text, (Column(text),), ((text,),)), title=text)
    sheet = openpyxl.load_workbook(io.BytesIO(render(document, format="xlsx")))["Only"]

    cells = [sheet.cell(row, 1) for row in (3, 4, 5)]
    assert [cell.data_type for cell in cells] == ["s", "s", "s"]
    assert [str(cell.value)[0] for cell in cells] == ["'", "'", "'"]


def test_sheet_names_are_made_acceptable() -> None:
    names = ["Cover", "cover", "a/b[c]:*?", "'quoted'", "History", "x" * 31, "X" * 31, ""]

    assert sheet_names(names) == [
        "Cover",
        "cover 2",
        "a-b-c----",
        "quoted",
        "History 2",
        "x" * 31,
        "X" * 29 + " 2",
        "-",
    ]


@pytest.mark.parametrize("format", FORMATS)
def test_an_empty_document_renders(format: Format) -> None:
    assert render(small_document(), format=format)


@pytest.mark.parametrize("format", FORMATS)
def test_a_word_without_a_break_stays_inside_the_page(format: Format) -> None:
    columns = (Column("n", "integer", weight=3), *(Column(f"c{n}") for n in range(5)))
    row = (1, "x" * 300, "示" * 300, "a" * 23, "https://example.org/" + "y" * 200, None)
    data = render(small_document(Table("t", "t", columns, (row,))), format=format)

    assert "x" * 300 in _compact(_text_of(data, format))


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown report format 'odt'"):
        render(small_document(), format="odt")  # type: ignore[arg-type]


def test_names_and_types_for_the_download() -> None:
    document = small_document()

    assert [file_name(document, format=format) for format in FORMATS] == [
        "small.pdf",
        "small.docx",
        "small.xlsx",
    ]
    assert sorted(CONTENT_TYPES) == sorted(FORMATS)


def test_the_fonts_of_the_pdf_are_part_of_the_project() -> None:
    assert sorted(path.name for path in FONTS.glob("*.ttf")) == [
        "NotoSansSC-Bold.ttf",
        "NotoSansSC-Regular.ttf",
    ]
