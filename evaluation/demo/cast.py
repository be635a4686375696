"""Who acts in the demonstration, when, and under which made-up numbers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from accounts.models import User
from enterprises.identifiers import credit_code_check_character, organisation_number_check_digit
from incubators.models import Incubator, Park
from projects.models import Sector

Act = Callable[[datetime], None]
SATURDAY = 5


@dataclass(frozen=True)
class Event:
    """Something that somebody does at a moment."""

    at: datetime
    act: Act


@dataclass(frozen=True)
class Cast:
    """Who acts, and where. Without a second person nothing is verified."""

    park: Park
    incubator: Incubator
    operator: User
    administrator: User | None
    finance: User | None
    sectors: Mapping[str, Sector]
    incubators: Mapping[str, Incubator]

    def moment(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), tzinfo=ZoneInfo(self.incubator.time_zone))


def days_before(day: date, days: int) -> date:
    """So many days earlier, on the Friday when that is a weekend."""
    earlier = day - timedelta(days=days)
    return earlier - timedelta(days=max(0, earlier.weekday() - SATURDAY + 1))


def days_after(day: date, days: int) -> date:
    """So many days later, on the Monday when that is a weekend."""
    later = day + timedelta(days=days)
    return later + timedelta(days=7 - later.weekday() if later.weekday() >= SATURDAY else 0)


def credit_code(serial: int) -> str:
    """A 统一社会信用代码 of the right form, in an administrative division that does not exist (990000)."""
    body = f"91990000MADEM{serial:04d}"
    return body + credit_code_check_character(body)


def organisation_number(serial: int) -> str:
    """A Swedish organisation number of the right form, outside every series in use (99…)."""
    body = f"992{serial:06d}"
    return body + organisation_number_check_digit(body)
