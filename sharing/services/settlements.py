"""Payments between parties: entered by one person, confirmed and booked by a second."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict
from core.saving import assign, readable_integrity_errors, save_checked
from incubators.scope import Action, require
from sharing.enums import SettlementKind, SettlementState, SharingEntryKind
from sharing.models import SharingAccount, SharingAgreement, SharingSettlement
from sharing.services.acting import (
    LARGEST,
    checked_key,
    checked_money,
    day_in,
    locked_agreement,
    needed_words,
    party_of,
    remember,
    second_person_only,
    wrong,
)
from sharing.services.booking import book

SETTLEMENT_FIELDS = (
    "kind",
    "year",
    "counter_year",
    "payer",
    "payee",
    "amount",
    "on",
    "reference",
    "evidence",
)


@transaction.atomic
def record_settlement(
    *, agreement: SharingAgreement, values: Mapping[str, Any], key: str, actor: User, at: datetime
) -> SharingSettlement:
    """Enter a payment or a netting; it is booked once a second person confirmed it.

    The same key again answers what is there; other content under it is a ``Conflict``.
    """
    agreement = locked_agreement(agreement)
    require(Action.PAY, user=actor, park_id=agreement.park_id)
    row = SharingSettlement(
        agreement=agreement, key=checked_key(key), recorded_at=at, recorded_by=actor, updated_at=at
    )
    assign(row, values, allowed=SETTLEMENT_FIELDS)
    row.amount = checked_money(row.amount, "amount")
    known = SharingSettlement.objects.filter(agreement=agreement, key=row.key).first()
    if known is not None:
        if _content(known) != _content(row):
            raise Conflict(_("Something else was booked under this key before."), code="key_reused")
        return known
    _check(agreement, row, at)
    _require_open(agreement, row)
    with readable_integrity_errors(SharingSettlement):
        save_checked(row)
    _remembered(row, "entered", actor, at)
    return row


def _content(row: SharingSettlement) -> tuple[Any, ...]:
    return (row.kind, row.year, row.counter_year, row.payer_id, row.payee_id, Decimal(row.amount), row.on)


def _check(agreement: SharingAgreement, row: SharingSettlement, at: datetime) -> None:
    if row.payer_id is None or row.payee_id is None:
        field = "payer" if row.payer_id is None else "payee"
        raise wrong(field, _("Name both parties."), "required")
    party_of(agreement, row.payer, "payer")
    party_of(agreement, row.payee, "payee")
    if row.payer_id == row.payee_id:
        raise wrong("payee", _("Nobody settles with himself."))
    if row.on is not None and row.on > day_in(agreement.park, at):
        raise wrong("on", _("Enter a day up to today."), "future")
    if row.kind == SettlementKind.NETTING:
        if row.counter_year is None or row.counter_year == row.year:
            raise wrong("counter_year", _("Name another year whose counter-claim is set against it."))
    elif row.counter_year is not None:
        raise wrong("counter_year", _("Only a netting names a second year."))
    elif row.evidence is None:
        raise wrong("evidence", _("Attach the proof of the payment."), "required")
    if row.evidence is not None and row.evidence.park_id != agreement.park_id:
        raise wrong("evidence", _("This file belongs to another record."))


def _require_open(agreement: SharingAgreement, row: SharingSettlement) -> None:
    """Say with numbers what the database would refuse: no more than both sides have open."""
    accounts = SharingAccount.objects.filter(agreement=agreement)
    opened = {(item.party_id, item.year): item.open for item in accounts}
    left: dict[int, Decimal] = {}
    for (party, year), value in movements_of(row).items():
        has = opened.get((party, year), Decimal(0))
        left[year] = min(has if value > 0 else -has, left.get(year, LARGEST))
    for year, limit in left.items():
        if limit < row.amount:
            message = _("Open between these parties for %(year)d: %(left)s. No more can be settled.")
            words = message % {"year": year, "left": f"{max(limit, Decimal(0)):,.2f}"}
            raise Conflict(words, code="more_than_open")


def movements_of(row: SharingSettlement) -> dict[tuple[int, int], Decimal]:
    """What the settlement adds to the settled side of each account."""
    moved = {(row.payer_id, row.year): -row.amount, (row.payee_id, row.year): row.amount}
    if row.counter_year is not None:
        moved |= {
            (row.payer_id, row.counter_year): row.amount,
            (row.payee_id, row.counter_year): -row.amount,
        }
    return moved


@transaction.atomic
def confirm_settlement(*, settlement: SharingSettlement, actor: User, at: datetime) -> SharingSettlement:
    """A second person compared it with the proof: it is booked. Confirming again changes nothing."""
    row = _locked(settlement, Action.VERIFY_MONEY, actor)
    if row.state == SettlementState.CONFIRMED:
        return row
    if row.state != SettlementState.REPORTED:
        raise Conflict(_("This settlement does not wait for confirmation."), code="decided")
    second_person_only(row.recorded_by_id, actor)
    _require_open(row.agreement, row)
    row.state, row.confirmed_at, row.confirmed_by = SettlementState.CONFIRMED, at, actor
    _saved(row, at)
    _booked(row, SharingEntryKind.SETTLEMENT, actor, at)
    _remembered(row, "verified", actor, at)
    return row


@transaction.atomic
def return_settlement(
    *, settlement: SharingSettlement, reason: str, actor: User, at: datetime
) -> SharingSettlement:
    """It does not stand: sent back by the second person, or withdrawn by whoever entered it."""
    row = _locked(settlement, Action.PAY, actor)
    if row.state != SettlementState.REPORTED:
        raise Conflict(_("This settlement does not wait for confirmation."), code="decided")
    row.remark = needed_words(reason, "reason", _("Say why it does not stand."))[:300]
    row.state = SettlementState.RETURNED
    _saved(row, at)
    _remembered(row, "returned", actor, at)
    return row


@transaction.atomic
def reverse_settlement(
    *, settlement: SharingSettlement, reason: str, actor: User, at: datetime
) -> SharingSettlement:
    """A confirmed settlement proved wrong: a mirrored entry takes it back, both stay in the book."""
    row = _locked(settlement, Action.MANAGE, actor)
    if row.state != SettlementState.CONFIRMED:
        raise Conflict(_("Only a confirmed settlement is taken back."), code="decided")
    second_person_only(row.recorded_by_id, actor)
    row.remark = needed_words(reason, "reason", _("Say why it does not stand."))[:300]
    row.state = SettlementState.REVERSED
    _saved(row, at)
    _booked(row, SharingEntryKind.REVERSAL, actor, at)
    _remembered(row, "withdrawn", actor, at)
    return row


def _locked(settlement: SharingSettlement, action: Action, actor: User) -> SharingSettlement:
    """The settlement, locked after its agreement."""
    agreement = locked_agreement(settlement.agreement)
    require(action, user=actor, park_id=agreement.park_id)
    found: SharingSettlement = (
        SharingSettlement.objects.select_for_update(of=("self",))
        .select_related("agreement__park", "payer__park", "payer__organisation")
        .select_related("payee__park", "payee__organisation")
        .get(pk=settlement.pk)
    )
    return found


def _saved(row: SharingSettlement, at: datetime) -> None:
    row.version += 1
    row.updated_at = at
    with readable_integrity_errors(SharingSettlement):
        save_checked(row)


def _booked(row: SharingSettlement, kind: str, actor: User, at: datetime) -> None:
    turn = -1 if kind == SharingEntryKind.REVERSAL else 1
    book(
        agreement=row.agreement,
        kind=kind,
        on=row.on if turn == 1 else day_in(row.agreement.park, at),
        description=f"{row.payer.name} → {row.payee.name} {row.reference} {row.remark}".strip(),
        key=f"{kind}:{row.pk}",
        movements={place: turn * value for place, value in movements_of(row).items()},
        actor=actor,
        at=at,
        settlement=row,
    )


def _remembered(row: SharingSettlement, step: str, actor: User, at: datetime) -> None:
    changes = {
        "state": [None, row.state],
        "year": [None, row.year],
        "payer": [None, row.payer.key],
        "payee": [None, row.payee.key],
        "amount": [None, row.amount],
        "remark": ["", row.remark],
    }
    remember(row, f"settlement.{step}", changes, actor, at, chain=row.agreement.chain)
