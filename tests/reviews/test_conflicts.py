"""An expert with a conflict is never given the case, and loses it the moment the conflict shows."""

from datetime import date
from typing import Any

import pytest

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry
from enterprises.models import Person
from incubators.models import Incubator, Membership, Organisation, Park
from reviews import services
from reviews.models import Assignment, Case, Expert, Score
from reviews.selectors import conflicts_of, options_for
from support.services import save_mentor
from tests import factories
from tests.factories import NOW
from tests.reviews.cases import accept, give_marks, invite, make_case, make_expert, make_round
from tests.support.cases import make_service

pytestmark = pytest.mark.django_db
TODAY = date(2021, 6, 1)


@pytest.fixture
def case(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> Case:
    firm = factories.make_enterprise(alice, zhangjiang, name_zh="江阴飞榴科技有限公司")
    project = factories.make_project(alice, zhangjiang, enterprise=firm, team_lead="王一飞")
    return make_case(bob, make_round(bob, park), project)


def kinds(expert: Expert, case: Case) -> list[str]:
    return [tie.kind for tie in conflicts_of([expert], [case], on=TODAY).get((case.pk, expert.pk), [])]


def test_a_stranger_to_the_case_has_no_conflict(bob: User, park: Park, case: Case) -> None:
    assert kinds(make_expert(bob, park), case) == []


@pytest.mark.parametrize("spelling", ["飞榴科技", "飛榴科技股份有限公司", "江阴市飞榴科技有限公司"])
def test_the_employer_is_recognised_under_any_spelling(
    spelling: str, bob: User, park: Park, case: Case
) -> None:
    assert kinds(make_expert(bob, park, employer=spelling), case) == ["employer"]


def test_the_employer_on_the_account_counts_too(bob: User, park: Park, case: Case) -> None:
    expert = make_expert(bob, park)
    User.objects.filter(pk=expert.user_id).update(employer="飞榴科技")
    assert kinds(expert, case) == ["employer"]


def test_the_operator_of_the_incubator_is_an_employer(
    bob: User, park: Park, case: Case, zhangjiang: Incubator
) -> None:
    operator = Organisation.objects.create(code="op", name_zh="示例运营公司", kind="operator")
    Incubator.objects.filter(pk=zhangjiang.pk).update(operator=operator)
    assert kinds(make_expert(bob, park, employer_organisation=operator), case) == ["employer"]


def test_whoever_works_in_the_incubator_does_not_judge_its_teams(
    bob: User, park: Park, case: Case, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    grace, henry = make_expert(bob, park), make_expert(bob, park, "henry")
    for expert, site in ((grace, zhangjiang), (henry, shenzhen)):
        Membership.objects.create(
            user=expert.user, role="operator", incubator=site, starts_on=date(2020, 1, 1)
        )
    assert (kinds(grace, case), kinds(henry, case)) == (["incubator"], [])


def test_members_and_mentors_of_the_team_do_not_judge_it(
    alice: User, bob: User, park: Park, case: Case, zhangjiang: Incubator
) -> None:
    assert kinds(make_expert(bob, park, name_zh="王一飞"), case) == ["team"]
    Person.objects.create(enterprise=case.enterprise, name_zh="李二", created_at=NOW, updated_at=NOW)
    assert kinds(make_expert(bob, park, "henry", name_zh="李二"), case) == ["team"]
    mentor = save_mentor(
        mentor=None, park=park, incubator=None, values={"name_zh": "赵三"}, actor=bob, at=NOW
    )
    make_service(alice, case.project, kind="mentoring", mentor=mentor)
    assert kinds(make_expert(bob, park, "iris", name_zh="赵三"), case) == ["mentor"]


def test_an_expert_in_conflict_is_not_chosen_and_the_reason_is_said(
    bob: User, park: Park, case: Case
) -> None:
    grace = make_expert(bob, park, employer="飞榴科技")
    with pytest.raises(Invalid) as refused:
        services.choose_expert(case=case, expert=grace, actor=bob, at=NOW)
    assert refused.value.fields[0].code == "conflict_of_interest"
    (option,) = options_for(case, on=TODAY)
    assert (option.expert, option.is_able) == (grace, False)
    assert "飞榴科技" in option.words[0]
    services.propose_assignments(round=case.round, actor=bob, at=NOW)
    assert not Assignment.objects.exists()


def test_a_declared_conflict_recuses_and_closes_the_case(bob: User, park: Park, case: Case) -> None:
    grace = make_expert(bob, park)
    (task,) = invite(bob, case, grace)
    with pytest.raises(Invalid):
        services.answer_assignment(assignment=task, accept=False, conflict=True, actor=grace.user, at=NOW)
    assert list(Case.objects.visible_to(grace.user)) == [case]
    services.answer_assignment(
        assignment=task, accept=True, conflict=True, words="曾共同申请专利", actor=grace.user, at=NOW
    )
    task.refresh_from_db()
    assert (task.state, task.conflict) == ("recused", "declared")
    assert list(Case.objects.visible_to(grace.user)) == []
    assert list(Assignment.objects.visible_to(grace.user)) == []
    entry = HistoryEntry.objects.get(action="assignment.recused")
    assert (entry.chain, entry.changes["words"][1]) == ("park:jiangyin", "曾共同申请专利")
    assert Notice.objects.filter(user=bob, kind="review").exists()
    # The same subject in the next round: it is not asked again.
    later = make_case(bob, make_round(bob, park, name="答辩"), case.project)
    assert kinds(grace, later) == ["declared"]


def test_a_conflict_found_later_sets_the_marks_aside(bob: User, park: Park, case: Case) -> None:
    grace = make_expert(bob, park)
    (task,) = invite(bob, case, grace)
    give_marks(task, "50", "30")
    services.save_expert(expert=grace, park=park, values={"employer": "飞榴科技"}, actor=bob, at=NOW)
    task = Assignment.objects.select_related("case__round__park", "expert__user").get()
    assert services.recheck_assignment(assignment=task, at=NOW).state == "recused"
    assert Score.objects.get().is_current is False
    assert list(Case.objects.visible_to(grace.user)) == []


def test_a_conflict_at_the_moment_of_answering_or_submitting_recuses(
    bob: User, park: Park, case: Case
) -> None:
    grace, henry = make_expert(bob, park), make_expert(bob, park, "henry")
    tasks = invite(bob, case, grace, henry)
    accepted = accept(tasks[1])
    for expert in (grace, henry):
        services.save_expert(expert=expert, park=park, values={"employer": "飞榴科技"}, actor=bob, at=NOW)
    answered = services.answer_assignment(assignment=tasks[0], accept=True, actor=grace.user, at=NOW)
    assert answered.state == "recused"
    with pytest.raises(Refused):
        give_marks(accepted, "50", "30")
    assert not Score.objects.exists()


def test_the_park_recuses_with_words_and_for_good(bob: User, park: Park, case: Case) -> None:
    grace = make_expert(bob, park)
    (task,) = invite(bob, case, grace)
    services.recuse_expert(assignment=task, words="配偶持股", actor=bob, at=NOW)
    with pytest.raises(Conflict):
        services.recuse_expert(assignment=task, words="再次", actor=bob, at=NOW)
    with pytest.raises(Conflict):
        services.choose_expert(case=case, expert=grace, actor=bob, at=NOW)


def test_an_administrator_who_is_recused_as_expert_does_not_see_the_case_either(
    bob: User, park: Park, case: Case
) -> None:
    as_expert = make_expert(bob, park, "grace", account=False, user=bob)
    (task,) = invite(bob, case, as_expert)
    services.answer_assignment(assignment=task, accept=False, conflict=True, words="亲属", actor=bob, at=NOW)
    assert list(Case.objects.visible_to(bob)) == []
    with pytest.raises(Refused):
        services.set_result(case=case, result="recommended", reason="好", actor=bob, at=NOW)


def test_conflicts_are_found_in_a_fixed_number_of_queries(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, django_assert_num_queries: Any
) -> None:
    round = make_round(bob, park)
    few = [make_case(bob, round, factories.make_project(alice, zhangjiang))]
    many = few + [make_case(bob, round, factories.make_project(alice, zhangjiang)) for _one in range(3)]
    pool = [make_expert(bob, park, name) for name in ("grace", "henry", "iris")]
    with django_assert_num_queries(5):
        conflicts_of(pool[:1], few, on=TODAY)
    with django_assert_num_queries(5):
        conflicts_of(pool, many, on=TODAY)
