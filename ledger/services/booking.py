"""The journal's only door: two postings in one entry, once for each key."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_text, readable_integrity_errors
from incubators.models import Park
from ledger.enums import AccountKind, BookingKind
from ledger.models import Account, Budget, Commitment, Entry, Instalment, Posting

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 15
#: From which account to which; the database holds the same table (``ledger_way``).
WAYS: Mapping[str, tuple[str, str]] = {
    BookingKind.APPROPRIATION: (AccountKind.APPROPRIATION, AccountKind.AVAILABLE),
    BookingKind.INCREASE: (AccountKind.APPROPRIATION, AccountKind.AVAILABLE),
    BookingKind.DECREASE: (AccountKind.AVAILABLE, AccountKind.APPROPRIATION),
    BookingKind.REUSE: (AccountKind.CLAWED_BACK, AccountKind.AVAILABLE),
    BookingKind.COMMITMENT: (AccountKind.AVAILABLE, AccountKind.COMMITTED),
    BookingKind.RELEASE: (AccountKind.COMMITTED, AccountKind.AVAILABLE),
    BookingKind.PAYMENT: (AccountKind.COMMITTED, AccountKind.PAID),
    BookingKind.CLAWBACK: (AccountKind.PAID, AccountKind.CLAWED_BACK),
}


def day_in(park: Park, at: datetime) -> date:
    """The day of a moment where the park is."""
    return at.astimezone(ZoneInfo(park.time_zone)).date()


def checked_amount(amount: Any, *, field: str = "amount") -> Decimal:
    """Exact money above zero, to the fen. Raises ``Invalid`` for floats, fractions of a fen and nonsense."""
    if isinstance(amount, Decimal | int) and not isinstance(amount, bool):
        found = Decimal(amount)
        if found.is_finite() and 0 < found < LARGEST and found == found.quantize(CENT):
            return found.quantize(CENT)
    message = _("Enter an amount above zero, to the fen at most.")
    raise Invalid(message, fields=[FieldError(field, message, "amount")])


def checked_key(key: Any) -> str:
    found = clean_text(key, field="key")
    if not 0 < len(found) <= 120:
        message = _("A key of one to 120 characters is needed, so that nothing is booked twice.")
        raise Invalid(message, fields=[FieldError("key", message, "required")])
    return found


def locked_budget(budget: Budget) -> Budget:
    """The budget, locked: bookings of one budget come one after the other. Always the first lock taken."""
    return (
        Budget.objects.select_for_update(of=("self",), no_key=True).select_related("park").get(pk=budget.pk)
    )


def digest_of(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(history.canonical(content)).hexdigest()


def known_entry(park_id: int, key: str, content: Mapping[str, Any]) -> Entry | None:
    """What was booked under this key. ``Conflict`` when that was something else."""
    entry = Entry.objects.select_related("commitment", "budget").filter(park=park_id, key=key).first()
    if entry is not None and entry.content_sha256 != digest_of(content):
        raise Conflict(
            _("Something else was booked under this key before: %(what)s.") % {"what": entry},
            code="key_reused",
        )
    return entry


def book(
    *,
    budget: Budget,
    kind: str,
    amount: Decimal,
    on: date,
    description: str,
    key: str,
    content: Mapping[str, Any],
    actor: User,
    at: datetime,
    commitment: Commitment | None = None,
    instalment: Instalment | None = None,
    reverses: Entry | None = None,
    evidence: Any = None,
) -> Entry:
    """Write the entry and its two postings in the caller's transaction, and a link of history."""
    source, target = WAYS[kind] if reverses is None else WAYS[reverses.kind][::-1]
    accounts = {account.kind: account for account in Account.objects.filter(budget=budget)}
    with readable_integrity_errors(Account, Entry, Posting, Commitment):
        entry = Entry.objects.create(
            park_id=budget.park_id,
            budget=budget,
            kind=kind,
            on=on,
            amount=amount,
            description=description[:300],
            key=key,
            content_sha256=digest_of(content),
            commitment=commitment,
            instalment=instalment,
            reverses=reverses,
            evidence=evidence,
            at=at,
            by=actor,
        )
        moved = [(accounts[source], -amount), (accounts[target], amount)]
        # In one order for all: two bookings never wait for each other's account.
        moved.sort(key=lambda pair: pair[0].pk)
        Posting.objects.bulk_create(
            [Posting(entry=entry, account=account, amount=value) for account, value in moved]
        )
    history.record(
        chain=commitment.chain if commitment else budget.chain,
        action=f"ledger.{kind}",
        subject=entry,
        changes={
            "budget": [None, str(budget)],
            "amount": [None, amount],
            "currency": [None, budget.currency],
            "on": [None, on],
            "text": ["", entry.description],
            "key": ["", key],
        },
        actor=actor,
        at=at,
    )
    return entry
