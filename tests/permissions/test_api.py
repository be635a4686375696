"""The permission matrix of the API: every address as every role, as docs/permissions.md prints it."""

import os
from collections.abc import Iterator

import pytest

from tests.permissions import document
from tests.permissions.probing import Prober, Row
from tests.permissions.routes import api_routes
from tests.permissions.rules import broken
from tests.permissions.world import World

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("permissions")]
NAME = document.API


@pytest.fixture(scope="module")
def matrix(world: World) -> Iterator[list[Row]]:
    """One request per address, method and role."""
    prober = Prober(world)
    yield [prober.row(route, method) for route in api_routes() for method in route.methods]
    prober.close()


def test_no_answer_is_what_it_must_never_be(matrix: list[Row]) -> None:
    assert "\n".join(broken(matrix)) == ""


def test_the_document_prints_the_matrix_as_it_is(matrix: list[Row]) -> None:
    if os.environ.get("WRITE_PERMISSIONS"):
        document.write(NAME, matrix)
    assert document.written(NAME) == document.section(matrix)
