"""Writes of the sharing app."""

from sharing.services.accruals import book_accrual
from sharing.services.agreements import (
    AGREEMENT_FIELDS,
    PartyInput,
    save_sharing,
)
from sharing.services.disputes import report_dispute, resolve_dispute
from sharing.services.settlements import (
    SETTLEMENT_FIELDS,
    confirm_settlement,
    record_settlement,
    return_settlement,
    reverse_settlement,
)
from sharing.services.versions import (
    VERSION_FIELDS,
    PromiseInput,
    TermInput,
    agree_terms,
    drop_terms,
    propose_terms,
    return_terms,
    save_terms,
)

__all__ = [
    "AGREEMENT_FIELDS",
    "SETTLEMENT_FIELDS",
    "VERSION_FIELDS",
    "PartyInput",
    "PromiseInput",
    "TermInput",
    "agree_terms",
    "book_accrual",
    "confirm_settlement",
    "drop_terms",
    "propose_terms",
    "record_settlement",
    "report_dispute",
    "resolve_dispute",
    "return_settlement",
    "return_terms",
    "reverse_settlement",
    "save_sharing",
    "save_terms",
]
