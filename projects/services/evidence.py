"""Files attached to a project as a whole, such as a milestone or a lease."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict
from evidence.models import EvidenceFile
from projects.models import Project, ProjectEvidence
from projects.services.facts import check_files
from projects.services.records import lock, touch


@transaction.atomic
def attach_file(*, project: Project, file: EvidenceFile, actor: User, at: datetime) -> ProjectEvidence:
    """Attach a stored file; attaching it again changes nothing."""
    locked = lock(project, actor=actor)
    check_files(locked, [file])
    link, created = ProjectEvidence.objects.get_or_create(
        project=locked, file=file, defaults={"attached_at": at, "attached_by": actor}
    )
    if created:
        _remember(locked, "file.attached", [None, file.sha256], actor, at)
    return link


@transaction.atomic
def detach_file(*, project: Project, file: EvidenceFile, actor: User, at: datetime) -> None:
    """Take an unverified file off the project; the file itself stays stored."""
    locked = lock(project, actor=actor)
    link = ProjectEvidence.objects.filter(project=locked, file=file).select_related("file").first()
    if link is not None and link.file.is_verified:
        raise Conflict(
            _("“%(file)s” is verified, so it stays with the project.") % {"file": file.title},
            code="already_verified",
        )
    deleted, _count = ProjectEvidence.objects.filter(project=locked, file=file).delete()
    if deleted:
        _remember(locked, "file.detached", [file.sha256, None], actor, at)


def _remember(project: Project, action: str, change: list[str | None], actor: User, at: datetime) -> None:
    history.record(
        chain=project.chain, action=action, subject=project, changes={"evidence": change}, actor=actor, at=at
    )
    touch(project, at=at)
