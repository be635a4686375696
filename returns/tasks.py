"""Background work of period returns."""

from celery import shared_task
from django.utils import timezone

from returns.services import open_returns


@shared_task(name="returns.open_returns")
def open_due_returns() -> int:
    """Several times a day: make the returns that fell due since; again it makes none."""
    return len(open_returns(at=timezone.now()))
