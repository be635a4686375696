"""What is frozen is one state of the data, not two halves of different states."""

import threading

import pytest
from django.db import InternalError, connection, transaction

from core.models import Tombstone
from core.reading import one_moment
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


def bury(record_id: int) -> None:
    """Write and commit in a connection of its own, as another person would."""

    def run() -> None:
        Tombstone.objects.create(kind="test", record_id=record_id, deleted_at=NOW)
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(20)


def test_what_others_commit_meanwhile_is_not_seen() -> None:
    with one_moment():
        before = Tombstone.objects.count()
        bury(1)
        assert Tombstone.objects.count() == before
    assert Tombstone.objects.count() == before + 1


def test_without_it_the_second_half_would_be_newer() -> None:
    with transaction.atomic():
        before = Tombstone.objects.count()
        bury(2)
        assert Tombstone.objects.count() == before + 1


def test_nothing_is_written_while_freezing() -> None:
    with pytest.raises(InternalError, match="read-only"), one_moment():
        Tombstone.objects.create(kind="test", record_id=3, deleted_at=NOW)
