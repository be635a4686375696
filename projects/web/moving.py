"""Move a project: what lies ahead, what is missing, and a second look before what is hard to undo."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.drafts import clear_draft
from core.errors import Conflict, Incomplete
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of
from projects import services
from projects.enums import Stage
from projects.models import Project
from projects.selectors import Gate, gates_of, state_of, table_in_force
from projects.services.records import local_day
from projects.stages import (
    ENDED,
    PATH,
    SIDE_DOORS,
    allowed_moves,
    missing_for,
    must_be_requested,
    next_stages,
)
from projects.web.access import visible_project, writable_project
from projects.web.forms import MoveForm
from projects.web.missing import tasks_of
from projects.web.record import facts_of, legs_of


@login_required
@require_http_methods(["GET", "POST"])
def project_move(request: HttpRequest, pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    key = f"move-{pk}"
    if request.method == "POST":
        return _move(request, project, key)
    start = {
        "from_stage": project.stage,
        "to_stage": request.GET.get("to", ""),
        "on": _today(project),
    }
    initial, kept_at = initial_with_draft(request, key, start)
    initial |= {"from_stage": project.stage}
    if request.GET.get("to"):
        initial["to_stage"] = request.GET["to"]
    return _page(request, project, MoveForm(initial=initial), kept_at=kept_at)


def _move(request: HttpRequest, project: Project, key: str) -> HttpResponse:
    user: Any = request.user
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _page(request, project, form, status=status_of(form))
    data = form.cleaned_data
    if _needs_second_look(project, data) and "confirmed" not in request.POST:
        return _second_look(request, project, form)
    with shown_on(form):
        services.move_project(
            project=project,
            to_stage=data["to_stage"],
            on=data["on"],
            reason=data["reason"],
            cause=data["cause"] if data["to_stage"] == Stage.TERMINATED else "",
            destination=data["destination"] if data["to_stage"] == Stage.MOVED_ELSEWHERE else "",
            expected_stage=data["from_stage"],
            actor=user,
            at=timezone.now(),
        )
        clear_draft(user=user, form=key)
        messages.success(
            request,
            _("“%(name)s” is now in the stage “%(stage)s”, as of %(day)s.")
            % {"name": project.name, "stage": Stage(data["to_stage"]).label, "day": data["on"]},
        )
        return redirect("project-detail", pk=project.pk)
    found = visible_project(request, project.pk)
    if isinstance(getattr(form, "refusal", None), Conflict) and _is_to_request(found, data["to_stage"]):
        messages.info(
            request,
            _("“%(stage)s” is decided by a second person, so you request it. Everything else is there.")
            % {"stage": Stage(data["to_stage"]).label},
        )
        return redirect("project-request-create", pk=project.pk, stage=data["to_stage"])
    return _page(request, found, form, status=status_of(form))


def _is_to_request(project: Project, stage: str) -> bool:
    """Whether nothing but the second person is missing."""
    gate = next((gate for gate in gates_of(project) if gate.to_stage == stage), None)
    return gate is not None and gate.is_requestable and gate.request_id is None


def _needs_second_look(project: Project, data: dict[str, Any]) -> bool:
    """Ends and landings are read back once, when nothing else stands in the way."""
    target = data["to_stage"]
    if target not in ENDED and target != Stage.LANDED:
        return False
    state = state_of(project)
    if data["from_stage"] != project.stage or target not in allowed_moves(state):
        return False
    words = data["reason"].strip() or target == Stage.LANDED
    extra = {Stage.TERMINATED: data["cause"], Stage.MOVED_ELSEWHERE: data["destination"].strip()}
    table = table_in_force(project.park_id, on=_today(project))
    open_gate = not missing_for(state, target, table) and not must_be_requested(state, target, table)
    return bool(words and extra.get(target, "-") and open_gate)


def _today(project: Project) -> date:
    return local_day(incubator=project.incubator, park=project.park, at=timezone.now())


def _second_look(request: HttpRequest, project: Project, form: MoveForm) -> HttpResponse:
    data = form.cleaned_data
    target = data["to_stage"]
    rows = [
        (_("present stage"), project.get_stage_display()),
        (_("new stage"), Stage(target).label),
        (_("on"), data["on"]),
        (_("reason"), data["reason"]),
    ]
    if target == Stage.TERMINATED:
        rows.append((_("cause of the end"), dict(form.fields["cause"].choices).get(data["cause"])))  # type: ignore[attr-defined]
    if target == Stage.MOVED_ELSEWHERE:
        rows.append((_("where it went"), data["destination"]))
    consequences = {
        Stage.LANDED: _(
            "From the landing on, only the park administrator can change how the credit is divided, and the "
            "landing counts in the evaluation of the incubator."
        ),
        Stage.TERMINATED: _(
            "The project ends. The move stays in its history for good, even if it is taken up again later."
        ),
        Stage.MOVED_ELSEWHERE: _(
            "The project leaves the park. The move stays in its history for good, even if it returns later."
        ),
    }
    context = {"project": project, "form": form, "rows": rows, "consequence": consequences[Stage(target)]}
    return render(request, "projects/move_confirm.html", {**context, "danger": target in ENDED})


def _page(
    request: HttpRequest, project: Project, form: MoveForm, *, kept_at: str = "", status: int = 200
) -> HttpResponse:
    state = state_of(project)
    facts, legs = facts_of(project), legs_of(project)
    chosen = form["to_stage"].value()
    gates = {gate.to_stage: gate for gate in gates_of(project)}
    choices = [
        _choice(gates.get(code, Gate(code, [])), project, facts, legs, chosen)
        for code in allowed_moves(state)
    ]
    ahead = next_stages(state)
    if not chosen and len(ahead) == 1:
        for choice in choices:
            choice["checked"] = choice["code"] == ahead[0]
    return render(
        request,
        "projects/move.html",
        {
            "project": project,
            "form": form,
            "forward": [choice for choice in choices if choice["code"] in ahead],
            "backward": [
                choice for choice in choices if choice["code"] in PATH and choice["code"] not in ahead
            ],
            "aside": [choice for choice in choices if choice["code"] in SIDE_DOORS],
            "refused": _refused(form),
            "kept_at": kept_at,
            "key": f"move-{project.pk}",
            "changed": bool(form.is_bound and form.data.get("from_stage") != project.stage),
        },
        status=status,
    )


def _choice(
    gate: Gate, project: Project, facts: list[Any], legs: list[Any], chosen: str | None
) -> dict[str, Any]:
    tasks = tasks_of(gate, project, facts, legs, may_enter=True)
    to_request = gate.is_requestable and gate.request_id is None
    return {
        "code": gate.to_stage,
        "label": Stage(gate.to_stage).label,
        "tasks": tasks,
        "checked": gate.to_stage == chosen,
        "request_url": reverse("project-request-create", args=[project.pk, gate.to_stage])
        if to_request
        else "",
    }


def _refused(form: MoveForm) -> str:
    """The stage whose gate was not met when the move was sent."""
    if not isinstance(getattr(form, "refusal", None), Incomplete):
        return ""
    target = form.data.get("to_stage", "")
    return str(Stage(target).label) if target in Stage.values else ""
