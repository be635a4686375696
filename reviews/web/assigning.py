"""Who reviews what: the proposal with its reasons, edited and confirmed by a person."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Invalid
from core.web.errors import told_to
from reviews import services
from reviews.enums import AssignmentState, ExpertRegion
from reviews.models import Assignment, Expert, ReviewRound
from reviews.selectors import GIVEN, in_words, sector_names
from reviews.web.access import case_of, refuse_readers, round_of
from reviews.web.cases import assignment_of


@login_required
@require_http_methods(["GET", "POST"])
def review_assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose, look, change, confirm."""
    user: Any = request.user
    round = round_of(request, pk)
    refuse_readers(user, round.park_id)
    if request.method == "POST":
        _do(request, round)
        return redirect("review-assign", pk=round.pk)
    sectors = sector_names()
    found: dict[int, list[tuple[Assignment, list[str]]]] = {}
    rows = Assignment.objects.filter(case__round=round, case__result="").select_related("expert")
    for task in rows.order_by("pk"):
        found.setdefault(task.case_id, []).append((task, in_words(task.reasons, sectors)))
    cases = []
    for case in round.cases.filter(result="").order_by("number", "pk"):
        tasks = found.get(case.pk, [])
        lacks = round.marks_needed - sum(task.state in GIVEN for task, _words in tasks)
        cases.append((case, sectors.get(case.field, case.field), tasks, max(0, lacks)))
    proposed = [task for of_case in found.values() for task, _words in of_case if task.state == "proposed"]
    context = {
        "round": round,
        "cases": cases,
        "proposed": len(proposed),
        "experts": len({task.expert_id for task in proposed}),
        "lacking": sum(lacks for *_rest, lacks in cases),
        "regions": ExpertRegion.choices,
    }
    return render(request, "reviews/assign.html", context)


def _do(request: HttpRequest, round: ReviewRound) -> None:
    user: Any = request.user
    with told_to(request):
        if request.POST.get("deed") == "invite":
            invited = services.invite_experts(round=round, actor=user, at=timezone.now())
            messages.success(
                request, _("Invitations sent: %(count)d. The experts are told.") % {"count": len(invited)}
            )
        else:
            region = request.POST.get("region", "")
            plan = services.propose_assignments(
                round=round,
                region=region if region in ExpertRegion.values else "",
                actor=user,
                at=timezone.now(),
            )
            messages.success(
                request,
                _("Proposed: %(count)d. Nobody is told before you confirm.") % {"count": len(plan.choices)},
            )


@login_required
@require_POST
def case_choose(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    case = case_of(request, pk)
    refuse_readers(user, case.park_id)
    key = request.POST.get("expert", "")
    pool = Expert.objects.filter(park=case.park_id)
    expert = pool.filter(pk=int(key) if key.isascii() and key.isdigit() and len(key) < 19 else 0).first()
    with told_to(request):
        if expert is None:
            raise Invalid(_("Choose an expert from the list."))
        services.choose_expert(case=case, expert=expert, actor=user, at=timezone.now())
        messages.success(request, _("%(expert)s is proposed.") % {"expert": expert.name})
    return redirect(reverse("review-case", args=[case.pk]) + "#experts")


def _with_words(request: HttpRequest, pk: int, deed: Callable[..., Any], name: str) -> HttpResponse:
    task = assignment_of(request, pk)
    with told_to(request):
        deed(
            assignment=task,
            actor=request.user,
            at=timezone.now(),
            **{name: request.POST.get("words", "")},
        )
    return redirect(reverse("review-case", args=[task.case_id]) + "#experts")


@login_required
@require_POST
def assignment_recuse(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_words(request, pk, services.recuse_expert, "words")


@login_required
@require_POST
def assignment_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_words(request, pk, services.withdraw_assignment, "words")


@login_required
@require_POST
def assignment_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    return _with_words(request, pk, services.reopen_score, "reason")


@login_required
@require_POST
def assignment_drop(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    task = assignment_of(request, pk)
    was_proposed = task.state == AssignmentState.PROPOSED
    with told_to(request):
        services.drop_proposal(assignment=task, actor=user, at=timezone.now())
    if was_proposed and request.POST.get("next") == "assign":
        return redirect("review-assign", pk=task.case.round_id)
    return redirect(reverse("review-case", args=[task.case_id]) + "#experts")
