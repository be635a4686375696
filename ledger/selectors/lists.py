"""What the lists show: narrowed by what the address says, in a fixed number of queries."""

from typing import Any

from django.db.models import Q, QuerySet

from core.search import fold
from incubators.scope import Action, scope_of
from ledger.enums import InstalmentState
from ledger.models import BankAccount, Commitment, Entry, Instalment

WITH_BENEFICIARY = ("enterprise", "project", "organisation")


def commitments_seen(user: Any) -> QuerySet[Any]:
    return Commitment.objects.visible_to(user).select_related("budget__park", "incubator", *WITH_BENEFICIARY)


def entries_seen(user: Any) -> QuerySet[Any]:
    return Entry.objects.visible_to(user).select_related(
        "budget", "by", "evidence", "reverses", *(f"commitment__{name}" for name in WITH_BENEFICIARY)
    )


def instalments_matching(
    user: Any, *, q: str = "", state: str = "", budget: str = "", currency: str = "", abroad: bool = False
) -> QuerySet[Any]:
    """Payments one may see; ``state`` "open" is all that is not received."""
    rows = Instalment.objects.visible_to(user).select_related(
        "commitment__budget__park",
        "commitment__incubator",
        "batch",
        "account",
        *(f"commitment__{name}" for name in WITH_BENEFICIARY),
    )
    for word in fold(q).split():
        rows = rows.filter(
            Q(commitment__enterprise__search_text__contains=word)
            | Q(commitment__project__search_text__contains=word)
            | Q(commitment__organisation__search_text__contains=word)
            | Q(commitment__purpose__icontains=word)
        )
    if state == "open":
        rows = rows.exclude(state=InstalmentState.RECEIVED)
    elif state:
        rows = rows.filter(state=state)
    if budget:
        rows = rows.filter(commitment__budget=int(budget))
    if currency:
        rows = rows.filter(pay_currency=currency)
    return rows.filter(is_cross_border=True) if abroad else rows


def accounts_seen(user: Any) -> QuerySet[BankAccount]:
    rows: QuerySet[BankAccount] = BankAccount.objects.visible_to(user)
    return rows.select_related(
        "park", "enterprise", "organisation", "entered_by", "verified_by", "retired_by", "evidence"
    )


def sees_whole_number(user: Any, account: BankAccount) -> bool:
    """Whoever pays sees the number of an account; readers see it masked."""
    return scope_of(user).allows(Action.PAY, park_id=account.park_id, incubator_id=account.incubator_id)
