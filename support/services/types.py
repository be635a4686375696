"""Types of tickets: a park sets its own time limits over the general ones."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from accounts.models import User
from core import history
from core.saving import assign, save_checked, values_of
from incubators.models import Park
from incubators.scope import Action, require
from support.models import TicketType

TYPE_FIELDS = ("code", "name_zh", "name_en", "answer_days", "done_days", "is_active")


@transaction.atomic
def save_ticket_type(
    *, park: Park, ticket_type: TicketType | None, values: Mapping[str, Any], actor: User, at: Any
) -> TicketType:
    """Create or change a park's own type. A general type that is changed becomes the park's own copy.

    Tickets that are open keep the limits they were opened with.
    """
    require(Action.MANAGE, user=actor, park_id=park.pk)
    own = None
    before: dict[str, Any] = {}
    start: dict[str, Any] = {}
    if ticket_type is not None and ticket_type.park_id == park.pk:
        own = TicketType.objects.select_for_update().get(pk=ticket_type.pk)
        before = values_of(own, TYPE_FIELDS)
    elif ticket_type is not None:
        start = {**values_of(ticket_type, TYPE_FIELDS), "position": ticket_type.position}
        # The copy stands in for the general type as long as it bears its code.
        values = {**values, "code": ticket_type.code}
    record = own or TicketType(park=park, **start)
    assign(record, values, allowed=TYPE_FIELDS)
    changes = history.changed_fields(before, values_of(record, TYPE_FIELDS))
    if not changes:
        return record
    save_checked(record)
    history.record(
        chain=park.chain,
        action="ticket_type.changed" if own else "ticket_type.created",
        subject=record,
        changes=changes,
        actor=actor,
        at=at,
    )
    return record
