"""Models of the ledger app, by theme."""

from ledger.models.batches import BankResult, PaymentBatch
from ledger.models.budgets import Account, BankAccount, Budget, BudgetChange
from ledger.models.commitments import Commitment, CrossBorderStep, Instalment
from ledger.models.entries import Entry, Posting

__all__ = [
    "Account",
    "BankAccount",
    "BankResult",
    "Budget",
    "BudgetChange",
    "Commitment",
    "CrossBorderStep",
    "Entry",
    "Instalment",
    "PaymentBatch",
    "Posting",
]
