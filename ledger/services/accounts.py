"""Bank accounts of beneficiaries: entered by one person, confirmed by another, retired and not changed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, readable_integrity_errors, save_checked
from enterprises.models import Enterprise
from incubators.models import Organisation, Park
from incubators.scope import Action, require
from ledger.enums import InstalmentState
from ledger.models import BankAccount

ACCOUNT_FIELDS = ("holder", "bank", "number", "swift", "currency", "evidence")


@transaction.atomic
def enter_account(
    *,
    park: Park,
    values: Mapping[str, Any],
    enterprise: Enterprise | None = None,
    organisation: Organisation | None = None,
    actor: User,
    at: datetime,
) -> BankAccount:
    """Enter a bank account of a beneficiary; it is used once a second person confirmed it."""
    incubator_id = enterprise.incubator_id if enterprise else None
    try:
        require(Action.ENTER, user=actor, park_id=park.pk, incubator_id=incubator_id)
    except Refused:
        require(Action.PAY, user=actor, park_id=park.pk, incubator_id=incubator_id)
    if enterprise is not None and enterprise.park_id != park.pk:
        message = _("The beneficiary belongs to another park than the budget.")
        raise Invalid(message, fields=[FieldError("enterprise", message)])
    account = BankAccount(
        park=park, enterprise=enterprise, organisation=organisation, entered_at=at, entered_by=actor
    )
    assign(account, values, allowed=ACCOUNT_FIELDS)
    account.number = account.number.replace(" ", "").replace("-", "")
    account.swift = account.swift.replace(" ", "").upper()
    with readable_integrity_errors(BankAccount):
        save_checked(account)
    _account_history(account, "entered", actor, at)
    return account


@transaction.atomic
def verify_account(*, account: BankAccount, actor: User, at: datetime) -> BankAccount:
    """A second person compared it with the beneficiary's paper."""
    require(Action.VERIFY_MONEY, user=actor, park_id=account.park_id, incubator_id=account.incubator_id)
    account = BankAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if account.verified_at is not None or account.retired_at is not None:
        raise Conflict(_("This account is confirmed already, or no longer used."), code="decided")
    if account.entered_by_id == actor.pk:
        raise Refused(
            _("A second person has to verify this: not the one who entered it."), code="second_person"
        )
    account.verified_at, account.verified_by = at, actor
    save_checked(account)
    _account_history(account, "verified", actor, at)
    return account


@transaction.atomic
def retire_account(*, account: BankAccount, actor: User, at: datetime) -> BankAccount:
    """Use an account no more. Payments that are on their way with it stay as they are."""
    require(Action.PAY, user=actor, park_id=account.park_id, incubator_id=account.incubator_id)
    account = BankAccount.objects.select_for_update(of=("self",)).get(pk=account.pk)
    if account.retired_at is not None:
        raise Conflict(_("This account is no longer used."), code="decided")
    if account.instalments.filter(state__in=[InstalmentState.BATCHED]).exists():
        raise Conflict(_("A payment in a batch uses this account; take it out first."), code="in_use")
    account.retired_at, account.retired_by = at, actor
    save_checked(account)
    _account_history(account, "retired", actor, at)
    return account


def _account_history(account: BankAccount, step: str, actor: User, at: datetime) -> None:
    """The chain keeps whose account and its last digits, not the whole number: it is never rewritten."""
    history.record(
        chain=account.chain,
        action=f"bankaccount.{step}",
        subject=account,
        changes={"holder": ["", account.holder], "number": ["", f"…{account.number[-4:]}"]},
        actor=actor,
        at=at,
    )
