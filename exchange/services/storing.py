"""Rows of imports in and out of the database, many at a time."""

from collections.abc import Sequence

import orjson
from django.db import connection

from core.copying import copy_in
from exchange.models import ImportRow

_COLUMNS = {
    "cells": "jsonb",
    "edits": "jsonb",
    "values": "jsonb",
    "status": "text",
    "errors": "jsonb",
    "remarks": "jsonb",
    "changes": "jsonb",
    "candidates": "jsonb",
    "decision": "text",
    "target": "bigint",
    "record_id": "bigint",
    "undo": "jsonb",
}
MOST_ROWS = 50_000  # of one import
#: What a check decides.
JUDGED = ("status", "errors", "changes", "candidates", "record_id")


def add_rows(rows: Sequence[ImportRow]) -> None:
    copy_in(rows)


def save_rows(rows: Sequence[ImportRow], fields: Sequence[str]) -> None:
    """Store these fields of the rows in one statement, however many rows there are."""
    if not rows:
        return
    # Only names from the table above reach the statement.
    names = [name for name in _COLUMNS if name in fields]
    body = orjson.dumps([{"id": row.pk} | {name: getattr(row, name) for name in names} for row in rows])
    sets = ", ".join(f'"{name}" = v."{name}"' for name in names)
    shape = ", ".join(["id bigint", *(f'"{name}" {_COLUMNS[name]}' for name in names)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE exchange_importrow r SET {sets} FROM jsonb_to_recordset(%s::jsonb) AS v({shape}) "
            "WHERE r.id = v.id",
            [body.decode()],
        )
