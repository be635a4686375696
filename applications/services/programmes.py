"""Programmes: written as a draft with their chain of steps, opened, closed."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import AwardRule, ProgrammeState, StepKind
from applications.models import REVIEW_KINDS, Programme, ProgrammeStep
from applications.services.acting import lock_programme, remember, require_runner, stale, wrong
from applications.stages import chain_problems
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Incomplete
from core.saving import assign, clean_text, clean_value, save_checked, values_of
from incubators.models import Park
from reviews.models import Criterion

PROGRAMME_FIELDS = (
    "code",
    "name_zh",
    "name_en",
    "policy",
    "budget",
    "year",
    "opens_on",
    "closes_on",
    "takes_enterprises",
    "takes_projects",
    "takes_outside",
    "award_rule",
    "cap",
    "currency",
    "classes",
    "quota",
    "tie_rule",
    "cut_rule",
    "mark_basis",
    "base",
    "needs_agreement",
    "notes",
    "external_id",
)
#: What may still be changed once a programme is open.
OPEN_FIELDS = ("name_zh", "name_en", "budget", "closes_on", "takes_outside", "notes", "external_id")
STEP_FIELDS = (
    "kind",
    "label_zh",
    "label_en",
    "days_allowed",
    "notice_days",
    "day_count",
    "marks_needed",
    "method",
    "is_anonymous",
    "hides_applicants",
    "second_person",
    "criteria",
)
MOST_STEPS, MOST_CLASSES, MOST_CRITERIA = 12, 10, 30


@transaction.atomic
def save_programme(
    *,
    programme: Programme | None,
    park: Park,
    values: Mapping[str, Any],
    steps: Sequence[Mapping[str, Any]] | None = None,
    actor: User | None,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Programme:
    """Write or change a programme. Rules and steps change in a draft only; ``steps`` replaces the chain."""
    if programme is None:
        require_runner(actor, park.pk)
        record = Programme(park=park, provenance=provenance, entered_by=actor, created_at=at, updated_at=at)
        before: dict[str, Any] = {}
    else:
        record = lock_programme(programme)
        require_runner(actor, record.park_id)
        if expected_version is not None and record.version != expected_version:
            raise stale()
        before = values_of(record, PROGRAMME_FIELDS)
    given = dict(values)
    if "classes" in given:
        given["classes"] = _checked_classes(given["classes"])
    classes = given.pop("classes", record.classes)
    assign(record, given, allowed=PROGRAMME_FIELDS)
    record.classes = classes
    changes = history.changed_fields(before, values_of(record, PROGRAMME_FIELDS))
    if record.state != ProgrammeState.DRAFT:
        if frozen := sorted(set(changes) - set(OPEN_FIELDS)):
            raise wrong(frozen[0], _("The programme is open, so its rules stay as they are."), "frozen")
        if steps is not None:
            raise wrong("steps", _("The programme is open, so its steps stay as they are."), "frozen")
    _check_places(record)
    record.version += programme is not None
    record.updated_at = at
    save_checked(record, exclude=["classes"])
    if steps is not None:
        changes["steps"] = [None, _save_steps(record, steps)]
    if changes:
        action = "programme.changed" if programme else "programme.created"
        remember(record, action, changes, actor, at)
    return record


def _check_places(programme: Programme) -> None:
    """Policy and budget belong to the park (or, for a policy, to the library)."""
    policy, budget = programme.policy, programme.budget
    if policy is not None and policy.park_id not in (None, programme.park_id):
        raise wrong("policy", _("This belongs to another park."), "not_found")
    if budget is None:
        return
    if budget.park_id != programme.park_id:
        raise wrong("budget", _("This belongs to another park."), "not_found")
    if budget.currency != programme.currency:
        raise wrong("budget", _("The budget is in another currency than the programme."), "currency")


def _checked_classes(rows: Any) -> list[dict[str, Any]]:
    """Rows of code, amount, and places or the lowest mark; the best class first."""
    if not isinstance(rows, list | tuple) or len(rows) > MOST_CLASSES:
        raise wrong("classes", _("A programme has at most %(most)d classes.") % {"most": MOST_CLASSES})
    found: list[dict[str, Any]] = []
    for row in rows:
        if not isinstance(row, Mapping) or set(row) - {"code", "amount", "places", "min_mark"}:
            raise wrong("classes", _("A class has a code, an amount, and places or a lowest mark."))
        code = clean_text(row.get("code"), field="classes")
        if not 0 < len(code) <= 10 or code in {one["code"] for one in found}:
            raise wrong("classes", _("Each class has a code of its own, of at most ten characters."))
        amount = _decimal(row.get("amount"))
        if amount is None or amount <= 0 or amount != amount.quantize(Decimal("0.01")):
            raise wrong("classes", _("Each class has an amount above zero, to the fen at most."))
        one: dict[str, Any] = {"code": code, "amount": f"{amount:.2f}"}
        places, mark = row.get("places"), _decimal(row.get("min_mark"))
        if places not in (None, ""):
            one["places"] = _whole(places)
        if mark is not None:
            one["min_mark"] = f"{mark:f}"
        found.append(one)
    return found


def _decimal(value: Any) -> Decimal | None:
    if value in (None, "") or isinstance(value, bool | float):
        return None
    try:
        found = Decimal(str(value).replace(",", ""))
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) < Decimal(10) ** 15 else None


def _whole(value: Any) -> int:
    found = _decimal(value)
    if found is None or found != found.to_integral_value() or not 1 <= found <= 100_000:
        raise wrong("classes", _("The places of a class are a whole number from one on."))
    return int(found)


def _save_steps(programme: Programme, steps: Sequence[Mapping[str, Any]]) -> list[str]:
    if len(steps) > MOST_STEPS:
        raise wrong("steps", _("A chain has at most %(most)d steps.") % {"most": MOST_STEPS})
    programme.steps.all().delete()
    said = []
    for position, values in enumerate(steps, start=1):
        given = dict(values)
        criteria = _checked_criteria(given.pop("criteria", None) or [])
        step = ProgrammeStep(programme=programme, position=position)
        assign(step, given, allowed=STEP_FIELDS)
        step.criteria = criteria
        save_checked(step, exclude=["criteria"])
        said.append(str(step.kind))
    return said


def _checked_criteria(rows: Any) -> list[dict[str, Any]]:
    """As the review round will take them; numbers as text, so that nothing is rounded on the way."""
    if not isinstance(rows, list | tuple) or len(rows) > MOST_CRITERIA:
        raise wrong("criteria", _("A score sheet has at most %(most)d criteria.") % {"most": MOST_CRITERIA})
    found = []
    for row in rows:
        if not isinstance(row, Mapping) or set(row) - {"name", "guide", "max_points", "weight"}:
            raise wrong("criteria", _("A criterion has a name, a guide, points and a weight."))
        name = clean_text(row.get("name"), field="criteria")
        most = clean_value(Criterion, "max_points", row.get("max_points"))
        weight = clean_value(Criterion, "weight", row.get("weight") or "1")
        if not name or most is None or most <= 0 or weight is None or weight <= 0:
            raise wrong("criteria", _("A criterion has a name, and points and a weight above zero."))
        guide = clean_text(row.get("guide"), field="criteria")
        found.append({"name": name, "guide": guide, "max_points": f"{most:f}", "weight": f"{weight:f}"})
    return found


@transaction.atomic
def open_programme(*, programme: Programme, actor: User | None, at: datetime) -> Programme:
    """Open a programme: from now on its rules and steps are frozen. ``Incomplete`` says what is missing."""
    locked = lock_programme(programme)
    require_runner(actor, locked.park_id)
    if locked.state != ProgrammeState.DRAFT:
        raise Conflict(_("This programme has been opened already."), code="opened")
    if missing := _missing(locked):
        raise Incomplete(" ".join(str(one.message) for one in missing), fields=missing)
    locked.opened_at, locked.opened_by = at, actor
    return _to(locked, ProgrammeState.OPEN, "programme.opened", actor, at)


def _missing(programme: Programme) -> list[FieldError]:
    steps = list(programme.steps.order_by("position"))
    words = {
        "meeting_last": _("The chain ends with the meeting that decides."),
        "check_first": _("The formal check comes first."),
    }
    kinds = [str(step.kind) for step in steps] or [""]
    found = [FieldError("steps", words[code], code) for code in chain_problems(kinds)]
    found += [
        FieldError("steps", _("“%(step)s” needs criteria for its marks.") % {"step": step.label}, "criteria")
        for step in steps
        if step.kind in REVIEW_KINDS and step.has_marks and not step.criteria
    ]
    if programme.award_rule == AwardRule.CLASSES:
        if not programme.classes:
            found.append(FieldError("classes", _("Name the classes with their amounts."), "required"))
        elif any("places" not in row and "min_mark" not in row for row in programme.classes[:-1]):
            message = _("Every class but the last says how many places it has, or from which mark on.")
            found.append(FieldError("classes", message, "places"))
    return found


@transaction.atomic
def close_programme(*, programme: Programme, actor: User | None, at: datetime) -> Programme:
    """Take no more applications; those handed in go on to the end of the chain."""
    locked = lock_programme(programme)
    require_runner(actor, locked.park_id)
    if locked.state != ProgrammeState.OPEN:
        raise Conflict(_("Only an open programme can be closed."), code="not_open")
    locked.closed_at, locked.closed_by = at, actor
    return _to(locked, ProgrammeState.CLOSED, "programme.closed", actor, at)


@transaction.atomic
def reopen_programme(*, programme: Programme, actor: User | None, at: datetime) -> Programme:
    """Take applications again, under the same rules."""
    locked = lock_programme(programme)
    require_runner(actor, locked.park_id)
    if locked.state != ProgrammeState.CLOSED:
        raise Conflict(_("Only a closed programme can be opened again."), code="not_closed")
    locked.closed_at = locked.closed_by = None
    return _to(locked, ProgrammeState.OPEN, "programme.reopened", actor, at)


def _to(programme: Programme, state: str, action: str, actor: User | None, at: datetime) -> Programme:
    before, programme.state = programme.state, state
    programme.version += 1
    programme.updated_at = at
    save_checked(programme, exclude=["classes"])
    remember(programme, action, {"state": [before, state]}, actor, at)
    return programme


@transaction.atomic
def delete_programme(*, programme: Programme, actor: User, at: datetime) -> None:
    """Throw a draft away."""
    locked = lock_programme(programme)
    require_runner(actor, locked.park_id)
    if locked.state != ProgrammeState.DRAFT:
        raise Conflict(_("A programme that was opened stays on record; close it."), code="opened")
    remember(locked, "programme.deleted", {"name_zh": [locked.name_zh, None]}, actor, at)
    locked.delete()


def meeting_step(programme: Programme) -> ProgrammeStep:
    """The step that decides."""
    return programme.steps.get(kind=StepKind.MEETING)
