"""Stored files leave only through here: after a permission check, and never as something that could run."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from evidence.models import EvidenceFile
from evidence.services import open_evidence

#: Shown in the browser; everything else is saved. Types are decided by content when a file is stored.
SHOWN_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp"})
#: No scripts and no requests. A PDF opens in the viewer of the browser, which a sandbox would switch off.
POLICY = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; object-src 'self'"


@login_required
@require_safe
def evidence_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The bytes of one file as uploaded; ``?download=1`` saves instead of showing. Never inside a frame."""
    file = _visible(request, pk)
    shown = file.content_type in SHOWN_TYPES and "download" not in request.GET
    response = served_file(file, shown=shown, framed_by="'none'")
    response["X-Frame-Options"] = "DENY"
    return response


@login_required
@require_safe
@xframe_options_sameorigin
def evidence_preview(request: HttpRequest, pk: int) -> HttpResponseBase:
    """A picture or a PDF inside one of our own pages; the only address that may stand in a frame."""
    file = _visible(request, pk)
    if file.content_type not in SHOWN_TYPES:
        raise Http404(_("There is no preview of this kind of file. Download it instead."))
    return served_file(file, shown=True, framed_by="'self'")


def _visible(request: HttpRequest, pk: int) -> EvidenceFile:
    file: EvidenceFile = get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=pk)
    return file


def served_file(file: EvidenceFile, *, shown: bool, framed_by: str) -> FileResponse:
    try:
        content = open_evidence(file)
    except FileNotFoundError:
        raise Http404(_("The stored file is missing. The administrator has to restore it.")) from None
    response = FileResponse(
        content, as_attachment=not shown, filename=file.original_name, content_type=file.content_type
    )
    policy = f"{POLICY}; frame-ancestors {framed_by}"
    is_pdf = file.content_type == "application/pdf"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = policy if is_pdf else f"{policy}; sandbox"
    response["Cache-Control"] = "private, no-cache"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["ETag"] = f'"{file.sha256}"'
    return response
