"""The only door to the book of an agreement: an entry with its postings, once for each key."""

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict
from core.saving import readable_integrity_errors
from sharing.enums import PostingSide, SharingEntryKind
from sharing.models import (
    SharingAccount,
    SharingAccrual,
    SharingAgreement,
    SharingEntry,
    SharingPosting,
    SharingSettlement,
)

#: (party id, year) → what the entry adds to that account; sums to zero in each year.
Movements = Mapping[tuple[int, int], Decimal]


def content_digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(history.canonical(content)).hexdigest()


def book(
    *,
    agreement: SharingAgreement,
    kind: str,
    on: date,
    description: str,
    key: str,
    movements: Movements,
    actor: User,
    at: datetime,
    accrual: SharingAccrual | None = None,
    settlement: SharingSettlement | None = None,
) -> SharingEntry:
    """Write an entry in the caller's transaction, which holds the lock on the agreement.

    The same key again answers the entry that is there; ``Conflict`` when that booked something else.
    """
    moved = {place: value for place, value in sorted(movements.items()) if value}
    digest = content_digest(
        {"kind": kind, "on": on, "moved": [[*place, value] for place, value in moved.items()]}
    )
    known = SharingEntry.objects.filter(agreement=agreement, key=key).first()
    if known is not None:
        if known.content_sha256 != digest:
            raise Conflict(_("Something else was booked under this key before."), code="key_reused")
        return known
    side = PostingSide.ACCRUED if kind == SharingEntryKind.ACCRUAL else PostingSide.SETTLED
    with readable_integrity_errors(SharingEntry, SharingPosting, SharingAccount):
        accounts = {place: _account(agreement, *place) for place in moved}
        entry = SharingEntry.objects.create(
            agreement=agreement,
            kind=kind,
            on=on,
            description=description[:300],
            key=key,
            content_sha256=digest,
            accrual=accrual,
            settlement=settlement,
            at=at,
            by=actor,
        )
        # In the order of the accounts: two bookings never wait for one another in a circle.
        rows = sorted(moved.items(), key=lambda item: accounts[item[0]].pk)
        SharingPosting.objects.bulk_create(
            [SharingPosting(entry=entry, account=accounts[p], side=side, amount=value) for p, value in rows]
        )
    history.record(
        chain=agreement.chain,
        action=f"sharing.{kind}",
        subject=entry,
        changes={
            "agreement": [None, agreement.number],
            "text": ["", entry.description],
            "on": [None, on],
            "moved": [None, [[*place, str(value)] for place, value in moved.items()]],
            "key": ["", key],
        },
        actor=actor,
        at=at,
    )
    return entry


def _account(agreement: SharingAgreement, party: int, year: int) -> SharingAccount:
    found, _made = SharingAccount.objects.get_or_create(agreement=agreement, party_id=party, year=year)
    return found
