"""Projects as the press reports them: a table of its own, never part of a total."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from core.search import fold
from core.web.keyset import page_of
from incubators.models import Incubator, Organisation
from projects.enums import Stage
from projects.models import ReportedProject

ORDERS = {"name": "sort_key"}
#: Stages that only sources speak of.
READ_STAGES = {"signed": gettext_lazy("signed"), "unknown": gettext_lazy("not stated")}
BATCH_WORDS = {
    "projects": gettext_lazy("Projects"),
    "entries": gettext_lazy("Contest entries"),
    "promoted": gettext_lazy("Promoted entries"),
    "drug_projects": gettext_lazy("Drug projects"),
    "international_invention_patent_applications": gettext_lazy(
        "International invention patent applications"
    ),
    "shortlisted_jiyang_yingcai": gettext_lazy("Shortlisted for the Jiyang Talent Plan"),
    "companies": gettext_lazy("Companies"),
    "leads": gettext_lazy("Leads"),
    "total_investment_yuan": gettext_lazy("Total investment (yuan)"),
    "teams": gettext_lazy("Teams"),
}
QUALIFIERS = ("above", "nearly", "about", "target", "up_to", "at_least", "planned")
DATE_WORDS = {
    "signed": gettext_lazy("signed"),
    "as_of": gettext_lazy("as of"),
    "entered": gettext_lazy("moved in"),
    "landed": gettext_lazy("landed"),
    "opened": gettext_lazy("opened"),
    "round": gettext_lazy("contest round"),
    "semi_final": gettext_lazy("semi-final"),
    "year": gettext_lazy("year"),
    "founded": gettext_lazy("founded"),
    "forecast_year": gettext_lazy("year of the forecast"),
    "debut": gettext_lazy("first shown"),
    "model_start": gettext_lazy("start of the model"),
    "product_release_planned": gettext_lazy("planned product release"),
}


@login_required
@require_GET
def reported_list(request: HttpRequest) -> HttpResponse:
    typed = request.GET.get("q", "")[:120].replace("\x00", "")
    rows = _rows(request.user)
    for word in fold(typed).split()[:8]:
        rows = rows.filter(search_text__contains=word)
    page = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="name",
        cursor=request.GET.get("cursor", ""),
    )
    return render(
        request,
        "projects/reported_list.html",
        {
            "rows": [_shown(row) for row in page.rows],
            "page": page,
            "q": typed,
            "next_url": page.address(request.GET, page.next_cursor),
            "previous_url": page.address(request.GET, page.previous_cursor),
        },
    )


@login_required
@require_GET
def reported_detail(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(_rows(request.user), pk=pk)
    company = Organisation.objects.visible_to(request.user).filter(code=row.company_code).first()
    return render(
        request,
        "projects/reported_detail.html",
        {
            **_shown(row),
            "company": company or row.company_code,
            "dates": [(_word(DATE_WORDS, key), value) for key, value in row.dates.items()],
            "further": [(_plain_words(key), _text(value)) for key, value in row.details.items() if value],
        },
    )


def _rows(user: Any) -> QuerySet[ReportedProject]:
    return (
        ReportedProject.objects.visible_to(user)
        .select_related("park", "incubator")
        .prefetch_related(Prefetch("candidates", Incubator.objects.order_by("sort_key", "pk")))
    )


def _shown(row: ReportedProject) -> dict[str, Any]:
    chinese = (get_language() or "zh").startswith("zh")
    return {
        "row": row,
        "sector": (row.sector_zh if chinese else row.sector_en) or row.sector_zh or row.sector_en,
        "stage_label": _stage_label(row.stage_code),
        "candidates": list(row.candidates.all()),
        "batch": [_figure(key, value) for key, value in row.batch.items()],
    }


def _stage_label(code: str) -> str:
    if code in Stage.values:
        return str(Stage(code).label)
    return str(READ_STAGES.get(code, code))


def _figure(key: str, value: Any) -> dict[str, Any]:
    """``entries_above: 40`` reads “above 40 entries”: a qualified figure never loses its qualifier."""
    for qualifier in QUALIFIERS:
        if key.endswith(f"_{qualifier}"):
            name = key.removesuffix(f"_{qualifier}")
            return {"label": _word(BATCH_WORDS, name), "value": _text(value), "qualifier": qualifier}
    return {"label": _word(BATCH_WORDS, key), "value": _text(value), "qualifier": ""}


def _word(words: Mapping[str, Any], key: str) -> str:
    return str(words[key]) if key in words else _plain_words(key)


def _plain_words(key: str) -> str:
    known = {"products": _("products"), "sector_note": _("note on the sector"), "notes": _("notes")}
    return known.get(key, key.replace("_", " "))


def _text(value: Any) -> str:
    if isinstance(value, dict):
        chinese = (get_language() or "zh").startswith("zh")
        return str(value.get("zh" if chinese else "en") or value.get("zh") or value.get("en") or value)
    if isinstance(value, list):
        return " · ".join(_text(item) for item in value)
    return str(value)
