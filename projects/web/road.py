"""The road home: relocation legs, and who is credited for it."""

from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from core.drafts import clear_draft
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of, told_to
from evidence.enums import EvidenceKind
from incubators.models import Incubator
from incubators.scope import Action
from projects import services
from projects.models import Project, RelocationLeg
from projects.web.access import allow, rights_in, visible_project, writable_project
from projects.web.facts import store_files
from projects.web.forms import LegForm, SharesForm, label_of_enterprise


def _back(project: Project, anchor: str) -> str:
    return reverse("project-detail", args=[project.pk]) + f"#{anchor}"


@login_required
@require_http_methods(["GET", "POST"])
def leg_create(request: HttpRequest, pk: int) -> HttpResponse:
    project = writable_project(request, pk)
    key = f"leg-{pk}-new"
    last = project.legs.order_by("-sequence").first()
    start = last.to_place if last else (project.incubator.host_city if project.incubator else "")
    initial, kept_at = initial_with_draft(request, key, {"from_place": start})
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
        "legal_entity": label_of_enterprise(leg.legal_entity) if leg.legal_entity else "",
        "site": leg.site,
        "planned_on": leg.planned_on,
        "departed_on": leg.departed_on,
        "arrived_on": leg.arrived_on,
    }
    initial, kept_at = initial_with_draft(request, key, stored)
    return _leg_page(request, project, leg, leg.sequence, key=key, initial=initial, kept_at=kept_at)


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
@require_http_methods(["GET", "POST"])
def shares(request: HttpRequest, pk: int) -> HttpResponse:
    """Divide the credit among the incubators of the park; the page adds up while one types."""
    project = visible_project(request, pk)
    user: Any = request.user
    if not rights_in(user, project).may_divide(project):
        allow(request, project, Action.ENTER)
        allow(request, project, Action.MANAGE)
    incubators = list(Incubator.objects.filter(park=project.park_id).operating().order_by("sort_key", "pk"))
    stored = dict(project.credit_shares.values_list("incubator_id", "percent"))
    if not stored and project.incubator_id is not None:
        stored = {project.incubator_id: Decimal(100)}  # offered, as most projects have one incubator
    form = SharesForm(
        request.POST if request.method == "POST" else None, incubators=incubators, shares=stored
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.set_credit_shares(project=project, shares=form.shares(), actor=user, at=timezone.now())
            messages.success(request, _("The credit is divided."))
            return redirect(_back(project, "shares"))
    return render(request, "projects/shares.html", {"project": project, "form": form}, status=status_of(form))
