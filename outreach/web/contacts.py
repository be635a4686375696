"""Contacts, and the log of calls, visits, meetings and mail."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.errors import told_to
from outreach import services
from outreach.models import Contact, Event, Interaction, Lead
from outreach.selectors import contacts_matching, interactions_matching
from outreach.web.access import rights_in, visible, writable
from outreach.web.editing import Editor, chosen_id, create_page, edit_page
from outreach.web.forms import ContactFilterForm, ContactForm, TalkFilterForm, TalkForm
from outreach.web.lists import list_context

CONTACT = Editor(
    key="contact",
    model=Contact,
    form=ContactForm,
    create=lambda form, park, incubator, user, at: services.create_contact(
        park=park, incubator=incubator, values=form.values(), actor=user, at=at
    ),
    update=lambda record, form, user, at: services.update_contact(
        contact=record,
        values=form.values(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=at,
    ),
    list_url="contact-list",
    list_label=gettext_lazy("Contacts"),
    new_title=gettext_lazy("Add a contact"),
    edit_title=gettext_lazy("Edit the contact"),
    save_label=gettext_lazy("Save the contact"),
    stored=lambda record: {"tags": "，".join(record.tags)},
)
TALK = Editor(
    key="contact-talk",
    model=Interaction,
    form=TalkForm,
    create=lambda form, park, incubator, user, at: services.log_interaction(
        park=park,
        incubator=incubator,
        values=form.values(),
        settles=form.cleaned_data["settles"],
        actor=user,
        at=at,
    ),
    update=lambda record, form, user, at: services.update_interaction(
        interaction=record,
        values=form.values(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=at,
    ),
    list_url="contact-talk-list",
    list_label=gettext_lazy("Liaison log"),
    new_title=gettext_lazy("Record a visit or call"),
    edit_title=gettext_lazy("Correct the record"),
    save_label=gettext_lazy("Save the record"),
    new_note=gettext_lazy("Who spoke with whom, what came of it, and what comes next."),
)
KIND_ICONS = {"call": "bell", "visit": "route", "hosted": "building", "meeting": "users", "mail": "send",
              "message": "messages"}  # fmt: skip


@login_required
@require_safe
def contact_list(request: HttpRequest) -> HttpResponse:
    form = ContactFilterForm(request.GET, user=request.user)
    rows = contacts_matching(request.user, **form.values())
    orders = {"name": "sort_key", "updated": "updated_at"}
    context = list_context(request, rows, form=form, orders=orders, default="name")
    context["reach"] = {row.pk: row.reach_shown_to(request.user) for row in context["page"].rows}
    context["rows"] = [(row, context["reach"][row.pk]) for row in context["page"].rows]
    return render(request, "outreach/contact_list.html", context)


@login_required
@require_safe
def contact_detail(request: HttpRequest, pk: int) -> HttpResponse:
    contact = visible(request, Contact, pk, "organisation", "entered_by", "anonymised_by")
    talks = contact.interactions.select_related("by", "lead", "event", "contact").order_by("-on", "-pk")
    leads = Lead.objects.visible_to(request.user).filter(contact=contact) | Lead.objects.visible_to(
        request.user
    ).filter(source_contact=contact)
    context = {
        "contact": contact,
        "rights": rights_in(request.user, contact),
        "reach": contact.reach_shown_to(request.user),
        "story": talk_events(talks),
        "leads": leads.distinct().order_by("-updated_at")[:20],
    }
    return render(request, "outreach/contact_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def contact_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, CONTACT, initial={})


@login_required
@require_http_methods(["GET", "POST"])
def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, CONTACT, pk)


@login_required
@require_http_methods(["GET", "POST"])
def contact_anonymise(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, since there is no way back; anonymises the version that was looked at."""
    user: Any = request.user
    contact = writable(request, Contact, pk, "organisation")
    if request.method == "POST":
        seen = request.POST.get("version", "")
        version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else 0
        with told_to(request):
            services.anonymise_contact(
                contact=contact, actor=user, at=timezone.now(), expected_version=version
            )
            messages.success(request, _("The person is anonymised. Talks and leads stay."))
        return redirect("contact-detail", pk)
    context = {
        "contact": contact,
        "talks": contact.interactions.count(),
        "leads": Lead.objects.filter(Q(contact=contact) | Q(source_contact=contact)).count(),
    }
    return render(request, "outreach/contact_anonymise.html", context)


def talk_events(talks: Iterable[Interaction]) -> list[dict[str, Any]]:
    """Interactions as entries of a timeline."""
    events = []
    for talk in talks:
        with_whom = [str(item) for item in (talk.contact, talk.event) if item is not None]
        events.append(
            {
                "on": talk.on,
                "title": " · ".join([str(talk.get_kind_display()), *with_whom]),
                "text": talk.summary,
                "icon": KIND_ICONS[talk.kind],
                "by": str(talk.by),
                "url": reverse("contact-talk-detail", args=[talk.pk]),
            }
        )
    return events


@login_required
@require_safe
def talk_list(request: HttpRequest) -> HttpResponse:
    form = TalkFilterForm(request.GET, user=request.user)
    rows = interactions_matching(request.user, **form.values())
    context = list_context(request, rows, form=form, orders={"on": "on"}, default="-on")
    context["today"] = timezone.localdate()
    return render(request, "outreach/talk_list.html", context)


@login_required
@require_safe
def talk_detail(request: HttpRequest, pk: int) -> HttpResponse:
    talk = visible(
        request, Interaction, pk, "contact__organisation", "lead", "event", "by", "next_done_by", "entered_by"
    )
    context = {
        "talk": talk,
        "rights": rights_in(request.user, talk),
        "icon": KIND_ICONS[talk.kind],
        "today": timezone.localdate(),
    }
    return render(request, "outreach/talk_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def talk_create(request: HttpRequest) -> HttpResponse:
    """``?contact=``, ``?lead=`` and ``?event=`` say with whom and about what."""
    filled: dict[str, Any] = {}
    models: dict[str, Any] = {"contact": Contact, "lead": Lead, "event": Event}
    for name, model in models.items():
        if (pk := chosen_id(request, name)) is not None:
            record = visible(request, model, pk)
            filled[name] = pk
            filled["place"] = f"i{record.incubator_id}" if record.incubator_id else f"p{record.park_id}"
            if name == "lead":
                filled |= {"contact": record.contact_id, "settles": bool(record.next_action)}
    initial = {"on": timezone.localdate(), "kind": "visit", "by": request.user.pk}
    return create_page(request, TALK, initial=initial, prefilled=filled)


@login_required
@require_http_methods(["GET", "POST"])
def talk_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, TALK, pk)


@login_required
@require_POST
def talk_done(request: HttpRequest, pk: int) -> HttpResponse:
    talk = writable(request, Interaction, pk)
    user: Any = request.user
    with told_to(request):
        services.finish_interaction(interaction=talk, actor=user, at=timezone.now())
        messages.success(request, _("Done."))
    return redirect("contact-talk-detail", pk=pk)
