"""Returns that wait for a decision, side by side: the plain ones are verified together."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.web.errors import sentence, told_to
from incubators.scope import Action, may_somewhere
from returns.models import PeriodReturn
from returns.selectors import open_reviews, return_title, waiting_together
from returns.services import MOST_TOGETHER, Seen, Verdict, verify_returns


@login_required
@never_cache
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not may_somewhere(Action.VERIFY, user):
        raise PermissionDenied(_("Only the park administrator can verify this."))
    if request.method == "POST":
        with told_to(request):
            verdicts = verify_returns(seen=_seen(request), actor=user, at=timezone.now())
            _say(request, verdicts)
        return redirect("return-reviews")
    rows = waiting_together(open_reviews(user)[:MOST_TOGETHER])
    context = {
        "rows": rows,
        "plain": sum(row.is_plain for row in rows),
        "most": MOST_TOGETHER,
        "total": len(rows) if len(rows) < MOST_TOGETHER else open_reviews(user).count(),
    }
    return render(request, "returns/reviews.html", context)


def _seen(request: HttpRequest) -> list[Seen]:
    """The ticked returns, each with the version that the page showed; what nobody may see is left out."""
    chosen = {}
    for text in request.POST.getlist("return")[: MOST_TOGETHER + 1]:
        pk, _at, version = text.partition("@")
        if all(part.isascii() and part.isdigit() and len(part) < 10 for part in (pk, version)):
            chosen[int(pk)] = int(version)
    rows = PeriodReturn.objects.visible_to(request.user).filter(pk__in=chosen)
    found = {row.pk: row for row in rows.select_related("incubator__park", "duty")}
    return [Seen(found[pk], version) for pk, version in chosen.items() if pk in found]


def _say(request: HttpRequest, verdicts: list[Verdict]) -> None:
    count = sum(verdict.is_verified for verdict in verdicts)
    if count:
        messages.success(request, _("Returns verified: %(count)d") % {"count": count})
    for verdict in verdicts:
        if verdict.refusal is not None:
            messages.error(request, f"{return_title(verdict.record)}: {sentence(verdict.refusal)}")
