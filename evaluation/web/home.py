"""Choose what to evaluate, see what is still missing, run it, and find earlier runs again."""

from datetime import date
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from core.errors import Conflict, DomainError, Refused
from core.web.errors import sentence
from core.web.keyset import Page, page_of
from evaluation.enums import ReportFormat, RunState
from evaluation.models import EvaluationRun, ReportRun
from evaluation.selectors import completeness
from evaluation.services import request_report
from evaluation.web.choosing import (
    Selection,
    Subjects,
    is_in_sight,
    kind_links,
    period_choices,
    read_selection,
)
from evaluation.web.forms import ChooseForm
from evaluation.web.links import gap_items

RUNS_SHOWN = 10
GAPS_SHOWN = 6
NOT_YOURS = gettext_lazy(
    "You can read this, but not evaluate it. The whole park is evaluated by its own staff, an incubator by "
    "its operator and the park."
)
PENDING = frozenset({RunState.QUEUED, RunState.RUNNING})


@login_required
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The choice, what is missing for it, and earlier runs."""
    subjects = Subjects.of(request.user)
    selection = read_selection(request.GET.dict(), subjects, on=timezone.localdate())
    status = 422 if selection and selection.wrong else 200
    return _page(request, subjects, selection, status=status)


@login_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Freeze and queue. The same inputs give the same run, so that a second press changes nothing."""
    subjects = Subjects.of(request.user)
    on = timezone.localdate()
    try:
        selection = read_selection(request.POST.dict(), subjects, on=on)
    except Http404:
        if is_in_sight(request.POST.dict(), request.user):
            raise PermissionDenied(NOT_YOURS) from None
        raise
    if selection is None:
        raise PermissionDenied(NOT_YOURS)
    if selection.wrong:
        return _page(request, subjects, selection, status=422)
    try:
        report = request_report(
            **selection.subject.named(),
            period=selection.period.code,
            format=ReportFormat.PDF,
            language=get_language() or "zh-hans",
            actor=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, subjects, selection, refusal=sentence(error), status=status)
    return redirect("evaluation-run", report.run_id)


def _page(
    request: HttpRequest,
    subjects: Subjects,
    selection: Selection | None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    on = timezone.localdate()
    runs = runs_page(request.user, request.GET.get("cursor", ""))
    context: dict[str, Any] = {
        "selection": selection,
        "refusal": refusal,
        "page": runs,
        "rows": [run_row(run) for run in runs.rows],
        "next_url": runs.address(request.GET, runs.next_cursor),
        "previous_url": runs.address(request.GET, runs.previous_cursor),
    }
    if selection is not None:
        context |= _chosen(subjects, selection, on=on)
    return render(request, "evaluation/home.html", context, status=status)


def _chosen(subjects: Subjects, selection: Selection, *, on: date) -> dict[str, Any]:
    found = completeness(**selection.subject.named(), period=selection.period.code, on=on)
    items = gap_items(found["gaps"], whole_park=selection.subject.park is not None)
    return {
        "form": ChooseForm(
            subjects=subjects.choices(),
            periods=period_choices(selection.period, on=on),
            initial={"subject": selection.subject.key, "period": selection.period.code},
        ),
        "kinds": list(kind_links(selection, on=on)),
        "complete": found["is_complete"],
        "items": items[:GAPS_SHOWN],
        "more_items": items[GAPS_SHOWN:],
        "gap_count": len(items),
        "is_running_period": selection.period.end > on,
        "today": on,
    }


def runs_page(user: Any, cursor: str) -> Page[EvaluationRun]:
    """Earlier runs that the person may see, newest first, without their frozen data."""
    files = ReportRun.objects.order_by("language", "format")
    rows: QuerySet[EvaluationRun] = (
        EvaluationRun.objects.visible_to(user)
        .defer("snapshot")
        .select_related("park", "incubator", "scheme")
        .prefetch_related(Prefetch("reports", queryset=files))
    )
    return page_of(
        rows,
        order="-requested",
        orders={"requested": "requested_at"},
        default="-requested",
        cursor=cursor,
        size=RUNS_SHOWN,
    )


def run_row(run: EvaluationRun) -> dict[str, Any]:
    """One earlier run as the list shows it; expects its reports prefetched."""
    reports = list(run.reports.all())
    return {
        "run": run,
        "place": run.incubator or run.park,
        "grade": grade_label(run.scheme.grades, run.grade),
        "state": state_of(run, reports),
        "ready": [report for report in reports if report.state == RunState.DONE],
    }


def state_of(run: EvaluationRun, reports: list[ReportRun]) -> str:
    """One word for the run and its files together."""
    if any(report.state in PENDING for report in reports):
        return RunState.RUNNING if run.scored_at or any(r.progress for r in reports) else RunState.QUEUED
    if run.scored_at is None or any(report.state == RunState.FAILED for report in reports):
        return RunState.FAILED
    return RunState.DONE


def grade_label(grades: list[list[Any]], code: str) -> str:
    """The word for a grade of a scheme in the language of the page; empty for none."""
    chinese = (get_language() or "zh").startswith("zh")
    return next((str(row[2] if chinese else row[3]) for row in grades if row[1] == code), "")
