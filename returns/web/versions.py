"""After the submission: the receipt, a correction as a new version, publication."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from core.web.errors import told_to
from core.web.once import submit_once
from returns.measures import LINES
from returns.selectors import return_title
from returns.selectors.lines import stored_lines
from returns.services import correct_return, publish_return
from returns.web.finding import find


@login_required
@require_GET
def receipt(request: HttpRequest, pk: int) -> HttpResponse:
    """What was handed in, when, by whom, in which version, with the digest of its numbers."""
    record = find(pk, request.user)
    if record.submitted_at is None:
        raise Http404(_("This return has not been submitted yet."))
    language = get_language() or "zh-hans"
    lines = [
        {"name": LINES[code].name(language), "unit": LINES[code].unit(language), "stored": row}
        for code, row in stored_lines(record).items()
    ]
    context = {"record": record, "title": return_title(record), "lines": lines}
    return render(request, "returns/receipt.html", context)


@login_required
@require_POST
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the next version; pressed twice, it is opened once."""
    record = find(pk, request.user)
    user: Any = request.user
    target = f"/returns/{pk}/"

    def write() -> str:
        new = correct_return(
            record=record, reason=request.POST.get("reason", ""), actor=user, at=timezone.now()
        )
        words = _("Version %(number)d is open. Version %(old)d stays readable and in force until then.")
        messages.success(request, words % {"number": new.edition, "old": record.edition})
        return f"/returns/{new.pk}/"

    with told_to(request):
        target = submit_once(request, request.POST.get("once", ""), write)
    return redirect(target)


@login_required
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    record = find(pk, request.user)
    user: Any = request.user
    with told_to(request):
        publish_return(record=record, actor=user, at=timezone.now())
        messages.success(request, _("The return is published."))
    return redirect("return-detail", pk)
