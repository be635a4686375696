"""Where an import begins: the tables on offer, a file, a pasted block, and what was brought in before."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.errors import DomainError, Refused
from core.web.errors import sentence
from core.web.keyset import page_of
from exchange.enums import PARKED, WRITTEN, ImportSource, RowState
from exchange.models import ImportRun
from exchange.selectors import counts_of_many, places_of, runs_of
from exchange.services import start_import, start_pasted
from exchange.sheets import Place, Sheet, all_sheets, sheet_of
from exchange.web.labels import about_of, choices_of, heads_of, label_of, list_url_of
from exchange.web.places import (
    choice_of_places,
    chosen_place,
    key_of,
    name_of,
    places_to_enter,
    sheet_or_404,
)

BLANK_ROWS = 20
RUNS_SHOWN = 20
WEEKLY = ("projects", "leads")


@login_required
@require_safe
def import_home(request: HttpRequest) -> HttpResponse:
    """Every table that can be brought in, and the imports of before."""
    user: Any = request.user
    places = places_of(user)
    place = chosen_place(request, places)
    page = page_of(
        runs_of(request.user),
        order="-created",
        orders={"created": "created_at"},
        default="-created",
        cursor=request.GET.get("cursor", ""),
        size=RUNS_SHOWN,
    )
    context = {
        "may_enter_tables": bool(places),
        "sheets": [_card(sheet) for sheet in sorted(all_sheets(), key=_rank)],
        "runs": shown_runs(page.rows),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        **_place_context(places, place),
    }
    return render(request, "exchange/home.html", context)


def _rank(sheet: Sheet) -> int:
    """What is brought in every week stands first; the rest in the order of the apps."""
    return WEEKLY.index(sheet.code) if sheet.code in WEEKLY else len(WEEKLY)


def _card(sheet: Sheet) -> dict[str, Any]:
    return {"code": sheet.code, "label": label_of(sheet), "about": about_of(sheet), "icon": sheet.icon}


def _place_context(places: list[Place], place: Place | None) -> dict[str, Any]:
    return {
        "places": choice_of_places(places, place),
        "place": place,
        "place_key": key_of(place) if place else "",
        "place_name": name_of(place) if place else "",
    }


def shown_runs(runs: list[ImportRun]) -> list[dict[str, Any]]:
    """The runs with their counts: one query for all of them."""
    counts = counts_of_many(runs)
    return [_shown_run(run, counts[run.pk]) for run in runs]


def _shown_run(run: ImportRun, counts: dict[str, int]) -> dict[str, Any]:
    sheet = sheet_of(run.sheet)
    return {
        "run": run,
        "label": label_of(sheet) if sheet else run.sheet,
        "icon": sheet.icon if sheet else "table",
        "name": run_name(run),
        "place": run.incubator.name if run.incubator else run.park.name,
        "total": sum(counts.values()),
        "written": sum(counts.get(state, 0) for state in WRITTEN),
        "ready": counts.get(RowState.NEW, 0) + counts.get(RowState.UPDATE, 0),
        "parked": sum(counts.get(state, 0) for state in PARKED),
    }


def run_name(run: ImportRun) -> str:
    """What a person calls this import."""
    if run.source == ImportSource.FILE and run.original_name:
        return run.original_name
    return _("Table typed or pasted on %(on)s") % {
        "on": timezone.localtime(run.created_at).strftime("%Y-%m-%d %H:%M")
    }


# --- one table: file or grid ------------------------------------------------------------------------


@login_required
@require_http_methods(["GET", "POST"])
def import_upload(request: HttpRequest, code: str) -> HttpResponse:
    """The page of one table: template, drop zone, grid. A file that is chosen is checked at once."""
    sheet = sheet_or_404(code)
    places = places_to_enter(request.user)
    place = chosen_place(request, places)
    problem, status = "", 200
    if request.method == "POST":
        target, problem, status = _upload(request, sheet, place)
        if target:
            return JsonResponse({"url": target}) if _wants_json(request) else redirect(target)
        if _wants_json(request):
            return JsonResponse({"error": problem}, status=status)
    context = {
        "sheet": _card(sheet),
        "heads": heads_of(list(sheet.columns())),
        "problem": problem,
        "runs": shown_runs(list(runs_of(request.user).filter(sheet=code).order_by("-created_at")[:5])),
        "list_url": list_url_of(sheet),
        **_place_context(places, place),
    }
    return render(request, "exchange/upload.html", context, status=status)


def _wants_json(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "application/json"


def _upload(request: HttpRequest, sheet: Sheet, place: Place | None) -> tuple[str, str, int]:
    """The address to go on at, or the sentence of the refusal and its status."""
    user: Any = request.user
    upload = request.FILES.get("file")
    if place is None:
        return "", _("Choose first where the rows belong."), 422
    if upload is None or not upload.name:
        return "", _("Choose a file first: .xlsx, .xls, .ods or .csv."), 422
    try:
        run = start_import(
            sheet=sheet.code,
            place=place,
            content=upload.file,
            name=upload.name,
            actor=user,
            at=timezone.now(),
        )
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        return "", sentence(error), 409 if error.code == "conflict" else 422
    if run.is_repeat:
        messages.info(request, _repeat_words(run))
    return reverse("import-run", args=[run.pk]), "", 302


def _repeat_words(run: ImportRun) -> str:
    on = timezone.localtime(run.created_at).strftime("%Y-%m-%d %H:%M")
    return _(
        "This very file came in on %(on)s by %(who)s. Nothing was entered a second time; this is that import."
    ) % {"on": on, "who": run.created_by}


@login_required
@require_http_methods(["GET", "POST"])
def import_paste(request: HttpRequest, code: str) -> HttpResponse:
    """A grid of blank rows to type in or paste into; nothing is stored before it is checked."""
    sheet = sheet_or_404(code)
    places = places_to_enter(request.user)
    place = chosen_place(request, places)
    text, problem, status = request.POST.get("text", ""), "", 200
    if request.method == "POST":
        target, problem = _paste(request, sheet, place, text)
        if target:
            return redirect(target)
        status = 422
    columns = list(sheet.columns())
    context = {
        "sheet": _card(sheet),
        "heads": heads_of(columns),
        "rows": range(1, BLANK_ROWS + 1),
        "colspan": len(columns) + 1,
        "choices": choices_of(sheet, columns, place),
        "text": text,
        "problem": problem,
        **_place_context(places, place),
    }
    return render(request, "exchange/paste.html", context, status=status)


def _paste(request: HttpRequest, sheet: Sheet, place: Place | None, text: str) -> tuple[str, str]:
    user: Any = request.user
    if place is None:
        return "", _("Choose first where the rows belong.")
    if not text.strip():
        return "", _("There is nothing to check yet: type or paste at least one row.")
    try:
        run = start_pasted(sheet=sheet.code, place=place, text=text, actor=user, at=timezone.now())
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        return "", sentence(error)
    if run.is_repeat:
        messages.info(request, _repeat_words(run))
    return reverse("import-run", args=[run.pk]), ""
