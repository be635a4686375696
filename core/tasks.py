"""Housekeeping that belongs to no app in particular."""

from celery import shared_task
from django.utils import timezone

from core.services import forget_old_keys


@shared_task(name="core.forget_old_keys")
def forget_keys() -> int:
    """Once a day: drop stored answers past their time."""
    return forget_old_keys(at=timezone.now())
