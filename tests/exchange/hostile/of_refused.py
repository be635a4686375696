"""Files that are refused as a whole, with a sentence that says why and what to do."""

import io
import zipfile
from collections.abc import Callable

import openpyxl

from tests.exchange.hostile.build import (
    cells,
    inline,
    lying_about_size,
    marked_encrypted,
    parts,
    raw,
    saved,
    stored,
    text,
    with_stream_renamed,
    workbook,
    zipped,
)
from tests.exchange.hostile.case import Case

MEGABYTE = 1024 * 1024
DATA = cells(inline("A1", "项目名称"), inline("A2", "示例甲"))
SHEET = "xl/worksheets/sheet1.xml"
LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def refused(name: str, file: str, content: Callable[[], bytes], code: str) -> Case:
    return Case(name, file, content, refused=code)


def _chart_only() -> bytes:
    book = openpyxl.Workbook()
    book.create_chartsheet("图")
    book.remove(book["Sheet"])
    return saved(book)


def _many_parts() -> bytes:
    return zipped({**parts(DATA), **{f"xl/media/image{n}.png": b"" for n in range(2100)}})


def _name_twice() -> bytes:
    content = io.BytesIO(zipped(parts(DATA)))
    with zipfile.ZipFile(content, "a") as archive:
        archive.comment = b""
        info = zipfile.ZipInfo("xl/worksheets/sheet9.xml")
        archive.writestr(info, parts(cells(inline("A1", "x")))[SHEET])
    return content.getvalue().replace(b"sheet9.xml", b"sheet1.xml")


def _overlapping() -> bytes:
    """Two entries of the directory that share the bytes of one part."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts(DATA).items():
            archive.writestr(name, part)
        archive.writestr("xl/media/a.bin", b"0" * 5000)
        first = archive.getinfo("xl/media/a.bin")
        for number in range(50):
            copy = zipfile.ZipInfo(f"xl/media/{number}.bin")
            for field in ("CRC", "compress_size", "file_size", "header_offset"):
                setattr(copy, field, getattr(first, field))
            archive.filelist.append(copy)
            archive.NameToInfo[copy.filename] = copy
    return content.getvalue()


def _columns(count: int) -> Callable[[], bytes]:
    return workbook([["项目名称", *(f"列{n}" for n in range(count))]])


def _rows(count: int) -> Callable[[], bytes]:
    return text("项目名称,注册资本\n" + "示例,1\n" * count)


CASES = (
    refused("a file of 30 MB", "a.csv", lambda: b"x," * (15 * MEGABYTE), "too_large"),
    refused("nothing", "a.xlsx", lambda: b"", "empty"),
    refused("blanks", "a.csv", text(" \r\n\r\n\t\n"), "empty"),
    refused("commas only", "a.csv", text(",,,\n,,,\n"), "empty"),
    refused("a workbook without cells", "a.xlsx", workbook([]), "empty"),
    refused("a chart sheet only", "a.xlsx", _chart_only, "not_a_table"),
    refused("a zip bomb", "a.xlsx", raw(DATA, extra={"xl/x.xml": b" " * (150 * MEGABYTE)}), "zip_bomb"),
    refused("a denser zip bomb", "a.xlsx", raw(DATA, extra={"xl/x.xml": b" " * (50 * MEGABYTE)}), "zip_bomb"),
    refused(
        "a zip bomb that lies", "a.xlsx", lambda: lying_about_size(DATA + " " * 2_000_000, 300), "zip_bomb"
    ),
    refused("too many parts", "a.xlsx", _many_parts, "zip_bomb"),
    refused("parts that overlap", "a.xlsx", _overlapping, "zip_bomb"),
    refused("two sheets of one name", "a.xlsx", _name_twice, "broken"),
    refused("a zip inside a zip", "a.xlsx", lambda: zipped({"a.xlsx": zipped(parts(DATA))}), "not_a_table"),
    refused("macros", "a.xlsm", raw(DATA, extra={"xl/vbaProject.bin": b"\xd0\xcf"}), "macros"),
    refused("macros under the name .xlsx", "a.xlsx", raw(DATA, extra={"xl/VBAPROJECT.BIN": b"x"}), "macros"),
    refused(
        "the type of a workbook with macros",
        "a.xlsx",
        raw(
            DATA,
            extra={
                "[Content_Types].xml": '<Types><Override PartName="/xl/workbook.xml" ContentType='
                '"application/vnd.ms-excel.sheet.macroEnabled.main+xml"/></Types>'
            },
        ),
        "macros",
    ),
    refused("macro sheets", "a.xlsx", raw(DATA, extra={"xl/macrosheets/sheet1.xml": b"<x/>"}), "macros"),
    refused("macros of LibreOffice", "a.ods", stored("macro.ods"), "macros"),
    refused(
        "macros in an .xls file",
        "a.xls",
        lambda: with_stream_renamed(
            stored("libreoffice.xls")(), "\x05SummaryInformation", "_VBA_PROJECT_CUR"
        ),
        "macros",
    ),
    refused("links to other files, .xlsx", "a.xlsx", stored("external.xlsx"), "external_links"),
    refused("links to other files, .xls", "a.xls", stored("external.xls"), "external_links"),
    refused("links to other files, .ods", "a.ods", stored("external.ods"), "external_links"),
    refused("a password, .xlsx", "a.xlsx", stored("password.xlsx"), "password"),
    refused("a password, .xls", "a.xls", stored("password.xls"), "password"),
    refused("a password, .ods", "a.ods", stored("password.ods"), "password"),
    refused("an encrypted zip file", "a.xlsx", lambda: marked_encrypted(parts(DATA)), "password"),
    refused(
        "entities that multiply",
        "a.xlsx",
        raw(DATA, extra={SHEET: LAUGHS + "<worksheet><sheetData/></worksheet>"}),
        "entities",
    ),
    refused(
        "entities among the shared texts",
        "a.xlsx",
        raw(DATA, extra={"xl/sharedStrings.xml": LAUGHS + "<sst><si><t>&b;</t></si></sst>"}),
        "entities",
    ),
    refused("half a file, .xlsx", "a.xlsx", lambda: zipped(parts(DATA))[:900], "broken"),
    refused("half a file, .xls", "a.xls", lambda: stored("libreoffice.xls")()[:2500], "broken"),
    refused("half a file, .ods", "a.ods", lambda: stored("libreoffice.ods")()[:6000], "broken"),
    refused("half a sheet", "a.xlsx", raw(DATA, extra={SHEET: "<worksheet><sheetData><row><c>"}), "broken"),
    refused(
        "a text that does not exist", "a.xlsx", raw('<row r="1"><c r="A1" t="s"><v>7</v></c></row>'), "broken"
    ),
    refused(
        "a workbook without sheets",
        "a.xlsx",
        lambda: zipped({"[Content_Types].xml": b"<Types/>"}),
        "not_a_table",
    ),
    refused(
        "merged ranges that overlap",
        "a.xlsx",
        raw(DATA, after="<mergeCells>" + '<mergeCell ref="A1:A2"/>' * 9 + "</mergeCells>"),
        "broken",
    ),
    refused("20,031 rows and more", "a.csv", _rows(20_100), "too_many_rows"),
    refused(
        "a cell in the last row",
        "a.xlsx",
        raw(DATA + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'),
        "too_many_rows",
    ),
    refused("201 columns", "a.xlsx", _columns(200), "too_many_columns"),
    refused("201 columns in a text file", "a.csv", text("项目名称," * 200 + "x\n"), "too_many_columns"),
    refused("a cell in the last column", "a.xls", stored("far_cell.xls"), "too_many_columns"),
    refused(
        "rows repeated a million times",
        "a.ods",
        lambda: _ods(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value-type='
            '"float" office:value="1"/></table:table-row>'
        ),
        "too_many_rows",
    ),
    refused(
        "a web page saved as .xls",
        "a.xls",
        text("<html><table><tr><td>项目名称</td></tr></table></html>"),
        "not_a_table",
    ),
    refused("the XML of Excel 2003", "a.xls", text('<?xml version="1.0"?><Workbook/>'), "not_a_table"),
    refused("a PDF", "a.xlsx", lambda: b"%PDF-1.4\n%\xe2\xe3", "not_a_table"),
    refused("a picture", "a.xlsx", lambda: b"\x89PNG\r\n\x1a\n" + bytes(100), "not_a_table"),
    refused(
        "a Word document",
        "a.xlsx",
        lambda: zipped({"[Content_Types].xml": b"<Types/>", "word/document.xml": b"<x/>"}),
        "not_a_table",
    ),
    refused(
        "a binary workbook",
        "a.xlsb",
        lambda: zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.bin": b"x"}),
        "not_a_table",
    ),
    refused("Apple Numbers", "a.xlsx", lambda: zipped({"Index/Document.iwa": b"x"}), "not_a_table"),
    refused("an archive of another kind", "a.xlsx", lambda: b"Rar!\x1a\x07\x00", "not_a_table"),
    refused("a program", "a.csv", lambda: b"MZ\x90\x00\x03" + bytes(range(256)) * 20, "not_a_table"),
)


def _ods(rows: str) -> bytes:
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "content.xml": (
                '<office:document-content><office:body><office:spreadsheet><table:table table:name="T">'
                f"{rows}</table:table></office:spreadsheet></office:body></office:document-content>"
            ).encode(),
        }
    )
