"""Calls, visits, meetings, mail: what was said and what comes next."""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core.enums import Provenance
from core.errors import Conflict
from incubators.models import Incubator, Park
from outreach.models import Interaction, Lead
from outreach.services.leads import plan_next
from outreach.services.records import change, create, day_of, lock, remember, touch, wrong

FIELDS = (
    "kind",
    "on",
    "by",
    "contact",
    "lead",
    "event",
    "summary",
    "next_action",
    "next_on",
    "external_id",
)


@transaction.atomic
def log_interaction(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    settles: bool = False,
    provenance: str = Provenance.RECORDED,
) -> Interaction:
    """Record what was said. The next action of a talk about a lead becomes the lead's next action.

    ``settles`` says that this was the lead's planned next action, which is thereby done.
    """
    record = create(
        Interaction,
        park=park,
        incubator=incubator,
        values={"by": actor, **values},
        fields=FIELDS,
        name="interaction",
        actor=actor,
        at=at,
        provenance=provenance,
        check=partial(_check, at=at),
    )
    if record.lead is not None:
        _hand_over(record, record.lead, settles=settles, actor=actor, at=at)
    return record


def update_interaction(
    *,
    interaction: Interaction,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Interaction:
    """Correct the record. A next action already handed to a lead is changed there."""
    return change(
        interaction,
        values=values,
        fields=FIELDS,
        name="interaction",
        actor=actor,
        at=at,
        expected_version=expected_version,
        check=partial(_check, at=at),
    )


@transaction.atomic
def finish_interaction(*, interaction: Interaction, actor: User, at: datetime) -> Interaction:
    """The planned next action is done; doing so twice changes nothing."""
    locked = lock(interaction, actor=actor)
    if not locked.next_action:
        raise Conflict(_("Nothing was planned here."), code="nothing_planned")
    if locked.next_done_at is not None:
        return locked
    locked.next_done_at, locked.next_done_by = at, actor
    touch(locked, at=at)
    locked.save(update_fields=["next_done_at", "next_done_by", "version", "updated_at"])
    remember(locked, "interaction.next_done", {"next_action": [locked.next_action, None]}, actor, at)
    return locked


def _hand_over(record: Interaction, lead: Lead, *, settles: bool, actor: User, at: datetime) -> None:
    if record.next_action:
        plan_next(lead, action=record.next_action, on=record.next_on, actor=actor, at=at)
    elif settles:
        plan_next(lead, action="", on=None, actor=actor, at=at)


def _check(record: Interaction, changed: Collection[str], *, at: datetime) -> None:
    if record.on and record.on > day_of(record, at):
        raise wrong("on", _("This day has not come yet. Plan it as a next action instead."), "future")
    if record.next_on and not record.next_action:
        raise wrong("next_action", _("Say what is to be done on that day."), "required")
    if not (record.contact_id or record.lead_id or record.event_id):
        raise wrong("contact", _("Say with whom: a contact, a lead or an event."), "required")
