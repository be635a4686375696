"""What stands in the content of an .ods file beside its values; searched row by row like ``xlsx``."""

import re
from collections.abc import Iterator
from html import unescape

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from exchange.reading.archives import Archive, external_links, macros, password
from exchange.reading.findings import Findings
from exchange.reading.kinds import not_a_table
from exchange.reading.limits import LARGEST_UNPACKED, broken

_CONTENT = "content.xml"
_MEDIA_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_EXTERNAL_SOURCES = (b"<table:table-source", b"<table:cell-range-source", b"<table:dde-link")
_EXTERNAL_FORMULA = re.compile(rb'table:formula="[^"]*(?:\'|&apos;)(?:file|https?)://')
_TABLE = re.compile(rb"<table:table\s([^>]*)>")
_ROW = re.compile(rb"<table:table-row\b([^>]*?)(/?)>")
_CELL = re.compile(
    rb"<table:(covered-)?table-cell\b([^>]*?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL
)
_NAME = re.compile(rb'table:name="([^"]*)"')
_ROWS_REPEATED = re.compile(rb'table:number-rows-repeated="(\d{1,9})"')
_COLUMNS_REPEATED = re.compile(rb'table:number-columns-repeated="(\d{1,9})"')
_COLUMN = re.compile(rb"<table:table-column\b([^>]*)>")
_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')
_SPANNED = re.compile(rb'table:number-(columns|rows)-spanned="(\d{1,7})"')
_FORMULA = re.compile(rb'table:formula="([^"]*)"')
_PARAGRAPH = re.compile(rb"<text:p[^>]*>([^<]*)")
_PERCENT, _ERROR, _VALUE = (
    b'office:value-type="percentage"',
    b'calcext:value-type="error"',
    b"office:value-type=",
)
_SPECIAL = (_PERCENT, _ERROR, b"-spanned=", b"table:formula=")


def refuse_unsafe(archive: Archive) -> None:
    """Raises ``Invalid``: password, macros, external_links, not_a_table for other zip files."""
    if "mimetype" not in archive or not archive.read("mimetype").startswith(_MEDIA_TYPE):
        raise _other_zip_file(archive)
    manifest = archive.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in archive else b""
    if b"encryption-data" in manifest:
        raise password()
    if any(name.startswith(("Basic/", "Scripts/")) and not name.endswith("/") for name in archive.names):
        raise macros()
    if _CONTENT not in archive:
        raise broken()
    content = archive.read(_CONTENT)
    if any(sign in content for sign in _EXTERNAL_SOURCES) or _EXTERNAL_FORMULA.search(content):
        raise external_links()


def _other_zip_file(archive: Archive) -> Invalid:
    if any(name.endswith(".iwa") for name in archive.names):
        return not_a_table(
            _("a file of Apple Numbers"), _("Export it as an Excel workbook and upload that file.")
        )
    if "mimetype" in archive:
        return not_a_table(_("an office document of another kind"))
    return not_a_table(_("an archive"), _("Unpack it and upload the table itself."))


def findings_of(archive: Archive) -> dict[str, Findings]:
    """What was found in each sheet, by its name."""
    content = archive.read(_CONTENT)
    tables = list(_TABLE.finditer(content))
    ends = [*(found.start() for found in tables), len(content)][1:]
    return {
        unescape(name[1].decode()): _Scan(content[found.end() : end]).findings
        for found, end in zip(tables, ends, strict=True)
        if (name := _NAME.search(found[1]))
    }


def _repeated(pattern: re.Pattern[bytes], attributes: bytes) -> int:
    found = pattern.search(attributes)
    return int(found[1]) if found else 1


class _Scan:
    def __init__(self, table: bytes) -> None:
        self.table = table
        self.special = [sign for sign in _SPECIAL if sign in table]
        self.findings = Findings(hidden_columns=self._hidden_columns())
        for number, times, start, end, attributes in self._rows():
            self._look_at_row(number, times, start, end, attributes)

    def _rows(self) -> Iterator[tuple[int, int, int, int, bytes]]:
        """Number from 0, how many times it stands for, where its cells begin and end, its attributes."""
        rows = list(_ROW.finditer(self.table))
        ends = [*(found.start() for found in rows), len(self.table)][1:]
        number = 0
        for found, end in zip(rows, ends, strict=True):
            times = _repeated(_ROWS_REPEATED, found[1])
            yield number, times, found.end(), end, found[1]
            number += times

    def _hidden_columns(self) -> set[int]:
        hidden: set[int] = set()
        at = 0
        for attributes in _COLUMN.findall(self.table):
            times = _repeated(_COLUMNS_REPEATED, attributes)
            if _HIDDEN.search(attributes):
                hidden.update(range(at, at + min(times, 1000)))
            at += times
        return hidden

    def _look_at_row(self, number: int, times: int, start: int, end: int, attributes: bytes) -> None:
        last = self._end_of_content(start, end)
        if last < 0:
            return
        cells = self.table[start:last]
        width = cells.count(b"table-cell ") + cells.count(b"table-cell>") - cells.count(b"</table:")
        width += sum(int(times) - 1 for times in _COLUMNS_REPEATED.findall(cells))
        if number + times > LARGEST_UNPACKED or times > LARGEST_UNPACKED:
            raise broken()
        self.findings.fill(number, width - 1)
        self.findings.filled_rows += times - 1
        self.findings.last_row = max(self.findings.last_row, number + times - 1)
        if _HIDDEN.search(attributes):
            self.findings.hidden_rows.update(range(number, number + min(times, 1_000)))
        if any(sign in cells for sign in self.special):
            self._look_at_cells(number, min(times, 100), cells)

    def _end_of_content(self, start: int, end: int) -> int:
        """Behind the last cell that holds something; -1 where none does."""
        closed = self.table.rfind(b"</table:table-cell>", start, end)
        valued = self.table.rfind(_VALUE, start, end)
        if valued > closed:
            return self.table.find(b">", valued) + 1
        return closed + len(b"</table:table-cell>") if closed >= 0 else -1

    def _look_at_cells(self, row: int, times: int, cells: bytes) -> None:
        column = 0
        for covered, attributes, inside in _CELL.findall(cells):
            repeated = _repeated(_COLUMNS_REPEATED, attributes)
            if not covered and b"=" in attributes:
                for at in range(column, column + min(repeated, 1000)):
                    for number in range(row, row + times):
                        self._look_at_cell(number, at, attributes, inside)
            column += repeated

    def _look_at_cell(self, row: int, column: int, attributes: bytes, inside: bytes) -> None:
        formula = _FORMULA.search(attributes)
        if _ERROR in attributes:
            shown = _PARAGRAPH.search(inside)
            self.findings.texts[row, column] = (
                unescape(shown[1].decode("utf-8", "replace")) if shown else "#N/A"
            )
        elif formula and _VALUE not in attributes:
            text = unescape(formula[1].decode("utf-8", "replace"))
            self.findings.texts[row, column] = "=" + text.partition("=")[2]
        elif _PERCENT in attributes:
            self.findings.units[row, column] = "%"
        spans = {name: int(count) for name, count in _SPANNED.findall(attributes)}
        rows, columns = spans.get(b"rows", 1), spans.get(b"columns", 1)
        if rows * columns > 1:
            self.findings.merged.append(((row, column), (row + rows - 1, column + columns - 1)))
