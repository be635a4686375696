"""Versions of a policy: started, looked at, compared, published from a day on, ended, discarded."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.templatetags.fmt import day
from core.web.errors import shown_on, status_of, told_to
from funding import services
from funding.enums import CutRule, TieRule
from funding.models import PolicyVersion
from funding.render.differences import Difference, differences
from funding.render.wording import sum_words
from funding.web.access import managed_policy, managed_version, may_manage, visible_version
from funding.web.forms import EndForm, PublishForm
from funding.web.terms import cases_context, state_of, terms_context


@login_required
@require_POST
def version_start(request: HttpRequest, code: str) -> HttpResponse:
    policy = managed_policy(request, code)
    user: Any = request.user
    with told_to(request):
        version = services.start_version(policy=policy, actor=user, at=timezone.now())
        messages.success(
            request, _("The draft holds the terms of the version before it. Change what is new.")
        )
        return redirect("policy-version-edit", pk=version.pk)
    return redirect("policy-detail", code=code)


@login_required
@require_safe
def version_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A version as it was published, or a draft as it stands."""
    return _detail(request, visible_version(request, pk))


def _detail(request: HttpRequest, version: PolicyVersion, form: EndForm | None = None) -> HttpResponse:
    today = timezone.localdate()
    form = form or EndForm(initial={"on": today})
    before = _before(request, version)
    context = {
        "version": version,
        "policy": version.policy,
        "state": state_of(version, today),
        "may_manage": may_manage(request.user, version.policy),
        "may_end": version.is_published and version.valid_until is None,
        "before": before,
        "form": form,
        **terms_context(version),
        **cases_context(version.compiled(), version.cases, version),
    }
    return render(request, "funding/version.html", context, status=status_of(form))


def _before(request: HttpRequest, version: PolicyVersion) -> PolicyVersion | None:
    """The version before it that the person sees."""
    versions = PolicyVersion.objects.visible_to(request.user).filter(policy=version.policy)
    found: PolicyVersion | None = versions.filter(number__lt=version.number).order_by("-number").first()
    return found


@login_required
@require_safe
def version_diff(request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions of one policy side by side; without a choice, against the one before."""
    version = visible_version(request, pk)
    others = (
        PolicyVersion.objects.visible_to(request.user)
        .filter(policy=version.policy)
        .exclude(pk=version.pk)
        .order_by("-number")
    )
    asked = request.GET.get("against", "")
    before = (
        get_object_or_404(others, number=int(asked[:5]))
        if asked.isascii() and asked.isdigit()
        else _before(request, version)
    )
    context = {
        "version": version,
        "policy": version.policy,
        "before": before,
        "others": list(others),
        "rows": changes_between(before, version) if before else [],
    }
    return render(request, "funding/version_diff.html", context)


def changes_between(before: PolicyVersion, after: PolicyVersion) -> list[Difference]:
    """Differences of the terms and of what stands around them."""
    found = differences(before.terms, after.terms)
    currency = str(after.terms.get("currency") or "CNY")
    pairs = [
        (_("places of a round"), before.places, after.places),
        (_("ties across the last place"), TieRule(before.tie_rule).label, TieRule(after.tie_rule).label),
        (_("budget of a round"), _sum(before, currency), _sum(after, currency)),
        (_("where the budget ends"), CutRule(before.cut_rule).label, CutRule(after.cut_rule).label),
    ]
    for name, was, now in pairs:
        if was != now:
            found.append(Difference("other", "changed", str(name), str(was or "—"), str(now or "—")))
    return found


def _sum(version: PolicyVersion, currency: str) -> str:
    return sum_words(version.budget_yuan, currency) if version.budget_yuan is not None else ""


@login_required
@require_http_methods(["GET", "POST"])
def version_publish(request: HttpRequest, pk: int) -> HttpResponse:
    """From which day, what changes, and whether the examples come out."""
    version = managed_version(request, pk)
    if version.is_published:
        return redirect("policy-version", pk=pk)
    user: Any = request.user
    today = timezone.localdate()
    form = PublishForm(
        request.POST or None,
        initial={"valid_from": version.valid_from or today, "version": version.version},
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            done = services.publish_version(
                version=version,
                valid_from=form.cleaned_data["valid_from"],
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            words = _("Version %(number)d holds from %(day)s on and never changes again.")
            messages.success(request, words % {"number": done.number, "day": day(done.valid_from)})
            return redirect("policy-detail", code=done.policy.code)
    before = _before(request, version)
    context = {
        "version": version,
        "policy": version.policy,
        "form": form,
        "before": before,
        "rows": changes_between(before, version) if before else [],
        **terms_context(version),
        **cases_context(version.compiled(), version.cases, version),
    }
    return render(request, "funding/publish.html", context, status=status_of(form))


@login_required
@require_POST
def version_end(request: HttpRequest, pk: int) -> HttpResponse:
    version = managed_version(request, pk)
    user: Any = request.user
    form = EndForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            done = services.end_version(
                version=version, on=form.cleaned_data["on"], actor=user, at=timezone.now()
            )
            messages.success(
                request, _("The version no longer holds from %(day)s on.") % {"day": day(done.valid_until)}
            )
            return redirect("policy-detail", code=version.policy.code)
    return _detail(request, visible_version(request, pk), form)


@login_required
@require_POST
def version_discard(request: HttpRequest, pk: int) -> HttpResponse:
    version = managed_version(request, pk)
    user: Any = request.user
    with told_to(request):
        services.discard_version(version=version, actor=user, at=timezone.now())
        messages.success(request, _("The draft is thrown away."))
    return redirect("policy-detail", code=version.policy.code)
