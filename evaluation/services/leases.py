"""Who is working on a report: a lease that is taken by compare-and-swap and renewed at every step.

A worker that was killed stops renewing; once its lease has run out, anyone may take the report over. A worker
that was only slow finds, at its next step, that the lease is no longer its own, and stops.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F, Q

from evaluation.enums import RunState
from evaluation.models import ReportRun

Clock = Callable[[], datetime]

LEASE_SECONDS = 30
RETRY_AFTER_SECONDS = 5


class LeaseLost(Exception):
    """Another worker has taken the report over."""


def lease_length() -> timedelta:
    return timedelta(seconds=getattr(settings, "EVALUATION_LEASE_SECONDS", LEASE_SECONDS))


@dataclass(frozen=True)
class Lease:
    """The right to work on one report, for a while."""

    report_id: int
    token: str
    attempt: int
    clock: Clock

    def update(self, **values: Any) -> None:
        """Change the report, if it is still ours. Raises ``LeaseLost`` otherwise."""
        ours = ReportRun.objects.filter(pk=self.report_id, state=RunState.RUNNING, lease_token=self.token)
        if not ours.update(**values):
            raise LeaseLost

    def renew(self, *, patience: int = 1, **values: Any) -> None:
        """Hold the report for another lease, or for several before a step that is known to be long."""
        self.update(lease_until=self.clock() + patience * lease_length(), **values)

    def finish(self) -> None:
        """The final state, alone in its own statement: everything it promises is already stored."""
        self.update(
            state=RunState.DONE,
            progress=100,
            step="",
            error="",
            finished_at=self.clock(),
            lease_until=None,
            lease_token="",
        )

    def fail(self, reason: str) -> None:
        self.update(
            state=RunState.FAILED,
            error=reason,
            finished_at=self.clock(),
            lease_until=None,
            lease_token="",
        )

    def give_back(self, reason: str) -> None:
        """Queue the report again; the reason stays visible until the next attempt."""
        self.update(
            state=RunState.QUEUED,
            error=reason,
            lease_until=self.clock() + timedelta(seconds=RETRY_AFTER_SECONDS),
            lease_token="",
        )


def claim(report_id: int, clock: Clock) -> Lease | None:
    """Take the report, unless it is finished or somebody else is alive and working on it."""
    token, at = secrets.token_hex(16), clock()
    free = Q(state=RunState.QUEUED) | Q(state=RunState.RUNNING, lease_until__lte=at)
    taken = (
        ReportRun.objects.filter(pk=report_id)
        .filter(free)
        .update(
            state=RunState.RUNNING,
            lease_token=token,
            lease_until=at + lease_length(),
            attempts=F("attempts") + 1,
        )
    )
    if not taken:
        return None
    attempt = ReportRun.objects.values_list("attempts", flat=True).get(pk=report_id)
    return Lease(report_id, token, attempt, clock)


def unattended_reports(*, at: datetime) -> list[int]:
    """Reports that nobody is working on. Waiting ones are marked, so that each tick queues them only once."""
    waiting = Q(state=RunState.QUEUED) & (Q(lease_until=None) | Q(lease_until__lte=at))
    abandoned = Q(state=RunState.RUNNING, lease_until__lte=at)
    found = list(ReportRun.objects.filter(waiting | abandoned).order_by("pk").values_list("pk", flat=True))
    ReportRun.objects.filter(pk__in=found, state=RunState.QUEUED).update(lease_until=at + lease_length())
    return found
