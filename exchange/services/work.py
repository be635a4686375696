"""Carrying on with an import in the background: reading or writing, as its state says. Safe to run twice."""

import logging
from enum import StrEnum

from django.utils.translation import gettext_noop

from core.copying import collector_paused
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.services.committing import write_on
from exchange.services.leases import Clock, Lease, LeaseLost, claim
from exchange.services.taking import take_in

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
#: A worker that dies leaves no error; an import on which so many died is not tried for ever.
MOST_CLAIMS = 10

DIED = gettext_noop("The work on this import stopped again and again without an error.")


class Outcome(StrEnum):
    DONE = "done"
    BUSY = "busy"
    RETRY = "retry"
    FAILED = "failed"


def carry_on(*, import_run_id: int, clock: Clock) -> Outcome:
    """Do what waits for one import, if nobody else is at it. ``clock`` tells the time as the work goes on."""
    lease = claim(import_run_id, clock)
    if lease is None:
        return Outcome.BUSY
    try:
        if lease.attempt > MOST_CLAIMS:
            _give_up(lease, DIED)
            return Outcome.FAILED
        with collector_paused():
            return _guarded(lease)
    except LeaseLost:
        logger.warning("import %s was taken over by another worker", import_run_id)
        return Outcome.BUSY


def _guarded(lease: Lease) -> Outcome:
    try:
        if ImportRun.objects.values_list("state", flat=True).get(pk=lease.run_id) == ImportState.READING:
            take_in(lease=lease)
        else:
            write_on(lease=lease)
    except LeaseLost:
        raise
    except Exception as error:
        logger.exception("import %s failed at attempt %s", lease.run_id, lease.attempt)
        reason = f"{type(error).__name__}: {error}"[:500]
        if lease.attempt < MOST_ATTEMPTS:
            lease.give_back(reason)
            return Outcome.RETRY
        _give_up(lease, reason)
        return Outcome.FAILED
    return Outcome.DONE


def _give_up(lease: Lease, reason: str) -> None:
    """What could not be read has failed; what could not be written on stands as far as it came."""
    reading = ImportRun.objects.filter(pk=lease.run_id, state=ImportState.READING).exists()
    lease.finish(ImportState.FAILED if reading else ImportState.DONE, error=reason)
