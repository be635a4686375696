"""What a contract asks an operator to report: kept by the park's administrator."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import FieldError, Invalid, Stale
from core.periods import Period
from core.saving import assign, save_checked, values_of
from incubators.models import OperatorContract
from incubators.scope import Action, require
from returns.duties import DEFAULTS
from returns.measures import LINES, in_order
from returns.models import ReturnDuty

FIELDS = ("frequency", "due_days", "starts_on", "variance_percent", "is_active")
LINES_FIELD = "lines"


@transaction.atomic
def save_duty(
    *,
    duty: ReturnDuty | None,
    contract: OperatorContract,
    values: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    expected_version: int | None = None,
) -> ReturnDuty:
    """Set up or change what one contract asks for; returns that exist keep the lines they have."""
    incubator = contract.incubator
    require(Action.MANAGE, user=actor, park_id=incubator.park_id)
    record = _locked(duty) if duty is not None else ReturnDuty(contract=contract, created_at=at)
    if expected_version is not None and record.version != expected_version:
        raise Stale(record)
    before = values_of(record, (*FIELDS, LINES_FIELD)) if record.pk else {}
    assign(record, {name: values[name] for name in values if name != LINES_FIELD}, allowed=FIELDS)
    if LINES_FIELD in values:
        record.lines = _checked_lines(values[LINES_FIELD])
    if record.pk and before["frequency"] != record.frequency:
        message = _("How often a return is due stays as it is: end this duty and add another.")
        raise Invalid(message, fields=[FieldError("frequency", message, "fixed")])
    changes = history.changed_fields(before, values_of(record, (*FIELDS, LINES_FIELD)))
    if not changes:
        return record
    record.updated_at = at
    record.version = record.version + 1 if record.pk else 1
    save_checked(record, exclude=("contract",))
    history.record(
        chain=incubator.chain, action="duty.saved", subject=record, changes=changes, actor=actor, at=at
    )
    return record


def _locked(duty: ReturnDuty) -> ReturnDuty:
    return (
        ReturnDuty.objects.select_for_update(of=("self",))
        .select_related("contract__incubator")
        .get(pk=duty.pk)
    )


def _checked_lines(codes: Any) -> list[str]:
    given = [str(code) for code in codes or ()]
    unknown = [code for code in given if code not in LINES]
    if unknown or not given:
        message = _("Choose at least one of the listed lines.")
        raise Invalid(
            message, fields=[FieldError(LINES_FIELD, message, "unknown" if unknown else "required")]
        )
    return in_order(given)


@transaction.atomic
def create_default_duties(
    *, contract: OperatorContract, actor: User | None, at: datetime, starts_on: date | None = None
) -> list[ReturnDuty]:
    """Monthly, quarterly and yearly, where the contract has none yet; from the present period on."""
    require(Action.MANAGE, user=actor, park_id=contract.incubator.park_id)
    OperatorContract.objects.select_for_update(no_key=True).get(pk=contract.pk)
    known = set(ReturnDuty.objects.filter(contract=contract).values_list("frequency", flat=True))
    today = at.astimezone(ZoneInfo(contract.incubator.time_zone)).date()
    made = []
    for frequency, default in DEFAULTS.items():
        if frequency in known:
            continue
        begin = starts_on or Period.containing(today, default.frequency).start
        values = {
            "frequency": frequency,
            "due_days": default.due_days,
            "lines": default.lines,
            "starts_on": min(max(begin, contract.starts_on), contract.ends_on),
        }
        made.append(save_duty(duty=None, contract=contract, values=values, actor=actor, at=at))
    return made
