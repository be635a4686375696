"""Rounds, loans, whitelists and shared risks of all enterprises one may see, and what events led to."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.web.keyset import page_of
from enterprises.selectors.financing import TABS, financing_matching, results_by_event, totals_of
from enterprises.web.picking import ListFilter
from incubators.scope import Action, may_somewhere, scope_of

TAB_WORDS = (
    ("rounds", gettext_lazy("Rounds")),
    ("loans", gettext_lazy("Loans")),
    ("whitelist", gettext_lazy("Whitelists")),
    ("risk-shares", gettext_lazy("Shared risks")),
    ("events", gettext_lazy("Matchmaking results")),
)
DAYS = {"rounds": "on", "loans": "starts_on", "whitelist": "starts_on", "risk-shares": "entered_at"}
SUMS = {"rounds": "amount", "loans": "line_amount"}


class FinancingFilter(ListFilter):
    q = forms.CharField(label=gettext_lazy("Enterprise"), required=False, max_length=80)
    event = forms.CharField(label=gettext_lazy("Matchmaking event"), required=False, max_length=160)
    waiting = forms.BooleanField(label=gettext_lazy("Waits for verification"), required=False)


@login_required
@require_safe
def financing_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    tab = request.GET.get("tab", "rounds")
    tab = tab if tab in dict(TAB_WORDS) else "rounds"
    filters = FinancingFilter(request.GET, user=user)
    if tab not in SUMS:
        del filters.fields["event"]
    context: dict[str, Any] = {
        "tab": tab,
        "tabs": TAB_WORDS,
        "filters": filters,
        "is_filtered": bool(filters.values()),
        "may_enter": may_somewhere(Action.ENTER, user),
        "new_name": f"financing-{tab}-new" if tab in TABS and tab != "risk-shares" else "",
    }
    if tab == "events":
        return render(
            request, "enterprises/financing_list.html", {**context, "events": results_by_event(user)}
        )
    rows = financing_matching(user, tab=tab, **filters.values())
    page = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders={"day": DAYS[tab], "changed": "updated_at"},
        default="-day",
        cursor=request.GET.get("cursor", ""),
    )
    scope = scope_of(user)
    context |= {
        "page": page,
        "rows": [
            (row, scope.actions(park_id=row.owner.park_id, incubator_id=row.owner.incubator_id))
            for row in page.rows
        ],
        "totals": totals_of(rows, SUMS[tab]) if tab in SUMS else {},
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "enter": Action.ENTER,
        "verify": Action.VERIFY,
    }
    return render(request, "enterprises/financing_list.html", context)


def _actions(scope: Any, owner: Any) -> frozenset[Action]:
    found: frozenset[Action] = scope.actions(park_id=owner.park_id, incubator_id=owner.incubator_id)
    return found
