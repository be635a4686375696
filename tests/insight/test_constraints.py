"""Rules of the database for digests, broken past Python."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from insight.models import Digest, DigestPreference
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_there_is_one_digest_a_day(alice: User) -> None:
    Digest.objects.create(user=alice, on=date(2021, 6, 1), state="empty", claimed_at=NOW)
    with broken("insight_one_digest_a_day"):
        Digest.objects.create(user=alice, on=date(2021, 6, 1), state="empty", claimed_at=NOW)


def test_an_hour_is_an_hour_of_the_day(alice: User) -> None:
    with broken("insight_digest_hour_of_the_day"):
        DigestPreference.objects.create(user=alice, hour=24)


def test_a_digest_that_was_sent_says_when(alice: User) -> None:
    with broken("insight_digest_sent_when_sent"):
        Digest.objects.create(user=alice, on=date(2021, 6, 1), state="sent", claimed_at=NOW)


def test_a_digest_is_sent_after_it_was_claimed(alice: User) -> None:
    with broken("insight_digest_sent_after_claimed"):
        Digest.objects.create(
            user=alice, on=date(2021, 6, 1), state="sent", claimed_at=NOW, sent_at=NOW - timedelta(1)
        )
