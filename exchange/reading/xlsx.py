"""What stands in the parts of an .xlsx file beside its values.

The reader of values gives errors as empty cells and formulas without a stored result as nothing at all; it
knows neither hidden rows nor percent. Small parts are parsed; sheets, which are large, are searched.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html import unescape
from posixpath import join, normpath
from xml.etree import ElementTree

from django.utils.translation import gettext_lazy as _

from exchange.reading.archives import Archive, external_links, macros
from exchange.reading.findings import Findings, unit_of_format
from exchange.reading.kinds import not_a_table
from exchange.reading.limits import broken
from exchange.sheets import Text

_WORKBOOK = "xl/workbook.xml"
_RELATIONS = "xl/_rels/workbook.xml.rels"
_BUILT_IN_PERCENT = {9: "%", 10: "%"}
_ROOT = re.compile(rb"<((?:\w+:)?)worksheet\b")
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
_ROW_NUMBER = re.compile(rb'\br="(\d+)"')
_HIDDEN = re.compile(rb'\bhidden="(?:1|true)"')
_STYLE = re.compile(rb'\bs="(\d+)"')
_TYPE = re.compile(rb'\bt="(\w+)"')
_SPAN = re.compile(rb'\b(min|max)="(\d+)"')


def refuse_unsafe(archive: Archive) -> None:
    """Raises ``Invalid``: macros, external_links, not_a_table for other office files."""
    names = [name.lower() for name in archive.names]
    content_types = archive.read("[Content_Types].xml").decode("utf-8", "replace")
    if "macroenabled" in content_types.lower() or any(
        "vbaproject" in name or name.startswith("xl/macrosheets/") for name in names
    ):
        raise macros()
    if _WORKBOOK not in archive:
        raise not_a_table(_other_office_file(names))
    if any(name.startswith("xl/externallinks/") for name in names):
        raise external_links()


def _other_office_file(names: list[str]) -> Text:
    if "word/document.xml" in names:
        return _("a Word document")
    if "ppt/presentation.xml" in names:
        return _("a presentation")
    if "xl/workbook.bin" in names:
        return _("a binary workbook (.xlsb)")
    return _("an office document of another kind")


def findings_of(archive: Archive) -> dict[str, Findings]:
    """What was found in each sheet, by its name."""
    try:
        styles = _units_of_styles(archive)
        recalculated = _is_recalculated(archive)
        return {
            name: _Scan(archive.read(path), styles, recalculated).findings
            for name, path in _paths_of_sheets(archive).items()
        }
    except (ElementTree.ParseError, KeyError, ValueError) as error:
        raise broken() from error


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _paths_of_sheets(archive: Archive) -> dict[str, str]:
    """Where the worksheets lie; chart sheets and the like have no cells."""
    targets = {
        relation.attrib["Id"]: relation.attrib["Target"]
        for relation in ElementTree.fromstring(archive.read(_RELATIONS))
        if relation.attrib.get("Type", "").endswith("/worksheet")
    }
    paths = {}
    for element in ElementTree.fromstring(archive.read(_WORKBOOK)).iter():
        if _local(element.tag) == "sheet":
            relation = next(value for key, value in element.attrib.items() if _local(key) == "id")
            if relation in targets:
                paths[element.attrib["name"]] = normpath(join("/xl", targets[relation])).lstrip("/")
    return paths


def _is_recalculated(archive: Archive) -> bool:
    """Whether the file asks Excel to compute everything on opening: a program wrote it that computes nothing
    and stores 0 for every formula."""
    return _is_set(archive, "calcPr", "fullCalcOnLoad")


def counts_from_1904(archive: Archive) -> bool:
    """Whether day 0 is 1 January 1904, as Excel for Mac once had it."""
    return _is_set(archive, "workbookPr", "date1904")


def _is_set(archive: Archive, tag: str, attribute: str) -> bool:
    elements = ElementTree.fromstring(archive.read(_WORKBOOK)).iter()
    return any(e.attrib.get(attribute) in ("1", "true") for e in elements if _local(e.tag) == tag)


def _units_of_styles(archive: Archive) -> dict[bytes, str]:
    """The units that cell styles show behind a number, by the number of the style."""
    if "xl/styles.xml" not in archive:
        return {}
    formats: dict[int, str] = dict(_BUILT_IN_PERCENT)
    styles: list[int] = []
    for element in ElementTree.fromstring(archive.read("xl/styles.xml")):
        if _local(element.tag) == "numFmts":
            formats |= {int(f.attrib["numFmtId"]): unit_of_format(f.attrib["formatCode"]) for f in element}
        elif _local(element.tag) == "cellXfs":
            styles = [int(style.attrib.get("numFmtId", 0)) for style in element]
    return {b"%d" % at: unit for at, number in enumerate(styles) if (unit := formats.get(number))}


class _Scan:
    """One pass over the text of a sheet, row by row; cells are looked at only in rows that need it."""

    def __init__(self, sheet: bytes, units: Mapping[bytes, str], recalculated: bool) -> None:
        root = _ROOT.search(sheet)
        if root is None or not sheet.rstrip().endswith(b"worksheet>"):
            raise broken()
        self.sheet = sheet
        self.units = units
        self.recalculated = recalculated
        self.tags = _tags(root[1])
        special = (b't="e"', self.tags.formula, *(b's="%s"' % style for style in units))
        self.special = [sign for sign in special if sign in sheet]
        self.ends = [sign for sign in (self.tags.value_end, self.tags.inline_end) if sign in sheet]
        self.findings = Findings(hidden_columns=self._hidden_columns())
        for number, start, end, attributes in self._rows():
            self._look_at_row(number, start, end, attributes)

    def _rows(self) -> Iterator[tuple[int, int, int, bytes]]:
        """Number from 0, where its cells begin and end, and the attributes of each row."""
        number = -1
        rows = list(self.tags.row.finditer(self.sheet))
        ends = [*(found.start() for found in rows), len(self.sheet)][1:]
        for found, end in zip(rows, ends, strict=True):
            given = _ROW_NUMBER.search(found[1])
            number = int(given[1]) - 1 if given else number + 1
            yield number, found.end(), end, found[1]

    def _hidden_columns(self) -> set[int]:
        hidden: set[int] = set()
        for column in self.tags.column.findall(self.sheet):
            if _HIDDEN.search(column):
                span = {name: int(value) for name, value in _SPAN.findall(column)}
                hidden.update(range(span[b"min"] - 1, min(span[b"max"], 1000)))
        return hidden

    def _look_at_row(self, number: int, start: int, end: int, attributes: bytes) -> None:
        sheet = self.sheet
        last = max((sheet.rfind(sign, start, end) for sign in self.ends), default=-1)
        special = any(sheet.find(sign, start, end) >= 0 for sign in self.special)
        if last < 0 and not special:
            return
        if _HIDDEN.search(attributes):
            self.findings.hidden_rows.add(number)
        self.findings.fill(number, self._last_column(start, last if last > 0 else end))
        if special:
            self._look_at_cells(number, start, end)

    def _last_column(self, start: int, last: int) -> int:
        cell = self.sheet.rfind(self.tags.cell_start, start, last)
        reference = _REFERENCE.search(self.sheet, cell, self.sheet.find(b">", cell))
        return (
            column_of(reference[1]) if reference else self.sheet.count(self.tags.cell_start, start, last) - 1
        )

    def _look_at_cells(self, row: int, start: int, end: int) -> None:
        column = -1
        for cell in self.tags.cell.finditer(self.sheet, start, end):
            reference = _REFERENCE.search(cell[1])
            column = column_of(reference[1]) if reference else column + 1
            if cell[2] is not None:
                self._look_at_cell((row, column), cell[1], cell[2])

    def _look_at_cell(self, place: tuple[int, int], attributes: bytes, inside: bytes) -> None:
        kind = found[1] if (found := _TYPE.search(attributes)) else b"n"
        formula = self.tags.formula_text.search(inside)
        value = self.tags.value.search(inside)
        if formula and (self.recalculated or not self._has_result(kind, value)):
            self.findings.texts[place] = "=" + unescape(
                (formula[1] or b"\xe2\x80\xa6").decode("utf-8", "replace")
            )
        elif kind == b"e":
            self.findings.texts[place] = unescape(value[1].decode("utf-8", "replace")) if value else "#N/A"
        elif kind == b"n" and (style := _STYLE.search(attributes)) and style[1] in self.units:
            self.findings.units[place] = self.units[style[1]]

    @staticmethod
    def _has_result(kind: bytes, value: re.Match[bytes] | None) -> bool:
        """An empty text is a result, an empty number is none."""
        return value is not None and (bool(value[1].strip()) or kind == b"str")


class _Tags:
    """The tags of a sheet under their prefix: most programs write none, some write x:."""

    def __init__(self, prefix: bytes) -> None:
        p = re.escape(prefix)
        self.row = re.compile(rb"<%srow\b([^>]*)>" % p)
        self.column = re.compile(rb"<%scol\b([^>]*)>" % p)
        self.cell = re.compile(rb"<%sc\b([^>]*?)(?:/>|>(.*?)</%sc>)" % (p, p), re.DOTALL)
        self.formula_text = re.compile(rb"<%sf\b[^>]*?(?:/>|>([^<]*)</%sf>)" % (p, p))
        self.value = re.compile(rb"<%sv\b[^>]*>([^<]*)</%sv>" % (p, p))
        self.cell_start = b"<%sc " % prefix
        self.formula = b"<%sf" % prefix
        self.value_end = b"</%sv>" % prefix
        self.inline_end = b"</%sis>" % prefix


@lru_cache(maxsize=8)
def _tags(prefix: bytes) -> _Tags:
    return _Tags(prefix)


@lru_cache(maxsize=1024)
def column_of(letters: bytes) -> int:
    """The place of a column from 0: A → 0, AA → 26."""
    place = 0
    for letter in letters:
        place = place * 26 + letter - 64
    return place - 1
