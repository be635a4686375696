"""Cells of date, month and year columns."""

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.utils.translation import gettext_lazy as _

from exchange.cells.calendar import Written, is_vague, written_date
from exchange.cells.cleaning import ascii_like, without_apostrophe
from exchange.cells.parsed import Context, Parsed, plain, refused, remarked, shown
from exchange.sheets import Kind, RawCell, Text

EARLIEST_YEAR, LATEST_YEAR = 1900, 2100
#: Bare numbers that are taken for days as Excel counts them: 1954-10-03 to 2100-12-31.
FIRST_SERIAL, LAST_SERIAL = 20_000, 73_415
_EPOCH, _EPOCH_1904 = date(1899, 12, 30), date(1904, 1, 1)


def read_date(raw: RawCell, context: Context) -> Parsed:
    return _read(raw, context)


def read_month(raw: RawCell, context: Context) -> Parsed:
    """The first day of the month. A day that was given is left out, and said."""
    parsed = _read(raw, context)
    value = parsed.value
    if value is None or value.day == 1:
        return parsed
    first = value.replace(day=1)
    return remarked(first, _("Read as the month {month}."), month=f"{first:%Y-%m}")


def read_year(raw: RawCell, context: Context) -> Parsed:
    if isinstance(raw, date):
        return _wants_year(raw, raw.year, context)
    text = _as_text(raw)
    written = written_date(text)
    if written is None or written.year is None:
        return _not_a_date(raw, context)
    if written.month is not None or written.short_year:
        return _wants_year(raw, _full_year(written, context), context)
    return Parsed(written.year) if _is_plausible(written.year) else _implausible(raw, context)


def _wants_year(raw: RawCell, year: int, context: Context) -> Parsed:
    return refused(
        context,
        "not_a_year",
        _("“{value}” is not a year. Enter the year in four digits, such as {suggestion}."),
        suggestion=str(year),
        value=shown(raw),
    )


def _read(raw: RawCell, context: Context) -> Parsed:
    if isinstance(raw, datetime):
        return _of_excel(raw, raw.date(), raw.time() != raw.min.time(), context)
    if isinstance(raw, date):
        return _of_excel(raw, raw, False, context)
    if isinstance(raw, bool):
        return _not_a_date(raw, context)
    text = _as_text(raw)
    serial = _serial(text)
    if serial is not None and FIRST_SERIAL <= serial < LAST_SERIAL + 1:
        return _of_serial(serial, context)
    return _of_text(raw, text, context)


def _as_text(raw: RawCell) -> str:
    if isinstance(raw, int | Decimal):
        return plain(Decimal(raw)) if abs(Decimal(raw).adjusted()) < 30 else ""
    return ascii_like(without_apostrophe(raw)) if isinstance(raw, str) else ""


def _serial(text: str) -> Decimal | None:
    whole, _point, places = text.partition(".")
    if len(whole) == 5 and text.replace(".", "", 1).isascii() and (whole + (places or "0")).isdigit():
        return Decimal(text)
    return None


def _of_serial(serial: Decimal, context: Context) -> Parsed:
    day = (_EPOCH_1904 if context.date_1904 else _EPOCH) + timedelta(days=int(serial))
    return remarked(day, _("{number} is how Excel stores the date {date}."), number=plain(serial), date=day)


def _of_excel(raw: RawCell, day: date, has_time: bool, context: Context) -> Parsed:
    if not _is_plausible(day.year):
        return _implausible(raw, context)
    return _without_time(day) if has_time and context.column.kind is Kind.DATE else Parsed(day)


def _without_time(day: date) -> Parsed:
    return remarked(day, _("Read as {date}, without the time of day."), date=day)


def _of_text(raw: RawCell, text: str, context: Context) -> Parsed:
    written = written_date(text)
    if written is None:
        return _vague(raw, context) if is_vague(text) else _not_a_date(raw, context)
    if written.year is None:
        return _year_missing(raw, context)
    if written.short_year:
        return _short_year(raw, written, context)
    if not _is_plausible(written.year):
        return _implausible(raw, context)
    if written.month is None:
        return _month_missing(raw, written, context)
    if written.day is None:
        return _of_month(raw, written, context)
    return _of_day(raw, written, context)


def _of_month(raw: RawCell, written: Written, context: Context) -> Parsed:
    first = _day_of(replace(written, day=1))
    if first is None:
        return _no_such_day(raw, written, context)
    if context.column.kind is Kind.MONTH:
        return Parsed(first)
    return refused(
        context,
        "day_missing",
        _("“{value}” names a month, and a day is asked here. Enter the day, such as {suggestion}."),
        suggestion=first.isoformat(),
        value=shown(raw),
    )


def _of_day(raw: RawCell, written: Written, context: Context) -> Parsed:
    if written.order == "unclear":
        return _in_order(raw, written, context)
    day = _day_of(written)
    if day is None:
        return _no_such_day(raw, written, context)
    if written.has_time and context.column.kind is Kind.DATE:
        return _without_time(day)
    return Parsed(day) if written.usual else remarked(day, _("Read as {date}."), date=day)


def _in_order(raw: RawCell, written: Written, context: Context) -> Parsed:
    """03/04/2021: 3 April or March 4. Not guessed, unless the person has said so for the whole file."""
    day_first, month_first = _day_of(written), _day_of(_turned(written))
    if context.date_order in ("dmy", "mdy"):
        chosen = day_first if context.date_order == "dmy" else month_first
        return remarked(chosen, _("Read as {date}."), date=chosen)
    return refused(
        context,
        "ambiguous",
        _("“{value}” may be {suggestion} or {other}. Enter it with the year first, such as {suggestion}."),
        suggestion=f"{day_first}",
        value=shown(raw),
        other=month_first,
    )


def _turned(written: Written) -> Written:
    return replace(written, month=written.day, day=written.month)


def _day_of(written: Written) -> date | None:
    try:
        return date(written.year or 0, written.month or 0, written.day or 0)
    except ValueError:
        return None


def _no_such_day(raw: RawCell, written: Written, context: Context) -> Parsed:
    year, month = written.year or 0, written.month or 0
    if not 1 <= month <= 12:
        message: Text = _("“{value}”: there is no such month. Enter the date as {example}.")
        return refused(context, "no_such_day", message, value=shown(raw), example="2021-05-31")
    last = date(year, month, monthrange(year, month)[1])
    return refused(
        context,
        "no_such_day",
        _("“{value}”: there is no such day. Change it to one such as {suggestion}."),
        suggestion=last.isoformat() if written.day else "",
        value=shown(raw),
    )


def _full_year(written: Written, context: Context) -> int:
    """The century that lies nearest: up to ten years ahead, else in the past."""
    year = written.year or 0
    if not written.short_year:
        return year
    this_century = context.today_year // 100 * 100 + year
    return this_century if this_century <= context.today_year + 10 else this_century - 100


def _short_year(raw: RawCell, written: Written, context: Context) -> Parsed:
    whole = replace(written, year=_full_year(written, context), short_year=False)
    day = _day_of(whole)
    if day is None:
        return _no_such_day(raw, whole, context)
    return refused(
        context,
        "short_year",
        _("“{value}” gives the year in two digits. Enter it in four, such as {suggestion}."),
        suggestion=day.isoformat(),
        value=shown(raw),
    )


def _year_missing(raw: RawCell, context: Context) -> Parsed:
    return refused(
        context,
        "year_missing",
        _("“{value}” does not say the year. Enter the whole date, such as {example}."),
        value=shown(raw),
        example="2021-05-31",
    )


def _month_missing(raw: RawCell, written: Written, context: Context) -> Parsed:
    if context.column.kind is Kind.MONTH:
        message: Text = _("“{value}” names only a year. Enter the month too, such as {example}.")
        return refused(context, "month_missing", message, value=shown(raw), example=f"{written.year}-05")
    message = _("“{value}” names only a year. Enter the whole date, such as {example}.")
    return refused(context, "month_missing", message, value=shown(raw), example=f"{written.year}-05-31")


def _vague(raw: RawCell, context: Context) -> Parsed:
    message: Text = _("“{value}” is not exact. Enter one day, such as {example}.")
    return refused(context, "not_exact", message, value=shown(raw), example="2021-05-31")


def _is_plausible(year: int) -> bool:
    return EARLIEST_YEAR < year <= LATEST_YEAR


def _implausible(raw: RawCell, context: Context) -> Parsed:
    return refused(
        context,
        "implausible_year",
        _("“{value}”: the year cannot be right. Enter the date as {example}."),
        value=shown(raw),
        example="2021-05-31",
    )


def _not_a_date(raw: RawCell, context: Context) -> Parsed:
    example = {Kind.MONTH: "2021-05", Kind.YEAR: "2021"}.get(context.column.kind, "2021-05-31")
    return refused(
        context,
        "not_a_date",
        _("“{value}” is not a date. Enter it as {example}."),
        value=shown(raw),
        example=example,
    )
