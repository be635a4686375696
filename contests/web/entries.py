"""Entries: the list with what may be the same, the page, the deeds of the park."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contests import services
from contests.enums import EntryState
from contests.models import Entry, KeptFile, runs_contests
from contests.selectors import alike, entries_matching, steps_of_entries
from contests.services import ENTRY_FIELDS, NewEntry
from contests.web.access import (
    contest_of,
    enters_in,
    entry_of,
    refuse_outsiders,
    refuse_readers,
    sites_to_enter,
    uploads,
)
from contests.web.files import served_kept
from contests.web.forms.contests import EntryFilterForm, EntryForm, RefuseForm, SiteForm
from core.identifiers import masked
from core.saving import values_of
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from reviews.selectors import cases_about

ORDERS = {"number": "number", "updated": "updated_at", "name": "sort_key"}


@login_required
@require_safe
def entry_list(request: HttpRequest, pk: int) -> HttpResponse:
    contest = contest_of(request, pk)
    filters = EntryFilterForm(request.GET, contest=contest)
    chosen = filters.values()
    page = page_of(
        entries_matching(request.user, contest=contest, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="number",
        cursor=request.GET.get("cursor", ""),
    )
    same, steps = alike(page.rows), steps_of_entries(page.rows, timezone.localdate())
    may_run = runs_contests(request.user, contest.park_id)
    context = {
        "contest": contest,
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [(entry, same.get(entry.pk, []), steps[entry.pk]) for entry in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_run": may_run,
        "may_enter": enters_in(request.user, contest.park_id),
        "to_admit": may_run and any(entry.state == EntryState.RECEIVED for entry in page.rows),
        "query": request.GET.urlencode(),
    }
    return render(request, "contests/entry_list.html", context)


@login_required
@require_POST
def entries_admit(request: HttpRequest, pk: int) -> HttpResponse:
    """Admit the entries that were ticked."""
    user: Any = request.user
    contest = contest_of(request, pk)
    refuse_readers(user, contest.park_id)
    typed = request.POST.getlist("entry")[:500]
    ids = [int(key) for key in typed if key.isascii() and key.isdigit() and len(key) < 19]
    rows = Entry.objects.visible_to(user).filter(division__contest=contest, pk__in=ids)
    with told_to(request):
        admitted = services.admit_entries(entries=list(rows), actor=user, at=timezone.now())
        messages.success(request, _("Admitted: %(count)d.") % {"count": len(admitted)})
    return redirect("contest-entry-list", pk=contest.pk)


@login_required
@require_http_methods(["GET", "POST"])
def entry_create(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    contest = contest_of(request, pk)
    refuse_outsiders(user, contest.park_id)
    form = EntryForm(
        request.POST or None,
        request.FILES or None,
        contest=contest,
        sites=sites_to_enter(user, contest.park_id),
        needs_site=not runs_contests(user, contest.park_id),
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            return redirect(submit_once(request, request.POST.get("once", ""), lambda: _create(user, form)))
    context = {"form": form, "contest": contest, "once": request.POST.get("once") or new_token()}
    return render(request, "contests/entry_form.html", context, status=status_of(form))


def _create(user: Any, form: EntryForm) -> str:
    data = form.cleaned_data
    with transaction.atomic():
        (entry,) = services.enter_entries(
            division=data["division"],
            items=[NewEntry(form.values(), data["incubator"], uploads(data["files"]))],
            source="typed",
            actor=user,
            at=timezone.now(),
        )
    return reverse("contest-entry-detail", args=[entry.pk])


@login_required
@require_safe
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, entry_of(request, pk))


def _page(request: HttpRequest, entry: Entry, status: int = 200, **forms: Any) -> HttpResponse:
    user: Any = request.user
    may_run = runs_contests(user, entry.park_id)
    about: Any = cases_about("contest-entry", entry.pk)
    cases = list(about.visible_to(user).select_related("round"))
    lines = entry.promotions.visible_to(user).select_related("promotion__round", "promotion__notice")  # type: ignore[attr-defined]
    steps = steps_of_entries([entry], timezone.localdate())[entry.pk]
    contact = {"name": entry.contact_name, "phone": entry.phone, "email": entry.email}
    if not may_run:
        contact = {name: masked(value) for name, value in contact.items()}
    context = {
        "entry": entry,
        "contest": entry.division.contest,
        "contact": contact,
        "cases": cases,
        "lines": lines.order_by("promotion__round__sequence"),
        "steps": steps,
        "same": alike([entry]).get(entry.pk, []),
        "files": _files(entry),
        "may_run": may_run,
        "may_edit": may_run or (entry.state == EntryState.RECEIVED and enters_in(user, entry.park_id)),
        "may_withdraw": entry.is_live and (may_run or entry.incubator_id is not None)
        and enters_in(user, entry.park_id),
        "may_judge": may_run and entry.state in (EntryState.RECEIVED, EntryState.REFUSED),
        "may_refuse": may_run and entry.is_live and not cases,
        "refuse_form": RefuseForm(),
        "site_form": SiteForm(entry=entry),
        **forms,
    }  # fmt: skip
    return render(request, "contests/entry.html", context, status=status)


def _files(entry: Entry) -> list[dict[str, Any]]:
    rows = KeptFile.objects.filter(entry=entry).order_by("pk")
    return [
        {
            "name": file.original_name,
            "url": reverse("contest-file", args=[file.pk]),
            "size": file.size,
            "sha256": file.sha256,
            "on": file.received_on,
        }
        for file in rows
    ]


@login_required
@require_http_methods(["GET", "POST"])
def entry_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    entry = entry_of(request, pk)
    refuse_outsiders(user, entry.park_id)
    initial = values_of(entry, ENTRY_FIELDS) | {"version": entry.version}
    form = EntryForm(
        request.POST or None, contest=entry.division.contest, sites=[], entry=entry, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.update_entry(
                entry=entry,
                values=form.values(),
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The entry is saved."))
            return redirect("contest-entry-detail", pk=pk)
    context = {"form": form, "contest": entry.division.contest, "entry": entry}
    return render(request, "contests/entry_form.html", context, status=status_of(form))


@login_required
@require_POST
def entry_admit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    entry = entry_of(request, pk)
    refuse_readers(user, entry.park_id)
    with told_to(request):
        services.admit_entries(entries=[entry], actor=user, at=timezone.now())
        messages.success(request, _("The entry is admitted."))
    return redirect("contest-entry-detail", pk=pk)


@login_required
@require_POST
def entry_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    entry = entry_of(request, pk)
    refuse_readers(user, entry.park_id)
    form = RefuseForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            services.refuse_entry(entry=entry, actor=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The entry is not admitted. The team reads your words."))
            return redirect("contest-entry-detail", pk=pk)
    return _page(request, entry, status_of(form), refuse_form=form)


@login_required
@require_POST
def entry_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    entry = entry_of(request, pk)
    refuse_outsiders(user, entry.park_id)
    with told_to(request):
        services.withdraw_entry(entry=entry, actor=user, at=timezone.now())
        messages.success(request, _("The entry is withdrawn."))
    return redirect("contest-entry-detail", pk=pk)


def _go_on(request: HttpRequest, pk: int, deed: Callable[..., Any], name: str, said: str) -> HttpResponse:
    user: Any = request.user
    entry = entry_of(request, pk)
    refuse_readers(user, entry.park_id)
    form = SiteForm(request.POST, entry=entry)
    if form.is_valid():
        with shown_on(form):
            made = deed(entry=entry, incubator=form.cleaned_data["incubator"], actor=user, at=timezone.now())
            messages.success(request, said)
            return redirect(name, pk=made.pk)
    return _page(request, entry, status_of(form), site_form=form)


@login_required
@require_POST
def entry_lead(request: HttpRequest, pk: int) -> HttpResponse:
    return _go_on(request, pk, services.make_lead, "lead-detail", _("The lead is open."))


@login_required
@require_POST
def entry_project(request: HttpRequest, pk: int) -> HttpResponse:
    return _go_on(request, pk, services.make_project, "project-detail", _("The project is recorded."))


@login_required
@require_safe
def kept_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A file of an entry, or of a bid once it is opened."""
    file = get_object_or_404(KeptFile.objects.visible_to(request.user), pk=pk)
    return served_kept(file, shown="download" not in request.GET)
