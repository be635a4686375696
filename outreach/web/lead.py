"""One lead: open, change, move, make it a project."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.errors import shown_on, status_of, told_to
from core.web.once import new_token, submit_once
from outreach import services
from outreach.enums import DropReason, LeadOrigin, LeadStage
from outreach.models import Interaction, Lead, LeadStageLog
from outreach.selectors import lookalikes
from outreach.services.conversion import project_values_of
from outreach.services.records import day_of
from outreach.stages import PATH
from outreach.web.access import rights_in, visible, writable
from outreach.web.contacts import talk_events
from outreach.web.editing import Editor, chosen_id, create_page, edit_page
from outreach.web.forms import ConvertForm, LeadForm, LeadMoveForm
from projects.models import Project

RELATED = (
    "sector", "organisation", "owner", "project", "entered_by", "contact__organisation", "source_event",
    "source_mandate", "source_contact", "source_organisation", "converted_by",
)  # fmt: skip
EDITOR = Editor(
    key="lead",
    model=Lead,
    form=LeadForm,
    create=lambda form, park, incubator, user, at: services.create_lead(
        park=park, incubator=incubator, values=form.values(), actor=user, at=at
    ),
    update=lambda record, form, user, at: services.update_lead(
        lead=record,
        values=form.values(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=at,
    ),
    list_url="lead-list",
    list_label=gettext_lazy("Leads"),
    new_title=gettext_lazy("Open a lead"),
    edit_title=gettext_lazy("Edit the lead"),
    save_label=gettext_lazy("Save the lead"),
    new_note=gettext_lazy("A name and the source are enough to begin; the rest can follow."),
    template="outreach/lead_form.html",
)


@login_required
@require_http_methods(["GET", "POST"])
def lead_create(request: HttpRequest) -> HttpResponse:
    """``?interaction=`` opens the lead from a talk, ``?event=`` and ``?contact=`` give its source."""
    user: Any = request.user
    talk = _talk(request)
    editor = EDITOR
    if talk is not None:
        editor = replace(EDITOR, create=_create_from(talk))
    initial = {"first_contact_on": talk.on if talk else timezone.localdate(), "source": "direct",
               "owner": user.pk}  # fmt: skip
    return create_page(
        request, editor, initial=initial, prefilled=_prefilled(request, talk), context={"talk": talk}
    )


def _talk(request: HttpRequest) -> Interaction | None:
    pk = chosen_id(request, "interaction")
    if pk is None:
        return None
    return visible(request, Interaction, pk, "contact", "event")


def _create_from(talk: Interaction) -> Any:
    return lambda form, park, incubator, user, at: services.create_lead(
        park=park, incubator=incubator, values=form.values(), interaction=talk, actor=user, at=at
    )


def _prefilled(request: HttpRequest, talk: Interaction | None) -> dict[str, Any]:
    event, contact = chosen_id(request, "event"), chosen_id(request, "contact")
    filled: dict[str, Any] = {}
    if talk is not None:
        event, contact = talk.event_id, talk.contact_id
        place = f"i{talk.incubator_id}" if talk.incubator_id else f"p{talk.park_id}"
        filled = {"place": place, "first_contact_on": talk.on, "summary": talk.summary,
                  "next_action": talk.next_action, "next_on": talk.next_on}  # fmt: skip
    if contact is not None:
        filled |= {"contact": contact, "source": LeadOrigin.CONTACT, "source_contact": contact}
    if event is not None:
        filled |= {"source": LeadOrigin.EVENT, "source_event": event}
    return filled


@login_required
@require_http_methods(["GET", "POST"])
def lead_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, EDITOR, pk)


@login_required
@require_safe
def lead_detail(request: HttpRequest, pk: int) -> HttpResponse:
    lead = visible(request, Lead, pk, *RELATED)
    rights = rights_in(request.user, lead)
    moves = list(lead.stage_log.select_related("moved_by").order_by("sequence"))
    talks = lead.interactions.select_related("by", "contact", "event").order_by("on", "pk")
    alike = lookalikes(
        request.user,
        park_id=lead.park_id,
        names=[lead.name_zh, lead.name_en],
        but_lead=lead.pk,
        but_project=lead.project_id,
    )
    context = {
        "lead": lead,
        "rights": rights,
        "steps": _steps(lead, moves),
        "story": _story(moves, talk_events(talks)),
        "alike": alike,
        "claims": lead.introductions.select_related("mandate").order_by("pk"),
        "reach": lead.contact.reach_shown_to(request.user) if lead.contact else {},
        "today": day_of(lead, timezone.now()),
        "may_delete": rights.enter and lead.project_id is None and len(moves) == 1 and not talks,
    }
    return render(request, "outreach/lead_detail.html", context)


def _steps(lead: Lead, moves: list[LeadStageLog]) -> list[dict[str, Any]]:
    """The funnel with the days on which its stages were reached; a dropped lead stopped where it stood."""
    days = {move.to_stage: move.on for move in moves}
    here = PATH.index(lead.reached)
    current = "stopped" if lead.stage == LeadStage.DROPPED else "current"
    return [
        {
            "label": capfirst(LeadStage(code).label),
            "state": "done" if place < here else current if place == here else "ahead",
            "date": days.get(code) if place <= here else None,
        }
        for place, code in enumerate(PATH)
    ]


def _story(moves: list[LeadStageLog], talks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Moves and talks, newest first."""
    icons = {"contact": "messages", "talk": "users", "signed": "file-text", "landed": "map-pin",
             "dropped": "player-stop"}  # fmt: skip
    events = [
        {
            "on": move.on,
            "title": _("Now: %(stage)s") % {"stage": move.get_to_stage_display()},
            "text": " · ".join(
                str(word)
                for word in (DropReason(move.drop_reason).label if move.drop_reason else "", move.note)
                if word
            ),
            "icon": icons[move.to_stage],
            "tone": "bad" if move.to_stage == LeadStage.DROPPED else "accent",
            "by": str(move.moved_by) if move.moved_by else _("followed its project"),
        }
        for move in moves
    ]
    return sorted([*events, *talks], key=lambda event: event["on"], reverse=True)


@login_required
@require_http_methods(["GET", "POST"])
def lead_move(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    lead = writable(request, Lead, pk, "project")
    if lead.project is not None:
        messages.info(request, _("This lead became a project and follows it. Move the project instead."))
        return redirect("project-detail", pk=lead.project.pk)
    start = {"from_stage": lead.stage, "on": day_of(lead, timezone.now()), "to_stage": _next_of(lead)}
    form = LeadMoveForm(request.POST or None, initial=start, stage=lead.stage)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        with shown_on(form):
            services.move_lead(
                lead=lead, expected_stage=data.pop("from_stage"), actor=user, at=timezone.now(), **data
            )
            messages.success(request, _("“%(name)s” is moved.") % {"name": lead})
            return redirect("lead-detail", pk=pk)
    return render(request, "outreach/lead_move.html", {"form": form, "lead": lead}, status=status_of(form))


def _next_of(lead: Lead) -> str:
    """The usual next step; from talks nothing is usual."""
    return {LeadStage.CONTACT: LeadStage.TALK, LeadStage.DROPPED: LeadStage.CONTACT}.get(
        LeadStage(lead.stage), ""
    )


@login_required
@require_http_methods(["GET", "POST"])
def lead_convert(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows what goes into the project, and whether it is there already; one press makes it."""
    user: Any = request.user
    lead = writable(request, Lead, pk, *RELATED)
    if lead.project is not None and request.method == "GET":
        return redirect("project-detail", pk=lead.project.pk)
    if lead.stage == LeadStage.DROPPED:
        messages.info(request, _("This lead was dropped. Take it up again before it becomes a project."))
        return redirect("lead-detail", pk=pk)
    names = ("name_zh", "name_en", "sector", "team_lead", "summary", "version")
    form = ConvertForm(request.POST or None, initial={name: getattr(lead, name) for name in names})
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            return redirect(
                submit_once(request, request.POST.get("once", ""), lambda: _convert(request, lead, form))
            )
    context = {
        "form": form,
        "lead": lead,
        "rights": rights_in(user, lead),
        "values": project_values_of(lead),
        "alike": lookalikes(user, park_id=lead.park_id, names=[lead.name_zh, lead.name_en], but_lead=lead.pk),
        "once": request.POST.get("once") or new_token(),
    }
    return render(request, "outreach/lead_convert.html", context, status=status_of(form))


def _convert(request: HttpRequest, lead: Lead, form: ConvertForm) -> str:
    user: Any = request.user
    values = {name: value for name, value in form.cleaned_data.items() if name != "version"}
    project = services.convert_lead(
        lead=lead,
        values=values,
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=timezone.now(),
    )
    messages.success(
        request,
        _("“%(name)s” is now the project %(code)s; the lead follows it.")
        % {"name": project.name, "code": project.code},
    )
    return reverse("project-detail", args=[project.pk])


@login_required
@require_POST
def lead_link(request: HttpRequest, pk: int) -> HttpResponse:
    """The project was entered before: both are linked, nothing is made."""
    user: Any = request.user
    lead = writable(request, Lead, pk)
    project = get_object_or_404(Project.objects.visible_to(user), pk=request.POST.get("project") or 0)
    with told_to(request):
        services.link_lead(lead=lead, project=project, actor=user, at=timezone.now())
        messages.success(
            request, _("“%(name)s” is linked to the project %(code)s.") % {"name": lead, "code": project.code}
        )
    return redirect("lead-detail", pk=pk)


@login_required
@require_POST
def lead_done(request: HttpRequest, pk: int) -> HttpResponse:
    lead = writable(request, Lead, pk)
    user: Any = request.user
    with told_to(request):
        services.finish_lead_action(lead=lead, actor=user, at=timezone.now())
        messages.success(request, _("Done. Plan the next action when you know it."))
    return redirect("lead-detail", pk=pk)


@login_required
@require_POST
def lead_delete(request: HttpRequest, pk: int) -> HttpResponse:
    lead = writable(request, Lead, pk)
    user: Any = request.user
    with told_to(request):
        services.delete_lead(lead=lead, actor=user, at=timezone.now())
        messages.success(request, _("“%(name)s” is deleted; the history keeps that.") % {"name": lead})
        return redirect("lead-list")
    return redirect("lead-detail", pk=pk)
