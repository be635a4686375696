"""Serving what came with an entry or a bid: as evidence is served, never as something that could run."""

from django.http import FileResponse, Http404
from django.utils.translation import gettext as _

from contests.models import KeptFile
from contests.services import open_kept
from evidence.web.views import POLICY, SHOWN_TYPES


def served_kept(file: KeptFile, *, shown: bool) -> FileResponse:
    try:
        content = open_kept(file)
    except FileNotFoundError:
        raise Http404(_("The stored file is missing. The administrator has to restore it.")) from None
    inline = shown and file.content_type in SHOWN_TYPES
    response = FileResponse(
        content, as_attachment=not inline, filename=file.original_name, content_type=file.content_type
    )
    policy = f"{POLICY}; frame-ancestors 'none'"
    is_pdf = file.content_type == "application/pdf"
    response["Content-Security-Policy"] = policy if is_pdf else f"{policy}; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["X-Frame-Options"] = "DENY"
    response["Cache-Control"] = "private, no-store"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
