"""Several people at the same moment: one confirmation, one number each, and never more than the budget."""

from collections import Counter

import pytest

from accounts.models import User
from applications import services
from applications.models import Application, Programme
from incubators.models import Incubator, Park
from ledger.models import Budget, Commitment
from ledger.selectors import budget_standing
from tests import factories
from tests.applications import cases
from tests.applications.cases import NOW, again
from tests.concurrency import together
from tests.ledger.cases import make_budget

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def programme(bob: User, park: Park, budget: Budget) -> Programme:
    return cases.make_programme(bob, park, budget=budget)


def test_two_confirm_the_same_meeting_and_it_counts_once(
    programme: Programme,
    alice: User,
    bob: User,
    gina: User,
    fiona: User,
    zhangjiang: Incubator,
    budget: Budget,
) -> None:
    rows = cases.applied(alice, programme, zhangjiang, 2)
    cases.pass_on(rows, bob)
    meeting = cases.put_to_meeting(programme, bob, rows)
    outcomes = together(
        lambda: services.confirm_meeting(meeting=meeting, actor=gina, at=NOW),
        lambda: services.confirm_meeting(meeting=meeting, actor=fiona, at=NOW),
    )
    assert sorted(outcomes) == ["Conflict", "Meeting"]
    assert Commitment.objects.count() == 2
    assert budget_standing(budget).committed == 200_000


def test_fifty_approvals_in_ten_meetings_against_money_for_twenty(
    alice: User, bob: User, gina: User, fiona: User, park: Park, zhangjiang: Incubator
) -> None:
    """Each meeting has five awards of 100,000; all of a meeting are confirmed or none of it."""
    small = make_budget(park, fiona, bob, amount=2_000_000, code="twenty")
    programme = cases.make_programme(bob, park, budget=small)
    rows = cases.applied(alice, programme, zhangjiang, 50)
    cases.pass_on(rows, bob)
    meetings = []
    for place in range(0, 50, 5):
        lines = [
            services.Line(one.pk, "approved", amount=one.requested_amount, reason="示例")
            for one in rows[place : place + 5]
        ]
        values = {"held_on": cases.DAY, "number": f"{place}"}
        meetings.append(
            services.propose_meeting(programme=programme, values=values, lines=lines, actor=bob, at=NOW)
        )
    outcomes = together(
        *[
            lambda one=one: services.confirm_meeting(meeting=one, actor=gina, at=NOW)  # type: ignore[misc]
            for one in meetings
        ]
    )
    assert Counter(outcomes) == {"Meeting": 4, "Conflict": 6}
    assert Commitment.objects.count() == 20
    standing = budget_standing(small)
    assert (standing.committed, standing.available) == (2_000_000, 0)
    assert Counter(Application.objects.values_list("state", flat=True)) == {"approved": 20, "submitted": 30}


def test_two_hand_in_at_once_and_get_two_numbers(
    programme: Programme, alice: User, zhangjiang: Incubator
) -> None:
    drafts = [
        cases.make_draft(alice, programme, factories.make_project(alice, zhangjiang)) for _one in range(3)
    ]
    together(
        *[
            lambda one=one: services.submit_application(application=one, actor=alice, at=NOW)  # type: ignore[misc]
            for one in drafts
        ]
    )
    assert sorted(again(one).number or 0 for one in drafts) == [1, 2, 3]


def test_the_same_application_is_handed_in_once(
    programme: Programme, alice: User, zhangjiang: Incubator
) -> None:
    draft = cases.make_draft(alice, programme, factories.make_project(alice, zhangjiang))
    outcomes = together(
        lambda: services.submit_application(application=draft, actor=alice, at=NOW),
        lambda: services.submit_application(application=draft, actor=alice, at=NOW),
    )
    assert sorted(outcomes) == ["Application", "Conflict"]


def test_two_move_the_same_application_and_it_moves_once(
    alice: User, bob: User, gina: User, park: Park, zhangjiang: Incubator
) -> None:
    programme = cases.make_programme(bob, park, steps=(cases.CHECK, cases.VISIT, cases.MEETING))
    (one,) = cases.applied(alice, programme, zhangjiang)
    outcomes = together(
        lambda: services.check_application(application=one, result="passed", actor=bob, at=NOW),
        lambda: services.check_application(
            application=one, result="failed", reason="示例", actor=gina, at=NOW
        ),
    )
    assert sorted(outcomes) == ["Application", "Conflict"]
    assert again(one).log.count() == 2
