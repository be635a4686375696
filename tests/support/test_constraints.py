"""Rules of the database for tickets, mentors and services, broken past Python."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from incubators.models import Incubator, Park
from support.models import Mentor, ServiceRecord, Ticket, TicketEntry, TicketType
from tests import factories
from tests.constraints import broken
from tests.factories import NOW
from tests.support.cases import make_mentor, make_service, make_ticket, ticket_type

pytestmark = pytest.mark.django_db


@pytest.fixture
def tickets(alice: User, zhangjiang: Incubator) -> Any:
    return Ticket.objects.filter(pk=make_ticket(alice, zhangjiang).pk)


@pytest.fixture
def service(alice: User, zhangjiang: Incubator) -> Any:
    record = make_service(alice, factories.make_project(alice, zhangjiang))
    return ServiceRecord.objects.filter(pk=record.pk)


def test_a_park_has_one_type_of_each_code(park: Park) -> None:
    with broken("support_type_once_per_park"):
        TicketType.objects.create(code="other", name_zh="又一", answer_days=1, done_days=1)


def test_the_work_takes_no_less_than_the_answer() -> None:
    with broken("support_type_limits_in_order"):
        TicketType.objects.filter(pk=ticket_type().pk).update(done_days=0)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"due_at": NOW - timedelta(days=9)}, "support_ticket_limits_in_order"),
        ({"state": "resolved", "outcome": "x", "resolved_at": NOW}, "support_ticket_resolved_pair"),
        ({"state": "closed", "rating": 3, "rated_at": NOW, "resolved_at": NOW, "outcome": "x",
          "resolved_by": F("entered_by")}, "support_ticket_rated_pair"),
        ({"state": "resolved"}, "support_ticket_resolved_with_words"),
        ({"rating": 6}, "support_ticket_rating_from_1_to_5"),
        ({"state": "closed", "rating": 3, "rated_at": NOW, "resolved_at": NOW, "outcome": "x",
          "resolved_by": F("entered_by"), "rated_by": F("entered_by")},
         "support_ticket_not_rated_by_its_solver"),
    ],
)  # fmt: skip
def test_a_ticket_keeps_its_rules(values: dict[str, Any], rule: str, tickets: Any) -> None:
    with broken(rule):
        tickets.update(**values)


def test_a_number_of_ones_own_system_names_one_ticket(alice: User, zhangjiang: Incubator) -> None:
    make_ticket(alice, zhangjiang, external_id="T-1")
    other = make_ticket(alice, zhangjiang)
    with broken("support_ticket_external_id_once"):
        Ticket.objects.filter(pk=other.pk).update(external_id="T-1")


def test_a_comment_has_words(tickets: Any, alice: User) -> None:
    with broken("support_comment_has_words"):
        TicketEntry.objects.create(ticket=tickets.get(), kind="comment", at=NOW, by=alice)


def test_an_appointment_ends_after_it_starts(alice: User, zhangjiang: Incubator) -> None:
    mentor = make_mentor(alice, zhangjiang, appointed_on=date(2021, 1, 1))
    with broken("support_mentor_dates"):
        Mentor.objects.filter(pk=mentor.pk).update(ends_on=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"project": None}, "support_service_has_a_recipient"),
        ({"kind": "mentoring"}, "support_mentoring_has_a_mentor"),
        ({"hours": -1}, "support_service_hours_not_negative"),
        ({"verified_at": NOW}, "support_service_verified_pair"),
        ({"verified_at": NOW, "verified_by": F("entered_by")}, "support_service_second_person"),
    ],
)
def test_a_service_keeps_its_rules(values: dict[str, Any], rule: str, service: Any) -> None:
    with broken(rule):
        service.update(**values)


def test_the_same_service_is_recorded_once(service: Any) -> None:
    record = service.get()
    record.pk = None
    with broken("support_service_once"):
        record.save(force_insert=True)
