import pytest

from accounts.models import User
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger.models import Budget
from tests import factories
from tests.ledger import cases as money


@pytest.fixture
def fiona(park: Park) -> User:
    return money.make_finance(park)


@pytest.fixture
def budget(park: Park, fiona: User, bob: User) -> Budget:
    return money.make_budget(park, fiona, bob)


@pytest.fixture
def firm(alice: User, zhangjiang: Incubator) -> Enterprise:
    return factories.make_enterprise(alice, zhangjiang)
