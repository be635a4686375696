"""Templates: headings, notes, one example, drop-downs, and a sheet that explains each column."""

from collections.abc import Sequence
from typing import Any

from exchange.headers import Marker
from exchange.sheets import Choice, Column, Kind, Place, Sheet
from exchange.writing.books import Book
from exchange.writing.words import heading, is_chinese, note, unit_of, words_for

ROWS_TO_FILL = 2000
KINDS = {
    Kind.TEXT: ("文本", "text"),
    Kind.LONG_TEXT: ("长文本", "long text"),
    Kind.CHOICE: ("下拉选择", "choice"),
    Kind.DATE: ("日期，如 2021-03-01", "day, such as 2021-03-01"),
    Kind.MONTH: ("月份，如 2021-03", "month, such as 2021-03"),
    Kind.YEAR: ("年份，如 2021", "year, such as 2021"),
    Kind.INTEGER: ("整数", "whole number"),
    Kind.DECIMAL: ("数字", "number"),
    Kind.MONEY: ("金额", "amount of money"),
    Kind.PERCENT: ("百分比，如 27.3%", "percentage, such as 27.3%"),
    Kind.BOOLEAN: ("是/否", "yes/no"),
}


def template_file(sheet: Sheet, place: Place, language: str) -> bytes:
    """An empty table of this place, to be filled in with Excel or anything like it."""
    book = Book(sheet, language)
    choices = choices_of(sheet, place)
    book.dress(choices, first_row=1, last_row=ROWS_TO_FILL)
    _write_head(book)
    _write_example(book, choices)
    _write_guide(book, place, choices)
    with book.close(Marker(sheet.code)) as file:
        return file.read()


def choices_of(sheet: Sheet, place: Place | None) -> dict[str, Sequence[Choice]]:
    return {
        column.name: sheet.choices(column.name, place)
        for column in sheet.columns()
        if column.kind is Kind.CHOICE
    }


def _write_head(book: Book) -> None:
    book.main.set_row(0, 32)
    for position, column in enumerate(book.columns):
        shape = book.required if column.required else book.heading
        text = heading(column, book.language, marked=column.required)
        book.main.write_string(0, position, text, shape)
        if explained := note(column, book.language):
            book.main.write_comment(0, position, explained, {"x_scale": 1.6, "y_scale": 0.6})
    book.main.set_row(1, 44)
    for position, column in enumerate(book.columns):
        book.main.write_string(1, position, note(column, book.language), book.quiet)
    book.main.freeze_panes(2, 0)


def _write_example(book: Book, choices: dict[str, Sequence[Choice]]) -> None:
    """One row that shows how it is done; its first cell says that it is an example, so that it is skipped."""
    first = True
    for position, column in enumerate(book.columns):
        text = example_of(column, choices.get(column.name, ()), book.language)
        if not text:
            continue
        if first:
            mark = "示例：" if is_chinese(book.language) else "Example: "
            text = text if text.startswith(("示例", "Example")) else mark + text
            first = False
        book.main.write_string(2, position, text, book.quiet)


def example_of(column: Column, choices: Sequence[Choice], language: str) -> str:
    for choice in choices:
        if column.example in (choice.label_zh, choice.label_en, choice.value):
            return words_for(choices, language)[choice.value]
    return column.example


def _write_guide(book: Book, place: Place, choices: dict[str, Sequence[Choice]]) -> None:
    chinese = is_chinese(book.language)
    guide = book.book.add_worksheet("填写说明" if chinese else "How to fill it in")
    widths: tuple[tuple[int, int], ...] = ((0, 26), (1, 10), (2, 24), (3, 60), (4, 30))
    wrapped = book.book.add_format({"text_wrap": True, "valign": "top"})
    for position, width in widths:
        guide.set_column(position, position, width, wrapped)
    home = place.incubator or place.park
    name = home.name_zh if chinese or not home.name_en else home.name_en
    lines = [
        (book.sheet.about_zh if chinese else book.sheet.about_en),
        (f"本表用于：{name}" if chinese else f"This table is for: {name}"),
        (
            "带 * 的列必填；第2行为说明，第3行为示例，导入时会自动跳过。请勿修改表头；列的顺序可以调整。"
            if chinese
            else "Columns with * have to be filled in. Rows 2 (notes) and 3 (example) are skipped when the "
            "table is brought in. Keep the headings; the order of the columns does not matter."
        ),
    ]
    for row, line in enumerate(lines):
        guide.merge_range(row, 0, row, 4, line, wrapped)
        guide.set_row(row, 32)
    titles = (
        ("列", "必填", "格式", "说明", "示例")
        if chinese
        else ("Column", "Needed", "Format", "Note", "Example")
    )
    start = len(lines) + 1
    for position, title in enumerate(titles):
        guide.write_string(start, position, title, book.heading)
    for row, column in enumerate(book.columns, start + 1):
        for position, text in enumerate(_explained(column, choices.get(column.name, ()), book.language)):
            guide.write_string(row, position, text, wrapped)


def _explained(column: Column, choices: Sequence[Choice], language: str) -> tuple[str, ...]:
    chinese = is_chinese(language)
    kind = KINDS[column.kind][0 if chinese else 1]
    unit = unit_of(column, language, "yuan")
    words: Any = list(words_for(choices, language).values())
    offered = ("、" if chinese else ", ").join(words[:30])
    said = "；" if chinese else "; "
    return (
        heading(column, language),
        ("是" if chinese else "yes") if column.required else "",
        f"{kind} ({unit})" if unit else kind,
        said.join(part for part in (note(column, language), offered) if part),
        example_of(column, choices, language),
    )
