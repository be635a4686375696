"""Makes the hostile files: grids as .csv or .xlsx, and .xlsx files part by part where no library would."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl

FILES = Path(__file__).parent / "files"
Grid = Sequence[Sequence[Any]]

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def stored(name: str) -> Callable[[], bytes]:
    """A file that LibreOffice or another program wrote, kept beside this one."""
    return (FILES / name).read_bytes


def text(content: str, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: content.encode(encoding)


def workbook(
    grid: Grid, change: Callable[[Any], None] = lambda sheet: None, title: str = "Sheet1"
) -> Callable[[], bytes]:
    """An .xlsx file of one sheet, as openpyxl writes it (formulas without results)."""

    def build() -> bytes:
        book = openpyxl.Workbook()
        sheet = book.active
        sheet.title = title
        for row in grid:
            sheet.append(row)
        change(sheet)
        return saved(book)

    return build


def saved(book: Any) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def cells(*rows: str) -> str:
    """The data of a sheet from rows of cells."""
    return "".join(f'<row r="{number}">{row}</row>' for number, row in enumerate(rows, start=1))


def inline(reference: str, content: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{content}</t></is></c>'


def parts(
    data: str,
    *,
    before: str = "",
    after: str = "",
    extra: Mapping[str, bytes | str] | None = None,
    book: str = "",
) -> dict[str, bytes]:
    """The parts of the smallest .xlsx file that holds the rows ``data``."""
    made: dict[str, bytes | str] = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET_TYPE}"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}">{book}'
        '<sheets><sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f'<Relationship Id="r1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        "</Relationships>",
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{data}</sheetData>'
        f"{after}</worksheet>",
        **(extra or {}),
    }
    return {name: part.encode() if isinstance(part, str) else part for name, part in made.items()}


def zipped(entries: Mapping[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in entries.items():
            archive.writestr(name, part)
    return content.getvalue()


def raw(data: str, **options: Any) -> Callable[[], bytes]:
    return lambda: zipped(parts(data, **options))


def lying_about_size(data: str, claimed: int) -> bytes:
    """An .xlsx file whose sheet unpacks to more than its directory says."""
    content = bytearray(zipped(parts(data)))
    sheet = parts(data)["xl/worksheets/sheet1.xml"]
    true_size, false_size = struct.pack("<I", len(sheet)), struct.pack("<I", claimed)
    true_sum, false_sum = struct.pack("<I", zlib.crc32(sheet)), struct.pack("<I", zlib.crc32(sheet[:claimed]))
    return bytes(content).replace(true_size, false_size).replace(true_sum, false_sum)


def marked_encrypted(entries: Mapping[str, bytes]) -> bytes:
    """A zip file whose parts carry the mark of encryption in the directory and before each part."""
    content = bytearray(zipped(entries))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.find(signature)
        while at >= 0:
            content[at + offset] |= 1
            at = content.find(signature, at + 4)
    return bytes(content)


def with_stream_renamed(content: bytes, old: str, new: str) -> bytes:
    """An OLE file in whose directory one stream bears another name."""
    entry = content.index(old.encode("utf-16-le"))
    name = new.encode("utf-16-le").ljust(64, b"\x00") + struct.pack("<H", 2 * len(new) + 2)
    return content[:entry] + name + content[entry + 66 :]
