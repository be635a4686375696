"""Pages of incubators, parks, published figures and organisations."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.web.keyset import page_of
from incubators.enums import FigureKind
from incubators.models import Incubator, Organisation, Park, ReportedFigure
from insight.selectors import links
from insight.selectors import places as reads
from insight.selectors.pipeline import Pipeline, pipelines
from insight.selectors.published import date_words, is_chinese, shown, source_words, split_by_kind
from insight.web.charts import stage_chart
from insight.web.filters import FigureFilters, IncubatorFilters, OrganisationFilters


@login_required
@require_safe
def incubator_list(request: HttpRequest) -> HttpResponse:
    """The incubators one may see, grouped by park: published figure here, tracked projects there."""
    filters = IncubatorFilters(request.GET)
    rows = reads.incubators_for(request.user, text=filters.words, kind=filters.value("kind"))
    ids = [row.pk for row in rows]
    today = timezone.localdate()
    counts = pipelines(request.user, ids, on=today)
    headlines = reads.headline_figures(request.user, ids)
    groups: dict[Park | None, list[dict[str, Any]]] = {}
    for row in rows:
        headline = headlines.get(row.pk)
        groups.setdefault(row.park, []).append(
            {
                "incubator": row,
                "pipeline": counts[row.pk],
                "headline": shown(headline) if headline else None,
            }
        )
    context = {
        "filters": filters,
        "groups": [(park, found) for park, found in groups.items()],
        "today": today,
        "count": len(rows),
    }
    return render(request, "insight/incubator_list.html", context)


@login_required
@require_safe
def incubator_page(request: HttpRequest, code: str) -> HttpResponse:
    incubator = get_object_or_404(
        Incubator.objects.visible_to(request.user).select_related("park", "operator", "predecessor"),
        code=code,
    )
    today = timezone.localdate()
    pipeline = pipelines(request.user, [incubator.pk], on=today)[incubator.pk]
    published = split_by_kind(reads.figures_of(request.user, codes=[incubator.code]))
    context = {
        "incubator": incubator,
        "opened": opened_words(incubator),
        "ids": _header_ids(incubator),
        "published": published,
        "reported_projects": reads.reported_projects(request.user, incubator),
        "pipeline": pipeline,
        "tracked": tracked_words(pipeline, today),
        "chart": stage_chart(pipeline),
        "projects": reads.latest_projects(request.user, incubator, limit=8),
        "projects_url": links.projects(incubator=incubator.code),
        "evaluation_url": links.evaluation(incubator=incubator.code),
        "contracts": _contracts(incubator),
        "spaces": list(incubator.spaces.order_by("pk")),
        "recognitions": list(incubator.recognitions.order_by("-granted_on", "pk")),
        "successors": list(Incubator.objects.visible_to(request.user).filter(predecessor=incubator)),
        "sees_predecessor": _sees(request.user, incubator.predecessor),
        "members": reads.members_of(incubator),
        "agreements": [(item, date_words(item.date_text)) for item in reads.agreements_naming(incubator)],
        "source": source_words(incubator.source, incubator.source_lines) if incubator.source else "",
        "may_manage": reads.may_manage(request.user, incubator.park_id),
        "today": today,
    }
    return render(request, "insight/incubator_page.html", context)


def _contracts(incubator: Incubator) -> list[dict[str, Any]]:
    """Each contract with its targets in words."""
    today = timezone.localdate()
    contracts = reads.contracts_of(incubator)
    contracts.sort(key=lambda item: not item.starts_on <= today < item.ends_on)
    words = reads.indicator_words(contracts)
    return [
        {
            "contract": contract,
            "last_day": contract.ends_on - timedelta(days=1),
            "targets": [
                (*words.get(target.indicator, (target.indicator, "")), target.period, target.value)
                for target in sorted(contract.targets.all(), key=lambda item: (item.period, item.indicator))
            ],
        }
        for contract in contracts
    ]


def _sees(user: Any, incubator: Incubator | None) -> bool:
    return incubator is not None and Incubator.objects.visible_to(user).filter(pk=incubator.pk).exists()


def opened_words(incubator: Incubator) -> str:
    """As precise as the source: a year, a month or a day."""
    text = incubator.opened
    if not text or not is_chinese():
        return text
    parts = text.split("-")
    if not all(part.isdigit() for part in parts) or len(parts) > 3:
        return text
    return "".join(f"{int(part)}{word}" for part, word in zip(parts, "年月日", strict=False))


def _header_ids(incubator: Incubator) -> list[tuple[str, str]]:
    area = incubator.area_m2
    pairs = [
        (_("Short code"), incubator.code),
        (_("Operator"), str(incubator.operator or incubator.operator_name or "")),
        (_("Host city"), incubator.host_city),
        (_("Opened"), opened_words(incubator)),
        (_("Area"), f"{Decimal(area).normalize():f} m²" if area is not None else ""),
    ]
    return [(term, value) for term, value in pairs if value]


def tracked_words(pipeline: Pipeline, today: date) -> dict[str, Any]:
    """What every total of tracked projects says of itself: date, scope, how much is example data."""
    if pipeline.total and pipeline.demonstration == pipeline.total:
        note = _("all of them example data")
    elif pipeline.demonstration:
        note = _("%(count)d of them example data") % {"count": pipeline.demonstration}
    else:
        note = ""
    return {"as_of": today, "scope": _("projects tracked in this system"), "note": note}


@login_required
@require_safe
def park_page(request: HttpRequest, code: str) -> HttpResponse:
    park = get_object_or_404(Park.objects.visible_to(request.user).select_related("parent"), code=code)
    today = timezone.localdate()
    incubators = reads.incubators_of_park(request.user, park)
    counts = pipelines(request.user, [row.pk for row in incubators], on=today)
    details = park.details or {}
    published = split_by_kind(reads.figures_of(request.user, codes=[park.code]))
    carriers = [figure for figure in published["figure"] if figure["unit_code"] == "carriers"]
    published["figure"] = [figure for figure in published["figure"] if figure not in carriers]
    context = {
        "park": park,
        "ids": [(_("Short code"), park.code), *([(_("Part of"), park.parent.name)] if park.parent else [])],
        "rows": [(row, counts[row.pk]) for row in incubators],
        "carriers": carriers,
        "carriers_stated": [] if carriers else [_counted(item) for item in _dicts(details.get("carriers"))],
        "sectors": [_named(item) for item in _dicts(details.get("focus_sectors"))],
        "institutions": [_named(item) for item in _dicts(details.get("new_rd_institutions"))],
        "published": published,
        "source": source_words(park.source, park.source_lines) if park.source else "",
        "may_manage": reads.may_manage(request.user, park.pk),
        "today": today,
    }
    return render(request, "insight/park_page.html", context)


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _named(item: dict[str, Any]) -> str:
    return str(item.get("zh" if is_chinese() else "en") or item.get("zh") or "")


def _counted(item: dict[str, Any]) -> tuple[str, Any]:
    return _named(item), item.get("count")


@login_required
@require_safe
def figure_list(request: HttpRequest) -> HttpResponse:
    """Every published figure, page by page, with the notes on consistency of the place that is chosen."""
    filters = FigureFilters(request.GET)
    about = filters.value("about")
    rows = reads.figures_matching(request.user, text=filters.words, kind=filters.value("kind"), about=about)
    page = page_of(
        rows,
        order="about",
        orders={"about": "entity_code"},
        default="about",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "figures": [shown(row) for row in page.rows],
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "notes": _notes_beside(request.user, page.rows),
        "about": _about(request.user, about),
        "kinds": FigureKind,
    }
    return render(request, "insight/figure_list.html", context)


def _notes_beside(user: Any, rows: list[ReportedFigure]) -> list[dict[str, Any]]:
    """Notes on the places of this page that are not among its rows themselves."""
    codes = sorted({row.entity_code for row in rows if row.entity_code})
    listed = {row.pk for row in rows}
    notes = ReportedFigure.objects.visible_to(user).filter(kind=FigureKind.CONSISTENCY, entity_code__in=codes)
    return [
        shown(note)
        for note in notes.select_related("park", "incubator", "organisation").order_by("entity_code", "pk")
        if note.pk not in listed
    ]


def _about(user: Any, code: str) -> str:
    if not code:
        return ""
    place = (
        Incubator.objects.visible_to(user).filter(code=code).first()
        or Park.objects.filter(code=code).first()
        or Organisation.objects.filter(code=code).first()
    )
    if place is None:
        raise Http404
    return str(place)


@login_required
@require_safe
def organisation_list(request: HttpRequest) -> HttpResponse:
    filters = OrganisationFilters(request.GET)
    rows = reads.organisations_matching(text=filters.words, kind=filters.value("kind"))
    page = page_of(
        rows, order="name", orders={"name": "sort_key"}, default="name", cursor=request.GET.get("cursor", "")
    )
    context = {
        "filters": filters,
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "insight/organisation_list.html", context)
