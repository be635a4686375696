"""免申即享: what the sweep proposed, and the park's decision on each."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.web.errors import told_to
from core.web.keyset import page_of
from enterprises.web.picking import ListFilter, choices_of
from funding import services
from funding.enums import GrantProposalState
from funding.models import Proposal
from funding.selectors.matching import proposals_by_state, proposals_matching
from incubators.scope import Action, scope_of

TONES = {
    GrantProposalState.OPEN: ("info", "clock"),
    GrantProposalState.ACCEPTED: ("ok", "circle-check"),
    GrantProposalState.DISMISSED: ("quiet", "circle-x"),
}


class ProposalFilter(ListFilter):
    state = forms.ChoiceField(
        label=gettext_lazy("State"), required=False, choices=lambda: choices_of(GrantProposalState)
    )


@login_required
@require_safe
def entitlement_proposals(request: HttpRequest) -> HttpResponse:
    filters = ProposalFilter(request.GET, user=request.user)
    chosen = filters.values()
    page = page_of(
        proposals_matching(request.user, **chosen),
        order=request.GET.get("ordering", ""),
        orders={"proposed": "proposed_at"},
        default="-proposed",
        cursor=request.GET.get("cursor", ""),
    )
    manages = scope_of(request.user)
    rows = [
        {
            "proposal": one,
            "tone": TONES[GrantProposalState(one.state)],
            "up_to": one.version.compiled().up_to,
            "may_decide": one.state == GrantProposalState.OPEN
            and manages.allows(Action.MANAGE, park_id=one.enterprise.park_id),
        }
        for one in page.rows
    ]
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": rows,
        "counts": proposals_by_state(request.user),
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "funding/proposal_list.html", context)


@login_required
@require_POST
def entitlement_proposal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = get_object_or_404(Proposal.objects.visible_to(request.user), pk=pk)
    user: Any = request.user
    accept = request.POST.get("decision") == "accept"
    with told_to(request):
        services.decide_proposal(
            proposal=proposal,
            accept=accept,
            reason=request.POST.get("reason", "")[:400],
            actor=user,
            at=timezone.now(),
        )
        messages.success(
            request, _("The proposal is accepted.") if accept else _("The proposal is dismissed.")
        )
    return redirect("entitlement-proposals")
