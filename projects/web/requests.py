"""Requests for steps through gates: send one, see the queue, decide one after the other."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.drafts import clear_draft
from core.errors import DomainError, Refused
from core.web.drafts import initial_with_draft
from core.web.errors import put_on, sentence, shown_on, status_of, told_to
from core.web.fields import DayField
from incubators.scope import Action, may_somewhere, scope_of
from projects import services
from projects.enums import RequestState, Stage
from projects.models import GateRequest, Project
from projects.selectors import (
    last_request,
    open_requests,
    people_to_decide,
    queue_of,
    table_in_force,
    table_of,
)
from projects.selectors.records import gate_ahead, state_of
from projects.services.records import local_day
from projects.stages import PATH, is_requestable, next_stages
from projects.web.access import verifier_of, visible_project, writable_project
from projects.web.asked import asked_of
from projects.web.missing import remarks_of, tasks_of
from projects.web.record import facts_of, legs_of


class RequestForm(forms.Form):
    on = DayField(
        label=gettext_lazy("on"), help_text=gettext_lazy("the day on which it happened, today or earlier")
    )
    note = forms.CharField(
        label=gettext_lazy("note for whoever decides"),
        widget=forms.Textarea(attrs={"rows": 2}),
        max_length=2000,
        required=False,
    )


@login_required
@require_http_methods(["GET", "POST"])
def request_create(request: HttpRequest, pk: int, stage: str) -> HttpResponse:
    """Ask for the step. What is still missing is listed with the way to each field, never a dead end."""
    project = writable_project(request, pk)
    if stage not in next_stages(state_of(project)):
        if stage not in PATH:
            raise Http404
        messages.info(
            request,
            _("The project is now in the stage “%(stage)s”.") % {"stage": project.get_stage_display()},
        )
        return redirect("project-detail", pk=pk)
    user: Any = request.user
    key = f"request-{pk}-{stage}"
    today = local_day(incubator=project.incubator, park=project.park, at=timezone.now())
    if request.method != "POST":
        initial, kept_at = initial_with_draft(request, key, {"on": today})
        return _request_page(request, project, stage, RequestForm(initial=initial), key, kept_at)
    form = RequestForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            asked = services.request_gate(
                project=project,
                to_stage=stage,
                on=form.cleaned_data["on"],
                note=form.cleaned_data["note"],
                expected_stage=request.POST.get("from_stage") or None,
                actor=user,
                at=timezone.now(),
            )
            clear_draft(user=user, form=key)
            messages.success(request, _sent(asked, project))
            return redirect(reverse("project-detail", args=[pk]) + "#missing")
    return _request_page(request, project, stage, form, key)


def _sent(asked: GateRequest, project: Project) -> str:
    words = {
        "stage": asked.get_to_stage_display(),
        "who": capfirst(verifier_of(project, "")),
        "day": asked.due_on,
    }
    if asked.due_on is None:
        return _("“%(stage)s” is requested. %(who)s decides.") % words
    return _("“%(stage)s” is requested. %(who)s decides by %(day)s.") % words


def _request_page(
    request: HttpRequest, project: Project, stage: str, form: RequestForm, key: str, kept_at: str = ""
) -> HttpResponse:
    today = local_day(incubator=project.incubator, park=project.park, at=timezone.now())
    table = table_in_force(project.park_id, on=today)
    facts, legs = facts_of(project), legs_of(project)
    gate = gate_ahead(state_of(project), stage, table)
    last = last_request(project)
    user: Any = request.user
    context = {
        "project": project,
        "stage": stage,
        "stage_label": Stage(stage).label,
        "form": form,
        "key": key,
        "kept_at": kept_at,
        "gate": gate,
        "may_send": bool(gate.decided_by) and is_requestable(gate.missing),
        "tasks": tasks_of(gate, project, facts, legs, may_enter=True, remarks=remarks_of(last, stage)),
        "asked": asked_of(project, table.gate(stage), facts, legs),
        "people": people_to_decide(project, besides=user, on=today),
        "who": verifier_of(project, ""),
        "days": gate.days,
    }
    return render(request, "projects/request_form.html", context, status=status_of(form))


@login_required
@require_POST
def request_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    asked = _visible(request, pk)
    user: Any = request.user
    with told_to(request):
        services.withdraw_request(request=asked, actor=user, at=timezone.now())
        messages.success(request, _("The request is withdrawn."))
    return redirect(reverse("project-detail", args=[asked.project_id]) + "#missing")


def _visible(request: HttpRequest, pk: int) -> GateRequest:
    rows = GateRequest.objects.visible_to(request.user).select_related(
        "project__park",
        "project__incubator",
        "project__enterprise",
        "requested_by",
        "decided_by",
        "table__park",
    )
    asked: GateRequest = get_object_or_404(rows, pk=pk)
    return asked


@login_required
@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """What waits for one's decision; for those who ask, what they asked for and what came back."""
    mine = (
        GateRequest.objects.visible_to(request.user)
        .exclude(state=RequestState.WITHDRAWN)
        .select_related("project__incubator", "requested_by", "decided_by")
        .prefetch_related("remarks")
        .order_by("-requested_at", "-pk")[:50]
    )
    today = timezone.localdate()
    queue = open_requests(request.user)
    context = {
        "queue": queue,
        "decides": may_somewhere(Action.VERIFY, request.user),
        "rows": list(mine),
        "today": today,
    }
    return render(request, "projects/request_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def request_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything the gate asks, with values, last state and proof, on one page; then approve or return."""
    asked = _visible(request, pk)
    if request.method == "POST":
        return _decide(request, asked)
    return _review_page(request, asked, {})


def _decide(request: HttpRequest, asked: GateRequest) -> HttpResponse:
    user: Any = request.user
    typed = {
        name.removeprefix("remark-"): text
        for name, text in request.POST.items()
        if name.startswith("remark-") and isinstance(text, str)
    }
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isdigit() and len(seen) < 10 else None
    form = forms.Form(request.POST)
    following = _neighbours(request, asked)[1]
    try:
        if request.POST.get("decision") == "return":
            services.return_request(
                request=asked, remarks=typed, actor=user, at=timezone.now(), expected_version=version
            )
            words = _("“%(name)s” is returned with your words.")
        else:
            services.approve_request(request=asked, actor=user, at=timezone.now(), expected_version=version)
            words = _("“%(name)s” is now in the stage “%(stage)s”.")
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        form.is_valid()
        put_on(form, error)
        again = _visible(request, asked.pk)
        return _review_page(request, again, typed, refusal=sentence(error), status=status_of(form))
    name = {"name": asked.project.name, "stage": asked.get_to_stage_display()}
    messages.success(request, words % name)
    return redirect(following or reverse("project-requests"))


def _neighbours(request: HttpRequest, asked: GateRequest) -> tuple[str, str, int, int]:
    """Addresses of the request before and after in the queue, its place, and how many wait.

    One that left the queue goes on with the first.
    """
    ids = list(
        queue_of(request.user).exclude(requested_by=request.user.pk).values_list("pk", flat=True)[:200]
    )
    if asked.pk not in ids:
        first = next((pk for pk in ids if pk != asked.pk), None)
        return "", _review_url(first), 0, len(ids)
    place = ids.index(asked.pk)
    before = ids[place - 1] if place else None
    others = [*ids[place + 1 :], *ids[:place]]
    return _review_url(before), _review_url(others[0] if others else None), place + 1, len(ids)


def _review_url(pk: int | None) -> str:
    return reverse("project-request-review", args=[pk]) if pk is not None else ""


def _review_page(
    request: HttpRequest,
    asked: GateRequest,
    typed: Mapping[str, str],
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    project = visible_project(request, asked.project_id)
    facts, legs = facts_of(project), legs_of(project)
    table = table_of(asked.table)
    user: Any = request.user
    rights = scope_of(user).actions(park_id=project.park_id, incubator_id=project.incubator_id)
    is_open = asked.state == RequestState.OPEN
    earlier = (
        GateRequest.objects.filter(
            project=project,
            to_stage=asked.to_stage,
            state=RequestState.RETURNED,
            requested_at__lt=asked.requested_at,
        )
        .prefetch_related("remarks")
        .order_by("-requested_at")
        .first()
    )
    said_before = {remark.field: remark.words for remark in earlier.remarks.all()} if earlier else {}
    items = asked_of(project, table.gate(asked.to_stage), facts, legs)
    items.sort(key=lambda item: ("wait", "open", "done").index(item["state"]))
    own = {str(item["label"]) for item in items if item["waits"] and user.pk in item["authors"]}
    for item in items:
        item["typed"] = typed.get(item["field"], "")
        item["before"] = said_before.get(item["field"], "")
    previous, following, place, count = _neighbours(request, asked)
    context = {
        "asked": asked,
        "project": project,
        "items": items,
        "typed": typed.get("", ""),
        "remarks": list(asked.remarks.all()) if not is_open else [],
        "is_open": is_open,
        "is_own": asked.requested_by_id == user.pk,
        "own_facts": ", ".join(sorted(own)),
        "may_decide": is_open and Action.VERIFY in rights and asked.requested_by_id != user.pk,
        "who": verifier_of(project, ""),
        "previous": previous,
        "following": following if following != request.path else "",
        "place": place,
        "count": count,
        "today": timezone.localdate(),
        "refusal": refusal,
        "before_general": said_before.get("", ""),
    }
    return render(request, "projects/request_review.html", context, status=status)
