"""A workbook whose columns are dressed for their kind: formats, drop-downs, limits, hidden lists, marker."""

import tempfile
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, BinaryIO, cast

from exchange.headers import MARKER_SHEET, Marker
from exchange.sheets import Choice, Column, Kind, Sheet
from exchange.writing.words import is_chinese, words_for, yes_or_no

LISTS_SHEET = "_lists"
LARGEST_TITLE = 255  # characters of a prompt
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
FORMATS: Mapping[Kind, str] = {
    Kind.TEXT: "@",
    Kind.LONG_TEXT: "@",
    Kind.CHOICE: "@",
    Kind.BOOLEAN: "@",
    Kind.MONTH: "@",
    Kind.DATE: "yyyy-mm-dd",
    Kind.YEAR: "0",
    Kind.INTEGER: "0",
    Kind.DECIMAL: "General",
    Kind.MONEY: "#,##0.00",
    Kind.PERCENT: "0.00%",
}


class Book:
    """One file in the making. Rows of a sheet are written from top to bottom and leave the memory at once."""

    def __init__(self, sheet: Sheet, language: str) -> None:
        import xlsxwriter

        self.sheet, self.language = sheet, language
        self.columns: Sequence[Column] = list(sheet.columns())
        self.file: BinaryIO = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115
        self.book = xlsxwriter.Workbook(
            self.file,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self.main = self.book.add_worksheet(self.title()[:31])
        self.heading = self.book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#E8EEF7",
                "border": 1,
                "border_color": "#C3CCD9",
            }
        )
        self.required = self.book.add_format(
            {
                "bold": True,
                "text_wrap": True,
                "valign": "vcenter",
                "bg_color": "#FDECC8",
                "border": 1,
                "border_color": "#C3CCD9",
            }
        )
        self.quiet = self.book.add_format(
            {"italic": True, "font_color": "#667085", "text_wrap": True, "valign": "top", "font_size": 9}
        )
        self.formats = {
            kind: self.book.add_format(
                {"num_format": shape, "text_wrap": kind is Kind.LONG_TEXT, "valign": "top"}
            )
            for kind, shape in FORMATS.items()
        }
        self.lists: list[tuple[int, Sequence[str]]] = []

    def title(self) -> str:
        return self.sheet.label_zh if is_chinese(self.language) else self.sheet.label_en

    def dress(self, choices: Mapping[str, Sequence[Choice]], *, first_row: int, last_row: int) -> None:
        """Widths, formats and what may be entered, for all rows between these."""
        for position, column in enumerate(self.columns):
            self.main.set_column(position, position, column.width, self.formats[column.kind])
            rule = self._rule(position, column, choices.get(column.name, ()))
            if rule:
                self.main.data_validation(first_row, position, last_row, position, rule)

    def _rule(self, position: int, column: Column, choices: Sequence[Choice]) -> dict[str, Any] | None:
        words: list[str] = []
        if column.kind is Kind.CHOICE:
            words = list(words_for(choices, self.language).values())
        elif column.kind is Kind.BOOLEAN:
            words = [yes_or_no(True, self.language), yes_or_no(False, self.language)]
        if words:
            place = len(self.lists)
            self.lists.append((place, words))
            letters = _letters(place)
            source = f"={LISTS_SHEET}!${letters}$1:${letters}${len(words)}"
            return {"validate": "list", "source": source, "error_type": "stop", **self._refusal()}
        if column.kind is Kind.DATE:
            return {
                "validate": "date",
                "criteria": "between",
                "minimum": FIRST_DAY,
                "maximum": LAST_DAY,
                "error_type": "warning",
                **self._refusal(),
            }
        return None

    def _refusal(self) -> dict[str, str]:
        if is_chinese(self.language):
            return {
                "error_title": "请检查",
                "error_message": "请从下拉列表中选择，日期请按 2021-03-01 填写。",
            }
        return {
            "error_title": "Please check",
            "error_message": "Choose from the list; write days as 2021-03-01.",
        }

    def close(self, marker: Marker) -> BinaryIO:
        """Hidden lists and marker, then the file, ready to be read from its beginning."""
        if self.lists:
            self._write_lists()
        hidden = self.book.add_worksheet(MARKER_SHEET)
        for row, (name, value) in enumerate(marker.rows()):
            hidden.write_string(row, 0, name)
            hidden.write_string(row, 1, value)
        hidden.very_hidden()
        self.main.activate()
        self.book.close()
        self.file.seek(0)
        return self.file

    def _write_lists(self) -> None:
        lists = self.book.add_worksheet(LISTS_SHEET)
        for row in range(max(len(words) for _place, words in self.lists)):
            for place, words in self.lists:
                if row < len(words):
                    lists.write_string(row, place, words[row])
        lists.hide()


def _letters(position: int) -> str:
    """A, B, … Z, AA: the name of a column."""
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
