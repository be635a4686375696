"""Legs of the road home, and the checklist of each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.drafts import clear_draft
from core.errors import Refused
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of, told_to
from evidence.enums import EvidenceKind
from incubators.models import Park
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from projects import services
from projects.models import ChecklistTemplateStep, LegStep, Project, RelocationLeg
from projects.services.checklists import STEP_FIELDS, template_of
from projects.web.access import writable_project
from projects.web.facts import store_files
from projects.web.forms import LegForm, label_of_enterprise
from projects.web.road_forms import StepForm, template_formset


def _back(project: Project, anchor: str) -> str:
    return reverse("project-detail", args=[project.pk]) + f"#{anchor}"


@login_required
@require_http_methods(["GET", "POST"])
def leg_create(request: HttpRequest, pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    key = f"leg-{pk}-new"
    last = project.legs.order_by("-sequence").first()
    start = last.to_place if last else (project.incubator.host_city if project.incubator else "")
    country = last.to_country if last else _country_of(project)
    initial, kept_at = initial_with_draft(
        request, key, {"from_place": start, "from_country": country, "to_country": "CN"}
    )
    sequence = (project.legs.aggregate(last=Max("sequence"))["last"] or 0) + 1
    return _leg_page(request, project, None, sequence, key=key, initial=initial, kept_at=kept_at)


@login_required
@require_http_methods(["GET", "POST"])
def leg_edit(request: HttpRequest, pk: int, leg_pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    leg = _leg(request, project, leg_pk)
    key = f"leg-{pk}-{leg.sequence}"
    stored = {
        "from_place": leg.from_place,
        "to_place": leg.to_place,
        "from_country": leg.from_country,
        "to_country": leg.to_country,
        "legal_entity": label_of_enterprise(leg.legal_entity) if leg.legal_entity else "",
        "site": leg.site,
        "planned_on": leg.planned_on,
        "departed_on": leg.departed_on,
        "arrived_on": leg.arrived_on,
    }
    initial, kept_at = initial_with_draft(request, key, stored)
    return _leg_page(request, project, leg, leg.sequence, key=key, initial=initial, kept_at=kept_at)


def _country_of(project: Project) -> str:
    """Where the incubator stands, as far as its time zone says it."""
    zone = project.incubator.time_zone if project.incubator else "Asia/Shanghai"
    return {"Asia/Shanghai": "CN", "Europe/Stockholm": "SE", "Asia/Hong_Kong": "HK"}.get(zone, "")


def _leg(request: HttpRequest, project: Project, leg_pk: int) -> RelocationLeg:
    rows = RelocationLeg.objects.visible_to(request.user).select_related("legal_entity", "project")
    leg: RelocationLeg = get_object_or_404(rows, pk=leg_pk, project=project)
    return leg


def _leg_page(
    request: HttpRequest,
    project: Project,
    leg: RelocationLeg | None,
    sequence: int,
    *,
    key: str,
    initial: dict[str, Any],
    kept_at: str,
) -> HttpResponse:
    user: Any = request.user
    if request.method == "POST":
        form = LegForm(request.POST, request.FILES, user=user, project=project, leg=leg)
        if form.is_valid():
            with shown_on(form):
                data = form.cleaned_data
                files = store_files(request, project, data["files"], kind=EvidenceKind.OTHER)
                values = {name: value for name, value in data.items() if name != "files"}
                services.save_leg(
                    project=project,
                    sequence=sequence,
                    values=values,
                    evidence=files,
                    actor=user,
                    at=timezone.now(),
                )
                clear_draft(user=user, form=key)
                messages.success(
                    request,
                    _("The leg from %(start)s to %(end)s is saved.")
                    % {"start": data["from_place"], "end": data["to_place"]},
                )
                return redirect(_back(project, "legs"))
    else:
        form = LegForm(initial=initial, user=user, project=project, leg=leg)
    context = {
        "project": project,
        "form": form,
        "leg": leg,
        "sequence": sequence,
        "key": key,
        "kept_at": kept_at if request.method != "POST" else "",
    }
    return render(request, "projects/leg_form.html", context, status=status_of(form))


@login_required
@require_POST
def leg_remove(request: HttpRequest, pk: int, leg_pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    leg = _leg(request, project, leg_pk)
    user: Any = request.user
    with told_to(request):
        services.remove_leg(leg=leg, actor=user, at=timezone.now())
        messages.success(request, _("The planned leg is taken out."))
    return redirect(_back(project, "legs"))


@login_required
@require_POST
def checklist_start(request: HttpRequest, pk: int, leg_pk: int) -> HttpResponse:
    """The checklist for a leg of before there were checklists."""
    project = writable_project(request, pk)
    leg = _leg(request, project, leg_pk)
    user: Any = request.user
    with told_to(request):
        services.start_checklist(leg=leg, actor=user, at=timezone.now())
        messages.success(request, _("The leg has its checklist."))
    return redirect(_back(project, f"leg-{leg.pk}"))


@login_required
@require_http_methods(["GET", "POST"])
def step_edit(request: HttpRequest, pk: int, step_pk: int) -> HttpResponse:
    """One step of a checklist: settle it, give it a day and a person, attach its proof."""
    project = writable_project(request, pk)
    rows = LegStep.objects.visible_to(request.user).filter(leg__project=project)
    step: LegStep = get_object_or_404(rows.select_related("leg__project", "owner"), pk=step_pk)
    user: Any = request.user
    people = people_allowed(
        Action.READ, park_id=project.park_id, incubator_id=project.incubator_id, day=timezone.localdate()
    )
    if request.method == "POST":
        form = StepForm(request.POST, request.FILES, people=people)
        if form.is_valid():
            with shown_on(form):
                data = dict(form.cleaned_data)
                version, uploads = data.pop("version"), data.pop("files")
                files = store_files(request, project, uploads, kind=EvidenceKind.OTHER)
                services.change_step(
                    step=step,
                    values=data,
                    evidence=files,
                    expected_version=version,
                    actor=user,
                    at=timezone.now(),
                )
                messages.success(request, _("“%(step)s” is saved.") % {"step": step.name})
                return redirect(_back(project, f"leg-{step.leg_id}"))
    else:
        initial = {name: getattr(step, name) for name in STEP_FIELDS}
        form = StepForm(initial={**initial, "version": step.version}, people=people)
    context = {"project": project, "step": step, "leg": step.leg, "form": form,
               "files": step.evidence.order_by("pk")}  # fmt: skip
    return render(request, "projects/step_form.html", context, status=status_of(form))


@login_required
@require_http_methods(["GET", "POST"])
def checklist_template(request: HttpRequest, code: str) -> HttpResponse:
    """The steps with which new legs of a park start; its administrator changes them."""
    park = get_object_or_404(Park.objects.of_scope(request.user), code=code)
    user: Any = request.user
    try:
        require(Action.MANAGE, user=user, park_id=park.pk)
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    rows = template_of(park)
    forms = template_formset(request.POST if request.method == "POST" else None, rows=rows)
    if request.method == "POST" and forms.is_valid():
        with told_to(request):
            services.save_template(park=park, steps=forms.steps(), actor=user, at=timezone.now())
            messages.success(request, _("The template is saved. New legs start with it."))
            return redirect("project-checklist-template", code=park.code)
    own = ChecklistTemplateStep.objects.filter(park=park).exists()
    context = {"park": park, "forms": forms, "is_own": own}
    return render(request, "projects/checklist_template.html", context, status=422 if forms.is_bound else 200)
