"""Review rounds: the list, the form with its criteria, the page with all cases and results."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.saving import values_of
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from core.web.versions import both_versions
from incubators.scope import Action, may_somewhere, scope_of
from reviews import services
from reviews.models import Case, ReviewRound, runs_reviews
from reviews.report import summary_excel, summary_word
from reviews.selectors import cases_with_counts, full_mark_of, results_of, rounds_matching, severity_of
from reviews.services import ROUND_FIELDS
from reviews.web.access import parks_to_run, refuse_readers, round_of, store_files
from reviews.web.forms import (
    CaseForm,
    CriterionRows,
    RoundFilterForm,
    RoundForm,
    criteria_of,
    typed_criteria,
)

ORDERS = {"updated": "updated_at"}
MOVES = {"start": services.start_round, "close": services.close_round, "reopen": services.reopen_round}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@login_required
@require_safe
def review_list(request: HttpRequest) -> HttpResponse:
    """Rounds for the park's people; his own cases for an expert; for an operator those of his teams."""
    places = scope_of(request.user).places(Action.READ)
    if not places.everywhere and not places.park_ids:
        return _own_cases(request) if places.incubator_ids else redirect("review-mine")
    filters = RoundFilterForm(request.GET)
    chosen = filters.values()
    page = page_of(
        rounds_matching(request.user, **chosen),
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
    }
    return render(request, "reviews/review_list.html", context)


def _own_cases(request: HttpRequest) -> HttpResponse:
    page = page_of(
        Case.objects.visible_to(request.user).select_related("round", "incubator"),
        order="",
        orders=ORDERS,
        default="-updated",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "reviews/case_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def review_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse_readers(user)
    form = RoundForm(request.POST or None, parks=parks_to_run(user))
    rows = CriterionRows(request.POST or None, prefix="criteria")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        with shown_on(form):
            return redirect(
                submit_once(request, request.POST.get("once", ""), lambda: _create(user, form, rows))
            )
    context = {"form": form, "rows": rows, "once": request.POST.get("once") or new_token()}
    return render(request, "reviews/review_form.html", context, status=_status(form, rows))


def _status(form: Any, rows: Any) -> int:
    return 422 if rows is not None and rows.is_bound and not rows.is_valid() else status_of(form)


def _create(user: Any, form: RoundForm, rows: Any) -> str:
    round = services.save_round(
        round=None,
        park=form.park,
        values=form.values(),
        criteria=typed_criteria(rows),
        actor=user,
        at=timezone.now(),
    )
    return reverse("review-detail", args=[round.pk])


@login_required
@require_http_methods(["GET", "POST"])
def review_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    round = round_of(request, pk)
    refuse_readers(user, round.park_id)
    initial = values_of(round, ROUND_FIELDS) | {"version": round.version}
    form = RoundForm(request.POST or None, round=round, initial=initial)
    rows = None
    if round.state == "draft":
        rows = CriterionRows(request.POST or None, prefix="criteria", initial=criteria_of(round))
    is_valid = form.is_valid() and (rows is None or rows.is_valid())
    if request.method == "POST" and is_valid:
        with shown_on(form):
            services.save_round(
                round=round,
                park=round.park,
                values=form.values(),
                criteria=typed_criteria(rows) if rows is not None else None,
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The round is saved."))
            return redirect("review-detail", pk=round.pk)
    context = {"form": form, "rows": rows, "round": round, "theirs": both_versions(form, initial)}
    return render(request, "reviews/review_form.html", context, status=_status(form, rows))


@login_required
@require_safe
def review_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, round_of(request, pk))


def _page(request: HttpRequest, round: ReviewRound, form: CaseForm | None = None) -> HttpResponse:
    may_run = runs_reviews(request.user, round.park_id)
    cases = list(
        cases_with_counts(Case.objects.visible_to(request.user).filter(round=round))
        .select_related("round", "incubator", "result_by", "confirmed_by")
        .order_by("number", "pk")
    )
    results = results_of(cases)
    rows = [(case, results[case.pk]) for case in cases]
    severity, at_least = severity_of(round.park_id, round=round)
    if may_run and form is None and round.state != "closed":
        form = CaseForm(round=round, user=request.user)
    context = {
        "round": round,
        "criteria": round.criteria.order_by("position"),
        "full_mark": full_mark_of(round),
        "rows": rows,
        "done": sum(1 for _case, result in rows if result.is_final),
        "marked": sum(1 for _case, result in rows if result.mark is not None),
        "severity": severity,
        "severity_from": at_least,
        "may_run": may_run,
        "case_form": form,
    }
    return render(request, "reviews/review.html", context, status=status_of(form) if form else 200)


@login_required
@require_POST
def review_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Open, close or open a round again; which of them is posted as ``to``."""
    round = round_of(request, pk)
    refuse_readers(request.user, round.park_id)
    deed = MOVES.get(request.POST.get("to", ""))
    if deed is not None:
        with told_to(request):
            deed(round=round, actor=request.user, at=timezone.now())
    return redirect("review-detail", pk=round.pk)


@login_required
@require_POST
def review_add_case(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    round = round_of(request, pk)
    refuse_readers(user, round.park_id)
    form = CaseForm(request.POST, request.FILES, round=round, user=user)
    if form.is_valid():
        with shown_on(form, names={"subject_id": "project"}), transaction.atomic():
            project = form.cleaned_data["project"]
            files = store_files(request, round.park, project.incubator, form.cleaned_data["files"])
            services.add_case(
                round=round,
                subject_kind="project",
                subject_id=project.pk,
                title=project.name_zh,
                project=project,
                summary=project.summary,
                files=files,
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The case is before the round."))
            return redirect("review-detail", pk=round.pk)
    return _page(request, round, form)


@login_required
@require_safe
def review_excel(request: HttpRequest, pk: int) -> HttpResponse:
    round = round_of(request, pk)
    return answer_file(summary_excel(round, request.user), EXCEL, _("Review summary"), "xlsx")


@login_required
@require_safe
def review_word(request: HttpRequest, pk: int) -> HttpResponse:
    round = round_of(request, pk)
    return answer_file(summary_word(round, request.user), WORD, _("Review summary"), "docx")


def answer_file(content: bytes, content_type: str, name: str, suffix: str) -> HttpResponse:
    from django.utils.http import content_disposition_header

    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{suffix}") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
