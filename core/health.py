"""Health addresses for load balancers and for the people who watch them.

``/healthz`` says that this process answers. ``/readyz`` says that the system can work: database, broker, a
live worker and all migrations; otherwise 503 with the reason of each check. Reasons are sentences of our own,
because these addresses are public and a driver's error message can hold addresses and user names.
"""

import logging
from collections.abc import Callable

import psycopg
from celery import current_app
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

CONNECT_SECONDS = 3
WORKER_SECONDS = 2.0


class NotReady(Exception):
    """A check failed; the message is shown to anyone who asks."""


def check_database() -> None:
    """A connection of its own with a short limit: the pool would let the caller wait for long."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    parameters["connect_timeout"] = CONNECT_SECONDS
    try:
        with psycopg.connect(**parameters) as connection:
            connection.execute("SELECT 1")
    except psycopg.Error as error:
        logger.warning("not ready, database: %s", error)
        raise NotReady("the database does not answer") from error


def check_migrations() -> None:
    try:
        executor = MigrationExecutor(connections[DEFAULT_DB_ALIAS])
        waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except (DatabaseError, psycopg.Error) as error:
        logger.warning("not ready, migrations: %s", error)
        raise NotReady("the applied migrations cannot be read") from error
    if waiting:
        raise NotReady(f"{len(waiting)} migrations are not applied: run manage.py migrate")


def check_broker() -> None:
    try:
        with current_app.connection_for_write(connect_timeout=CONNECT_SECONDS) as connection:
            connection.ensure_connection(max_retries=1, interval_start=0, timeout=CONNECT_SECONDS)
    except (OperationalError, OSError) as error:
        logger.warning("not ready, broker: %s", error)
        raise NotReady("the broker does not answer") from error


def check_worker() -> None:
    """At least one worker answers; the first answer is enough."""
    try:
        answers = current_app.control.ping(timeout=WORKER_SECONDS, limit=1)
    except (OperationalError, OSError) as error:
        raise NotReady("workers cannot be asked without the broker") from error
    if not answers:
        raise NotReady("no worker answers")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "broker": check_broker,
    "worker": check_worker,
}
# A check that cannot say anything useful while the one it builds on fails, and would only take time.
DEPENDS_ON = {"migrations": "database", "worker": "broker"}


def run_checks() -> dict[str, str]:
    """The name of each check with ``ok`` or the reason why not."""
    results: dict[str, str] = {}
    for name, check in CHECKS.items():
        needed = DEPENDS_ON.get(name)
        if needed is not None and results[needed] != "ok":
            results[name] = f"unknown while the {needed} is not ready"
            continue
        try:
            check()
            results[name] = "ok"
        except NotReady as reason:
            results[name] = str(reason)
    return results


@require_safe
@never_cache
def healthz(request: HttpRequest) -> JsonResponse:
    """200 while the process answers; asks nobody else."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when everything is ready, 503 with the reasons otherwise."""
    results = run_checks()
    ready = all(result == "ok" for result in results.values())
    return JsonResponse(
        {"status": "ok" if ready else "unavailable", "checks": results}, status=200 if ready else 503
    )


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
