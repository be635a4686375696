"""Spaces of the incubators, who is in them, and the forms of an occupancy."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Refused
from core.web.errors import shown_on, status_of, told_to
from core.web.fields import DayField
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from enterprises.models import Enterprise, Occupancy
from enterprises.selectors.spaces import Taken, occupancy_on, spaces_of
from enterprises.services import OCCUPANCY_FIELDS, end_occupancy, remove_occupancy, save_occupancy
from enterprises.web.picking import ListFilter, choices_of
from enterprises.web.record_forms import FILE, RecordForm, initial_of
from evidence.services import store_evidence
from incubators.enums import SpaceKind
from incubators.models import Incubator, Space
from incubators.scope import Action, require, scope_of

HELPS = {
    "is_whole": gettext_lazy("nobody else is in the space during this time; the area is filled in"),
    "area_m2": gettext_lazy("leave it empty for the whole space"),
    "rent_amount": gettext_lazy("empty where no rent is agreed"),
}


class SpaceFilter(ListFilter):
    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=choices_of(SpaceKind))
    on = DayField(label=gettext_lazy("On"), required=False)

    def values(self) -> dict[str, Any]:
        found = super().values()
        self.day: date = found.pop("on", None) or timezone.localdate()
        return found


@login_required
@require_safe
def space_list(request: HttpRequest) -> HttpResponse:
    filters = SpaceFilter(request.GET, user=request.user)
    chosen = filters.values()
    rows = spaces_of(request.user, day=filters.day, **chosen)
    page = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders={"name": "sort_key", "area": "area_m2"},
        default="name",
        cursor=request.GET.get("cursor", ""),
    )
    whole = Taken(sum(row.area_m2 for row in page.rows), sum(occupancy_on(row).taken for row in page.rows))  # type: ignore[attr-defined, arg-type]
    context = {
        "filters": filters,
        "is_filtered": bool(request.GET.get("q") or chosen),
        "day": filters.day,
        "page": page,
        "rows": [(row, occupancy_on(row)) for row in page.rows],
        "whole": whole,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "manageable": _manageable(request.user),
    }
    return render(request, "enterprises/space_list.html", context)


def _manageable(user: Any) -> list[Incubator]:
    """The sites for which the person may record a space; a few at most."""
    sites = Incubator.objects.allowing(Action.MANAGE, user).operating().filter(park__isnull=False)
    return list(sites.order_by("sort_key", "pk")[:20])


def _visible_space(request: HttpRequest, pk: int) -> Space:
    rows = Space.objects.visible_to(request.user).select_related("incubator__park")
    found: Space = get_object_or_404(rows, pk=pk)
    return found


@login_required
@require_safe
def space_detail(request: HttpRequest, pk: int) -> HttpResponse:
    space = _visible_space(request, pk)
    today = timezone.localdate()
    occupancies = list(
        Occupancy.objects.filter(space=space)
        .select_related("enterprise", "evidence")
        .order_by("-starts_on", "-pk")
    )
    now = [item for item in occupancies if item.starts_on <= today and _goes_on(item, today)]
    taken = Taken(space.area_m2, sum((item.area_m2 for item in now), space.area_m2 * 0))
    actions = scope_of(request.user).actions(park_id=space.incubator.park_id, incubator_id=space.incubator_id)
    context = {
        "space": space,
        "occupancies": [(item, _state(item, today)) for item in occupancies],
        "taken": taken,
        "today": today,
        "may_enter": Action.ENTER in actions,
        "may_manage": Action.MANAGE in actions,
    }
    return render(request, "enterprises/space_detail.html", context)


def _goes_on(item: Occupancy, day: date) -> bool:
    return item.ends_on is None or item.ends_on > day


def _state(item: Occupancy, today: date) -> str:
    if item.starts_on > today:
        return "ahead"
    if not _goes_on(item, today):
        return "over"
    free = item.rent_free_until
    if free is not None and today < free <= today + timedelta(days=90):
        return "rent_free_ends"
    return "rent_free" if free is not None and today < free else "now"


@login_required
@require_http_methods(["GET", "POST"])
def occupancy_create(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    space = _visible_space(request, pk)
    _refuse_readers(user, space)
    form = _form(request, user=user, initial={"starts_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": FILE}):

            def write() -> str:
                _save(form, space, form.cleaned_data["enterprise"], None, user)
                return reverse("space-detail", args=[space.pk])

            target = submit_once(request, request.POST.get("once", ""), write)
            messages.success(request, _("The occupancy is saved."))
            return redirect(target)
    once = request.POST.get("once") or new_token()
    return _page(request, form, space, None, once)


@login_required
@require_http_methods(["GET", "POST"])
def occupancy_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    occupancy = _stored(request, pk)
    _refuse_readers(user, occupancy.space)
    form = _form(request, user=None, initial=initial_of(occupancy, OCCUPANCY_FIELDS))
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": FILE}):
            _save(form, occupancy.space, occupancy.enterprise, occupancy, user)
            messages.success(request, _("The occupancy is saved."))
            return redirect("space-detail", pk=occupancy.space_id)
    return _page(request, form, occupancy.space, occupancy, "")


class EndForm(forms.Form):
    on = DayField(label=gettext_lazy("First day on which it is free again"))


@login_required
@require_http_methods(["GET", "POST"])
def occupancy_end(request: HttpRequest, pk: int) -> HttpResponse:
    occupancy = _stored(request, pk)
    _refuse_readers(request.user, occupancy.space)
    form = EndForm(request.POST or None, initial={"on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"ends_on": "on"}):
            end_occupancy(
                occupancy=occupancy,
                on=form.cleaned_data["on"],
                actor=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
            messages.success(request, _("The occupancy ends on that day."))
            return redirect("space-detail", pk=occupancy.space_id)
    context = {"form": form, "occupancy": occupancy, "space": occupancy.space}
    return render(request, "enterprises/occupancy_end.html", context, status=status_of(form))


@login_required
@require_POST
def occupancy_remove(request: HttpRequest, pk: int) -> HttpResponse:
    occupancy = _stored(request, pk)
    space = occupancy.space_id
    with told_to(request):
        remove_occupancy(occupancy=occupancy, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The entry is taken back."))
    return redirect("space-detail", pk=space)


def _stored(request: HttpRequest, pk: int) -> Occupancy:
    rows = Occupancy.objects.visible_to(request.user).select_related("space__incubator__park", "enterprise")
    found: Occupancy = get_object_or_404(rows, pk=pk)
    return found


def _refuse_readers(user: Any, space: Space) -> None:
    try:
        require(Action.ENTER, user=user, park_id=space.incubator.park_id, incubator_id=space.incubator_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def _form(request: HttpRequest, *, user: Any, initial: dict[str, Any]) -> RecordForm:
    form = RecordForm(
        request.POST or None,
        request.FILES or None,
        model=Occupancy,
        names=OCCUPANCY_FIELDS,
        user=user,
        initial=initial,
        helps=HELPS,
    )
    form.fields["area_m2"].required = False
    return form


@transaction.atomic
def _save(
    form: RecordForm, space: Space, enterprise: Enterprise, occupancy: Occupancy | None, user: Any
) -> Occupancy:
    values, upload = form.values(), form.cleaned_data.get(FILE)
    if upload:
        values["evidence"] = store_evidence(
            park=enterprise.park,
            incubator=enterprise.incubator,
            content=upload.file,
            name=upload.name,
            actor=user,
            at=timezone.now(),
        )
    if values["area_m2"] is None and not values["is_whole"]:
        values["is_whole"] = occupancy is None
        if occupancy is not None:
            values["area_m2"] = occupancy.area_m2
    return save_occupancy(
        occupancy=occupancy,
        space=space,
        enterprise=enterprise,
        values=values,
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=timezone.now(),
    )


def _page(
    request: HttpRequest, form: RecordForm, space: Space, occupancy: Occupancy | None, once: str
) -> HttpResponse:
    context = {
        "form": form,
        "space": space,
        "occupancy": occupancy,
        "once": once,
        "draft": f"occupancy-{occupancy.pk if occupancy else f'new-{space.pk}'}",
    }
    return render(request, "enterprises/occupancy_form.html", context, status=status_of(form))
