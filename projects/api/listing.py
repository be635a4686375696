"""The list of projects in one query and without model instances; equal to what the serializer would say."""

from collections.abc import Sequence
from typing import Any

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
