"""Forms of a site: its record, contracts, spaces and titles. Only the park's administrator writes here."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.drafts import clear_draft
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of
from incubators.models import Incubator
from incubators.scope import Action, scope_of
from incubators.services import (
    CONTRACT_FIELDS,
    INCUBATOR_FIELDS,
    RECOGNITION_FIELDS,
    SPACE_FIELDS,
    save_contract,
    save_incubator,
    save_recognition,
    save_space,
)
from incubators.web.forms import ContractForm, IncubatorForm, SpaceForm, TitleForm, managed_parks


def managed_incubator(request: HttpRequest, code: str) -> Incubator:
    """404 for a stranger, 403 with the reason for whoever may only read."""
    incubator = get_object_or_404(
        Incubator.objects.visible_to(request.user).select_related("park", "operator"), code=code
    )
    if not scope_of(request.user).allows(Action.MANAGE, park_id=incubator.park_id):
        raise PermissionDenied(_("Only the park administrator can change the record of an incubator."))
    return incubator


@login_required
@require_http_methods(["GET", "POST"])
def incubator_create(request: HttpRequest) -> HttpResponse:
    if not managed_parks(request.user).exists():
        raise PermissionDenied(_("Only a park administrator can register an incubator."))
    return _incubator_form(request, None)


@login_required
@require_http_methods(["GET", "POST"])
def incubator_edit(request: HttpRequest, code: str) -> HttpResponse:
    return _incubator_form(request, managed_incubator(request, code))


def _incubator_form(request: HttpRequest, incubator: Incubator | None) -> HttpResponse:
    user: Any = request.user
    draft, kept_at = f"incubator-{incubator.pk if incubator else 'new'}", ""
    if request.method == "POST":
        form = IncubatorForm(request.POST, user=user, incubator=incubator)
        if form.is_valid():
            with shown_on(form):
                park = incubator.park if incubator else form.cleaned_data["park"]
                saved = save_incubator(
                    incubator=incubator, park=park, values=form.values(), actor=user, at=timezone.now()
                )
                clear_draft(user=user, form=draft)
                messages.success(request, _("The incubator is saved."))
                return redirect("incubator-detail", code=saved.code)
    else:
        stored: dict[str, Any] = (
            {name: getattr(incubator, name) for name in INCUBATOR_FIELDS}
            if incubator
            else {"time_zone": "Asia/Shanghai", "is_enclave": True}
        )
        initial, kept_at = initial_with_draft(request, draft, stored)
        form = IncubatorForm(initial=initial, user=user, incubator=incubator)
    context = {
        "form": form,
        "incubator": incubator,
        "title": _("Edit the incubator") if incubator else _("Register an incubator"),
        "save": _("Save the incubator"),
        "draft": draft,
        "kept_at": kept_at,
        "cancel": reverse("incubator-detail", args=[incubator.code])
        if incubator
        else reverse("incubator-list"),
    }
    return render(request, "incubators/form.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def contract(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    incubator = managed_incubator(request, code)
    record = get_object_or_404(incubator.contracts, pk=pk) if pk else None
    return _owned_form(
        request,
        incubator,
        record,
        form_class=ContractForm,
        fields=CONTRACT_FIELDS,
        kind="contract",
        words=(_("Contract with the operator"), _("Save the contract"), _("The contract is saved.")),
        defaults={"operator": incubator.operator, "currency": "CNY"},
        write=lambda values: save_contract(
            contract=record,
            incubator=incubator,
            values=values,
            actor=request.user,
            at=timezone.now(),  # type: ignore[arg-type]
        ),
    )


@login_required
@require_http_methods(["GET", "POST"])
def space(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    incubator = managed_incubator(request, code)
    record = get_object_or_404(incubator.spaces, pk=pk) if pk else None
    return _owned_form(
        request,
        incubator,
        record,
        form_class=SpaceForm,
        fields=SPACE_FIELDS,
        kind="space",
        words=(_("Space of the incubator"), _("Save the space"), _("The space is saved.")),
        defaults={},
        write=lambda values: save_space(
            space=record,
            incubator=incubator,
            values=values,
            actor=request.user,
            at=timezone.now(),  # type: ignore[arg-type]
        ),
    )


@login_required
@require_http_methods(["GET", "POST"])
def title(request: HttpRequest, code: str, pk: int | None = None) -> HttpResponse:
    incubator = managed_incubator(request, code)
    record = get_object_or_404(incubator.recognitions, pk=pk) if pk else None
    return _owned_form(
        request,
        incubator,
        record,
        form_class=TitleForm,
        fields=RECOGNITION_FIELDS,
        kind="title",
        words=(_("Title of the incubator"), _("Save the title"), _("The title is saved.")),
        defaults={},
        write=lambda values: save_recognition(
            recognition=record,
            incubator=incubator,
            values=values,
            actor=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        ),
    )


def _owned_form(
    request: HttpRequest,
    incubator: Incubator,
    record: Any,
    *,
    form_class: type[forms.Form],
    fields: tuple[str, ...],
    kind: str,
    words: tuple[str, str, str],
    defaults: dict[str, Any],
    write: Callable[[dict[str, Any]], Any],
) -> HttpResponse:
    """One form for whatever hangs on a site: shown with its draft, saved through the service."""
    heading, save, saved = words
    back = reverse("incubator-detail", args=[incubator.code])
    draft, kept_at = f"incubator-{incubator.pk}-{kind}-{record.pk if record else 'new'}", ""
    if request.method == "POST":
        form = form_class(request.POST)
        if form.is_valid():
            with shown_on(form):
                write(dict(form.cleaned_data))
                clear_draft(user=request.user, form=draft)
                messages.success(request, saved)
                return redirect(back)
    else:
        stored = (
            {name: getattr(record, name) for name in fields if name in form_class.base_fields}
            if record
            else defaults
        )
        initial, kept_at = initial_with_draft(request, draft, stored)
        form = form_class(initial=initial)
    context = {"form": form, "incubator": incubator, "title": heading, "save": save, "draft": draft,
               "kept_at": kept_at, "cancel": back}  # fmt: skip
    return render(request, "incubators/form.html", context, status=status_of(form))
