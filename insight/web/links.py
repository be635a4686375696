"""Addresses of other apps' pages that this app links to."""

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
