"""Pages on the record itself: history chains and exchange rates."""

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.models import ExchangeRate
from core.web.keyset import page_of
from insight.selectors.chains import breaks_of, chains_of, may_check


@login_required
@require_safe
def history_check(request: HttpRequest) -> HttpResponse:
    """The heads of the chains one may check; with ``?check=1`` every link of them is computed again."""
    if not may_check(request.user):
        raise PermissionDenied(_("Only park staff and auditors can check the history."))
    chains = chains_of(request.user)
    checked = request.GET.get("check") == "1"
    breaks = breaks_of(chains) if checked else {}
    context = {
        "rows": [(chain, breaks.get(chain.name)) for chain in chains],
        "checked_at": timezone.now() if checked else None,
        "breaks": list(breaks.values()),
        "entries": sum(chain.sequence for chain in chains),
    }
    return render(request, "insight/history_check.html", context)


@login_required
@require_safe
def rate_list(request: HttpRequest) -> HttpResponse:
    """Dated exchange rates, newest first: the only way from one currency to another."""
    page = page_of(
        ExchangeRate.objects.all(),
        order="-on",
        orders={"on": "on"},
        default="-on",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "insight/rate_list.html", context)
