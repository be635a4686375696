"""What has to be paid, checked or decided, and whose turn it is."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.due import DueItem, Waiting
from incubators.scope import Action, scope_of
from ledger.enums import BatchState, ChangeState, InstalmentState
from ledger.models import BankAccount, BudgetChange, Instalment, PaymentBatch

#: Payments on which somebody in the park or at the operator still has to act.
TO_DO = (InstalmentState.PLANNED, InstalmentState.CLAIMED, InstalmentState.READY, InstalmentState.BOUNCED)
TITLES = {
    InstalmentState.PLANNED: _("Report the condition for a payment"),
    InstalmentState.CLAIMED: _("Confirm the condition for a payment"),
    InstalmentState.READY: _("Put the payment into a batch"),
    InstalmentState.BOUNCED: _("Send the payment again"),
}


def _with_owner(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.select_related(
        "commitment__budget",
        "commitment__enterprise",
        "commitment__project",
        "commitment__organisation",
        "commitment__incubator",
    )


def due_instalments(*, user: Any, until: date) -> Iterator[DueItem]:
    """Payments that fall due; one query."""
    rows = _with_owner(Instalment.objects.visible_to(user)).filter(state__in=TO_DO, due_on__lte=until)
    for row in rows.order_by("due_on", "pk"):
        yield DueItem(
            kind="payment",
            title=TITLES[InstalmentState(row.state)],
            on=row.due_on,
            url=reverse("payment-detail", args=[row.pk]),
            park_id=row.commitment.park_id,
            incubator_id=row.commitment.incubator_id,
            subject=str(row.commitment),
            icon="cash",
        )


def waiting_money(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Changes of budgets, batches, conditions and accounts that a second person decides; four queries."""
    scope = scope_of(user)
    verify, manage = scope.places(Action.VERIFY_MONEY), scope.places(Action.MANAGE)
    if manage:
        yield from _changes(user, manage, limit)
    if verify:
        yield from _batches(user, verify, limit)
        yield from _claims(user, verify, limit)
        yield from _accounts(user, verify, limit)


def _name(person: Any) -> str:
    return str(person) if person is not None else ""


def _changes(user: Any, places: Any, limit: int) -> Iterator[Waiting]:
    rows = BudgetChange.objects.filter(
        places.filter(park="budget__park", incubator="budget__park__incubators"), state=ChangeState.PENDING
    )
    for row in rows.select_related("budget__park", "proposed_by").order_by("proposed_at")[:limit]:
        yield Waiting(
            kind="budget",
            word=row.get_kind_display(),
            label=str(row.budget),
            since=row.proposed_at,
            url=reverse("budget-detail", args=[row.budget_id]),
            place=row.budget.park.name,
            by=_name(row.proposed_by),
            is_own=row.proposed_by_id == user.pk,
            icon="coins",
        )


def _batches(user: Any, places: Any, limit: int) -> Iterator[Waiting]:
    rows = PaymentBatch.objects.filter(
        places.filter(park="park", incubator="park__incubators"), state=BatchState.DRAFT
    )
    for row in rows.select_related("park", "made_by").order_by("made_at")[:limit]:
        yield Waiting(
            kind="batch",
            word=_("payment batch to be checked"),
            label=f"{row.number} {row.title}".strip(),
            since=row.made_at,
            url=reverse("batch-detail", args=[row.pk]),
            place=row.park.name,
            by=_name(row.made_by),
            is_own=row.made_by_id == user.pk,
            icon="cash",
        )


def _claims(user: Any, places: Any, limit: int) -> Iterator[Waiting]:
    rows = _with_owner(Instalment.objects.select_related("claimed_by")).filter(
        places.filter(park="commitment__budget__park", incubator="commitment__incubator"),
        state=InstalmentState.CLAIMED,
    )
    for row in rows.order_by("claimed_at")[:limit]:
        yield Waiting(
            kind="payment",
            word=_("condition for a payment"),
            label=str(row.commitment),
            since=row.claimed_at,
            url=reverse("payment-detail", args=[row.pk]),
            place=row.commitment.incubator.name if row.commitment.incubator else "",
            by=_name(row.claimed_by),
            is_own=row.claimed_by_id == user.pk,
            icon="checklist",
        )


def _accounts(user: Any, places: Any, limit: int) -> Iterator[Waiting]:
    rows = BankAccount.objects.filter(
        places.filter(park="park", incubator="enterprise__incubator"), verified_at=None, retired_at=None
    )
    for row in rows.select_related("enterprise", "organisation", "entered_by").order_by("entered_at")[:limit]:
        yield Waiting(
            kind="account",
            word=_("bank account to be confirmed"),
            label=str(row.enterprise or row.organisation),
            since=row.entered_at,
            url=reverse("payment-accounts"),
            by=_name(row.entered_by),
            is_own=row.entered_by_id == user.pk,
            icon="building",
        )
