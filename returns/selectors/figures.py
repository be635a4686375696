"""Every number that stands beside a line: from records, last period, last year, the other incubators."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from core.periods import Period
from incubators.models import Incubator
from returns.duties import months_of, year_before
from returns.measures import LINES
from returns.models import PeriodReturn, ReturnLine
from returns.selectors.months import in_month, month_values, over_months
from returns.selectors.registry import Computed, from_records
from returns.stages import COMPARABLE

Reported = Mapping[tuple[str, str], Decimal]


@dataclass(frozen=True)
class Figure:
    """What the records yield for one line, and what was reported one period and one year before."""

    computed: Computed
    previous: Decimal | None
    year_before: Decimal | None


def figures_of(
    incubator: Incubator, codes: Sequence[str], period: Period, *, corrects: bool = False
) -> dict[str, Figure]:
    """Beside the value of every line: in a fixed number of queries, however many lines and records.

    With ``corrects``, the measures of this period are those that an earlier version reported: they are no
    records to measure the correction by.
    """
    before, earlier = period.previous(), year_before(period)
    periods = [period, before, earlier]
    computed = _computed(incubator, codes, periods, without=period if corrects else None)
    reported = _reported(incubator, codes, [before, earlier])

    def known(code: str, of: Period) -> Decimal | None:
        return reported.get((code, of.code), computed[code, of.code].value)

    return {
        code: Figure(computed[code, period.code], known(code, before), known(code, earlier)) for code in codes
    }


def _computed(
    incubator: Incubator, codes: Sequence[str], periods: Sequence[Period], *, without: Period | None
) -> dict[tuple[str, str], Computed]:
    measures = [code for code in codes if LINES[code].origin == "months"]
    counted = [code for code in codes if LINES[code].origin == "records"]
    found = dict(from_records(incubator, counted, periods)) if counted else {}
    if measures:
        months = list({month.code: month for period in periods for month in months_of(period)}.values())
        known = month_values(incubator, measures, months)
        values = {key: row for key, row in known.items() if without is None or key[1] != without.code}
        of_months = from_records(incubator, measures, months)
        for code in measures:
            for period in periods:
                combine = in_month if period.kind == "month" else over_months
                found[code, period.code] = combine(code, period, values, of_months)
    for code in codes:
        for period in periods:
            found.setdefault((code, period.code), Computed(None))
    return found


def _reported(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Reported:
    """What returns of these periods said."""
    rows = ReturnLine.objects.filter(
        period_return__incubator=incubator,
        period_return__period__in=[period.code for period in periods],
        period_return__is_latest=True,
        period_return__state__in=COMPARABLE,
        code__in=codes,
    ).select_related("period_return")
    return {(row.code, row.period_return.period): row.reported for row in rows if row.reported is not None}


@dataclass(frozen=True)
class PeerValue:
    """What another incubator of the park reports in this line."""

    incubator: Incubator
    value: Decimal
    period_return_id: int


def peers_of(record: PeriodReturn) -> dict[str, list[PeerValue]]:
    """The same period in the other incubators of the park, by line; only for those who see the whole park."""
    found: dict[str, list[PeerValue]] = defaultdict(list)
    rows = (
        ReturnLine.objects.filter(
            period_return__incubator__park=record.incubator.park_id,
            period_return__period=record.period,
            period_return__is_latest=True,
            period_return__state__in=COMPARABLE,
        )
        .exclude(period_return__incubator=record.incubator_id)
        .select_related("period_return__incubator")
        .order_by("period_return__incubator__sort_key", "pk")
    )
    for row in rows:
        if row.reported is not None:
            owner = row.period_return
            found[row.code].append(PeerValue(owner.incubator, row.reported, owner.pk))
    return found
