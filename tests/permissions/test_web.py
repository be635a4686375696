"""The permission matrix of the pages: every address as every role, as docs/permissions.md prints it."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from tests.permissions import document
from tests.permissions.probing import Prober, Row
from tests.permissions.routes import page_routes
from tests.permissions.rules import broken
from tests.permissions.world import build

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("permissions-web")]
NAME = document.PAGES


@pytest.fixture(scope="module")
def matrix(django_db_setup: None, django_db_blocker: Any) -> Iterator[list[Row]]:
    """One load of the demonstration data, and one request per address, method and role."""
    with django_db_blocker.unblock(), transaction.atomic():
        prober = Prober(build())
        yield [prober.row(route, method) for route in page_routes() for method in route.methods]
        prober.close()
        transaction.set_rollback(True)


def test_no_answer_is_what_it_must_never_be(matrix: list[Row]) -> None:
    assert "\n".join(broken(matrix)) == ""


def test_the_document_prints_the_matrix_as_it_is(matrix: list[Row]) -> None:
    if os.environ.get("WRITE_PERMISSIONS"):
        document.write(NAME, matrix)
    assert document.written(NAME) == document.section(matrix)
