"""Budgets: the list, one budget with its books, changes of its amount, one entry."""

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

from core.errors import Refused
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import Action, may_somewhere, require_somewhere, scope_of
from ledger import services
from ledger.enums import ChangeState
from ledger.models import Budget, BudgetChange
from ledger.selectors import budget_standing, standings_of, totals_of
from ledger.selectors.lists import commitments_seen, entries_seen
from ledger.web.access import allows, parks_to_pay, refuse, stored
from ledger.web.forms import BudgetForm, ChangeForm

MOST_SHOWN = 100


def seen_budget(request: HttpRequest, pk: int) -> Budget:
    found: Budget = get_object_or_404(Budget.objects.visible_to(request.user).select_related("park"), pk=pk)
    return found


@login_required
@require_safe
def budget_list(request: HttpRequest) -> HttpResponse:
    """All budgets with their standing; an operator sees what was promised to his teams instead."""
    user: Any = request.user
    rows = Budget.objects.visible_to(user).select_related("park")
    years = list(rows.order_by("-year").values_list("year", flat=True).distinct())
    typed = request.GET.get("year", "")
    year = int(typed) if typed.isdecimal() and len(typed) == 4 else None
    if year:
        rows = rows.filter(year=year)
    budgets = list(rows.order_by("-year", "sort_key", "pk")[:MOST_SHOWN])
    standings = standings_of(budgets)
    places = scope_of(user).places(Action.READ)
    context = {
        "rows": [(budget, standings[budget.pk]) for budget in budgets],
        "totals": totals_of(standings.values()),
        "years": years,
        "year": year,
        "several_parks": len({budget.park_id for budget in budgets}) > 1,
        "may_pay": may_somewhere(Action.PAY, user),
        "sees_budgets": places.everywhere or bool(places.park_ids),
        "commitments": []
        if places.everywhere or places.park_ids
        else list(commitments_seen(user).order_by("-on", "-pk")[:MOST_SHOWN]),
    }
    return render(request, "ledger/budget_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def budget_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    _somewhere(user)
    initial = {"year": timezone.localdate().year, "forbid_same_base": True}
    form = BudgetForm(request.POST or None, parks=parks_to_pay(user), initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):

            def write() -> str:
                budget = services.save_budget(
                    budget=None,
                    park=form.cleaned_data["park"],
                    values=form.values(),
                    actor=user,
                    at=timezone.now(),
                )
                return reverse("budget-detail", args=[budget.pk])

            return redirect(submit_once(request, request.POST.get("once", ""), write))
    context = {"form": form, "once": request.POST.get("once") or new_token()}
    return render(request, "ledger/budget_form.html", context, status=status_of(form))


def _somewhere(user: Any) -> None:
    try:
        require_somewhere(Action.PAY, user=user)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


@login_required
@require_http_methods(["GET", "POST"])
def budget_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    budget = seen_budget(request, pk)
    refuse(user, Action.PAY, budget.park_id)
    names = (*services.BUDGET_FIELDS, "version")
    form = BudgetForm(
        request.POST or None, parks=[], budget=budget, initial={name: getattr(budget, name) for name in names}
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.save_budget(
                budget=budget,
                park=budget.park,
                values=form.values(),
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("Saved."))
            return redirect("budget-detail", pk=pk)
    context = {"form": form, "budget": budget}
    return render(request, "ledger/budget_form.html", context, status=status_of(form))


@login_required
@require_safe
def budget_detail(request: HttpRequest, pk: int) -> HttpResponse:
    budget = seen_budget(request, pk)
    return _detail(request, budget, None)


def _detail(request: HttpRequest, budget: Budget, form: ChangeForm | None) -> HttpResponse:
    user: Any = request.user
    changes = list(
        budget.changes.select_related("evidence", "proposed_by", "decided_by").order_by("-proposed_at", "-pk")
    )
    is_appropriated = any(row.kind == "appropriation" and row.state != ChangeState.REFUSED for row in changes)
    may_pay = allows(user, Action.PAY, budget.park_id)
    if may_pay and form is None:
        form = ChangeForm(
            budget=budget,
            is_appropriated=is_appropriated,
            initial={"on": timezone.localdate(), "once": new_token()},
        )
    page = page_of(
        entries_seen(user).filter(budget=budget),
        order="-on",
        orders={"on": "on"},
        default="-on",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "budget": budget,
        "standing": budget_standing(budget),
        "changes": changes,
        "form": form if may_pay else None,
        "commitments": list(commitments_seen(user).filter(budget=budget).order_by("-on", "-pk")[:MOST_SHOWN]),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_pay": may_pay,
        "may_decide": allows(user, Action.MANAGE, budget.park_id),
        "today": timezone.localdate(),
    }
    return render(request, "ledger/budget_detail.html", context, status=status_of(form) if form else 200)


@login_required
@require_POST
def budget_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Propose another amount; the page shows the form again with what is wrong."""
    user: Any = request.user
    budget = seen_budget(request, pk)
    refuse(user, Action.PAY, budget.park_id)
    changes = budget.changes.exclude(state=ChangeState.REFUSED).filter(kind="appropriation")
    form = ChangeForm(request.POST, request.FILES, budget=budget, is_appropriated=changes.exists())
    if form.is_valid():
        data = form.cleaned_data

        def write() -> str:
            change = services.propose_change(
                budget=budget,
                kind=data["kind"],
                amount=data["amount"],
                on=data["on"],
                reason=data["reason"],
                evidence=stored(request, budget.park, None, data["file"]),
                actor=user,
                at=timezone.now(),
            )
            if change.state == ChangeState.BOOKED:
                messages.success(request, _("Booked."))
            else:
                messages.success(request, _("Proposed. A second person approves it, then it is booked."))
            return reverse("budget-detail", args=[pk])

        with shown_on(form, names={"evidence": "file"}), transaction.atomic():
            return redirect(submit_once(request, data["once"], write))
    return _detail(request, budget, form)


@login_required
@require_POST
def budget_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or turn down a proposal."""
    user: Any = request.user
    change = get_object_or_404(BudgetChange.objects.visible_to(user).select_related("budget__park"), pk=pk)
    own = change.proposed_by_id == user.pk
    refuse(user, Action.PAY if own else Action.MANAGE, change.budget.park_id)
    with told_to(request):
        if request.POST.get("decision") == "approve":
            services.approve_change(change=change, actor=user, at=timezone.now())
            messages.success(request, _("Approved and booked."))
        else:
            services.refuse_change(
                change=change, reason=request.POST.get("reason", "")[:300], actor=user, at=timezone.now()
            )
            messages.success(request, _("The proposal is closed; nothing was booked."))
    return redirect("budget-detail", pk=change.budget_id)


@login_required
@require_safe
def ledger_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One entry with its postings."""
    entry = get_object_or_404(entries_seen(request.user).select_related("budget__park", "instalment"), pk=pk)
    context = {
        "entry": entry,
        "postings": list(entry.postings.select_related("account").order_by("amount")),
        "reversed_by": getattr(entry, "reversed_by", None),
        "sees_budget": scope_of(request.user).sees_whole_park(entry.park_id),
    }
    return render(request, "ledger/entry.html", context)
