from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from incubators.models import Incubator
from projects import services
from projects.models import (
    CreditShare,
    Project,
    ProjectEvidence,
    ProjectFact,
    RelocationLeg,
    ReportedProject,
    StageLog,
)
from tests import factories
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang, external_id="A-1")


@pytest.fixture
def fact(alice: User, project: Project) -> ProjectFact:
    return factories.make_fact(alice, project, "signed")


def log(project: Project, **values: Any) -> StageLog:
    defaults = {
        "sequence": 2,
        "from_stage": "lead",
        "to_stage": "screening",
        "on": date(2021, 5, 1),
        "moved_at": NOW,
    }
    return StageLog.objects.create(project=project, **{**defaults, **values})


def leg(project: Project, **values: Any) -> RelocationLeg:
    defaults = {
        "sequence": 1,
        "from_place": "Uppsala",
        "to_place": "上海",
        "departed_on": date(2021, 1, 1),
        "arrived_on": date(2021, 3, 1),
        "entered_at": NOW,
        "entered_by": project.entered_by,
    }
    return RelocationLeg.objects.create(project=project, **{**defaults, **values})


def test_projects_external_id_once(project: Project) -> None:
    project.pk, project.code = None, "other"
    with broken("projects_external_id_once"):
        project.save()


def test_projects_stage_known(project: Project) -> None:
    with broken("projects_stage_known"):
        Project.objects.filter(pk=project.pk).update(stage="limbo")


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("projects_one_move_per_number", {"sequence": 1}),
        ("projects_move_goes_somewhere", {"to_stage": "lead"}),
        ("projects_termination_has_a_cause", {"to_stage": "terminated"}),
        ("projects_termination_has_a_cause", {"cause": "team"}),
        ("projects_moved_elsewhere_has_a_place", {"to_stage": "moved_elsewhere"}),
    ],
)
def test_the_stage_log(project: Project, rule: str, values: dict[str, Any]) -> None:
    with broken(rule):
        log(project, **values)


def test_projects_file_attached_once(project: Project, alice: User, zhangjiang: Incubator) -> None:
    file = factories.make_evidence(alice, zhangjiang)
    services.attach_file(project=project, file=file, actor=alice, at=NOW)
    with broken("projects_file_attached_once"):
        ProjectEvidence.objects.create(project=project, file=file, attached_at=NOW, attached_by=alice)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("projects_fact_amount_has_currency", {"amount": 1}),
        ("projects_fact_amount_has_currency", {"currency": "CNY"}),
        ("projects_paid_in_has_amount", {"kind": "paid_in"}),
        ("projects_fact_amount_not_negative", {"amount": -1, "currency": "CNY"}),
        ("projects_fact_verified_pair", {"verified_at": NOW}),
        ("projects_fact_returned_pair", {"returned_at": NOW, "return_reason": "x"}),
    ],
)
def test_facts(fact: ProjectFact, rule: str, values: dict[str, Any]) -> None:
    with broken(rule):
        ProjectFact.objects.filter(pk=fact.pk).update(**values)


def test_projects_fact_second_person(fact: ProjectFact, alice: User) -> None:
    with broken("projects_fact_second_person"):
        ProjectFact.objects.filter(pk=fact.pk).update(verified_at=NOW, verified_by=alice)


def test_projects_fact_returned_with_words(fact: ProjectFact, bob: User) -> None:
    with broken("projects_fact_returned_with_words"):
        ProjectFact.objects.filter(pk=fact.pk).update(returned_at=NOW, returned_by=bob)


def test_projects_fact_verified_or_returned(fact: ProjectFact, bob: User) -> None:
    with broken("projects_fact_verified_or_returned"):
        ProjectFact.objects.filter(pk=fact.pk).update(
            verified_at=NOW, verified_by=bob, returned_at=NOW, returned_by=bob, return_reason="x"
        )


def test_projects_fact_once(fact: ProjectFact) -> None:
    fact.pk = None
    with broken("projects_fact_once"):
        fact.save()


def test_projects_payment_once(project: Project, alice: User) -> None:
    payment = factories.make_fact(alice, project, "paid_in", amount=Decimal(100))
    payment.pk = None
    with broken("projects_payment_once"):
        payment.save()


def test_projects_legs(project: Project) -> None:
    leg(project)
    with broken("projects_leg_number_once"):
        leg(project, departed_on=date(2021, 4, 1), arrived_on=None)
    with broken("projects_legs_do_not_overlap"):
        leg(project, sequence=2, departed_on=date(2021, 2, 28), arrived_on=None)
    leg(project, sequence=2, departed_on=date(2021, 3, 1), arrived_on=None)
    with broken("projects_leg_has_a_date"):
        leg(project, sequence=3, departed_on=None, arrived_on=None)
    with broken("projects_leg_departs_before_it_arrives"):
        leg(project, sequence=3, departed_on=None, planned_on=date(2021, 1, 1))
    with broken("projects_leg_dates"):
        leg(project, sequence=3, departed_on=date(2020, 2, 1), arrived_on=date(2020, 1, 1))


def test_projects_credit_totals_100(project: Project, zhangjiang: Incubator) -> None:
    with broken("projects_credit_totals_100"):
        CreditShare.objects.create(project=project, incubator=zhangjiang, percent=Decimal("99.99"))


def test_projects_shares(project: Project, zhangjiang: Incubator, alice: User) -> None:
    with broken("projects_share_between_0_and_100"):
        CreditShare.objects.create(project=project, incubator=zhangjiang, percent=Decimal("100.01"))
    services.set_credit_shares(project=project, shares={zhangjiang: Decimal(100)}, actor=alice, at=NOW)
    with broken("projects_share_once_per_incubator"):
        CreditShare.objects.create(project=project, incubator=zhangjiang, percent=Decimal(1))


def test_projects_reported_status() -> None:
    with broken("projects_reported_status"):
        ReportedProject.objects.create(code="r", name_zh="报道", status="verified")
