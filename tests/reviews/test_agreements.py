"""The yearly agreement of an expert: shown before it ends, and without it nobody is asked or gives marks."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from core.errors import Conflict
from incubators.models import Park
from reviews import services
from reviews.models import Assignment, Case, Expert
from reviews.selectors import due_of_reviews, options_for
from tests.reviews import cases
from tests.reviews.cases import NOW, accept, give_marks, invite, make_case, make_expert, make_round

pytestmark = pytest.mark.django_db

#: Half a year after NOW; agreements of the tests run for 2021.
NEXT_YEAR = datetime(2022, 1, 10, 4, 0, tzinfo=UTC)


@pytest.fixture
def grace(bob: User, park: Park) -> Expert:
    return make_expert(bob, park)


@pytest.fixture
def case(bob: User, park: Park) -> Case:
    return make_case(bob, make_round(bob, park, closes_on=date(2022, 3, 1)))


def renewed(grace: Expert, bob: User) -> None:
    values = {"agreement_until": date(2023, 1, 1)}
    services.save_expert(expert=grace, park=grace.park, values=values, actor=bob, at=NEXT_YEAR)


def points(task: Assignment) -> dict[int, Any]:
    rows = task.case.round.criteria.order_by("position")
    return {row.pk: one for row, one in zip(rows, ("50", "30"), strict=True)}


@pytest.mark.parametrize(
    ("day", "state"),
    [
        (date(2020, 12, 31), "upcoming"),
        (date(2021, 1, 1), "running"),
        (date(2021, 12, 1), "running"),
        (date(2021, 12, 2), "ends_soon"),
        (date(2021, 12, 31), "ends_soon"),
        (date(2022, 1, 1), "ended"),
    ],
)
def test_where_an_agreement_stands(grace: Expert, day: date, state: str) -> None:
    assert grace.agreement_on(day) == state
    assert grace.is_available(day) == (state in ("running", "ends_soon"))


def test_without_dates_there_is_none_and_without_an_end_it_runs(grace: Expert) -> None:
    grace.agreement_until = None
    assert grace.agreement_on(date(2030, 1, 1)) == "running"
    grace.agreement_from = None
    assert grace.agreement_on(date(2030, 1, 1)) == "none"
    grace.is_active = False
    assert grace.agreement_on(date(2030, 1, 1)) == "inactive"


def test_whose_agreement_has_ended_does_not_accept_but_may_declare_or_decline(
    bob: User, case: Case, grace: Expert
) -> None:
    (task,) = invite(bob, case, grace)
    assert grace.user is not None
    with pytest.raises(Conflict) as refused:
        services.answer_assignment(assignment=task, accept=True, actor=grace.user, at=NEXT_YEAR)
    assert refused.value.code == "no_agreement"
    task.refresh_from_db()
    assert task.state == "invited"
    renewed(grace, bob)
    services.answer_assignment(assignment=task, accept=True, actor=grace.user, at=NEXT_YEAR)
    task.refresh_from_db()
    assert task.state == "accepted"


@pytest.mark.parametrize(("conflict", "state"), [(True, "recused"), (False, "declined")])
def test_a_conflict_is_declared_with_or_without_an_agreement(
    bob: User, case: Case, grace: Expert, conflict: bool, state: str
) -> None:
    (task,) = invite(bob, case, grace)
    assert grace.user is not None
    services.answer_assignment(
        assignment=task, accept=False, conflict=conflict, words="示例", actor=grace.user, at=NEXT_YEAR
    )
    task.refresh_from_db()
    assert task.state == state


def test_marks_wait_until_the_agreement_is_renewed(bob: User, case: Case, grace: Expert) -> None:
    (task,) = invite(bob, case, grace)
    accept(task)
    assert grace.user is not None

    def submit() -> Any:
        return services.submit_score(assignment=task, points=points(task), actor=grace.user, at=NEXT_YEAR)

    with pytest.raises(Conflict) as refused:
        submit()
    assert refused.value.code == "no_agreement"
    renewed(grace, bob)
    assert str(submit().mark) == "80.00"


def test_nobody_is_invited_whose_agreement_ended_since_he_was_chosen(
    bob: User, case: Case, grace: Expert
) -> None:
    task = services.choose_expert(case=case, expert=grace, actor=bob, at=NOW)
    with pytest.raises(Conflict) as refused:
        services.invite_experts(round=case.round, actor=bob, at=NEXT_YEAR)
    assert (refused.value.code, grace.name_zh in str(refused.value)) == ("no_agreement", True)
    task.refresh_from_db()
    assert task.state == "proposed"


def test_the_choice_shows_why_somebody_cannot_be_asked(
    bob: User, park: Park, case: Case, grace: Expert
) -> None:
    henry = make_expert(bob, park, "henry", agreement_until=date(2023, 1, 1))
    options = options_for(case, on=NEXT_YEAR.date())
    assert [(one.expert.pk, one.is_able) for one in options] == [(henry.pk, True), (grace.pk, False)]
    assert len(options[1].words) == 1


def test_the_park_is_reminded_before_an_agreement_ends(
    bob: User, alice: User, erik: User, grace: Expert
) -> None:
    def found(user: User, until: date) -> list[tuple[str, date]]:
        items = due_of_reviews(user=user, until=until)
        return [(item.subject, item.on) for item in items if item.kind == "agreement"]

    assert found(bob, date(2021, 12, 15)) == []
    assert found(bob, date(2022, 1, 31)) == [(grace.name_zh, date(2022, 1, 1))]
    assert (found(alice, date(2022, 1, 31)), found(erik, date(2022, 1, 31))) == ([], [])
    grace.is_active = False
    grace.save()
    assert found(bob, date(2022, 1, 31)) == []


def test_pages_say_where_the_agreement_stands(
    bob: User, case: Case, grace: Expert, monkeypatch: pytest.MonkeyPatch
) -> None:
    (task,) = invite(bob, case, grace)
    give_marks(task, "50", "30")

    def seen(user: User, address: str) -> str:
        client = Client()
        client.force_login(user)
        client.cookies["language"] = "en"
        return str(client.get(address).content.decode())

    assert grace.user is not None
    pages = [
        (bob, "/reviews/experts/"),
        (bob, f"/reviews/experts/{grace.pk}/"),
        (grace.user, "/reviews/mine/"),
    ]
    for moment, words in (
        (NOW, "in force"),
        (datetime(2021, 12, 15, tzinfo=UTC), "ends on 2021-12-31"),
        (NEXT_YEAR, "ended on 2021-12-31"),
    ):
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        for user, address in pages:
            assert words in seen(user, address), (words, address)
    assert cases.NOW == NOW
