"""Settlements between parties, and shares that are disputed."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.errors import shown_on, status_of, told_to
from core.web.once import new_token
from incubators.scope import REFUSALS, Action
from sharing import services
from sharing.enums import SettlementState
from sharing.models import SharingAgreement, SharingSettlement
from sharing.selectors import standing_of
from sharing.services.disputes import may_dispute
from sharing.web.access import (
    allows,
    refuse,
    seen_agreement,
    seen_dispute,
    seen_settlement,
    stored,
)
from sharing.web.agreements import detail_page
from sharing.web.forms import DisputeForm, ReasonForm, SettlementForm


@login_required
@require_http_methods(["GET", "POST"])
def sharing_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter a payment or a netting; the hidden ``once`` is its key, so that a second click enters nothing."""
    user: Any = request.user
    agreement = seen_agreement(request, pk)
    refuse(user, Action.PAY, agreement.park_id)
    standing = standing_of(agreement)
    years = [year.year for year in standing.years if year.is_booked]
    form = SettlementForm(
        request.POST or None,
        request.FILES or None,
        agreement=agreement,
        years=years,
        initial=_suggested(standing) | {"once": new_token(), "on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": "file", "key": "once"}), transaction.atomic():
            row = services.record_settlement(
                agreement=agreement,
                values=form.values()
                | {"evidence": stored(request, agreement.park, form.cleaned_data["file"])},
                key=f"page:{user.pk}:{form.cleaned_data['once']}",
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("Entered. It is booked once a second person confirms it."))
            return redirect("sharing-settlement", pk=row.pk)
    context = {"form": form, "agreement": agreement, "standing": standing, "years": years}
    return render(request, "sharing/settle.html", context, status=status_of(form))


def _suggested(standing: Any) -> dict[str, Any]:
    """The oldest year with something open: its largest debtor, largest creditor, and what both have open."""
    for year in standing.years:
        debtor = min(year.rows, key=lambda row: row.open)
        creditor = max(year.rows, key=lambda row: row.open)
        if debtor.open < 0 < creditor.open:
            return {
                "year": year.year,
                "payer": debtor.party.pk,
                "payee": creditor.party.pk,
                "amount": min(-debtor.open, creditor.open),
            }
    return {}


@login_required
@require_safe
def sharing_settlement(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, seen_settlement(request, pk))


def _page(request: HttpRequest, row: SharingSettlement, form: ReasonForm | None = None) -> HttpResponse:
    user: Any = request.user
    park = row.agreement.park_id
    own = row.recorded_by_id == user.pk
    waits = row.state == SettlementState.REPORTED
    context = {
        "row": row,
        "agreement": row.agreement,
        "entries": list(row.entries.select_related("by").order_by("pk")),
        "may_confirm": waits and not own and allows(user, Action.VERIFY_MONEY, park),
        "is_own": waits and own,
        "may_return": waits and allows(user, Action.PAY, park),
        "may_reverse": row.state == SettlementState.CONFIRMED
        and not own
        and allows(user, Action.MANAGE, park),
        "sees_papers": allows(user, Action.READ, park),
        "form": form or ReasonForm(),
    }
    return render(request, "sharing/settlement.html", context, status=status_of(form) if form else 200)


@login_required
@require_POST
def sharing_settlement_act(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm, send back or take back; which of them is posted as ``act``."""
    user: Any = request.user
    row = seen_settlement(request, pk)
    act, now = request.POST.get("act", ""), timezone.now()
    refuse(user, Action.MANAGE if act == "reverse" else Action.PAY, row.agreement.park_id)
    if act == "confirm":
        with told_to(request):
            services.confirm_settlement(settlement=row, actor=user, at=now)
            messages.success(request, _("Confirmed and booked."))
        return redirect("sharing-settlement", pk=pk)
    form = ReasonForm(request.POST)
    if form.is_valid():
        deed = services.reverse_settlement if act == "reverse" else services.return_settlement
        with shown_on(form):
            deed(settlement=row, reason=form.cleaned_data["reason"], actor=user, at=now)
            messages.success(request, _("Done; both sides see why."))
            return redirect("sharing-settlement", pk=pk)
    return _page(request, row, form)


@login_required
@require_POST
def sharing_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """A party says that it cannot honour a share; the page shows the form again with what is wrong."""
    user: Any = request.user
    agreement: SharingAgreement = seen_agreement(request, pk)
    parties = agreement.parties.select_related("park", "organisation")
    mine = [party.pk for party in parties if may_dispute(user, agreement, party)]
    if not mine:
        raise PermissionDenied(REFUSALS[Action.PAY]())
    form = DisputeForm(request.POST, agreement=agreement, parties=mine)
    if form.is_valid():
        with shown_on(form):
            services.report_dispute(agreement=agreement, actor=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The share is marked as disputed. What is booked stays booked."))
            return redirect(reverse("sharing-detail", args=[pk]) + "#disputes")
    return detail_page(request, agreement, form)


@login_required
@require_POST
def sharing_dispute_resolve(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    dispute = seen_dispute(request, pk)
    refuse(user, Action.MANAGE, dispute.agreement.park_id)
    with told_to(request):
        services.resolve_dispute(
            dispute=dispute,
            resolution=request.POST.get("resolution", "")[:300],
            actor=user,
            at=timezone.now(),
        )
        messages.success(request, _("The dispute is resolved."))
    return redirect(reverse("sharing-detail", args=[dispute.agreement_id]) + "#disputes")
