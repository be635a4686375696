"""A year's shares: looked at first, booked then; and the page of a computation."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.web.errors import told_to
from incubators.scope import Action
from sharing import services
from sharing.calculator import ZERO
from sharing.models import SharingAgreement, SharingLine
from sharing.selectors import Computation, computations_seen, compute_year, phases_of
from sharing.web.access import allows, refuse, seen_accrual, seen_agreement


def _year(typed: str, agreement: SharingAgreement, today: Any) -> int:
    if typed.isdecimal() and len(typed) == 4 and 2000 <= int(typed) <= 2100:
        return int(typed)
    booked = agreement.accruals.order_by("-year").values_list("year", flat=True).first()
    return min(booked + 1 if booked else agreement.signed_on.year, today.year - 1)


@login_required
@require_http_methods(["GET", "POST"])
def sharing_compute(request: HttpRequest, pk: int) -> HttpResponse:
    """The computation of a year before it is booked (GET writes nothing); POST books what was seen."""
    user: Any = request.user
    agreement = seen_agreement(request, pk)
    refuse(user, Action.MANAGE, agreement.park_id)
    today = timezone.localdate()
    year = _year(request.POST.get("year", "") or request.GET.get("year", ""), agreement, today)
    if request.method == "POST":
        with told_to(request):
            digest = request.POST.get("digest", "")[:64]
            accrual = services.book_accrual(
                agreement=agreement, year=year, expected_digest=digest, actor=user, at=timezone.now()
            )
            messages.success(request, _("The shares of %(year)d are booked.") % {"year": year})
            return redirect("sharing-accrual", pk=accrual.pk)
    found = compute_year(agreement, year)
    first = agreement.versions.filter(state="agreed").order_by("valid_from").first()
    years = list(range(first.valid_from.year if first else year, today.year))
    context = {
        "agreement": agreement,
        "year": year,
        "years": years,
        "found": found,
        "rows": _rows(agreement, found) if found else [],
        "lines": _lines(agreement, found) if found else [],
        "parties": _parties(agreement),
        "is_known": bool(found and found.known and found.known.digest == found.digest),
        "phases": phases_of(found.version, this_year=today.year) if found else [],
    }
    status = 409 if request.method == "POST" else 200
    return render(request, "sharing/compute.html", context, status=status)


def _parties(agreement: SharingAgreement) -> list[Any]:
    return list(agreement.parties.select_related("park", "organisation").order_by("position"))


def _rows(agreement: SharingAgreement, found: Computation) -> list[tuple[Any, Any, Any, Any]]:
    """(party, in the book now, by this computation, difference)."""
    return [
        (
            party,
            found.booked.get(party.pk, ZERO),
            found.positions.get(party.pk, ZERO),
            found.differences.get(party.pk, ZERO),
        )
        for party in _parties(agreement)
    ]


def _lines(agreement: SharingAgreement, found: Computation) -> list[tuple[Any, list[Any]]]:
    """The lines as they would be stored, with the part of each party."""
    parties = _parties(agreement)
    return [
        (
            SharingLine(
                term=line.term,
                enterprise=line.enterprise,
                landed_on=line.landed_on,
                figure=line.figure,
                verified_at=line.figures.verified_at,
                verifier=str(line.figures.verified_by),
                rate=line.shared.rate,
                is_capped=line.shared.is_capped,
                amount=line.shared.amount,
            ),
            [line.shared.shares.get(party.pk) for party in parties],
        )
        for line in found.lines
    ]


@login_required
@require_safe
def sharing_accrual(request: HttpRequest, pk: int) -> HttpResponse:
    accrual = seen_accrual(request, pk)
    parties = _parties(accrual.agreement)
    seen = computations_seen(request.user, [accrual])[0]
    later = accrual.agreement.accruals.filter(year=accrual.year, number__gt=accrual.number)
    entry = getattr(accrual, "entry", None)
    moved = dict(entry.postings.values_list("account__party", "amount")) if entry else {}
    context = {
        "accrual": accrual,
        "agreement": accrual.agreement,
        "entry": entry,
        "parties": parties,
        "rows": [
            (party, accrual.positions.get(str(party.pk), ZERO), moved.get(party.pk)) for party in parties
        ],
        "lines": [(line, [line.shares.get(str(party.pk)) for party in parties]) for line in seen.lines],
        "seen": seen,
        "later": later.order_by("number").first(),
        "may_manage": allows(request.user, Action.MANAGE, accrual.agreement.park_id),
    }
    return render(request, "sharing/accrual.html", context)
