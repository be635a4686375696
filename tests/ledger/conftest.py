import pytest

from accounts.models import User
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger.models import Budget
from tests import factories
from tests.ledger import cases


@pytest.fixture
def fiona(park: Park) -> User:
    return cases.make_finance(park)


@pytest.fixture
def budget(park: Park, fiona: User, bob: User) -> Budget:
    return cases.make_budget(park, fiona, bob)


@pytest.fixture
def firm(alice: User, zhangjiang: Incubator) -> Enterprise:
    return factories.make_enterprise(alice, zhangjiang)
