"""What is done with a whole import: its columns, the submission, undo, discard, the corrected file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Conflict, DomainError
from core.web.errors import sentence, told_to
from exchange.enums import PARKED, WRITTEN, ImportState
from exchange.models import ImportRun
from exchange.selectors import counts_of, writable_of
from exchange.services import commit_run, discard_run, reupload, set_mapping, undo_run
from exchange.web.grid import refuse_readers
from exchange.web.labels import label_of
from exchange.web.places import sheet_or_404
from exchange.web.runs import visible_run
from exchange.web.shown import headings_of, options_of
from exchange.web.starting import run_name

LISTED = 12


@login_required
@require_http_methods(["GET", "POST"])
def import_mapping(request: HttpRequest, pk: int) -> HttpResponse:
    """Which column of the table each heading of the file is; remembered for the next file."""
    user: Any = request.user
    run = visible_run(request, pk)
    refuse_readers(request, run)
    sheet = sheet_or_404(run.sheet)
    if run.is_at_work:
        return redirect("import-run", pk=run.pk)
    known = {column.name: column for column in sheet.columns()}
    problem, chosen, status = "", run.guesses | run.mapping, 200
    if request.method == "POST":
        chosen = {
            position: name
            for position in run.headings
            if (name := request.POST.get(f"column-{position}", "")) in known
        }
        try:
            set_mapping(
                run=run,
                mapping={position: chosen.get(position, "") for position in run.headings},
                actor=user,
                at=timezone.now(),
                date_order=request.POST.get("date_order", ""),
                first_row=request.POST.get("first_row", ""),
            )
            return redirect("import-run", pk=run.pk)
        except DomainError as error:
            problem, status = sentence(error), 422
    context = {
        "run": run,
        "name": run_name(run),
        "sheet_label": label_of(sheet),
        "headings": headings_of(run, chosen),
        "options": options_of(sheet),
        "problem": problem,
        "date_order": run.layout.get("date_order", ""),
        "first_row": run.layout.get("first_row", ""),
    }
    return render(request, "exchange/mapping.html", context, status=status)


# --- submission ----------------------------------------------------------------------------------------


@login_required
@require_POST
def import_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter the good rows: exactly as many as the button said."""
    user: Any = request.user
    run = visible_run(request, pk)
    refuse_readers(request, run)
    expected = request.POST.get("count", "")
    if expected.isdigit() and run.state != ImportState.WRITING and int(expected) != writable_of(run):
        messages.warning(request, _("The number of rows has changed meanwhile. Look at it and submit again."))
        return redirect("import-run", pk=run.pk)
    with told_to(request):
        run = commit_run(run=run, actor=user, at=timezone.now())
        if run.state == ImportState.DONE:
            messages.success(request, _commit_words(run))
    return redirect("import-run", pk=run.pk)


def _commit_words(run: ImportRun) -> str:
    counts = counts_of(run)
    written = sum(counts.get(state, 0) for state in WRITTEN)
    parked = sum(counts.get(state, 0) for state in PARKED)
    words = ngettext(
        "%(count)d row of this table is in the records.",
        "%(count)d rows of this table are in the records.",
        written,
    ) % {"count": written}
    if not parked:
        return words
    rest = ngettext(
        "%(count)d row waits here to be mended.", "%(count)d rows wait here to be mended.", parked
    ) % {"count": parked}
    return f"{words} {rest}"


@login_required
@require_POST
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take everything of this import back, or say row by row why that is no longer possible."""
    user: Any = request.user
    run = visible_run(request, pk)
    refuse_readers(request, run)
    with told_to(request):
        try:
            undo_run(run=run, actor=user, at=timezone.now())
        except Conflict as error:
            _tell_why_not(request, error)
        else:
            messages.success(
                request,
                _("The import is undone: the records are as they were before. The rows are still here."),
            )
    return redirect("import-run", pk=run.pk)


def _tell_why_not(request: HttpRequest, error: Conflict) -> None:
    rows = [
        _("Row %(row)s: %(why)s") % {"row": item.field, "why": item.message}
        if str(item.field).isdigit()
        else str(item.message)
        for item in error.fields[:LISTED]
    ]
    more = len(error.fields) - LISTED
    if more > 0:
        rows.append(ngettext("and %(count)d more row", "and %(count)d more rows", more) % {"count": more})
    messages.error(request, " ".join([str(error), *rows]))


@login_required
@require_POST
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    run = visible_run(request, pk)
    refuse_readers(request, run)
    with told_to(request):
        discard_run(run=run, actor=user, at=timezone.now())
        messages.success(request, _("The import is discarded."))
    return redirect("import-home")


@login_required
@require_POST
def import_reupload(request: HttpRequest, pk: int) -> HttpResponse:
    """The returned file with its corrections takes the place of the rows that wait."""
    user: Any = request.user
    run = visible_run(request, pk)
    refuse_readers(request, run)
    upload = request.FILES.get("file")
    wants_json = request.headers.get("Accept", "") == "application/json"
    problem = ""
    if upload is None or not upload.name:
        problem = _("Choose a file first: .xlsx, .xls, .ods or .csv.")
    else:
        try:
            run = reupload(run=run, content=upload.file, name=upload.name, actor=user, at=timezone.now())
            messages.success(request, _("The corrected file is checked."))
        except DomainError as error:
            problem = sentence(error)
    if wants_json:
        if problem:
            return JsonResponse({"error": problem}, status=422)
        return JsonResponse({"url": reverse("import-run", args=[run.pk])})
    if problem:
        messages.error(request, problem)
    return redirect("import-run", pk=run.pk)
