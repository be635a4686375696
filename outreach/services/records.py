"""What creating and changing any liaison record has in common: place, lock, links, evidence, history."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid, Stale
from core.saving import assign, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.models import Incubator, Park
from incubators.scope import Action, require, scope_of
from outreach.models import Placed
from projects.models import Project
from projects.services.records import check_place, local_day

R = TypeVar("R", bound=Placed)
Check = Callable[[Any, Collection[str]], None]


def day_of(record: Placed, at: datetime) -> date:
    """The calendar day of a moment where the record belongs."""
    return local_day(incubator=record.incubator, park=record.park, at=at)


def wrong(field: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(message, fields=[FieldError(field, message, code)])


@transaction.atomic
def create(
    model: type[R],
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    fields: Collection[str],
    name: str,
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
    check: Check | None = None,
    start: Mapping[str, Any] | None = None,
) -> R:
    """A new record of ``model`` at this place; ``name`` begins the name of the act in the history.

    ``check(record, changed)`` is asked before saving; ``start`` sets what callers cannot set.
    """
    check_place(park, incubator, actor)
    record = model(
        park=park,
        incubator=incubator,
        provenance=provenance,
        entered_by=actor,
        created_at=at,
        updated_at=at,
        **(start or {}),
    )
    given = dict(values)
    files = given.pop("evidence", None)
    assign(record, given, allowed=fields)
    check_links(record, actor=actor, changed=fields)
    if check:
        check(record, fields)
    save_checked(record)
    changes = history.changed_fields(_nothing(model, fields), values_of(record, fields))
    remember(record, f"{name}.created", {**changes, **set_evidence(record, files)}, actor, at)
    return record


@transaction.atomic
def change(
    record: R,
    *,
    values: Mapping[str, Any],
    fields: Collection[str],
    name: str,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
    check: Check | None = None,
) -> R:
    """Change fields under a lock; nothing is written when nothing differs."""
    locked = lock(record, actor=actor, expected_version=expected_version)
    before = values_of(locked, fields)
    given = dict(values)
    files = given.pop("evidence", None)
    assign(locked, given, allowed=fields)
    changes = history.changed_fields(before, values_of(locked, fields))
    if changes:
        check_links(locked, actor=actor, changed=changes)
        if check:
            check(locked, changes)
    changes |= set_evidence(locked, files)
    if not changes:
        return locked
    touch(locked, at=at)
    save_checked(locked)
    remember(locked, f"{name}.changed", changes, actor, at)
    return locked


def lock(
    record: R, *, actor: User | None, action: Action = Action.ENTER, expected_version: int | None = None
) -> R:
    """The row, locked for this transaction, after the check that the person may do this."""
    model: Any = type(record)
    locked: R | None = (
        model.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .filter(pk=record.pk)
        .first()
    )
    if locked is None:
        raise Conflict(_("This record has been deleted."), code="deleted")
    require(action, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    if expected_version is not None and locked.version != expected_version:
        raise Stale(locked)
    return locked


def touch(record: Placed, *, at: datetime) -> None:
    record.version += 1
    record.updated_at = at


def remember(record: Any, action: str, changes: Mapping[str, Any], actor: User | None, at: datetime) -> None:
    history.record(chain=record.chain, action=action, subject=record, changes=changes, actor=actor, at=at)


def check_links(record: Placed, *, actor: User | None, changed: Collection[str]) -> None:
    """Linked records lie in the same park and the person may see them; people named work there.

    What somebody else linked before may stay when other fields are changed.
    """
    errors = []
    for field in record._meta.concrete_fields:
        if field.name not in changed or not isinstance(field, models.ForeignKey):
            continue
        linked = getattr(record, field.name)
        if linked is None:
            continue
        if isinstance(linked, Placed | Project) and not in_reach(linked, record, actor):
            errors.append(FieldError(field.name, _("Choose one of the records of this park."), "not_found"))
        if isinstance(linked, User) and not may_be_named(linked, record):
            errors.append(FieldError(field.name, _("Choose a person who works there."), "not_found"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


def in_reach(linked: Placed | Project, record: Placed, actor: User | None) -> bool:
    return linked.park_id == record.park_id and (
        actor is None
        or scope_of(actor).allows(Action.READ, park_id=linked.park_id, incubator_id=linked.incubator_id)
    )


def may_be_named(person: User, record: Placed) -> bool:
    scope = scope_of(person)
    return scope.allows(Action.ENTER, park_id=record.park_id, incubator_id=record.incubator_id)


def set_evidence(record: Any, files: Sequence[EvidenceFile] | None) -> dict[str, list[Any]]:
    """Let these files and no others prove the record; the change for the history, if there is one."""
    if files is None:
        return {}
    check_files(record, files)
    before = {file.pk: file.sha256 for file in record.evidence.all()}
    after = {file.pk: file.sha256 for file in files}
    if before.keys() == after.keys():
        return {}
    record.evidence.set(files)
    return {"evidence": [sorted(before.values()), sorted(after.values())]}


def check_files(record: Placed, files: Sequence[EvidenceFile]) -> None:
    """Evidence comes from the same park and incubator as the record."""
    for file in files:
        if (file.park_id, file.incubator_id) != (record.park_id, record.incubator_id):
            raise wrong("evidence", _("This file belongs to another record. Upload it here."), "not_found")


@transaction.atomic
def attach_evidence(*, record: Placed, files: Sequence[EvidenceFile], actor: User, at: datetime) -> None:
    """Hang stored files on an event, a mandate or an agreement; those that hang there already stay."""
    locked: Any = lock(record, actor=actor)
    known = list(locked.evidence.all())
    _keep(locked, [*known, *(file for file in files if file not in known)], actor, at)


@transaction.atomic
def detach_evidence(*, record: Placed, file: EvidenceFile, actor: User, at: datetime) -> None:
    """Take a file off; it stays stored."""
    locked: Any = lock(record, actor=actor)
    _keep(locked, [known for known in locked.evidence.all() if known != file], actor, at)


def _keep(record: Any, files: Sequence[EvidenceFile], actor: User, at: datetime) -> None:
    if changes := set_evidence(record, files):
        touch(record, at=at)
        record.save(update_fields=["version", "updated_at"])
        remember(record, f"{record._meta.model_name}.evidence", changes, actor, at)


def _nothing(model: type[models.Model], fields: Collection[str]) -> dict[str, Any]:
    """The values of an empty record, so that the history of a creation lists only what was filled in."""
    return values_of(model(), fields)
