"""The cast: Alice operates Zhangjiang, Bob administers its park, Charlie operates Shenzhen (a stranger to
Alice), Dora audits everything, Erik administers another park."""

import fcntl
import gc
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, transaction

from accounts.enums import Role
from accounts.models import User
from incubators.models import Incubator, Park
from tests import factories, guards

REFERENCE_DATA = [
    ("support", "0002_ticket_types", "add_types"),
    ("projects", "0003_sectors", "add_sectors"),
    ("projects", "0006_default_gates", "add_default_table"),
    ("evaluation", "0003_demonstration_scheme", "add_scheme"),
    ("enterprises", "0006_ladder_examples", "add_ladder_examples"),
]


guards.let_flush_pass()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None,
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_blocker: Any,
) -> Iterator[None]:
    """Several processes migrate once: the first one does, and each gets a copy of its tables."""
    workers = getattr(request.config, "workerinput", {})
    if workers.get("workercount", 1) < 2:
        yield
        return
    template = f"test_template_{workers['testrunuid'][:12]}"
    with django_db_blocker.unblock():
        is_mine = _migrate_template(template, tmp_path_factory.getbasetemp().parent / "template.lock")
        connection.settings_dict["TEST"]["TEMPLATE"] = template
        yield
        if is_mine:
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {template}")


def _migrate_template(template: str, lock: Path) -> bool:
    """Whether this process made it; the others wait here until it is whole."""
    with lock.open("a+") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        with connection._nodb_cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template])
            if cursor.fetchone():
                return False
            cursor.execute(f"CREATE DATABASE {template}")
        usual = connection.settings_dict["NAME"]
        connection.settings_dict["NAME"] = template
        try:
            call_command("migrate", interactive=False, verbosity=0)
        finally:
            connection.close()
            connection.close_pool()  # a copy is made of what nobody is connected to
            connection.settings_dict["NAME"] = usual
        return True


def pytest_collection_finish() -> None:
    """What is loaded by now stays; the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_make_parametrize_id(config: object, val: object, argname: str) -> str | None:
    """Bytes are no name: those of an archive hold the second in which they were made, and two processes that
    gather the tests in different seconds would not know the same tests."""
    return argname if isinstance(val, bytes) else None


@pytest.fixture(scope="module")
def kept(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """What is written under this stays for all tests of a module; with ``db`` each works in a savepoint.

    The names of the cast are taken then: a module that keeps its world makes its own people.
    """
    with django_db_blocker.unblock(), transaction.atomic():
        yield
        transaction.set_rollback(True)


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
