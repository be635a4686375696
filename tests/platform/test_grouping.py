"""Tests that share a running system stay in one process."""

import os

import pytest

pytestmark = pytest.mark.xdist_group("grouping")
SEEN: list[str] = []


@pytest.mark.parametrize("number", range(4))
def test_a_group_runs_in_one_process(number: int) -> None:
    """A version of pytest that loses the group would start this list anew in another process."""
    SEEN.append(os.environ.get("PYTEST_XDIST_WORKER", "alone"))
    assert len(SEEN) == number + 1
