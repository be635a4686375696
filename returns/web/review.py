"""One return in front of its reviewer: numbers, last period, peers, records and evidence side by side."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.errors import DomainError, Refused
from core.web.errors import sentence
from incubators.scope import Action, scope_of
from returns.models import PeriodReturn
from returns.selectors import line_views, open_reviews, peers_of, return_title, with_evidence
from returns.services import return_return, verify_return
from returns.web.finding import find, may
from returns.web.showing import context_of

MOST_WAITING = 60


@login_required
@never_cache
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, find(pk, request.user))


def _page(
    request: HttpRequest, record: PeriodReturn, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    if not may(request.user, Action.VERIFY, record):
        raise PermissionDenied(_("Only the park administrator can verify this."))
    views = line_views(record)
    with_evidence(views, record)
    if scope_of(request.user).sees_whole_park(record.incubator.park_id or 0):
        peers = peers_of(record)
        for view in views:
            view.peers = peers.get(view.code, [])
    waiting = list(open_reviews(request.user)[:MOST_WAITING])
    places = [row.pk for row in waiting]
    here = places.index(record.pk) if record.pk in places else -1
    context = context_of(record, views, request.user, at=timezone.now())
    context |= {
        "title": return_title(record),
        "waiting": waiting,
        "place": here + 1,
        "next_one": waiting[here + 1] if here + 1 < len(waiting) else None,
        "previous_one": waiting[here - 1] if here > 0 else None,
        "is_own": record.state == "submitted" and here < 0,
        "unusual_count": sum(view.is_unusual or view.is_override or view.drifted for view in views),
        "refusal": refusal,
        "typed": request.POST,
    }
    return render(request, "returns/review.html", context, status=status)


@login_required
@require_POST
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify or return, as it was seen; then the next one comes."""
    record = find(pk, request.user)
    user: Any = request.user
    seen = request.POST.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else None
    following = [row.pk for row in open_reviews(user)[:MOST_WAITING]]
    at = timezone.now()
    try:
        if request.POST.get("decision") == "verify":
            verify_return(record=record, actor=user, at=at, expected_version=version)
            words = _("Verified: %(title)s")
        else:
            remarks = {
                name.removeprefix("remark-"): text
                for name, text in request.POST.items()
                if name.startswith("remark-")
            }
            return_return(
                record=record,
                reason=request.POST.get("reason", ""),
                remarks=remarks,
                actor=user,
                at=at,
                expected_version=version,
            )
            words = _("Returned: %(title)s")
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        return _page(request, find(pk, request.user), refusal=sentence(error), status=409)
    messages.success(request, words % {"title": return_title(record)})
    return redirect(_next(following, pk))


def _next(waiting: list[int], pk: int) -> str:
    """The one behind this one, else the first of the others, else the list."""
    behind = waiting[waiting.index(pk) + 1 :] if pk in waiting else waiting
    others = behind or [one for one in waiting if one != pk]
    return reverse("return-review", args=[others[0]]) if others else reverse("return-list")
