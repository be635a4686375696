"""COPY for many rows at once: what ``bulk_create`` does, several times as fast from a few hundred rows on."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any

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
        fields = model._meta.concrete_fields
        statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields])
        )
        with connection.wrap_database_errors, cursor.copy(statement) as copy:
            readers = [_reader(field) for field in fields]
            for record in records:
                copy.write_row([read(record) for read in readers])
    for record in records:
        record._state.adding, record._state.db = False, connection.alias


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


def _reader(field: Any) -> Callable[[Any], Any]:
    """How to get what is stored of one field."""
    stamped = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    if isinstance(field, _PLAIN) and not stamped:
        return attrgetter(field.attname)
    return lambda record: field.get_db_prep_save(field.pre_save(record, add=True), connection=connection)
