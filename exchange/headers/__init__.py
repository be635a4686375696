"""Finding the table in a sheet: its heading row, which column is which, and the rows that are records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from exchange.headers.headings import ERROR_HEADINGS, Headings, heading_key, unit_factor, unit_of_line
from exchange.headers.lines import (
    first_text,
    heading_texts,
    is_blank,
    is_example,
    is_footer,
    is_notes,
    is_total,
    repeats_heading,
    text_of,
)
from exchange.headers.marker import MARKER_SHEET, Marker, marker_of
from exchange.sheets import Column, Kind, Note, RawRow, RawSheet, Text

__all__ = [
    "ERROR_HEADINGS",
    "MARKER_SHEET",
    "Guess",
    "Marker",
    "Table",
    "choose_sheet",
    "find_table",
    "heading_key",
    "marker_of",
]

MOST_NAMED = 20  # rows that a note lists
SEARCHED = 30  # rows from the top among which the heading is sought
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Guess:
    """A heading spelt like that of a column: offered to the person, not used before he agrees."""

    heading: str
    column: str


@dataclass(frozen=True)
class Table:
    """A table found in a sheet. Positions count from 0, rows as in the file from 1.

    ``mapping`` holds what is certain; a column in ``guesses`` is still ``missing`` if it is required.
    ``header_row`` is the last heading row, 0 where there is none. ``units``: yuan per unit of money columns.
    """

    header_row: int
    headings: dict[int, str]
    mapping: dict[int, str]
    unknown: dict[int, str]
    guesses: dict[int, Guess]
    missing: list[Column]
    units: dict[int, Decimal]
    rows: list[RawRow]
    notes: list[Note] = field(default_factory=list)
    date_1904: bool = False


@dataclass(frozen=True)
class _Heading:
    """One or two heading rows, by their place in the sheet, and the columns they name."""

    first: int
    last: int
    texts: list[list[str]]
    mapping: dict[int, str]

    @property
    def rank(self) -> tuple[int, int]:
        return len(self.mapping), self.first - self.last


def find_table(sheet: RawSheet, columns: Sequence[Column], *, remembered: Mapping[str, str] = _NONE) -> Table:
    """The table of ``sheet``. ``remembered`` maps ``heading_key`` to a column name, or to "" for "ignore"."""
    names = Headings(columns, remembered)
    heading = _find_heading(sheet, names)
    if heading is None:
        return _without_heading(sheet, columns)
    notes = list(sheet.notes)
    own = {at: texts[0] for at, texts in enumerate(heading.texts) if texts}
    guesses, unknown = _rest_of_headings(heading, names, notes)
    found = set(heading.mapping.values())
    used = {at: names.columns[name] for at, name in heading.mapping.items()}
    return Table(
        header_row=sheet.rows[heading.last].number,
        headings=own,
        mapping=heading.mapping,
        unknown=unknown,
        guesses=guesses,
        missing=[column for column in columns if column.required and column.name not in found],
        units=_units(sheet.rows[: heading.first], heading, names, notes),
        rows=_records(sheet.rows[heading.last + 1 :], used, own, notes),
        notes=notes,
        date_1904=sheet.date_1904,
    )


def choose_sheet(sheets: Sequence[RawSheet], columns: Sequence[Column]) -> RawSheet:
    """The sheet whose headings fit best; visible before hidden, in the order of the file."""
    names = Headings(columns, _NONE)

    def fitting(sheet: RawSheet) -> tuple[bool, int, bool]:
        heading = _find_heading(sheet, names) if sheet.name != MARKER_SHEET else None
        return not sheet.hidden, len(heading.mapping) if heading else 0, bool(sheet.rows)

    return max(sheets, key=fitting)


def _find_heading(sheet: RawSheet, names: Headings) -> _Heading | None:
    """The row, or two rows, near the top that name most columns."""
    top = [at for at, row in enumerate(sheet.rows[:SEARCHED]) if not is_blank(row)]
    candidates = [
        _as_heading(sheet, first, last, names)
        for first, after in zip(top, [*top[1:], -1], strict=True)
        for last in (first, after)
        if last == first or (last == first + 1 and sheet.rows[last].number == sheet.rows[first].number + 1)
    ]
    best = max(candidates, key=lambda candidate: candidate.rank, default=None)
    if best is None or not best.mapping:
        return None
    return _as_heading(sheet, best.first, best.last + 1, names) if _reaches_down(sheet, best) else best


def _reaches_down(sheet: RawSheet, heading: _Heading) -> bool:
    """Whether the row below the heading belongs to it: its cells are merged with headings."""
    rows = sheet.rows[heading.last : heading.last + 2]
    return len(rows) == 2 and any(
        rows[1].merged.get(at) is not None and rows[1].merged[at] == rows[0].cells[at]
        for at in heading.mapping
    )


def _as_heading(sheet: RawSheet, first: int, last: int, names: Headings) -> _Heading:
    texts = heading_texts(sheet.rows[first : last + 1])
    mapping: dict[int, str] = {}
    for at, alternatives in enumerate(texts):
        match = next((found for text in alternatives if (found := names.match(text))), None)
        if match and match.column not in mapping.values():
            mapping[at] = match.column
    return _Heading(first, last, texts, mapping)


def _rest_of_headings(
    heading: _Heading, names: Headings, notes: list[Note]
) -> tuple[dict[int, Guess], dict[int, str]]:
    """Headings that name no column for certain: close ones as guesses, the others as unknown."""
    guesses: dict[int, Guess] = {}
    unknown: dict[int, str] = {}
    taken = set(heading.mapping.values())
    for at, alternatives in enumerate(heading.texts):
        if at in heading.mapping or not alternatives or names.is_ignored(alternatives[0]):
            continue
        text = alternatives[0]
        if names.match(text):
            notes.append(Note("heading_twice", _twice(text), column=at))
            unknown[at] = text
        elif name := names.guess(text, taken):
            guesses[at] = Guess(text, name)
            taken.add(name)
        else:
            unknown[at] = text
    return guesses, unknown


def _twice(text: str) -> Text:
    return format_lazy(
        _("The heading “{heading}” stands here twice; the first of the two is read."), heading=text
    )


def _units(
    above: Sequence[RawRow], heading: _Heading, names: Headings, notes: list[Note]
) -> dict[int, Decimal]:
    """Units of money columns: in the heading itself, else in a line above the table (单位：万元)."""
    lines = [factor for row in above for cell in row.cells if (factor := unit_of_line(text_of(cell)))]
    units: dict[int, Decimal] = {}
    for at, name in heading.mapping.items():
        if names.columns[name].kind is not Kind.MONEY:
            continue
        own = next((factor for text in heading.texts[at] if (factor := unit_factor(text))), None)
        if factor := own or (lines[-1] if lines else None):
            units[at] = factor
    if lines and units:
        notes.append(Note("unit_line", _("Amounts are read in the unit that stands above the table.")))
    return units


def _records(
    rows: Sequence[RawRow], used: Mapping[int, Column], headings: Mapping[int, str], notes: list[Note]
) -> list[RawRow]:
    """Rows below the heading without those that are no records; each of these is named in a note."""
    records: list[RawRow] = []
    for row in rows:
        if is_blank(row):
            continue
        if not records and is_notes(row, used):
            continue
        first = first_text(row)
        if not records and is_example(row, used):
            notes.append(Note("example", _("The example row was left out."), row=row.number))
        elif is_total(first):
            notes.append(Note("total", _("A row of totals was left out."), row=row.number))
        elif is_footer(first):
            notes.append(Note("footer", _("A line below the table was left out."), row=row.number))
        elif repeats_heading(row, headings):
            notes.append(Note("heading_again", _("A repeated heading was left out."), row=row.number))
        else:
            records.append(row)
    if merged := [row.number for row in records if row.merged]:
        notes.append(_merged_note(merged))
    return records


def _merged_note(numbers: Sequence[int]) -> Note:
    message = _("Merged cells: their value counts only for the first row; see rows {rows}.")
    rows = [str(number) for number in numbers[:MOST_NAMED]] + ["…"] * (len(numbers) > MOST_NAMED)
    return Note("merged", format_lazy(message, rows=", ".join(rows)))


def _without_heading(sheet: RawSheet, columns: Sequence[Column]) -> Table:
    note = Note("no_heading", _("No row of this sheet names the columns of the template."))
    return Table(
        header_row=0,
        headings={},
        mapping={},
        unknown={},
        guesses={},
        missing=[column for column in columns if column.required],
        units={},
        rows=[row for row in sheet.rows if not is_blank(row)],
        notes=[*sheet.notes, note],
        date_1904=sheet.date_1904,
    )
