"""Events: planned, held or cancelled."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from core.enums import Provenance
from incubators.models import Incubator, Park
from outreach.models import Event
from outreach.services.records import change, create, day_of, wrong

FIELDS = (
    "name_zh",
    "name_en",
    "kind",
    "venue",
    "starts_on",
    "last_on",
    "co_hosts",
    "attendee_count",
    "firm_count",
    "cost_amount",
    "cost_currency",
    "summary",
    "cancelled",
    "external_id",
)


def create_event(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Event:
    """Plan an event or record one that was held; ``values`` may hold ``evidence``, a list of files."""
    return create(
        Event,
        park=park,
        incubator=incubator,
        values=values,
        fields=FIELDS,
        name="event",
        actor=actor,
        at=at,
        provenance=provenance,
        check=partial(_check, at=at),
    )


def update_event(
    *,
    event: Event,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Event:
    return change(
        event,
        values=values,
        fields=FIELDS,
        name="event",
        actor=actor,
        at=at,
        expected_version=expected_version,
        check=partial(_check, at=at),
    )


def _check(event: Event, changed: Collection[str], *, at: datetime) -> None:
    """Who came is known from the first day on."""
    counted = event.attendee_count is not None or event.firm_count is not None
    if counted and event.starts_on and event.starts_on > day_of(event, at):
        field = "attendee_count" if event.attendee_count is not None else "firm_count"
        raise wrong(field, _("The event has not taken place yet. Enter who came afterwards."), "future")
