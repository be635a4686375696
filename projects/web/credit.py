"""Who is credited for bringing a project home: shares in force, and proposals that every side answers."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from incubators.models import Incubator
from incubators.scope import Action, scope_of
from projects import services
from projects.models import CreditProposal, Project
from projects.reading.credit import may_answer_for, sides_of
from projects.web.access import allow, rights_in, visible_project, writable_project
from projects.web.forms import SharesForm
from projects.web.road_forms import AnswerForm, DecisionForm, WordsForm

PARK = "park"


def _sites(project: Project) -> list[Incubator]:
    return list(Incubator.objects.filter(park=project.park_id).operating().order_by("sort_key", "pk"))


def _offered(project: Project) -> dict[int, Any]:
    """The shares in force or, as most projects have one incubator, all for that one."""
    stored: dict[int, Any] = dict(project.credit_shares.values_list("incubator_id", "percent"))
    if not stored and project.incubator_id is not None:
        stored = {project.incubator_id: Decimal(100)}
    return stored


@login_required
@require_http_methods(["GET", "POST"])
def shares(request: HttpRequest, pk: int) -> HttpResponse:
    """The park administrator sets any division; an operator takes the whole credit or proposes a division."""
    project = visible_project(request, pk)
    user: Any = request.user
    rights = rights_in(user, project)
    if not rights.may_divide(project):
        allow(request, project, Action.ENTER)
        allow(request, project, Action.MANAGE)
    sites = _sites(project) if rights.manage else [site for site in [project.incubator] if site]
    form = SharesForm(
        request.POST if request.method == "POST" else None, incubators=sites, shares=_offered(project)
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.set_credit_shares(project=project, shares=form.shares(), actor=user, at=timezone.now())
            messages.success(request, _("The credit is divided."))
            return redirect(reverse("project-detail", args=[project.pk]) + "#shares")
    context = {"project": project, "form": form, "manages": rights.manage}
    return render(request, "projects/shares.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def propose(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose a division to everyone who is to share the credit."""
    project = writable_project(request, pk)
    user: Any = request.user
    posted = request.POST if request.method == "POST" else None
    form = SharesForm(posted, incubators=_sites(project), shares=_offered(project))
    words = WordsForm(posted)
    if posted is not None and form.is_valid() and words.is_valid():
        with shown_on(form):
            proposal = services.propose_credit(
                project=project,
                shares=form.shares(),
                words=words.cleaned_data["words"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(
                request,
                _("The proposal is sent to every side.")
                if proposal.is_open
                else _("Nobody else has to agree: the credit is divided."),
            )
            return redirect("project-credit-proposal", pk=proposal.pk)
    context = {"project": project, "form": form, "words": words}
    return render(request, "projects/credit_propose.html", context, status=status_of(form))


@login_required
@require_GET
def proposal_list(request: HttpRequest) -> HttpResponse:
    """Proposals that involve one's incubators, those that wait first asked for by the filter."""
    rows = CreditProposal.objects.visible_to(request.user).select_related("project__park", "proposed_by")
    waiting = request.GET.get("state") != "all"
    if waiting:
        rows = rows.filter(state__in=["open", "objected"])
    page = page_of(
        rows.prefetch_related("shares__incubator", "answers"),
        order="",
        orders={"newest": "proposed_at"},
        default="-newest",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "page": page,
        "waiting": waiting,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }
    return render(request, "projects/credit_list.html", context)


def _proposal(request: HttpRequest, pk: int) -> CreditProposal:
    rows = CreditProposal.objects.visible_to(request.user).select_related(
        "project__park", "project__incubator", "proposed_by", "closed_by"
    )
    return get_object_or_404(rows, pk=pk)


def _my_sides(user: Any, proposal: CreditProposal) -> list[tuple[str, str]]:
    return [
        (str(side.pk), side.name) if side is not None else (PARK, proposal.project.park.name)
        for side in sides_of(proposal)
        if may_answer_for(user, proposal, side)
    ]


@login_required
@require_http_methods(["GET", "POST"])
def proposal_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: the shares, what each side says, and one's own answer. Of a project of another incubator
    no more is shown than its name and number."""
    proposal = _proposal(request, pk)
    user: Any = request.user
    sides = _my_sides(user, proposal) if proposal.is_open else []
    form = AnswerForm(request.POST or None, sides=sides)
    if request.method == "POST":
        if not _my_sides(user, proposal):
            raise PermissionDenied(_("Only those who are to share the credit can answer."))
        if form.is_valid():
            with shown_on(form):
                side = form.cleaned_data["side"]
                services.answer_proposal(
                    proposal=proposal,
                    answer=form.cleaned_data["answer"],
                    words=form.cleaned_data["words"],
                    incubator=None if side == PARK else Incubator.objects.get(pk=side),
                    actor=user,
                    at=timezone.now(),
                )
                messages.success(request, _("Your answer is recorded."))
                return redirect("project-credit-proposal", pk=pk)
    return _page(request, proposal, form, DecisionForm())


def _page(request: HttpRequest, proposal: CreditProposal, form: Any, decision: Any) -> HttpResponse:
    user: Any = request.user
    answers = {row.incubator_id: row for row in proposal.answers.select_related("answered_by")}
    scope = scope_of(user)
    project = proposal.project
    manages = scope.allows(Action.MANAGE, park_id=project.park_id)
    context = {
        "proposal": proposal,
        "project": project,
        "sees_project": Project.objects.visible_to(user).filter(pk=project.pk).exists(),
        "shares": proposal.shares.select_related("incubator", "operator").order_by("-percent", "pk"),
        "sides": [
            {"name": side.name if side else project.park.name, "row": answers.get(side.pk if side else None)}
            for side in sides_of(proposal)
        ],
        "form": form if proposal.is_open and _my_sides(user, proposal) else None,
        "decision": decision if manages and proposal.state == "objected" else None,
        "may_withdraw": proposal.is_open and (manages or proposal.proposed_by_id == user.pk),
    }
    status = max(status_of(form), status_of(decision))
    return render(request, "projects/credit_proposal.html", context, status=status)


@login_required
@require_POST
def proposal_decide(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    user: Any = request.user
    form = DecisionForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            services.decide_proposal(
                proposal=proposal,
                accept=form.cleaned_data["accept"] == "yes",
                reason=form.cleaned_data["reason"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The decision is recorded and every side is told."))
            return redirect("project-credit-proposal", pk=pk)
    return _page(request, proposal, AnswerForm(sides=_my_sides(user, proposal)), form)


@login_required
@require_POST
def proposal_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    proposal = _proposal(request, pk)
    user: Any = request.user
    with told_to(request):
        services.withdraw_proposal(proposal=proposal, actor=user, at=timezone.now())
        messages.success(request, _("The proposal is withdrawn."))
    return redirect("project-credit-proposal", pk=pk)
