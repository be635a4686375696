"""``broken(name)``: the block breaks exactly this rule of the database, past Python's own checks."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, connection, transaction


@contextmanager
def broken(name: str) -> Iterator[None]:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():  # noqa: PT012
        yield
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    diagnostics = getattr(refused.value.__cause__, "diag", None)
    assert diagnostics is not None
    assert diagnostics.constraint_name == name
