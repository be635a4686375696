"""Services to teams: entered with their proof, verified by a second person."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.saving import values_of
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import Action, may_somewhere
from support import services
from support.models import ServiceRecord
from support.selectors import services_matching
from support.web.access import allows, refuse, refuse_outsiders, sites_to_enter, store_files
from support.web.forms import ServiceFilterForm, ServiceForm

ORDERS = {"on": "on", "updated": "updated_at"}


@login_required
@require_safe
def service_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    filters = ServiceFilterForm(request.GET, user=user)
    chosen = filters.values()
    page = page_of(
        services_matching(user, **chosen).prefetch_related("evidence"),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-on",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [(row, _rights(user, row)) for row in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_enter": may_somewhere(Action.ENTER, user),
    }
    return render(request, "support/service_list.html", context)


def _rights(user: Any, record: ServiceRecord) -> dict[str, bool]:
    place = (record.incubator.park_id, record.incubator_id)
    waits = record.verified_at is None
    may_verify = waits and allows(user, Action.VERIFY, *place)
    return {
        "enter": allows(user, Action.ENTER, *place),
        "verify": may_verify and record.entered_by_id != user.pk,
        "own": may_verify and record.entered_by_id == user.pk,
    }


@login_required
@require_http_methods(["GET", "POST"])
def service_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse_outsiders(user, Action.ENTER)
    sites = sites_to_enter(user)
    if request.method == "POST":
        form = ServiceForm(request.POST, request.FILES, user=user, sites=sites)
        if form.is_valid():
            with shown_on(form, names={"evidence": "files"}):
                target = submit_once(request, request.POST.get("once", ""), lambda: _enter(request, form))
                messages.success(request, _("The service is recorded and waits for verification."))
                return redirect(target)
    else:
        form = ServiceForm(initial={"on": timezone.localdate()}, user=user, sites=sites)
    context = {"form": form, "once": request.POST.get("once") or new_token()}
    return render(request, "support/service_form.html", context, status=status_of(form))


def _enter(request: Any, form: ServiceForm) -> str:
    site = form.site
    assert site.park is not None
    with transaction.atomic():
        files = store_files(request, site.park, site, form.cleaned_data["files"])
        services.enter_service(
            incubator=site, values=form.values(), files=files, actor=request.user, at=timezone.now()
        )
    return reverse("service-list")


def _record(request: HttpRequest, pk: int) -> ServiceRecord:
    record: ServiceRecord = get_object_or_404(services_matching(request.user), pk=pk)
    return record


@login_required
@require_http_methods(["GET", "POST"])
def service_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    record = _record(request, pk)
    site = record.incubator
    refuse(user, Action.ENTER, site.park_id, site.pk)
    options: dict[str, Any] = {"user": user, "sites": [site], "incubator": site}
    if request.method == "POST":
        form = ServiceForm(request.POST, request.FILES, **options)
        if form.is_valid():
            with shown_on(form, names={"evidence": "files"}):
                _change(request, record, form)
                messages.success(request, _("The record is saved."))
                return redirect("service-list")
    else:
        form = ServiceForm(**options)
        form.initial = _stored(form, record)
    context = {"form": form, "record": record, "files": record.evidence.order_by("pk")}
    return render(request, "support/service_form.html", context, status=status_of(form))


def _change(request: Any, record: ServiceRecord, form: ServiceForm) -> None:
    park = record.incubator.park
    assert park is not None
    with transaction.atomic():
        files = store_files(request, park, record.incubator, form.cleaned_data["files"])
        services.update_service(
            record=record,
            values=form.values(),
            files=files,
            expected_version=form.cleaned_data["version"],
            actor=request.user,
            at=timezone.now(),
        )


def _stored(form: ServiceForm, record: ServiceRecord) -> dict[str, Any]:
    stored = values_of(record, ("kind", "on", "subject", "hours", "result"))
    for name in ("project", "enterprise", "mentor"):
        field: Any = form.fields[name]
        stored[name] = field.label_of(getattr(record, name)) if getattr(record, name) else ""
    return stored | {"version": record.version}


@login_required
@require_POST
def service_verify(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    with told_to(request):
        services.verify_service(record=_record(request, pk), actor=user, at=timezone.now())
        messages.success(request, _("The service is verified."))
    return redirect("service-list")


@login_required
@require_POST
def service_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    with told_to(request):
        services.remove_service(record=_record(request, pk), actor=user, at=timezone.now())
        messages.success(request, _("The record is taken out. The history keeps it."))
    return redirect("service-list")
