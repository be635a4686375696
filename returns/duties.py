"""What a duty asks by when. Pure: no database, no clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from core.periods import Kind, Period

KINDS: tuple[Kind, ...] = ("month", "quarter", "half", "year")
VARIANCE_PERCENT = 30


@dataclass(frozen=True)
class DefaultDuty:
    """What is proposed for a contract: data from then on, which the park changes as the contract says."""

    frequency: Literal["month", "quarter", "year"]
    due_days: int
    lines: tuple[str, ...]


MONTHLY_MEASURES = (
    "service_tickets_total",
    "service_tickets_on_time",
    "mentoring_sessions",
    "events_held",
    "satisfaction_percent",
    "financing_received_yuan",
    "social_capital_yuan",
    "budget_yuan",
    "public_spend_yuan",
    "returns_due",
    "returns_on_time",
    "contests_hosted",
    "upheld_complaints",
    "false_report_findings",
)
OF_RECORDS = ("new_leads", "signed", "in_care", "landed", "paid_in_cny")
RESULTS = ("producing", "patents", "tech_titles", "talent_plans")

DEFAULTS: Mapping[str, DefaultDuty] = {
    "month": DefaultDuty("month", 10, (*OF_RECORDS, *MONTHLY_MEASURES)),
    "quarter": DefaultDuty("quarter", 15, (*OF_RECORDS, *RESULTS, *MONTHLY_MEASURES)),
    "year": DefaultDuty(
        "year",
        45,
        (*OF_RECORDS, "paid_in_sek", "paid_in_usd", *RESULTS, "growth_titles", "jobs", "rd_jobs")
        + MONTHLY_MEASURES,
    ),
}


def due_day(period: Period, days: int) -> date:
    """The last day on which the return is on time: ``days`` after the last day of the period."""
    return period.end + timedelta(days=days - 1)


def periods_asked(kind: Kind, *, starts_on: date, ends_on: date, today: date) -> Iterator[Period]:
    """Periods that have ended by ``today`` and lie, at least in part, in ``[starts_on, ends_on)``."""
    period = Period.containing(starts_on, kind)
    while period.start < ends_on and period.end <= today:
        yield period
        period = period.next()


def months_of(period: Period) -> list[Period]:
    """The months that a period is made of."""
    months = [Period.containing(period.start, "month")]
    while months[-1].end < period.end:
        months.append(months[-1].next())
    return months


def year_before(period: Period) -> Period:
    """The same period of the year before."""
    return Period(period.year - 1, period.kind, period.number)
