"""Leads: list, board, figures of the funnel."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from outreach.enums import LeadStage
from outreach.models import Event, Lead, Mandate
from outreach.selectors import Funnel, funnel_by, funnel_of, leads_matching, next_to_do
from outreach.web.forms import LeadFilterForm
from outreach.web.lists import list_context

ORDERS = {"name": "sort_key", "updated": "updated_at", "since": "stage_since", "first": "first_contact_on"}
#: Cards of one column of the board; the rest is in the list.
CARDS = 12


def _narrowed(request: HttpRequest) -> tuple[LeadFilterForm, QuerySet[Lead]]:
    form = LeadFilterForm(request.GET, user=request.user)
    return form, leads_matching(request.user, **form.values())


@login_required
@require_safe
def lead_list(request: HttpRequest) -> HttpResponse:
    form, rows = _narrowed(request)
    today = timezone.localdate()
    leads, talks = next_to_do(request.user, until=today)
    context = list_context(request, rows, form=form, orders=ORDERS, default="-updated")
    context |= {
        "today": today,
        "funnel": figures(funnel_of(rows), request.GET.dict()),
        "due_leads": leads,
        "due_talks": talks,
        "more_open": any(request.GET.get(name) for name in ("sector", "reached", "incubator", "owner")),
        "of": _named_source(request),
    }
    return render(request, "outreach/lead_list.html", context)


@login_required
@require_safe
def lead_board(request: HttpRequest) -> HttpResponse:
    """The funnel as columns; each shows the leads that changed last."""
    form, rows = _narrowed(request)
    columns = []
    for stage in LeadStage:
        found = list(rows.filter(stage=stage).order_by("-updated_at", "-pk")[: CARDS + 1])
        columns.append(
            {
                "stage": stage,
                "label": stage.label,
                "leads": found[:CARDS],
                "more": len(found) > CARDS,
                "url": f"{reverse('lead-list')}?{urlencode({**_kept(request), 'stage': stage})}",
            }
        )
    context = {"filters": form, "columns": columns, "is_filtered": bool(form.values()),
               "today": timezone.localdate()}  # fmt: skip
    return render(request, "outreach/lead_board.html", context)


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: value for name, value in request.GET.items() if name not in ("stage", "cursor") and value}


@login_required
@require_safe
def lead_funnel(request: HttpRequest) -> HttpResponse:
    """Figures by event and by mandate; each number leads to its records."""
    form, rows = _narrowed(request)
    events, mandates = (model.objects.visible_to(request.user) for model in (Event, Mandate))
    tables = [
        _table(_("By event"), rows, "source_event", events, "event-detail"),
        _table(_("By mandate"), rows, "source_mandate", mandates, "mandate-detail"),
    ]
    reached = funnel_of(rows)
    held = events.filter(cancelled=False)
    if site := form.values().get("incubator"):
        held = held.filter(incubator__code=site)
    context = {
        "filters": form,
        "is_filtered": bool(form.values()),
        "funnel": figures(reached, request.GET.dict()),
        "firms": held.aggregate(total=Sum("firm_count"))["total"],
        "contacted": reached.contacted,
        "landed": reached.landed,
        "tables": tables,
    }
    return render(request, "outreach/lead_funnel.html", context)


def _table(title: str, rows: QuerySet[Lead], field: str, records: Any, url_name: str) -> dict[str, Any]:
    counted = funnel_by(rows, field)
    names = {record.pk: record for record in records.filter(pk__in=[pk for pk, _counts in counted])}
    lines = [
        {
            "record": names[pk],
            "url": reverse(url_name, args=[pk]),
            "cells": figures(counts, {field: str(pk)}),
            "dropped": counts.dropped,
        }
        for pk, counts in counted
        if pk in names
    ]
    return {"title": title, "lines": lines, "has_firms": records.model is Event}


def figures(funnel: Funnel, filters: dict[str, str]) -> list[dict[str, Any]]:
    """The four numbers with the address of their records."""
    kept = {name: value for name, value in filters.items()
            if value and name not in ("cursor", "ordering", "reached")}  # fmt: skip
    labels = [
        ("contact", _("Contacted"), funnel.contacted, _("every lead since its first contact")),
        ("talk", _("Talked with"), funnel.talked, _("got at least into talks")),
        ("signed", _("Signed"), funnel.signed, _("by the signed agreement of the project")),
        ("landed", _("Landed in the park"), funnel.landed, _("by the verified landing of the project")),
    ]
    return [
        {
            "label": label,
            "count": count,
            "formula": formula,
            "url": f"{reverse('lead-list')}?{urlencode({**kept, 'reached': code})}",
        }
        for code, label, count, formula in labels
    ]


def _named_source(request: HttpRequest) -> Any:
    """The event or mandate that the list is narrowed to, to be named above it."""
    for name, model in (("source_event", Event), ("source_mandate", Mandate)):
        text = request.GET.get(name, "")
        if text.isascii() and text.isdigit() and len(text) < 19:
            rows: Any = model.objects.visible_to(request.user)  # type: ignore[attr-defined]
            return rows.filter(pk=int(text)).first()
    return None
