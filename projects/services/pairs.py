"""Pairs that somebody looked at and found to be two different things."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Invalid
from core.saving import clean_value, save_checked
from projects.models import NotDuplicate
from projects.services.merging import label_of, locked_pair, require_pair


@transaction.atomic
def set_apart(
    *, kind: str, first: Any, second: Any, note: str = "", actor: User, at: datetime
) -> NotDuplicate:
    """Remember that these are two different ones; the pair is not shown again. Saying it twice is fine."""
    if first.pk == second.pk:
        raise Invalid(_("A pair is of two records."))
    first, second = locked_pair(kind, *sorted([first.pk, second.pk]))
    require_pair(first, second, actor)
    pair = {f"first_{kind}": first, f"second_{kind}": second}
    known = NotDuplicate.objects.filter(**pair).first()
    if known is not None:
        return known
    record = NotDuplicate(
        kind=kind,
        park=first.park,
        incubator=first.incubator if first.incubator_id == second.incubator_id else None,
        note=clean_value(NotDuplicate, "note", note),
        decided_at=at,
        decided_by=actor,
        **pair,
    )
    save_checked(record)
    history.record(
        chain=first.chain,
        action=f"{kind}.set_apart",
        subject=first,
        changes={"different_from": [None, label_of(second)], "note": [None, record.note]},
        actor=actor,
        at=at,
    )
    return record
