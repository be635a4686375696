"""Mentors: who advises, in which field, and what they did."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.saving import values_of
from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from incubators.scope import Action, may_somewhere
from support.enums import MentorField
from support.models import Mentor
from support.selectors import mentors_matching, services_matching
from support.services import MENTOR_FIELDS, save_mentor
from support.web.access import allows, refuse, refuse_outsiders
from support.web.forms import MentorFilterForm, MentorForm

ORDERS = {"name": "sort_key", "updated": "updated_at"}


def field_names(mentor: Mentor) -> list[str]:
    return [str(MentorField(code).label) for code in mentor.fields if code in MentorField.values]


@login_required
@require_safe
def mentor_list(request: HttpRequest) -> HttpResponse:
    filters = MentorFilterForm(request.GET)
    chosen = filters.values()
    page = page_of(
        mentors_matching(request.user, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="name",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [(row, field_names(row)) for row in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_enter": may_somewhere(Action.ENTER, request.user),
        "today": timezone.localdate(),
    }
    return render(request, "support/mentor_list.html", context)


@login_required
@require_safe
def mentor_detail(request: HttpRequest, pk: int) -> HttpResponse:
    mentor = _mentor(request, pk)
    may_enter = allows(request.user, Action.ENTER, mentor.park_id, mentor.incubator_id)
    records = services_matching(request.user, mentor=mentor.pk).order_by("-on", "-pk")[:50]
    context = {
        "mentor": mentor,
        "fields": field_names(mentor),
        "records": records,
        "may_enter": may_enter,
    }
    return render(request, "support/mentor.html", context)


def _mentor(request: HttpRequest, pk: int) -> Mentor:
    mentor: Mentor = get_object_or_404(
        Mentor.objects.visible_to(request.user).select_related("park", "incubator"), pk=pk
    )
    return mentor


@login_required
@require_http_methods(["GET", "POST"])
def mentor_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    refuse_outsiders(user, Action.ENTER)
    form = MentorForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"fields": "fields_"}):
            return redirect(submit_once(request, request.POST.get("once", ""), lambda: _create(user, form)))
    context = {"form": form, "once": request.POST.get("once") or new_token()}
    return render(request, "support/mentor_form.html", context, status=status_of(form))


def _create(user: Any, form: MentorForm) -> str:
    park, incubator = form.place
    mentor = save_mentor(
        mentor=None, park=park, incubator=incubator, values=form.values(), actor=user, at=timezone.now()
    )
    return reverse("mentor-detail", args=[mentor.pk])


@login_required
@require_http_methods(["GET", "POST"])
def mentor_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    mentor = _mentor(request, pk)
    refuse(user, Action.ENTER, mentor.park_id, mentor.incubator_id)
    stored = values_of(mentor, MENTOR_FIELDS)
    initial = stored | {"fields_": stored["fields"], "version": mentor.version}
    form = MentorForm(request.POST or None, user=user, mentor=mentor, initial=initial)
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"fields": "fields_"}):
            save_mentor(
                mentor=mentor,
                park=mentor.park,
                incubator=mentor.incubator,
                values=form.values(),
                expected_version=form.cleaned_data["version"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The mentor is saved."))
            return redirect("mentor-detail", pk=mentor.pk)
    context = {"form": form, "mentor": mentor}
    return render(request, "support/mentor_form.html", context, status=status_of(form))
