"""Lists for the bank: put together, checked by a second person, frozen, sent."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.money import NoRate, dated_rate, round_to_cent
from core.saving import clean_text, save_checked, values_of
from incubators.models import Park
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from ledger.enums import BatchState, InstalmentState
from ledger.models import Budget, Instalment, PaymentBatch
from ledger.selectors.batches import digest_of_list, lines_of
from ledger.services.booking import day_in
from ledger.services.payments import BEFORE_SENDING, locked_instalment, save_changes

MOST = 500
SENDABLE = (InstalmentState.READY, InstalmentState.BOUNCED)


@transaction.atomic
def make_batch(
    *,
    park: Park,
    instalments: Iterable[Instalment],
    budget: Budget | None = None,
    title: str = "",
    actor: User,
    at: datetime,
) -> PaymentBatch:
    """A batch of payments whose conditions are met, all in one currency of payment."""
    require(Action.PAY, user=actor, park_id=park.pk)
    chosen = sorted({row.pk: row for row in instalments}.values(), key=_lock_order)
    if not 0 < len(chosen) <= MOST:
        message = _("Choose one to %(most)d payments.") % {"most": MOST}
        raise Invalid(message, fields=[FieldError("instalments", message, "required")])
    currencies = {row.pay_currency for row in chosen}
    if len(currencies) > 1:
        message = _("A batch holds payments of one currency; these are in %(several)s.") % {
            "several": ", ".join(sorted(currencies))
        }
        raise Invalid(message, fields=[FieldError("instalments", message, "currency")])
    day = day_in(park, at)
    batch = PaymentBatch(
        park=park,
        budget=budget,
        number=_next_number(park, day),
        title=clean_text(title, field="title"),
        currency=currencies.pop(),
        made_at=at,
        made_by=actor,
        updated_at=at,
    )
    save_checked(batch)
    for row in chosen:
        _put_in(batch, row, day, actor, at)
    total = sum((line.amount for line in lines_of(batch)), Decimal(0))
    _record(batch, "made", {"payments": [0, len(chosen)], "total": [None, total]}, actor, at)
    people = people_allowed(Action.VERIFY_MONEY, park_id=park.pk, day=day)
    notify(
        users=people.exclude(pk=actor.pk),
        kind="payment-batch",
        text=lambda: _("The payment batch %(number)s waits for a second person.") % {"number": batch.number},
        url=reverse("batch-detail", args=[batch.pk]),
        key=f"payment-batch:{batch.pk}",
        at=at,
    )
    return batch


def _lock_order(row: Instalment) -> tuple[int, int, int]:
    return row.commitment.budget_id, row.commitment_id, row.pk


def _next_number(park: Park, day: date) -> str:
    Park.objects.select_for_update(of=("self",), no_key=True).get(pk=park.pk)
    start = f"B{day.year}-"
    last = PaymentBatch.objects.filter(park=park, number__startswith=start).order_by("-number").first()
    return f"{start}{int(last.number.removeprefix(start)) + 1 if last else 1:04d}"


def _put_in(batch: PaymentBatch, row: Instalment, day: date, actor: User, at: datetime) -> None:
    record = locked_instalment(row)
    _check_sendable(batch, record)
    before = values_of(record, ("state", "batch", "pay_amount", "pay_rate"))
    home = record.commitment.budget.currency
    try:
        record.pay_rate, record.pay_rate_on = dated_rate(day, currency=record.pay_currency, to=home)
    except NoRate as error:
        raise Conflict(
            _(
                "No rate %(pair)s is recorded up to %(day)s. The administrator of the installation records "
                "exchange rates."
            )
            % {"pair": f"{record.pay_currency}→{home}", "day": day.isoformat()},
            code="no_rate",
        ) from error
    record.pay_amount = round_to_cent(record.amount / record.pay_rate)
    record.batch, record.state = batch, InstalmentState.BATCHED
    save_changes(record, "batched", before, actor=actor, at=at)


def _check_sendable(batch: PaymentBatch, record: Instalment) -> None:
    """Condition confirmed, account confirmed, papers for abroad complete, of this park and budget."""
    name = str(record)

    def refuse(words: str, code: str) -> None:
        message = f"{name}: {words}"
        raise Conflict(message, code=code, fields=[FieldError("instalments", message, code)])

    commitment = record.commitment
    if commitment.park_id != batch.park_id or batch.budget_id not in (None, commitment.budget_id):
        refuse(_("This payment belongs to another budget."), "other_budget")
    if record.state not in SENDABLE:
        refuse(_("Only payments whose condition was confirmed can be sent."), f"already_{record.state}")
    if record.account is None or record.account.retired_at is not None:
        refuse(_("Name the bank account first."), "no_account")
    if record.account is not None and record.account.verified_at is None:
        refuse(_("A second person has to confirm the bank account first."), "account_unverified")
    if record.is_cross_border:
        done = set(record.steps.values_list("kind", flat=True))
        missing = [step.label for step in BEFORE_SENDING if step not in done]
        if missing:
            refuse(
                _("Before it is sent abroad: %(steps)s.") % {"steps": ", ".join(map(str, missing))},
                "steps_missing",
            )


def _locked(batch: PaymentBatch) -> PaymentBatch:
    return PaymentBatch.objects.select_for_update(of=("self",)).select_related("park").get(pk=batch.pk)


def _expect(batch: PaymentBatch, state: str) -> None:
    if batch.state != state:
        raise Conflict(
            _("This batch is %(state)s; that was done already, or somebody was faster.")
            % {"state": batch.get_state_display()},
            code=f"already_{batch.state}",
        )


@transaction.atomic
def take_out(*, batch: PaymentBatch, instalment: Instalment, actor: User, at: datetime) -> PaymentBatch:
    """Take a payment out of a batch that nobody has checked; the last one takes the batch with it."""
    require(Action.PAY, user=actor, park_id=batch.park_id)
    record = locked_instalment(instalment)
    batch = _locked(batch)
    _expect(batch, BatchState.DRAFT)
    if record.batch_id != batch.pk:
        raise Conflict(_("This payment is not in this batch."), code="not_there")
    before = values_of(record, ("state", "batch", "pay_amount", "pay_rate"))
    record.state = InstalmentState.BOUNCED if record.bounces else InstalmentState.READY
    record.batch = record.pay_amount = record.pay_rate = record.pay_rate_on = None
    save_changes(record, "taken_out", before, actor=actor, at=at)
    _touch(batch, at)
    return batch


@transaction.atomic
def check_batch(*, batch: PaymentBatch, actor: User, at: datetime) -> PaymentBatch:
    """A second person compared the list; from now on the database refuses every change of it."""
    require(Action.VERIFY_MONEY, user=actor, park_id=batch.park_id)
    batch = _locked(batch)
    _expect(batch, BatchState.DRAFT)
    if batch.made_by_id == actor.pk:
        raise Refused(
            _("A second person has to check this batch: not the one who made it."), code="second_person"
        )
    if not batch.instalments.exists():
        raise Conflict(_("This batch is empty."), code="empty")
    batch.state, batch.checked_at, batch.checked_by = BatchState.CHECKED, at, actor
    batch.list_sha256 = digest_of_list(batch)
    _touch(batch, at)
    _record(batch, "checked", {"list": ["", batch.list_sha256]}, actor, at)
    return batch


@transaction.atomic
def send_batch(*, batch: PaymentBatch, on: date, actor: User, at: datetime) -> PaymentBatch:
    """The list went to the bank on that day; now the bank's answer is waited for."""
    require(Action.PAY, user=actor, park_id=batch.park_id)
    if on > day_in(batch.park, at):
        raise Invalid(
            _("This day lies in the future."),
            fields=[FieldError("on", _("Enter a day up to today."), "future")],
        )
    rows = sorted(
        batch.instalments.select_related("commitment__budget__park", "commitment__incubator"), key=_lock_order
    )
    records = [locked_instalment(row) for row in rows]
    batch = _locked(batch)
    _expect(batch, BatchState.CHECKED)
    if digest_of_list(batch) != batch.list_sha256:
        raise Conflict(_("The payment list is not the one that was checked."), code="list_changed")
    for record in records:
        before = values_of(record, ("state", "sent_on"))
        record.state, record.sent_on = InstalmentState.SENT, on
        save_changes(record, "sent", before, actor=actor, at=at)
    batch.state, batch.sent_at, batch.sent_by = BatchState.SENT, at, actor
    _touch(batch, at)
    _record(batch, "sent", {"on": [None, on], "payments": [None, len(records)]}, actor, at)
    return batch


def _touch(batch: PaymentBatch, at: datetime) -> None:
    batch.version, batch.updated_at = batch.version + 1, at
    save_checked(batch)


def _record(batch: PaymentBatch, step: str, changes: Any, actor: User, at: datetime) -> None:
    history.record(
        chain=batch.chain, action=f"batch.{step}", subject=batch, changes=changes, actor=actor, at=at
    )
