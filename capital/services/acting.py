"""What the writes of funds and credit have in common."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from accounts.models import User
from core import history
from core.errors import FieldError, Invalid
from core.saving import clean_text
from incubators.models import Park


def day_in(park: Park, at: datetime) -> date:
    return at.astimezone(ZoneInfo(park.time_zone)).date()


def wrong(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(message, fields=[FieldError(field, message, code)])


def needed_words(text: Any, field: str, message: str) -> str:
    words = clean_text(text, field=field)
    if not words:
        raise wrong(field, message, "required")
    return words


def remember(subject: Any, action: str, changes: Mapping[str, Any], actor: User | None, at: datetime) -> None:
    chain = subject.chain if hasattr(subject, "chain") else subject.owner.chain
    history.record(chain=chain, action=action, subject=subject, changes=changes, actor=actor, at=at)


def plain(amount: Any) -> str:
    """An amount inside a sentence: thousands apart, no fen where there are none."""
    return f"{amount:,.2f}".removesuffix(".00")
