"""Excel: one designed sheet per section, real numbers and dates, native charts."""

import io
import re
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from evaluation.render.cells import format_row, head_text, printed_number
from evaluation.render.charts import PALETTE
from evaluation.render.document import (
    Block,
    Callout,
    Cell,
    ChartBlock,
    Column,
    Document,
    KeyFigures,
    ListBlock,
    Paragraph,
    RowStyle,
    Section,
    SignOff,
    Table,
)
from evaluation.render.excel_styles import (
    ACCENT,
    AMBER,
    AMBER_TINT,
    INK,
    LINE,
    MUTED,
    TINT,
    Styles,
    number_format,
    safe_text,
    set_up_sheet,
    sheet_names,
    side_of,
)
from evaluation.render.measures import natural_widths, text_width
from evaluation.render.wording import clean, section_heading, words_of
from evaluation.render.zipped import with_fixed_times

if TYPE_CHECKING:
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

_PRINTED_NUMBER = re.compile(r"(?P<number>-?[0-9,]+(?:\.(?P<decimals>[0-9]+))?)(?P<percent>%?)")
_EXACT_INTEGER = 10**15  # Excel keeps 15 digits of a number
_FIRST_EXCEL_DATE = "1900-03-01"  # earlier days are off by one: Excel believes in 1900-02-29
_CHART_ROWS = 13  # of 19 points: the height of a chart
_MIN_TEXT_COLUMNS = 6


def render_xlsx(document: Document) -> bytes:
    """The report as a workbook. The same document gives the same bytes."""
    import xlsxwriter

    target = io.BytesIO()
    made = document.generated_on
    workbook = xlsxwriter.Workbook(
        target,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    workbook.set_properties(
        {
            "title": clean(document.title),
            "subject": clean(document.subtitle),
            "author": clean(" ".join(document.organisation)),
            "comments": document.digest,
            "created": datetime(made.year, made.month, made.day),  # noqa: DTZ001  Excel's times have no zone
        }
    )
    styles = Styles(workbook)
    wanted = [words_of(document).cover, *(section.sheet_name for section in document.sections)]
    names = sheet_names(wanted)
    _write_cover(workbook, styles, document, names)
    for section, name in zip(document.sections, names[1:], strict=True):
        _SectionSheet(workbook, styles, document, section, name).write()
    workbook.close()
    return with_fixed_times(target.getvalue())


def _write_cover(workbook: "Workbook", styles: Styles, document: Document, names: list[str]) -> None:
    words = words_of(document)
    sheet = workbook.add_worksheet(names[0])
    set_up_sheet(sheet, document)
    sheet.set_column(0, 0, 3)
    sheet.set_column(1, 1, 28)
    sheet.set_column(2, 2, 76)
    row = 1
    for line in document.organisation:
        sheet.write_string(row, 1, safe_text(line), styles.get(font_color=MUTED))
        row += 1
    sheet.set_row(row, 36)
    sheet.write_string(
        row, 1, safe_text(document.title), styles.get(bold=True, font_size=20, font_color=ACCENT)
    )
    sheet.write_string(row + 1, 1, safe_text(document.subtitle), styles.get(font_size=12))
    row += 2
    for text in filter(None, (document.badge, *document.notices)):
        sheet.write_string(row, 1, safe_text(text), styles.get(bold=text == document.badge, font_color=AMBER))
        row += 1
    row += 1
    pairs = [
        *document.cover,
        (words.date, document.generated_on.isoformat()),
        (words.digest, document.digest),
    ]
    for label, value in pairs:
        sheet.write_string(
            row, 1, safe_text(label), styles.get(font_color=MUTED, bottom=1, bottom_color=LINE)
        )
        sheet.write_string(row, 2, safe_text(value), styles.get(bottom=1, bottom_color=LINE, text_wrap=True))
        row += 1
    row += 1
    sheet.write_string(row, 1, words.contents, styles.get(bold=True, font_size=12, font_color=ACCENT))
    for section, name in zip(document.sections, names[1:], strict=True):
        row += 1
        title = clean(section_heading(section.number, section.title, document.lang))
        target = name.replace("'", "''")
        sheet.write_url(row, 1, f"internal:'{target}'!A1", styles.get(font_color=ACCENT), title)


class _SectionSheet:
    """One section, written from top to bottom; `row` is the next free row."""

    def __init__(
        self, workbook: "Workbook", styles: Styles, document: Document, section: Section, name: str
    ) -> None:
        self.workbook = workbook
        self.styles = styles
        self.document = document
        self.section = section
        self.words = words_of(document)
        self.name = name
        self.sheet: Worksheet = workbook.add_worksheet(name)
        self.row = 0
        self.tables = [
            block.table if isinstance(block, ChartBlock) else block
            for block in section.blocks
            if isinstance(block, Table | ChartBlock)
        ]
        self.widths = self._widths()

    def write(self) -> None:
        set_up_sheet(self.sheet, self.document, landscape=len(self.widths) > 7)
        for index, width in enumerate(self.widths):
            self.sheet.set_column(index, index, width)
        title = section_heading(self.section.number, self.section.title, self.document.lang)
        self.sheet.set_row(0, 30)
        look = self.styles.get(bold=True, font_size=15, font_color=ACCENT)
        self.sheet.write_string(0, 0, safe_text(title), look)
        self.row = 2
        for block in self.section.blocks:
            self._write_block(block)
        if not self._freezes_table():
            self.sheet.freeze_panes(1, 0)

    def _freezes_table(self) -> bool:
        """A sheet that holds just one table freezes its head, else only the title stays in sight."""
        return len(self.section.blocks) == 1 and isinstance(self.section.blocks[0], Table)

    def _widths(self) -> list[float]:
        """Column widths in characters: tables of one sheet share its columns."""
        widths = [12.0] * _MIN_TEXT_COLUMNS
        for table in self.tables:
            for index, em in enumerate(natural_widths(table, self.document.lang)):
                if index == len(widths):
                    widths.append(0.0)
                widths[index] = max(widths[index], min(em * 1.9 + 3, 60))
        if not self.tables:
            widths = [18.0] * _MIN_TEXT_COLUMNS
        return widths

    def _write_block(self, block: Block) -> None:
        match block:
            case Paragraph(text=text):
                self._write_text(text)
            case KeyFigures():
                self._write_figures(block)
            case Table():
                self._write_table(block, block.caption)
                self.row += 1
            case ChartBlock():
                self._write_chart(block)
            case ListBlock(items=items):
                for item in items:
                    self._write_text(f"• {item}")
                self.row += 1
            case Callout(kind=kind, text=text):
                warning = kind == "warning"
                head = self.words.warning if warning else self.words.info
                look = {
                    "bg_color": AMBER_TINT if warning else TINT,
                    "font_color": AMBER if warning else INK,
                }
                self._write_text(f"{head}{self.words.colon}{text}", **look)
                self.row += 1
            case SignOff():
                self._write_sign_off(block)

    def _write_text(self, text: str, **look: Any) -> None:
        """A text over the width of the sheet, in a row as high as it needs."""
        last = min(len(self.widths), 10) - 1
        per_line = sum(self.widths[: last + 1]) / 1.9
        lines = sum(1 + int(text_width(line) // per_line) for line in text.splitlines() or [""])
        self.sheet.set_row(self.row, 17.0 * min(lines, 20))
        style = self.styles.get(text_wrap=True, **look)
        self.sheet.merge_range(self.row, 0, self.row, last, "", style)
        self.sheet.write_string(self.row, 0, safe_text(text), style)
        self.row += 1

    def _write_figures(self, block: KeyFigures) -> None:
        line = {"bottom": 1, "bottom_color": LINE}
        for index, text in enumerate(self.words.figures_head):
            side = "right" if index == 1 else "left"
            self.sheet.write_string(self.row, index, text, self.styles.head(side))
        self.row += 1
        for item in block.items:
            for index, text in enumerate((item.label, item.value, item.unit, item.previous, item.note)):
                if index != 1:
                    # The unit keeps off the figure to its left.
                    style = self.styles.get(text_wrap=True, indent=int(index == 2), **line)
                    self.sheet.write_string(self.row, index, safe_text(text), style)
            self._write_figure(item.value, line)
            self.sheet.set_row(self.row, 20)
            self.row += 1
        self.row += 1

    def _write_figure(self, text: str, line: dict[str, Any]) -> None:
        """A key figure as the number that its printed form states, or as text when it is none."""
        look = {"bold": True, "font_size": 12, "font_color": ACCENT, "align": "right", **line}
        found = _PRINTED_NUMBER.fullmatch(text)
        if found is None:
            self.sheet.write_string(self.row, 1, safe_text(text), self.styles.get(**look))
            return
        percent = found["percent"]
        number = Decimal(found["number"].replace(",", ""))
        column = Column("", "percent" if percent else "decimal", places=len(found["decimals"] or ""))
        look["num_format"] = number_format(number, column)
        self.sheet.write_number(
            self.row, 1, float(number.scaleb(-2) if percent else number), self.styles.get(**look)
        )

    def _write_table(self, table: Table, caption: str) -> int:
        """Returns the row of the head."""
        self.sheet.write_string(self.row, 0, safe_text(caption), self.styles.get(bold=True))
        self.row += 1
        head_row = self.row
        for index, column in enumerate(table.columns):
            look = self.styles.head(side_of(column))
            self.sheet.write_string(head_row, index, safe_text(head_text(column, self.document.lang)), look)
        if self._freezes_table():
            self.sheet.freeze_panes(head_row + 1, 1)
            self.sheet.repeat_rows(head_row)
            if table.rows:
                self.sheet.autofilter(head_row, 0, head_row + len(table.rows), len(table.columns) - 1)
        self.row += 1
        for number in range(len(table.rows)):
            self._write_row(table, number)
        self._write_table_notes(table)
        return head_row

    def _write_table_notes(self, table: Table) -> None:
        if not table.rows:
            self.sheet.write_string(self.row, 0, self.words.empty, self.styles.get(font_color=MUTED))
            self.row += 1
        notes = [self.words.marked] if "warning" in table.row_styles else []
        for note in [*notes, *filter(None, [table.note])]:
            self.sheet.write_string(
                self.row, 0, safe_text(note), self.styles.get(font_color=MUTED, font_size=9)
            )
            self.row += 1

    def _write_row(self, table: Table, number: int) -> None:
        style = table.style_of(number)
        printed = format_row(table, number)
        for index, (value, column) in enumerate(zip(table.rows[number], table.columns, strict=True)):
            text = printed[index]
            if index == 0 and style == "warning":
                text = value = f"※ {text}"
            self._write_cell(index, value, text, column, style)
        self.row += 1

    def _write_cell(self, index: int, value: Cell, text: str, column: Column, style: RowStyle) -> None:
        if isinstance(value, date) and value.isoformat() >= _FIRST_EXCEL_DATE:
            look = self.styles.cell(column, style, "yyyy-mm-dd")
            self.sheet.write_datetime(self.row, index, value, look)
        elif isinstance(value, int | Decimal) and -_EXACT_INTEGER < value < _EXACT_INTEGER:
            look = self.styles.cell(column, style, number_format(value, column))
            self.sheet.write_number(self.row, index, float(printed_number(value, column)), look)
        elif not text:
            self.sheet.write_blank(self.row, index, None, self.styles.cell(column, style, None))
        else:
            shown = safe_text(text) if isinstance(value, str) else text
            self.sheet.write_string(self.row, index, shown, self.styles.cell(column, style, None))

    def _write_chart(self, block: ChartBlock) -> None:
        self.sheet.write_string(self.row, 0, safe_text(block.title), self.styles.get(bold=True, font_size=12))
        self.row += 1
        if block.reading:
            self._write_text(block.reading, font_color=MUTED)
        head_row = self._write_table(block.table, block.table.caption)
        self.row += 1
        if not block.table.rows:
            return
        chart = self._native_chart(block, head_row)
        self.sheet.insert_chart(self.row, 0, chart, {"object_position": 2})
        self.row += _CHART_ROWS + 2

    def _native_chart(self, block: ChartBlock, head_row: int) -> Any:
        """Excel has no funnel or Sankey that every office suite draws: both become bars, first on top."""
        kind = {"bar": "column", "line": "line"}.get(block.kind, "bar")
        chart = self.workbook.add_chart({"type": kind})
        first, last = head_row + 1, head_row + len(block.table.rows)
        for position, index in enumerate(block.values):
            color = PALETTE[position % len(PALETTE)]
            chart.add_series(
                {
                    "name": [self.name, head_row, index],
                    "categories": [self.name, first, block.categories, last, block.categories],
                    "values": [self.name, first, index, last, index],
                    "line" if kind == "line" else "fill": {"color": color},
                    "data_labels": {"value": True, "font": {"size": 9}},
                    "gap": 60,
                }
            )
        chart.set_title({"name": clean(block.title), "name_font": {"size": 12, "bold": True, "color": INK}})
        chart.set_legend({"none": True} if len(block.values) == 1 else {"position": "top"})
        grid = {"visible": True, "line": {"color": LINE}}
        value_axis = {
            "major_gridlines": grid,
            "line": {"none": True},
        }
        if kind == "bar":
            chart.set_y_axis({"reverse": True})
            chart.set_x_axis(value_axis)
        else:
            chart.set_y_axis(value_axis)
        chart.set_size({"width": 720, "height": _CHART_ROWS * 25})
        return chart

    def _write_sign_off(self, block: SignOff) -> None:
        if block.title:
            self.sheet.write_string(self.row, 0, safe_text(block.title), self.styles.get(bold=True))
            self.row += 1
        box = {"border": 1, "border_color": LINE}
        for index, place in enumerate(block.places):
            column = index * 2
            text = safe_text(place.label)
            seal = self.words.seal if place.kind == "seal" else ""
            style = self.styles.get(text_wrap=True, align="center", **box)
            for offset, shown in enumerate((text, seal, safe_text(block.date_label))):
                self.sheet.merge_range(self.row + offset, column, self.row + offset, column + 1, "", style)
                self.sheet.write_string(self.row + offset, column, shown, style)
        for offset, height in enumerate((22, 110, 22)):
            self.sheet.set_row(self.row + offset, height)
        self.row += 4
