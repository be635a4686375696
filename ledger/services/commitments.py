"""Promising money, giving it back unpaid, asking it back paid. Every act is booked once for its key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_text, readable_integrity_errors, save_checked
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Organisation
from incubators.scope import Action, require
from ledger.enums import AccountKind, BookingKind, InstalmentState
from ledger.models import Account, Budget, Commitment, Entry, Instalment
from ledger.selectors.double import grants_beside
from ledger.services.booking import book, checked_amount, checked_key, day_in, known_entry, locked_budget
from ledger.signals import released_elsewhere
from projects.models import Project

#: Instalments that are not on their way and may still be planned anew.
FREE = (InstalmentState.PLANNED, InstalmentState.CLAIMED, InstalmentState.READY, InstalmentState.BOUNCED)
DAYS_TO_PAY = 30


@dataclass(frozen=True)
class Part:
    """One instalment of a schedule."""

    amount: Decimal
    due_on: date
    condition: str = ""
    is_cross_border: bool = False
    pay_currency: str = ""


@transaction.atomic
def commit_money(
    *,
    budget: Budget,
    amount: Decimal,
    purpose: str,
    key: str,
    actor: User,
    at: datetime,
    enterprise: Enterprise | None = None,
    project: Project | None = None,
    organisation: Organisation | None = None,
    base: str = "",
    reference: str = "",
    subject_kind: str = "",
    subject_id: int | None = None,
    submitted_on: date | None = None,
    on: date | None = None,
    plan: Sequence[Part] = (),
    provenance: str = Provenance.RECORDED,
) -> Commitment:
    """Promise money of a budget. The same key again gives the same commitment.

    Raises ``Conflict``: ``budget_exhausted``, ``double_funding`` (naming the other grant), ``key_reused``.
    Without ``plan``, one instalment of the whole is due in 30 days.
    """
    require(Action.PAY, user=actor, park_id=budget.park_id)
    amount, key = checked_amount(amount), checked_key(key)
    budget = locked_budget(budget)
    if enterprise is None and project is not None:
        enterprise = project.enterprise
    content: dict[str, Any] = {
        "kind": BookingKind.COMMITMENT,
        "budget": budget.pk,
        "amount": amount,
        "purpose": clean_text(purpose, field="purpose"),
        "base": clean_text(base, field="base"),
        "reference": clean_text(reference, field="reference"),
        "subject": [subject_kind, subject_id],
        "beneficiary": [record.pk if record else None for record in (enterprise, project, organisation)],
    }
    if (known := known_entry(budget.park_id, key, content)) is not None:
        assert known.commitment is not None
        return known.commitment
    _check_beneficiary(budget, enterprise, project, organisation)
    _check_available(budget, amount)
    day = on or day_in(budget.park, at)
    commitment = Commitment(
        budget=budget,
        incubator=_incubator_of(project, enterprise),
        enterprise=enterprise,
        project=project,
        organisation=organisation,
        subject_kind=subject_kind,
        subject_id=subject_id,
        reference=content["reference"],
        purpose=content["purpose"],
        base=content["base"],
        base_is_exclusive=budget.forbid_same_base,
        amount=amount,
        submitted_on=submitted_on,
        on=day,
        provenance=provenance,
        created_at=at,
        created_by=actor,
        updated_at=at,
    )
    _check_double_funding(commitment)
    save_checked(commitment)
    book(
        budget=budget,
        kind=BookingKind.COMMITMENT,
        amount=amount,
        on=day,
        description=commitment.purpose,
        key=key,
        content=content,
        commitment=commitment,
        actor=actor,
        at=at,
    )
    _write_plan(commitment, plan or [Part(amount, day + timedelta(days=DAYS_TO_PAY))], amount, at)
    commitment.refresh_from_db()
    return commitment


def _incubator_of(project: Project | None, enterprise: Enterprise | None) -> Any:
    if project is not None and project.incubator is not None:
        return project.incubator
    return enterprise.incubator if enterprise is not None else None


def _check_beneficiary(
    budget: Budget, enterprise: Enterprise | None, project: Project | None, organisation: Any
) -> None:
    if enterprise is None and project is None and organisation is None:
        message = _("Say who gets the money.")
        raise Invalid(message, fields=[FieldError("enterprise", message, "required")])
    for name, record in (("enterprise", enterprise), ("project", project)):
        if record is not None and record.park_id != budget.park_id:
            message = _("The beneficiary belongs to another park than the budget.")
            raise Invalid(message, fields=[FieldError(name, message, "other_park")])


def _check_available(budget: Budget, amount: Decimal) -> None:
    """The database would refuse it anyway; here it is said with the numbers."""
    left = Account.objects.get(budget=budget, kind=AccountKind.AVAILABLE).balance
    if amount > left:
        message = _("Of the budget “%(budget)s” %(left)s %(currency)s are left; %(amount)s do not fit.") % {
            "budget": budget,
            "left": f"{left:,}",
            "currency": budget.currency,
            "amount": f"{amount:,}",
        }
        raise Conflict(
            message,
            code="budget_exhausted",
            fields=[FieldError("amount", message, "overdraft")],
        )


def _check_double_funding(commitment: Commitment) -> None:
    """Refuse money for what the beneficiary has money for, where one of the budgets forbids it."""
    if not commitment.base:
        return
    for other in grants_beside(commitment):
        if other.base_is_exclusive or commitment.base_is_exclusive:
            message = _(
                "There is money for “%(base)s” already: %(other)s, %(amount)s %(currency)s of %(day)s."
            ) % {
                "base": commitment.base,
                "other": other.purpose,
                "amount": f"{other.amount:,}",
                "currency": other.budget.currency,
                "day": other.on.isoformat(),
            }
            raise Conflict(message, code="double_funding", fields=[FieldError("base", message)])


def locked_commitment(commitment: Commitment) -> Commitment:
    """The commitment, locked after its budget."""
    budget = locked_budget(commitment.budget)
    found: Commitment = (
        Commitment.objects.select_for_update(of=("self",), no_key=True)
        .select_related("incubator", "enterprise", "project", "organisation")
        .get(pk=commitment.pk)
    )
    found.budget = budget
    return found


def locked_instalments(commitment: Commitment) -> list[Any]:
    """The schedule, locked. ``is_free``: not on its way, and never booked."""
    booked = set(
        Entry.objects.filter(commitment=commitment, instalment__isnull=False).values_list(
            "instalment", flat=True
        )
    )
    rows: list[Any] = list(commitment.instalments.select_for_update().order_by("number"))
    for row in rows:
        row.is_free = row.state in FREE and row.pk not in booked
    return rows


@transaction.atomic
def plan_instalments(
    *, commitment: Commitment, plan: Sequence[Part], actor: User, at: datetime
) -> list[Instalment]:
    """Set the schedule of what is not on its way yet anew; it totals exactly what is left for it."""
    require(Action.PAY, user=actor, park_id=commitment.park_id)
    commitment = locked_commitment(commitment)
    rows = locked_instalments(commitment)
    going = [row for row in rows if not row.is_free]
    kept = sum((row.amount for row in going), Decimal(0))
    free = commitment.amount - commitment.released_amount - kept
    if any(row.state != InstalmentState.PLANNED for row in rows if row.is_free):
        raise Conflict(
            _("A condition of this schedule is already reported as met; decide on it first."), code="claimed"
        )
    Instalment.objects.filter(pk__in=[row.pk for row in rows if row.is_free]).delete()
    made = _write_plan(commitment, plan, free, at, first=max((row.number for row in going), default=0) + 1)
    history.record(
        chain=commitment.chain,
        action="commitment.planned",
        subject=commitment,
        changes={"instalments": [[row.amount for row in rows], [row.amount for row in [*going, *made]]]},
        actor=actor,
        at=at,
    )
    return [*going, *made]


def _write_plan(
    commitment: Commitment, plan: Sequence[Part], total: Decimal, at: datetime, *, first: int = 1
) -> list[Instalment]:
    amounts = [checked_amount(part.amount, field="plan") for part in plan]
    if sum(amounts, Decimal(0)) != total:
        message = _("The instalments total %(sum)s; they have to total %(total)s.") % {
            "sum": f"{sum(amounts, Decimal(0)):,}",
            "total": f"{total:,}",
        }
        raise Invalid(message, fields=[FieldError("plan", message, "total")])
    rows = [
        Instalment(
            commitment=commitment,
            number=number,
            amount=amount,
            condition=clean_text(part.condition, field="condition")[:300],
            due_on=part.due_on,
            is_cross_border=part.is_cross_border,
            pay_currency=part.pay_currency or commitment.budget.currency,
            updated_at=at,
        )
        for number, (part, amount) in enumerate(zip(plan, amounts, strict=True), start=first)
    ]
    with readable_integrity_errors(Instalment):
        return Instalment.objects.bulk_create(rows)


@transaction.atomic
def release_commitment(
    *,
    commitment: Commitment,
    key: str,
    reason: str,
    actor: User,
    at: datetime,
    amount: Decimal | None = None,
    on: date | None = None,
    by_subject: bool = False,
) -> Entry:
    """Give committed money back to its budget; without ``amount``, all that is not on its way.

    The last instalments shrink or go. The same key again gives the same entry. ``by_subject``: the subject
    of the commitment has its own way, with its own checks, and this is it.
    """
    require(Action.PAY, user=actor, park_id=commitment.park_id)
    if not by_subject and (words := released_elsewhere(commitment.subject_kind)):
        raise Conflict(words, code="released_by_subject")
    key, reason = checked_key(key), _reason(reason)
    commitment = locked_commitment(commitment)
    content = {"kind": BookingKind.RELEASE, "commitment": commitment.pk, "amount": amount, "reason": reason}
    if (known := known_entry(commitment.park_id, key, content)) is not None:
        return known
    rows = [row for row in locked_instalments(commitment) if row.is_free][::-1]
    free = sum((row.amount for row in rows), Decimal(0))
    wanted = free if amount is None else checked_amount(amount)
    if not 0 < wanted <= free:
        raise Conflict(
            _("Of this commitment %(free)s can still be given back.") % {"free": f"{free:,}"},
            code="nothing_to_release",
        )
    entry = book(
        budget=commitment.budget,
        kind=BookingKind.RELEASE,
        amount=wanted,
        on=on or day_in(commitment.budget.park, at),
        description=reason,
        key=key,
        content=content,
        commitment=commitment,
        actor=actor,
        at=at,
    )
    for row in rows:
        taken = min(row.amount, wanted)
        wanted -= taken
        if taken == row.amount:
            row.steps.all().delete()
            row.delete()
        elif taken:
            row.amount -= taken
            row.version, row.updated_at = row.version + 1, at
            row.save(update_fields=["amount", "version", "updated_at"])
    return entry


@transaction.atomic
def claw_back(
    *,
    commitment: Commitment,
    amount: Decimal,
    reason: str,
    key: str,
    actor: User,
    at: datetime,
    on: date | None = None,
    evidence: EvidenceFile | None = None,
) -> Entry:
    """Book money that the beneficiary paid back. No more than was paid; never available again by itself."""
    require(Action.PAY, user=actor, park_id=commitment.park_id)
    amount, key, reason = checked_amount(amount), checked_key(key), _reason(reason)
    commitment = locked_commitment(commitment)
    content = {"kind": BookingKind.CLAWBACK, "commitment": commitment.pk, "amount": amount, "reason": reason}
    if (known := known_entry(commitment.park_id, key, content)) is not None:
        return known
    most = commitment.paid_amount - commitment.clawed_amount
    if amount > most:
        message = _("At most %(most)s can be clawed back: that much was paid.") % {"most": f"{most:,}"}
        raise Conflict(message, code="more_than_paid", fields=[FieldError("amount", message)])
    return book(
        budget=commitment.budget,
        kind=BookingKind.CLAWBACK,
        amount=amount,
        on=on or day_in(commitment.budget.park, at),
        description=reason,
        key=key,
        content=content,
        commitment=commitment,
        evidence=evidence,
        actor=actor,
        at=at,
    )


def _reason(text: str) -> str:
    reason = clean_text(text, field="reason")
    if not reason:
        message = _("Say why.")
        raise Invalid(message, fields=[FieldError("reason", message, "required")])
    return reason
