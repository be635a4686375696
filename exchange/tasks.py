"""Background work of the exchange app. Ids in, one service call each, safe to run twice."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from exchange import services
from exchange.services.leases import CARRY_ON, RETRY_AFTER_SECONDS

RESUME_IMPORTS = "exchange.resume_imports"


@shared_task(name=CARRY_ON)
def carry_on(*, import_run_id: int) -> str:
    """Read or write one import; a second delivery of the same message finds it taken and does nothing."""
    outcome = services.carry_on(import_run_id=import_run_id, clock=timezone.now)
    if outcome is services.Outcome.RETRY:
        carry_on.apply_async(kwargs={"import_run_id": import_run_id}, countdown=RETRY_AFTER_SECONDS)
    return outcome.value


@shared_task(name=RESUME_IMPORTS, ignore_result=True)
def resume_imports() -> None:
    """Queue every import again that nobody is working on; the beat calls this every ten seconds."""
    for import_run_id in services.unattended_runs(at=timezone.now()):
        services.enqueue(import_run_id=import_run_id)


@worker_ready.connect
def resume_when_ready(**kwargs: Any) -> None:
    """A worker that starts asks at once for what its predecessor left behind."""
    resume_imports.delay()
