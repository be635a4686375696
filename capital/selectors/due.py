"""What ends and what waits: loans, places on lists, products, claims, investments, exits, recoveries."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from capital.enums import SubsidyState
from capital.models import BankProduct, FundExit, FundInvestment, InterestSubsidy, PoolRecovery
from capital.selectors.funds import funds_ending
from core.due import DueItem, Waiting
from enterprises.models import Loan, WhitelistEntry
from incubators.scope import Action, scope_of


def due_of_capital(*, user: Any, until: date) -> Iterator[DueItem]:
    """Four queries. What ended long ago is nobody's task any more."""
    since = until.replace(year=until.year - 1, day=min(until.day, 28))
    kinds: tuple[tuple[str, Any, Any, str], ...] = (
        ("loan", Loan, _("A loan ends: repay or renew it"), "coins"),
        ("whitelist", WhitelistEntry, _("A place on a list ends: apply for its renewal"), "list-check"),
    )
    for kind, model, title, icon in kinds:
        rows = model.objects.visible_to(user).filter(ends_on__lte=until, ends_on__gt=since)
        for row in rows.select_related("enterprise").order_by("ends_on", "pk"):
            yield DueItem(
                kind=kind,
                title=title,
                on=row.ends_on,
                url=reverse("enterprise-detail", args=[row.enterprise_id]) + "#financing",
                park_id=row.enterprise.park_id,
                incubator_id=row.enterprise.incubator_id,
                subject=f"{row.enterprise.name} · {row}",
                icon=icon,
                escalates_after=None,
            )
    products = BankProduct.objects.kept_by(user).filter(valid_until__lte=until, valid_until__gt=since)
    for product in products.order_by("valid_until", "pk"):
        yield _offer(
            product, product.valid_until, _("A bank product ends: agree on it anew"), "credit-product"
        )
    for fund in funds_ending(user, until=until).filter(ends_on__gt=since).order_by("ends_on", "pk"):
        yield _offer(fund, fund.ends_on, _("The term of a fund ends"), "fund")


def _offer(row: Any, on: Any, title: Any, name: str) -> DueItem:
    return DueItem(
        kind="fund",
        title=title,
        on=on,
        url=reverse(f"{name}-detail", args=[row.pk]),
        park_id=row.park_id,
        subject=row.name,
        icon="cash",
        escalates_after=None,
    )


def waiting_capital(*, user: Any, limit: int) -> Iterator[Waiting]:
    """What a second person verifies, and claims that wait for their money; five queries."""
    verify = scope_of(user).places(Action.VERIFY)
    if verify:
        kinds: tuple[tuple[Any, str], ...] = (
            (FundInvestment, "fund-investment-detail"),
            (FundExit, "fund-investment-detail"),
            (PoolRecovery, "credit-pool-detail"),
            (InterestSubsidy, "credit-subsidy-detail"),
        )
        for model, page in kinds:
            path = model.objects.none().path
            rows = model.objects.filter(
                verify.filter(park=f"{path}__park", incubator=f"{path}__incubator"),
                verified_at=None,
                returned_at=None,
            )
            if model is InterestSubsidy:
                rows = rows.filter(withdrawn_at=None)
            if model is PoolRecovery:
                rows = rows.filter(risk__loan__of_product__pool__isnull=False)
            yield from _items(rows, path, page, user, limit)
    pay = scope_of(user).places(Action.PAY)
    if pay:
        path = "loan__enterprise"
        rows = InterestSubsidy.objects.in_state(SubsidyState.VERIFIED).filter(
            pay.filter(park=f"{path}__park", incubator=f"{path}__incubator")
        )
        yield from _to_commit(rows, limit)


def _items(rows: QuerySet[Any], path: str, page: str, user: Any, limit: int) -> Iterator[Waiting]:
    more = ("risk__loan__of_product",) if page == "credit-pool-detail" else ()
    if path == "investment__event__enterprise" or path == "event__enterprise":
        more = (f"{path.removesuffix('event__enterprise')}fund",)
    found = rows.select_related(f"{path}__incubator", f"{path}__park", "entered_by", *more)
    for row in found.order_by("entered_at", "pk")[:limit]:
        owner = row.owner
        yield Waiting(
            kind="capital",
            word=row._meta.verbose_name,
            label=str(row)[:160],
            since=row.entered_at,
            url=reverse(page, args=[_page_key(row)]),
            place=(owner.incubator or owner.park).name,
            by=str(row.entered_by),
            is_own=row.entered_by_id == user.pk,
            icon="coins",
        )


def _page_key(row: Any) -> int:
    if isinstance(row, FundExit):
        return row.investment_id
    if isinstance(row, PoolRecovery):
        return int(row.risk.loan.of_product.pool_id or 0)
    return int(row.pk)


def _to_commit(rows: QuerySet[Any], limit: int) -> Iterator[Waiting]:
    found = rows.select_related("loan__enterprise__incubator", "loan__enterprise__park", "verified_by")
    for row in found.order_by("verified_at", "pk")[:limit]:
        owner = row.owner
        yield Waiting(
            kind="capital",
            word=_("verified interest subsidy: commit the money"),
            label=str(row)[:160],
            since=row.verified_at,
            url=reverse("credit-subsidy-detail", args=[row.pk]),
            place=(owner.incubator or owner.park).name,
            by=str(row.verified_by),
            icon="cash",
        )
