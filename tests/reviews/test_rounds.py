"""A round from its criteria to the result: Bob runs it, Grace, Henry and Iris give marks."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry
from incubators.models import Incubator, Park
from reviews import services
from reviews.models import Assignment, Case, Expert, ReviewRound, Score
from reviews.selectors import due_of_reviews, result_of, results_to_confirm, severity_of, waiting_reviews
from reviews.signals import result_final
from tests import factories
from tests.factories import NOW
from tests.reviews.cases import accept, give_marks, invite, make_case, make_expert, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture
def carol(park: Park) -> User:
    """A second administrator of Bob's park."""
    return factories.make_park_admin(park, "carol")


def test_rules_are_frozen_once_a_round_is_open(alice: User, bob: User, park: Park) -> None:
    draft = make_round(bob, park, is_open=False, criteria=())
    with pytest.raises(Invalid):
        services.start_round(round=draft, actor=bob, at=NOW)
    services.save_round(
        round=draft, park=park, values={"marks_needed": 3}, criteria=[{"name": "创新", "max_points": 100}],
        actor=bob, at=NOW,
    )  # fmt: skip
    round = services.start_round(round=draft, actor=bob, at=NOW)
    for change in ({"values": {"method": "trimmed_mean"}}, {"values": {}, "criteria": []}):
        with pytest.raises(Invalid) as refused:
            services.save_round(round=round, park=park, actor=bob, at=NOW, **change)
        assert refused.value.fields[0].code == "frozen"
    later = {"closes_on": date(2021, 7, 31)}
    assert services.save_round(round=round, park=park, values=later, actor=bob, at=NOW).version == 4
    with pytest.raises(Refused):
        services.save_round(round=None, park=park, values={"name": "x"}, actor=alice, at=NOW)
    with pytest.raises(Conflict):
        services.save_round(round=round, park=park, values={}, actor=bob, at=NOW, expected_version=1)


def test_a_subject_is_judged_once(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> None:
    round, project = make_round(bob, park), factories.make_project(alice, zhangjiang)
    case = make_case(bob, round, project)
    assert (case.number, case.incubator, str(case)) == (1, zhangjiang, f"001 {project.name_zh}")
    with pytest.raises(Invalid):
        make_case(bob, round, project)
    with pytest.raises(Refused):
        make_case(alice, round)


def test_proposals_keep_limits_and_say_why(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> None:
    round = make_round(bob, park)
    cases = [make_case(bob, round) for _one in range(3)]
    grace = make_expert(bob, park, at_once=2)
    henry = make_expert(bob, park, "henry", fields=["new-materials"], region="hong_kong")
    make_expert(bob, park, "iris", agreement_until=date(2021, 6, 1))  # ended
    make_expert(bob, park, "jack", is_active=False)
    plan = services.propose_assignments(round=round, actor=bob, at=NOW)
    assert plan.missing == {cases[2].pk: 1}
    assert Assignment.objects.filter(expert=grace).count() == 2
    assert Assignment.objects.filter(expert=henry).count() == 3
    again = services.propose_assignments(round=round, actor=bob, at=NOW)
    assert again == plan
    assert not Notice.objects.filter(kind="review").exists()
    services.invite_experts(round=round, actor=bob, at=NOW)
    assert Notice.objects.get(user=grace.user).url == "/reviews/mine/"
    with pytest.raises(Invalid) as refused:
        services.choose_expert(case=cases[2], expert=grace, actor=bob, at=NOW)
    assert refused.value.fields[0].code == "load"


def test_a_decline_says_why_and_the_case_asks_for_another(bob: User, park: Park) -> None:
    case = make_case(bob, make_round(bob, park))
    grace = make_expert(bob, park)
    (task,) = invite(bob, case, grace)
    with pytest.raises(Invalid):
        services.answer_assignment(assignment=task, accept=False, actor=grace.user, at=NOW)
    with pytest.raises(Refused):
        services.answer_assignment(assignment=task, accept=True, actor=bob, at=NOW)
    services.answer_assignment(assignment=task, accept=False, words="出差", actor=grace.user, at=NOW)
    assert list(Case.objects.visible_to(grace.user)) == []
    assert "declined" in Notice.objects.get(user=bob, kind="review").texts["en"]
    services.propose_assignments(round=case.round, actor=bob, at=NOW)
    assert not Assignment.objects.filter(state="proposed").exists()


@pytest.mark.parametrize(
    ("points", "code"),
    [
        ({}, "required"),
        ({0: "61", 1: "30"}, "range"),
        ({0: "-1", 1: "30"}, "range"),
        ({0: "1.005", 1: "30"}, "decimals"),
        ({0: "x", 1: "30"}, "invalid"),
        ({0: "NaN", 1: "30"}, "invalid"),
    ],
)
def test_a_wrong_sheet_is_refused_at_its_criterion(
    points: dict[int, str], code: str, bob: User, park: Park
) -> None:
    case = make_case(bob, make_round(bob, park))
    grace = make_expert(bob, park)
    task = accept(invite(bob, case, grace)[0])
    keys = list(case.round.criteria.order_by("position").values_list("pk", flat=True))
    with pytest.raises(Invalid) as refused:
        services.submit_score(
            assignment=task,
            points={keys[place]: value for place, value in points.items()},
            actor=grace.user,
            at=NOW,
        )
    assert (refused.value.fields[0].field, refused.value.fields[0].code) == (f"points_{keys[0]}", code)
    assert not Score.objects.exists()


def test_marks_are_given_once_and_opened_again_as_versions(bob: User, park: Park) -> None:
    case = make_case(bob, make_round(bob, park))
    grace = make_expert(bob, park)
    (task,) = invite(bob, case, grace)
    with pytest.raises(Conflict):  # not accepted yet
        services.submit_score(assignment=task, points={}, actor=grace.user, at=NOW)
    first = give_marks(task, "50.5", "30")
    assert first.mark == Decimal("80.50")
    task = Assignment.objects.select_related("expert__user", "case__round__park").get()
    with pytest.raises(Conflict):
        give_marks(task, "10", "10")
    with pytest.raises(Invalid):
        services.reopen_score(assignment=task, reason=" ", actor=bob, at=NOW)
    task = services.reopen_score(assignment=task, reason="漏看附件", actor=bob, at=NOW)
    give_marks(task, "40", "30")
    assert list(Score.objects.order_by("edition").values_list("edition", "mark", "is_current")) == [
        (1, Decimal("80.50"), False),
        (2, Decimal("70.00"), True),
    ]
    assert [mark for mark in result_of(case).marks] == [Decimal("70.00")]


def test_nothing_advances_by_count_and_two_people_conclude(
    bob: User, carol: User, park: Park, alice: User, zhangjiang: Incubator
) -> None:
    case = make_case(bob, make_round(bob, park), factories.make_project(alice, zhangjiang))
    tasks = invite(bob, case, make_expert(bob, park), make_expert(bob, park, "henry"))
    give_marks(tasks[0], "50", "30")
    give_marks(tasks[1], "55", "36")
    case.refresh_from_db()
    found = result_of(case)
    assert (case.result, found.mark, found.spread) == ("", Decimal("85.50"), Decimal("11.00"))
    assert any("171.00 ÷ 2 = 85.50" in step for step in found.steps)
    heard: list[int] = []
    listener = lambda sender, case, **more: heard.append(case.pk)  # noqa: E731
    result_final.connect(listener)
    with pytest.raises(Invalid):
        services.set_result(case=case, result="recommended", reason="", actor=bob, at=NOW)
    case = services.set_result(case=case, result="recommended", reason="一致好评", actor=bob, at=NOW)
    assert (case.is_final, heard, list(results_to_confirm(carol))) == (False, [], [case])
    assert [item.is_own for item in waiting_reviews(user=bob, limit=5)] == [True]
    with pytest.raises(Refused):
        services.confirm_result(case=case, actor=bob, at=NOW)
    case = services.confirm_result(case=case, actor=carol, at=NOW)
    assert (case.is_final, heard) == (True, [case.pk])
    with pytest.raises(Conflict):
        services.set_result(case=case, result="discussion", reason="x", actor=bob, at=NOW)
    assert HistoryEntry.objects.get(action="reviewcase.confirmed").chain == "incubator:zhangjiang"
    result_final.disconnect(listener)


def test_a_result_waits_for_whoever_is_still_reading(bob: User, park: Park) -> None:
    case = make_case(bob, make_round(bob, park, second_person=False))
    task = accept(invite(bob, case, make_expert(bob, park))[0])
    with pytest.raises(Conflict):
        services.set_result(case=case, result="recommended", reason="好", actor=bob, at=NOW)
    services.withdraw_assignment(assignment=task, words="逾期未评", actor=bob, at=NOW)
    assert services.set_result(case=case, result="discussion", reason="上会", actor=bob, at=NOW).is_final


def test_whoever_gave_marks_does_not_conclude(bob: User, carol: User, park: Park) -> None:
    case = make_case(bob, make_round(bob, park))
    give_marks(invite(bob, case, make_expert(bob, park, account=False, user=carol))[0], "50", "30")
    with pytest.raises(Refused):
        services.set_result(case=case, result="recommended", reason="好", actor=carol, at=NOW)


def test_a_closed_round_takes_no_marks(bob: User, park: Park) -> None:
    round = make_round(bob, park)
    task = accept(invite(bob, make_case(bob, round), make_expert(bob, park))[0])
    services.close_round(round=round, actor=bob, at=NOW)
    with pytest.raises(Conflict):
        give_marks(Assignment.objects.select_related("expert__user", "case__round__park").get(), "1", "1")
    services.reopen_round(round=ReviewRound.objects.get(), actor=bob, at=NOW)
    task = Assignment.objects.select_related("expert__user", "case__round__park").get()
    assert give_marks(task, "1", "1").mark == 2


def test_severity_is_said_from_five_marks_on(bob: User, park: Park) -> None:
    round = make_round(bob, park)
    experts = [make_expert(bob, park, name, at_once=9) for name in ("grace", "henry")]
    for _case in range(5):
        strict, mild = invite(bob, make_case(bob, round), *experts)
        give_marks(strict, "40", "30")
        give_marks(mild, "50", "40")
    rows, at_least = severity_of(park.pk)
    assert [(row.expert.pk, row.severity.deviation) for row in rows] == [
        (experts[0].pk, Decimal("-10.00")),
        (experts[1].pk, Decimal("10.00")),
    ]
    assert at_least == 5


def test_an_expert_is_reminded_of_his_cases_and_the_park_of_its_rounds(bob: User, park: Park) -> None:
    case = make_case(bob, make_round(bob, park))
    grace = make_expert(bob, park)
    invite(bob, case, grace)
    due = {"until": date(2021, 7, 1)}
    assert [item.url for item in due_of_reviews(user=grace.user, **due)] == [f"/reviews/cases/{case.pk}/"]
    assert [item.url for item in due_of_reviews(user=bob, **due)] == [f"/reviews/{case.round_id}/"]


def test_an_expert_is_removed_only_before_the_first_case(bob: User, park: Park) -> None:
    grace, henry = make_expert(bob, park), make_expert(bob, park, "henry")
    invite(bob, make_case(bob, make_round(bob, park)), grace)
    with pytest.raises(Conflict):
        services.remove_expert(expert=grace, actor=bob, at=NOW)
    services.remove_expert(expert=henry, actor=bob, at=NOW)
    assert list(Expert.objects.all()) == [grace]


def test_a_case_leaves_before_anyone_was_asked(bob: User, park: Park) -> None:
    round = make_round(bob, park)
    first, second = make_case(bob, round), make_case(bob, round)
    invite(bob, first, make_expert(bob, park))
    with pytest.raises(Conflict):
        services.remove_case(case=first, actor=bob, at=NOW)
    services.remove_case(case=second, actor=bob, at=NOW)
    assert list(Case.objects.all()) == [first]
