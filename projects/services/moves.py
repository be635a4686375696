"""The one function that moves a project from stage to stage."""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.enums import Role
from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Incomplete, Invalid, Refused
from core.saving import clean_text, clean_value
from projects.enums import Cause, RequestState, Stage
from projects.models import GateRequest, Project, StageLog
from projects.selectors import roles_at, state_of, table_in_force
from projects.services.records import local_day, lock
from projects.signals import stage_changed
from projects.stages import (
    Gate,
    ProjectState,
    Table,
    allowed_moves,
    missing_for,
    must_be_requested,
    needs_reason,
    next_stages,
)


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
    log, that a step back or aside is explained, and that the gate in force today is met; then writes the
    stage, one row of the log and one of the history. Raises ``Incomplete`` with everything that the gate
    still asks for, and ``Conflict`` where the step itself has to be requested from a second person. A request
    that waits is thereby withdrawn.
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
        table = table_in_force(
            locked.park_id, on=local_day(incubator=locked.incubator, park=locked.park, at=at)
        )
        _check_target(state, to_stage)
        check_day(locked, on=on, at=at)
        _check_words(state, to_stage, reason=reason, cause=cause, destination=destination)
        if to_stage in next_stages(state):
            check_mover(locked, to_stage, table.gate(to_stage), actor=actor, at=at)
        check_gate(state, to_stage, table)
        if must_be_requested(state, to_stage, table):
            raise Conflict(
                _("The step to “%(stage)s” is decided by a second person. Request it.")
                % {"stage": Stage(to_stage).label},
                code="request_needed",
            )
        withdraw_open_requests(locked, actor=actor, at=at)
        log = write_move(
            locked,
            StageLog(
                to_stage=to_stage,
                on=on,
                reason=reason,
                cause=cause if to_stage == Stage.TERMINATED else "",
                destination=destination if to_stage == Stage.MOVED_ELSEWHERE else "",
                moved_by=actor,
                gate_version_id=table.version if to_stage in next_stages(state) else None,
            ),
            actor=actor,
            at=at,
        )
    project.refresh_from_db()
    return log


def write_move(locked: Project, log: StageLog, *, actor: User, at: datetime) -> StageLog:
    """Write what a checked move changes: the stage, its row of the log and its link of the history."""
    last = _last_move(locked)
    log.project, log.from_stage, log.moved_at = locked, locked.stage, at
    log.sequence = last.sequence + 1 if last else 1
    log.save(force_insert=True)
    locked.stage, locked.stage_since = log.to_stage, log.on
    locked.version += 1
    locked.updated_at = at
    locked.save(update_fields=["stage", "stage_since", "version", "updated_at"])
    history.record(
        chain=locked.chain,
        action="project.moved",
        subject=locked,
        changes={
            "stage": [log.from_stage, log.to_stage],
            "on": [None, log.on],
            "reason": [None, log.reason],
            "cause": [None, log.cause],
            "destination": [None, log.destination],
        },
        actor=actor,
        at=at,
    )
    transaction.on_commit(lambda: stage_changed.send(sender=Project, project_id=locked.pk, log_id=log.pk))
    return log


def withdraw_open_requests(locked: Project, *, actor: User, at: datetime) -> None:
    """A project that moves otherwise asks for nothing any more."""
    for request in GateRequest.objects.select_for_update(of=("self",)).filter(
        project=locked, state=RequestState.OPEN
    ):
        request.project = locked
        request.state, request.withdrawn_at, request.withdrawn_by = RequestState.WITHDRAWN, at, actor
        request.updated_at = at
        request.save()
        history.record(
            chain=locked.chain,
            action="gate.withdrawn",
            subject=request,
            changes={"to_stage": [request.to_stage, None]},
            actor=actor,
            at=at,
        )


def _last_move(project: Project) -> StageLog | None:
    return project.stage_log.order_by("-sequence").first()


def check_mover(project: Project, to_stage: str, gate: Gate, *, actor: User | None, at: datetime) -> None:
    """Refuse whoever the table of the park does not let move a project into this stage."""
    if actor is None:
        return
    today = local_day(incubator=project.incubator, park=project.park, at=at)
    if not roles_at(actor, project, on=today) & set(gate.movers):
        who = ", ".join(str(Role(code).label) for code in gate.movers)
        raise Refused(
            _("In %(park)s only these roles move a project to “%(stage)s”: %(who)s.")
            % {"park": project.park, "stage": Stage(to_stage).label, "who": who}
        )


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


def check_day(project: Project, *, on: date, at: datetime) -> None:
    """The day of a move has come, and the last move does not lie after it."""
    move = _last_move(project)
    last = move.on if move else None
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


def check_gate(state: ProjectState, to_stage: str, table: Table) -> None:
    missing = missing_for(state, to_stage, table)
    if missing:
        raise Incomplete(
            _("%(count)d things are still missing for “%(stage)s”.")
            % {"count": len(missing), "stage": Stage(to_stage).label},
            fields=[FieldError(item.field, _(item.message), "missing") for item in missing],
        )
