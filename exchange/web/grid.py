"""What the grid sends: changed cells, decisions on possible duplicates; and the plain form of one row."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import DomainError, Refused
from core.web.errors import sentence, told_to
from exchange.enums import WRITTEN, RowDecision, RowState
from exchange.models import ImportRow, ImportRun
from exchange.selectors import place_of_run
from exchange.services import change_cells, decide_rows
from exchange.web.labels import choices_of, heads_of, label_of
from exchange.web.places import sheet_or_404
from exchange.web.runs import visible_run
from exchange.web.shown import columns_shown, fragment, is_open, may_enter, show_rows

MOST_CHANGES = 20_000  # cells in one request; a whole page of the grid has fewer
Changes = dict[int, dict[str, str]]
Decisions = dict[int, tuple[str, int | None]]


@login_required
@require_POST
def import_cells(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep changed cells and answer the rows as they are now, checked again."""
    user: Any = request.user
    run = visible_run(request, pk)
    refuse_readers(request, run)
    try:
        body = json.loads(request.body)
        changes = _changes(body["cells"])
        names = [str(name) for name in body.get("columns", [])][:200]
        chosen = str(body.get("status", ""))[:20]
    except (ValueError, TypeError, KeyError, AttributeError):
        return JsonResponse({"error": _("This change could not be read. Reload the page.")}, status=400)
    try:
        rows = change_cells(run=run, changes=changes, actor=user, at=timezone.now())
    except DomainError as error:
        refused = [item.field for item in error.fields if item.code == "written"]
        return JsonResponse(
            {"error": sentence(error), "refused": refused}, status=403 if isinstance(error, Refused) else 409
        )
    return _drawn(request, run, rows, names=names, chosen=chosen)


def _changes(cells: Mapping[str, Mapping[str, Any]]) -> Changes:
    if sum(len(texts) for texts in cells.values()) > MOST_CHANGES:
        raise ValueError("too many cells")
    return {
        _row_number(number): {str(name): _text(text) for name, text in texts.items()}
        for number, texts in cells.items()
    }


def _row_number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        raise ValueError(text)
    return int(text)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value.replace("\x00", "")


def _drawn(
    request: HttpRequest, run: ImportRun, rows: list[ImportRow], *, names: list[str], chosen: str
) -> JsonResponse:
    parts = fragment(request, run, rows, names=names, chosen=chosen)
    return JsonResponse({**parts, "saved_at": timezone.localtime().strftime("%H:%M")})


def refuse_readers(request: HttpRequest, run: ImportRun) -> None:
    if not may_enter(request.user, run):
        raise PermissionDenied(
            _("Only operators of this place and park administrators can change an import.")
        )


# --- possible duplicates -------------------------------------------------------------------------------


@login_required
@require_POST
def import_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide one row (``row``, ``choice``) or all open duplicates (``every``)."""
    user: Any = request.user
    run = visible_run(request, pk)
    refuse_readers(request, run)
    decisions = _every(run, request.POST["every"]) if "every" in request.POST else _one(request.POST)
    wants_rows = request.headers.get("Accept", "") == "application/json"
    if wants_rows:
        try:
            rows = decide_rows(run=run, decisions=decisions, actor=user, at=timezone.now())
        except DomainError as error:
            return JsonResponse({"error": sentence(error)}, status=409)
        names = request.POST.get("columns", "").split(",")
        return _drawn(request, run, rows, names=names, chosen=request.POST.get("status", "")[:20])
    with told_to(request):
        decide_rows(run=run, decisions=decisions, actor=user, at=timezone.now())
    return redirect(reverse("import-run", args=[run.pk]) + _filter_of(request))


def _filter_of(request: HttpRequest) -> str:
    status = request.POST.get("status", "")
    return f"?status={status}" if status.isalpha() and status.isascii() else ""


def _one(data: Mapping[str, str]) -> Decisions:
    """``choice`` is ``new``, ``skip``, ``same:12`` (the record meant) or empty (taken back)."""
    choice, _colon, target = data.get("choice", "").partition(":")
    row = data.get("row", "")
    if not _is_number(row) or (target and not _is_number(target)) or choice not in ("", *RowDecision.values):
        raise Http404
    return {int(row): (choice, int(target) if target else None)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _every(run: ImportRun, choice: str) -> Decisions:
    """The same decision for every row that waits for one; "same" means the first record offered."""
    if choice not in RowDecision.values:
        raise Http404
    rows = ImportRow.objects.filter(run=run, status=RowState.DUPLICATE).only("number", "candidates")
    if choice != RowDecision.SAME:
        return {row.number: (choice, None) for row in rows}
    targets = {row.number: next((one["id"] for one in row.candidates if one["id"]), None) for row in rows}
    return {number: (choice, target) for number, target in targets.items() if target is not None}


# --- one row as a plain form ------------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def import_row(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One row with a field per column: for a phone, a screen reader, or a browser without scripts."""
    user: Any = request.user
    run = visible_run(request, pk)
    sheet = sheet_or_404(run.sheet)
    row = ImportRow.objects.filter(run=run, number=number).first()
    if row is None:
        raise Http404
    refuse_readers(request, run)
    columns = columns_shown(sheet, run, everything=True)
    back = reverse("import-run", args=[run.pk])
    if request.method == "POST":
        texts = {column.name: _text(request.POST.get(f"c-{column.name}", "")) for column in columns}
        before = _texts(row, run)
        changed = {name: text for name, text in texts.items() if text != before.get(name, "")}
        with told_to(request):
            if changed:
                change_cells(run=run, changes={number: changed}, actor=user, at=timezone.now())
            row.refresh_from_db()
            if row.status == RowState.ERROR:
                messages.warning(
                    request,
                    _("Row %(row)d is saved; something in it is still to be mended.") % {"row": number},
                )
                return redirect("import-row", pk=run.pk, number=number)
            messages.success(request, _("Row %(row)d is saved.") % {"row": number})
        return redirect(back)
    shown = show_rows(request.user, run, sheet, columns, [row])[0]
    context = {
        "run": run,
        "row": shown,
        "fields": _fields(shown, heads_of(columns), choices_of(sheet, columns, place_of_run(run, user))),
        "whole_row_errors": [error for error in shown.errors if not error["column"]],
        "sheet_label": label_of(sheet),
        "is_fixed": not is_open(request.user, run) or row.status in WRITTEN,
        "back": back,
    }
    return render(request, "exchange/row.html", context)


def _texts(row: ImportRow, run: ImportRun) -> Mapping[str, str]:
    row.run = run
    return row.texts


def _fields(
    shown: Any, heads: list[dict[str, Any]], choices: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    errors: dict[str, list[dict[str, Any]]] = {}
    for error in shown.errors:
        errors.setdefault(error["column"], []).append(error)
    return [
        {"head": head, "cell": cell, "errors": errors.get(cell.name, []), "choices": choices.get(cell.name)}
        for head, cell in zip(heads, shown.cells, strict=True)
    ]
