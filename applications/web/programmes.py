"""Programmes: the list, the call with its chain as a table, and the page that says how it stands."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import selectors, services
from applications.enums import ProgrammeState
from applications.models import Application, Programme, reads_programmes, runs_programmes
from applications.web.access import parks_to_run, programme_of, refuse_others
from applications.web.programme_forms import (
    PRESET_LABELS,
    PRESETS,
    ClassRows,
    ProgrammeFilter,
    ProgrammeForm,
    StepRows,
    preset_rows,
    step_rows_of,
    typed_classes,
    typed_steps,
)
from core.saving import values_of
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from core.web.versions import both_versions
from incubators.scope import Action, may_somewhere
from ledger.selectors import budget_standing

ORDERS = {"closes": "closes_on"}


@login_required
@require_safe
def programme_list(request: HttpRequest) -> HttpResponse:
    filters = ProgrammeFilter(request.GET)
    chosen = filters.values()
    page = page_of(
        selectors.programmes_matching(request.user, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-closes",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [(one, _when(one)) for one in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_run": may_somewhere(Action.MANAGE, request.user),
        "several_parks": len({one.park_id for one in page.rows}) > 1,
    }
    return render(request, "applications/programme_list.html", context)


def _when(programme: Programme) -> str:
    """Where the call stands today: taking applications, not yet, or over."""
    today = timezone.localdate()
    if programme.state != ProgrammeState.OPEN:
        return str(programme.state)
    if today < programme.opens_on:
        return "soon"
    return "taking" if today <= programme.closes_on else "over"


@login_required
@require_safe
def programme_detail(request: HttpRequest, pk: int) -> HttpResponse:
    programme = programme_of(request, pk)
    today = timezone.localdate()
    reads_all = reads_programmes(request.user, programme.park_id)
    seen = Application.objects.visible_to(request.user).filter(programme=programme)
    standing = selectors.standing_of(programme, today) if reads_all else None
    own = selectors.applications_matching(request.user, programme=str(programme.pk))
    context: dict[str, Any] = {
        "programme": programme,
        "when": _when(programme),
        "steps": programme.steps.order_by("position"),
        "reads_all": reads_all,
        "may_run": runs_programmes(request.user, programme.park_id),
        "may_apply": selectors.programmes_for(request.user, day=today).filter(pk=programme.pk).exists(),
        "standing": standing,
        "money": budget_standing(programme.budget) if reads_all and programme.budget else None,
        "meetings": selectors.meetings_seen(request.user)
        .filter(programme=programme)
        .order_by("-held_on", "-pk")[:20],
        "own": [] if reads_all else list(own.order_by("-created_at", "-pk")[:20]),
        "any": seen.exists(),
        "today": today,
    }
    return render(request, "applications/programme_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def programme_create(request: HttpRequest) -> HttpResponse:
    refuse_others(request.user)
    year = timezone.localdate().year
    initial = {
        "year": year,
        "takes_enterprises": True,
        "takes_projects": True,
        "needs_agreement": True,
    }
    return _form(request, None, initial, preset_rows("default"))


@login_required
@require_http_methods(["GET", "POST"])
def programme_edit(request: HttpRequest, pk: int) -> HttpResponse:
    programme = programme_of(request, pk)
    refuse_others(request.user, programme.park_id)
    names = [name for name in services.PROGRAMME_FIELDS if name not in ("classes", "external_id")]
    initial = values_of(programme, names) | {"version": programme.version}
    initial |= {"policy": programme.policy_id, "budget": programme.budget_id}
    return _form(request, programme, initial, step_rows_of(programme))


def _form(
    request: HttpRequest, programme: Programme | None, initial: dict[str, Any], steps: list[dict[str, Any]]
) -> HttpResponse:
    """The call with its table of steps; a preset fills the table anew and saves nothing."""
    user: Any = request.user
    posted = request.POST if request.method == "POST" else None
    preset = request.POST.get("preset", "")
    if preset in PRESETS:
        initial = request.POST.dict()
    form = ProgrammeForm(
        None if preset in PRESETS else posted, parks=parks_to_run(user), programme=programme, initial=initial
    )
    is_free = programme is None or programme.state == ProgrammeState.DRAFT
    rows = classes = None
    if is_free:
        rows = StepRows(
            None if preset in PRESETS else posted, prefix="steps", initial=preset_rows(preset) or steps
        )
        classes = ClassRows(
            posted, prefix="classes", initial=list(programme.classes) if programme is not None else []
        )
    if preset in PRESETS:
        return _shown(request, programme, form, rows, classes, status=200)
    parts = [part for part in (form, rows, classes) if part is not None]
    if posted is not None and all([part.is_valid() for part in parts]):
        with shown_on(form):
            return redirect(
                submit_once(
                    request,
                    request.POST.get("once", ""),
                    lambda: _save(request, programme, form, rows, classes),
                )
            )
    wrong = posted is not None and not all(part.is_valid() for part in parts if part is not form)
    theirs = both_versions(form, initial) if posted is not None else []
    status = 422 if wrong else status_of(form)
    return _shown(request, programme, form, rows, classes, status=status, theirs=theirs)


def _shown(
    request: HttpRequest,
    programme: Programme | None,
    form: Any,
    rows: Any,
    classes: Any,
    *,
    status: int,
    theirs: Sequence[dict[str, str]] = (),
) -> HttpResponse:
    context = {
        "theirs": theirs,
        "form": form,
        "rows": rows,
        "classes": classes,
        "programme": programme,
        "presets": PRESET_LABELS,
        "once": request.POST.get("once") or new_token(),
        "is_preset": bool(request.POST.get("preset")),
    }
    return render(request, "applications/programme_form.html", context, status=status)


def _save(request: HttpRequest, programme: Programme | None, form: Any, rows: Any, classes: Any) -> str:
    user: Any = request.user
    values = form.values()
    if classes is not None:
        values["classes"] = typed_classes(classes)
    saved = services.save_programme(
        programme=programme,
        park=programme.park if programme is not None else form.cleaned_data["park"],
        values=values,
        steps=typed_steps(rows) if rows is not None else None,
        actor=user,
        at=timezone.now(),
        expected_version=form.cleaned_data.get("version"),
    )
    messages.success(request, _("The programme is saved."))
    return reverse("programme-detail", args=[saved.pk])


DEEDS = ("open", "close", "reopen", "delete")


@login_required
@require_POST
def programme_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Open, close, open again or throw away; which of them is posted as ``to``."""
    programme = programme_of(request, pk)
    refuse_others(request.user, programme.park_id)
    to = request.POST.get("to", "")
    if to not in DEEDS:
        messages.error(request, _("Choose what is to be done with the programme."))
        return redirect("programme-detail", pk=programme.pk)
    done = {
        "open": (services.open_programme, _("The programme is open. Its rules and steps are frozen.")),
        "close": (services.close_programme, _("The programme takes no more applications.")),
        "reopen": (services.reopen_programme, _("The programme takes applications again.")),
        "delete": (services.delete_programme, _("The draft is thrown away.")),
    }
    deed, words = done[to]
    with told_to(request):
        deed(programme=programme, actor=request.user, at=timezone.now())
        messages.success(request, words)
        if to == "delete":
            return redirect("programme-list")
    return redirect("programme-detail", pk=programme.pk)
