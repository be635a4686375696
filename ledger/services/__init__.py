"""Writes of the ledger app; everything is booked once for its key."""

from ledger.services.accounts import ACCOUNT_FIELDS, enter_account, retire_account, verify_account
from ledger.services.batches import check_batch, make_batch, send_batch, take_out
from ledger.services.budgets import (
    BUDGET_FIELDS,
    NEW_BUDGET_FIELDS,
    approve_change,
    propose_change,
    refuse_change,
    save_budget,
)
from ledger.services.commitments import Part, claw_back, commit_money, plan_instalments, release_commitment
from ledger.services.payments import (
    TERMS,
    bounce_payment,
    claim_condition,
    pay_commitment,
    record_step,
    return_condition,
    set_terms,
    verify_condition,
)
from ledger.services.rates import import_rates
from ledger.services.results import payment_key, read_bank_result, receive_many

__all__ = [
    "ACCOUNT_FIELDS",
    "BUDGET_FIELDS",
    "NEW_BUDGET_FIELDS",
    "TERMS",
    "Part",
    "approve_change",
    "bounce_payment",
    "check_batch",
    "claim_condition",
    "claw_back",
    "commit_money",
    "enter_account",
    "import_rates",
    "make_batch",
    "pay_commitment",
    "payment_key",
    "plan_instalments",
    "propose_change",
    "read_bank_result",
    "receive_many",
    "record_step",
    "refuse_change",
    "release_commitment",
    "retire_account",
    "return_condition",
    "save_budget",
    "send_batch",
    "set_terms",
    "take_out",
    "verify_account",
    "verify_condition",
]
