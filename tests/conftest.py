"""The cast: Alice operates Zhangjiang, Bob administers its park, Charlie operates Shenzhen (a stranger to
Alice), Dora audits everything, Erik administers another park."""

import pytest

from accounts.enums import Role
from accounts.models import User
from incubators.models import Incubator, Park
from tests import factories


@pytest.fixture
def park(db: None) -> Park:
    return factories.make_park("jiangyin")


@pytest.fixture
def zhangjiang(park: Park) -> Incubator:
    return factories.make_incubator(park, "zhangjiang")


@pytest.fixture
def shenzhen(park: Park) -> Incubator:
    return factories.make_incubator(park, "shenzhen")


@pytest.fixture
def alice(zhangjiang: Incubator) -> User:
    return factories.make_operator(zhangjiang, "alice")


@pytest.fixture
def bob(park: Park) -> User:
    return factories.make_park_admin(park, "bob")


@pytest.fixture
def charlie(shenzhen: Incubator) -> User:
    return factories.make_operator(shenzhen, "charlie")


@pytest.fixture
def dora(db: None) -> User:
    return factories.make_user("dora", Role.AUDITOR)


@pytest.fixture
def erik(db: None) -> User:
    return factories.make_park_admin(factories.make_park("wuxi"), "erik")
