"""The project record: create, change, delete."""

import secrets
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Invalid
from core.models import Tombstone
from core.saving import assign, clean_value, save_checked, values_of
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from incubators.scope import Action, require, scope_of
from projects.enums import Stage
from projects.models import Merge, NotDuplicate, Project, StageLog

FIELDS = (
    "name_zh",
    "name_en",
    "sector",
    "summary",
    "team_lead",
    "contact",
    "lead_source",
    "destination_site",
    "enterprise",
    "first_contact_on",
    "external_id",
)
_CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # no 0/O, 1/I/L: it is read out on the telephone


def local_day(*, incubator: Incubator | None, park: Park, at: datetime) -> date:
    """The calendar day of a moment where the incubator stands: dates are local, moments are UTC."""
    zone = incubator.time_zone if incubator else park.time_zone
    return at.astimezone(ZoneInfo(zone)).date()


def new_code(on: date) -> str:
    """A project number such as ``2021-7KQ4M2``: the year of first contact and six random characters."""
    rest, signs = secrets.randbelow(len(_CODE_ALPHABET) ** 6), ""
    for _position in range(6):
        rest, sign = divmod(rest, len(_CODE_ALPHABET))
        signs += _CODE_ALPHABET[sign]
    return f"{on.year}-{signs}"


def lock(project: Project, *, actor: User | None, action: Action = Action.ENTER) -> Project:
    """The row, locked for this transaction, after the check that the person may do this."""
    locked: Project | None = (
        Project.objects.select_for_update(of=("self",))
        .select_related("park", "incubator", "enterprise")
        .filter(pk=project.pk)
        .first()
    )
    if locked is None:
        if Project.everything.filter(pk=project.pk).exists():
            raise Conflict(_("This project has been merged into another one."), code="merged")
        raise Conflict(_("This project has been deleted."), code="deleted")
    require(action, user=actor, park_id=locked.park_id, incubator_id=locked.incubator_id)
    return locked


def touch(project: Project, *, at: datetime) -> None:
    """A new version of the record, so that pulls and open forms notice."""
    project.version += 1
    project.updated_at = at
    project.save(update_fields=["version", "updated_at"])


def may_link(enterprise: Enterprise | None, project: Project, actor: User | None) -> bool:
    """An enterprise of the project's park that the person may see; what they may not see does not exist."""
    if enterprise is None:
        return True
    return enterprise.park_id == project.park_id and (
        actor is None
        or scope_of(actor).allows(
            Action.READ, park_id=enterprise.park_id, incubator_id=enterprise.incubator_id
        )
    )


def check_values(
    project: Project, *, actor: User | None, today: date, changed: Collection[str] = FIELDS
) -> None:
    """What the fields cannot check alone: the linked enterprise is in reach, and the day has come.

    A link that somebody with a wider view made before may stay when the others are changed.
    """
    if "enterprise" in changed and not may_link(project.enterprise, project, actor):
        raise Invalid(
            _("The enterprise was not found."),
            fields=[FieldError("enterprise", _("Choose an enterprise of this park."), "not_found")],
        )
    if project.first_contact_on and project.first_contact_on > today:
        raise Invalid(
            _("The first contact lies in the future."),
            fields=[
                FieldError(
                    "first_contact_on",
                    _("%(day)s has not come yet. Enter a day up to today.")
                    % {"day": project.first_contact_on},
                    "future",
                )
            ],
        )


def check_place(park: Park, incubator: Incubator | None, actor: User | None) -> None:
    """Whether the person may enter records there, and whether there is such a place."""
    require(Action.ENTER, user=actor, park_id=park.pk, incubator_id=incubator.pk if incubator else None)
    if incubator is not None and incubator.park_id != park.pk:
        raise Invalid(
            _("The incubator does not belong to this park."),
            fields=[FieldError("incubator", _("other park"))],
        )


@transaction.atomic
def create_project(
    *,
    park: Park,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
    code: str = "",
) -> Project:
    """Record a project as a lead, with the first row of its stage log and its history."""
    check_place(park, incubator, actor)
    today = local_day(incubator=incubator, park=park, at=at)
    first_contact = clean_value(Project, "first_contact_on", values.get("first_contact_on")) or today
    project = Project(
        code=code or new_code(first_contact),
        park=park,
        incubator=incubator,
        stage=Stage.LEAD,
        stage_since=first_contact,
        provenance=provenance,
        entered_by=actor,
        created_at=at,
        updated_at=at,
    )
    assign(project, {**values, "first_contact_on": first_contact}, allowed=FIELDS)
    check_values(project, actor=actor, today=today)
    save_checked(project)
    StageLog.objects.create(
        project=project, sequence=1, to_stage=Stage.LEAD, on=first_contact, moved_at=at, moved_by=actor
    )
    history.record(
        chain=project.chain,
        action="project.created",
        subject=project,
        changes=history.changed_fields({}, {"code": project.code, **values_of(project, FIELDS)}),
        actor=actor,
        at=at,
    )
    return project


@transaction.atomic
def update_project(
    *,
    project: Project,
    values: Mapping[str, Any],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Project:
    """Change fields of the record; ``expected_version`` refuses when somebody changed it meanwhile."""
    locked = lock(project, actor=actor)
    if expected_version is not None and locked.version != expected_version:
        raise Conflict(
            _("Somebody else changed this project meanwhile. Compare both versions."), code="stale"
        )
    before = values_of(locked, FIELDS)
    assign(locked, values, allowed=FIELDS)
    changes = history.changed_fields(before, values_of(locked, FIELDS))
    if not changes:
        return locked
    today = local_day(incubator=locked.incubator, park=locked.park, at=at)
    check_values(locked, actor=actor, today=today, changed=changes)
    if "first_contact_on" in changes and locked.first_contact_on:
        _move_start(locked)
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    history.record(
        chain=locked.chain, action="project.changed", subject=locked, changes=changes, actor=actor, at=at
    )
    return locked


def _move_start(project: Project) -> None:
    """The log begins with the first contact, so both say the same day; no move lies before it."""
    first, *later = project.stage_log.order_by("sequence")[:2]
    if later and project.first_contact_on > later[0].on:
        raise Invalid(
            _("The first contact lies after the first move."),
            fields=[
                FieldError(
                    "first_contact_on",
                    _("The project moved on %(day)s. Enter that day or an earlier one.")
                    % {"day": later[0].on},
                    "order",
                )
            ],
        )
    first.on = project.first_contact_on
    first.save(update_fields=["on"])
    if not later:
        project.stage_since = first.on


@transaction.atomic
def delete_project(
    *, project: Project, actor: User, at: datetime, expected_version: int | None = None
) -> None:
    """Delete a lead entered by mistake. What has moved or bears facts is ended, not deleted."""
    locked = lock(project, actor=actor)
    if expected_version is not None and locked.version != expected_version:
        raise Conflict(
            _("Somebody else changed this project meanwhile. Compare both versions."), code="stale"
        )
    if (
        locked.stage_log.count() > 1
        or locked.facts.exists()
        or locked.legs.exists()
        or locked.attachments.exists()
        or locked.credit_proposals.exists()
        or Merge.objects.filter(Q(kept_project=locked) | Q(merged_project=locked)).exists()
    ):
        raise Conflict(
            _(
                "This project has a history, so it cannot be deleted. "
                "End it instead: move it to “terminated”."
            ),
            code="has_history",
        )
    Tombstone.objects.create(
        kind="project",
        record_id=locked.pk,
        park_id=locked.park_id,
        incubator_id=locked.incubator_id,
        deleted_at=at,
    )
    history.record(
        chain=locked.chain,
        action="project.deleted",
        subject=locked,
        changes={name: [value, None] for name, value in values_of(locked, FIELDS).items()},
        actor=actor,
        at=at,
    )
    locked.credit_shares.all().delete()
    NotDuplicate.objects.filter(Q(first_project=locked) | Q(second_project=locked)).delete()
    locked.delete()
