"""Writes of the capital app."""

from capital.services.investments import (
    EXIT_FIELDS,
    INVESTMENT_FIELDS,
    RECOVERY_FIELDS,
    enter_investment,
)
from capital.services.loans import link_loan, unlink_loan
from capital.services.matching import (
    MATCH_FIELDS,
    create_match,
    move_match,
    remove_match,
    reopen_match,
    update_match,
)
from capital.services.offers import FIELDS, Payer, new_offer, save_offer
from capital.services.subsidies import (
    CLAIM_FIELDS,
    claim_subsidy,
    commit_subsidy,
    correct_claim,
    withdraw_subsidy,
)

__all__ = [
    "CLAIM_FIELDS",
    "EXIT_FIELDS",
    "FIELDS",
    "INVESTMENT_FIELDS",
    "MATCH_FIELDS",
    "RECOVERY_FIELDS",
    "Payer",
    "claim_subsidy",
    "commit_subsidy",
    "correct_claim",
    "create_match",
    "enter_investment",
    "link_loan",
    "move_match",
    "new_offer",
    "remove_match",
    "reopen_match",
    "save_offer",
    "unlink_loan",
    "update_match",
    "withdraw_subsidy",
]
