"""Emptying tables that the database keeps from being emptied: only between tests."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.core.management.commands import flush
from django.db import connection
from django.db.backends.postgresql.operations import DatabaseOperations

GUARDED = """
SELECT c.relname, t.tgname, CASE t.tgenabled WHEN 'A' THEN 'ALWAYS ' ELSE '' END
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
WHERE t.tgname LIKE '%\\_no\\_truncate' AND c.relnamespace = current_schema()::regnamespace
"""


def _switches() -> tuple[list[str], list[str]]:
    """Statements that let the tables be emptied, and those that guard them again."""
    with connection.cursor() as cursor:
        cursor.execute(GUARDED)
        found = cursor.fetchall()
    return (
        [f"ALTER TABLE {table} DISABLE TRIGGER {name}" for table, name, _ in found],
        [f"ALTER TABLE {table} ENABLE {mode}TRIGGER {name}" for table, name, mode in found],
    )


@contextmanager
def unguarded(cursor: Any) -> Iterator[None]:
    """The block may TRUNCATE."""
    off, on = _switches()
    for statement in off:
        cursor.execute(statement)
    yield
    for statement in on:
        cursor.execute(statement)


#: What migrations derive from the models: the same before and after a flush, and slow to write again.
DERIVED = {"django_content_type", "auth_permission"}


def let_flush_pass() -> None:
    """Django ends a test with real commits by TRUNCATE of every table and writes what follows from the models
    again; here that stays."""
    usual = DatabaseOperations.sql_flush
    flush.emit_post_migrate_signal = lambda *arguments, **options: None  # type: ignore[assignment]

    def sql_flush(self: Any, style: Any, tables: Sequence[str], **options: Any) -> list[str]:
        statements = usual(self, style, [table for table in tables if table not in DERIVED], **options)
        off, on = _switches()
        return [*off, *statements, *on] if statements else []

    DatabaseOperations.sql_flush = sql_flush  # type: ignore[method-assign]
