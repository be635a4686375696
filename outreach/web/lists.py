"""What the list pages share."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from core.web.keyset import page_of
from incubators.scope import Action, may_somewhere


def list_context(
    request: HttpRequest, rows: QuerySet[Any], *, form: Any, orders: Mapping[str, str], default: str
) -> dict[str, Any]:
    """One page of the rows, with the form that narrowed them."""
    page = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders=orders,
        default=default,
        cursor=request.GET.get("cursor", ""),
    )
    return {
        "filters": form,
        "is_filtered": bool(form.values()),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "ordering": request.GET.get("ordering", ""),
        "may_enter": may_somewhere(Action.ENTER, request.user),
    }
