"""The words of tables and columns in the language of the page, and the looks of rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from exchange.enums import RowState
from exchange.sheets import Choice, Column, Kind, Place, Sheet


def is_chinese() -> bool:
    return (get_language() or "zh").startswith("zh")


def label_of(thing: Sheet | Column | Choice) -> str:
    return thing.label_zh if is_chinese() else thing.label_en


def about_of(sheet: Sheet) -> str:
    return sheet.about_zh if is_chinese() else sheet.about_en


def unit_of(column: Column) -> str:
    return column.unit_zh if is_chinese() else column.unit_en


def note_of(column: Column) -> str:
    return column.note_zh if is_chinese() else column.note_en


def list_url_of(sheet: Sheet) -> str:
    """Where the records of the table are listed; empty where this installation has no such page."""
    try:
        return reverse(sheet.list_url_name)
    except NoReverseMatch:
        return ""


def choices_of(sheet: Sheet, columns: list[Column], place: Place | None) -> dict[str, list[str]]:
    """The words of every drop-down among the columns."""
    found: dict[str, list[str]] = {}
    for column in columns:
        if column.kind == Kind.CHOICE:
            found[column.name] = [label_of(choice) for choice in sheet.choices(column.name, place)]
        elif column.kind == Kind.BOOLEAN:
            found[column.name] = [_("yes"), _("no")]
    return found


@dataclass(frozen=True)
class RowLook:
    """How a row of this status is marked; ``filter`` is the word on its chip."""

    tone: str
    icon: str
    filter: str | Promise


LOOKS: Mapping[str, RowLook] = {
    RowState.ERROR: RowLook("bad", "alert-circle", gettext_lazy("needs correction")),
    RowState.DUPLICATE: RowLook("warn", "copy", gettext_lazy("possible duplicate")),
    RowState.NEW: RowLook("ok", "plus", gettext_lazy("new")),
    RowState.UPDATE: RowLook("info", "pencil", gettext_lazy("update")),
    RowState.UNCHANGED: RowLook("quiet", "minus", gettext_lazy("no change")),
    RowState.SKIPPED: RowLook("quiet", "ban", gettext_lazy("left out")),
    RowState.CREATED: RowLook("ok", "circle-check", gettext_lazy("newly entered")),
    RowState.UPDATED: RowLook("ok", "circle-check", gettext_lazy("updated")),
    RowState.EMPTY: RowLook("quiet", "circle-dashed", gettext_lazy("empty")),
}


def heads_of(columns: list[Column]) -> list[dict[str, Any]]:
    """What the head of the grid prints for each column."""
    return [
        {
            "name": column.name,
            "label": label_of(column),
            "unit": unit_of(column),
            "note": note_of(column),
            "example": column.example,
            "required": column.required,
            "is_long": column.kind == Kind.LONG_TEXT,
            "is_number": column.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT),
            "css": _css(column),
        }
        for column in columns
    ]


def _css(column: Column) -> str:
    if column.kind in (Kind.INTEGER, Kind.DECIMAL, Kind.MONEY, Kind.PERCENT):
        return "n"
    if column.kind == Kind.LONG_TEXT:
        return "l"
    return "w" if column.width > 22 else ""
