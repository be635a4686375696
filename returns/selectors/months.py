"""What the months say: monthly measures as entered, and the monthly returns over them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from core.periods import Period
from core.templatetags import fmt
from evaluation.models import Observation
from incubators.models import Incubator
from returns.duties import months_of
from returns.enums import Frequency
from returns.measures import LINES
from returns.models import ReturnLine
from returns.selectors.registry import Computed, Found
from returns.stages import FROZEN


@dataclass(frozen=True)
class MonthValue:
    """One measure in one month, and where it stands."""

    value: Decimal
    url: str
    is_verified: bool


Months = Mapping[tuple[str, str], MonthValue]


def month_values(incubator: Incubator, codes: Sequence[str], months: Sequence[Period]) -> Months:
    """By measure and month: the monthly return where one was submitted, else the measure as entered."""
    wanted = [month.code for month in months]
    found: dict[tuple[str, str], MonthValue] = {}
    page = reverse("evaluation-observations")
    for measure, period, value, verified in Observation.objects.filter(
        incubator=incubator, measure__in=codes, period__in=wanted
    ).values_list("measure", "period", "value", "verified_at"):
        url = f"{page}?incubator={incubator.code}&month={period}&measure={measure}"
        found[measure, period] = MonthValue(value, url, verified is not None)
    lines = ReturnLine.objects.filter(
        period_return__incubator=incubator,
        period_return__duty__frequency=Frequency.MONTH,
        period_return__is_latest=True,
        period_return__state__in=FROZEN,
        period_return__period__in=wanted,
        code__in=codes,
    ).select_related("period_return")
    for line in lines:
        if line.reported is not None:
            owner = line.period_return
            found[line.code, owner.period] = MonthValue(
                line.reported,
                reverse("return-detail", args=[owner.pk]),
                owner.state != "submitted",
            )
    return found


def over_months(code: str, period: Period, values: Months, records: Found) -> Computed:
    """A measure over a longer period: the sum or mean of its months. A month that is missing is not zero."""
    parts: list[tuple[Period, Decimal]] = []
    links: list[dict[str, Any]] = []
    missing: list[str] = []
    for month in months_of(period):
        known = values.get((code, month.code))
        counted = records.get((code, month.code))
        value = known.value if known else counted.value if counted else None
        if value is None:
            missing.append(fmt.period(month.code))
            continue
        parts.append((month, value))
        links.append(
            {
                "label": f"{fmt.period(month.code)} · {fmt.grouped(value)}",
                "url": known.url if known else "",
            }
        )
    note = (
        _("not reported: %(months)s") % {"months": " ".join(missing)}
        if missing and LINES[code].required
        else ""
    )
    if not parts or (missing and LINES[code].required):
        return Computed(None, records=tuple(links), note=note)
    total = sum((value for _, value in parts), Decimal(0))
    if LINES[code].aggregate == "mean":
        total = (total / len(parts)).quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return Computed(total, records=tuple(links), note=note)


def in_month(code: str, month: Period, values: Months, records: Found) -> Computed:
    """A measure in a single month: as verified; else counted from records where they can yield it; else as
    entered."""
    counted, known = records.get((code, month.code)), values.get((code, month.code))
    if known is not None and (known.is_verified or counted is None or counted.value is None):
        link = {"label": _("Monthly measures"), "url": known.url}
        return Computed(known.value, records=(link,), note=_standing(known, counted))
    return counted or Computed(None)


def _standing(known: MonthValue, counted: Computed | None) -> str:
    if not known.is_verified:
        return _("entered, not verified yet")
    if counted is not None and counted.value is not None and counted.value != known.value:
        return _("verified; the records yield %(value)s") % {"value": fmt.grouped(counted.value)}
    return ""
