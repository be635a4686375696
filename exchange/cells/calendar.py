"""The forms in which people write a date, as pure text work for ``dates``."""

import re
from dataclasses import dataclass, replace

from exchange.cells.numerals import digits_replaced

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAME = r"(?P<name>[a-z]{3,9})\.?"
_SEPARATOR = r"\s*[-/.年\s]\s*"
_TIME = re.compile(r"[T\s]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?\s*(?:Z|[+-]\d{2}:?\d{2})?$")
_WEEKDAY = re.compile(
    r"[\s,]*\(?(?:星期|周|礼拜)[一二三四五六日天]\)?|\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\b[\s,.]*",
    re.IGNORECASE,
)
_VAGUE = re.compile(r"(?:左右|前后|上旬|中旬|下旬|月初|月底|月末|年初|年底|年末|前|后|约)")

_FULL = re.compile(
    rf"(?P<year>\d{{4}}){_SEPARATOR}(?P<month>\d{{1,2}})\s*[-/.月\s]\s*(?P<day>\d{{1,2}})\s*[日号]?\.?"
)
_COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_MONTH = re.compile(rf"(?P<year>\d{{4}}){_SEPARATOR}(?P<month>\d{{1,2}})\s*月?(?:份)?")
_COMPACT_MONTH = re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>\d{2})")
_YEAR = re.compile(r"(?P<year>\d{4})\s*(?:年度?)?")
_SHORT_YEAR = re.compile(
    rf"'?(?P<year>\d{{2}}){_SEPARATOR}(?P<month>\d{{1,2}})\s*[-/.月\s]\s*(?P<day>\d{{1,2}})\s*[日号]?"
)
_NO_YEAR = re.compile(r"(?P<month>\d{1,2})\s*[-/.月]\s*(?P<day>\d{1,2})\s*[日号]?")
_YEAR_LAST = re.compile(r"(?P<first>\d{1,2})\s*[-/.\s]\s*(?P<second>\d{1,2})\s*[-/.\s]\s*(?P<year>\d{4})")
_ENGLISH = (
    re.compile(
        rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s\-./]*(?:of\s+)?{_NAME}[\s\-./,]*(?P<year>\d{{4}}|'?\d{{2}})"
    ),
    re.compile(rf"{_NAME}[\s\-.]*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[\s,]+(?P<year>\d{{4}})"),
    re.compile(rf"(?P<year>\d{{4}})[\s\-./]*{_NAME}[\s\-./]*(?P<day>\d{{1,2}})"),
    re.compile(rf"{_NAME}[\s\-./,]*(?P<year>\d{{4}})"),
)


@dataclass(frozen=True)
class Written:
    """Year, month and day as they were written; what is absent is None. ``order`` is "year_first", or
    "day_month" / "month_day" where the year stands last, or "unclear" where both are possible."""

    year: int | None = None
    month: int | None = None
    day: int | None = None
    order: str = "year_first"
    short_year: bool = False
    has_time: bool = False
    usual: bool = True


def written_date(text: str) -> Written | None:
    """What a text (already ``ascii_like``) says of a date; None where it is none."""
    text, has_time = _without_time(digits_replaced(_WEEKDAY.sub("", text)).strip())
    found = _year_first(text) or _year_last(text) or _english(text.lower())
    if found is None:
        return None
    return replace(found, has_time=has_time)


def is_vague(text: str) -> bool:
    """Words such as 上旬, 年底, 左右: near a date, and none."""
    return _VAGUE.search(text) is not None and any(sign.isdigit() for sign in digits_replaced(text))


def _without_time(text: str) -> tuple[str, bool]:
    found = _TIME.search(text)
    if found is None:
        return text, False
    return text[: found.start()], any(int(part or 0) for part in found.groups())


def _year_first(text: str) -> Written | None:
    for form in (_FULL, _COMPACT, _MONTH, _COMPACT_MONTH, _YEAR):
        if found := form.fullmatch(text):
            parts = {name: int(value) for name, value in found.groupdict().items()}
            return Written(parts["year"], parts.get("month"), parts.get("day"))
    if found := _SHORT_YEAR.fullmatch(text):
        return Written(int(found["year"]), int(found["month"]), int(found["day"]), short_year=True)
    if found := _NO_YEAR.fullmatch(text):
        return Written(None, int(found["month"]), int(found["day"]))
    return None


def _year_last(text: str) -> Written | None:
    found = _YEAR_LAST.fullmatch(text)
    if found is None:
        return None
    first, second, year = int(found["first"]), int(found["second"]), int(found["year"])
    if first == second or second > 12:
        return Written(year, first, second, "month_day", usual=False)
    return Written(year, second, first, "day_month" if first > 12 else "unclear", usual=False)


def _english(text: str) -> Written | None:
    for form in _ENGLISH:
        found = form.fullmatch(text)
        if found and (month := _MONTHS.get(found["name"])):
            parts = found.groupdict()
            year = parts["year"].lstrip("'")
            day = int(parts["day"]) if parts.get("day") else None
            return Written(int(year), month, day, short_year=len(year) == 2, usual=False)
    return None
