"""What stands in an .xls file (BIFF 5 and 8 inside OLE) beside its values.

Records and their numbers: [MS-XLS] 2.3 and 2.4.
"""

import io
import struct
from collections.abc import Iterator

import olefile
from django.utils.translation import gettext_lazy as _

from exchange.reading.archives import external_links, macros, password
from exchange.reading.findings import Findings, unit_of_format
from exchange.reading.kinds import not_a_table
from exchange.reading.limits import broken

_BOF, _FILEPASS, _BOUNDSHEET, _SST, _SUPBOOK = 0x0809, 0x002F, 0x0085, 0x00FC, 0x01AE
_FORMAT, _XF, _ROW, _COLINFO, _DATEMODE = 0x041E, 0x00E0, 0x0208, 0x007D, 0x0022
_FORMULA, _BOOLERR, _MULRK = 0x0006, 0x0205, 0x00BD
_NUMBERS = {0x0203, 0x027E, _FORMULA}  # NUMBER, RK
_CELLS = {*_NUMBERS, _BOOLERR, 0x00FD, 0x0204, 0x00D6}  # LABELSST, LABEL, RSTRING
_RECALCID = 0x01C1  # Excel leaves its mark when it has computed the formulas
_OWN_BOOK, _ADD_INS = 0x0401, 0x3A01  # a reference inside the file, to functions
_MACRO_SHEET, _MODULE = 1, 6
_ON_LOAD = 0x2  # a formula that is computed when the file is opened: nobody has computed it yet
_ERROR, _EMPTY_TEXT = 2, 3  # kinds of results of formulas
_ERRORS = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
Record = tuple[int, int, bytes]  # where it stands, its kind, its content


def inspect(content: bytes) -> "Book":
    """What was found in a file. Raises ``Invalid``: password, macros, external_links, not_a_table, broken."""
    return Book(_workbook_stream(content))


def _workbook_stream(content: bytes) -> bytes:
    with olefile.OleFileIO(io.BytesIO(content)) as ole:
        names = {"/".join(path).lower() for path in ole.listdir(streams=True, storages=True)}
        if names & {"encryptedpackage", "encryptioninfo"}:
            raise password()
        if any("_vba_project" in name for name in names):
            raise macros()
        for stream in ("Workbook", "Book"):
            if ole.exists(stream):
                return bytes(ole.openstream(stream).read())
        raise not_a_table(_("a Word document") if "worddocument" in names else _("no workbook"))


def _records(stream: bytes) -> Iterator[Record]:
    at, end = 0, len(stream) - 4
    while at <= end:
        kind, length = struct.unpack_from("<HH", stream, at)
        yield at, kind, stream[at + 4 : at + 4 + length]
        at += 4 + length


class Book:
    """One pass over the records of a workbook: first those of the whole file, then sheet by sheet."""

    def __init__(self, stream: bytes) -> None:
        self.size = len(stream)
        self.findings: dict[str, Findings] = {}  # by the name of the sheet
        self.date_1904 = False
        self._sheets: dict[int, str] = {}
        self._formats: dict[int, str] = {9: "%", 10: "%"}
        self._styles: list[int] = []
        self._sheet: Findings | None = None
        self._computed = False
        for at, kind, content in _records(stream):
            if kind == _BOF:
                self._begin(at)
            elif self._sheet is None:
                self._look_at_book(kind, content)
            else:
                self._look_at_sheet(self._sheet, kind, content)
        if not self.findings:
            raise broken()

    def _begin(self, at: int) -> None:
        name = self._sheets.get(at)
        self._sheet = self.findings.setdefault(name, Findings()) if name is not None else None

    def _look_at_book(self, kind: int, content: bytes) -> None:
        if kind == _FILEPASS:
            raise password()
        if kind == _BOUNDSHEET:
            self._add_sheet(content)
        elif kind == _SUPBOOK and struct.unpack_from("<H", content, 2)[0] not in (_OWN_BOOK, _ADD_INS):
            raise external_links()
        elif kind == _SST and struct.unpack_from("<I", content, 4)[0] > self.size:
            raise broken()  # more texts than bytes: room would be made for all of them
        elif kind == _RECALCID:
            self._computed = True
        elif kind == _DATEMODE:
            self.date_1904 = content[:1] == b"\x01"
        elif kind == _FORMAT:
            self._formats[struct.unpack_from("<H", content)[0]] = unit_of_format(_long_text(content[2:]))
        elif kind == _XF:
            self._styles.append(struct.unpack_from("<H", content, 2)[0])

    def _add_sheet(self, content: bytes) -> None:
        at, _visible, kind = struct.unpack_from("<IBB", content)
        if kind in (_MACRO_SHEET, _MODULE):
            raise macros()
        if kind == 0:
            self._sheets[at] = _short_text(content[6:])

    def _look_at_sheet(self, sheet: Findings, kind: int, content: bytes) -> None:
        if kind in _CELLS:
            row, column, style = struct.unpack_from("<HHH", content)
            self._fill(sheet, row, column)
            self._look_at_cell(sheet, (row, column), kind, content)
            if kind in _NUMBERS:
                self._note_unit(sheet, (row, column), style)
        elif kind == _MULRK:
            self._look_at_several(sheet, content)
        elif kind == _ROW:
            if struct.unpack_from("<H", content, 12)[0] & 0x20:
                sheet.hidden_rows.add(struct.unpack_from("<H", content)[0])
        elif kind == _COLINFO and struct.unpack_from("<H", content, 8)[0] & 1:
            first, last = struct.unpack_from("<HH", content)
            sheet.hidden_columns.update(range(first, min(last, 255) + 1))

    def _look_at_several(self, sheet: Findings, content: bytes) -> None:
        row, first = struct.unpack_from("<HH", content)
        styles = [struct.unpack_from("<H", content, at)[0] for at in range(4, len(content) - 2, 6)]
        self._fill(sheet, row, first + len(styles) - 1)
        for column, style in enumerate(styles, start=first):
            self._note_unit(sheet, (row, column), style)

    @staticmethod
    def _fill(sheet: Findings, row: int, column: int) -> None:
        """Cells of a row follow one another: a row counts once."""
        if row == sheet.last_row:
            sheet.last_column = max(sheet.last_column, column)
        else:
            sheet.fill(row, column)

    def _look_at_cell(self, sheet: Findings, place: tuple[int, int], kind: int, content: bytes) -> None:
        if kind == _BOOLERR and content[7]:
            sheet.texts[place] = _ERRORS.get(content[6], "#N/A")
        elif kind == _FORMULA:
            is_text = content[12:14] == b"\xff\xff"  # else the result is a number
            nothing = is_text and content[6] == _EMPTY_TEXT and not self._computed
            if nothing or struct.unpack_from("<H", content, 14)[0] & _ON_LOAD:
                sheet.texts[place] = "=…"
            elif is_text and content[6] == _ERROR:
                sheet.texts[place] = _ERRORS.get(content[8], "#N/A")

    def _note_unit(self, sheet: Findings, place: tuple[int, int], style: int) -> None:
        if style < len(self._styles) and (unit := self._formats.get(self._styles[style])):
            sheet.units[place] = unit


def _short_text(content: bytes) -> str:
    """A text with its length in one byte (name of a sheet)."""
    return _text(content[0], content[1:])


def _long_text(content: bytes) -> str:
    return _text(struct.unpack_from("<H", content)[0], content[2:])


def _text(length: int, content: bytes) -> str:
    """BIFF 8: one byte says whether two bytes make a character."""
    if content[:1] == b"\x01":
        return content[1 : 1 + 2 * length].decode("utf-16-le", "replace")
    return content[1 : 1 + length].decode("latin-1")
