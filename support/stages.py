"""The moves of a service ticket and its time limits. Pure: no database, no clock."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

#: From each state, the states one may set by hand. Resolving, closing and reopening have words of their own.
MOVES: Mapping[str, tuple[str, ...]] = {
    "open": ("in_progress", "waiting", "withdrawn"),
    "in_progress": ("waiting", "open", "withdrawn"),
    "waiting": ("in_progress", "open", "withdrawn"),
    "resolved": (),
    "closed": (),
    "withdrawn": (),
}
#: Somebody still has to do something.
LIVE = ("open", "in_progress", "waiting")
BEST_RATING = 5


def working_days_after(day: date, count: int) -> date:
    """The day ``count`` working days (Monday to Friday) after ``day``.

    Public holidays are not known here: a limit that falls into a holiday week is a little shorter.
    """
    while count > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            count -= 1
    return day


def deadline(opened_at: datetime, days: int, zone: str) -> datetime:
    """The end of the last working day of the limit, where the incubator stands."""
    here = ZoneInfo(zone)
    last = working_days_after(opened_at.astimezone(here).date(), days)
    return datetime.combine(last + timedelta(days=1), time.min, here)


def last_day(limit: datetime, zone: str) -> date:
    """A limit is the midnight after its last day; people are told that day."""
    return (limit.astimezone(ZoneInfo(zone)) - timedelta(microseconds=1)).date()


def satisfaction_percent(ratings: list[int]) -> Decimal | None:
    """The mean rating as a percentage of the best one, to two places; none without a rating."""
    if not ratings:
        return None
    mean = Decimal(sum(ratings)) * 100 / (len(ratings) * BEST_RATING)
    return mean.quantize(Decimal("0.01"), ROUND_HALF_UP)
