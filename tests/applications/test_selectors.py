"""What a list tells besides its rows: counts are of what the reader may see."""

import pytest

from accounts.models import User
from applications.selectors import programmes_matching
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
