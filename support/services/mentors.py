"""Mentors of a park or an incubator."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Stale
from core.saving import assign, save_checked, values_of
from incubators.models import Incubator, Park
from support.models import Mentor
from support.services.places import check_place

MENTOR_FIELDS = (
    "name_zh",
    "name_en",
    "organisation",
    "position",
    "region",
    "fields",
    "contact",
    "appointed_on",
    "ends_on",
    "external_id",
)


@transaction.atomic
def save_mentor(
    *,
    mentor: Mentor | None,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Mentor:
    """Appoint a mentor, or change one (``park`` and ``incubator`` are then those of the record)."""
    if mentor is None:
        check_place(park, incubator, actor)
        record = Mentor(
            park=park,
            incubator=incubator,
            provenance=provenance,
            entered_by=actor,
            created_at=at,
            updated_at=at,
        )
        before: dict[str, Any] = {}
    else:
        record = (
            Mentor.objects.select_for_update(of=("self",))
            .select_related("park", "incubator")
            .get(pk=mentor.pk)
        )
        check_place(record.park, record.incubator, actor)
        if expected_version is not None and record.version != expected_version:
            raise Stale(record)
        before = values_of(record, MENTOR_FIELDS)
    assign(record, values, allowed=MENTOR_FIELDS)
    changes = history.changed_fields(before, values_of(record, MENTOR_FIELDS))
    if mentor is not None and not changes:
        return record
    record.version += mentor is not None
    record.updated_at = at
    save_checked(record)
    history.record(
        chain=record.chain,
        action="mentor.changed" if mentor else "mentor.created",
        subject=record,
        changes=changes,
        actor=actor,
        at=at,
    )
    return record
