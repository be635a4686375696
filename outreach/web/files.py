"""Evidence of events, mandates and agreements: attach several files at once, take one off."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.web.errors import shown_on, status_of, told_to
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from outreach import services
from outreach.models import Event, Mandate, Placed, TrackedAgreement
from outreach.web.access import Rights, writable
from outreach.web.forms import UploadForm
from projects.web.facts import PartlyStored, store_files

#: What can bear files, by the word in the address, and the kind of paper that proves it.
BEARERS: dict[str, tuple[type[Placed], str]] = {
    "event": (Event, EvidenceKind.OTHER),
    "mandate": (Mandate, EvidenceKind.AGREEMENT),
    "agreement": (TrackedAgreement, EvidenceKind.AGREEMENT),
}


def files_of(record: Any, rights: Rights, key: str) -> dict[str, Any]:
    """For the card of files on a record's page."""
    files = [
        {
            "file": file,
            "url": reverse("evidence-file", args=[file.pk]),
            "detach": reverse(f"{key}-detach", args=[record.pk, file.pk]) if rights.enter else "",
        }
        for file in record.evidence.select_related("uploaded_by").order_by("pk")
    ]
    attach = reverse(f"{key}-attach", args=[record.pk]) if rights.enter else ""
    return {"files": files, "attach": attach, "upload": UploadForm(auto_id="upload_%s")}


@login_required
@require_http_methods(["GET", "POST"])
def attach(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The good files are attached even when another is refused."""
    record, kind = _bearer(request, key, pk)
    form = UploadForm(request.POST or None, request.FILES or None)
    back = reverse(f"{key}-detail", args=[pk]) + "#evidence"
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            try:
                stored: list[EvidenceFile] = store_files(
                    request, record, form.cleaned_data["files"], kind=kind
                )
            except PartlyStored as error:
                _attach(request, record, error.stored)
                raise
            _attach(request, record, stored)
            return redirect(back)
    context = {"form": form, "record": record, "record_url": back}
    return render(request, "outreach/attach.html", context, status=status_of(form))


def _attach(request: HttpRequest, record: Placed, files: list[EvidenceFile]) -> None:
    user: Any = request.user
    if files:
        services.attach_evidence(record=record, files=files, actor=user, at=timezone.now())
        messages.success(request, _("Files attached: %(count)d.") % {"count": len(files)})


@login_required
@require_POST
def detach(request: HttpRequest, key: str, pk: int, file_pk: int) -> HttpResponse:
    record, _kind = _bearer(request, key, pk)
    file = get_object_or_404(EvidenceFile.objects.visible_to(request.user), pk=file_pk)
    user: Any = request.user
    with told_to(request):
        services.detach_evidence(record=record, file=file, actor=user, at=timezone.now())
        messages.success(request, _("“%(file)s” is taken off; it stays stored.") % {"file": file.title})
    return redirect(reverse(f"{key}-detail", args=[pk]) + "#evidence")


def _bearer(request: HttpRequest, key: str, pk: int) -> tuple[Any, str]:
    if key not in BEARERS:
        raise Http404
    model, kind = BEARERS[key]
    return writable(request, model, pk), kind
