"""Background work of the insight app. Each task is one service call and safe to run twice."""

from celery import shared_task
from django.utils import timezone

from insight import services


@shared_task(name="insight.send_digests")
def send_digests() -> int:
    return services.send_due_digests(at=timezone.now())


@shared_task(name="insight.escalate")
def escalate_late() -> int:
    return services.escalate(at=timezone.now())
