"""Addresses of other apps' pages that this app links to."""

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from insight.selectors.home import InboxItem


def project(pk: Any, anchor: str = "") -> str:
    return reverse("project-detail", args=[pk]) + anchor


def projects(**filters: Any) -> str:
    """The project list with these filters set."""
    return _with_query(reverse("project-list"), filters)


def evaluation(**choice: Any) -> str:
    """The evaluation page with incubator, park or period chosen."""
    return _with_query(reverse("evaluation-home"), choice)


def observations(incubator: str, period: str) -> str:
    """The page on which the monthly figures of an incubator are entered and verified."""
    return _with_query(reverse("evaluation-observations"), {"incubator": incubator, "year": period[:4]})


def month(incubator: str, period: str) -> str:
    """The page on which all figures of one month are entered."""
    return _with_query(reverse("evaluation-month"), {"incubator": incubator, "month": period})


def enterprise(pk: Any, anchor: str = "") -> str:
    return reverse("enterprise-detail", args=[pk]) + anchor


#: Where an operator works on what an indicator measures: a page, and filters of it.
LIFTS: Mapping[str, tuple[str, str]] = {
    "signed_projects": ("project-list", "stage=screening"),
    "landings": ("project-list", "stage=relocating"),
    "paid_in_capital": ("project-list", "stage=landed"),
    "production_starts": ("project-list", "stage=industrialising"),
    "talent_plan_places": ("talent-list", ""),
    "patent_filings": ("ip-list", ""),
    "technology_titles": ("ladder", ""),
    "survival_rate": ("project-list", "stage=suspended"),
    "tickets_on_time": ("ticket-list", "state=live"),
    "financing_received": ("financing-list", ""),
    "mentoring_events": ("service-list", ""),
    "satisfaction": ("ticket-list", "state=resolved"),
    "returns_on_time": ("return-list", ""),
}


def lift(calculation: str, incubator: str) -> str:
    """The page on which this indicator can be raised; the evaluation where there is no single one."""
    name, query = LIFTS.get(calculation, ("evaluation-home", f"incubator={incubator}"))
    return reverse(name) + (f"?{query}" if query else "")


def of_inbox(item: InboxItem) -> str:
    """The page on which the item is verified or returned."""
    if item.target == "project":
        return project(item.number, f"#{item.anchor}" if item.anchor else "#evidence")
    if item.target == "enterprise":
        return enterprise(item.number, "#figures" if item.kind == "figures" else "#recognitions")
    return observations(*item.number)


def _with_query(address: str, values: dict[str, Any]) -> str:
    query = QueryDict(mutable=True)
    query.update({key: str(value) for key, value in values.items() if value not in (None, "")})
    return f"{address}?{query.urlencode()}" if query else address
