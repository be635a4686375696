"""Budgets: opened without money; every amount comes by an entry that a second person approved."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Refused, Stale
from core.saving import assign, clean_text, readable_integrity_errors, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.models import Park
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from ledger.enums import AccountKind, ChangeKind, ChangeState
from ledger.models import Account, Budget, BudgetChange
from ledger.services.booking import book, checked_amount, day_in, locked_budget

BUDGET_FIELDS = ("name_zh", "name_en", "policy_code", "forbid_same_base", "note")
NEW_BUDGET_FIELDS = ("code", "year", "currency", *BUDGET_FIELDS)


@transaction.atomic
def save_budget(
    *,
    budget: Budget | None,
    park: Park,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Budget:
    """Open a budget (with its five empty accounts), or change what it is called and forbids."""
    require(Action.PAY, user=actor, park_id=park.pk)
    fields = NEW_BUDGET_FIELDS if budget is None else BUDGET_FIELDS
    record = Budget(park=park, provenance=provenance) if budget is None else locked_budget(budget)
    if budget is not None and expected_version is not None and record.version != expected_version:
        raise Stale(record)
    before = values_of(record, fields) if record.pk else {}
    assign(record, values, allowed=fields)
    changes = history.changed_fields(before, values_of(record, fields))
    if record.pk and not changes:
        return record
    if record.pk is None:
        record.created_at, record.entered_by = at, actor
    else:
        record.version += 1
    record.updated_at = at
    save_checked(record)
    if budget is None:
        Account.objects.bulk_create([Account(budget=record, kind=kind) for kind in AccountKind.values])
    history.record(
        chain=park.chain,
        action=f"budget.{'opened' if budget is None else 'changed'}",
        subject=record,
        changes=changes,
        actor=actor,
        at=at,
    )
    return record


@transaction.atomic
def propose_change(
    *,
    budget: Budget,
    kind: str,
    amount: Decimal,
    reason: str,
    evidence: EvidenceFile | None,
    on: date | None = None,
    actor: User,
    at: datetime,
) -> BudgetChange:
    """Ask for more money, for the use of clawed-back money, or take money out. What shrinks a budget is
    booked at once; everything else waits for a second person, and needs the document that grants it."""
    require(Action.PAY, user=actor, park_id=budget.park_id)
    budget = locked_budget(budget)
    amount = checked_amount(amount)
    _check_change(budget, kind, reason, evidence)
    if kind == ChangeKind.REUSE:
        _check_clawed_back(budget, amount)
    change = BudgetChange(
        budget=budget,
        kind=kind,
        amount=amount,
        on=on or day_in(budget.park, at),
        reason=clean_text(reason, field="reason"),
        evidence=evidence,
        proposed_at=at,
        proposed_by=actor,
    )
    save_checked(change)
    if kind == ChangeKind.DECREASE:
        return _book_change(change, actor=actor, at=at)
    history.record(
        chain=budget.chain,
        action="budget.proposed",
        subject=change,
        changes={"amount": [None, amount], "kind": [None, kind], "reason": ["", change.reason]},
        actor=actor,
        at=at,
    )
    people = people_allowed(Action.MANAGE, park_id=budget.park_id, day=day_in(budget.park, at))
    notify(
        users=people.exclude(pk=actor.pk),
        kind="budget-proposed",
        text=lambda: _("A change of the budget “%(budget)s” waits for approval.") % {"budget": budget},
        url=reverse("budget-detail", args=[budget.pk]),
        key=f"budget-proposed:{change.pk}",
        at=at,
    )
    return change


def _check_change(budget: Budget, kind: str, reason: str, evidence: EvidenceFile | None) -> None:
    if kind not in ChangeKind.values:
        message = _("Choose one of: %(known)s.") % {"known": ", ".join(ChangeKind.values)}
        raise Invalid(message, fields=[FieldError("kind", message)])
    booked = budget.changes.filter(state=ChangeState.BOOKED, kind=ChangeKind.APPROPRIATION)
    if kind == ChangeKind.APPROPRIATION and booked.exists():
        raise Conflict(_("This budget has its first appropriation; enlarge it instead."), code="appropriated")
    if not clean_text(reason, field="reason"):
        message = _("Say why the budget changes.")
        raise Invalid(message, fields=[FieldError("reason", message, "required")])
    if kind != ChangeKind.DECREASE and evidence is None:
        message = _("Attach the document that grants the money.")
        raise Invalid(message, fields=[FieldError("evidence", message, "required")])
    if evidence is not None and evidence.park_id != budget.park_id:
        raise Invalid(
            _("This file belongs to another record."), fields=[FieldError("evidence", _("Upload it here."))]
        )


def _check_clawed_back(budget: Budget, amount: Decimal) -> None:
    """The database would refuse it anyway; here it is said with the number."""
    most = Account.objects.get(budget=budget, kind=AccountKind.CLAWED_BACK).balance
    if amount > most:
        message = _("At most %(most)s can be made available again: that much was clawed back.") % {
            "most": f"{most:,}"
        }
        raise Conflict(message, code="more_than_clawed_back", fields=[FieldError("amount", message)])


@transaction.atomic
def approve_change(*, change: BudgetChange, actor: User, at: datetime) -> BudgetChange:
    """A second person grants it, and it is booked."""
    require(Action.MANAGE, user=actor, park_id=change.budget.park_id)
    change = _waiting(change)
    if change.proposed_by_id == actor.pk:
        raise Refused(_("A second person has to approve it when a budget grows."), code="second_person")
    if change.kind == ChangeKind.REUSE:
        _check_clawed_back(change.budget, change.amount)
    return _book_change(change, actor=actor, at=at)


@transaction.atomic
def refuse_change(*, change: BudgetChange, reason: str, actor: User, at: datetime) -> BudgetChange:
    """Turn a proposal down in words; whoever made it may take it back like this."""
    own = change.proposed_by_id == actor.pk
    require(Action.PAY if own else Action.MANAGE, user=actor, park_id=change.budget.park_id)
    change = _waiting(change)
    change.remark = clean_text(reason, field="reason")[:300]
    if not change.remark:
        message = _("Say why it is not approved.")
        raise Invalid(message, fields=[FieldError("reason", message, "required")])
    change.state, change.decided_at, change.decided_by = ChangeState.REFUSED, at, actor
    save_checked(change)
    history.record(
        chain=change.budget.chain,
        action="budget.refused",
        subject=change,
        changes={"state": [ChangeState.PENDING, ChangeState.REFUSED], "words": ["", change.remark]},
        actor=actor,
        at=at,
    )
    return change


def _waiting(change: BudgetChange) -> BudgetChange:
    budget = locked_budget(change.budget)
    found: BudgetChange = BudgetChange.objects.select_for_update(of=("self",)).get(pk=change.pk)
    found.budget = budget
    if found.state != ChangeState.PENDING:
        raise Conflict(_("This change was decided already."), code="decided")
    return found


def _book_change(change: BudgetChange, *, actor: User, at: datetime) -> BudgetChange:
    change.state, change.decided_at, change.decided_by = ChangeState.BOOKED, at, actor
    with readable_integrity_errors(BudgetChange, Account):
        change.save()
        book(
            budget=change.budget,
            kind=change.kind,
            amount=change.amount,
            on=change.on,
            description=change.reason,
            key=f"change:{change.pk}",
            content={"change": change.pk},
            evidence=change.evidence,
            actor=actor,
            at=at,
        )
    return change
