"""The cast: Alice operates Zhangjiang, Bob administers its park, Charlie operates Shenzhen (a stranger to
Alice), Dora audits everything, Erik administers another park."""

from importlib import import_module

import pytest
from django.apps import apps

from accounts.enums import Role
from accounts.models import User
from incubators.models import Incubator, Park
from tests import factories

REFERENCE_DATA = [
    ("support", "0002_ticket_types", "add_types"),
    ("projects", "0003_sectors", "add_sectors"),
    ("projects", "0006_default_gates", "add_default_table"),
    ("evaluation", "0003_demonstration_scheme", "add_scheme"),
    ("enterprises", "0006_ladder_examples", "add_ladder_examples"),
]


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


@pytest.fixture(autouse=True)
def _reference_data(request: pytest.FixtureRequest) -> None:
    """A test with real commits ends with a flush, which also takes what migrations put in: put it back."""
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction"):
        request.getfixturevalue("transactional_db")
        for app, migration, function in REFERENCE_DATA:
            getattr(import_module(f"{app}.migrations.{migration}"), function)(apps, None)
