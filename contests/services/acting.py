"""What the writes of contests have in common: who may, locked rows, words that are needed, history."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.db import models

from accounts.models import User
from core import history
from core.errors import FieldError, Invalid, Stale
from core.saving import clean_text
from incubators.models import Park
from incubators.scope import Action, require

M = TypeVar("M", bound=models.Model)


def require_administrator(user: User | None, park_id: int) -> None:
    """Contests and challenges are run by the park's administrator alone."""
    require(Action.MANAGE, user=user, park_id=park_id)


def day_in(park: Park, at: datetime) -> date:
    """The day on which something happens, where the park is."""
    return at.astimezone(ZoneInfo(park.time_zone)).date()


def needed_words(text: Any, field: str, message: str) -> str:
    """Words that a person has to give."""
    words = clean_text(text, field=field)
    if not words:
        raise Invalid(message, fields=[FieldError(field, message, "required")])
    return words


def wrong(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(message, fields=[FieldError(field, message, code)])


def locked(record: M, *related: str, expected_version: int | None = None) -> M:
    """The row, locked for this transaction, in the version that was read."""
    model: Any = type(record)
    found: M = model.objects.select_for_update(of=("self",)).select_related(*related).get(pk=record.pk)
    if expected_version is not None and found.version != expected_version:  # type: ignore[attr-defined]
        raise Stale(found)
    return found


def touch(record: Any, at: datetime) -> None:
    record.version += 1
    record.updated_at = at


def remember(
    subject: Any,
    action: str,
    changes: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    *,
    chain: str = "",
) -> None:
    history.record(
        chain=chain or subject.chain, action=action, subject=subject, changes=changes, actor=actor, at=at
    )
