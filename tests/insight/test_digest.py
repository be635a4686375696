"""The digest: one mail a day, in the reader's language, never in his quiet hours, never twice."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.errors import Invalid, Refused
from incubators.models import Incubator
from insight.due import is_quiet, may_send
from insight.enums import DigestState
from insight.models import Digest
from insight.services import save_preference, send_digest, send_due_digests
from tests.concurrency import together
from tests.support.cases import make_ticket

pytestmark = pytest.mark.django_db
EIGHT = datetime(2021, 6, 2, 0, 0, tzinfo=UTC)  # Wednesday, 08:00 in Shanghai


@pytest.fixture
def reader(alice: User, zhangjiang: Incubator) -> User:
    alice.email = "alice@example.com"
    alice.language = "en"
    alice.save()
    make_ticket(alice, zhangjiang, title="进口许可")
    return alice


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        (datetime(2021, 6, 2, 8, 0, tzinfo=UTC), True),
        (datetime(2021, 6, 2, 7, 59, tzinfo=UTC), False),
        (datetime(2021, 6, 2, 19, 0, tzinfo=UTC), False),
        (datetime(2021, 6, 2, 18, 59, tzinfo=UTC), True),
        (datetime(2021, 6, 5, 9, 0, tzinfo=UTC), False),  # Saturday
    ],
)
def test_it_goes_out_from_its_hour_on_and_never_into_the_quiet_hours(local: datetime, expected: bool) -> None:
    options: dict[str, Any] = {"hour": 8, "quiet_from": time(19), "quiet_until": time(7, 30)}
    assert may_send(local, rhythm="daily", **options) == expected
    assert may_send(local, rhythm="never", **options) is False
    assert may_send(local, rhythm="weekly", **options) is False  # no Monday among them


def test_quiet_hours_may_lie_within_a_day() -> None:
    assert is_quiet(time(12), time(12), time(14))
    assert not is_quiet(time(14), time(12), time(14))
    assert not is_quiet(time(3), time(0), time(0))


def test_one_mail_tells_everything_that_waits(reader: User) -> None:
    assert send_due_digests(at=EIGHT) == 1
    assert send_due_digests(at=EIGHT + timedelta(minutes=15)) == 0
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["alice@example.com"], "Waiting for you: 1 · 2021-06-02")
    assert "Answer the service ticket · 进口许可" in sent.body
    assert "http://localhost:8000/services/tickets/" in sent.body
    digest = Digest.objects.get()
    assert (digest.state, digest.items, digest.on) == (DigestState.SENT, 1, date(2021, 6, 2))


def test_the_day_and_the_hour_are_those_of_the_reader(reader: User) -> None:
    save_preference(user=reader, values={"hour": 9, "time_zone": "Europe/Stockholm"}, actor=reader, at=EIGHT)
    assert send_digest(user=reader, at=datetime(2021, 6, 2, 6, 59, tzinfo=UTC)) == ""
    assert send_digest(user=reader, at=datetime(2021, 6, 2, 7, 0, tzinfo=UTC)) == DigestState.SENT


def test_nothing_to_tell_is_no_mail(bob: User) -> None:
    bob.email = "bob@example.com"
    bob.save()
    assert send_digest(user=bob, at=EIGHT) == DigestState.EMPTY
    assert mail.outbox == []


def test_a_mail_server_that_is_down_is_asked_again_later(
    reader: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Any) -> None:
        raise ConnectionRefusedError("no server")

    with monkeypatch.context() as patched:
        patched.setattr("django.core.mail.EmailMessage.send", refuse)
        assert send_digest(user=reader, at=EIGHT) == DigestState.FAILED
        assert send_digest(user=reader, at=EIGHT + timedelta(minutes=1)) == ""
    assert Digest.objects.get().problem == "no server"
    assert send_digest(user=reader, at=EIGHT + timedelta(minutes=15)) == DigestState.SENT
    assert Digest.objects.get().attempts == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_it_once(reader: User) -> None:
    def send() -> str:
        return send_digest(user=User.objects.get(pk=reader.pk), at=EIGHT)

    together(send, send)
    assert (len(mail.outbox), Digest.objects.get().state) == (1, DigestState.SENT)


def test_settings_are_ones_own_and_checked(client: Client, reader: User, bob: User) -> None:
    with pytest.raises(Refused):
        save_preference(user=reader, values={"hour": 9}, actor=bob, at=EIGHT)
    with pytest.raises(Invalid):
        save_preference(user=reader, values={"time_zone": "Moon/Base"}, actor=reader, at=EIGHT)
    client.force_login(reader)
    typed = {
        "email": "new@example.com",
        "rhythm": "weekly",
        "hour": "10",
        "quiet_from": "18:00",
        "quiet_until": "08:00",
        "time_zone": "Europe/Stockholm",
    }
    assert client.post(reverse("digest-settings"), typed).status_code == 302
    reader.refresh_from_db()
    assert (reader.email, reader.digest_preference.hour) == ("new@example.com", 10)
    assert client.post(reverse("digest-settings"), typed | {"email": "nobody"}).status_code == 422
