"""The report as data: what a builder hands over and every renderer prints.

A document is already localised and already rounded to a decision: the renderers choose layout, never
words or figures. Cells stay raw (`Decimal`, `int`, `date`) so that Excel receives real numbers, while PDF,
Word and the web pages print them through one function, `evaluation.render.cells.format_cell`.

Pure Python: no Django, no clock, no file access.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

Lang = Literal["zh-hans", "en"]
ColumnKind = Literal["text", "integer", "decimal", "money", "percent", "date"]
RowStyle = Literal["normal", "group", "total", "warning"]
ChartKind = Literal["bar", "line", "funnel", "sankey"]
CalloutKind = Literal["info", "warning"]
SignKind = Literal["seal", "signature"]

Cell = str | int | Decimal | date | None

SHEET_NAME_LIMIT = 31  # Excel's own limit


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str


@dataclass(frozen=True, slots=True)
class KeyFigure:
    """One large number. `value` and `previous` are formatted by the builder with `format_cell`.

    `previous` is a whole phrase ("上期 9" / "previous 9"), `note` says scope, as-of date or status.
    """

    label: str
    value: str
    unit: str = ""
    previous: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class KeyFigures:
    items: Sequence[KeyFigure]


@dataclass(frozen=True, slots=True)
class Column:
    """A table column.

    `unit` is printed in the column head. `weight` is the share of the table's width. `places` is the
    number of decimals of a `decimal` column (None: as many as each value carries); money always has two
    and percent one. A percent cell is a ratio: `Decimal("0.273")` prints as 27.3%.
    """

    label: str
    kind: ColumnKind = "text"
    unit: str = ""
    weight: float = 1.0
    places: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw cells. A text in a numeric column ("不适用") is printed as it is; None prints as "—".

    `row_styles` is empty (all rows normal) or as long as `rows`. A "group" row is a subheading whose first
    cell is the heading. Raises ValueError when a row does not have one cell per column.
    """

    id: str
    caption: str
    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    row_styles: Sequence[RowStyle] = ()
    note: str = ""

    def __post_init__(self) -> None:
        width = len(self.columns)
        for number, row in enumerate(self.rows):
            if len(row) != width:
                raise ValueError(f"table {self.id}: row {number} has {len(row)} cells for {width} columns")
        if self.row_styles and len(self.row_styles) != len(self.rows):
            raise ValueError(f"table {self.id}: {len(self.row_styles)} styles for {len(self.rows)} rows")

    def style_of(self, number: int) -> RowStyle:
        return self.row_styles[number] if self.row_styles else "normal"


@dataclass(frozen=True, slots=True)
class ChartBlock:
    """A chart and the table that holds the same numbers.

    `reading` is the one sentence that says what the chart shows. `option` is an ECharts option of pure JSON
    (no functions, no dates); the web page and the server draw the same one. `categories` and `values` are
    column indexes of `table`: they feed the native Excel chart. `height` is in CSS pixels for a width of 720.
    """

    id: str
    title: str
    reading: str
    option: Mapping[str, Any]
    table: Table
    kind: ChartKind = "bar"
    categories: int = 0
    values: Sequence[int] = (1,)
    height: int = 320

    def __post_init__(self) -> None:
        for index in (self.categories, *self.values):
            if not 0 <= index < len(self.table.columns):
                raise ValueError(f"chart {self.id}: table {self.table.id} has no column {index}")


@dataclass(frozen=True, slots=True)
class ListBlock:
    items: Sequence[str]


@dataclass(frozen=True, slots=True)
class Callout:
    kind: CalloutKind
    text: str


@dataclass(frozen=True, slots=True)
class SignPlace:
    """An empty place to seal or to sign: "评价单位（盖章）" / "Evaluating body (seal)"."""

    label: str
    kind: SignKind = "seal"


@dataclass(frozen=True, slots=True)
class SignOff:
    """Places for seals and signatures; `date_label` is printed under each ("年　月　日" / "Date:")."""

    title: str
    places: Sequence[SignPlace]
    date_label: str = ""


Block = Paragraph | KeyFigures | Table | ChartBlock | ListBlock | Callout | SignOff


@dataclass(frozen=True, slots=True)
class Section:
    """A numbered part. `number` counts from 1; renderers print 一、 or 1. by the language.

    `sheet_name` names the Excel sheet: at most 31 characters, unique in the document.
    """

    number: int
    title: str
    blocks: Sequence[Block]
    id: str
    sheet_name: str

    def __post_init__(self) -> None:
        if not 0 < len(self.sheet_name) <= SHEET_NAME_LIMIT:
            raise ValueError(f"section {self.id}: sheet name must have 1 to {SHEET_NAME_LIMIT} characters")


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report.

    `digest` is the sha256 of the data snapshot in hex. `generated_on` comes from the data, never from the
    clock: equal documents give equal bytes. `organisation` holds the lines of the issuing body; its first
    line and `period` form the running header. `badge` ("示范方案") and `notices` are printed on the cover.
    `file_stem` is the download's name without extension.
    """

    lang: Lang
    title: str
    subtitle: str
    park: str
    organisation: Sequence[str]
    period: str
    cover: Sequence[tuple[str, str]]
    sections: Sequence[Section]
    digest: str
    file_stem: str
    generated_on: date
    badge: str = ""
    notices: Sequence[str] = ()

    def __post_init__(self) -> None:
        names = [section.sheet_name.casefold() for section in self.sections]
        if len(set(names)) != len(names):
            raise ValueError("two sections share a sheet name")

    def tables(self) -> list[Table]:
        """Every table in reading order, those behind charts included."""
        found: list[Table] = []
        for section in self.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    found.append(block)
                elif isinstance(block, ChartBlock):
                    found.append(block.table)
        return found
