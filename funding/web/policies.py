"""Policies: the list, one policy with all that is known of it, its description, copies and relations."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from funding import services
from funding.enums import Computability, PolicyStatus
from funding.models import Policy, PolicyVersion
from funding.render.wording import in_short
from funding.selectors.policies import holds_on, newest_or_current, policies_matching, relations_of
from funding.web.access import managed_parks, managed_policy, may_manage, visible_policy
from funding.web.asking import question_context
from funding.web.forms import CopyForm, PolicyFilter, PolicyForm, RelationForm
from funding.web.terms import cases_context, state_of, terms_context

STATUS_TONES = {
    PolicyStatus.REPORTED: ("info", "news"),
    PolicyStatus.CONFIRMED: ("ok", "rosette-discount-check"),
    PolicyStatus.PROPOSAL: ("plum", "bulb"),
}


@login_required
@require_safe
def policy_list(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    filters = PolicyFilter(request.GET, user=request.user)
    chosen = filters.values()
    wanted = {**chosen, "in_force": today} if chosen.get("in_force") else chosen
    page = page_of(
        policies_matching(request.user, **wanted).select_related("park").prefetch_related("versions"),
        order=request.GET.get("ordering", ""),
        orders={"code": "code", "updated": "updated_at"},
        default="code",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [_row(policy, today) for policy in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "parks": managed_parks(request.user),
    }
    return render(request, "funding/list.html", context)


def _row(policy: Policy, today: date) -> dict[str, Any]:
    version = newest_or_current(policy.versions.all(), today)
    tone, icon = STATUS_TONES[PolicyStatus(policy.status)]
    return {
        "policy": policy,
        "version": version,
        "is_proposal": policy.status == PolicyStatus.PROPOSAL,
        "short": in_short(version.compiled()) if version else "",
        "holds": version is not None and holds_on(version, today),
        "tone": tone,
        "icon": icon,
    }


@login_required
@require_safe
def policy_detail(request: HttpRequest, code: str) -> HttpResponse:
    """One policy: source, versions, relations, conditions, amount, examples, and the question to it."""
    policy = visible_policy(request, code)
    today = timezone.localdate()
    versions = list(
        PolicyVersion.objects.visible_to(request.user)
        .filter(policy=policy)
        .select_related("policy", "published_by")
        .order_by("-number")
    )
    current = newest_or_current(versions, today)
    manages = may_manage(request.user, policy)
    tone, icon = STATUS_TONES[PolicyStatus(policy.status)]
    context = {
        "policy": policy,
        "is_proposal": policy.status == PolicyStatus.PROPOSAL,
        "is_descriptive": policy.computability == Computability.NONE,
        "tone": tone,
        "icon": icon,
        "versions": [{"version": one, "state": state_of(one, today)} for one in versions],
        "current": current,
        "state": state_of(current, today) if current else "",
        "draft": next((one for one in versions if not one.is_published), None),
        "relations": relations_of(request.user, policy),
        "may_manage": manages,
        "may_copy": bool(managed_parks(request.user)) and policy.status != PolicyStatus.PROPOSAL,
        "today": today,
        **(terms_context(current) if current else {}),
        **(cases_context(current.compiled(), current.cases, current) if current else {}),
        **(question_context(current) if current else {}),
    }
    return render(request, "funding/detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def policy_create(request: HttpRequest) -> HttpResponse:
    parks = managed_parks(request.user)
    if not parks:
        raise PermissionDenied(_("Only park administrators add policies of a park."))
    user: Any = request.user
    form = PolicyForm(request.POST or None, parks=parks, initial={"once": new_token()})
    if request.method == "POST" and form.is_valid():

        def write() -> str:
            policy = services.create_policy(
                park=form.cleaned_data["park"], values=form.values(), actor=user, at=timezone.now()
            )
            messages.success(request, _("The policy is entered. Now start a version with its terms."))
            return reverse("policy-detail", args=[policy.code])

        with shown_on(form):
            return redirect(submit_once(request, form.cleaned_data["once"], write))
    return render(request, "funding/form.html", {"form": form}, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def policy_edit(request: HttpRequest, code: str) -> HttpResponse:
    policy = managed_policy(request, code)
    user: Any = request.user
    if request.method == "POST":
        form = PolicyForm(request.POST, instance=policy)
        if form.is_valid():
            with shown_on(form):
                done = services.update_policy(
                    policy=policy,
                    values=form.values(),
                    expected_version=form.cleaned_data["version"],
                    actor=user,
                    at=timezone.now(),
                )
                messages.success(request, _("The description is saved."))
                return redirect("policy-detail", code=done.code)
    else:
        form = PolicyForm(instance=policy, initial={"version": policy.version})
    return render(request, "funding/form.html", {"form": form, "policy": policy}, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def policy_copy(request: HttpRequest, code: str) -> HttpResponse:
    """An example becomes a draft of one's own park."""
    policy = visible_policy(request, code)
    parks = managed_parks(request.user)
    if not parks:
        raise PermissionDenied(_("Only park administrators add policies of a park."))
    if policy.status == PolicyStatus.PROPOSAL:
        raise PermissionDenied(_("A proposal is not a policy; there is nothing to copy."))
    user: Any = request.user
    form = CopyForm(request.POST or None, parks=parks, initial={"once": new_token()})
    if request.method == "POST" and form.is_valid():

        def write() -> str:
            version = services.copy_policy(
                policy=policy,
                park=form.cleaned_data["park"],
                code=form.cleaned_data["code"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(
                request,
                _("The example is copied as a draft. Change its numbers and publish it from a day on."),
            )
            return reverse("policy-version-edit", args=[version.pk])

        with shown_on(form):
            return redirect(submit_once(request, form.cleaned_data["once"], write))
    return render(request, "funding/copy.html", {"form": form, "policy": policy}, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def policy_relate(request: HttpRequest, code: str) -> HttpResponse:
    policy = managed_policy(request, code)
    user: Any = request.user
    form = RelationForm(
        request.POST or None,
        user=user,
        policy=policy,
        initial={"other": request.GET.get("other", "")[:10]},
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.relate_policies(
                policy=policy,
                other=form.cleaned_data["other"],
                kind=form.cleaned_data["kind"],
                clause=form.cleaned_data["clause"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The relation is saved."))
            return redirect("policy-detail", code=policy.code)
    return render(request, "funding/relate.html", {"form": form, "policy": policy}, status=status_of(form))
