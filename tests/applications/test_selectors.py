"""What a list tells besides its rows: counts are of what the reader may see."""

import pytest

from accounts.models import User
from applications.selectors import programmes_matching, ranking_of
from applications.services import move_applications
from incubators.models import Incubator, Park
from tests.applications import cases

pytestmark = pytest.mark.django_db


def test_an_operator_counts_his_own_applications_and_the_park_all(
    alice: User, bob: User, charlie: User, dora: User, park: Park, zhangjiang: Incubator
) -> None:
    programme = cases.make_programme(bob, park)
    cases.applied(alice, programme, zhangjiang, 2)
    cases.make_draft(alice, programme, cases.with_firm(alice, zhangjiang))
    found = {
        person.username: [(row.received, row.approved) for row in programmes_matching(person)]
        for person in (alice, bob, charlie, dora)
    }
    assert found == {"alice": [(2, 0)], "bob": [(2, 0)], "charlie": [(0, 0)], "dora": [(2, 0)]}


def test_who_has_no_mark_waits_for_the_meeting_without_being_called_tied(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    steps = ({**cases.REVIEW, "marks_needed": 1}, cases.MEETING)
    programme = cases.make_programme(bob, park, steps=steps)
    (one,) = cases.applied(alice, programme, zhangjiang)
    move_applications(applications=[one], result="skipped", reason="示例", actor=bob, at=cases.NOW)
    (row,) = ranking_of(programme).rows
    assert (row.suggested.why, row.is_tied, row.ties) == ("no_mark", True, False)
