"""What the writes of sharing have in common: the locked agreement, words that are needed, history."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import FieldError, Invalid, Refused
from core.saving import clean_text
from incubators.models import Park
from sharing.models import SharingAgreement, SharingParty

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 15


def locked_agreement(agreement: SharingAgreement) -> SharingAgreement:
    """The agreement, locked: its bookings come one after the other. Always the first lock taken."""
    found: SharingAgreement = (
        SharingAgreement.objects.select_for_update(of=("self",), no_key=True)
        .select_related("park")
        .get(pk=agreement.pk)
    )
    return found


def day_in(park: Park, at: datetime) -> date:
    """The day of a moment where the park is."""
    return at.astimezone(ZoneInfo(park.time_zone)).date()


def wrong(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(message, fields=[FieldError(field, message, code)])


def second_person_only(first_id: int | None, actor: User) -> None:
    if first_id == actor.pk:
        raise Refused(
            _("A second person has to verify this: not the one who entered it."), code="second_person"
        )


def needed_words(text: Any, field: str, message: str) -> str:
    words = clean_text(text, field=field)
    if not words:
        raise wrong(field, message, "required")
    return words


def checked_money(value: Any, field: str) -> Decimal:
    """Exact money above zero, to the fen."""
    if isinstance(value, Decimal | int) and not isinstance(value, bool):
        found = Decimal(value)
        if found.is_finite() and 0 < found < LARGEST and found == found.quantize(CENT):
            return found.quantize(CENT)
    raise wrong(field, _("Enter an amount above zero, to the fen at most."), "amount")


def checked_key(key: Any) -> str:
    found = clean_text(key, field="key")
    if not 0 < len(found) <= 120:
        raise wrong(
            "key", _("A key of one to 120 characters is needed, so that nothing is booked twice."), "required"
        )
    return found


def party_of(agreement: SharingAgreement, party: SharingParty, field: str) -> SharingParty:
    """A party of this agreement and of no other."""
    if party.agreement_id != agreement.pk:
        raise wrong(field, _("This is not a party to the agreement."))
    return party


def remember(
    subject: Any, action: str, changes: Mapping[str, Any], actor: User | None, at: datetime, *, chain: str
) -> None:
    history.record(chain=chain, action=action, subject=subject, changes=changes, actor=actor, at=at)
