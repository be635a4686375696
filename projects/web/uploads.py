"""One file at a time, sent while the form is still open: so that each shows its progress and none is sent
twice. The form then names the stored files; without scripts the form sends the files itself."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from core.errors import DomainError, Refused
from core.web.errors import sentence
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from evidence.services import hint_of, known_evidence, store_evidence
from projects.web.access import writable_project


@login_required
@require_POST
def upload(request: HttpRequest, pk: int) -> JsonResponse:
    """Store one file of this project's place, or find it by its SHA-256 so that it need not be sent again.

    Answers ``{id, title, url, size, known, hint}``, or ``{error}`` with 422; 404 when only a hash was sent
    and nothing is known of it.
    """
    project = writable_project(request, pk)
    user: Any = request.user
    content = request.FILES.get("file")
    if content is None:
        digest = request.POST.get("sha256", "")
        known = known_evidence(park=project.park, incubator=project.incubator, sha256=digest, actor=user)
        return JsonResponse(_answer(known, known=True)) if known else JsonResponse({"error": ""}, status=404)
    kind = request.POST.get("kind", "")
    started = timezone.now()
    try:
        file = store_evidence(
            park=project.park,
            incubator=project.incubator,
            content=content,  # type: ignore[arg-type]
            name=content.name or "",
            kind=kind if kind in EvidenceKind.values else EvidenceKind.OTHER,
            actor=user,
            at=started,
            provenance=project.provenance,
        )
    except Refused as error:
        return JsonResponse({"error": str(error)}, status=403)
    except DomainError as error:
        return JsonResponse({"error": sentence(error)}, status=422)
    return JsonResponse(_answer(file, known=file.uploaded_at != started))


def _answer(file: EvidenceFile, *, known: bool) -> dict[str, Any]:
    return {
        "id": file.pk,
        "title": file.title,
        "url": reverse("evidence-file", args=[file.pk]),
        "size": filesizeformat(file.size),
        "known": known,
        "hint": hint_of(file),
    }
