"""Requests for steps through gates: asked by one person, decided by a second.

Approving verifies what the gate wants verified and moves the project, all in one transaction. Returning puts
the reviewer's words beside each field.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict, FieldError, Incomplete, Invalid, Refused
from core.saving import clean_text, readable_integrity_errors
from evidence.services import mark_verified
from incubators.scope import Action, require
from projects.enums import RequestState, Stage
from projects.models import GateRemark, GateRequest, Project, ProjectFact, StageLog
from projects.selectors import people_to_decide, state_of, table_in_force, table_of
from projects.services.facts import return_fact, verify_fact
from projects.services.moves import check_day, check_gate, check_mover, withdraw_open_requests, write_move
from projects.services.records import local_day, lock, touch
from projects.stages import Gate, is_requestable, missing_for, next_stages


@transaction.atomic
def request_gate(
    *,
    project: Project,
    to_stage: str,
    on: date,
    note: str = "",
    expected_stage: str | None = None,
    actor: User,
    at: datetime,
) -> GateRequest:
    """Ask a second person for the step. Everything that the operator can do has to be there.

    The table in force today goes with the request: a rule that changes meanwhile changes nothing for it.
    """
    locked = lock(project, actor=actor)
    if expected_stage is not None and locked.stage != expected_stage:
        raise Conflict(
            _("The project is now in the stage “%(stage)s”. Look at it again before you move it.")
            % {"stage": locked.get_stage_display()},
            code="stage_changed",
        )
    state = state_of(locked)
    today = local_day(incubator=locked.incubator, park=locked.park, at=at)
    if to_stage not in next_stages(state):
        raise Conflict(_("Only a step ahead on the path is requested."), code="move_not_allowed")
    check_day(locked, on=on, at=at)
    table = table_in_force(locked.park_id, on=today)
    gate = table.gate(to_stage)
    check_mover(locked, to_stage, gate, actor=actor, at=at)
    if not gate.is_decided_by_second_person:
        raise Conflict(
            _("Nobody has to decide this step. Move the project itself."), code="no_request_needed"
        )
    missing = missing_for(state, to_stage, table)
    if not is_requestable(missing):
        own = [item for item in missing if not item.waits]
        raise Incomplete(
            _("%(count)d things are still missing for “%(stage)s”.")
            % {"count": len(own), "stage": Stage(to_stage).label},
            fields=[FieldError(item.field, _(item.message), "missing") for item in own],
        )
    request = GateRequest(
        project=locked,
        from_stage=locked.stage,
        to_stage=to_stage,
        on=on,
        note=clean_text(note, field="note"),
        table_id=table.version,
        requested_at=at,
        requested_by=actor,
        due_on=today + timedelta(days=gate.days) if gate.days else None,
        updated_at=at,
    )
    with readable_integrity_errors(GateRequest):
        request.save()
    _remember(
        request,
        "gate.requested",
        {"to_stage": [None, to_stage], "on": [None, on], "due_on": [None, request.due_on]},
        actor,
        at,
    )
    touch(locked, at=at)
    notify(
        users=people_to_decide(locked, besides=actor, on=today),
        kind="gate_requested",
        text=lambda: _("%(who)s asks for the step of “%(project)s” to “%(stage)s”.") % _words(request, actor),
        url=reverse("project-request-review", args=[request.pk]),
        key=f"gate-request-{request.pk}",
        at=at,
    )
    return request


@transaction.atomic
def approve_request(
    *, request: GateRequest, actor: User, at: datetime, expected_version: int | None = None
) -> StageLog:
    """Verify everything that the gate wants verified, and move the project.

    ``expected_version`` is the version of the project that the reviewer saw. Refused for whoever asked for
    the step or entered one of its facts.
    """
    project, locked = _lock_to_decide(request, actor, at, expected_version)
    table = table_of(locked.table)
    gate = table.gate(locked.to_stage)
    _verify_what_waits(project, gate, actor, at)
    state = state_of(project)
    check_day(project, on=locked.on, at=at)
    check_gate(state, locked.to_stage, table)
    log = write_move(
        project,
        StageLog(
            to_stage=locked.to_stage,
            on=locked.on,
            reason=locked.note,
            moved_by=locked.requested_by,
            gate_version_id=table.version,
        ),
        actor=actor,
        at=at,
    )
    locked.log = log
    _decide(locked, RequestState.APPROVED, actor, at)
    _remember(locked, "gate.approved", {"to_stage": [locked.from_stage, locked.to_stage]}, actor, at)
    _tell_requester(
        locked, actor, at, lambda: _("%(who)s approved the step of “%(project)s” to “%(stage)s”.")
    )
    return log


@transaction.atomic
def return_request(
    *,
    request: GateRequest,
    remarks: Mapping[str, str],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> GateRequest:
    """Send the request back with words, each beside its field; the empty field is the whole.

    A fact that waits for verification and gets words is returned with them.
    """
    project, locked = _lock_to_decide(request, actor, at, expected_version)
    table = table_of(locked.table)
    known = {item.field for item in table.gate(locked.to_stage).requirements} | {""}
    words = {field: clean_text(text, field=field or "remarks") for field, text in remarks.items()}
    words = {field: text for field, text in words.items() if text}
    if unknown := sorted(set(words) - known):
        raise Invalid(
            _("This gate does not ask for: %(names)s.") % {"names": ", ".join(unknown)},
            fields=[FieldError("remarks", name, "unknown_field") for name in unknown],
        )
    if not words:
        raise Invalid(
            _("Say what has to be mended."),
            fields=[FieldError("remarks", _("Write at least one remark beside a field."), "required")],
        )
    for field, text in words.items():
        if field.startswith("facts."):
            for fact in _waiting_facts(project, field.removeprefix("facts.")):
                return_fact(fact=fact, reason=text, actor=actor, at=at)
    GateRemark.objects.bulk_create(
        GateRemark(request=locked, field=field, words=text) for field, text in words.items()
    )
    _decide(locked, RequestState.RETURNED, actor, at)
    _remember(locked, "gate.returned", {"remarks": [None, words]}, actor, at)
    project.refresh_from_db(fields=["version"])
    touch(project, at=at)
    _tell_requester(
        locked,
        actor,
        at,
        lambda: _("%(who)s returned the request of “%(project)s” for “%(stage)s” with words."),
    )
    return locked


@transaction.atomic
def withdraw_request(*, request: GateRequest, actor: User, at: datetime) -> GateRequest:
    """Take an open request back."""
    project = lock(request.project, actor=actor)
    if not GateRequest.objects.filter(pk=request.pk, state=RequestState.OPEN).exists():
        raise Conflict(_("This request does not wait any more."), code="decided")
    withdraw_open_requests(project, actor=actor, at=at)
    touch(project, at=at)
    return GateRequest.objects.get(pk=request.pk)


def _lock_to_decide(
    request: GateRequest, actor: User, at: datetime, expected_version: int | None
) -> tuple[Project, GateRequest]:
    """Project first, then request, as everywhere; and only for a second person."""
    project = lock(request.project, actor=actor, action=Action.READ)
    require(Action.VERIFY, user=actor, park_id=project.park_id, incubator_id=project.incubator_id)
    locked = (
        GateRequest.objects.select_for_update(of=("self",))
        .select_related("table", "requested_by")
        .filter(pk=request.pk)
        .first()
    )
    if locked is None or locked.state != RequestState.OPEN:
        raise Conflict(_("This request does not wait any more."), code="decided")
    if locked.requested_by_id == actor.pk:
        raise Refused(_("You asked for this step yourself, so a second person has to decide it."))
    if expected_version is not None and project.version != expected_version:
        raise Conflict(
            _("The project changed while you were looking. Look at it again before you decide."),
            code="stale",
        )
    locked.project = project
    return project, locked


def _waiting_facts(project: Project, kind: str) -> list[ProjectFact]:
    return list(project.facts.filter(kind=kind, verified_at=None, returned_at=None).order_by("pk"))


def _verify_what_waits(project: Project, gate: Gate, actor: User, at: datetime) -> None:
    """Every proved fact and every file that the gate wants verified and nobody has verified yet.

    ``verify_fact`` refuses the person who entered the fact.
    """
    for item in gate.requirements:
        if item.kind == "fact" and item.verify:
            for fact in _waiting_facts(project, item.key):
                if fact.evidence.exists():
                    verify_fact(fact=fact, actor=actor, at=at)
        if item.kind == "evidence" and item.verify:
            _verify_files(project, item.key, actor, at)
    project.refresh_from_db(fields=["version", "updated_at"])


def _verify_files(project: Project, kind: str, actor: User, at: datetime) -> None:
    links = project.attachments.filter(file__kind=kind).select_related("file__park", "file__incubator")
    files = [link.file for link in links]
    if any(file.is_verified for file in files):
        return
    if files and all(file.uploaded_by_id == actor.pk for file in files):
        raise Refused(_("You uploaded this file yourself, so a second person has to verify it."))
    for file in files:
        if file.uploaded_by_id != actor.pk:
            mark_verified(file=file, actor=actor, at=at)


def _decide(request: GateRequest, state: RequestState, actor: User, at: datetime) -> None:
    request.state, request.decided_at, request.decided_by, request.updated_at = state, at, actor, at
    with readable_integrity_errors(GateRequest):
        request.save()


def _words(request: GateRequest, who: User) -> dict[str, Any]:
    return {"who": who, "project": request.project.name, "stage": request.get_to_stage_display()}


def _tell_requester(request: GateRequest, actor: User, at: datetime, text: Any) -> None:
    notify(
        users=[request.requested_by],
        kind=f"gate_{request.state}",
        text=lambda: text() % _words(request, actor),
        url=reverse("project-detail", args=[request.project_id]) + "#missing",
        key=f"gate-decision-{request.pk}",
        at=at,
    )


def _remember(
    request: GateRequest, action: str, changes: Mapping[str, Any], actor: User, at: datetime
) -> None:
    history.record(chain=request.chain, action=action, subject=request, changes=changes, actor=actor, at=at)
