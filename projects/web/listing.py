"""The list of projects: search, filters, order, pages by key."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET

from core.web.keyset import page_of
from projects.enums import Stage
from projects.models import Project, ProjectFact
from projects.web.forms import FilterForm, places_to_enter
from projects.web.missing import gates_of_many, nearest_gate

ORDERS = {"updated": "updated_at", "name": "sort_key", "since": "stage_since"}
FILTERS = ("q", "stage", "incubator", "sector", "provenance", "waiting")


def waiting_facts() -> QuerySet[ProjectFact]:
    """Facts that are entered and proved, and that nobody has verified or returned yet."""
    proved = ProjectFact.evidence.through.objects.filter(projectfact_id=OuterRef("pk"))
    return ProjectFact.objects.filter(Exists(proved), verified_at=None, returned_at=None)


@login_required
@require_GET
def project_list(request: HttpRequest) -> HttpResponse:
    form = FilterForm(request.GET, user=request.user)
    stages = [code for code in dict.fromkeys(request.GET.getlist("stage")) if code in Stage.values]
    page = page_of(
        _filtered(request.user, form, stages),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-updated",
        cursor=request.GET.get("cursor", ""),
    )
    gates = gates_of_many(page.rows)
    active = any(request.GET.get(name) for name in FILTERS)
    return render(
        request,
        "projects/list.html",
        {
            "form": form,
            "several_places": form.several_places(),
            "stages": stages,
            "stage_links": _stage_links(request, stages),
            "rows": [{"project": row, "nearest": nearest_gate(gates[row.pk])} for row in page.rows],
            "page": page,
            "next_url": page.address(request.GET, page.next_cursor),
            "previous_url": page.address(request.GET, page.previous_cursor),
            "ordering": request.GET.get("ordering", ""),
            "filtered": active,
            "more_open": bool(request.GET.get("provenance") or request.GET.get("waiting")),
            "may_create": bool(places_to_enter(request.user)),
        },
    )


def _filtered(user: Any, form: FilterForm, stages: list[str]) -> QuerySet[Project]:
    form.is_valid()
    data = form.cleaned_data
    rows = (
        Project.objects.visible_to(user)
        .select_related("incubator", "park", "sector", "enterprise")
        .annotate(waits=Exists(waiting_facts().filter(project=OuterRef("pk"))))
    )
    for word in form.words():
        rows = rows.filter(search_text__contains=word)
    if stages:
        rows = rows.filter(stage__in=stages)
    for name in ("incubator", "sector"):
        if data.get(name):
            rows = rows.filter(**{name: data[name]})
    if data.get("provenance"):
        rows = rows.filter(provenance=data["provenance"])
    if data.get("waiting"):
        rows = rows.filter(waits=True)
    return rows


def _stage_links(request: HttpRequest, chosen: list[str]) -> list[dict[str, Any]]:
    """One link per stage that switches it on or off and keeps every other filter."""
    links = []
    for code, label in Stage.choices:
        query: QueryDict = request.GET.copy()
        query.pop("cursor", None)
        rest = [stage for stage in chosen if stage != code] if code in chosen else [*chosen, code]
        query.setlist("stage", rest)
        url = f"{reverse('project-list')}?{query.urlencode()}" if query else reverse("project-list")
        links.append({"code": code, "label": label, "url": url, "on": code in chosen})
    return links
