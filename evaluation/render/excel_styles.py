"""What the sheets of a workbook share: colours, cell formats, page set-up, harmless text."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from evaluation.render.cells import is_numeric, places_of
from evaluation.render.document import SHEET_NAME_LIMIT, Column, Document, RowStyle
from evaluation.render.wording import clean

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

ACCENT, INK, MUTED, TINT, LINE = "#0F5E73", "#1F2933", "#62707C", "#EDF3F5", "#D7DEE2"
AMBER, AMBER_TINT, GROUP_TINT = "#9A5B00", "#FDF5E6", "#F5F7F8"
_BASE: dict[str, Any] = {
    "font_name": "Microsoft YaHei",
    "font_size": 10,
    "font_color": INK,
    "valign": "vcenter",
}

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_CELL_LIMIT = 32_767


def safe_text(text: str) -> str:
    """`text` that no spreadsheet takes for a formula, not even after it was saved as CSV and opened again."""
    text = clean(text)
    if text.startswith(_FORMULA_STARTS):
        text = f"'{text}"
    return text[:_CELL_LIMIT]


def sheet_names(wanted: Sequence[str]) -> list[str]:
    """Names that Excel takes: without []:*?/\\ and outer apostrophes, 31 characters, no two alike."""
    names: list[str] = []
    taken = {"history"}  # Excel keeps this one for itself
    for name in wanted:
        plain = clean(name).translate({ord(char): "-" for char in "[]:*?/\\\t\n\r"}).strip("'") or "-"
        candidate = plain[:SHEET_NAME_LIMIT]
        number = 1
        while candidate.casefold() in taken:
            number += 1
            ending = f" {number}"
            candidate = plain[: SHEET_NAME_LIMIT - len(ending)] + ending
        taken.add(candidate.casefold())
        names.append(candidate)
    return names


def side_of(column: Column) -> str:
    """Figures to the right, so that digits stand below digits; dates in the middle, words to the left."""
    if is_numeric(column):
        return "right"
    return "center" if column.kind == "date" else "left"


class Styles:
    """Formats are made once per look: a workbook keeps each of them as a record."""

    def __init__(self, workbook: "Workbook") -> None:
        self._workbook = workbook
        self._known: dict[tuple[tuple[str, Any], ...], Format] = {}

    def get(self, **look: Any) -> "Format":
        key = tuple(sorted(look.items()))
        if key not in self._known:
            self._known[key] = self._workbook.add_format({**_BASE, **look})
        return self._known[key]

    def head(self, side: str) -> "Format":
        return self.get(
            bold=True,
            font_color=ACCENT,
            bg_color=TINT,
            top=1,
            top_color=ACCENT,
            bottom=1,
            bottom_color=ACCENT,
            text_wrap=True,
            align=side,
        )

    def cell(self, column: Column, style: RowStyle, number_format: str | None) -> "Format":
        look: dict[str, Any] = {"bottom": 1, "bottom_color": LINE}
        look |= {"align": side_of(column), "text_wrap": not is_numeric(column)}
        if number_format:
            look["num_format"] = number_format
        if style in ("group", "total"):
            look |= {"bold": True, "bg_color": GROUP_TINT}
        if style == "total":
            look |= {"top": 1, "top_color": ACCENT, "bottom_color": ACCENT}
        if style == "warning":
            look |= {"bg_color": AMBER_TINT}
        return self.get(**look)


def set_up_sheet(sheet: "Worksheet", document: Document, *, landscape: bool = False) -> None:
    sheet.hide_gridlines(2)
    sheet.set_paper(9)  # A4
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.5, 0.5, 0.7, 0.7)
    # "&" starts a code in a header.
    title = clean(document.title).replace("&", "&&")[:120]
    sheet.set_header(
        f"&L&9 {title}"
    )  # the blank keeps the font size apart from a title that begins with a year
    sheet.set_footer(f"&L&8 {document.digest[:12]}&R&8 &P / &N")
    sheet.set_default_row(19)


def number_format(value: int | Decimal, column: Column) -> str:
    if column.kind == "text":
        return "General"
    places = places_of(value, column)
    decimals = f".{'0' * places}" if places else ""
    return f"0{decimals}%" if column.kind == "percent" else f"#,##0{decimals}"
