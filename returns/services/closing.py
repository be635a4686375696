"""Closing a period, after which nobody writes into it, and reopening it with a reason."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.periods import BadPeriod, Period
from core.saving import clean_text, save_checked
from incubators.models import Incubator, Park
from incubators.scope import Action, require
from returns.models import PeriodClose


def _known_period(code: str, park: Park, at: datetime) -> Period:
    try:
        period = Period.parse(code)
    except BadPeriod:
        message = _("Write the period as 2021, 2021-H1, 2021-Q2 or 2021-04.")
        raise Invalid(message, fields=[FieldError("period", message, "not_a_period")]) from None
    if period.end > at.astimezone(ZoneInfo(park.time_zone)).date():
        message = _("This period has not ended yet.")
        raise Invalid(message, fields=[FieldError("period", message, "running")])
    return period


@transaction.atomic
def close_period(
    *,
    park: Park,
    incubator: Incubator | None = None,
    period: str,
    note: str = "",
    actor: User,
    at: datetime,
) -> PeriodClose:
    """From now on the database refuses returns and measures of this period and of shorter ones within."""
    require(Action.MANAGE, user=actor, park_id=park.pk)
    if incubator is not None and incubator.park_id != park.pk:
        message = _("The incubator does not belong to this park.")
        raise Invalid(message, fields=[FieldError("incubator", message, "not_found")])
    known = _known_period(period, park, at)
    record = PeriodClose(
        park=park,
        incubator=incubator,
        period=known.code,
        starts_on=known.start,
        ends_on=known.end,
        note=clean_text(note, field="note"),
        closed_at=at,
        closed_by=actor,
        updated_at=at,
    )
    if PeriodClose.objects.open().filter(park=park, incubator=incubator, period=known.code).exists():
        raise Conflict(_("This period is already closed."), code="already_closed")
    save_checked(record)
    history.record(
        chain=record.chain,
        action="period.closed",
        subject=record,
        changes={"period": [None, known.code]},
        actor=actor,
        at=at,
    )
    return record


@transaction.atomic
def reopen_period(*, close: PeriodClose, reason: str, actor: User, at: datetime) -> PeriodClose:
    """Let people write into the period again; why is kept for good."""
    require(Action.MANAGE, user=actor, park_id=close.park_id)
    words = clean_text(reason, field="reason")
    if not words:
        message = _("Say why the period is reopened.")
        raise Invalid(message, fields=[FieldError("reason", message, "required")])
    record = (
        PeriodClose.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .get(pk=close.pk)
    )
    if record.reopened_at is not None:
        raise Conflict(_("This period was reopened already."), code="already_reopened")
    record.reopened_at, record.reopened_by, record.reason, record.updated_at = at, actor, words, at
    save_checked(record)
    history.record(
        chain=record.chain,
        action="period.reopened",
        subject=record,
        changes={"reason": ["", words]},
        actor=actor,
        at=at,
    )
    return record
