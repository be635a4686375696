"""Funds with what is left of them, and their investments. Currencies are never added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from capital.models import Fund, FundExit, FundInvestment, FundInvestor
from core.enums import Qualifier
from core.search import fold

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Balance:
    """Where a fund stands. ``left`` is None where the size is not exact: nobody can say what is left.

    ``invested`` counts what is entered and not sent back, ``verified`` of it what a second person confirmed;
    ``returned`` are verified proceeds.
    """

    currency: str
    size: Decimal | None
    qualifier: str
    committed: Decimal = NOTHING
    invested: Decimal = NOTHING
    verified: Decimal = NOTHING
    returned: Decimal = NOTHING
    count: int = 0
    reinvests: bool = False

    @property
    def limit(self) -> Decimal | None:
        if self.size is None or self.qualifier != Qualifier.EXACT:
            return None
        return self.size + (self.returned if self.reinvests else NOTHING)

    @property
    def left(self) -> Decimal | None:
        return None if self.limit is None else self.limit - self.invested

    @property
    def used_percent(self) -> Decimal | None:
        return None if not self.limit else self.invested / self.limit * 100


def balances_of(funds: Sequence[Fund]) -> dict[int, Balance]:
    """By id of the fund; three queries for any number of them."""
    keys = [fund.pk for fund in funds]
    standing = Q(returned_at=None)
    invested = {
        row["fund"]: row
        for row in FundInvestment.objects.filter(fund__in=keys)
        .order_by()
        .values("fund")
        .annotate(
            invested=Sum("amount", filter=standing),
            verified=Sum("amount", filter=Q(verified_at__isnull=False)),
            count=Count("pk", filter=standing),
        )
    }
    returned = _sums(FundExit.objects.verified().filter(investment__fund__in=keys), "investment__fund",
                     "proceeds_amount")  # fmt: skip
    committed = _sums(FundInvestor.objects.filter(fund__in=keys), "fund", "committed_amount")
    return {
        fund.pk: Balance(
            currency=fund.currency,
            size=fund.size_amount,
            qualifier=fund.size_qualifier,
            committed=committed.get(fund.pk, NOTHING),
            invested=_of(invested, fund.pk, "invested"),
            verified=_of(invested, fund.pk, "verified"),
            returned=returned.get(fund.pk, NOTHING),
            count=invested.get(fund.pk, {}).get("count", 0),
            reinvests=fund.reinvests,
        )
        for fund in funds
    }


def _of(found: dict[int, Any], key: int, name: str) -> Decimal:
    return found.get(key, {}).get(name) or NOTHING


def _sums(rows: QuerySet[Any], by: str, field: str) -> dict[int, Decimal]:
    found = rows.order_by().values_list(by).annotate(total=Sum(field))
    return {key: total for key, total in found if total}


def balance_of(fund: Fund) -> Balance:
    return balances_of([fund])[fund.pk]


def room_of(fund: Fund, *, excluding: int | None = None) -> Decimal | None:
    """What the fund can still invest beside the investment ``excluding``; None where it has no exact size."""
    limit = balance_of(fund).limit
    if limit is None:
        return None
    rows = FundInvestment.objects.filter(fund=fund, returned_at=None).exclude(pk=excluding)
    return limit - (rows.aggregate(total=Sum("amount"))["total"] or NOTHING)


def matching_names(rows: QuerySet[Any], q: str) -> QuerySet[Any]:
    for word in fold(q).split():
        rows = rows.filter(search_text__contains=word)
    return rows


def of_kind(rows: QuerySet[Any], kept: str) -> QuerySet[Any]:
    """``park`` those that parks keep, ``reported`` those of the press."""
    return rows.filter(park__isnull=kept == "reported") if kept in ("park", "reported") else rows


def funds_matching(
    user: Any, *, q: str = "", field: str = "", stage: str = "", kept: str = ""
) -> QuerySet[Fund]:
    rows = matching_names(Fund.objects.visible_to(user).select_related("park", "manager"), q)
    if field:
        rows = rows.filter(Q(fields__contains=[field]) | Q(fields=[]))
    if stage:
        rows = rows.filter(Q(stages__contains=[stage]) | Q(stages=[]))
    return of_kind(rows, kept)


WITH_PEOPLE = ("evidence", "entered_by", "verified_by", "returned_by")


def investments_matching(
    user: Any, *, q: str = "", fund: Any = None, incubator: str = "", waiting: bool = False
) -> QuerySet[FundInvestment]:
    rows = FundInvestment.objects.visible_to(user).select_related(
        "fund", "event__enterprise__park", "event__enterprise__incubator", "project", *WITH_PEOPLE
    )
    for word in fold(q).split():
        rows = rows.filter(
            Q(fund__search_text__contains=word) | Q(event__enterprise__search_text__contains=word)
        )
    if fund:
        rows = rows.filter(fund=fund)
    if incubator:
        rows = rows.filter(event__enterprise__incubator__code=incubator)
    return rows.filter(verified_at=None, returned_at=None) if waiting else rows


def invested_totals(rows: QuerySet[FundInvestment]) -> dict[str, Decimal]:
    """Verified amounts by currency of the fund."""
    found = (
        rows.order_by()
        .filter(verified_at__isnull=False)
        .values_list("fund__currency")
        .annotate(total=Sum("amount"))
    )
    return {currency: total for currency, total in found if total}


def exits_of(investments: Iterable[FundInvestment]) -> QuerySet[FundExit]:
    rows: QuerySet[FundExit] = FundExit.objects.filter(investment__in=list(investments))
    return rows.select_related(
        "investment__fund", "investment__event__enterprise__park", "investment__event__enterprise__incubator",
        *WITH_PEOPLE,
    ).order_by("on", "pk")  # fmt: skip


def funds_ending(user: Any, *, until: date) -> QuerySet[Fund]:
    """Funds that the person keeps and whose term ends."""
    return Fund.objects.kept_by(user).filter(ends_on__lte=until)
