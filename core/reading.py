"""Reading many tables as they stood at one moment."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def one_moment() -> Iterator[None]:
    """Queries inside see one state of the database, whatever others commit meanwhile; nothing can be written.

    Inside a transaction that is already open this changes nothing: it has read under its own terms.
    """
    connection = transaction.get_connection()
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
