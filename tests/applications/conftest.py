"""Beside the cast: Gina administers the park too, Fiona is its finance officer."""

import pytest

from accounts.models import User
from incubators.models import Park
from ledger.models import Budget
from tests import factories
from tests.ledger.cases import make_budget, make_finance


@pytest.fixture
def fiona(park: Park) -> User:
    return make_finance(park)


@pytest.fixture
def gina(park: Park) -> User:
    return factories.make_park_admin(park, "gina")


@pytest.fixture
def budget(park: Park, fiona: User, bob: User) -> Budget:
    """1,000,000 yuan."""
    return make_budget(park, fiona, bob)
