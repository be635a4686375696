"""Programmes and applications for tests, made through the services. Alice operates Zhangjiang and applies,
Bob and Gina administer its park, Fiona is its finance officer; Grace and Henry are experts."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import User
from applications import services
from applications.models import Application, Meeting, Programme, StepBatch
from applications.services import Line
from incubators.models import Incubator, Park
from ledger.models import Budget, Instalment
from ledger.services import pay_commitment
from projects.models import Project
from reviews import services as reviews
from reviews.models import Case, Expert
from tests import factories
from tests.ledger import cases as money
from tests.reviews import cases as review_cases

NOW = datetime(2021, 6, 1, 4, 0, tzinfo=UTC)
DAY = date(2021, 6, 1)
_numbers = count(1)

CHECK: Mapping[str, Any] = {"kind": "formal_check", "days_allowed": 5}
REVIEW: Mapping[str, Any] = {
    "kind": "professional_review",
    "days_allowed": 30,
    "marks_needed": 2,
    "second_person": False,
    "criteria": [{"name": "创新性", "max_points": "60"}, {"name": "产业化", "max_points": "40"}],
}
VISIT: Mapping[str, Any] = {"kind": "site_visit"}
NOTICE: Mapping[str, Any] = {"kind": "public_notice", "notice_days": 5, "day_count": "calendar"}
MEETING: Mapping[str, Any] = {"kind": "meeting"}


def later(days: int) -> datetime:
    return NOW + timedelta(days=days)


def make_programme(
    bob: User,
    park: Park,
    *,
    steps: Sequence[Mapping[str, Any]] = (CHECK, MEETING),
    budget: Budget | None = None,
    is_open: bool = True,
    **values: Any,
) -> Programme:
    """Open from 1 May to 30 June 2021; as assessed, up to 500,000."""
    defaults = {
        "code": f"programme-{next(_numbers)}",
        "name_zh": "示例项目申报",
        "name_en": "Example programme",
        "year": 2021,
        "opens_on": date(2021, 5, 1),
        "closes_on": date(2021, 6, 30),
        "cap": Decimal(500_000),
        "takes_outside": True,
        "needs_agreement": False,
        "budget": budget,
    }
    programme = services.save_programme(
        programme=None, park=park, values={**defaults, **values}, steps=steps, actor=bob, at=NOW
    )
    return services.open_programme(programme=programme, actor=bob, at=NOW) if is_open else programme


def make_draft(
    actor: User, programme: Programme, project: Project | None = None, *, at: datetime = NOW, **options: Any
) -> Application:
    """Of a project; without one, of somebody from outside (whom the park enters)."""
    values = {"requested_amount": Decimal(100_000), "summary": "示例", **options.pop("values", {})}
    whose: dict[str, Any] = (
        {"project": project}
        if project
        else {}
        if "enterprise" in options
        else {"outside": {"name": f"示例团队{next(_numbers)}"}}
    )
    return services.create_draft(
        programme=programme, values=values, actor=actor, at=at, **{**whose, **options}
    )


def handed_in(
    actor: User, programme: Programme, project: Project | None = None, **options: Any
) -> Application:
    draft = make_draft(actor, programme, project, **options)
    return services.submit_application(application=draft, actor=actor, at=options.get("at", NOW))


def again(application: Application) -> Application:
    return Application.objects.get(pk=application.pk)


def applied(
    actor: User, programme: Programme, incubator: Incubator, number: int = 1, **options: Any
) -> list[Application]:
    """So many applications of projects of their own, handed in."""
    return [handed_in(actor, programme, with_firm(actor, incubator), **options) for _one in range(number)]


def pass_on(applications: Sequence[Application], bob: User, *, at: datetime = NOW) -> list[Application]:
    return services.move_applications(applications=applications, result="passed", actor=bob, at=at)


def put_to_meeting(
    programme: Programme, bob: User, applications: Sequence[Application], **values: Any
) -> Meeting:
    """Proposed: each of them approved with what it asked for."""
    lines = [Line(one.pk, "approved", amount=one.requested_amount) for one in applications]
    defaults = {"held_on": DAY, "number": f"会纪〔2021〕{next(_numbers)}号"}
    return services.propose_meeting(
        programme=programme, values={**defaults, **values}, lines=lines, actor=bob, at=NOW
    )


def review(
    batch: StepBatch,
    application: Application,
    marks: Mapping[Expert, tuple[str, str]],
    bob: User,
    result: str = "recommended",
) -> Case:
    """Experts are invited, mark, and the case is concluded."""
    case = Case.objects.get(round=batch.round, subject_id=application.pk)
    for task in review_cases.invite(bob, case, *marks):
        review_cases.give_marks(task, *marks[task.expert])
    return reviews.set_result(case=case, result=result, reason="示例理由", actor=bob, at=NOW)


def approved(
    programme: Programme, alice: User, bob: User, gina: User, incubator: Incubator, **options: Any
) -> Application:
    """From the draft to the approval, by the shortest chain."""
    (one,) = applied(alice, programme, incubator, **options)
    pass_on([one], bob)
    meeting = put_to_meeting(programme, bob, [again(one)])
    services.confirm_meeting(meeting=meeting, actor=gina, at=NOW)
    return again(one)


def with_firm(alice: User, incubator: Incubator) -> Project:
    """A project of an enterprise, which has a bank account."""
    return factories.make_project(alice, incubator, enterprise=factories.make_enterprise(alice, incubator))


def receive(
    application: Application, number: int, alice: User, bob: User, fiona: User, *, on: date = DAY
) -> None:
    """One instalment from the condition met to the money received."""
    found = again(application)
    assert found.commitment is not None
    assert found.incubator is not None
    park, firm = found.programme.park, found.commitment.enterprise
    assert firm is not None
    account = firm.bank_accounts.first() or money.make_account(firm, fiona, bob)
    row = money.ready(found.commitment.instalments.get(number=number), alice, bob, account, found.incubator)
    money.sent([row], park, fiona, bob, on=on)
    pay_commitment(
        instalment=Instalment.objects.get(pk=row.pk), on=on, key=f"pay:{row.pk}", actor=fiona, at=NOW
    )
