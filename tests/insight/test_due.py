"""Due dates of a person, what is escalated, and the page, file and API that show them."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notice, User
from incubators.models import Incubator
from insight.selectors.due import due_for, escalated, grouped
from insight.services import escalate
from support import services
from support.models import Ticket
from tests.api import Api
from tests.factories import NOW
from tests.support.cases import make_ticket

pytestmark = pytest.mark.django_db
TODAY = date(2021, 6, 1)


@pytest.fixture
def ticket(alice: User, zhangjiang: Incubator) -> Ticket:
    """Asked on 1 June; the first answer is due on the 2nd."""
    return make_ticket(alice, zhangjiang, title="进口许可")


def test_what_is_due_is_grouped_by_how_soon(alice: User, ticket: Ticket) -> None:
    for today, group in [
        (date(2021, 6, 3), "late"),
        (date(2021, 6, 2), "today"),
        (date(2021, 5, 27), "week"),
        (date(2021, 5, 10), "month"),
        (date(2021, 4, 1), "later"),
    ]:
        found = grouped(due_for(alice, today=today), today=today)
        assert [(row.code, len(row.entries)) for row in found] == [(group, 1)], today


def test_mine_is_what_i_am_in_charge_of(alice: User, bob: User, ticket: Ticket) -> None:
    assert len(due_for(alice, today=TODAY, mine=True)) == 1  # nobody is in charge: the operator's
    assert due_for(bob, today=TODAY, mine=True) == []
    services.assign_ticket(ticket=ticket, owner=bob, actor=bob, at=NOW)
    assert due_for(alice, today=TODAY, mine=True) == []
    assert [entry.owner for entry in due_for(bob, today=TODAY, mine=True)] == ["Bob"]


def test_what_stays_undone_is_told_to_the_park_once(
    alice: User, bob: User, charlie: User, erik: User, ticket: Ticket
) -> None:
    Notice.objects.all().delete()
    on_time = NOW + timedelta(days=4)  # 5 June: three days late, told from the fourth on
    assert escalate(at=on_time) == 0
    later = NOW + timedelta(days=5)
    assert len(escalated(bob, today=later.date())) == 1
    assert escalated(alice, today=later.date()) == escalated(erik, today=later.date()) == []
    escalate(at=later)
    escalate(at=later + timedelta(hours=1))
    notice = Notice.objects.get()
    assert (notice.user, notice.kind, notice.url) == (
        bob,
        "escalation",
        reverse("ticket-detail", args=[ticket.pk]),
    )
    assert "进口许可" in notice.texts["zh-hans"]


def test_page_file_and_api_show_the_same(client: Client, alice: User, charlie: User, ticket: Ticket) -> None:
    client.force_login(alice)
    page = client.get(reverse("due-calendar"))
    assert [entry.item.subject for group in page.context["groups"] for entry in group.entries] == ["进口许可"]
    text = client.get(reverse("due-file")).content.decode()
    assert "DTSTART;VALUE=DATE:20210602" in text
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    rows = Api(alice).get("due-items/").json()["results"]
    assert [(row["kind"], row["on"], row["subject"]) for row in rows] == [
        ("ticket", "2021-06-02", "进口许可")
    ]
    assert Api(charlie).get("due-items/").json()["results"] == []
    assert Api(alice).get("due-items/?until=2021-06-01").json()["results"] == []
    assert Api(alice).get("due-items/?until=soon").status_code == 422
