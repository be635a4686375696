"""Notices on the page and through the API; the estimate on the operator's home."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from accounts.services import notify
from incubators.models import Incubator
from tests.api import Api, is_problem
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def notice(alice: User) -> Notice:
    notify(users=[alice], kind="ticket", text=lambda: "甲", url="/services/tickets/", at=NOW)
    return Notice.objects.get()


def test_a_notice_leads_to_its_place_and_is_read_then(
    client: Client, alice: User, bob: User, notice: Notice
) -> None:
    client.force_login(bob)
    assert client.get(reverse("notice-open", args=[notice.pk])).status_code == 404
    client.force_login(alice)
    assert client.get(reverse("home")).context["unread_notices"] == 1
    assert client.get(reverse("notice-open", args=[notice.pk])).url == "/services/tickets/"
    assert client.get(reverse("home")).context["unread_notices"] == 0
    assert client.get(reverse("notice-list"), {"show": "unread"}).context["rows"] == []
    assert [row.text for row, _icon in client.get(reverse("notice-list")).context["rows"]] == ["甲"]


def test_all_are_marked_at_once(client: Client, alice: User, notice: Notice) -> None:
    client.force_login(alice)
    assert client.post(reverse("notice-read")).status_code == 302
    assert not Notice.objects.unread().exists()


def test_programs_read_and_mark_their_own(alice: User, bob: User, notice: Notice) -> None:
    api = Api(alice)
    assert [row["text"] for row in api.pages("notices/")] == ["甲"]
    assert Api(bob).pages("notices/") == []
    is_problem(Api(bob).get(f"notices/{notice.pk}/"), 404, "not_found")
    assert Api(bob).post("notices/read/", {"ids": [notice.pk]}).json() == {"read": 0}
    assert api.post("notices/read/", {"ids": [notice.pk]}).json() == {"read": 1}


def test_the_estimate_is_ones_own_and_called_an_estimate(
    client: Client, alice: User, charlie: User, zhangjiang: Incubator
) -> None:
    address = reverse("home-estimate", args=["zhangjiang"])
    client.force_login(charlie)
    assert client.get(address).status_code == 404
    client.force_login(alice)
    page = client.get(address)
    assert len(page.context["lifts"]) == 3
    assert "预估" in page.content.decode() or "Estimate" in page.content.decode()


def test_every_deed_is_told_in_words() -> None:
    from django.utils import translation

    from insight.selectors.deeds import deed

    with translation.override("en"):
        assert deed("ticket.resolved", "support.ticket") == ("service ticket · resolved", "check")
        assert deed("thing.frobnicated", "no.model") == ("changed", "pencil")
