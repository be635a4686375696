"""When something falls due with a filing. Pure functions over calendar days.

PCT: national phase within 30 months of the priority date (PCT Art. 22, 39; offices may grant more).
China: examination to be requested within 3 years of the priority date (专利法 35). Annuities: every year on
the day of filing.
"""

import calendar
from datetime import date

from enterprises.enums import FilingStep, IpKind, IpOffice

MONTHS_TO_NATIONAL_PHASE = 30
MONTHS_TO_EXAMINATION = 36
#: Rights whose owner pays every year once they are granted.
WITH_ANNUITIES = frozenset({IpKind.INVENTION, IpKind.UTILITY_MODEL, IpKind.DESIGN, IpKind.PLANT_VARIETY})


def add_months(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def months_between(earlier: date, later: date) -> int:
    """Full months from one day to another; negative days count as none."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    if add_months(earlier, months) > later:
        months -= 1
    return max(months, 0)


def first_deadline(
    *, kind: str, office: str, filed_on: date, priority_on: date | None
) -> tuple[str, date] | None:
    """What follows a filing, and by when; None where nothing does by itself."""
    start = priority_on or filed_on
    if office == IpOffice.PCT:
        return FilingStep.NATIONAL_PHASE.value, add_months(start, MONTHS_TO_NATIONAL_PHASE)
    if office == IpOffice.CN and kind in (IpKind.INVENTION, IpKind.PCT_FAMILY):
        return FilingStep.EXAMINATION.value, add_months(start, MONTHS_TO_EXAMINATION)
    return None


def next_annuity(*, filed_on: date, today: date) -> date:
    """The next anniversary of the filing after today."""
    years = max(today.year - filed_on.year, 1)
    due = add_months(filed_on, 12 * years)
    return due if due > today else add_months(filed_on, 12 * (years + 1))
