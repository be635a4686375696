"""The health addresses: up, ready, and why not."""

import pytest
from django.db import connections
from django.test import Client
from kombu import Connection

from core import health

pytestmark = pytest.mark.urls("core.health")


def test_healthz_asks_nobody(client: Client) -> None:
    answer = client.get("/healthz")

    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_names_the_missing_worker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "WORKER_SECONDS", 0.1)
    monkeypatch.setattr("celery.app.control.Control.ping", lambda self, **options: [])

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "checks": {"database": "ok", "migrations": "ok", "broker": "ok", "worker": "no worker answers"},
    }


@pytest.mark.django_db
def test_readyz_is_content_when_a_worker_answers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "celery.app.control.Control.ping", lambda self, **options: [{"celery@a": {"ok": "pong"}}]
    )

    answer = client.get("/readyz")

    assert (answer.status_code, answer.json()["status"]) == (200, "ok")
    assert "no-store" in answer.headers["Cache-Control"]


def test_readyz_without_database_is_quick_and_tells_no_address(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connections["default"].settings_dict, "HOST", "/nonexistent/secret-place")
    monkeypatch.setitem(health.CHECKS, "worker", lambda: None)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "the database does not answer"
    assert answer.json()["checks"]["migrations"] == "unknown while the database is not ready"
    assert "secret-place" not in answer.content.decode()


@pytest.mark.django_db
def test_readyz_without_broker(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(**options: object) -> Connection:
        return Connection("redis://127.0.0.1:1/0", connect_timeout=1)

    monkeypatch.setattr(health.current_app, "connection_for_write", nowhere)

    checks = client.get("/readyz").json()["checks"]

    assert checks["broker"] == "the broker does not answer"
    assert checks["worker"] == "unknown while the broker is not ready"


@pytest.mark.django_db
def test_readyz_counts_migrations_that_wait(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan", lambda self, targets: [1, 2]
    )
    monkeypatch.setitem(health.CHECKS, "worker", lambda: None)

    checks = client.get("/readyz").json()["checks"]

    assert checks["migrations"] == "2 migrations are not applied: run manage.py migrate"
