"""Events: list, page, forms."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from outreach import services
from outreach.models import Event, Lead
from outreach.selectors import events_matching, funnel_of
from outreach.web.access import rights_in, visible
from outreach.web.contacts import talk_events
from outreach.web.editing import Editor, create_page, edit_page
from outreach.web.files import files_of
from outreach.web.forms import EventFilterForm, EventForm
from outreach.web.leads import figures
from outreach.web.lists import list_context

EDITOR = Editor(
    key="event",
    model=Event,
    form=EventForm,
    create=lambda form, park, incubator, user, at: services.create_event(
        park=park, incubator=incubator, values=form.values(), actor=user, at=at
    ),
    update=lambda record, form, user, at: services.update_event(
        event=record,
        values=form.values(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=at,
    ),
    list_url="event-list",
    list_label=gettext_lazy("Events"),
    new_title=gettext_lazy("Add an event"),
    edit_title=gettext_lazy("Edit the event"),
    save_label=gettext_lazy("Save the event"),
    new_note=gettext_lazy("Planned or already held; who came and what it cost can follow."),
)


@login_required
@require_safe
def event_list(request: HttpRequest) -> HttpResponse:
    form = EventFilterForm(request.GET, user=request.user)
    rows = events_matching(request.user, **form.values())
    orders = {"on": "starts_on", "name": "sort_key"}
    context = list_context(request, rows, form=form, orders=orders, default="-on")
    context["today"] = timezone.localdate()
    return render(request, "outreach/event_list.html", context)


@login_required
@require_safe
def event_detail(request: HttpRequest, pk: int) -> HttpResponse:
    event = visible(request, Event, pk, "entered_by")
    rights = rights_in(request.user, event)
    leads = Lead.objects.visible_to(request.user).filter(source_event=event)
    talks = event.interactions.visible_to(request.user).select_related("by", "contact", "event", "lead")
    context: dict[str, Any] = {
        "event": event,
        "rights": rights,
        "funnel": figures(funnel_of(leads), {"source_event": str(pk)}),
        "leads": leads.select_related("owner").order_by("-updated_at")[:20],
        "story": talk_events(talks.order_by("-on", "-pk")[:20]),
        "today": timezone.localdate(),
        **files_of(event, rights, "event"),
    }
    return render(request, "outreach/event_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def event_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, EDITOR, initial={"kind": "promotion", "cost_currency": "CNY"})


@login_required
@require_http_methods(["GET", "POST"])
def event_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, EDITOR, pk)
