"""The checklist of a leg: steps from the park's template, settled one by one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid, Stale
from core.saving import assign, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.models import Park
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from projects.duties import STANDARD_STEPS, due_day
from projects.enums import StepState
from projects.models import ChecklistTemplateStep, LegStep, RelocationLeg
from projects.services.facts import check_files
from projects.services.records import lock, touch

STEP_FIELDS = ("state", "reason", "due_on", "owner", "note", "ticket_number")
TEMPLATE_FIELDS = ("name_zh", "name_en", "days", "only_across_borders")
SETTLED = (StepState.DONE, StepState.NOT_NEEDED)
MOST_STEPS = 30


def template_of(park: Park) -> list[ChecklistTemplateStep]:
    """The park's own template or, until it has one, the standard steps (not stored)."""
    own = list(ChecklistTemplateStep.objects.filter(park=park).order_by("position", "pk"))
    return own or [
        ChecklistTemplateStep(
            park=park,
            code=step.code,
            name_zh=step.name_zh,
            name_en=step.name_en,
            days=step.days,
            only_across_borders=step.only_across_borders,
            position=position,
        )
        for position, step in enumerate(STANDARD_STEPS)
    ]


def give_checklist(leg: RelocationLeg, *, at: datetime) -> list[LegStep]:
    """The steps with which the leg starts. Steps that only borders ask for are left out where both countries
    are known to be the same."""
    same_country = bool(leg.from_country) and leg.from_country == leg.to_country
    steps = [
        LegStep(
            leg=leg,
            code=step.code,
            name_zh=step.name_zh,
            name_en=step.name_en,
            position=step.position,
            due_on=due_day(leg.planned_on or leg.departed_on, step.days),
            updated_at=at,
        )
        for step in template_of(leg.project.park)
        if not (step.only_across_borders and same_country)
    ]
    for step in steps:
        step.index_names()
    return LegStep.objects.bulk_create(steps)


@transaction.atomic
def start_checklist(*, leg: RelocationLeg, actor: User, at: datetime) -> list[LegStep]:
    """Give a leg of before its checklist; one that has steps keeps them."""
    locked = lock(leg.project, actor=actor)
    stored = list(leg.steps.order_by("position", "pk"))
    if stored:
        return stored
    steps = give_checklist(leg, at=at)
    history.record(
        chain=locked.chain,
        action="leg.checklist",
        subject=leg,
        changes={"steps": [None, len(steps)]},
        actor=actor,
        at=at,
    )
    touch(locked, at=at)
    return steps


@transaction.atomic
def change_step(
    *,
    step: LegStep,
    values: Mapping[str, Any],
    evidence: Sequence[EvidenceFile] = (),
    expected_version: int | None = None,
    actor: User,
    at: datetime,
) -> LegStep:
    """Settle a step, give it a day or a person, note something, attach a proof."""
    project = lock(step.leg.project, actor=actor)
    locked = (
        LegStep.objects.select_for_update(of=("self",))
        .select_related("leg", "owner")
        .filter(pk=step.pk)
        .first()
    )
    if locked is None:
        raise Conflict(_("This step has been removed with its leg."), code="deleted")
    if expected_version is not None and locked.version != expected_version:
        raise Stale(locked)
    check_files(project, evidence)
    before = values_of(locked, STEP_FIELDS)
    assign(locked, values, allowed=STEP_FIELDS)
    _check_step(locked, project, before["owner"], at)
    changes = history.changed_fields(before, values_of(locked, STEP_FIELDS))
    known = set(locked.evidence.values_list("pk", flat=True))
    new_files = [file for file in evidence if file.pk not in known]
    if not changes and not new_files:
        return locked
    if "state" in changes:
        is_over = locked.state in SETTLED
        locked.settled_at, locked.settled_by = (at, actor) if is_over else (None, None)
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    locked.evidence.add(*new_files)
    if new_files:
        changes["evidence"] = [[], sorted(file.sha256 for file in new_files)]
    history.record(
        chain=project.chain, action="leg.step_changed", subject=locked, changes=changes, actor=actor, at=at
    )
    touch(project, at=at)
    return locked


def _check_step(step: LegStep, project: Any, owner_before: int | None, at: datetime) -> None:
    errors = []
    if step.state == StepState.NOT_NEEDED:
        if not step.reason:
            errors.append(FieldError("reason", _("Say why this step is not needed."), "required"))
    else:
        step.reason = ""
    if step.owner_id is not None and step.owner_id != owner_before:
        people = people_allowed(
            Action.READ, park_id=project.park_id, incubator_id=project.incubator_id, day=at.date()
        )
        if not people.filter(pk=step.owner_id).exists():
            errors.append(
                FieldError(
                    "owner", _("Choose somebody who works in this incubator or its park."), "not_found"
                )
            )
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


@transaction.atomic
def save_template(
    *, park: Park, steps: Sequence[Mapping[str, Any]], actor: User, at: datetime
) -> list[ChecklistTemplateStep]:
    """Replace the park's template; legs that have begun keep the steps with which they began."""
    require(Action.MANAGE, user=actor, park_id=park.pk)
    Park.objects.select_for_update(of=("self",)).get(pk=park.pk)
    if not steps:
        raise Invalid(_("A checklist has at least one step."))
    if len(steps) > MOST_STEPS:
        raise Invalid(_("A checklist has at most %(most)d steps.") % {"most": MOST_STEPS})
    before = [row.name_zh for row in template_of(park)]
    rows = [_template_step(park, position, values) for position, values in enumerate(steps)]
    ChecklistTemplateStep.objects.filter(park=park).delete()
    for row in rows:
        save_checked(row)
    history.record(
        chain=park.chain,
        action="checklist.changed",
        subject=park,
        changes={"steps": [before, [row.name_zh for row in rows]]},
        actor=actor,
        at=at,
    )
    return rows


def _template_step(park: Park, position: int, values: Mapping[str, Any]) -> ChecklistTemplateStep:
    code = str(values.get("code") or "") or slugify(str(values.get("name_en") or ""))[:32] or "step"
    row = ChecklistTemplateStep(park=park, position=position, code=f"{code}"[:40])
    if not values.get("code"):
        row.code = f"{code}-{position + 1}"[:40]
    assign(
        row,
        {name: value for name, value in values.items() if name in TEMPLATE_FIELDS},
        allowed=TEMPLATE_FIELDS,
    )
    row.days = row.days or 0
    return row
