"""COPY for many rows at once: what ``bulk_create`` and ``bulk_update`` do, several times as fast from a few
hundred rows on."""

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from psycopg import sql


def copy_in(records: Sequence[models.Model]) -> None:
    """Insert new records of one model and give them their ids, inside the caller's transaction.

    Like ``bulk_create`` it sends no signals and checks nothing itself; the database's rules hold.
    """
    if not records:
        return
    model = type(records[0])
    table, key = model._meta.db_table, str(model._meta.pk.column)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [table, key, len(records)],
        )
        for record, (number,) in zip(records, cursor.fetchall(), strict=True):
            record.pk = number
        _copy(cursor, sql.Identifier(table), records, model._meta.concrete_fields)
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of which nobody needs the records afterwards, inside the caller's transaction.

    Each row holds values in the order of ``fields``, as the database takes them (JSON as text). Columns that
    are left out take the defaults of the database.
    """
    named: list[Any] = [model._meta.get_field(name) for name in fields]
    columns = [sql.Identifier(str(field.column)) for field in named]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(model._meta.db_table), sql.SQL(", ").join(columns)
    )
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)


def copy_over(records: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Store these fields of records that are there, in one statement, inside the caller's transaction.

    The rows travel by way of a temporary table of the same shape; nothing is checked but by the database.
    """
    if not records:
        return
    model = type(records[0])
    changed = [model._meta.get_field(name) for name in fields]
    key: Any = model._meta.pk
    table, waiting = sql.Identifier(model._meta.db_table), sql.Identifier("rows_to_copy_over")
    columns = [sql.Identifier(str(field.column)) for field in (key, *changed)]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(waiting))
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} WITH NO DATA").format(
                waiting, sql.SQL(", ").join(columns), table
            )
        )
        _copy(cursor, waiting, records, [key, *changed])
        sets = [sql.SQL("{0} = w.{0}").format(column) for column in columns[1:]]
        with connection.wrap_database_errors:
            cursor.execute(
                sql.SQL("UPDATE {} AS r SET {} FROM {} AS w WHERE r.{key} = w.{key}").format(
                    table, sql.SQL(", ").join(sets), waiting, key=columns[0]
                )
            )


def _copy(cursor: Any, table: sql.Composable, records: Sequence[models.Model], fields: Sequence[Any]) -> None:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        table, sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields])
    )
    with connection.wrap_database_errors, cursor.copy(statement) as copy:
        readers = [_reader(field) for field in fields]
        for record in records:
            copy.write_row([read(record) for read in readers])


#: Fields whose Python value is what the driver writes, so that nothing has to be asked per cell.
_PLAIN = (
    models.CharField,
    models.TextField,
    models.IntegerField,
    models.BooleanField,
    models.DateField,
    models.DecimalField,
    models.ForeignKey,
)


def _as_json(value: Any) -> str | None:
    """As ``JSONField`` writes it, only faster; what the fast writer does not know goes the usual way."""
    if value is None:
        return None
    try:
        return orjson.dumps(value).decode()
    except TypeError:
        return json.dumps(value)


def _as_array(values: Sequence[str]) -> str:
    """A list of texts as COPY takes it."""
    quoted = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in quoted) + "}"


def _reader(field: Any) -> Callable[[Any], Any]:
    """How to get what is stored of one field."""
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if isinstance(field, _PLAIN) and not stamped:
        return attrgetter(field.attname)
    if isinstance(field, models.JSONField) and field.encoder is None:
        return lambda record: _as_json(getattr(record, field.attname))
    if isinstance(field, ArrayField) and isinstance(field.base_field, models.CharField) and not field.null:
        return lambda record: _as_array(getattr(record, field.attname))
    return lambda record: field.get_db_prep_save(field.pre_save(record, add=True), connection=connection)


@contextmanager
def collector_paused() -> Iterator[None]:
    """Thousands of rows are many objects and few cycles: looking for those would take a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
