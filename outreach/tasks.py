"""Background work of the outreach app, safe to run twice."""

from celery import shared_task
from django.utils import timezone

from outreach import services


@shared_task(name="outreach.follow_projects", ignore_result=True)
def follow_projects() -> None:
    """Nightly: leads that missed a move of their project catch up."""
    services.follow_projects(at=timezone.now())
