"""Services to teams: entered with their proof by one person, verified by a second."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused, Stale
from core.saving import assign, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.models import Incubator
from incubators.scope import Action, require
from support.models import ServiceRecord
from support.services.places import check_files, check_linked

RECORD_FIELDS = ("kind", "on", "hours", "mentor", "project", "enterprise", "subject", "result")
_LINKS = ("mentor", "project", "enterprise")


@transaction.atomic
def enter_service(
    *,
    incubator: Incubator,
    values: Mapping[str, Any],
    files: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
) -> ServiceRecord:
    """Record one service to one team on one day."""
    require(Action.ENTER, user=actor, park_id=incubator.park_id, incubator_id=incubator.pk)
    record = ServiceRecord(incubator=incubator, entered_at=at, entered_by=actor, updated_at=at)
    assign(record, values, allowed=RECORD_FIELDS)
    _check(record, files, at)
    save_checked(record)
    record.evidence.set(files)
    _remember(
        record, "service.entered", history.changed_fields({}, values_of(record, RECORD_FIELDS)), actor, at
    )
    return record


@transaction.atomic
def update_service(
    *,
    record: ServiceRecord,
    values: Mapping[str, Any],
    files: Sequence[EvidenceFile] = (),
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> ServiceRecord:
    """Correct a record or add proof. A correction has to be verified again: something else was verified."""
    locked = _locked(record, actor)
    if expected_version is not None and locked.version != expected_version:
        raise Stale(locked)
    before = values_of(locked, RECORD_FIELDS)
    assign(locked, values, allowed=RECORD_FIELDS)
    _check(locked, files, at)
    changes = history.changed_fields(before, values_of(locked, RECORD_FIELDS))
    new_files = [file for file in files if not locked.evidence.filter(pk=file.pk).exists()]
    if not changes and not new_files:
        return locked
    if changes:
        locked.entered_at, locked.entered_by = at, actor
        locked.verified_at = locked.verified_by = None
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    locked.evidence.add(*new_files)
    if new_files:
        changes["evidence"] = [[], sorted(file.sha256 for file in new_files)]
    _remember(locked, "service.changed", changes, actor, at)
    return locked


@transaction.atomic
def verify_service(*, record: ServiceRecord, actor: User, at: datetime) -> ServiceRecord:
    """A second person at the park confirms that the service was given; from then on it counts."""
    locked = _locked(record, actor, action=Action.VERIFY)
    if locked.entered_by_id == actor.pk:
        raise Refused(_("You entered this yourself, so a second person has to verify it."))
    if locked.verified_at is not None:
        raise Conflict(_("This is already verified."), code="already_verified")
    locked.verified_at, locked.verified_by, locked.updated_at = at, actor, at
    locked.version += 1
    save_checked(locked)
    _remember(locked, "service.verified", {"verified_by": [None, actor.get_username()]}, actor, at)
    return locked


@transaction.atomic
def remove_service(*, record: ServiceRecord, actor: User, at: datetime) -> None:
    """Take out a record entered by mistake; what is verified stays."""
    locked = _locked(record, actor)
    if locked.verified_at is not None:
        raise Conflict(_("This is verified, so it stays. Correct it instead."), code="already_verified")
    gone = {name: [value, None] for name, value in values_of(locked, RECORD_FIELDS).items()}
    _remember(locked, "service.removed", gone, actor, at)
    locked.delete()


def _locked(record: ServiceRecord, actor: User, *, action: Action = Action.ENTER) -> ServiceRecord:
    locked = (
        ServiceRecord.objects.select_for_update(of=("self",))
        .select_related("incubator", "mentor", "project", "enterprise")
        .get(pk=record.pk)
    )
    require(action, user=actor, park_id=locked.incubator.park_id, incubator_id=locked.incubator_id)
    return locked


def _check(record: ServiceRecord, files: Sequence[EvidenceFile], at: datetime) -> None:
    check_linked(record, _LINKS)
    place = (record.incubator.park_id, record.incubator_id)
    if any((file.park_id, file.incubator_id) != place for file in files):
        check_files(record, files)
    today = at.astimezone(ZoneInfo(record.incubator.time_zone)).date()
    if record.on is not None and record.on > today:
        message = _("A service is recorded once it was given. Enter a day up to today.")
        raise Invalid(message, fields=[FieldError("on", message, "future")])


def _remember(
    record: ServiceRecord, action: str, changes: Mapping[str, Any], actor: User, at: datetime
) -> None:
    history.record(chain=record.chain, action=action, subject=record, changes=changes, actor=actor, at=at)
