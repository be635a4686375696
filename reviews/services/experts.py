"""The expert pool."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict
from core.saving import assign, save_checked, values_of
from incubators.models import Park
from projects.models import Sector
from reviews.models import Assignment, Expert
from reviews.services.acting import remember, require_administrator, stale, wrong

EXPERT_FIELDS = (
    "name_zh",
    "name_en",
    "user",
    "employer",
    "employer_organisation",
    "employer_enterprise",
    "title",
    "fields",
    "region",
    "languages",
    "phone",
    "email",
    "agreement_from",
    "agreement_until",
    "per_year",
    "at_once",
    "is_active",
    "external_id",
)
#: Of personal data the history says that, not what, changed.
PERSONAL = ("phone", "email")


@transaction.atomic
def save_expert(
    *,
    expert: Expert | None,
    park: Park,
    values: Mapping[str, Any],
    actor: User | None,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Expert:
    """Take an expert into the pool, or change one (``park`` is then that of the record)."""
    if expert is None:
        require_administrator(actor, park.pk)
        record = Expert(park=park, provenance=provenance, entered_by=actor, created_at=at, updated_at=at)
        before: dict[str, Any] = {}
    else:
        record = Expert.objects.select_for_update(of=("self",)).select_related("park").get(pk=expert.pk)
        require_administrator(actor, record.park_id)
        if expected_version is not None and record.version != expected_version:
            raise stale()
        before = values_of(record, EXPERT_FIELDS)
    assign(record, values, allowed=EXPERT_FIELDS)
    _check(record)
    changes = history.changed_fields(before, values_of(record, EXPERT_FIELDS))
    if expert is not None and not changes:
        return record
    record.version += expert is not None
    record.updated_at = at
    save_checked(record)
    for name in set(PERSONAL) & set(changes):
        changes[name] = [bool(value) for value in changes[name]]
    remember(record, "expert.changed" if expert else "expert.created", changes, actor, at, chain=record.chain)
    return record


def _check(record: Expert) -> None:
    record.fields = sorted(set(record.fields or ()))
    known = set(Sector.objects.filter(code__in=record.fields).values_list("code", flat=True))
    if unknown := [code for code in record.fields if code not in known]:
        raise wrong("fields", _("“%(code)s” is not a field known here.") % {"code": unknown[0][:40]})
    firm = record.employer_enterprise
    if firm is not None and firm.park_id != record.park_id:
        raise wrong("employer_enterprise", _("This enterprise belongs to another park."), "not_found")
    for name in ("per_year", "at_once"):
        if getattr(record, name) is None:
            raise wrong(name, _("Enter a whole number."), "required")


@transaction.atomic
def remove_expert(*, expert: Expert, actor: User, at: datetime) -> None:
    """Take out an expert entered by mistake; whoever has had a case stays, and is set inactive instead."""
    locked = Expert.objects.select_for_update(of=("self",)).select_related("park").get(pk=expert.pk)
    require_administrator(actor, locked.park_id)
    if Assignment.objects.filter(expert=locked).exists():
        raise Conflict(_("This expert has had cases. Set the expert inactive instead."), code="in_use")
    remember(locked, "expert.removed", {"name_zh": [locked.name_zh, None]}, actor, at, chain=locked.chain)
    locked.delete()
