"""Days of a public notice. Pure: no database, no clock."""

from dataclasses import dataclass
from datetime import date, timedelta

from support.stages import working_days_after

CALENDAR, WORKING = "calendar", "working"


def last_day_on_show(start: date, days: int, count: str) -> date:
    """The last of ``days`` days on show. The first day counts if it is one of the days counted.

    Working days are Monday to Friday; public holidays are not known here, so a notice over a holiday week
    is given more days by whoever opens it.
    """
    if count == CALENDAR:
        return start + timedelta(days=days - 1)
    return working_days_after(start - timedelta(days=1), days)


@dataclass(frozen=True)
class NoticeStanding:
    """A notice on one day. ``days_left`` counts calendar days up to and with the last one."""

    code: str
    ends_on: date
    days_left: int
    objections: int
    open_objections: int
    upheld: int


def standing_on(
    day: date,
    *,
    starts_on: date,
    ends_on: date,
    is_withdrawn: bool,
    objections: int,
    open_objections: int,
    upheld: int,
) -> NoticeStanding:
    """Where the notice stands: over only once its last day has passed and every objection is ruled on."""
    if is_withdrawn:
        code = "withdrawn"
    elif day < starts_on:
        code = "upcoming"
    elif day <= ends_on:
        code = "running"
    else:
        code = "objections" if open_objections else "over"
    left = max(0, (ends_on - max(day, starts_on)).days + 1) if code in ("upcoming", "running") else 0
    return NoticeStanding(code, ends_on, left, objections, open_objections, upheld)
