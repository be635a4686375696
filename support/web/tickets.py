"""Service tickets: the list, the form, and the page on which a ticket is worked on."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.drafts import clear_draft
from core.saving import values_of
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import Action, may_somewhere
from incubators.selectors import people_allowed
from projects.models import Project
from support import services
from support.enums import EntryKind
from support.models import Ticket
from support.selectors import tickets_matching
from support.stages import LIVE, MOVES
from support.web.access import allows, refuse, refuse_outsiders, store_files
from support.web.forms import (
    AssignForm,
    CloseForm,
    CommentForm,
    ReopenForm,
    ResolveForm,
    TicketFilterForm,
    TicketForm,
)

ORDERS = {"due": "due_at", "updated": "updated_at"}
ICONS = {
    EntryKind.OPENED: ("lifebuoy", "info"),
    EntryKind.COMMENT: ("messages", ""),
    EntryKind.ASSIGNED: ("user", ""),
    EntryKind.MOVED: ("arrow-right", ""),
    EntryKind.RESOLVED: ("check", "ok"),
    EntryKind.REOPENED: ("refresh", "warn"),
    EntryKind.RATED: ("star", "ok"),
}


@login_required
@require_safe
def ticket_list(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    filters = TicketFilterForm(request.GET, user=request.user)
    chosen = filters.values()
    page = page_of(
        tickets_matching(request.user, now=now, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="due" if chosen.get("state") in ("live", "late") else "-updated",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_enter": may_somewhere(Action.ENTER, request.user),
        "now": now,
        "live": LIVE,
    }
    return render(request, "support/ticket_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ticket_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse_outsiders(user, Action.ENTER)
    kept_at = ""
    if request.method == "POST":
        form = TicketForm(request.POST, request.FILES, user=user)
        if form.is_valid():
            with shown_on(form):
                return redirect(
                    submit_once(request, request.POST.get("once", ""), lambda: _open(request, form))
                )
    else:
        form = TicketForm(user=user)
        start = _for_project(form, user, request.GET.get("project", ""))
        form.initial, kept_at = initial_with_draft(request, "ticket-new", start)
    context = {"form": form, "draft": "ticket-new", "kept_at": kept_at,
               "once": request.POST.get("once") or new_token()}  # fmt: skip
    return render(request, "support/ticket_form.html", context, status=status_of(form))


def _for_project(form: TicketForm, user: Any, key: str) -> dict[str, Any]:
    """Start from the project whose page the person comes from."""
    if not (key.isascii() and key.isdigit() and len(key) < 19):
        return {}
    project = Project.objects.visible_to(user).filter(pk=int(key)).first()
    if project is None:
        return {}
    place = f"i{project.incubator_id}" if project.incubator_id else f"p{project.park_id}"
    field: Any = form.fields["project"]
    return {"project": field.label_of(project), "place": place}


def _open(request: HttpRequest, form: TicketForm) -> str:
    user: Any = request.user
    park, incubator = form.place
    with transaction.atomic():
        files = store_files(request, park, incubator, form.cleaned_data["files"])
        ticket = services.open_ticket(
            park=park, incubator=incubator, values=form.values(), files=files, actor=user, at=timezone.now()
        )
        clear_draft(user=user, form="ticket-new")
    return reverse("ticket-detail", args=[ticket.pk])


def _ticket(request: HttpRequest, pk: int) -> Ticket:
    rows = Ticket.objects.visible_to(request.user).select_related(
        "park", "incubator", "type", "owner", "project", "enterprise", "entered_by", "resolved_by", "rated_by"
    )
    ticket: Ticket = get_object_or_404(rows, pk=pk)
    return ticket


@login_required
@require_safe
def ticket_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _ticket(request, pk))


def _page(request: HttpRequest, ticket: Ticket, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The ticket with its story; ``forms`` replaces a form by the one that was refused."""
    user: Any = request.user
    may_enter = allows(user, Action.ENTER, ticket.park_id, ticket.incubator_id)
    people = people_allowed(
        Action.ENTER, park_id=ticket.park_id, incubator_id=ticket.incubator_id, day=timezone.localdate()
    )
    context = {
        "ticket": ticket,
        "events": [_event(entry) for entry in ticket.entries.select_related("by").order_by("at", "pk")],
        "files": [
            {
                "name": file.title or file.original_name,
                "url": reverse("evidence-file", args=[file.pk]),
                "size": file.size,
                "on": file.uploaded_at,
            }
            for file in ticket.evidence.order_by("pk")
        ],
        "may_enter": may_enter,
        "is_live": ticket.state in LIVE,
        "is_late": ticket.state in LIVE and ticket.due_at < timezone.now(),
        "states": [(state, _state_label(state)) for state in MOVES[ticket.state]],
        "comment": CommentForm(),
        "assign": AssignForm(people=people, initial={"owner": ticket.owner_id}) if may_enter else None,
        "resolve": ResolveForm(),
        "close": CloseForm(),
        "reopen": ReopenForm(),
        "may_rate": ticket.resolved_by_id != user.pk,
        **forms,
    }
    return render(request, "support/ticket.html", context, status=status)


def _state_label(state: str) -> str:
    return {
        "open": _("Give it back"),
        "in_progress": _("Start work"),
        "waiting": _("Wait for the team"),
        "withdrawn": _("Withdraw the ticket"),
    }[state]


def _event(entry: Any) -> dict[str, Any]:
    icon, tone = ICONS[EntryKind(entry.kind)]
    title = entry.get_kind_display()
    if entry.kind == EntryKind.MOVED:
        title = entry.get_state_display()
    return {
        "on": entry.at,
        "title": title,
        "text": entry.text,
        "icon": icon,
        "tone": tone,
        "by": str(entry.by),
    }


@login_required
@require_http_methods(["GET", "POST"])
def ticket_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    ticket = _ticket(request, pk)
    refuse(user, Action.ENTER, ticket.park_id, ticket.incubator_id)
    draft, kept_at = f"ticket-{ticket.pk}", ""
    if request.method == "POST":
        form = TicketForm(request.POST, user=user, ticket=ticket)
        if form.is_valid():
            with shown_on(form):
                services.update_ticket(
                    ticket=ticket,
                    values=form.values(),
                    expected_version=form.cleaned_data["version"],
                    actor=user,
                    at=timezone.now(),
                )
                clear_draft(user=user, form=draft)
                messages.success(request, _("The ticket is saved."))
                return redirect("ticket-detail", pk=ticket.pk)
    else:
        form = TicketForm(user=user, ticket=ticket)
        form.initial, kept_at = initial_with_draft(request, draft, _stored(form, ticket))
    context = {"form": form, "ticket": ticket, "draft": draft, "kept_at": kept_at}
    return render(request, "support/ticket_form.html", context, status=status_of(form))


def _stored(form: TicketForm, ticket: Ticket) -> dict[str, Any]:
    kind = next(
        (key for key, offered in form.types.items() if offered.code == ticket.type.code), str(ticket.type_id)
    )
    stored = values_of(ticket, ("title", "text", "asked_by"))
    project: Any = form.fields["project"]
    enterprise: Any = form.fields["enterprise"]
    return stored | {
        "type": kind,
        "version": ticket.version,
        "project": project.label_of(ticket.project),
        "enterprise": enterprise.label_of(ticket.enterprise),
    }


@login_required
@require_POST
def ticket_act(request: HttpRequest, pk: int, deed: str) -> HttpResponse:
    """One deed of the ticket's page: comment, assign, move, resolve, close, reopen."""
    ticket = _ticket(request, pk)
    refuse(request.user, Action.ENTER, ticket.park_id, ticket.incubator_id)
    if deed == "move":
        return _move(request, ticket)
    if deed not in DEEDS:
        raise Http404
    form = _form(request, ticket, deed)
    if form.is_valid():
        with shown_on(form, names={"rating_note": "note", "evidence": "files"}):
            DEEDS[deed](request, ticket, form)
            return redirect("ticket-detail", pk=ticket.pk)
    return _page(request, ticket, status=status_of(form), **{deed: form})


def _form(request: HttpRequest, ticket: Ticket, deed: str) -> Any:
    if deed == "assign":
        people = people_allowed(
            Action.ENTER, park_id=ticket.park_id, incubator_id=ticket.incubator_id, day=timezone.localdate()
        )
        return AssignForm(request.POST, people=people)
    kinds: dict[str, Any] = {
        "comment": CommentForm,
        "resolve": ResolveForm,
        "close": CloseForm,
        "reopen": ReopenForm,
    }
    return kinds[deed](request.POST, request.FILES or None)


def _move(request: HttpRequest, ticket: Ticket) -> HttpResponse:
    user: Any = request.user
    with told_to(request):
        services.move_ticket(
            ticket=ticket, to_state=request.POST.get("to_state", ""), actor=user, at=timezone.now()
        )
    return redirect("ticket-detail", pk=ticket.pk)


def _comment(request: Any, ticket: Ticket, form: Any) -> None:
    services.comment_ticket(
        ticket=ticket, text=form.cleaned_data["text"], actor=request.user, at=timezone.now()
    )


def _assign(request: Any, ticket: Ticket, form: Any) -> None:
    services.assign_ticket(
        ticket=ticket, owner=form.cleaned_data["owner"], actor=request.user, at=timezone.now()
    )


def _resolve(request: Any, ticket: Ticket, form: Any) -> None:
    with transaction.atomic():
        files = store_files(request, ticket.park, ticket.incubator, form.cleaned_data["files"])
        services.resolve_ticket(
            ticket=ticket,
            outcome=form.cleaned_data["outcome"],
            files=files,
            actor=request.user,
            at=timezone.now(),
        )
    messages.success(request, _("The ticket is resolved. Whoever opened it is told."))


def _close(request: Any, ticket: Ticket, form: Any) -> None:
    services.close_ticket(ticket=ticket, actor=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("The ticket is closed."))


def _reopen(request: Any, ticket: Ticket, form: Any) -> None:
    services.reopen_ticket(
        ticket=ticket, reason=form.cleaned_data["reason"], actor=request.user, at=timezone.now()
    )


DEEDS = {
    "comment": _comment,
    "assign": _assign,
    "resolve": _resolve,
    "close": _close,
    "reopen": _reopen,
}
