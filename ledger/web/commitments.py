"""One commitment: promised, scheduled, given back, clawed back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.errors import shown_on, status_of
from core.web.once import new_token
from incubators.scope import Action, scope_of
from ledger import services
from ledger.selectors import budget_standing, days_to_money, grants_beside
from ledger.signals import released_elsewhere
from ledger.web.access import allows, refuse, seen_commitment, stored
from ledger.web.budgets import seen_budget
from ledger.web.forms import ClawbackForm, CommitForm, PlanForm, ReleaseForm


@login_required
@require_http_methods(["GET", "POST"])
def commitment_create(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise money of this budget; pressing twice promises once."""
    user: Any = request.user
    budget = seen_budget(request, pk)
    refuse(user, Action.PAY, budget.park_id)
    form = CommitForm(request.POST or None, budget=budget, user=user, initial={"on": timezone.localdate()})
    once = request.POST.get("once", "")[:60] or new_token()
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        with shown_on(form):
            commitment = services.commit_money(
                budget=budget,
                plan=form.parts(),
                key=f"page:{user.pk}:{once}",
                actor=user,
                at=timezone.now(),
                **{
                    name: data[name]
                    for name in ("enterprise", "project", "organisation", "purpose", "amount", "base",
                                 "reference", "submitted_on", "on")
                },
            )  # fmt: skip
            return redirect("ledger-commitment", pk=commitment.pk)
    context = {"form": form, "budget": budget, "standing": budget_standing(budget), "once": once}
    return render(request, "ledger/commitment_form.html", context, status=status_of(form))


@login_required
@require_safe
def commitment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, seen_commitment(request, pk))


def _detail(request: HttpRequest, commitment: Any, **forms: Any) -> HttpResponse:
    user: Any = request.user
    may_pay = allows(user, Action.PAY, commitment.park_id, commitment.incubator_id)
    others = grants_beside(commitment).filter(pk__in=type(commitment).objects.visible_to(user).values("pk"))
    once = {"once": new_token()}
    open_amount, elsewhere = commitment.open_amount, released_elsewhere(commitment.subject_kind)
    context = {
        "commitment": commitment,
        "instalments": list(commitment.instalments.select_related("batch").order_by("number")),
        "entries": list(commitment.entries.select_related("by").order_by("-on", "-pk")),
        "others": list(others[:20]),
        "days": days_to_money(commitment),
        "may_pay": may_pay,
        "elsewhere": elsewhere if may_pay and open_amount else "",
        "sees_budget": scope_of(user).sees_whole_park(commitment.park_id),
        "release": forms.get("release")
        or (ReleaseForm(initial=once) if open_amount and not elsewhere else None),
        "clawback": forms.get("clawback")
        or (
            ClawbackForm(initial={**once, "on": timezone.localdate()})
            if commitment.paid_amount > commitment.clawed_amount
            else None
        ),
    }
    bound = next((form for form in forms.values() if form is not None), None)
    status = status_of(bound) if bound is not None else 200
    return render(request, "ledger/commitment.html", context, status=status)


@login_required
@require_POST
def commitment_release(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    commitment = seen_commitment(request, pk)
    refuse(user, Action.PAY, commitment.park_id, commitment.incubator_id)
    form = ReleaseForm(request.POST)
    if form.is_valid():
        data = form.cleaned_data
        with shown_on(form):
            services.release_commitment(
                commitment=commitment,
                key=f"page:{user.pk}:{data['once']}",
                amount=data["amount"],
                reason=data["reason"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The money is back in the budget."))
            return redirect("ledger-commitment", pk=pk)
    return _detail(request, commitment, release=form)


@login_required
@require_POST
def commitment_clawback(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    commitment = seen_commitment(request, pk)
    refuse(user, Action.PAY, commitment.park_id, commitment.incubator_id)
    form = ClawbackForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        with shown_on(form), transaction.atomic():
            services.claw_back(
                commitment=commitment,
                key=f"page:{user.pk}:{data['once']}",
                amount=data["amount"],
                on=data["on"],
                reason=data["reason"],
                evidence=stored(request, commitment.budget.park, commitment.incubator, data["file"]),
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The clawback is booked."))
            return redirect("ledger-commitment", pk=pk)
    return _detail(request, commitment, clawback=form)


@login_required
@require_http_methods(["GET", "POST"])
def commitment_plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The schedule of what is not on its way yet."""
    user: Any = request.user
    commitment = seen_commitment(request, pk)
    refuse(user, Action.PAY, commitment.park_id, commitment.incubator_id)
    rows = list(commitment.instalments.order_by("number"))
    free = [row for row in rows if row.state == "planned"]
    initial: dict[str, Any] = {}
    for number, row in enumerate(free, start=1):
        initial |= {
            f"amount_{number}": row.amount,
            f"due_{number}": row.due_on,
            f"condition_{number}": row.condition,
            f"abroad_{number}": row.is_cross_border,
        }
    form = PlanForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"plan": "amount_1"}):
            services.plan_instalments(commitment=commitment, plan=form.parts(), actor=user, at=timezone.now())
            messages.success(request, _("Saved."))
            return redirect("ledger-commitment", pk=pk)
    context = {
        "form": form,
        "commitment": commitment,
        "kept": [row for row in rows if row not in free],
        "total": sum(row.amount for row in free),
        "back": reverse("ledger-commitment", args=[pk]),
    }
    return render(request, "ledger/plan_form.html", context, status=status_of(form))
