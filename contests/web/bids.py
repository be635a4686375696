"""Bids, the award and its milestones."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contests import services
from contests.enums import BidState
from contests.models import Award, Challenge, KeptFile, Milestone, SealedOffer
from contests.selectors import bids_of
from contests.web.access import bid_of, challenge_of, milestone_of, refuse_outsiders, refuse_readers, uploads
from contests.web.challenges import sites_for_bids
from contests.web.forms.challenges import AwardForm, BidForm, MilestoneRows, ReportForm, typed_milestones
from core.web.errors import shown_on, status_of, told_to
from core.web.once import new_token, submit_once
from evidence.services import store_evidence
from incubators.scope import Action, scope_of


@login_required
@require_http_methods(["GET", "POST"])
def bid_create(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    challenge = challenge_of(request, pk)
    refuse_outsiders(user, challenge.park_id)
    sites, needs_site = sites_for_bids(user, challenge)
    form = BidForm(
        request.POST or None,
        request.FILES or None,
        challenge=challenge,
        user=user,
        sites=sites,
        needs_site=needs_site,
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            return redirect(
                submit_once(request, request.POST.get("once", ""), lambda: _submit(user, challenge, form))
            )
    context = {"form": form, "challenge": challenge, "once": request.POST.get("once") or new_token()}
    return render(request, "contests/bid_form.html", context, status=status_of(form))


def _submit(user: Any, challenge: Challenge, form: BidForm) -> str:
    bid = services.submit_bid(
        challenge=challenge,
        incubator=form.cleaned_data["incubator"],
        values=form.values(),
        files=uploads(form.cleaned_data["files"]),
        actor=user,
        at=timezone.now(),
    )
    return reverse("challenge-bid-detail", args=[bid.pk])


@login_required
@require_safe
def bid_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    bid = bid_of(request, pk)
    today = timezone.localdate()
    files = [
        {"name": file.original_name, "url": reverse("contest-file", args=[file.pk]), "size": file.size}
        for file in KeptFile.objects.visible_to(user).filter(bid=bid).order_by("pk")
    ]
    case = services.cases_of_bids(bid.challenge).get(bid.pk)
    context = {
        "bid": bid,
        "challenge": bid.challenge,
        "offer": SealedOffer.objects.visible_to(user).filter(bid=bid).first(),
        "files": files,
        "case": case,
        "is_sealed": today <= bid.challenge.bids_until,
        "may_withdraw": bid.state == BidState.SUBMITTED
        and today <= bid.challenge.bids_until
        and scope_of(user).allows(Action.ENTER, park_id=bid.park_id, incubator_id=bid.incubator_id),
    }
    return render(request, "contests/bid.html", context)


@login_required
@require_POST
def bid_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    bid = bid_of(request, pk)
    with told_to(request):
        services.withdraw_bid(bid=bid, actor=user, at=timezone.now())
        messages.success(request, _("The bid is withdrawn; its offer was destroyed unread."))
    return redirect("challenge-bid-detail", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def award_create(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    challenge = challenge_of(request, pk)
    refuse_readers(user, challenge.park_id)
    bids = [bid for bid in bids_of(challenge, user) if bid.state == BidState.SUBMITTED]
    form = AwardForm(request.POST or None, bids=bids)
    rows = MilestoneRows(request.POST or None, prefix="milestones")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        with shown_on(form, names={"milestones": ""}):
            services.decide_award(
                challenge=challenge,
                milestones=typed_milestones(rows),
                actor=user,
                at=timezone.now(),
                **form.cleaned_data,
            )
            messages.success(request, _("The award is recorded. A second person has to confirm it."))
            return redirect(reverse("challenge-detail", args=[pk]) + "#award")
    is_wrong = rows.is_bound and not rows.is_valid()
    context = {"form": form, "rows": rows, "challenge": challenge, "bids": bids}
    status = 422 if is_wrong else status_of(form)
    return render(request, "contests/award_form.html", context, status=status)


def _award(request: HttpRequest, pk: int) -> Award:
    challenge = challenge_of(request, pk)
    refuse_readers(request.user, challenge.park_id)
    found: Award = get_object_or_404(Award.objects.select_related("challenge__park"), challenge=challenge)
    return found


@login_required
@require_POST
def award_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    award = _award(request, pk)
    with told_to(request):
        confirmed = services.confirm_award(award=award, actor=user, at=timezone.now())
        messages.success(
            request,
            _("The award is confirmed and its money is committed.")
            if confirmed.commitment_id
            else _("The award is confirmed."),
        )
    return redirect(reverse("challenge-detail", args=[pk]) + "#award")


@login_required
@require_POST
def award_return(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    award = _award(request, pk)
    with told_to(request):
        services.return_award(
            award=award, reason=request.POST.get("reason", ""), actor=user, at=timezone.now()
        )
        messages.success(request, _("The decision is sent back."))
    return redirect("challenge-detail", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def milestone_report(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    milestone = milestone_of(request, pk)
    place = {"park_id": milestone.park_id, "incubator_id": milestone.award.incubator_id}
    if not scope_of(user).allows(Action.ENTER, **place):
        raise PermissionDenied(_("Only the team's operator or the park administrator reports this."))
    form = ReportForm(request.POST or None, request.FILES or None, milestone=milestone)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": "files"}):
            _report(user, milestone, form)
            messages.success(request, _("The milestone is reported. A second person accepts it or not."))
            return redirect(_milestones(milestone))
    context = {"form": form, "milestone": milestone, "challenge": milestone.award.challenge}
    return render(request, "contests/report_form.html", context, status=status_of(form))


def _milestones(milestone: Milestone) -> str:
    return reverse("challenge-detail", args=[milestone.award.challenge_id]) + "#milestones"


@transaction.atomic
def _report(user: Any, milestone: Milestone, form: ReportForm) -> None:
    files = [
        store_evidence(
            park=milestone.award.challenge.park,
            incubator=milestone.award.bid.incubator,
            content=file,
            name=file.name,
            actor=user,
            at=timezone.now(),
        )
        for file in form.cleaned_data["files"]
    ]
    services.report_milestone(
        milestone=milestone,
        words=form.cleaned_data["words"],
        evidence=files,
        measured=form.measured(),
        actor=user,
        at=timezone.now(),
    )


@login_required
@require_POST
def milestone_accept(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    milestone = milestone_of(request, pk)
    refuse_readers(user, milestone.park_id)
    with told_to(request):
        services.accept_milestone(
            milestone=milestone, reason=request.POST.get("reason", ""), actor=user, at=timezone.now()
        )
        messages.success(request, _("The milestone is accepted."))
    return redirect(_milestones(milestone))


@login_required
@require_POST
def milestone_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    milestone = milestone_of(request, pk)
    refuse_readers(user, milestone.park_id)
    with told_to(request):
        services.refuse_milestone(
            milestone=milestone, reason=request.POST.get("reason", ""), actor=user, at=timezone.now()
        )
        messages.success(request, _("The milestone is not accepted. The team reads your words."))
    return redirect(_milestones(milestone))
