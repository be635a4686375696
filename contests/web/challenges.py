"""Challenges: the list, the page with its bids and milestones, the forms and moves."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from contests import services
from contests.enums import BidState, ChallengeState
from contests.models import Award, Challenge, Milestone, runs_contests
from contests.selectors import bids_of, challenges_matching
from contests.services import CHALLENGE_FIELDS
from contests.web.access import challenge_of, enters_in, parks_to_run, refuse_readers, sites_to_enter
from contests.web.forms.challenges import (
    BidReviewForm,
    ChallengeFilterForm,
    ChallengeForm,
    TargetRows,
    targets_of,
    typed_targets,
)
from core.saving import values_of
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.models import Park
from incubators.scope import Action, may_somewhere, scope_of
from reviews.selectors import results_of
from reviews.web.forms import CriterionRows, typed_criteria

ORDERS = {"updated": "updated_at", "until": "bids_until"}


@login_required
@require_safe
def challenge_list(request: HttpRequest) -> HttpResponse:
    filters = ChallengeFilterForm(request.GET)
    chosen = filters.values()
    page = page_of(
        challenges_matching(request.user, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-updated",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_write": may_somewhere(Action.ENTER, request.user),
        "today": timezone.localdate(),
        "at": "challenges",
    }
    return render(request, "contests/challenge_list.html", context)


@login_required
@require_safe
def challenge_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return challenge_page(request, challenge_of(request, pk))


def challenge_page(
    request: HttpRequest, challenge: Challenge, status: int = 200, **forms: Any
) -> HttpResponse:
    """Everything about a challenge; ``forms`` replaces one that was refused."""
    user: Any = request.user
    today = timezone.localdate()
    may_run = runs_contests(user, challenge.park_id)
    bids = bids_of(challenge, user)
    cases = services.cases_of_bids(challenge)
    outcomes = results_of(list(cases.values())) if scope_of(user).sees_whole_park(challenge.park_id) else {}
    award = getattr(challenge, "award", None)
    sees_award = award is not None and any(bid.pk == award.bid_id for bid in bids)
    milestones = _milestones_of(award) if award and sees_award else []
    is_sealed = today <= challenge.bids_until
    is_open = challenge.state == ChallengeState.OPEN
    standing = [bid for bid in bids if bid.state == BidState.SUBMITTED]
    waits = next((one for one in milestones if one.state != "accepted"), None)
    context = {
        "challenge": challenge,
        "targets": list(challenge.targets.all()),
        "bids": [(bid, cases.get(bid.pk), outcomes.get(cases[bid.pk].pk) if bid.pk in cases else None)
                 for bid in bids],
        "moves": challenge.moves.select_related("moved_by"),
        "award": award if sees_award else None,
        "milestones": milestones,
        "is_sealed": is_sealed,
        "may_run": may_run,
        "may_write": _may_write(user, challenge) and challenge.state in ("draft", "open"),
        "may_bid": is_open and is_sealed and enters_in(user, challenge.park_id),
        "may_award": may_run and is_open and not is_sealed and bool(standing) and award is None,
        "may_review": may_run and is_open and not is_sealed and bool(standing)
        and challenge.review_round_id is None,
        "may_confirm": may_run and award is not None and award.confirmed_at is None
        and award.decided_by_id != user.pk,
        "may_report": waits if waits and waits.state in ("planned", "refused")
        and challenge.state == "awarded" and sees_award
        and scope_of(user).allows(Action.ENTER, park_id=challenge.park_id,
                                  incubator_id=award.bid.incubator_id if award else None) else None,
        "may_judge": waits if waits and waits.state == "reported" and may_run
        and waits.reported_by_id != user.pk else None,
        **forms,
    }  # fmt: skip
    return render(request, "contests/challenge.html", context, status=status)


def _milestones_of(award: Award) -> list[Milestone]:
    rows = award.milestones.select_related("instalment", "reported_by", "judged_by")
    return list(rows.prefetch_related("evidence").order_by("position"))


def _may_write(user: Any, challenge: Challenge) -> bool:
    return scope_of(user).allows(Action.ENTER, park_id=challenge.park_id, incubator_id=challenge.incubator_id)


def _park_to_write(user: Any) -> Park:
    """The park of a new challenge: the one that the person administers, else that of his incubator."""
    parks = parks_to_run(user)
    if parks:
        return parks[0]
    scope = scope_of(user)
    homes = {scope.incubator_parks[key] for key in scope.places(Action.ENTER).incubator_ids}
    found = Park.objects.filter(pk__in=homes).order_by("pk").first()
    if found is None:
        raise PermissionDenied(_("Only the park administrator and its operators write challenges."))
    return found


@login_required
@require_http_methods(["GET", "POST"])
def challenge_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    park = _park_to_write(user)
    form = ChallengeForm(request.POST or None, park=park, user=user)
    rows = TargetRows(request.POST or None, prefix="targets")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        with shown_on(form, names={"targets": ""}):
            return redirect(
                submit_once(
                    request, request.POST.get("once", ""), lambda: _save(user, form, rows, park, None)
                )
            )
    context = {"form": form, "rows": rows, "park": park, "once": request.POST.get("once") or new_token()}
    return render(request, "contests/challenge_form.html", context, status=_status(form, rows))


def _status(form: Any, rows: Any) -> int:
    return 422 if rows is not None and rows.is_bound and not rows.is_valid() else status_of(form)


def _save(user: Any, form: ChallengeForm, rows: Any, park: Park, challenge: Challenge | None) -> str:
    saved = services.save_challenge(
        challenge=challenge,
        park=park,
        values=form.values(),
        targets=typed_targets(rows) if rows is not None else None,
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=timezone.now(),
    )
    return reverse("challenge-detail", args=[saved.pk])


@login_required
@require_http_methods(["GET", "POST"])
def challenge_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    challenge = challenge_of(request, pk)
    if not _may_write(user, challenge):
        raise PermissionDenied(_("Only the park administrator and the publisher's operator change this."))
    initial = values_of(challenge, CHALLENGE_FIELDS) | {"version": challenge.version}
    initial.pop("publisher")
    form = ChallengeForm(
        request.POST or None, park=challenge.park, user=user, challenge=challenge, initial=initial
    )
    rows = None
    if challenge.state == ChallengeState.DRAFT:
        rows = TargetRows(request.POST or None, prefix="targets", initial=targets_of(challenge))
    if request.method == "POST" and form.is_valid() and (rows is None or rows.is_valid()):
        with shown_on(form, names={"targets": ""}):
            address = _save(user, form, rows, challenge.park, challenge)
            messages.success(request, _("The challenge is saved."))
            return redirect(address)
    context = {"form": form, "rows": rows, "challenge": challenge, "park": challenge.park}
    return render(request, "contests/challenge_form.html", context, status=_status(form, rows))


@login_required
@require_POST
def challenge_publish(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    challenge = challenge_of(request, pk)
    refuse_readers(user, challenge.park_id)
    with told_to(request):
        services.publish_challenge(challenge=challenge, actor=user, at=timezone.now())
        messages.success(
            request, _("The challenge is published. Bids are sealed until their last day is over.")
        )
    return redirect("challenge-detail", pk=pk)


@login_required
@require_POST
def challenge_end(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    challenge = challenge_of(request, pk)
    refuse_readers(user, challenge.park_id)
    with told_to(request):
        services.end_challenge(
            challenge=challenge, reason=request.POST.get("reason", ""), actor=user, at=timezone.now()
        )
        messages.success(request, _("The challenge is ended."))
    return redirect("challenge-detail", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def challenge_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a review round over the bids."""
    user: Any = request.user
    challenge = challenge_of(request, pk)
    refuse_readers(user, challenge.park_id)
    form = BidReviewForm(request.POST or None)
    rows = CriterionRows(request.POST or None, prefix="criteria")
    if request.method == "POST" and form.is_valid() and rows.is_valid():
        with shown_on(form, names={"criteria": ""}):
            round = services.open_bid_review(
                challenge=challenge,
                review={"kind": "professional", **form.cleaned_data},
                criteria=typed_criteria(rows),
                actor=user,
                at=timezone.now(),
            )
            return redirect("review-detail", pk=round.pk)
    context = {"form": form, "rows": rows, "challenge": challenge}
    return render(request, "contests/bid_review_form.html", context, status=_status(form, rows))


def sites_for_bids(user: Any, challenge: Challenge) -> tuple[list[Any], bool]:
    """The incubators to choose from, and whether one has to be chosen."""
    return sites_to_enter(user, challenge.park_id), not runs_contests(user, challenge.park_id)
