"""List of enterprises, and the forms that create and change one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.drafts import clear_draft
from core.saving import values_of
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from enterprises.models import Enterprise, Recognition
from enterprises.selectors import enterprises_matching
from enterprises.services import FIELDS, create_enterprise, update_enterprise
from enterprises.web.forms import EnterpriseForm, FilterForm
from enterprises.web.picking import refuse_readers
from incubators.scope import Action, may_somewhere

ORDERS = {"name": "sort_key", "updated": "updated_at"}


@login_required
@require_safe
def enterprise_list(request: HttpRequest) -> HttpResponse:
    filters = FilterForm(request.GET, user=request.user)
    chosen = filters.values()
    rows = enterprises_matching(request.user, **chosen).prefetch_related(
        Prefetch("recognitions", Recognition.objects.verified().order_by("granted_on"), to_attr="titles")
    )
    page = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="name",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_enter": may_somewhere(Action.ENTER, request.user),
    }
    return render(request, "enterprises/list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def enterprise_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not may_somewhere(Action.ENTER, user):
        raise PermissionDenied(_("Only operators and park administrators can enter enterprises."))
    kept_at, back = "", _way_back(request)
    if request.method == "POST":
        form = EnterpriseForm(request.POST, user=user)
        if form.is_valid():
            with shown_on(form):
                made = submit_once(request, request.POST.get("once", ""), lambda: _create(user, form))
                return redirect(back or made)
    else:
        initial, kept_at = initial_with_draft(
            request, "enterprise-new", {"name_zh": request.GET.get("name", "")[:200]}
        )
        form = EnterpriseForm(initial=initial, user=user)
    context = {"form": form, "draft": "enterprise-new", "kept_at": kept_at,
               "back": back, "once": request.POST.get("once") or new_token()}  # fmt: skip
    return render(request, "enterprises/form.html", context, status=status_of(form))


def _way_back(request: HttpRequest) -> str:
    """The page of this site that asked for the enterprise, such as a project being entered."""
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe else ""


def _create(user: Any, form: EnterpriseForm) -> str:
    park, incubator = form.place
    enterprise = create_enterprise(
        park=park, incubator=incubator, values=form.values(), actor=user, at=timezone.now()
    )
    clear_draft(user=user, form="enterprise-new")
    return reverse("enterprise-detail", args=[enterprise.pk])


@login_required
@require_http_methods(["GET", "POST"])
def enterprise_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    enterprise = get_object_or_404(
        Enterprise.objects.visible_to(user).select_related("park", "incubator"), pk=pk
    )
    refuse_readers(user, enterprise)
    draft, kept_at = f"enterprise-{enterprise.pk}", ""
    stored = {**values_of(enterprise, FIELDS), "version": enterprise.version}
    if request.method == "POST":
        form = EnterpriseForm(request.POST, user=user, enterprise=enterprise)
        if form.is_valid():
            with shown_on(form):
                update_enterprise(
                    enterprise=enterprise,
                    values=form.values(),
                    expected_version=form.cleaned_data["version"],
                    actor=user,
                    at=timezone.now(),
                )
                clear_draft(user=user, form=draft)
                messages.success(request, _("The enterprise is saved."))
                return redirect("enterprise-detail", pk=enterprise.pk)
    else:
        initial, kept_at = initial_with_draft(request, draft, stored)
        form = EnterpriseForm(initial=initial, user=user, enterprise=enterprise)
    context = {"form": form, "enterprise": enterprise, "draft": draft, "kept_at": kept_at}
    return render(request, "enterprises/form.html", context, status=status_of(form))
