"""One instalment on its way: condition confirmed, account and currency, steps abroad, paid or bounced."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused, Stale
from core.saving import assign, clean_text, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from ledger.enums import BatchState, BookingKind, CrossBorderKind, InstalmentState
from ledger.models import CrossBorderStep, Entry, Instalment
from ledger.services.booking import book, checked_key, day_in, known_entry
from ledger.services.commitments import locked_commitment

TERMS = ("account", "pay_currency", "is_cross_border", "due_on", "condition")
#: What has to be on record before money is sent abroad, and the order of all steps.
BEFORE_SENDING = (CrossBorderKind.DOCUMENTS, CrossBorderKind.BANK, CrossBorderKind.SAFE)


def locked_instalment(instalment: Instalment) -> Instalment:
    """The instalment, locked after its budget and its commitment."""
    commitment = locked_commitment(instalment.commitment)
    found: Instalment = (
        Instalment.objects.select_for_update(of=("self",))
        .select_related("account", "batch")
        .get(pk=instalment.pk)
    )
    found.commitment = commitment
    return found


def _place(instalment: Instalment) -> dict[str, Any]:
    return {"park_id": instalment.commitment.park_id, "incubator_id": instalment.commitment.incubator_id}


def save_changes(
    record: Instalment, action: str, before: Mapping[str, Any], *, actor: User | None, at: datetime
) -> None:
    """Save what was set on it, count its version, and tell the history what changed."""
    record.version, record.updated_at = record.version + 1, at
    save_checked(record)
    history.record(
        chain=record.chain,
        action=f"instalment.{action}",
        subject=record,
        changes=history.changed_fields(before, values_of(record, before)),
        actor=actor,
        at=at,
    )


def _expect(record: Instalment, *states: str) -> None:
    if record.state not in states:
        raise Conflict(
            _("This payment is %(state)s; that was done already, or somebody was faster.")
            % {"state": record.get_state_display()},
            code=f"already_{record.state}",
        )


@transaction.atomic
def claim_condition(
    *, instalment: Instalment, evidence: EvidenceFile | None, actor: User, at: datetime
) -> Instalment:
    """Report that the condition is met, with proof; the operator may do that for his teams."""
    try:
        require(Action.ENTER, user=actor, **_place(instalment))
    except Refused:
        require(Action.PAY, user=actor, **_place(instalment))
    record = locked_instalment(instalment)
    _expect(record, InstalmentState.PLANNED)
    if record.condition and evidence is None:
        message = _("Attach the proof that the condition is met.")
        raise Invalid(message, fields=[FieldError("evidence", message, "required")])
    if evidence is not None and evidence.park_id != record.commitment.park_id:
        raise Invalid(
            _("This file belongs to another record."), fields=[FieldError("evidence", _("Upload it here."))]
        )
    before = values_of(record, ("state", "evidence"))
    record.state, record.evidence, record.remark = InstalmentState.CLAIMED, evidence, ""
    record.claimed_at, record.claimed_by = at, actor
    save_changes(record, "claimed", before, actor=actor, at=at)
    park = record.commitment.budget.park
    people = people_allowed(Action.VERIFY_MONEY, park_id=park.pk, day=day_in(park, at))
    notify(
        users=people.exclude(pk=actor.pk),
        kind="payment-claimed",
        text=lambda: _("A condition for a payment waits to be confirmed: %(what)s.") % {"what": record},
        url=reverse("payment-detail", args=[record.pk]),
        key=f"payment-claimed:{record.pk}:{record.version}",
        at=at,
    )
    return record


@transaction.atomic
def verify_condition(*, instalment: Instalment, actor: User, at: datetime) -> Instalment:
    """A second person confirms that the condition is met; the payment may go into a batch."""
    require(Action.VERIFY_MONEY, user=actor, **_place(instalment))
    record = locked_instalment(instalment)
    _expect(record, InstalmentState.CLAIMED)
    if record.claimed_by_id == actor.pk:
        raise Refused(
            _("A second person has to verify this: not the one who entered it."), code="second_person"
        )
    before = values_of(record, ("state",))
    record.state, record.verified_at, record.verified_by = InstalmentState.READY, at, actor
    save_changes(record, "verified", before, actor=actor, at=at)
    return record


@transaction.atomic
def return_condition(*, instalment: Instalment, reason: str, actor: User, at: datetime) -> Instalment:
    """Send the report back: the condition is not proved. Also takes a confirmation back."""
    require(Action.VERIFY_MONEY, user=actor, **_place(instalment))
    words = clean_text(reason, field="reason")
    if not words:
        message = _("Say what has to be put right.")
        raise Invalid(message, fields=[FieldError("reason", message, "required")])
    record = locked_instalment(instalment)
    _expect(record, InstalmentState.CLAIMED, InstalmentState.READY)
    before = values_of(record, ("state", "evidence", "remark"))
    told = record.claimed_by
    record.state, record.remark = InstalmentState.PLANNED, words[:300]
    record.claimed_at = record.claimed_by = record.verified_at = record.verified_by = None
    save_changes(record, "returned", before, actor=actor, at=at)
    if told is not None:
        notify(
            users=[told],
            kind="payment-returned",
            text=lambda: _("The condition for a payment was sent back: %(what)s.") % {"what": record},
            url=reverse("payment-detail", args=[record.pk]),
            key=f"payment-returned:{record.pk}:{record.version}",
            at=at,
        )
    return record


@transaction.atomic
def set_terms(
    *,
    instalment: Instalment,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Instalment:
    """Account, currency, day and condition of a payment that is not in a batch yet."""
    require(Action.PAY, user=actor, **_place(instalment))
    record = locked_instalment(instalment)
    if expected_version is not None and record.version != expected_version:
        raise Stale(record)
    _expect(
        record,
        InstalmentState.PLANNED,
        InstalmentState.CLAIMED,
        InstalmentState.READY,
        InstalmentState.BOUNCED,
    )
    before = values_of(record, TERMS)
    assign(record, values, allowed=TERMS)
    if before["condition"] != record.condition and record.state != InstalmentState.PLANNED:
        message = _("The condition was already reported as met; send the report back first.")
        raise Conflict(message, code="claimed", fields=[FieldError("condition", message)])
    _check_account(record)
    if history.changed_fields(before, values_of(record, TERMS)):
        save_changes(record, "changed", before, actor=actor, at=at)
    return record


def _check_account(record: Instalment) -> None:
    account = record.account
    if account is None:
        return
    commitment = record.commitment
    owner = (
        (commitment.enterprise_id, None) if commitment.enterprise_id else (None, commitment.organisation_id)
    )
    if (account.enterprise_id, account.organisation_id) != owner or account.park_id != commitment.park_id:
        message = _("This is not an account of the beneficiary.")
        raise Invalid(message, fields=[FieldError("account", message)])
    if account.retired_at is not None:
        message = _("This account is no longer used.")
        raise Invalid(message, fields=[FieldError("account", message)])


@transaction.atomic
def record_step(
    *,
    instalment: Instalment,
    kind: str,
    on: date,
    evidence: EvidenceFile,
    number: str = "",
    actor: User,
    at: datetime,
) -> CrossBorderStep:
    """One step of a payment abroad with its document. The steps come in their order."""
    require(Action.PAY, user=actor, **_place(instalment))
    record = locked_instalment(instalment)
    if not record.is_cross_border:
        raise Conflict(_("This payment does not cross a border."), code="domestic")
    if kind not in CrossBorderKind.values:
        message = _("Choose one of: %(known)s.") % {"known": ", ".join(CrossBorderKind.values)}
        raise Invalid(message, fields=[FieldError("kind", message)])
    order = CrossBorderKind.values
    done = set(record.steps.values_list("kind", flat=True))
    missing = [name for name in order[: order.index(kind)] if name not in done]
    if missing:
        raise Conflict(
            _("Record this step first: %(step)s.") % {"step": CrossBorderKind(missing[0]).label}, code="order"
        )
    if kind not in BEFORE_SENDING and record.state not in (InstalmentState.SENT, InstalmentState.RECEIVED):
        raise Conflict(_("The payment has not been sent yet."), code="not_sent")
    if on > day_in(record.commitment.budget.park, at):
        raise Invalid(
            _("This day lies in the future."),
            fields=[FieldError("on", _("Enter a day up to today."), "future")],
        )
    if evidence.park_id != record.commitment.park_id:
        raise Invalid(
            _("This file belongs to another record."), fields=[FieldError("evidence", _("Upload it here."))]
        )
    step = CrossBorderStep(
        instalment=record,
        kind=kind,
        on=on,
        number=clean_text(number, field="number"),
        evidence=evidence,
        entered_at=at,
        entered_by=actor,
    )
    save_checked(step)
    history.record(
        chain=record.chain,
        action="instalment.step",
        subject=record,
        changes={"step": ["", kind], "on": [None, on], "evidence": [None, evidence.sha256]},
        actor=actor,
        at=at,
    )
    return step


@transaction.atomic
def pay_commitment(*, instalment: Instalment, on: date, key: str, actor: User, at: datetime) -> Entry:
    """Book that an instalment which was sent has arrived. The same key again gives the same entry."""
    require(Action.PAY, user=actor, **_place(instalment))
    key = checked_key(key)
    record = locked_instalment(instalment)
    commitment = record.commitment
    content = {"kind": BookingKind.PAYMENT, "instalment": record.pk, "amount": record.amount, "on": on}
    if (known := known_entry(commitment.park_id, key, content)) is not None:
        return known
    _expect(record, InstalmentState.SENT)
    if on > day_in(commitment.budget.park, at):
        raise Invalid(
            _("This day lies in the future."),
            fields=[FieldError("on", _("Enter a day up to today."), "future")],
        )
    entry = book(
        budget=commitment.budget,
        kind=BookingKind.PAYMENT,
        amount=record.amount,
        on=on,
        description=_("%(reference)s: %(purpose)s")
        % {"reference": record.payment_reference, "purpose": commitment.purpose},
        key=key,
        content=content,
        commitment=commitment,
        instalment=record,
        actor=actor,
        at=at,
    )
    before = values_of(record, ("state", "received_on"))
    record.state, record.received_on = InstalmentState.RECEIVED, on
    record.commitment.refresh_from_db(fields=["paid_amount", "state", "version", "updated_at"])
    save_changes(record, "received", before, actor=actor, at=at)
    _close_when_answered(record, at)
    return entry


@transaction.atomic
def bounce_payment(*, instalment: Instalment, on: date, reason: str, actor: User, at: datetime) -> Instalment:
    """The bank could not pay, or sent the money back: what was booked is reversed; it may be sent anew."""
    require(Action.PAY, user=actor, **_place(instalment))
    words = clean_text(reason, field="reason")
    if not words:
        message = _("Say why it came back.")
        raise Invalid(message, fields=[FieldError("reason", message, "required")])
    record = locked_instalment(instalment)
    _expect(record, InstalmentState.SENT, InstalmentState.RECEIVED)
    if record.state == InstalmentState.RECEIVED:
        _reverse_payment(record, words, on, actor, at)
    batch = record.batch
    before = values_of(record, ("state", "batch", "sent_on", "received_on", "bounced_on", "bounce_reason"))
    record.state, record.bounced_on, record.bounce_reason = InstalmentState.BOUNCED, on, words[:300]
    record.bounces += 1
    record.batch = record.sent_on = record.received_on = None
    record.pay_amount = record.pay_rate = record.pay_rate_on = None
    save_changes(record, "bounced", before, actor=actor, at=at)
    record.batch = batch
    _close_when_answered(record, at)
    record.batch = None
    return record


def _reverse_payment(record: Instalment, words: str, on: date, actor: User, at: datetime) -> None:
    payment = Entry.objects.get(instalment=record, kind=BookingKind.PAYMENT, reversed_by=None)
    book(
        budget=record.commitment.budget,
        kind=BookingKind.REVERSAL,
        amount=payment.amount,
        on=on,
        description=words,
        key=f"reversal:{payment.pk}",
        content={"reverses": payment.pk},
        commitment=record.commitment,
        instalment=record,
        reverses=payment,
        actor=actor,
        at=at,
    )


def _close_when_answered(record: Instalment, at: datetime) -> None:
    """A batch is closed once the bank has answered for each of its payments."""
    batch = record.batch
    if batch is None or batch.state != BatchState.SENT:
        return
    if not batch.instalments.filter(state=InstalmentState.SENT).exists():
        batch.state, batch.version, batch.updated_at = BatchState.CLOSED, batch.version + 1, at
        batch.save(update_fields=["state", "version", "updated_at"])


# --- accounts of beneficiaries ------------------------------------------------------------------------
