"""The rules of checklists, proposals, follow-ups and merges, broken one by one past Python's checks."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from projects import services
from projects.models import (
    ChecklistTemplateStep,
    CreditAnswer,
    CreditProposal,
    FollowUp,
    LegStep,
    Merge,
    NotDuplicate,
    Project,
    ProposedShare,
    RelocationLeg,
    ReturnOutcome,
    StageLog,
    SupportCheck,
)
from tests import factories
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


@pytest.fixture
def leg(alice: User, project: Project) -> RelocationLeg:
    return services.save_leg(
        project=project,
        sequence=1,
        values={"from_place": "Uppsala", "to_place": "上海", "planned_on": date(2021, 7, 1)},
        actor=alice,
        at=NOW,
    )


def test_a_record_is_not_merged_into_itself(project: Project, alice: User, zhangjiang: Incubator) -> None:
    with broken("projects_not_merged_into_itself"):
        Project.objects.filter(pk=project.pk).update(merged_into=project.pk)
    enterprise = factories.make_enterprise(alice, zhangjiang)
    with broken("enterprises_not_merged_into_itself"):
        Enterprise.objects.filter(pk=enterprise.pk).update(merged_into=enterprise.pk)


def test_countries_have_two_letters(leg: RelocationLeg) -> None:
    for wrong in ("se", "S", "1A"):
        with broken("projects_leg_countries"):
            RelocationLeg.objects.filter(pk=leg.pk).update(from_country=wrong)


def test_legs_do_not_overlap_when_python_is_bypassed(leg: RelocationLeg, alice: User) -> None:
    RelocationLeg.objects.filter(pk=leg.pk).update(departed_on=date(2021, 1, 1), arrived_on=date(2021, 3, 1))
    with broken("projects_legs_do_not_overlap"):
        RelocationLeg.objects.create(
            project=leg.project,
            sequence=2,
            from_place="上海",
            to_place="江阴",
            departed_on=date(2021, 2, 1),
            entered_at=NOW,
            entered_by=alice,
        )


def test_template_steps(park: Park) -> None:
    ChecklistTemplateStep.objects.create(park=park, code="bank", name_zh="银行")
    with broken("projects_template_step_once"):
        ChecklistTemplateStep.objects.create(park=park, code="bank", name_zh="银行")
    with broken("projects_template_days"):
        ChecklistTemplateStep.objects.create(park=park, code="late", name_zh="晚", days=1000)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("projects_leg_step_settled_when_over", {"state": "limbo"}),
        ("projects_leg_step_settled_pair", {"settled_at": NOW}),
        ("projects_leg_step_settled_when_over", {"state": "done"}),
        ("projects_leg_step_not_needed_has_reason", {"reason": "x"}),
    ],
)
def test_steps_of_a_leg(leg: RelocationLeg, rule: str, values: dict[str, Any]) -> None:
    with broken(rule):
        LegStep.objects.filter(leg=leg, code="bank").update(**values)


def test_a_step_stands_once_on_a_leg(leg: RelocationLeg) -> None:
    with broken("projects_leg_step_once"):
        LegStep.objects.create(leg=leg, code="bank", name_zh="银行", updated_at=NOW)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("projects_outcome_product", {"product": "idea"}),
        ("projects_outcome_phase_has_a_day", {"phase": "phase_1"}),
    ],
)
def test_outcomes(project: Project, alice: User, rule: str, values: dict[str, Any]) -> None:
    defaults = {"product": "drug", "entered_at": NOW, "entered_by": alice, "updated_at": NOW}
    with broken(rule):
        ReturnOutcome.objects.create(project=project, **{**defaults, **values})


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("projects_follow_up_once_a_year", {"year": 2022}),
        ("projects_follow_up_year", {"year": 1900}),
        ("projects_follow_up_revenue_not_negative", {"revenue_amount": -1, "currency": "CNY"}),
        ("projects_follow_up_tax_not_negative", {"tax_paid_amount": -1, "currency": "CNY"}),
        ("projects_follow_up_amounts_have_currency", {"revenue_amount": 1}),
        ("projects_follow_up_moved_has_a_place", {"moved_away": True}),
        ("projects_follow_up_verified_pair", {"verified_at": NOW}),
    ],
)
def test_follow_ups(project: Project, alice: User, rule: str, values: dict[str, Any]) -> None:
    defaults = {"is_operating": True, "entered_at": NOW, "entered_by": alice, "updated_at": NOW}
    FollowUp.objects.create(project=project, year=2022, **defaults)
    with broken(rule):
        FollowUp.objects.create(project=project, **{"year": 2023, **defaults, **values})
    with broken("projects_follow_up_second_person"):
        FollowUp.objects.update(verified_at=NOW, verified_by=alice)


def test_supports_are_stated_in_known_words(project: Project, alice: User) -> None:
    log = StageLog.objects.get(project=project)
    with broken("projects_support_known"):
        SupportCheck.objects.create(
            log=log,
            funding="maybe",
            policy="yes",
            service="no",
            stated_at=NOW,
            stated_by=alice,
            updated_at=NOW,
        )


@pytest.fixture
def proposal(project: Project, alice: User) -> CreditProposal:
    return CreditProposal.objects.create(project=project, proposed_at=NOW, proposed_by=alice, updated_at=NOW)


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("projects_proposal_state", {"state": "limbo", "closed": True}),
        ("projects_proposal_closed_pair", {"closed_at": NOW, "state": "agreed"}),
        ("projects_proposal_closed_when_over", {"state": "agreed"}),
        ("projects_proposal_decision_has_reason", {"state": "decided", "closed": True}),
    ],
)
def test_proposals(proposal: CreditProposal, alice: User, rule: str, values: dict[str, Any]) -> None:
    if values.pop("closed", False):
        values = {**values, "closed_at": NOW, "closed_by": alice}
    with broken(rule):
        CreditProposal.objects.filter(pk=proposal.pk).update(**values)


def test_one_open_proposal_per_project(proposal: CreditProposal, alice: User) -> None:
    with broken("projects_one_open_proposal"):
        CreditProposal.objects.create(
            project=proposal.project, proposed_at=NOW, proposed_by=alice, updated_at=NOW
        )


def test_proposed_shares_total_100(
    proposal: CreditProposal, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    with broken("projects_proposal_totals_100"):
        ProposedShare.objects.create(proposal=proposal, incubator=zhangjiang, percent=Decimal("99.99"))
    with broken("projects_proposed_between_0_and_100"):
        ProposedShare.objects.create(proposal=proposal, incubator=zhangjiang, percent=0)
    ProposedShare.objects.create(proposal=proposal, incubator=zhangjiang, percent=60)
    ProposedShare.objects.create(proposal=proposal, incubator=shenzhen, percent=40)
    with broken("projects_proposed_once_per_incubator"):
        ProposedShare.objects.create(proposal=proposal, incubator=shenzhen, percent=40)


def test_answers(proposal: CreditProposal, alice: User, zhangjiang: Incubator) -> None:
    defaults = {"proposal": proposal, "answered_at": NOW, "answered_by": alice}
    for side in (zhangjiang, None):
        CreditAnswer.objects.create(incubator=side, answer="agree", **defaults)
        with broken("projects_one_answer_per_side"):
            CreditAnswer.objects.create(incubator=side, answer="agree", **defaults)
    with broken("projects_objection_has_words"):
        CreditAnswer.objects.update(answer="object")


def test_merges(project: Project, alice: User, bob: User, zhangjiang: Incubator, park: Park) -> None:
    other = factories.make_project(alice, zhangjiang)
    firm = factories.make_enterprise(alice, zhangjiang)
    second = factories.make_enterprise(alice, zhangjiang)
    defaults = {"park": park, "merged_at": NOW, "merged_by": alice, "updated_at": NOW}
    projects = {"kind": "project", "kept_project": project, "merged_project": other}
    firms = {"kind": "enterprise", "kept_enterprise": firm, "merged_enterprise": second}
    with broken("projects_merge_of_one_kind"):
        Merge.objects.create(**defaults, **{**projects, "kept_enterprise": firm})
    with broken("projects_merge_of_two_records"):
        Merge.objects.create(**defaults, **{**projects, "merged_project": project})
    Merge.objects.create(**defaults, **projects)
    Merge.objects.create(**defaults, **firms)
    with broken("projects_merged_project_once"):
        Merge.objects.create(**defaults, **projects)
    with broken("projects_merged_enterprise_once"):
        Merge.objects.create(**defaults, **firms)
    with broken("projects_merge_undone_pair"):
        Merge.objects.filter(kind="project").update(undone_at=NOW)


def test_pairs_of_different_records(project: Project, alice: User, zhangjiang: Incubator, park: Park) -> None:
    other = factories.make_project(alice, zhangjiang)
    firm = factories.make_enterprise(alice, zhangjiang)
    second = factories.make_enterprise(alice, zhangjiang)
    defaults = {"park": park, "decided_at": NOW, "decided_by": alice}
    projects = {"kind": "project", "first_project": project, "second_project": other}
    firms = {"kind": "enterprise", "first_enterprise": firm, "second_enterprise": second}
    with broken("projects_pair_of_one_kind"):
        NotDuplicate.objects.create(**defaults, **{**projects, "kind": "enterprise"})
    with broken("projects_pair_in_order"):
        NotDuplicate.objects.create(**defaults, kind="project", first_project=other, second_project=project)
    NotDuplicate.objects.create(**defaults, **projects)
    NotDuplicate.objects.create(**defaults, **firms)
    with broken("projects_pair_of_projects_once"):
        NotDuplicate.objects.create(**defaults, **projects)
    with broken("projects_pair_of_enterprises_once"):
        NotDuplicate.objects.create(**defaults, **firms)
