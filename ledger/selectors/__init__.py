"""Reads of the ledger app; the names below are what other apps use."""

from ledger.selectors.double import grants_beside, other_grants, standing_grants
from ledger.selectors.due import due_instalments, waiting_money
from ledger.selectors.standing import (
    Days,
    Granted,
    Standing,
    budget_standing,
    commitments_of,
    days_to_money,
    days_to_money_of,
    days_to_money_of_park,
    money_of_enterprise,
    money_of_project,
    paid_by_project,
    standings_of,
    totals_of,
)

__all__ = [
    "Days",
    "Granted",
    "Standing",
    "budget_standing",
    "commitments_of",
    "days_to_money",
    "days_to_money_of",
    "days_to_money_of_park",
    "due_instalments",
    "grants_beside",
    "money_of_enterprise",
    "money_of_project",
    "other_grants",
    "paid_by_project",
    "standing_grants",
    "standings_of",
    "totals_of",
    "waiting_money",
]
