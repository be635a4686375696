"""Pages of tickets, mentors and services, as each person meets them."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from incubators.models import Incubator, Park
from support.models import Mentor, ServiceRecord, Ticket, TicketType
from tests import factories
from tests.factories import PDF
from tests.support.cases import make_mentor, make_service, make_ticket, ticket_type

pytestmark = pytest.mark.django_db


def act(client: Client, ticket: Ticket, deed: str, **data: Any) -> Any:
    return client.post(reverse("ticket-act", args=[ticket.pk, deed]), data)


def test_a_ticket_from_opening_to_rating(
    client: Client, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang, name_zh="示例光声")
    client.force_login(alice)
    form = client.get(reverse("ticket-create"), {"project": project.pk})
    assert form.context["form"].initial["project"] == f"示例光声 · {project.code}"
    typed = {
        "place": f"i{zhangjiang.pk}",
        "type": str(ticket_type().pk),
        "title": "进口许可",
        "project": "示例光声",
        "files": SimpleUploadedFile("ask.pdf", PDF),
        "once": form.context["once"],
    }
    sent = client.post(reverse("ticket-create"), typed)
    ticket = Ticket.objects.get()
    assert (sent.url, ticket.project, ticket.evidence.count()) == (
        reverse("ticket-detail", args=[ticket.pk]),
        project,
        1,
    )
    client.force_login(bob)
    assert act(client, ticket, "assign", owner=bob.pk).status_code == 302
    assert act(client, ticket, "resolve", outcome="").status_code == 422
    assert act(client, ticket, "resolve", outcome="已办妥").status_code == 302
    client.force_login(alice)
    assert act(client, ticket, "close", rating="5", note="很快").status_code == 302
    assert act(client, ticket, "close").status_code == 409
    ticket.refresh_from_db()
    assert (ticket.state, ticket.rating, ticket.rating_note) == ("closed", 5, "很快")
    page = client.get(reverse("ticket-detail", args=[ticket.pk]))
    assert [event["text"] for event in page.context["events"]][-2:] == ["已办妥", "很快"]


def test_a_record_that_is_not_in_the_list_is_named(
    client: Client, alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    factories.make_project(charlie, shenzhen, name_zh="别家项目")
    client.force_login(alice)
    page = client.post(
        reverse("ticket-create"),
        {"place": f"i{zhangjiang.pk}", "type": str(ticket_type().pk), "title": "x", "project": "别家项目"},
    )
    assert page.status_code == 422
    assert "别家项目" in str(page.context["form"].errors["project"])


def test_strangers_find_nothing_and_readers_change_nothing(
    client: Client, alice: User, charlie: User, dora: User, zhangjiang: Incubator
) -> None:
    ticket, mentor = make_ticket(alice, zhangjiang), make_mentor(alice, zhangjiang)
    record = make_service(alice, factories.make_project(alice, zhangjiang))
    pages = [
        reverse("ticket-detail", args=[ticket.pk]),
        reverse("ticket-edit", args=[ticket.pk]),
        reverse("mentor-detail", args=[mentor.pk]),
        reverse("mentor-edit", args=[mentor.pk]),
        reverse("service-edit", args=[record.pk]),
    ]
    client.force_login(charlie)
    assert [client.get(page).status_code for page in pages] == [404] * 5
    client.force_login(dora)
    assert [client.get(page).status_code for page in pages] == [200, 403, 200, 403, 403]
    assert act(client, ticket, "comment", text="x").status_code == 403
    assert client.post(reverse("service-verify", args=[record.pk])).status_code == 403
    assert "13800001234" not in client.get(pages[2]).content.decode()
    client.force_login(alice)
    assert "13800001234" in client.get(pages[2]).content.decode()


def test_a_park_changes_a_general_type_into_its_own(
    client: Client, alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    kind = ticket_type()
    address = reverse("ticket-type-edit", args=[kind.pk]) + f"?park={park.code}"
    client.force_login(alice)
    assert client.get(address).status_code == 403
    client.force_login(bob)
    typed = {"park": park.code, "name_zh": "政策咨询", "answer_days": 1, "done_days": 3, "is_active": "on"}
    assert client.post(address, typed).status_code == 302
    own = TicketType.objects.get(park=park)
    assert (own.code, own.done_days, ticket_type().done_days) == ("policy-question", 3, 5)
    assert client.get(reverse("ticket-type-list")).status_code == 200


def test_a_service_is_recorded_corrected_and_verified(
    client: Client, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang)
    client.force_login(alice)
    typed = {
        "incubator": "zhangjiang",
        "kind": "training",
        "on": "2021-05-10",
        "subject": "示例培训",
        "project": project.code,
        "files": SimpleUploadedFile("sheet.pdf", PDF),
    }
    assert client.post(reverse("service-create"), typed).url == reverse("service-list")
    record = ServiceRecord.objects.get()
    assert (record.project, record.evidence.count()) == (project, 1)
    form = client.get(reverse("service-edit", args=[record.pk])).context["form"]
    again = {**form.initial, "hours": "1.5", "result": ""}
    assert client.post(reverse("service-edit", args=[record.pk]), again).status_code == 302
    assert client.post(reverse("service-verify", args=[record.pk])).status_code == 403
    client.force_login(bob)
    assert client.post(reverse("service-verify", args=[record.pk])).status_code == 302
    record.refresh_from_db()
    assert (record.hours, record.verified_by) == (1.5, bob)


@pytest.mark.parametrize("name", ["ticket-list", "mentor-list", "service-list"])
def test_lists_ask_as_often_for_three_rows_as_for_one(
    name: str,
    client: Client,
    alice: User,
    zhangjiang: Incubator,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    counts = []
    for number in (1, 2):
        for row in range(number):
            project = factories.make_project(alice, zhangjiang)
            make_ticket(alice, zhangjiang, project=project)
            make_mentor(alice, zhangjiang, name_zh=f"导师{number}{row}")
            make_service(alice, project)
        client.force_login(alice)
        with django_assert_max_num_queries(30) as asked:
            assert client.get(reverse(name)).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_empty_lists_offer_the_first_step(client: Client, alice: User, dora: User) -> None:
    for user, count in ((alice, 3), (dora, 0)):
        client.force_login(user)
        pages = [
            client.get(reverse(name)).content.decode()
            for name in ("ticket-list", "mentor-list", "service-list")
        ]
        assert sum("-create" in page or "/new/" in page for page in pages) == count
    assert not Mentor.objects.exists()
