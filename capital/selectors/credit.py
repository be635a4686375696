"""Bank products and their loans, lists and their entries, pools and what they bore."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Max, Q, QuerySet, Sum

from capital.models import BankProduct, CreditList, PoolRecovery, ProductLoan, RiskPool
from capital.selectors.funds import WITH_PEOPLE, matching_names, of_kind
from core.enums import Qualifier
from enterprises.models import Loan, RiskShare, WhitelistEntry

NOTHING = Decimal(0)
FIRM = (Qualifier.EXACT, Qualifier.AT_MOST)


def products_matching(
    user: Any, *, q: str = "", security: str = "", on: date | None = None, kept: str = ""
) -> QuerySet[BankProduct]:
    rows = matching_names(
        BankProduct.objects.visible_to(user).select_related("park", "bank", "needs_list", "pool"), q
    )
    if security:
        rows = rows.filter(Q(securities__contains=[security]) | Q(securities=[]))
    if on is not None:
        rows = rows.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_until__isnull=True) | Q(valid_until__gt=on),
        )
    return of_kind(rows, kept)


@dataclass(frozen=True)
class Usage:
    """Loans of a product: how many, their verified lines by currency."""

    count: int
    enterprises: int
    lines: dict[str, Decimal]


def usage_of(user: Any, products: Sequence[BankProduct]) -> dict[int, Usage]:
    """What the person sees of it; two queries for any number of products."""
    rows = ProductLoan.objects.visible_to(user).filter(product__in=[one.pk for one in products]).order_by()
    counts = {
        key: (loans, firms)
        for key, loans, firms in rows.values_list("product").annotate(
            Count("pk"), Count("loan__enterprise", distinct=True)
        )
    }
    lines: dict[int, dict[str, Decimal]] = {}
    verified = rows.filter(loan__verified_at__isnull=False)
    for key, currency, total in verified.values_list("product", "loan__currency").annotate(
        Sum("loan__line_amount")
    ):
        lines.setdefault(key, {})[currency] = total
    return {one.pk: Usage(*counts.get(one.pk, (0, 0)), lines.get(one.pk, {})) for one in products}


def loans_of_product(user: Any, product: BankProduct) -> QuerySet[ProductLoan]:
    rows: QuerySet[ProductLoan] = ProductLoan.objects.visible_to(user).filter(product=product)
    return rows.select_related(
        "loan__enterprise__park", "loan__enterprise__incubator", "pool", "product", "linked_by"
    )


@dataclass(frozen=True)
class Excess:
    """The lines of one borrower under a product are above its largest line. ``is_refused``: the park keeps
    the product with a firm limit; else its text is only reported, and this is a warning."""

    most: Decimal
    total: Decimal
    is_refused: bool


def excess_of(product: BankProduct, loan: Loan) -> Excess | None:
    """All lines of the borrower that run beside this loan count, whatever the bank calls them."""
    if product.largest_amount is None or product.currency != loan.currency:
        return None
    others = Loan.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=loan.starts_on),
        enterprise=loan.enterprise_id,
        of_product__product=product,
        currency=loan.currency,
    ).exclude(pk=loan.pk)
    if loan.ends_on is not None:
        others = others.filter(starts_on__lt=loan.ends_on)
    total = loan.line_amount + (others.aggregate(total=Sum("line_amount"))["total"] or NOTHING)
    if total <= product.largest_amount:
        return None
    is_firm = not product.is_reported and product.largest_qualifier in FIRM
    return Excess(product.largest_amount, total, is_firm)


def warnings_of(links: Iterable[ProductLoan]) -> dict[int, Excess]:
    """By id of the link, for the links of one page."""
    found = {link.pk: excess_of(link.product, link.loan) for link in links}
    return {key: excess for key, excess in found.items() if excess is not None}


def linkable_loans(user: Any, product: BankProduct | None = None) -> QuerySet[Loan]:
    """Loans the person sees that belong to no product yet."""
    rows: QuerySet[Loan] = Loan.objects.visible_to(user).filter(of_product=None)
    if product is not None and product.park_id is not None:
        rows = rows.filter(enterprise__park=product.park_id)
    return rows.select_related("enterprise__park", "enterprise__incubator")


# --- lists -------------------------------------------------------------------------------------------
def lists_matching(user: Any, *, q: str = "", kept: str = "") -> QuerySet[CreditList]:
    return of_kind(matching_names(CreditList.objects.visible_to(user).select_related("park"), q), kept)


def entries_of(user: Any, register: CreditList) -> QuerySet[WhitelistEntry]:
    """Entries that name the list; of its park, where a park keeps it."""
    rows: QuerySet[WhitelistEntry] = WhitelistEntry.objects.visible_to(user).filter(
        list_name=register.name_zh
    )
    if register.park_id is not None:
        rows = rows.filter(enterprise__park=register.park_id)
    return rows.select_related("enterprise__park", "enterprise__incubator", *WITH_PEOPLE)


@dataclass(frozen=True)
class Entries:
    """Entries of a list: all, those that run and are verified, and the next day on which one ends."""

    count: int = 0
    running: int = 0
    latest: date | None = None


def entry_counts(user: Any, lists: Sequence[CreditList], *, day: date) -> dict[int, Entries]:
    """One query for any number of lists."""
    running = Q(verified_at__isnull=False, starts_on__lte=day) & (
        Q(ends_on__isnull=True) | Q(ends_on__gt=day)
    )
    rows = (
        WhitelistEntry.objects.visible_to(user)
        .filter(list_name__in=[one.name_zh for one in lists])
        .order_by()
        .values_list("list_name", "enterprise__park")
        .annotate(all=Count("pk"), now=Count("pk", filter=running), latest=Max("starts_on"))
    )
    found: dict[int, Entries] = {}
    for name, park, count, open_now, latest in rows:
        for one in lists:
            if one.name_zh == name and one.park_id in (None, park):
                before = found.get(one.pk, Entries())
                found[one.pk] = Entries(
                    before.count + count,
                    before.running + open_now,
                    max(filter(None, (before.latest, latest)), default=None),
                )
    return {one.pk: found.get(one.pk, Entries()) for one in lists}


def lists_of(enterprise: Any, *, day: date) -> frozenset[str]:
    """Names of the lists on which the enterprise stands, verified, on that day."""
    rows = WhitelistEntry.objects.verified().filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=day), enterprise=enterprise, starts_on__lte=day
    )
    return frozenset(rows.values_list("list_name", flat=True))


# --- pools -------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class PoolStanding:
    """Size = left + compensated − recovered; only verified records move it."""

    currency: str
    size: Decimal
    compensated: Decimal = NOTHING
    recovered: Decimal = NOTHING
    loans: int = 0
    waiting: Decimal = NOTHING

    @property
    def left(self) -> Decimal:
        return self.size - self.compensated + self.recovered

    @property
    def used_percent(self) -> Decimal:
        return (self.compensated - self.recovered) / self.size * 100


def pools_matching(user: Any, *, q: str = "") -> QuerySet[RiskPool]:
    return matching_names(RiskPool.objects.visible_to(user).select_related("park", "keeper"), q)


def standings_of(pools: Sequence[RiskPool]) -> dict[int, PoolStanding]:
    """From the shared risks of the loans of each pool; three queries."""
    keys = [pool.pk for pool in pools]
    by = "loan__of_product__pool"
    risks = RiskShare.objects.filter(**{f"{by}__in": keys}, returned_at=None).order_by()
    paid = dict(risks.filter(verified_at__isnull=False).values_list(by).annotate(Sum("compensated_amount")))
    waiting = dict(risks.filter(verified_at=None).values_list(by).annotate(Sum("compensated_amount")))
    back = PoolRecovery.objects.verified().filter(**{f"risk__{by}__in": keys}).order_by()
    recovered = dict(back.values_list(f"risk__{by}").annotate(Sum("amount")))
    counted = ProductLoan.objects.filter(pool__in=keys).order_by()
    loans = dict(counted.values_list("pool").annotate(Count("pk")))
    return {
        pool.pk: PoolStanding(
            currency=pool.currency,
            size=pool.size_amount,
            compensated=paid.get(pool.pk) or NOTHING,
            recovered=recovered.get(pool.pk) or NOTHING,
            loans=loans.get(pool.pk, 0),
            waiting=waiting.get(pool.pk) or NOTHING,
        )
        for pool in pools
    }


def risks_of(user: Any, pool: RiskPool) -> QuerySet[RiskShare]:
    """Shared risks of the loans of the pool that the person sees."""
    rows: QuerySet[RiskShare] = RiskShare.objects.visible_to(user).filter(loan__of_product__pool=pool)
    return rows.select_related("loan__enterprise__park", "loan__enterprise__incubator", *WITH_PEOPLE)


def recoveries_of(user: Any, pool: RiskPool) -> QuerySet[PoolRecovery]:
    rows: QuerySet[PoolRecovery] = PoolRecovery.objects.visible_to(user).filter(
        risk__loan__of_product__pool=pool
    )
    return rows.select_related(
        "risk__loan__enterprise__park", "risk__loan__enterprise__incubator", *WITH_PEOPLE
    )
