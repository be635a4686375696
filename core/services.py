"""Writes of records that belong to no park: dated exchange rates, stored answers."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core import history
from core.errors import FieldError, Invalid, Refused
from core.models import ExchangeRate, IdempotencyKey
from core.saving import save_checked

SYSTEM_CHAIN = "system"

#: A client that has not repeated a write after two days will not do so.
ANSWERS_KEPT_FOR = timedelta(hours=48)


def refusal_of_rates() -> str:
    return _("Only the administrator of the installation can record exchange rates.")


@transaction.atomic
def record_rate(
    *,
    currency: str,
    to_currency: str,
    on: date,
    rate: Decimal,
    source: str,
    actor: Any,
    at: datetime,
) -> ExchangeRate:
    """Record or correct the rate of one day. ``actor`` None is the installation itself.

    Raises ``Refused`` for anyone but an administrator of the installation: a rate changes all totals.
    """
    if actor is not None and not actor.is_superuser:
        raise Refused(refusal_of_rates())
    if currency == to_currency:
        raise Invalid(
            _("A rate leads from one currency to another."),
            fields=[FieldError("to_currency", _("Choose another currency."), "same")],
        )
    record = ExchangeRate.objects.filter(currency=currency, to_currency=to_currency, on=on).first()
    before = {"rate": record.rate, "source": record.source} if record else {}
    record = record or ExchangeRate(currency=currency, to_currency=to_currency, on=on)
    record.rate, record.source = rate, source.strip()
    changes = history.changed_fields(before, {"rate": record.rate, "source": record.source})
    if not changes:
        return record
    save_checked(record)
    history.record(
        chain=SYSTEM_CHAIN, action="rate.recorded", subject=record, changes=changes, actor=actor, at=at
    )
    return record


def forget_old_keys(*, at: datetime) -> int:
    """Delete the stored answers of writes that nobody will repeat any more; how many there were."""
    return IdempotencyKey.objects.filter(created_at__lt=at - ANSWERS_KEPT_FOR).delete()[0]
