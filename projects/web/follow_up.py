"""The years after: returns from abroad, yearly follow-ups, and which support there was before an end."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.drafts import clear_draft
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from evidence.enums import EvidenceKind
from projects import services
from projects.duties import FOLLOW_UP_YEARS
from projects.models import FollowUp, Project, ReturnOutcome, StageLog, SupportCheck
from projects.reading.road import (
    baseline_of,
    follow_ups_missing,
    industrialised_on,
    return_flow,
    return_totals,
    returned_projects,
    support_hints,
)
from projects.services.follow_up import ASKED, FOLLOW_UP_FIELDS, OUTCOME_FIELDS, SUPPORT_FIELDS
from projects.web.access import writable_project
from projects.web.facts import store_files
from projects.web.road_forms import FollowUpForm, OutcomeForm, SupportsForm


def _back(project: Project, anchor: str) -> str:
    return reverse("project-detail", args=[project.pk]) + f"#{anchor}"


# --- returns from abroad ---
@login_required
@require_GET
def returned_list(request: HttpRequest) -> HttpResponse:
    """What came back from abroad: projects, their way home, company, product, patents."""
    rows = returned_projects(request.user)
    page = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders={"name": "sort_key", "arrived": "stage_since"},
        default="name",
        cursor=request.GET.get("cursor", ""),
    )
    shown = Project.objects.filter(pk__in=[row.pk for row in page.rows])
    by_pk = {item.project.pk: item for item in return_flow(returned_projects(request.user) & shown)}
    context = {
        "rows": [by_pk[row.pk] for row in page.rows],
        "totals": return_totals(rows),
        "today": timezone.localdate(),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "projects/returned.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def outcome(request: HttpRequest, pk: int) -> HttpResponse:
    """What came of a return: the product, and how far a drug or device has come."""
    project = writable_project(request, pk)
    user: Any = request.user
    stored = ReturnOutcome.objects.filter(project=project).first()
    if request.method == "POST":
        form = OutcomeForm(request.POST)
        if form.is_valid():
            with shown_on(form):
                services.record_outcome(
                    project=project, values=form.cleaned_data, actor=user, at=timezone.now()
                )
                messages.success(request, _("The outcome is saved."))
                return redirect(_back(project, "legs"))
    else:
        form = OutcomeForm(
            initial={name: getattr(stored, name) for name in OUTCOME_FIELDS} if stored else None
        )
    return render(
        request, "projects/outcome_form.html", {"project": project, "form": form}, status=status_of(form)
    )


# --- follow-ups ---
@login_required
@require_GET
def follow_up_list(request: HttpRequest) -> HttpResponse:
    """What is due in the five years after industrialisation, and what is recorded."""
    today = timezone.localdate()
    due = follow_ups_missing(request.user, until=today + timedelta(days=60))
    rows = FollowUp.objects.visible_to(request.user).select_related(
        "project__park", "project__incubator", "entered_by", "verified_by"
    )
    page = page_of(
        rows,
        order="",
        orders={"newest": "entered_at"},
        default="-newest",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "due": [{"row": row, "late": row.on < today} for row in due[:100]],
        "page": page,
        "today": today,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "projects/follow_up_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def follow_up(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """Record or correct the follow-up of one year; the first figures of the company stand beside it."""
    project = writable_project(request, pk)
    start = industrialised_on(project)
    if start is None or not start.year < year <= start.year + FOLLOW_UP_YEARS:
        raise Http404
    user: Any = request.user
    stored = FollowUp.objects.filter(project=project, year=year).first()
    key, kept_at = f"follow-up-{pk}-{year}", ""
    if request.method == "POST":
        form = FollowUpForm(request.POST, request.FILES, project=project, year=year)
        if form.is_valid():
            with shown_on(form):
                files = store_files(request, project, form.cleaned_data["files"], kind=EvidenceKind.OTHER)
                services.save_follow_up(
                    project=project,
                    year=year,
                    values=form.values(),
                    evidence=files,
                    expected_version=form.cleaned_data["version"],
                    actor=user,
                    at=timezone.now(),
                )
                clear_draft(user=user, form=key)
                messages.success(request, _("The follow-up of %(year)d is saved.") % {"year": year})
                return redirect(_back(project, "follow-up"))
    else:
        initial, kept_at = initial_with_draft(request, key, _initial(project, stored))
        form = FollowUpForm(initial=initial, project=project, year=year)
    context = {
        "project": project,
        "year": year,
        "stored": stored,
        "files": stored.evidence.order_by("pk") if stored else (),
        "baseline": baseline_of(project),
        "form": form,
        "key": key,
        "kept_at": kept_at,
    }
    return render(request, "projects/follow_up_form.html", context, status=status_of(form))


def _initial(project: Project, stored: FollowUp | None) -> dict[str, Any]:
    if stored is None:
        return {"place": project.destination_site, "currency": "CNY"}
    values = {name: getattr(stored, name) for name in FOLLOW_UP_FIELDS}
    return {**values, "is_operating": "yes" if stored.is_operating else "no", "version": stored.version}


@login_required
@require_POST
def verify(request: HttpRequest, pk: int, year: int) -> HttpResponse:
    """A second person confirms the follow-up."""
    rows = FollowUp.objects.visible_to(request.user).select_related("project__park", "project__incubator")
    row: FollowUp = get_object_or_404(rows, project=pk, year=year)
    user: Any = request.user
    with told_to(request):
        services.verify_follow_up(follow_up=row, actor=user, at=timezone.now())
        messages.success(request, _("The follow-up of %(year)d is verified.") % {"year": year})
    return redirect(_back(row.project, "follow-up"))


# --- before an end ---
@login_required
@require_http_methods(["GET", "POST"])
def ending(request: HttpRequest, pk: int, log_pk: int) -> HttpResponse:
    """Which of funding, policy and service were there before the project ended or stalled."""
    project = writable_project(request, pk)
    log = get_object_or_404(StageLog.objects.filter(project=project, to_stage__in=ASKED), pk=log_pk)
    user: Any = request.user
    stored = SupportCheck.objects.filter(log=log).first()
    if request.method == "POST":
        form = SupportsForm(request.POST)
        if form.is_valid():
            with shown_on(form):
                services.record_cause(log=log, values=form.cleaned_data, actor=user, at=timezone.now())
                messages.success(request, _("The statement is saved."))
                return redirect(_back(project, "ending"))
    else:
        form = SupportsForm(
            initial={name: getattr(stored, name) for name in SUPPORT_FIELDS} if stored else None
        )
    context = {"project": project, "log": log, "form": form, "hints": support_hints(project, log.on)}
    return render(request, "projects/ending_form.html", context, status=status_of(form))
