"""What happens to leads when projects move or are deleted."""

from typing import Any

from django.db.models.signals import pre_delete
from django.dispatch import receiver
from django.utils import timezone

from outreach import services
from projects.models import Project
from projects.signals import stage_changed


@receiver(stage_changed, dispatch_uid="outreach.follow")
def follow(sender: Any, project_id: int, **kwargs: Any) -> None:
    """After the move has committed; what fails here is made good by the nightly task."""
    services.follow_project(project_id=project_id, at=timezone.now())


@receiver(pre_delete, sender=Project, dispatch_uid="outreach.release")
def release(sender: Any, instance: Project, **kwargs: Any) -> None:
    """Inside the deletion's transaction: a refusal here keeps the project."""
    services.release_project(project=instance, at=timezone.now())
