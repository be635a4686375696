"""Test processes share one Redis: a message of one must not reach the workers of another."""

from queue import Empty

import pytest
from celery import current_app
from django.conf import settings

pytestmark = pytest.mark.stack


def connection(prefix: str):  # type: ignore[no-untyped-def]
    return current_app.connection_for_write(transport_options={"global_keyprefix": prefix})


def test_a_message_stays_in_the_process_that_sent_it() -> None:
    ours = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"]
    with current_app.connection_for_write() as sender:
        sender.SimpleQueue("letters").put("for Alice")
    with connection("another-") as other, pytest.raises(Empty):
        other.SimpleQueue("letters").get(block=False)
    with connection(ours) as same:
        letter = same.SimpleQueue("letters").get(block=True, timeout=5)
        letter.ack()
    assert letter.payload == "for Alice"
