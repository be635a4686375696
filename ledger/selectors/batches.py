"""What a payment batch holds, line by line, and the digest that says it is the list that was checked."""

import hashlib
from dataclasses import asdict, dataclass
from decimal import Decimal

from core.history import canonical
from ledger.models import Instalment, PaymentBatch


@dataclass(frozen=True)
class PayLine:
    """One row of the payment list, as the bank gets it. ``amount`` is in the currency of the batch."""

    number: int
    holder: str
    bank: str
    account: str
    swift: str
    amount: Decimal
    currency: str
    purpose: str
    reference: str


def payments_of(batch: PaymentBatch) -> list[Instalment]:
    """The payments of a batch in the order of the list, with everything that the page shows."""
    rows = batch.instalments.select_related(
        "account",
        "commitment__budget",
        "commitment__enterprise",
        "commitment__project",
        "commitment__organisation",
    )
    return list(rows.order_by("commitment_id", "number"))


def lines_of(batch: PaymentBatch) -> list[PayLine]:
    lines = []
    for number, row in enumerate(payments_of(batch), start=1):
        assert row.account is not None
        assert row.pay_amount is not None
        lines.append(
            PayLine(
                number=number,
                holder=row.account.holder,
                bank=row.account.bank,
                account=row.account.number,
                swift=row.account.swift,
                amount=row.pay_amount.quantize(Decimal("0.01")),
                currency=row.pay_currency,
                purpose=row.commitment.purpose,
                reference=row.payment_reference,
            )
        )
    return lines


def digest_of_list(batch: PaymentBatch) -> str:
    """SHA-256 over holder, bank, account, amount and reference of every line."""
    return hashlib.sha256(canonical([asdict(line) for line in lines_of(batch)])).hexdigest()
