"""Tickets and services for tests."""

from datetime import date, datetime
from typing import Any

from accounts.models import User
from incubators.models import Incubator
from projects.models import Project
from support import services
from support.models import Mentor, ServiceRecord, Ticket, TicketType
from tests import factories
from tests.factories import NOW


def ticket_type(code: str = "policy-question") -> TicketType:
    """1 working day to answer, 5 to be done."""
    return TicketType.objects.get(park=None, code=code)


def make_ticket(actor: User, incubator: Incubator, *, at: datetime = NOW, **values: Any) -> Ticket:
    assert incubator.park is not None
    defaults = {"type": ticket_type(), "title": "需要进口许可"}
    return services.open_ticket(
        park=incubator.park, incubator=incubator, values={**defaults, **values}, actor=actor, at=at
    )


def make_mentor(actor: User, incubator: Incubator, **values: Any) -> Mentor:
    assert incubator.park is not None
    defaults = {"name_zh": "示例导师", "contact": "13800001234"}
    return services.save_mentor(
        mentor=None,
        park=incubator.park,
        incubator=incubator,
        values={**defaults, **values},
        actor=actor,
        at=NOW,
    )


def make_service(
    actor: User, project: Project, *, verifier: User | None = None, **values: Any
) -> ServiceRecord:
    assert project.incubator is not None
    defaults = {"kind": "training", "on": date(2021, 5, 10), "subject": "示例培训", "project": project}
    record = services.enter_service(
        incubator=project.incubator, values={**defaults, **values}, actor=actor, at=NOW
    )
    return services.verify_service(record=record, actor=verifier, at=NOW) if verifier else record


def addresses(actor: User, incubator: Incubator) -> dict[str, str]:
    """One record behind every address of the API."""
    record = make_service(actor, factories.make_project(actor, incubator))
    return {
        "tickets/<id:pk>": f"tickets/{make_ticket(actor, incubator).pk}",
        "mentors/<id:pk>": f"mentors/{make_mentor(actor, incubator).pk}",
        "service-records/<id:pk>": f"service-records/{record.pk}",
    }
