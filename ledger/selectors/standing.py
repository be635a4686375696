"""How much of which budget is where, and what came to whom. Currencies are never added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import F, Min, Q, QuerySet, Sum

from enterprises.models import Enterprise
from incubators.models import Park
from ledger.enums import AccountKind, InstalmentState
from ledger.models import Account, Budget, Commitment, Instalment
from projects.models import Project

NOTHING = Decimal(0)


@dataclass(frozen=True)
class Standing:
    """The five balances of a budget. Appropriated = available + committed + paid + clawed back, always."""

    currency: str
    appropriated: Decimal = NOTHING
    available: Decimal = NOTHING
    committed: Decimal = NOTHING
    paid: Decimal = NOTHING
    clawed_back: Decimal = NOTHING

    @property
    def used_percent(self) -> Decimal:
        """What was promised or paid, in percent of what was appropriated; 0 without an appropriation."""
        if not self.appropriated:
            return NOTHING
        return (self.committed + self.paid) / self.appropriated * 100


def standings_of(budgets: Sequence[Budget]) -> dict[int, Standing]:
    """The standings of many budgets; one query."""
    balances: dict[int, dict[str, Decimal]] = {}
    for account in Account.objects.filter(budget__in=[budget.pk for budget in budgets]):
        balances.setdefault(account.budget_id, {})[account.kind] = account.balance
    return {budget.pk: _standing(budget, balances.get(budget.pk, {})) for budget in budgets}


def budget_standing(budget: Budget) -> Standing:
    return standings_of([budget])[budget.pk]


def _standing(budget: Budget, kinds: dict[str, Decimal]) -> Standing:
    return Standing(
        currency=budget.currency,
        appropriated=-kinds.get(AccountKind.APPROPRIATION, NOTHING),
        available=kinds.get(AccountKind.AVAILABLE, NOTHING),
        committed=kinds.get(AccountKind.COMMITTED, NOTHING),
        paid=kinds.get(AccountKind.PAID, NOTHING),
        clawed_back=kinds.get(AccountKind.CLAWED_BACK, NOTHING),
    )


def totals_of(standings: Iterable[Standing]) -> list[Standing]:
    """One sum for each currency."""
    found: dict[str, Standing] = {}
    for row in standings:
        old = found.get(row.currency, Standing(row.currency))
        found[row.currency] = Standing(
            row.currency,
            old.appropriated + row.appropriated,
            old.available + row.available,
            old.committed + row.committed,
            old.paid + row.paid,
            old.clawed_back + row.clawed_back,
        )
    return [found[currency] for currency in sorted(found)]


@dataclass(frozen=True)
class Granted:
    """Money of one currency: still promised, paid (clawbacks not deducted), clawed back."""

    currency: str
    open: Decimal
    paid: Decimal
    clawed_back: Decimal

    @property
    def kept(self) -> Decimal:
        """What stayed with the beneficiary."""
        return self.paid - self.clawed_back


def _granted(rows: QuerySet[Commitment]) -> list[Granted]:
    sums = (
        rows.order_by()
        .values_list("budget__currency")
        .annotate(
            open=Sum(F("amount") - F("paid_amount") - F("released_amount")),
            paid=Sum("paid_amount"),
            clawed=Sum("clawed_amount"),
        )
        .order_by("budget__currency")
    )
    return [Granted(*row) for row in sums]


def money_of_project(project: Project) -> list[Granted]:
    """Public money of one project, by currency."""
    return _granted(Commitment.objects.filter(project=project))


def money_of_enterprise(enterprise: Enterprise) -> list[Granted]:
    """Public money of one enterprise and of its projects, by currency."""
    return _granted(Commitment.objects.filter(Q(enterprise=enterprise) | Q(project__enterprise=enterprise)))


def paid_by_project(project_ids: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """What stayed with each project, by currency: for the public money per landing. One query."""
    found: dict[int, dict[str, Decimal]] = {}
    rows = (
        Commitment.objects.filter(project__in=list(project_ids))
        .order_by()
        .values_list("project", "budget__currency")
        .annotate(kept=Sum(F("paid_amount") - F("clawed_amount")))
    )
    for project_id, currency, kept in rows:
        if kept:
            found.setdefault(project_id, {})[currency] = kept
    return found


def commitments_of(subject_kind: str, subject_id: int) -> QuerySet[Commitment]:
    """The commitments that an application, a reward or a fee led to."""
    rows: QuerySet[Commitment] = Commitment.objects.filter(subject_kind=subject_kind, subject_id=subject_id)
    return rows.select_related("budget__park").order_by("pk")


@dataclass(frozen=True)
class Days:
    """Days from the application to the first money: how many cases, the middle one, the longest."""

    count: int
    median: Decimal | None
    longest: int | None


def days_to_money(commitment: Commitment) -> int | None:
    """Days from the application to the first instalment received; None while either is missing."""
    if commitment.submitted_on is None:
        return None
    rows = commitment.instalments.filter(state=InstalmentState.RECEIVED)
    first = rows.aggregate(first=Min("received_on"))["first"]
    return (first - commitment.submitted_on).days if first else None


def days_to_money_of(commitments: QuerySet[Commitment]) -> Days:
    """The same over many; one query. Cases without a day of application do not count."""
    firsts = (
        Instalment.objects.filter(
            commitment__in=commitments.order_by().values("pk"),
            state=InstalmentState.RECEIVED,
            commitment__submitted_on__isnull=False,
        )
        .order_by()
        .values_list("commitment", "commitment__submitted_on")
        .annotate(first=Min("received_on"))
    )
    days = [(first - submitted).days for _commitment, submitted, first in firsts]
    if not days:
        return Days(0, None, None)
    return Days(len(days), Decimal(str(median(days))), max(days))


def days_to_money_of_park(park: Park, start: date, end: date) -> Days:
    """Days to the first money of what a park's beneficiaries applied for in ``[start, end)``."""
    rows: Any = Commitment.objects.filter(budget__park=park, submitted_on__gte=start, submitted_on__lt=end)
    return days_to_money_of(rows)
