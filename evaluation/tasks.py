"""Background work of the evaluation app. Ids in, one service call each, safe to run twice."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from evaluation import services
from evaluation.services.leases import RETRY_AFTER_SECONDS
from evaluation.services.requests import BUILD_REPORT

RESUME_REPORTS = "evaluation.resume_reports"


@shared_task(name=BUILD_REPORT)
def build_report(*, report_run_id: int) -> str:
    """Make one report; a second delivery of the same message finds it taken and does nothing."""
    outcome = services.work_on_report(report_run_id=report_run_id, clock=timezone.now)
    if outcome is services.Outcome.RETRY:
        build_report.apply_async(kwargs={"report_run_id": report_run_id}, countdown=RETRY_AFTER_SECONDS)
    return outcome.value


@shared_task(name=RESUME_REPORTS, ignore_result=True)
def resume_reports() -> None:
    """Queue every report again that nobody is working on; the beat calls this every ten seconds."""
    for report_run_id in services.unattended_reports(at=timezone.now()):
        services.enqueue(report_run_id=report_run_id)


@worker_ready.connect
def resume_when_ready(**kwargs: Any) -> None:
    """A worker that starts asks at once for what its predecessor left behind."""
    resume_reports.delay()
