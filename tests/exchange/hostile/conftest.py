"""The tables are written in English, and so are the sentences that they expect."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture(autouse=True, scope="module")
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield
