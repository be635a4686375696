"""The list of projects in one query and without model instances; equal to what the serializer would say.

Unfiltered pages, which programs ask for by the thousand, are read by SQL of our own: building the same
query with the ORM costs several times what PostgreSQL needs to answer it. Tests compare both paths.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import connection
from psycopg.types.datetime import TimestamptzLoader

from incubators.scope import Places

#: Names in the answer and where they come from, in the order of the serializer.
COLUMNS = {
    "id": "id",
    "code": "code",
    "park": "park__code",
    "incubator": "incubator__code",
    "name_zh": "name_zh",
    "name_en": "name_en",
    "sector": "sector__code",
    "summary": "summary",
    "team_lead": "team_lead",
    "contact": "contact",
    "lead_source": "lead_source",
    "destination_site": "destination_site",
    "enterprise": "enterprise_id",
    "first_contact_on": "first_contact_on",
    "external_id": "external_id",
    "stage": "stage",
    "stage_since": "stage_since",
    "provenance": "provenance",
    "version": "version",
    "created_at": "created_at",
    "updated_at": "updated_at",
}
NAMES = tuple(COLUMNS)
#: ``sort_key`` is read for the cursor only.
SOURCES = (*COLUMNS.values(), "sort_key")
PLACES = {name: position for position, name in enumerate(SOURCES)}


def key_of_row(row: Any, columns: Sequence[str]) -> tuple[Any, ...]:
    """The ordering values of a row of the list."""
    return tuple(row[PLACES[column]] for column in columns)


def body_of(row: Any) -> dict[str, Any]:
    """A row as the answer shows it; tombstones are ready as they are."""
    return row if isinstance(row, dict) else dict(zip(NAMES, row, strict=False))


_EXPRESSIONS = {
    "park__code": "k.code",
    "incubator__code": "i.code",
    "sector__code": "s.code",
}
_SELECT = ", ".join(_EXPRESSIONS.get(source, f"p.{source}") for source in SOURCES)
_FROM = (
    "projects_project p JOIN incubators_park k ON k.id = p.park_id "
    "LEFT JOIN incubators_incubator i ON i.id = p.incubator_id "
    "LEFT JOIN projects_sector s ON s.id = p.sector_id"
)


@lru_cache(maxsize=256)
def _statement(
    columns: tuple[str, ...], descending: bool, parks: int, incubators: int, has_cursor: bool
) -> str:
    """The text of the query for one form of scope: so many parks and incubators, -1 for everywhere.

    Only column names from the view's own table of orderings get into it; every value is a parameter.
    """
    conditions = ["p.merged_into_id IS NULL"]
    scope = [
        f"p.{name} IN ({', '.join(['%s'] * count)})"
        for name, count in (("park_id", parks), ("incubator_id", incubators))
        if count > 0
    ]
    if parks >= 0:
        conditions.append(f"({' OR '.join(scope) or 'FALSE'})")
    keys = ", ".join(f"p.{column}" for column in columns)
    if has_cursor:
        marks = ", ".join(["%s"] * len(columns))
        conditions.append(f"({keys}) {'<' if descending else '>'} ({marks})")
    where = f" WHERE {' AND '.join(conditions)}"
    order = ", ".join(f"p.{column} {'DESC' if descending else 'ASC'}" for column in columns)
    return f"SELECT {_SELECT} FROM {_FROM}{where} ORDER BY {order} LIMIT %s"


def rows_in(
    places: Places,
    columns: Sequence[str],
    values: tuple[Any, ...] | None,
    descending: bool,
    count: int,
) -> list[tuple[Any, ...]]:
    """A page of everything in these places; the same rows as the ORM gives for ``visible_to``."""
    parks, incubators = sorted(places.park_ids), sorted(places.incubator_ids)
    numbers = (-1, -1) if places.everywhere else (len(parks), len(incubators))
    sql = _statement(tuple(columns), descending, *numbers, values is not None)
    parameters = [] if places.everywhere else [*parks, *incubators]
    with connection.cursor() as cursor:
        # Django's own loader converts each moment in Python; the connection speaks UTC already.
        cursor.cursor.adapters.register_loader("timestamptz", TimestamptzLoader)
        cursor.execute(sql, [*parameters, *(values or ()), count])
        return list(cursor.fetchall())
