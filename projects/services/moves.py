"""The one function that moves a project from stage to stage."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Incomplete, Invalid
from core.saving import clean_text, clean_value
from projects.enums import Cause, Stage
from projects.models import Project, StageLog
from projects.selectors import state_of
from projects.services.records import local_day, lock
from projects.signals import stage_changed
from projects.stages import ProjectState, allowed_moves, missing_for, needs_reason


def move_project(
    *,
    project: Project,
    to_stage: str,
    on: date,
    reason: str = "",
    cause: str = "",
    destination: str = "",
    expected_stage: str | None = None,
    actor: User,
    at: datetime,
) -> StageLog:
    """Move the project, or say what stands in the way.

    Under a lock on the project: checks that the move is allowed from where it stands, that the day fits the
    log, that a step back or aside is explained, and that the gate is met; then writes the stage, one row of
    the log and one of the history. Raises ``Incomplete`` with everything that the gate still asks for.
    """
    reason = clean_text(reason, field="reason")
    destination = clean_value(StageLog, "destination", destination)
    with transaction.atomic():
        locked = lock(project, actor=actor)
        if expected_stage is not None and locked.stage != expected_stage:
            raise Conflict(
                _("The project is now in the stage “%(stage)s”. Look at it again before you move it.")
                % {"stage": locked.get_stage_display()},
                code="stage_changed",
            )
        state = state_of(locked)
        last = locked.stage_log.order_by("-sequence").first()
        _check_target(state, to_stage)
        _check_day(locked, on=on, last=last.on if last else None, at=at)
        _check_words(state, to_stage, reason=reason, cause=cause, destination=destination)
        _check_gate(state, to_stage)
        log = StageLog.objects.create(
            project=locked,
            sequence=last.sequence + 1 if last else 1,
            from_stage=locked.stage,
            to_stage=to_stage,
            on=on,
            reason=reason,
            cause=cause if to_stage == Stage.TERMINATED else "",
            destination=destination if to_stage == Stage.MOVED_ELSEWHERE else "",
            moved_at=at,
            moved_by=actor,
        )
        locked.stage, locked.stage_since = to_stage, on
        locked.version += 1
        locked.updated_at = at
        locked.save(update_fields=["stage", "stage_since", "version", "updated_at"])
        history.record(
            chain=locked.chain,
            action="project.moved",
            subject=locked,
            changes={
                "stage": [log.from_stage, log.to_stage],
                "on": [None, on],
                "reason": [None, log.reason],
                "cause": [None, log.cause],
                "destination": [None, log.destination],
            },
            actor=actor,
            at=at,
        )
        transaction.on_commit(lambda: stage_changed.send(sender=Project, project_id=locked.pk, log_id=log.pk))
    project.refresh_from_db()
    return log


def _check_target(state: ProjectState, to_stage: str) -> None:
    if to_stage not in Stage.values:
        raise Invalid(
            _("“%(stage)s” is not a stage.") % {"stage": to_stage},
            fields=[
                FieldError(
                    "to_stage",
                    _("Choose one of: %(known)s.") % {"known": ", ".join(allowed_moves(state))},
                    "unknown",
                )
            ],
        )
    if to_stage == state.stage:
        raise Conflict(
            _("The project is already in the stage “%(stage)s”.") % {"stage": Stage(to_stage).label},
            code="already_there",
        )
    if to_stage not in allowed_moves(state):
        names = ", ".join(str(Stage(code).label) for code in allowed_moves(state))
        raise Conflict(
            _("A project cannot move from “%(here)s” to “%(there)s”. From here it can move to: %(names)s.")
            % {"here": Stage(state.stage).label, "there": Stage(to_stage).label, "names": names},
            code="move_not_allowed",
        )


def _check_day(project: Project, *, on: date, last: date | None, at: datetime) -> None:
    today = local_day(incubator=project.incubator, park=project.park, at=at)
    if on > today:
        raise Invalid(
            _("The move lies in the future."),
            fields=[
                FieldError(
                    "on", _("%(day)s has not come yet. Enter a day up to today.") % {"day": on}, "future"
                )
            ],
        )
    if last is not None and on < last:
        raise Invalid(
            _("The move lies before the last one."),
            fields=[
                FieldError(
                    "on",
                    _("%(day)s lies before the last move on %(last)s. Enter that day or a later one.")
                    % {"day": on, "last": last},
                    "order",
                )
            ],
        )


def _check_words(state: ProjectState, to_stage: str, *, reason: str, cause: str, destination: str) -> None:
    errors = []
    if needs_reason(state, to_stage) and not reason:
        errors.append(
            FieldError("reason", _("Say in a sentence why the project goes back or aside."), "required")
        )
    if to_stage == Stage.TERMINATED and cause not in Cause.values:
        errors.append(
            FieldError(
                "cause", _("Choose why it ended: %(known)s.") % {"known": ", ".join(Cause.values)}, "required"
            )
        )
    if to_stage == Stage.MOVED_ELSEWHERE and not destination:
        errors.append(FieldError("destination", _("Say where the project moved."), "required"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


def _check_gate(state: ProjectState, to_stage: str) -> None:
    missing = missing_for(state, to_stage)
    if missing:
        raise Incomplete(
            _("%(count)d things are still missing for “%(stage)s”.")
            % {"count": len(missing), "stage": Stage(to_stage).label},
            fields=[FieldError(item.field, _(item.message), "missing") for item in missing],
        )
