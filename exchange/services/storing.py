"""Rows of imports in and out of the database, many at a time."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple, TypedDict

import orjson
from django.db import connection

from core.copying import copy_in
from exchange.enums import TO_WRITE
from exchange.models import ImportRow, ImportRun

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


class Waiting(NamedTuple):
    """A stored row that is to be written: as much of ``ImportRow`` as that takes."""

    id: int
    number: int
    values: dict[str, Any]
    errors: list[dict[str, Any]]
    decision: str
    target: int | None
    record_id: int | None


class Fate(TypedDict):
    """What became of a row that was to be written."""

    id: int
    status: str
    errors: list[dict[str, Any]]
    record_id: int | None
    undo: dict[str, Any]


def add_rows(rows: Sequence[ImportRow]) -> None:
    copy_in(rows)


def save_rows(rows: Sequence[ImportRow], fields: Sequence[str]) -> None:
    """Store these fields of the rows in one statement, however many rows there are."""
    names = [name for name in _COLUMNS if name in fields]
    _update([{"id": row.pk} | {name: getattr(row, name) for name in names} for row in rows], names)


def save_fates(fates: Sequence[Fate]) -> None:
    """Store what became of rows that were written."""
    _update(fates, [name for name in _COLUMNS if name in Fate.__annotations__])


def _update(changes: Sequence[Any], names: Sequence[str]) -> None:
    """Each change has ``id`` and a value for each name. Only names from the table above reach the
    statement.
    """
    if not changes:
        return
    sets = ", ".join(f'"{name}" = v."{name}"' for name in names)
    shape = ", ".join(["id bigint", *(f'"{name}" {_COLUMNS[name]}' for name in names)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE exchange_importrow r SET {sets} FROM jsonb_to_recordset(%s::jsonb) AS v({shape}) "
            "WHERE r.id = v.id",
            [orjson.dumps(changes).decode()],
        )


def waiting_rows(run: ImportRun, most: int) -> list[Waiting]:
    """The next rows that a submission writes, without making models of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            'SELECT id, number, "values"::text, errors::text, decision, target, record_id '
            "FROM exchange_importrow WHERE run_id = %s AND status = ANY(%s) ORDER BY number LIMIT %s",
            [run.pk, [status.value for status in TO_WRITE], most],
        )
        return [
            Waiting(pk, number, json.loads(values), json.loads(errors), *rest)
            for pk, number, values, errors, *rest in cursor.fetchall()
        ]
