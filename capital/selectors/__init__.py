"""Reads of the capital app."""

from capital.selectors.due import due_of_capital, waiting_capital
from capital.selectors.funds import Balance, balance_of, balances_of, funds_matching, investments_matching
from capital.selectors.matching import EventSummary, matches_matching, summaries_of
from capital.selectors.panel import capital_of

__all__ = [
    "Balance",
    "EventSummary",
    "balance_of",
    "balances_of",
    "capital_of",
    "due_of_capital",
    "funds_matching",
    "investments_matching",
    "matches_matching",
    "summaries_of",
    "waiting_capital",
]
