"""Results of matchmaking, by event; what the press reports stands apart and is never added."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F, Q, QuerySet

from capital.calculator import Terms, Wish
from capital.enums import MatchStage
from capital.models import BankProduct, Fund, Match
from capital.selectors.credit import FIRM, lists_of, products_matching
from capital.selectors.funds import balances_of, funds_matching
from core.search import fold
from incubators.models import Agreement
from outreach.models import Event
from projects.models import Project


def matches_matching(
    user: Any,
    *,
    q: str = "",
    event: Any = None,
    stage: str = "",
    incubator: str = "",
    enterprise: Any = None,
) -> QuerySet[Match]:
    rows: QuerySet[Match] = Match.objects.visible_to(user).select_related(
        "event", "enterprise__park", "enterprise__incubator", "product__bank", "fund", "organisation", "loan",
        "investment__fund",
    )  # fmt: skip
    for word in fold(q).split():
        rows = rows.filter(
            Q(enterprise__search_text__contains=word)
            | Q(product__search_text__contains=word)
            | Q(fund__search_text__contains=word)
            | Q(organisation__search_text__contains=word)
            | Q(event__search_text__contains=word)
        )
    if event:
        rows = rows.filter(event=event)
    if enterprise:
        rows = rows.filter(enterprise=enterprise)
    if stage == "open":
        rows = rows.exclude(stage__in=[MatchStage.GRANTED, MatchStage.DECLINED])
    elif stage:
        rows = rows.filter(stage=stage)
    return rows.filter(enterprise__incubator__code=incubator) if incubator else rows


@dataclass
class EventSummary:
    """What an event came to, counted from its results. ``granted`` are verified loans and investments,
    ``waiting`` those nobody has verified yet; each by currency."""

    event: Event
    firms: set[int] = field(default_factory=set)
    successful: set[int] = field(default_factory=set)
    results: int = 0
    stages: dict[str, int] = field(default_factory=dict)
    needs: dict[str, Decimal] = field(default_factory=dict)
    granted: dict[str, Decimal] = field(default_factory=dict)
    waiting: dict[str, Decimal] = field(default_factory=dict)

    @property
    def conversion(self) -> Decimal | None:
        """Share of the firms that got financing; None where there are none."""
        return Decimal(len(self.successful)) / len(self.firms) if self.firms else None

    @property
    def met(self) -> int:
        """Results that got at least to talks."""
        return self.results - self.stages.get(MatchStage.CONTACTED, 0)


def summaries_of(user: Any, rows: QuerySet[Match]) -> list[EventSummary]:
    """One per event, the latest first; two queries."""
    found: dict[int, EventSummary] = {}
    needs: dict[tuple[int, int, str], Decimal] = {}
    events = Event.objects.visible_to(user).filter(pk__in=rows.order_by().values("event"))
    for event in events.select_related("park", "incubator").order_by("-starts_on", "-pk"):
        found[event.pk] = EventSummary(event)
    for row in _plain(rows):
        one = found.get(row["event"])
        if one is None:
            continue
        one.results += 1
        one.firms.add(row["enterprise"])
        one.stages[row["stage"]] = one.stages.get(row["stage"], 0) + 1
        # A firm that talks to three banks needs its money once.
        key = (row["event"], row["enterprise"], row["currency"])
        needs[key] = max(needs.get(key, Decimal(0)), row["need_amount"])
        if row["stage"] == MatchStage.GRANTED:
            one.successful.add(row["enterprise"])
            _add_granted(one, row)
    for (event_pk, _enterprise, currency), need in needs.items():
        total = found[event_pk].needs
        total[currency] = total.get(currency, Decimal(0)) + need
    return list(found.values())


def _plain(rows: QuerySet[Match]) -> Iterable[dict[str, Any]]:
    found: Any = rows.order_by().values(
        "event", "enterprise", "stage", "need_amount", "currency",
        line=F("loan__line_amount"), loan_currency=F("loan__currency"), loan_seen=F("loan__verified_at"),
        paid=F("investment__amount"), fund_currency=F("investment__fund__currency"),
        paid_seen=F("investment__verified_at"),
    )  # fmt: skip
    rows_of: Iterable[dict[str, Any]] = found
    return rows_of


def _add_granted(one: EventSummary, row: dict[str, Any]) -> None:
    is_loan = row["line"] is not None
    currency = row["loan_currency"] if is_loan else row["fund_currency"]
    amount = row["line"] if is_loan else row["paid"]
    seen = row["loan_seen"] if is_loan else row["paid_seen"]
    total = one.granted if seen is not None else one.waiting
    total[currency] = total.get(currency, Decimal(0)) + amount


def reported_results(user: Any) -> QuerySet[Agreement]:
    """Financing meetings of which the press tells: published statements, never mixed with what is counted."""
    rows: QuerySet[Agreement] = Agreement.objects.visible_to(user)
    return rows.filter(kind="bank loans").order_by("code")


# --- what fits ---------------------------------------------------------------------------------------
def sectors_of(enterprise: Any) -> frozenset[str]:
    """Fields of the projects of an enterprise."""
    rows = Project.objects.filter(enterprise=enterprise, sector__isnull=False)
    return frozenset(rows.values_list("sector__code", flat=True))


def wish_of(
    enterprise: Any,
    *,
    day: date,
    amount: Decimal | None = None,
    currency: str = "CNY",
    stage: str = "",
    security: str = "",
) -> Wish:
    """What is known of the enterprise, with what was typed."""
    return Wish(
        day=day,
        amount=amount,
        currency=currency,
        fields=sectors_of(enterprise),
        stage=stage,
        security=security,
        lists=lists_of(enterprise, day=day),
    )


def offers_for(user: Any, enterprise: Any) -> list[tuple[BankProduct | Fund, Terms]]:
    """Products and funds open to an enterprise of this park, with their terms; a fixed number of queries."""
    own = Q(park=None) | Q(park=enterprise.park_id)
    products = products_matching(user).filter(own).order_by("sort_key", "pk")
    funds = list(funds_matching(user).filter(own).order_by("sort_key", "pk"))
    balances = balances_of(funds)
    found: list[tuple[BankProduct | Fund, Terms]] = [(one, terms_of_product(one)) for one in products]
    return found + [(one, terms_of_fund(one, _left(one, balances))) for one in funds]


def _left(fund: Fund, balances: Any) -> Decimal | None:
    """What parks invested of a reported fund says nothing of what it has left."""
    return None if fund.is_reported else balances[fund.pk].left


def terms_of_product(product: BankProduct) -> Terms:
    return Terms(
        currency=product.currency,
        fields=frozenset(product.fields),
        stages=frozenset(product.stages),
        largest=product.largest_amount,
        largest_is_firm=product.largest_qualifier in FIRM,
        securities=frozenset(product.securities),
        list_name=product.needs_list.name_zh if product.needs_list else "",
        starts_on=product.valid_from,
        ends_on=product.valid_until,
        is_reported=product.is_reported,
    )


def terms_of_fund(fund: Fund, left: Decimal | None) -> Terms:
    return Terms(
        currency=fund.currency,
        fields=frozenset(fund.fields),
        stages=frozenset(fund.stages),
        left=left,
        starts_on=fund.founded_on,
        ends_on=fund.ends_on,
        is_reported=fund.is_reported,
    )
