"""The files of a run: asked for, watched while they are made, downloaded; and the data behind them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from core.errors import Conflict, DomainError, Refused
from core.web.errors import sentence
from evaluation.enums import ReportFormat, ReportLanguage, RunState
from evaluation.models import EvaluationRun, ReportRun
from evaluation.render import CONTENT_TYPES
from evaluation.selectors import report_status
from evaluation.services import open_report, report_file_name, request_file
from incubators.scope import Action, scope_of

QUEUE_PATIENCE = 8  # seconds that a task may wait before the page speaks of the worker
PENDING = frozenset({RunState.QUEUED, RunState.RUNNING})


def format_words() -> dict[str, tuple[str, str]]:
    """What each format is for, with its icon."""
    return {
        ReportFormat.PDF: ("file-type-pdf", _("Formal report, ready to print and seal")),
        ReportFormat.DOCX: ("file-type-docx", _("The same report, to be edited")),
        ReportFormat.XLSX: ("file-type-xls", _("Every table with its figures")),
    }


def file_panel(request: HttpRequest, run: EvaluationRun, *, refusal: str = "") -> dict[str, Any]:
    """Every format and language of the run: missing, on its way, ready or failed."""
    reports = {(row.format, row.language): row for row in ReportRun.objects.filter(run=run)}
    for report in reports.values():
        report.run = run
    now = timezone.now()
    words = format_words()
    tiles = [
        {
            "format": format_.label,
            "icon": words[format_][0],
            "purpose": words[format_][1],
            "files": [
                _file(reports.get((format_, language)), format_, language, now) for language in ReportLanguage
            ],
        }
        for format_ in ReportFormat
    ]
    return {
        "tiles": tiles,
        "files_pending": any(report.state in PENDING for report in reports.values()),
        "may_request": may_evaluate(request, run),
        "refusal": refusal,
    }


def may_evaluate(request: HttpRequest, run: EvaluationRun) -> bool:
    """Whether the reader may have files of this run made."""
    scope = scope_of(request.user)
    return scope.allows(Action.EVALUATE, park_id=run.park_id, incubator_id=run.incubator_id)


def _file(
    report: ReportRun | None, format_: ReportFormat, language: ReportLanguage, now: Any
) -> dict[str, Any]:
    row: dict[str, Any] = {"format": format_.value, "language": language.value, "label": language.label}
    if report is None:
        return row | {"state": "absent"}
    waited = (now - report.requested_at).total_seconds()
    return row | {
        "state": report.state,
        "report": report,
        "status": report_status(report),
        "is_waiting_long": report.state == RunState.QUEUED and waited > QUEUE_PATIENCE,
    }


@require_http_methods(["GET", "POST"])
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the panel, polled while a file is on its way. POST: ask for a file, or for a failed one again."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    run = get_object_or_404(
        EvaluationRun.objects.visible_to(request.user).select_related("park", "incubator").defer("snapshot"),
        pk=pk,
    )
    refusal, status = "", 200
    if request.method == "POST":
        refusal, status = _ask_for(request, run)
    if "HX-Request" not in request.headers and not refusal:
        return redirect("evaluation-run", run.pk)
    # htmx swaps nothing in on 4xx; the refusal is part of the panel, so that it has to arrive.
    is_swap = "HX-Request" in request.headers
    context = {"run": run} | file_panel(request, run, refusal=refusal)
    return render(request, "evaluation/parts/files.html", context, status=200 if is_swap else status)


def _ask_for(request: HttpRequest, run: EvaluationRun) -> tuple[str, int]:
    try:
        request_file(
            run=run,
            format=request.POST.get("format", "")[:20],
            language=request.POST.get("language", "")[:20],
            actor=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        return sentence(error), 409 if isinstance(error, Conflict) else 422
    return "", 200


@login_required
@require_GET
def download(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The finished file; 404 for a stranger, and the page of the run when there is no file yet."""
    report = get_object_or_404(
        ReportRun.objects.visible_to(request.user)
        .select_related("run__park", "run__incubator", "run__scheme")
        .defer("run__snapshot"),
        pk=pk,
    )
    if report.state != RunState.DONE:
        return redirect("evaluation-run", report.run_id)
    try:
        content = open_report(report=report)
    except Conflict as error:
        messages.error(request, sentence(error))
        return redirect("evaluation-run", report.run_id)
    response = FileResponse(
        content,
        as_attachment=True,
        filename=report_file_name(report),
        content_type=CONTENT_TYPES[report.format],  # type: ignore[index]
    )
    response["Cache-Control"] = "private, no-store"
    return response


@login_required
@require_GET
def snapshot(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen data, byte for byte: their SHA-256 is the digest that every report prints."""
    run = get_object_or_404(
        EvaluationRun.objects.visible_to(request.user).select_related("park", "incubator"), pk=pk
    )
    place = slugify((run.incubator or run.park).code)
    response = HttpResponse(run.snapshot.encode(), content_type="application/json")
    name = f"snapshot-{place}-{run.period}-{run.snapshot_sha256[:12]}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
