"""Editions: the list, the page with divisions and rounds, the forms."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from contests import services
from contests.models import Contest, runs_contests
from contests.selectors import contest_rounds, contests_matching, entry_counts
from contests.services import CONTEST_FIELDS, DIVISION_FIELDS
from contests.web.access import contest_of, division_of, enters_in, refuse_readers
from contests.web.forms.contests import ContestFilterForm, ContestForm, DivisionForm
from core.saving import values_of
from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import Action, may_somewhere, scope_of

ORDERS = {"updated": "updated_at", "year": "year"}


@login_required
@require_safe
def contest_list(request: HttpRequest) -> HttpResponse:
    filters = ContestFilterForm(request.GET)
    chosen = filters.values()
    page = page_of(
        contests_matching(request.user, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-updated",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_run": may_somewhere(Action.MANAGE, request.user),
        "at": "contests",
    }
    return render(request, "contests/contest_list.html", context)


@login_required
@require_safe
def contest_detail(request: HttpRequest, pk: int) -> HttpResponse:
    contest = contest_of(request, pk)
    reads_all = scope_of(request.user).sees_whole_park(contest.park_id)
    counts = entry_counts(contest) if reads_all else {}
    context = {
        "contest": contest,
        "divisions": list(contest.divisions.select_related("incubator").order_by("code")),
        "rounds": contest_rounds(contest),
        "counts": counts,
        "reads_all": reads_all,
        "may_run": runs_contests(request.user, contest.park_id),
        "may_enter": enters_in(request.user, contest.park_id),
        "today": timezone.localdate(),
    }
    return render(request, "contests/contest.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def contest_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse_readers(user)
    initial = {"year": timezone.localdate().year, "number": 1}
    form = ContestForm(request.POST or None, user=user, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"fields": "fields_"}):
            return redirect(
                submit_once(request, request.POST.get("once", ""), lambda: _save(user, form, None))
            )
    context = {"form": form, "once": request.POST.get("once") or new_token()}
    return render(request, "contests/contest_form.html", context, status=status_of(form))


def _save(user: Any, form: ContestForm, contest: Contest | None) -> str:
    saved = services.save_contest(
        contest=contest,
        park=contest.park if contest else form.park,
        values=form.values(),
        hosts=list(form.cleaned_data["hosts"]),
        fields=list(form.cleaned_data["fields_"]),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=timezone.now(),
    )
    return reverse("contest-detail", args=[saved.pk])


@login_required
@require_http_methods(["GET", "POST"])
def contest_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    contest = contest_of(request, pk)
    refuse_readers(user, contest.park_id)
    initial = values_of(contest, CONTEST_FIELDS) | {
        "version": contest.version,
        "hosts": contest.hosts.all(),
        "fields_": contest.fields.all(),
    }
    form = ContestForm(request.POST or None, contest=contest, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"fields": "fields_"}):
            address = _save(user, form, contest)
            messages.success(request, _("The contest is saved."))
            return redirect(address)
    context = {"form": form, "contest": contest}
    return render(request, "contests/contest_form.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def division_create(request: HttpRequest, pk: int) -> HttpResponse:
    contest = contest_of(request, pk)
    refuse_readers(request.user, contest.park_id)
    return _division_form(request, contest, None, {"opens_on": timezone.localdate()})


@login_required
@require_http_methods(["GET", "POST"])
def division_edit(request: HttpRequest, pk: int) -> HttpResponse:
    division = division_of(request, pk)
    refuse_readers(request.user, division.park_id)
    initial = values_of(division, DIVISION_FIELDS) | {"version": division.version}
    return _division_form(request, division.contest, division, initial)


def _division_form(
    request: HttpRequest, contest: Contest, division: Any, initial: dict[str, Any]
) -> HttpResponse:
    user: Any = request.user
    form = DivisionForm(request.POST or None, contest=contest, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.save_division(
                division=division,
                contest=contest,
                values=form.values(),
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The division is saved."))
            return redirect("contest-detail", pk=contest.pk)
    context = {"form": form, "contest": contest, "division": division}
    return render(request, "contests/division_form.html", context, status=status_of(form))
