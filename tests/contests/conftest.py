"""Carol administers Bob's park too, so that there is a second person."""

import pytest

from accounts.models import User
from contests.models import Contest, Division
from incubators.models import Park
from reviews.models import Expert
from tests import factories
from tests.contests.cases import make_contest, make_division
from tests.reviews.cases import make_expert


@pytest.fixture
def carol(park: Park) -> User:
    return factories.make_park_admin(park, "carol")


@pytest.fixture
def contest(bob: User, park: Park) -> Contest:
    return make_contest(bob, park)


@pytest.fixture
def division(bob: User, contest: Contest) -> Division:
    return make_division(bob, contest)


@pytest.fixture
def grace(bob: User, park: Park) -> Expert:
    return make_expert(bob, park, "grace", per_year=200, at_once=200)
