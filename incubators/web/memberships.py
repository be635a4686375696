"""Who has which role where: granted and ended by the park's administrator, always with a date."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.web.errors import shown_on, status_of
from incubators.models import Membership
from incubators.scope import Action, scope_of
from incubators.services import end_membership, grant_membership
from incubators.web.forms import EndForm, MembershipForm, managed_parks


def _refuse_others(request: HttpRequest) -> None:
    if not managed_parks(request.user).exists():
        raise PermissionDenied(_("Only a park administrator can grant and end roles."))


@login_required
@require_safe
def membership_list(request: HttpRequest) -> HttpResponse:
    """Roles of the parks one administers: those of today first, then the ended ones."""
    _refuse_others(request)
    today = timezone.localdate()
    rows = (
        Membership.objects.visible_to(request.user)
        .select_related("user", "park", "incubator__park")
        .order_by("user__username", "starts_on", "pk")
    )
    managed = scope_of(request.user).places(Action.MANAGE)
    current: list[tuple[Any, bool]] = []
    other: list[tuple[Any, bool]] = []
    for row in rows[:500]:
        is_current = row.starts_on <= today and (row.ends_on is None or row.ends_on > today)
        home = row.park_id or (row.incubator.park_id if row.incubator else None)
        may_end = is_current and (managed.everywhere or home in managed.park_ids)
        (current if is_current else other).append((row, may_end))
    return render(
        request, "incubators/memberships.html", {"current": current, "other": other, "today": today}
    )


@login_required
@require_http_methods(["GET", "POST"])
def membership_grant(request: HttpRequest) -> HttpResponse:
    _refuse_others(request)
    user: Any = request.user
    form = MembershipForm(request.POST or None, user=user, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"park": "place", "incubator": "place", "user": "username"}):
            park, incubator = form.chosen_place
            granted = grant_membership(
                user=form.cleaned_data["username"],
                role=form.cleaned_data["role"],
                park=park,
                incubator=incubator,
                starts_on=form.cleaned_data["starts_on"],
                ends_on=form.cleaned_data["ends_on"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(
                request,
                _("%(person)s is now %(role)s.")
                % {"person": granted.user, "role": granted.get_role_display()},
            )
            return redirect("membership-list")
    return render(request, "incubators/membership_form.html", {"form": form}, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def membership_end(request: HttpRequest, pk: int) -> HttpResponse:
    """End a role on a day; what the person did stays attributed to them."""
    user: Any = request.user
    membership = get_object_or_404(
        Membership.objects.visible_to(user).select_related("user", "park", "incubator"), pk=pk
    )
    form = EndForm(request.POST or None, initial={"ends_on": timezone.localdate()})
    home = membership.park_id or (membership.incubator.park_id if membership.incubator else None)
    if not scope_of(user).allows(Action.MANAGE, park_id=home):
        raise PermissionDenied(_("Only a park administrator can grant and end roles."))
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            end_membership(
                membership=membership, ends_on=form.cleaned_data["ends_on"], actor=user, at=timezone.now()
            )
            messages.success(
                request,
                _("The role of %(person)s ends on %(day)s.")
                % {"person": membership.user, "day": membership.ends_on},
            )
            return redirect("membership-list")
    context = {"form": form, "membership": membership}
    return render(request, "incubators/membership_end.html", context, status=status_of(form))
