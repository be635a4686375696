"""Pages of a list by key, forwards and backwards: no OFFSET, no COUNT, stable while rows change.

The cursor in the address carries the sort value and the id of the row at the edge of the page. A cursor that
was tampered with, or belongs to another order, simply gives the first page.
"""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Model, Q, QuerySet
from django.http import QueryDict

from core.history import plain

M = TypeVar("M", bound=Model)
PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[M]):
    """The rows of one page, the cursors of its neighbours, and how many rows there are as far as known."""

    rows: list[M]
    next_cursor: str
    previous_cursor: str
    count: str

    def address(self, query: QueryDict, cursor: str) -> str:
        """The query string of a neighbour, filters kept; empty where there is none."""
        if not cursor:
            return ""
        changed = query.copy()
        changed["cursor"] = cursor
        return f"?{changed.urlencode()}"


def page_of(
    rows: QuerySet[M],
    *,
    order: str,
    orders: Mapping[str, str],
    default: str,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> Page[M]:
    """One page of ``rows``.

    ``orders`` maps the names that an address may use to columns that are never NULL; a leading minus turns
    the order round. Unknown names fall back to ``default``.
    """
    name = order if order.removeprefix("-") in orders else default
    column, descending = orders[name.removeprefix("-")], name.startswith("-")
    place = _read(cursor, rows.model, name, column)
    backwards = place is not None and place[0] == "before"
    if place is not None:
        rows = rows.filter(_beyond(column, place[1], place[2], upwards=descending == backwards))
    sign = "-" if descending != backwards else ""
    found = list(rows.order_by(f"{sign}{column}", f"{sign}pk")[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_next = bool(found) and (more or backwards)
    has_previous = bool(found) and (place is not None if not backwards else more)
    return Page(
        rows=found,
        next_cursor=_write("after", name, column, found[-1]) if has_next else "",
        previous_cursor=_write("before", name, column, found[0]) if has_previous else "",
        count=str(len(found)) if place is None and not more else f"{size}+",
    )


def _beyond(column: str, value: Any, pk: int, *, upwards: bool) -> Q:
    """Rows after (value, pk); the outer bound alone lets the index skip to the place."""
    side = "gt" if upwards else "lt"
    return Q(**{f"{column}__{side}e": value}) & (
        Q(**{f"{column}__{side}": value}) | Q(**{column: value, f"pk__{side}": pk})
    )


def _write(side: str, name: str, column: str, row: Model) -> str:
    key = json.dumps(
        [side, name, plain(getattr(row, column)), row.pk], separators=(",", ":"), ensure_ascii=False
    )
    return base64.urlsafe_b64encode(key.encode()).decode().rstrip("=")


def _read(cursor: str, model: type[Model], name: str, column: str) -> tuple[str, Any, int] | None:
    if not cursor or len(cursor) > 1000:
        return None
    try:
        side, of, value, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if side not in ("after", "before") or of != name or not 0 < pk < 2**63 or "\x00" in value:
            return None
        field: Any = model._meta.get_field(column)
        return side, field.to_python(value), pk
    except (binascii.Error, ValueError, TypeError, ValidationError, FieldDoesNotExist):
        return None
