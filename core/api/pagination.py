"""Pages by key, never by offset: page 18,000 costs what page 1 costs, and no row is lost or doubled.

The cursor names the last row by its ordering columns and id, signed so that nobody can make one up.
``updated_since`` turns a list into a pull: oldest change first, with tombstones of deleted records between.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db import connection
from django.db.models import F
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

from core.api.renderers import moment
from core.errors import FieldError, Invalid

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 1000
PULL = "updated_since"
_SIGNER = signing.Signer(salt="core.api.cursor")


def invalid_parameter(name: str, message: str, code: str = "invalid") -> Invalid:
    return Invalid(
        _("The parameter “%(name)s” cannot be used.") % {"name": name},
        fields=[FieldError(name, message, code)],
    )


@dataclass(frozen=True)
class Cursor:
    """Where a page starts: after (or, backwards, before) the row with these ordering values."""

    ordering: str
    values: tuple[Any, ...]
    backwards: bool = False

    def encode(self) -> str:
        body = json.dumps([self.ordering, self.backwards, [_plain(value) for value in self.values]])
        return _SIGNER.sign(base64.urlsafe_b64encode(body.encode()).decode().rstrip("="))

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        try:
            packed = _SIGNER.unsign(text)
            ordering, backwards, values = json.loads(
                base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4))
            )
        except (signing.BadSignature, binascii.Error, ValueError, TypeError) as error:
            raise invalid_parameter(
                "cursor", _("Take the cursor from “next” or “previous” of an answer, unchanged.")
            ) from error
        return cls(ordering, tuple(values), backwards)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


@lru_cache(maxsize=256)
def _converter(model: Any, column: str) -> Any:
    try:
        return model._meta.pk.to_python if column == "id" else model._meta.get_field(column).to_python
    except FieldDoesNotExist:
        return lambda value: value


class KeysetPagination(BasePagination):
    """Reads ``limit``, ``cursor``, ``ordering`` and ``updated_since``.

    A view names its ``orderings`` (public name → columns, none of them nullable) and ``default_ordering``.
    A view with deletions answers ``tombstones()``, a queryset of ``core.Tombstone``.
    """

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        self.request = request
        self.key_of: Callable[[Any, Sequence[str]], tuple[Any, ...]] = getattr(view, "key_of_row", key_of)
        self.rows_of = getattr(view, "rows_of_page", rows_of_page)
        self.limit = read_limit(request.query_params)
        self.since = read_since(request.query_params) if hasattr(view, "tombstones") else None
        self.horizon: datetime | None = None
        cursor = self._cursor()
        if self.since is not None:
            return self._pull(queryset, view, cursor)
        orderings: Mapping[str, Sequence[str]] = getattr(view, "orderings", {})
        chosen = request.query_params.get("ordering") or (cursor.ordering if cursor else "")
        chosen = chosen or getattr(view, "default_ordering", "id")
        name = chosen.removeprefix("-")
        if name not in orderings and name != "id":
            known = ", ".join(sorted({*orderings, "id"}))
            raise invalid_parameter("ordering", _("Choose one of: %(known)s.") % {"known": known})
        if cursor and cursor.ordering != chosen:
            raise invalid_parameter("cursor", _("This cursor belongs to another ordering."))
        columns = (*orderings.get(name, ()), "id")
        return self._slice(queryset, columns, chosen, cursor)

    def _cursor(self) -> Cursor | None:
        text = self.request.query_params.get("cursor", "")
        return Cursor.decode(text) if text else None

    def _slice(
        self, queryset: Any, columns: Sequence[str], ordering: str, cursor: Cursor | None
    ) -> list[Any]:
        backwards = cursor is not None and cursor.backwards
        descending = ordering.startswith("-") != backwards
        values = typed(queryset.model, columns, cursor.values) if cursor else None
        rows = self.rows_of(queryset, columns, values, descending, self.limit + 1)
        more = len(rows) > self.limit
        rows = rows[: self.limit]
        if backwards:
            rows.reverse()
        self.next_url = self.previous_url = None
        if rows and (more or backwards):
            self.next_url = self._url(Cursor(ordering, self.key_of(rows[-1], columns)))
        if rows and (cursor and not backwards or backwards and more):
            self.previous_url = self._url(Cursor(ordering, self.key_of(rows[0], columns), backwards=True))
        return rows

    def _pull(self, queryset: Any, view: Any, cursor: Cursor | None) -> list[Any]:
        """Changes since a moment, oldest first, records and tombstones merged by time and id."""
        if (asked := self.request.query_params.get("ordering")) and asked != "updated_at":
            raise invalid_parameter("ordering", _("A pull by “updated_since” is ordered by updated_at."))
        if cursor and cursor.ordering != PULL:
            raise invalid_parameter("cursor", _("This cursor belongs to another ordering."))
        self.horizon = safe_horizon()
        records = queryset.filter(updated_at__gte=self.since)
        stones = view.tombstones().filter(deleted_at__gte=self.since)
        if cursor:
            values = typed(queryset.model, ("updated_at", "id"), cursor.values)
            records = after(records, ("updated_at", "id"), values, descending=False)
            stones = after(stones, ("deleted_at", "record_id"), values, descending=False)
        found: list[tuple[tuple[Any, ...], Any]] = [
            (self.key_of(row, ("updated_at", "id")), row)
            for row in records.order_by("updated_at", "id")[: self.limit + 1]
        ]
        gone = stones.order_by("deleted_at", "record_id").values("record_id", "deleted_at")[: self.limit + 1]
        found += [
            (
                (stone["deleted_at"], stone["record_id"]),
                {"id": stone["record_id"], "deleted": True, "deleted_at": stone["deleted_at"]},
            )
            for stone in gone
        ]
        found.sort(key=lambda item: item[0])
        self.next_url = self.previous_url = None
        if len(found) > self.limit:
            found = found[: self.limit]
            self.next_url = self._url(Cursor(PULL, found[-1][0]))
        return [row for _key, row in found]

    def _url(self, cursor: Cursor) -> str:
        parameters = [
            (name, value)
            for name, values in self.request.query_params.lists()
            for value in values
            if name != "cursor"
        ]
        query = urlencode([*parameters, ("cursor", cursor.encode())])
        return f"{self.request.build_absolute_uri(self.request.path)}?{query}"

    def get_paginated_response(self, data: Any) -> Response:
        headers = {"Next-Updated-Since": moment(self.horizon)} if self.horizon else None
        return Response(
            {"results": data, "next": self.next_url, "previous": self.previous_url}, headers=headers
        )

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": {**link, "description": "Address of the next page, null on the last one."},
                "previous": {**link, "description": "Address of the page before, null on the first one."},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        orderings = sorted({*getattr(view, "orderings", {}), "id"})
        parameters = [
            _parameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": LARGEST_LIMIT, "default": DEFAULT_LIMIT}
            ),
            _parameter("cursor", {"type": "string"}, "Opaque; take it from `next` or `previous`."),
            _parameter(
                "ordering",
                {"type": "string", "enum": [*orderings, *(f"-{name}" for name in orderings)]},
                "A minus sign means descending.",
            ),
        ]
        if getattr(view, "search_column", None):
            parameters.append(
                _parameter(
                    "search",
                    {"type": "string", "maxLength": 100},
                    "Part of a name in simplified or traditional Chinese, pinyin, initials or English.",
                )
            )
        if hasattr(view, "tombstones"):
            parameters.append(
                _parameter(
                    "updated_since",
                    {"type": "string", "format": "date-time"},
                    "Everything changed at or after this moment, oldest change first; deleted records come "
                    "as `{id, deleted: true, deleted_at}`. For the next pull send the moment in the header "
                    "`Next-Updated-Since` of this answer.",
                )
            )
        return parameters


def _parameter(name: str, schema: dict[str, Any], description: str = "") -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}


def read_limit(parameters: Any) -> int:
    text = parameters.get("limit", "")
    if not text:
        return DEFAULT_LIMIT
    if not (text.isascii() and text.isdigit() and len(text) <= 6 and 1 <= int(text) <= LARGEST_LIMIT):
        raise invalid_parameter(
            "limit", _("Send a whole number from 1 to %(most)d.") % {"most": LARGEST_LIMIT}
        )
    return int(text)


def read_since(parameters: Any) -> datetime | None:
    """The moment of ``updated_since``; a moment without a zone or a bare day counts as UTC."""
    text = parameters.get("updated_since", "")
    if not text:
        return None
    text = text.replace(" ", "+")  # an unescaped + of the offset arrives as a space
    try:
        found = parse_datetime(text)
        if found is None and (day := parse_date(text)):
            found = datetime(day.year, day.month, day.day, tzinfo=UTC)
        if found is not None:
            return (found if timezone.is_aware(found) else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise invalid_parameter("updated_since", _("Send a moment such as 2026-01-31T00:00:00Z."))


def typed(model: Any, columns: Sequence[str], values: Sequence[Any]) -> tuple[Any, ...]:
    """The values of a cursor as the columns hold them; refused when they cannot be theirs."""
    if len(values) == len(columns):
        try:
            return tuple(
                _converter(model, column)(value) for column, value in zip(columns, values, strict=True)
            )
        except ValidationError:
            pass
    raise invalid_parameter("cursor", _("This cursor belongs to another ordering."))


def after(queryset: Any, columns: Sequence[str], values: tuple[Any, ...], *, descending: bool) -> Any:
    """The rows beyond these values in the order of the columns; one comparison that an index can answer."""
    compare = TupleLessThan if descending else TupleGreaterThan
    return queryset.filter(compare(Tuple(*(F(column) for column in columns)), values))


def rows_of_page(
    queryset: Any, columns: Sequence[str], values: tuple[Any, ...] | None, descending: bool, count: int
) -> list[Any]:
    """At most ``count`` rows in the order of the columns, beyond ``values`` where given."""
    if values is not None:
        queryset = after(queryset, columns, values, descending=descending)
    return list(queryset.order_by(*(f"{'-' * descending}{name}" for name in columns))[:count])


def key_of(row: Any, columns: Sequence[str]) -> tuple[Any, ...]:
    if isinstance(row, dict):
        return tuple(row[column] for column in columns)
    return tuple(getattr(row, column) for column in columns)


def safe_horizon() -> datetime:
    """A moment before which no change can still appear: older than every write under way, less 5 seconds.

    A transaction commits after the moment that it stamps on its rows, so "now" would lose rows.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT least(min(xact_start), statement_timestamp()) - interval '5 seconds' "
            "FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
        )
        moment_found: datetime = cursor.fetchone()[0]
    return moment_found
