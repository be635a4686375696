"""The page of one import: progress while a worker is at it, columns to assign, then the grid."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_safe

from exchange.enums import GONE, ImportSource, ImportState
from exchange.models import ImportRun
from exchange.selectors import counts_of, place_of_run, runs_of
from exchange.sheets import Sheet
from exchange.web.labels import choices_of, heads_of, label_of, list_url_of
from exchange.web.places import sheet_or_404
from exchange.web.shown import (
    chosen_filter,
    columns_shown,
    head_of,
    is_open,
    may_enter,
    options_of,
    page_of_rows,
    show_rows,
    unassigned,
)
from exchange.web.starting import run_name

PATIENCE = 20  # seconds in the queue after which the page says that the worker may be missing


def visible_run(request: HttpRequest, pk: int) -> ImportRun:
    """The run, or 404 for a stranger."""
    run: ImportRun = get_object_or_404(runs_of(request.user), pk=pk)
    return run


@login_required
@require_safe
def import_run(request: HttpRequest, pk: int) -> HttpResponse:
    run = visible_run(request, pk)
    sheet = sheet_or_404(run.sheet)
    context = _about(request, run, sheet)
    if run.is_at_work:
        return render(request, "exchange/progress.html", context | progress_of(run))
    if run.state == ImportState.MAPPING and context["may_enter"]:
        return redirect("import-mapping", pk=run.pk)
    if run.state in (ImportState.FAILED, ImportState.DISCARDED, ImportState.MAPPING):
        return render(request, "exchange/closed.html", context)
    return render(request, "exchange/run.html", context | _grid(request, run, sheet))


def _about(request: HttpRequest, run: ImportRun, sheet: Sheet) -> dict[str, Any]:
    return {
        "run": run,
        "name": run_name(run),
        "sheet_label": label_of(sheet),
        "list_url": list_url_of(sheet),
        "place_name": run.incubator.name if run.incubator else run.park.name,
        "may_enter": may_enter(request.user, run),
        "is_file": run.source == ImportSource.FILE,
        "is_gone": run.state in GONE,
        "notes": run.notes,
    }


def _grid(request: HttpRequest, run: ImportRun, sheet: Sheet) -> dict[str, Any]:
    counts = counts_of(run)
    chosen = chosen_filter(request.GET.get("status", ""), counts)
    everything = request.GET.get("columns") == "all"
    columns = columns_shown(sheet, run, everything=everything)
    rows, more = page_of_rows(run, chosen, _number(request.GET.get("after", "")))
    open_now = is_open(request.user, run)
    place = place_of_run(run, request.user)
    head = head_of(request.user, run, chosen, counts)
    unknown = unassigned(run, place) if open_now and not head["written"] else []
    return {
        "head": head,
        "unknown": unknown,
        "known": run.mapping,
        "options": options_of(sheet) if unknown else [],
        "status": chosen,
        "heads": heads_of(columns),
        "colspan": len(columns) + 1,
        "rows": show_rows(request.user, run, sheet, columns, rows),
        "next_after": rows[-1].number if more else None,
        "last_number": run.rows.aggregate(last=Max("number"))["last"] or 0,
        "columns_hidden": 0 if everything else len(sheet.columns()) - len(columns),
        "everything": everything,
        "choices": choices_of(sheet, columns, place) if open_now else {},
        "open": open_now,
        "may_undo": run.state == ImportState.DONE and may_enter(request.user, run),
    }


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@login_required
@require_GET
def import_rows(request: HttpRequest, pk: int) -> HttpResponse:
    """More rows of a filter: drawn for the table, with the button for the rows after them."""
    run = visible_run(request, pk)
    sheet = sheet_or_404(run.sheet)
    chosen = chosen_filter(request.GET.get("status", ""), counts_of(run))
    everything = request.GET.get("columns") == "all"
    columns = columns_shown(sheet, run, everything=everything)
    rows, more = page_of_rows(run, chosen, _number(request.GET.get("after", "")))
    context = {
        "run": run,
        "status": chosen,
        "everything": everything,
        "colspan": len(columns) + 1,
        "rows": show_rows(request.user, run, sheet, columns, rows),
        "next_after": rows[-1].number if more else None,
    }
    return JsonResponse(
        {
            "html": render_to_string("exchange/_rows.html", context, request),
            "more": render_to_string("exchange/_more.html", context, request),
        }
    )


# --- progress --------------------------------------------------------------------------------------------


@require_GET
def import_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """For the page that polls; once the work is over, the page is told to load again."""
    if not request.user.is_authenticated:
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    run = visible_run(request, pk)
    if not run.is_at_work:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "exchange/_progress.html", {"run": run} | progress_of(run))


def progress_of(run: ImportRun) -> dict[str, Any]:
    """The step, how far it is, and what is left."""
    is_reading = run.state == ImportState.READING
    is_done = run.state in (ImportState.DONE, ImportState.UNDONE)
    left = max(0, run.rows_total - run.rows_done)
    if not run.rows_total:
        words = _("The file is being read.")
    else:
        words = ngettext(
            "%(done)s of %(total)s rows; %(left)s row left",
            "%(done)s of %(total)s rows; %(left)s rows left",
            left,
        ) % {"done": f"{run.rows_done:,}", "total": f"{run.rows_total:,}", "left": f"{left:,}"}
    steps = [
        {"label": _("read and check the rows"), "state": "current" if is_reading else "done"},
        {"label": _("look at the result and mend"), "state": "" if is_reading else "done"},
        {
            "label": _("write into the records"),
            "state": "" if is_reading else "done" if is_done else "current",
        },
    ]
    waited = (timezone.now() - run.updated_at).total_seconds()
    return {
        "percent": run.progress,
        "words": words,
        "steps": steps,
        "step_title": _("The rows are being read and checked")
        if is_reading
        else _("The rows are being entered"),
        "is_waiting_long": run.rows_done == 0 and waited > PATIENCE,
    }
