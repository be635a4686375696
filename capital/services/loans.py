"""Which product a loan belongs to, and which pool shares its risk."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from capital.models import BankProduct, ProductLoan, RiskPool
from capital.selectors.credit import excess_of
from capital.services.acting import plain, remember, wrong
from core.errors import Conflict
from core.saving import save_checked
from enterprises.models import Enterprise, Loan
from incubators.scope import Action, require


@transaction.atomic
def link_loan(
    *, loan: Loan, product: BankProduct, pool: RiskPool | None = None, actor: User, at: datetime
) -> ProductLoan:
    """Say that a loan is one of this product; without ``pool``, that of the product shares its risk.

    A line above the largest one of the product is refused where the park keeps the product with an exact
    limit; where its text is only reported, ``excess_of`` gives the warning.
    """
    owner = loan.enterprise
    require(Action.ENTER, user=actor, park_id=owner.park_id, incubator_id=owner.incubator_id)
    Enterprise.objects.select_for_update(of=("self",)).get(pk=owner.pk)
    if product.park_id not in (None, owner.park_id):
        raise wrong("product", _("Choose one of the products offered."), "not_found")
    pool = pool or product.pool
    if pool is not None and pool.park_id not in (None, owner.park_id):
        raise wrong("pool", _("Choose one of the records of this park."), "not_found")
    if pool is not None and pool.currency != loan.currency:
        raise wrong("pool", _("The pool is in another currency than the loan."), "currency")
    known = ProductLoan.objects.select_for_update(of=("self",)).filter(loan=loan).first()
    before = known.product if known else None
    excess = excess_of(product, loan)
    if excess is not None and excess.is_refused:
        raise Conflict(
            _("“%(product)s” lends one borrower at most %(most)s; with this loan it would be %(sum)s.")
            % {"product": product.name, "most": plain(excess.most), "sum": plain(excess.total)},
            code="line_exceeded",
        )
    if known is not None and known.pool_id is not None and known.pool_id != (pool.pk if pool else None):
        _refuse_compensated(known)
    row = known or ProductLoan(loan=loan)
    row.product, row.pool, row.linked_at, row.linked_by = product, pool, at, actor
    save_checked(row)
    remember(
        row,
        "productloan.linked",
        {"product": [str(before) if before else None, str(product)], "pool": [None, str(pool or "")]},
        actor,
        at,
    )
    return row


@transaction.atomic
def unlink_loan(*, link: ProductLoan, actor: User, at: datetime) -> None:
    """The loan stays; it no longer counts for the product or the pool."""
    owner = link.owner
    require(Action.ENTER, user=actor, park_id=owner.park_id, incubator_id=owner.incubator_id)
    found = ProductLoan.objects.select_for_update(of=("self",)).filter(pk=link.pk).first()
    if found is None:
        raise Conflict(_("Somebody else removed this meanwhile."), code="removed")
    _refuse_compensated(found)
    remember(found, "productloan.removed", {"product": [str(found.product), None]}, actor, at)
    found.delete()


def _refuse_compensated(link: ProductLoan) -> None:
    """What a pool has paid stays with it."""
    risk = getattr(link.loan, "risk_share", None)
    if link.pool_id is not None and risk is not None and risk.compensated_amount:
        raise Conflict(_("The pool has compensated a loss of this loan; the link stays."), code="compensated")
