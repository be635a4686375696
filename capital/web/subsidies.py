"""Claims for interest: list, form in two steps, page with the policy's steps, commit, withdraw."""

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
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from capital.enums import SubsidyState
from capital.models import InterestSubsidy
from capital.report import Computed, compute, draws_from, is_about_interest, other_facts
from capital.selectors.subsidies import budgets_for, claimable_loans, subsidies_matching, subsidy_totals
from capital.services import claim_subsidy, commit_subsidy, correct_claim, withdraw_subsidy
from capital.web import forms
from capital.web.access import (
    allow,
    allow_somewhere,
    form_page,
    number_of,
    page_context,
    rights_in,
    seen,
    sent_with_files,
    stored_file,
)
from core.errors import DomainError
from core.web.errors import shown_on, status_of, told_to
from funding.models import PolicyVersion
from funding.render.trace import label_of_fact, said
from incubators.scope import Action, may_somewhere, scope_of


@login_required
@require_safe
def subsidy_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    filters = forms.SubsidyFilter(request.GET, user=user)
    rows = subsidies_matching(user, **filters.values())
    context = page_context(request, rows, orders={"start": "starts_on"}, default="-start")
    context |= {
        "filters": filters,
        "is_filtered": bool(filters.values()),
        "rows": context["page"].rows,
        "totals": subsidy_totals(rows),
        "may_enter": may_somewhere(Action.ENTER, user),
    }
    return render(request, "capital/subsidy_list.html", context)


def interest_versions(user: Any) -> list[PolicyVersion]:
    """Published terms about interest that the person sees, the newest version of each policy first."""
    rows = (
        PolicyVersion.objects.visible_to(user)
        .filter(state="published")
        .select_related("policy__park")
        .order_by("policy__code", "-number")
    )
    return [one for one in rows if is_about_interest(one)]


@login_required
@require_http_methods(["GET", "POST"])
def subsidy_create(request: HttpRequest) -> HttpResponse:
    """First the loan and the policy, by the address; then the claim."""
    user: Any = request.user
    allow_somewhere(request)
    places = scope_of(user).places(Action.ENTER)
    loans = claimable_loans(user).filter(
        places.filter(park="enterprise__park", incubator="enterprise__incubator")
    )
    versions = interest_versions(user)
    loan_key, version_key = number_of(request, "loan"), number_of(request, "policy")
    version = next((one for one in versions if one.pk == version_key), None)
    if loan_key is None or version is None:
        start = forms.ClaimStartForm(
            initial={"loan": loan_key},
            loans=loans,
            policies=[("", "—"), *((str(one.pk), version_words(one)) for one in versions)],
        )
        status = 422 if request.method == "POST" else 200
        return render(request, "capital/subsidy_start.html", {"form": start}, status=status)
    loan = get_object_or_404(loans, pk=loan_key)
    return _claim_form(request, InterestSubsidy(loan=loan, policy_version=version))


def version_words(version: PolicyVersion) -> str:
    span = f"{version.valid_from or '…'} – {version.valid_until or '…'}"
    return f"{version.policy.name_zh} · {span}"


def _claim_form(request: HttpRequest, row: InterestSubsidy) -> HttpResponse:
    user: Any = request.user
    version, loan = row.policy_version, row.loan
    form = forms.ClaimForm(
        *sent_with_files(request),
        asked=other_facts(version),
        label_of=label_of_fact,
        initial=_initial(row),
    )

    def write() -> str:
        values = {**form.values(), "policy_version": version}
        if (file := stored_file(request, row.owner, form.cleaned_data["file"])) is not None:
            values["evidence"] = file
        deed: Any = (
            correct_claim(subsidy=row, values=values, actor=user, at=timezone.now())
            if row.pk
            else claim_subsidy(loan=loan, values=values, actor=user, at=timezone.now())
        )
        messages.success(request, _("Computed and saved. It waits for verification by a second person."))
        return reverse("credit-subsidy-detail", args=[deed.pk])

    page = reverse("credit-subsidy-detail", args=[row.pk]) if row.pk else reverse("credit-subsidy-list")
    return form_page(
        request, form, write,
        title=_("Correct the claim") if row.pk else _("Claim an interest subsidy"),
        subtitle=f"{forms.loan_words(loan)} · {version.policy.name_zh}",
        submit=_("Compute and save"), back=(_("Interest subsidies"), page),
        draft=f"subsidy-{row.pk or 'new'}-{loan.pk}", once=not row.pk, record=row if row.pk else None,
        remove_url=reverse("credit-subsidy-remove", args=[row.pk])
        if row.pk and row.verified_at is None
        else "",
    )  # fmt: skip


def _initial(row: InterestSubsidy) -> dict[str, Any]:
    if not row.pk:
        drawn = f"{row.loan.drawn_amount:,.2f}".removesuffix(".00")
        return {
            "starts_on": row.loan.starts_on,
            "ends_on": row.loan.ends_on,
            "draws": f"{row.loan.starts_on} {drawn}",
        }
    facts = {f"fact_{key}": {True: "yes", False: "no"}.get(value, value) for key, value in row.facts.items()}
    return {
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "base_rate_percent": f"{row.base_rate_percent.normalize():f}",
        "interest_paid_amount": f"{row.interest_paid_amount.normalize():f}",
        "draws": forms.draws_as_typed(row.draws),
        **facts,
    }


def _row(request: HttpRequest, pk: int) -> Any:
    return seen(request, subsidies_matching(request.user), pk)


@login_required
@require_safe
def subsidy_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _row(request, pk))


def _page(request: HttpRequest, row: InterestSubsidy, **shown: Any) -> HttpResponse:
    user: Any = request.user
    rights = rights_in(user, row.owner)
    budgets = budgets_for(row, user)
    offers = rights.pay and row.state is SubsidyState.VERIFIED
    version = row.policy_version
    context = {
        "row": row,
        "rights": rights,
        "parts": _parts(row),
        "facts": [
            (label_of_fact(spec), _said(row.facts[key])) for key, spec in other_facts(version).items()
            if key in row.facts
        ],
        "is_capped": row.amount < row.policy_amount,
        "commit": shown.get("commit") or (forms.CommitForm(budgets=budgets) if offers else None),
        "withdraw": shown.get("withdraw")
        or (
            forms.WordsForm()
            if rights.manage
            and row.withdrawn_at is None
            and row.state not in (SubsidyState.COMMITTED, SubsidyState.PAID)
            else None
        ),
    }  # fmt: skip
    bound = next((form for form in shown.values() if form is not None), None)
    status = status_of(bound) if bound is not None else 200
    return render(request, "capital/subsidy.html", context, status=status)


def _said(value: Any) -> str:
    return {True: _("yes"), False: _("no")}.get(value, str(value)) if isinstance(value, bool) else str(value)


def _parts(row: InterestSubsidy) -> list[dict[str, Any]]:
    """The policy's steps for each part, said anew from the terms that never change."""
    try:
        computed: Computed = compute(
            version=row.policy_version,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            draws=draws_from(row.draws),
            base_rate_percent=row.base_rate_percent,
            facts=row.facts,
            prior=[Decimal(one) for one in row.answer.get("prior", [])],
        )
    except DomainError:
        return []
    return [
        {
            "part": one.part,
            "amount": one.amount,
            "yearly": one.asked.result.amount,
            "before": one.before.result.amount if one.before else None,
            "steps": said(one.asked.result.lines, one.asked.result.terms),
        }
        for one in computed.parts
    ]


@login_required
@require_http_methods(["GET", "POST"])
def subsidy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    row = _row(request, pk)
    allow(request, row.owner)
    if row.commitment_id is not None or row.withdrawn_at is not None:
        words = _("Money is committed for this claim, or it was withdrawn; it stays as it is.")
        messages.error(request, words)
        return redirect("credit-subsidy-detail", pk=pk)
    return _claim_form(request, row)


@login_required
@require_POST
def subsidy_commit(request: HttpRequest, pk: int) -> HttpResponse:
    """Promise the money; pressing twice promises once."""
    user: Any = request.user
    row = _row(request, pk)
    allow(request, row.owner, Action.PAY)
    form = forms.CommitForm(request.POST, budgets=budgets_for(row, user))
    if form.is_valid():
        with shown_on(form):
            commit_subsidy(subsidy=row, actor=user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("The money is committed. Its payment goes on in the budget."))
            return redirect("credit-subsidy-detail", pk=pk)
    return _page(request, row, commit=form)


@login_required
@require_POST
def subsidy_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = _row(request, pk)
    if not rights_in(user, row.owner).manage:
        raise PermissionDenied(_("Only the park administrator can change this."))
    form = forms.WordsForm(request.POST)
    if form.is_valid():
        with told_to(request):
            withdraw_subsidy(subsidy=row, reason=form.cleaned_data["reason"], actor=user, at=timezone.now())
            messages.success(request, _("The claim is withdrawn; its period is free again."))
        return redirect("credit-subsidy-detail", pk=pk)
    return _page(request, row, withdraw=form)
