"""Money from investors and banks. Amounts of different currencies are never added."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from core.search import fold
from enterprises.models import FinancingEvent, Loan, RiskShare, WhitelistEntry
from incubators.models import Incubator

TABS: dict[str, Any] = {
    "rounds": FinancingEvent,
    "loans": Loan,
    "whitelist": WhitelistEntry,
    "risk-shares": RiskShare,
}


def financing_matching(
    user: Any, *, tab: str, q: str = "", incubator: str = "", waiting: bool = False, event: str = ""
) -> QuerySet[Any]:
    """The records of one tab that one may see."""
    model = TABS[tab]
    path = "loan__enterprise" if model is RiskShare else "enterprise"
    rows = model.objects.visible_to(user).select_related(
        f"{path}__incubator", f"{path}__park", "evidence", "entered_by", "verified_by", "returned_by"
    )
    for word in fold(q).split():
        rows = rows.filter(Q(**{f"{path}__search_text__contains": word}))
    if incubator:
        rows = rows.filter(**{f"{path}__incubator__code": incubator})
    if waiting:
        rows = rows.filter(verified_at=None, returned_at=None)
    if event and model in (FinancingEvent, Loan):
        rows = rows.filter(event_name=event)
    return rows


def totals_of(rows: QuerySet[Any], field: str = "amount") -> dict[str, Decimal]:
    """Sum of verified amounts by currency."""
    found = (
        rows.order_by().filter(verified_at__isnull=False).values_list("currency").annotate(total=Sum(field))
    )
    return {currency: total for currency, total in found if total}


def financing_received(incubator: Incubator, start: date, end: date) -> dict[str, Decimal]:
    """Verified equity that reached an incubator's enterprises in ``[start, end)``, by currency."""
    rows = FinancingEvent.objects.verified().filter(
        enterprise__incubator=incubator, on__gte=start, on__lt=end
    )
    return totals_of(rows)


def loans_granted(incubator: Incubator, start: date, end: date) -> dict[str, Decimal]:
    """Verified credit lines of an incubator's enterprises that began in ``[start, end)``, by currency."""
    rows = Loan.objects.verified().filter(
        enterprise__incubator=incubator, starts_on__gte=start, starts_on__lt=end
    )
    return totals_of(rows, "line_amount")


def results_by_event(user: Any) -> list[dict[str, Any]]:
    """What came out of each matchmaking event: rounds, loans, verified amounts by currency; two queries."""
    found: dict[str, dict[str, Any]] = {}
    parts: Iterable[tuple[str, Any, str]] = (
        ("rounds", FinancingEvent, "amount"),
        ("loans", Loan, "line_amount"),
    )
    for name, model, field in parts:
        rows = model.objects.visible_to(user).exclude(event_name="").order_by()
        for event, enterprise, currency, amount, verified, returned in rows.values_list(
            "event_name", "enterprise", "currency", field, "verified_at", "returned_at"
        ):
            entry = found.setdefault(
                event,
                {"name": event, "rounds": 0, "loans": 0, "enterprises": set(), "totals": {}, "waiting": 0},
            )
            entry[name] += 1
            entry["enterprises"].add(enterprise)
            if verified is None:
                entry["waiting"] += returned is None
            else:
                entry["totals"][currency] = entry["totals"].get(currency, Decimal(0)) + amount
    for entry in found.values():
        entry["enterprises"] = len(entry["enterprises"])
    return sorted(found.values(), key=lambda entry: str(entry["name"]))
