"""Funds, products, subsidies and matchmaking around one enterprise: a few rows each, newest first."""

from typing import Any

from capital.models import FundInvestment, ProductLoan
from capital.selectors.funds import investments_matching
from capital.selectors.matching import matches_matching
from capital.selectors.subsidies import subsidies_matching

SHOWN = 5


def capital_of(user: Any, enterprise: Any) -> dict[str, Any]:
    """For the page of the enterprise; four queries."""
    links = ProductLoan.objects.filter(loan__enterprise=enterprise).select_related("product", "loan")
    investments: Any = investments_matching(user).filter(event__enterprise=enterprise)
    found: list[FundInvestment] = list(investments.order_by("-event__on", "-pk")[:SHOWN])
    subsidies = subsidies_matching(user).filter(loan__enterprise=enterprise)
    matches = matches_matching(user, enterprise=enterprise.pk)
    return {
        "investments": found,
        "products": list(links.order_by("-loan__starts_on", "-pk")[:SHOWN]),
        "subsidies": list(subsidies.order_by("-starts_on", "-pk")[:SHOWN]),
        "matches": list(matches.order_by("-contacted_on", "-pk")[:SHOWN]),
    }
