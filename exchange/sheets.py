"""What a sheet of the Excel loop is made of: columns, rows, and what an app answers for them.

Pure: no Django models, no clock. An app describes each of its tables once, as a ``Sheet`` in its
``importers.py``, and registers it when it starts. The loop (reading files, finding columns, parsing cells,
preview, grid, parking, undo, templates, export) is the same for all of them.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from django.utils.functional import Promise

from core.errors import FieldError

Text = str | Promise


class Kind(StrEnum):
    """How a cell is read. Money is in yuan unless the column says another unit."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    CHOICE = "choice"
    DATE = "date"
    MONTH = "month"
    YEAR = "year"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    PERCENT = "percent"
    BOOLEAN = "boolean"


@dataclass(frozen=True)
class Choice:
    """One entry of a drop-down: the stored value, its words, and other words that mean it."""

    value: str
    label_zh: str
    label_en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """Where an import goes: a park and, where it is preset, one incubator. ``incubators`` are those of the
    park in which the person may enter (a sheet with an incubator column accepts these)."""

    park: Any
    incubator: Any | None
    incubators: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column. ``name`` is the name under which the value reaches the app.

    ``aliases`` are other headings seen in practice; ``note`` is one short line for whoever fills it in;
    ``example`` is what the example row of the template shows; ``highest`` bounds numbers; ``longest`` texts.
    """

    name: str
    label_zh: str
    label_en: str
    kind: Kind = Kind.TEXT
    required: bool = False
    unit_zh: str = ""
    unit_en: str = ""
    note_zh: str = ""
    note_en: str = ""
    example: str = ""
    aliases: tuple[str, ...] = ()
    longest: int = 300
    lowest: int | None = None
    highest: int | None = None
    places: int = 2
    width: int = 16


@dataclass
class Row:
    """One row on its way in: its number in the file, its typed values (absent = the column was not in the
    file, None = the cell was empty), and what the person decided about a possible duplicate."""

    number: int
    values: dict[str, Any]
    decision: str = ""  # "", "new" (it is another one) or "same" (it is the one in ``target``)
    target: int | None = None
    #: Columns whose cells could not be read: their errors are told already, their values are absent.
    unread: frozenset[str] = frozenset()


class Status(StrEnum):
    """What would become of a row."""

    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate"
    ERROR = "error"


@dataclass(frozen=True)
class Candidate:
    """A record that may be the same as the row: shown beside it, with the reason."""

    id: int
    label: str
    why: Text
    url: str = ""


@dataclass
class Verdict:
    """What the app says of one row. ``changes`` maps a column to (before, after) for an update; ``errors``
    name a column (or "" for the whole row) and end with the remedy; ``key`` identifies the record."""

    status: Status
    record_id: int | None = None
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()
    candidates: Sequence[Candidate] = ()


@dataclass
class Written:
    """What became of one row: the record and what is needed to undo it (plain JSON).

    ``action`` is created, updated, unchanged or error.
    """

    action: str
    record_id: int | None = None
    undo: Mapping[str, Any] = field(default_factory=dict)
    errors: Sequence[FieldError] = ()


@dataclass
class Undo:
    """One written row to take back: what ``write`` returned for it."""

    number: int
    action: str
    record_id: int
    undo: Mapping[str, Any]


class Sheet(ABC):
    """One table of the Excel loop. All methods work on whole sets of rows: no query per row."""

    code: str  # in addresses and templates, such as "projects"
    label_zh: str
    label_en: str
    #: A sentence above the template: what one row is.
    about_zh: str = ""
    about_en: str = ""
    icon: str = "table"
    #: Where the list of these records is: the name of a URL without arguments.
    list_url_name: str = "home"
    #: Columns whose values identify a record; at least one of them is unique in its place.
    keys: tuple[str, ...] = ()

    def url_of(self, record_id: int) -> str:
        """The page of one record; empty when it has none of its own."""
        return ""

    @abstractmethod
    def columns(self) -> Sequence[Column]:
        """The columns in the order of the template."""

    def choices(self, column: str, place: Place | None) -> Sequence[Choice]:
        """The drop-down of a CHOICE column (read once per run, not per row). ``place`` None: everywhere."""
        raise NotImplementedError(column)

    @abstractmethod
    def check(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Verdict]:
        """One verdict per row, in their order. Writes nothing. Rows that repeat one another are told so."""

    @abstractmethod
    def write(self, *, place: Place, rows: Sequence[Row], actor: Any, at: datetime) -> list[Written]:
        """Store rows that were checked, through the services of the app (rights, rules, history), inside the
        caller's transaction. A row that has become wrong since answers ``error``, and the others go in."""

    @abstractmethod
    def take_back(self, *, place: Place, entries: Sequence[Undo], actor: Any, at: datetime) -> None:
        """Undo everything of ``entries`` or nothing: created records go (with a history entry), changed
        values return. Raises ``Conflict`` whose ``fields`` name each record (field = row number) that was
        reviewed, moved or changed since."""

    @abstractmethod
    def export(self, *, user: Any, filters: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        """Every record that ``user`` may see and that the filters of the list page let through, as values by
        column name: a file of these rows, imported, changes nothing."""


_SHEETS: dict[str, Sheet] = {}


def register(sheet: Sheet) -> None:
    """Called once by each app for each of its tables, when the app is ready."""
    _SHEETS[sheet.code] = sheet


def sheet_of(code: str) -> Sheet | None:
    return _SHEETS.get(code)


def all_sheets() -> tuple[Sheet, ...]:
    """In the order of registration: the order of the apps."""
    return tuple(_SHEETS.values())


#: What a file gives for one cell. Numbers are exact (``Decimal`` of what is stored, ``int`` for whole ones),
#: a cell shown in percent is the text ``27.3%``, an error value its text (``#REF!``), and a formula whose
#: result was not stored the formula itself (``=SUM(B2:B9)``).
RawCell = str | int | Decimal | date | datetime | bool | None


@dataclass(frozen=True)
class Note:
    """Something about a file that its owner should know: ``row`` as in the file (from 1), ``column`` as a
    position (from 0), each absent where it is about more than one."""

    code: str
    message: Text
    row: int | None = None
    column: int | None = None


class RawRow(NamedTuple):
    """One row of a file: its number there (from 1) and its cells, as many in each row of a sheet. ``merged``
    holds, for positions that are empty because they belong to a merged range, the value of that range.
    ``problem`` says why none of the cells can be trusted (they are more than there are columns)."""

    number: int
    cells: tuple[RawCell, ...]
    hidden: bool = False
    merged: Mapping[int, RawCell] = MappingProxyType({})
    problem: Text = ""


@dataclass(frozen=True)
class RawSheet:
    """One table of a file as it stands there. ``date_1904``: bare numbers that are dates count from 1904."""

    name: str
    rows: Sequence[RawRow]
    notes: Sequence[Note] = ()
    hidden: bool = False
    date_1904: bool = False
