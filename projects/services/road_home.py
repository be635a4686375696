"""Relocation legs and the checklist of each."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.saving import assign, clean_value, save_checked, values_of
from evidence.models import EvidenceFile
from projects.models import Project, RelocationLeg
from projects.services.checklists import give_checklist
from projects.services.facts import check_files
from projects.services.records import local_day, lock, may_link, touch

LEG_FIELDS = (
    "from_place",
    "to_place",
    "from_country",
    "to_country",
    "legal_entity",
    "site",
    "planned_on",
    "departed_on",
    "arrived_on",
)


@transaction.atomic
def save_leg(
    *,
    project: Project,
    sequence: int,
    values: Mapping[str, Any],
    evidence: Sequence[EvidenceFile] = (),
    with_checklist: bool = True,
    actor: User,
    at: datetime,
) -> RelocationLeg:
    """Plan a leg or record how it went; legs of one project do not overlap in time.

    A new leg that has not arrived yet starts with the checklist of its park.
    """
    locked = lock(project, actor=actor)
    check_files(locked, evidence)
    number = clean_value(RelocationLeg, "sequence", sequence)
    leg = RelocationLeg.objects.filter(project=locked, sequence=number).first()
    before = values_of(leg, LEG_FIELDS) if leg else {}
    leg = leg or RelocationLeg(project=locked, sequence=number, entered_at=at, entered_by=actor)
    assign(leg, values, allowed=LEG_FIELDS)
    for name in ("from_country", "to_country"):
        setattr(leg, name, getattr(leg, name).upper())
    is_new = leg.pk is None
    changes = history.changed_fields(before, values_of(leg, LEG_FIELDS))
    _check_leg(leg, changes, locked, actor, at)
    new_files = [file for file in evidence if leg.pk is None or not leg.evidence.filter(pk=file.pk).exists()]
    if not changes and not new_files:
        return leg
    save_checked(leg)
    leg.evidence.add(*new_files)
    if new_files:
        changes["evidence"] = [[], sorted(file.sha256 for file in new_files)]
    history.record(chain=locked.chain, action="leg.saved", subject=leg, changes=changes, actor=actor, at=at)
    if is_new and with_checklist and leg.arrived_on is None:
        give_checklist(leg, at=at)
    touch(locked, at=at)
    return leg


def _check_leg(
    leg: RelocationLeg, changes: Mapping[str, Any], project: Project, actor: User, at: datetime
) -> None:
    today = local_day(incubator=project.incubator, park=project.park, at=at)
    errors = [
        FieldError(name, _("%(day)s has not come yet. Enter a day up to today.") % {"day": day}, "future")
        for name in ("departed_on", "arrived_on")
        if (day := getattr(leg, name)) and day > today
    ]
    if "legal_entity" in changes and not may_link(leg.legal_entity, project, actor):
        errors.append(FieldError("legal_entity", _("Choose an enterprise of this park."), "not_found"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


@transaction.atomic
def remove_leg(*, leg: RelocationLeg, actor: User, at: datetime) -> None:
    """Take a planned leg out; one that was travelled stays in the record."""
    locked = lock(leg.project, actor=actor)
    found = RelocationLeg.objects.filter(pk=leg.pk).first()
    if found is None:
        raise Conflict(_("This leg has been removed already."), code="deleted")
    leg = found
    if leg.departed_on is not None:
        raise Conflict(_("This leg has been travelled, so it stays in the record."), code="travelled")
    history.record(
        chain=locked.chain,
        action="leg.removed",
        subject=leg,
        changes={name: [value, None] for name, value in values_of(leg, LEG_FIELDS).items()},
        actor=actor,
        at=at,
    )
    leg.delete()
    touch(locked, at=at)
