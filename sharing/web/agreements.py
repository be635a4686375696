"""Sharing agreements: the list, the form, the page with its three columns, paper and Excel."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import Action, may_somewhere
from sharing import services
from sharing.models import SharingAgreement, SharingDispute, SharingSettlement
from sharing.report import agreement_excel
from sharing.selectors import (
    agreements_matching,
    computations_seen,
    entries_seen,
    phases_of,
    standing_of,
    standings_of,
)
from sharing.services import AGREEMENT_FIELDS
from sharing.services.disputes import may_dispute
from sharing.web.access import allows, parks_to_manage, refuse, seen_agreement, stored
from sharing.web.forms import AgreementForm, DisputeForm, SharingFilter

ORDERS = {"updated": "updated_at", "signed": "signed_on"}
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@login_required
@require_safe
def sharing_list(request: HttpRequest) -> HttpResponse:
    filters = SharingFilter(request.GET)
    chosen = filters.values()
    today = timezone.localdate()
    page = page_of(
        agreements_matching(request.user, today=today, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-signed",
        cursor=request.GET.get("cursor", ""),
    )
    standings = standings_of(page.rows)
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [(row, standings[row.pk].moved, bool(standings[row.pk].disputes)) for row in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_manage": may_somewhere(Action.MANAGE, request.user),
        "today": today,
    }
    return render(request, "sharing/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def sharing_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse(user, Action.MANAGE)
    form = AgreementForm(
        request.POST or None,
        request.FILES or None,
        parks=parks_to_manage(user),
        initial={"role_1": "host", "role_2": "home", "role_3": "operator"},
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"parties": "party_1", "evidence": "file"}):
            once = request.POST.get("once", "")
            return redirect(submit_once(request, once, lambda: _create(request, form)))
    context = {"form": form, "once": request.POST.get("once") or new_token()}
    return render(request, "sharing/form.html", context, status=status_of(form))


def _create(request: HttpRequest, form: AgreementForm) -> str:
    user: Any = request.user
    park = form.cleaned_data["park"]
    agreement = services.save_sharing(
        agreement=None,
        park=park,
        values=form.values() | {"evidence": stored(request, park, form.cleaned_data["file"])},
        parties=form.parties(),
        incubators=list(form.cleaned_data["incubators"]),
        actor=user,
        at=timezone.now(),
    )
    messages.success(request, _("The agreement is recorded. Now write its terms."))
    return reverse("sharing-terms-create", args=[agreement.pk])


@login_required
@require_http_methods(["GET", "POST"])
def sharing_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    agreement = seen_agreement(request, pk)
    refuse(user, Action.MANAGE, agreement.park_id)
    names = [name for name in (*AGREEMENT_FIELDS, "version") if name != "evidence"]
    initial = {name: getattr(agreement, name) for name in names}
    initial["incubators"] = list(agreement.incubators.values_list("pk", flat=True))
    form = AgreementForm(
        request.POST or None,
        request.FILES or None,
        parks=parks_to_manage(user),
        agreement=agreement,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"parties": "party_1", "evidence": "file"}), transaction.atomic():
            file = stored(request, agreement.park, form.cleaned_data["file"]) or agreement.evidence
            services.save_sharing(
                agreement=agreement,
                park=agreement.park,
                values=form.values() | {"evidence": file},
                parties=form.parties(),
                incubators=list(form.cleaned_data["incubators"]),
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The agreement is saved."))
            return redirect("sharing-detail", pk=pk)
    context = {"form": form, "agreement": agreement}
    return render(request, "sharing/form.html", context, status=status_of(form))


@login_required
@require_safe
def sharing_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return detail_page(request, seen_agreement(request, pk))


def detail_page(
    request: HttpRequest, agreement: SharingAgreement, dispute: DisputeForm | None = None
) -> HttpResponse:
    user: Any = request.user
    today = timezone.localdate()
    page = page_of(
        entries_seen(user).filter(agreement=agreement),
        order="-at",
        orders={"at": "at"},
        default="-at",
        cursor=request.GET.get("cursor", ""),
    )
    standing = standing_of(agreement)
    if dispute is None:
        mine = [party.pk for party in standing.parties if may_dispute(user, agreement, party)]
        if mine:
            initial = {"year": standing.years[-1].year if standing.years else today.year - 1}
            dispute = DisputeForm(agreement=agreement, parties=mine, initial=initial)
    context = {
        **_about(agreement, standing, today),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "dispute_form": dispute,
        "sees_papers": allows(user, Action.READ, agreement.park_id),
        "may_manage": allows(user, Action.MANAGE, agreement.park_id),
        "may_pay": allows(user, Action.PAY, agreement.park_id),
    }
    return render(request, "sharing/detail.html", context, status=status_of(dispute) if dispute else 200)


def _about(agreement: SharingAgreement, standing: Any, today: Any) -> dict[str, Any]:
    """What the page and the paper show alike."""
    versions = list(agreement.versions.select_related("proposed_by", "agreed_by").order_by("-number"))
    agreed = sorted((row for row in versions if row.state == "agreed"), key=lambda row: row.valid_from)
    last = agreed[-1] if agreed else None
    settlements = SharingSettlement.objects.filter(agreement=agreement).select_related(
        "payer__park", "payer__organisation", "payee__park", "payee__organisation", "evidence"
    )
    disputes = SharingDispute.objects.filter(agreement=agreement).select_related(
        "party__park", "party__organisation", "reported_by", "resolved_by"
    )
    return {
        "agreement": agreement,
        "standing": standing,
        "versions": versions,
        "drafts": [row for row in versions if row.state != "agreed"],
        "last": last,
        "is_expired": last is not None and last.valid_until <= today,
        "phases": phases_of(last, this_year=today.year) if last else [],
        "sites": list(agreement.incubators.order_by("sort_key", "pk")),
        "accruals": list(
            agreement.accruals.select_related("computed_by", "version").order_by("-year", "-number")
        ),
        "settlements": list(settlements.order_by("-on", "-pk")),
        "disputes": list(disputes.order_by("-reported_at", "-pk")),
        "today": today,
    }


@login_required
@require_safe
def sharing_print(request: HttpRequest, pk: int) -> HttpResponse:
    """The whole agreement on paper: standing, lines of each computation in force, settlements, journal."""
    agreement = seen_agreement(request, pk)
    about = _about(agreement, standing_of(agreement), timezone.localdate())
    newest: dict[int, Any] = {}
    for accrual in about["accruals"]:
        newest.setdefault(accrual.year, accrual)
    accruals = agreement.accruals.filter(pk__in=[row.pk for row in newest.values()])
    rows = accruals.select_related("agreement", "version", "computed_by").order_by("year")
    context = {
        **about,
        "computed": computations_seen(request.user, rows),
        "entries": list(entries_seen(request.user).filter(agreement=agreement).order_by("at", "pk")),
        "printed_at": timezone.now(),
    }
    return render(request, "sharing/print.html", context)


@login_required
@require_safe
def sharing_excel(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = seen_agreement(request, pk)
    response = HttpResponse(agreement_excel(agreement, request.user), content_type=EXCEL)
    name = f"{agreement.number} {agreement.name}.xlsx"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
