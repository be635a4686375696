"""What is known of enterprises for the gap check: from yearly figures, rounds, registration and statements.

Figures count in yuan only: an amount in another currency is no value here rather than a wrong one. Unverified
figures are used and said to be unverified: the check is an estimate for the enterprise itself.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q

from core.enums import Currency
from enterprises.due import add_months, months_between
from enterprises.enums import LadderFactKey, RecognitionKind
from enterprises.ladder import RUNGS, Check, Criterion, Fact, check
from enterprises.models import (
    Enterprise,
    FinancingEvent,
    LadderCriterion,
    LadderRule,
    Recognition,
    StatedFact,
    YearlyFigure,
)

_K = LadderFactKey
YEARS_TOGETHER = 3


@dataclass
class Known:
    """The records of one enterprise that facts are made of; years newest first."""

    enterprise: Enterprise
    years: list[YearlyFigure] = field(default_factory=list)
    rounds: list[FinancingEvent] = field(default_factory=list)
    stated: dict[str, StatedFact] = field(default_factory=dict)
    titles: list[Recognition] = field(default_factory=list)


def known_of(enterprises: Iterable[Enterprise], *, day: date) -> dict[int, Known]:
    """Everything the check needs for these enterprises as of ``day``; four queries for any number."""
    found = {item.pk: Known(item) for item in enterprises}
    ids = list(found)
    for year in YearlyFigure.objects.filter(
        enterprise__in=ids, year__lt=day.year + 1, currency=Currency.CNY
    ).order_by("-year"):
        found[year.enterprise_id].years.append(year)
    for item in FinancingEvent.objects.filter(
        enterprise__in=ids,
        verified_at__isnull=False,
        currency=Currency.CNY,
        on__gt=add_months(day, -24),
        on__lte=day,
    ):
        found[item.enterprise_id].rounds.append(item)
    for stated in StatedFact.objects.filter(enterprise__in=ids, on__lte=day).order_by("on", "pk"):
        found[stated.enterprise_id].stated[stated.key] = stated
    for title in Recognition.objects.filter(enterprise__in=ids, verified_at__isnull=False).order_by(
        "granted_on"
    ):
        found[title.enterprise_id].titles.append(title)
    return found


def facts_of(known: Known, *, day: date) -> dict[str, Fact]:
    """Every fact that the records yield, by key; what they don't yield is absent, not zero."""
    found: dict[str, Fact] = {}
    registered = known.enterprise.registered_on
    if registered is not None and registered <= day:
        found[_K.MONTHS_REGISTERED] = Fact(
            Decimal(months_between(registered, day)),
            registered.isoformat(),
            bool(known.enterprise.credit_code),
        )
    found |= _of_last_year(known.years)
    found |= _of_years_together(known.years)
    found |= _of_two_years(known.years)
    if known.rounds:  # none recorded is not none received
        found[_K.NEW_EQUITY_2Y] = Fact(
            sum((item.amount for item in known.rounds), Decimal(0)),
            f"{add_months(day, -24).isoformat()} – {day.isoformat()}",
            True,
            tuple((item.on.isoformat(), item.amount) for item in known.rounds),
        )
    for key, stated in known.stated.items():
        found[key] = Fact(stated.value, stated.on.isoformat(), stated.verified_at is not None)
    return found


def _of_last_year(years: list[YearlyFigure]) -> dict[str, Fact]:
    """Facts of the newest year that holds what they need."""
    found: dict[str, Fact] = {}
    plain = {
        _K.STAFF_COUNT: "staff_count",
        _K.REVENUE: "revenue_amount",
        _K.TOTAL_ASSETS: "total_assets_amount",
    }
    for key, name in plain.items():
        year = next((item for item in years if getattr(item, name) is not None), None)
        if year is not None:
            found[key] = _fact(Decimal(getattr(year, name)), [year])
    shares = {
        _K.RD_STAFF_SHARE: ("rd_staff_count", "staff_count"),
        _K.HIGH_TECH_INCOME_SHARE: ("high_tech_income_amount", "revenue_amount"),
        _K.MAIN_BUSINESS_SHARE: ("main_business_amount", "revenue_amount"),
        _K.DEBT_RATIO: ("liabilities_amount", "total_assets_amount"),
    }
    for key, (part, whole) in shares.items():
        year = next((item for item in years if _share(item, part, whole) is not None), None)
        if year is not None:
            value = _share(year, part, whole)
            assert value is not None
            found[key] = _fact(value, [year])
    return found


def _of_years_together(years: list[YearlyFigure]) -> dict[str, Fact]:
    """Shares over the sums of up to three years in a row that hold both numbers."""
    found: dict[str, Fact] = {}
    for key, part, whole in (
        (_K.RD_REVENUE_SHARE, "rd_expense_amount", "revenue_amount"),
        (_K.RD_IN_CHINA_SHARE, "rd_in_china_amount", "rd_expense_amount"),
    ):
        used = _row_of_years(years, part, whole)[:YEARS_TOGETHER]
        total = sum((Decimal(getattr(item, whole)) for item in used), Decimal(0))
        if total:
            parts = sum((Decimal(getattr(item, part)) for item in used), Decimal(0))
            found[key] = _fact(_percent(parts, total), used)
    return found


def _of_two_years(years: list[YearlyFigure]) -> dict[str, Fact]:
    """The lower of the last two years; growth from the last but two to the last, as a yearly rate."""
    found: dict[str, Fact] = {}
    spent = _row_of_years(years, "rd_expense_amount", "rd_expense_amount")[:2]
    if len(spent) == 2:
        found[_K.RD_EXPENSE_LOWEST_2Y] = _fact(
            min(item.rd_expense_amount or Decimal(0) for item in spent), spent
        )
    used = _row_of_years(years, "rd_expense_amount", "revenue_amount")[:2]
    shares = [
        value for item in used if (value := _share(item, "rd_expense_amount", "revenue_amount")) is not None
    ]
    if len(shares) == 2:
        found[_K.RD_SHARE_LOWEST_2Y] = _fact(min(shares), used)
    sold = _row_of_years(years, "revenue_amount", "revenue_amount")[:3]
    if len(sold) == 3 and sold[2].revenue_amount:
        ratio = (sold[0].revenue_amount or Decimal(0)) / sold[2].revenue_amount
        found[_K.REVENUE_GROWTH_2Y] = _fact((ratio.sqrt() - 1) * 100, sold)
    return found


def _row_of_years(years: list[YearlyFigure], *names: str) -> list[YearlyFigure]:
    """The newest years in a row, without a gap, that hold all these numbers."""
    row: list[YearlyFigure] = []
    for item in years:
        whole = all(getattr(item, name) is not None for name in names)
        if row and (not whole or row[-1].year != item.year + 1):
            break
        if whole:
            row.append(item)
    return row


def _share(year: YearlyFigure, part: str, whole: str) -> Decimal | None:
    of, total = getattr(year, part), getattr(year, whole)
    return None if of is None or not total else _percent(Decimal(of), Decimal(total))


def _percent(part: Decimal, whole: Decimal) -> Decimal:
    """Not rounded: a share just below its threshold stays below it."""
    return part * 100 / whole


def _fact(value: Decimal, years: list[YearlyFigure]) -> Fact:
    first, last = years[-1].year, years[0].year
    return Fact(
        value,
        str(last) if first == last else f"{first}–{last}",
        all(item.verified_at is not None for item in years),
    )


# --- rules ------------------------------------------------------------------------------------------
def rules_on(day: date, *, park_id: int) -> dict[str, LadderRule]:
    """The version of each rung that holds for a park on a day, its lines fetched: the park's own, else the
    example."""
    rules = (
        LadderRule.objects.filter(starts_on__lte=day)
        .filter(Q(ends_on=None) | Q(ends_on__gt=day), Q(park=park_id) | Q(park=None))
        .select_related("park")
    )
    found: dict[str, LadderRule] = {}
    for rule in sorted(rules, key=lambda rule: rule.park_id is not None):
        found[rule.rung] = rule
    lines: dict[int, list[LadderCriterion]] = defaultdict(list)
    for line in LadderCriterion.objects.filter(rule__in=[rule.pk for rule in found.values()]).order_by(
        "position"
    ):
        lines[line.rule_id].append(line)
    for rule in found.values():
        rule.lines = lines[rule.pk]  # type: ignore[attr-defined]
    return found


def check_against(rule: LadderRule, facts: Mapping[str, Fact]) -> Check:
    """The gap check of one version; its lines were fetched by ``rules_on``."""
    return check([as_criterion(line) for line in rule.lines], facts)  # type: ignore[attr-defined]


def as_criterion(line: LadderCriterion) -> Criterion:
    return Criterion(
        key=line.key,
        comparison=line.comparison,
        value=line.value,
        clause=line.clause,
        applies_key=line.applies_key,
        applies_above=line.applies_above,
        applies_upto=line.applies_upto,
        alternative=line.alternative,
    )


# --- where an enterprise stands ---------------------------------------------------------------------
def standing(titles: Iterable[Recognition], *, day: date) -> Recognition | None:
    """The verified title of the highest rung that holds on a day; None below the ladder."""
    valid = [
        item
        for item in titles
        if item.verified_at is not None
        and item.kind in RUNGS
        and item.granted_on <= day
        and (item.expires_on is None or item.expires_on > day)
    ]
    return max(valid, key=lambda item: (_height(item.kind), item.granted_on), default=None)


def next_rung(current: Recognition | None) -> str | None:
    """The rung above; the first one for whoever stands below the ladder."""
    height = -1 if current is None else _height(current.kind)
    return RUNGS[height + 1].value if height + 1 < len(RUNGS) else None


def _height(kind: str) -> int:
    return RUNGS.index(RecognitionKind(kind))
