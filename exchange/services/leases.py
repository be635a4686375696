"""Who is working on an import: a lease that is taken by compare-and-swap and renewed at every step.

A worker that was killed stops renewing; once its lease has run out, anyone may take the import over. A worker
that was only slow finds, at its next step, that the lease is no longer its own, and stops.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from exchange.enums import ImportState
from exchange.models import ImportRun

Clock = Callable[[], datetime]

CARRY_ON = "exchange.carry_on"
LEASE_SECONDS = 30
RETRY_AFTER_SECONDS = 5
AT_WORK = (ImportState.READING, ImportState.WRITING)


class LeaseLost(Exception):
    """Another worker has taken the import over, or somebody discarded it."""


def lease_length() -> timedelta:
    return timedelta(seconds=getattr(settings, "EXCHANGE_LEASE_SECONDS", LEASE_SECONDS))


@dataclass(frozen=True)
class Lease:
    """The right to work on one import, for a while."""

    run_id: int
    token: str
    attempt: int
    clock: Clock

    def update(self, **values: Any) -> None:
        """Change the run, if it is still ours. Raises ``LeaseLost`` otherwise."""
        at = self.clock()
        ours = ImportRun.objects.filter(pk=self.run_id, state__in=AT_WORK, lease_token=self.token)
        if not ours.update(updated_at=at, **values):
            raise LeaseLost

    def renew(self, **values: Any) -> None:
        self.update(lease_until=self.clock() + lease_length(), **values)

    def hold(self) -> ImportRun:
        """The run, locked for this transaction. Raises ``LeaseLost`` when it is not ours any more."""
        ours = ImportRun.objects.select_for_update(of=("self",)).select_related("park", "incubator")
        run = ours.filter(pk=self.run_id, state__in=AT_WORK, lease_token=self.token).first()
        if run is None:
            raise LeaseLost
        return run

    def finish(self, state: str, **values: Any) -> None:
        """The state in which people find the run, alone: everything it promises is stored already."""
        self.update(
            state=state, lease_until=None, lease_token="", attempts=0, version=F("version") + 1, **values
        )

    def give_back(self, reason: str) -> None:
        """Queue the work again; the reason stays visible until the next attempt."""
        again = self.clock() + timedelta(seconds=RETRY_AFTER_SECONDS)
        self.update(error=reason, lease_until=again, lease_token="")


def claim(run_id: int, clock: Clock) -> Lease | None:
    """Take the import, unless nothing is to be done or somebody else is alive and working on it."""
    token, at = secrets.token_hex(16), clock()
    free = Q(lease_token="") | Q(lease_until__lte=at)
    taken = (
        ImportRun.objects.filter(pk=run_id, state__in=AT_WORK)
        .filter(free)
        .update(lease_token=token, lease_until=at + lease_length(), attempts=F("attempts") + 1)
    )
    if not taken:
        return None
    attempt = ImportRun.objects.values_list("attempts", flat=True).get(pk=run_id)
    return Lease(run_id, token, attempt, clock)


def unattended_runs(*, at: datetime) -> list[int]:
    """Imports that nobody is working on. Waiting ones are marked, so that each tick queues them only once."""
    found = list(
        ImportRun.objects.filter(state__in=AT_WORK)
        .filter(Q(lease_until=None) | Q(lease_until__lte=at))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
    waiting = ImportRun.objects.filter(pk__in=found, state__in=AT_WORK, lease_token="")
    waiting.update(lease_until=at + lease_length())
    return found


def enqueue(*, import_run_id: int) -> None:
    """Hand the work to a worker, by name, so that nothing here depends on the tasks above it."""
    current_app.send_task(CARRY_ON, kwargs={"import_run_id": import_run_id})


def enqueue_on_commit(run: ImportRun) -> None:
    """A broker that is down must not undo the request: the beat finds the run waiting."""
    transaction.on_commit(lambda: enqueue(import_run_id=run.pk), robust=True)
