"""Claims for interest and the policies that pay it."""

from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from capital.models import InterestSubsidy
from capital.selectors.funds import WITH_PEOPLE
from core.search import fold
from enterprises.models import Loan
from ledger.models import Budget


def subsidies_matching(
    user: Any, *, q: str = "", state: str = "", incubator: str = ""
) -> QuerySet[InterestSubsidy]:
    rows = (
        InterestSubsidy.objects.visible_to(user)
        .in_state(state)
        .select_related(
            "loan__enterprise__park", "loan__enterprise__incubator", "policy_version__policy",
            "commitment__budget", *WITH_PEOPLE,
        )
    )  # fmt: skip
    for word in fold(q).split():
        rows = rows.filter(
            Q(loan__enterprise__search_text__contains=word)
            | Q(policy_version__policy__search_text__contains=word)
        )
    return rows.filter(loan__enterprise__incubator__code=incubator) if incubator else rows


def subsidy_totals(rows: QuerySet[InterestSubsidy]) -> dict[str, Decimal]:
    """By currency, of what is verified and not withdrawn."""
    found = (
        rows.order_by()
        .filter(withdrawn_at=None, verified_at__isnull=False)
        .values_list("loan__currency")
        .annotate(total=Sum("amount"))
    )
    return {currency: total for currency, total in found if total}


def prior_principals(row: InterestSubsidy) -> list[Decimal]:
    """Earlier loans of the enterprise subsidised under the same policy, in the order of drawing."""
    keys = (
        InterestSubsidy.objects.filter(
            loan__enterprise=row.loan.enterprise_id,
            policy_version__policy=row.policy_version.policy_id,
            withdrawn_at=None,
        )
        .exclude(loan=row.loan_id)
        .values("loan")
    )
    earlier = Q(starts_on__lt=row.loan.starts_on) | Q(starts_on=row.loan.starts_on, pk__lt=row.loan_id)
    loans = Loan.objects.filter(earlier, pk__in=keys).order_by("starts_on", "pk")
    return [one.drawn_amount for one in loans]


def budgets_for(row: InterestSubsidy, user: Any) -> QuerySet[Budget]:
    """Budgets from which this claim can be paid."""
    rows: QuerySet[Budget] = Budget.objects.visible_to(user)
    return rows.filter(park=row.owner.park_id, currency=row.currency).order_by("-year", "code")


def claimable_loans(user: Any) -> QuerySet[Loan]:
    """Loans with something drawn, newest first."""
    rows: QuerySet[Loan] = Loan.objects.visible_to(user).filter(drawn_amount__gt=0)
    return rows.select_related("enterprise__park", "enterprise__incubator").order_by("-starts_on", "-pk")
