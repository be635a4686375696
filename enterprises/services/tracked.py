"""Records of enterprises that are worked on without a second look: rights, people, occupancies."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, Stale
from core.saving import assign, save_checked, values_of
from enterprises.models import Enterprise, IpRight, Occupancy, Person

T = TypeVar("T", IpRight, Person, Occupancy)
HIDDEN = "•••"


def locked(record: T) -> T:
    """The stored row, locked after its enterprise; a new record as it is."""
    Enterprise.objects.select_for_update(of=("self",)).get(pk=record.enterprise_id)
    if record.pk is None:
        return record
    found: T | None = type(record)._base_manager.select_for_update(of=("self",)).filter(pk=record.pk).first()
    if found is None:
        raise Conflict(_("Somebody else removed this meanwhile."), code="removed")
    return found


def save_tracked(
    record: T,
    values: Mapping[str, Any],
    *,
    fields: Iterable[str],
    action: str,
    chain: str,
    actor: User,
    at: datetime,
    expected_version: int | None,
    check: Callable[[T], None] | None = None,
    personal: Iterable[str] = (),
) -> bool:
    """Create or change inside the caller's transaction, with history; whether anything changed.

    ``expected_version`` refuses when somebody else changed the record meanwhile. Of the ``personal`` fields
    the history keeps that they changed, not what they were: a chain is never rewritten.
    """
    fields = tuple(fields)
    if record.pk and expected_version is not None and record.version != expected_version:
        raise Stale(record)
    before = values_of(record, fields) if record.pk else {}
    assign(record, values, allowed=fields)
    if check is not None:
        check(record)
    changes = history.changed_fields(before, values_of(record, fields))
    if record.pk and not changes:
        return False
    for name in set(personal) & set(changes):
        changes[name] = [HIDDEN if value else "" for value in changes[name]]
    if record.pk is None:
        record.created_at, record.entered_by = at, actor
        step = "entered"
    else:
        record.version += 1
        step = "changed"
    record.updated_at = at
    save_checked(record)
    history.record(
        chain=chain, action=f"{action}.{step}", subject=record, changes=changes, actor=actor, at=at
    )
    return True
