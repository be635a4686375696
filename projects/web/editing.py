"""Create and change the record: drafts, checks while typing, and a conflict that shows both versions."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from core.drafts import clear_draft
from core.models import HistoryEntry
from core.search import fold
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of, told_to
from core.web.once import new_token, submit_once
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from incubators.scope import Action
from projects import services
from projects.models import Project
from projects.web.access import visible_project, writable_project
from projects.web.forms import ProjectForm, label_of_enterprise, places_to_enter

NEW = "project-new"
SUGGESTIONS = 12


@login_required
@require_http_methods(["GET", "POST"])
def project_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    if not places_to_enter(user):
        raise PermissionDenied(
            _("You can read projects, but only operators and park administrators enter them.")
        )
    if request.method == "POST":
        form = ProjectForm(request.POST, user=user)
        if form.is_valid():
            with shown_on(form, names={"incubator": "place"}):
                target = submit_once(request, request.POST.get("once", ""), lambda: _create(request, form))
                clear_draft(user=user, form=NEW)
                return redirect(target)
        return _form_page(request, form, None, status=status_of(form))
    initial, kept_at = initial_with_draft(request, NEW, {"first_contact_on": _earliest_today(user)})
    if "place" in request.GET:
        initial.setdefault("place", request.GET["place"])
    form = ProjectForm(initial=initial, user=user, focus=request.GET.get("focus", ""))
    return _form_page(request, form, None, kept_at=kept_at)


def _create(request: HttpRequest, form: ProjectForm) -> str:
    user: Any = request.user
    park, incubator = _place(form.cleaned_data["place"])
    project = services.create_project(
        park=park, incubator=incubator, values=form.values(), actor=user, at=timezone.now()
    )
    messages.success(
        request,
        _("“%(name)s” is recorded as a lead under the number %(code)s.")
        % {"name": project.name, "code": project.code},
    )
    return reverse("project-detail", args=[project.pk])


def _place(choice: str) -> tuple[Park, Incubator | None]:
    kind, _dash, pk = choice.partition("-")
    if kind == "park":
        return Park.objects.get(pk=pk), None
    incubator = Incubator.objects.select_related("park").get(pk=pk)
    assert incubator.park is not None
    return incubator.park, incubator


def _earliest_today(user: Any) -> date:
    """A day that has come in every place where this person enters projects."""
    now = timezone.now()
    zones = {row.time_zone for row in Incubator.objects.allowing(Action.ENTER, user).only("time_zone")}
    return min((now.astimezone(ZoneInfo(zone)).date() for zone in zones), default=timezone.localdate(now))


@login_required
@require_http_methods(["GET", "POST"])
def project_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    project = writable_project(request, pk)
    key = f"project-{pk}"
    if request.method == "POST":
        data = _resolved(request.POST, project)
        form = ProjectForm(data, user=user, project=project)
        if form.is_valid():
            with shown_on(form):
                services.update_project(
                    project=project,
                    values=form.values(),
                    actor=user,
                    at=timezone.now(),
                    expected_version=_version(data),
                )
                clear_draft(user=user, form=key)
                messages.success(request, _("“%(name)s” is saved.") % {"name": form.cleaned_data["name_zh"]})
                return redirect("project-detail", pk=pk)
        if getattr(getattr(form, "refusal", None), "code", "") == "stale":
            return _conflict_page(request, form, visible_project(request, pk))
        return _form_page(request, form, project, version=_version(data), status=status_of(form))
    initial, kept_at = initial_with_draft(request, key, {**values_shown(project), "version": project.version})
    form = ProjectForm(initial=initial, user=user, project=project, focus=request.GET.get("focus", ""))
    return _form_page(request, form, project, kept_at=kept_at, version=_int(initial["version"]))


def values_shown(project: Project) -> dict[str, Any]:
    """The record as the form types it."""
    return {
        "name_zh": project.name_zh,
        "name_en": project.name_en,
        "first_contact_on": project.first_contact_on,
        "sector": project.sector_id,
        "lead_source": project.lead_source,
        "team_lead": project.team_lead,
        "contact": project.contact,
        "summary": project.summary,
        "enterprise": label_of_enterprise(project.enterprise) if project.enterprise else "",
        "destination_site": project.destination_site,
        "external_id": project.external_id,
    }


def _int(value: Any) -> int:
    return int(value) if str(value).isdigit() and len(str(value)) < 10 else 0


def _version(data: QueryDict) -> int:
    """The version that the person saw; a missing or broken one is older than every record."""
    return _int(data.get("version", ""))


def _resolved(data: QueryDict, project: Project) -> QueryDict:
    """After a conflict: the person chose, field by field, their own words or the stored ones."""
    if "resolve" not in data:
        return data
    chosen = data.copy()
    for name, value in values_shown(project).items():
        if chosen.get(f"keep_{name}") == "theirs":
            chosen[name] = "" if value is None else str(value)
    return chosen


def _form_page(
    request: HttpRequest,
    form: ProjectForm,
    project: Project | None,
    *,
    kept_at: str = "",
    version: int = 0,
    status: int = 200,
) -> HttpResponse:
    return render(
        request,
        "projects/form.html",
        {
            "form": form,
            "project": project,
            "key": f"project-{project.pk}" if project else NEW,
            "kept_at": kept_at,
            "version": version,
            "once": request.POST.get("once") or new_token(),
        },
        status=status,
    )


def _conflict_page(request: HttpRequest, form: ProjectForm, project: Project) -> HttpResponse:
    """Both versions side by side; where they agree there is nothing to choose."""
    stored = values_shown(project)
    now = ProjectForm(initial=stored, user=request.user, project=project)
    rows = []
    for bound in form:
        mine, theirs = _words(form, bound.name, bound.data), _words(now, bound.name, stored[bound.name])
        rows.append(
            {
                "name": bound.name,
                "label": bound.label,
                "mine": mine,
                "theirs": theirs,
                "typed": bound.data or "",
            }
        )
    entries = HistoryEntry.objects.filter(subject_type="projects.project", subject_id=str(project.pk))
    last = entries.order_by("-at", "-sequence").first()
    who = User.objects.filter(username=last.actor).first() if last else None
    return render(
        request,
        "projects/conflict.html",
        {
            "project": project,
            "rows": rows,
            "differing": [row for row in rows if row["mine"] != row["theirs"]],
            "last": last,
            "who": who,
        },
        status=409,
    )


def _words(form: ProjectForm, name: str, value: Any) -> str:
    """The value as a person reads it: a choice by its label."""
    choices = getattr(form.fields[name], "choices", None)
    if choices is None:
        return "" if value is None else str(value)
    for code, label in choices:
        if str(code) == str("" if value is None else value):
            return str(label)
    return str(value)


@login_required
@require_POST
def project_check(request: HttpRequest) -> HttpResponse:
    """What is wrong with one field as it is typed now; nothing is stored."""
    name = request.POST.get("field", "")
    form = ProjectForm(request.POST, user=request.user)
    if "project" in request.POST:
        form.fields.pop("place", None)
    if name not in form.fields:
        return JsonResponse({"error": ""})
    errors = list(form.errors.get(name, []))
    day = form.cleaned_data.get("first_contact_on") if name == "first_contact_on" else None
    if day is not None and day > timezone.localdate():
        errors.append(_("%(day)s has not come yet. Enter a day up to today.") % {"day": day.isoformat()})
    return JsonResponse({"error": " ".join(map(str, errors))})


@login_required
@require_GET
def enterprise_options(request: HttpRequest) -> HttpResponse:
    """Suggestions for the field of the enterprise: at most a dozen, of one park where it is known."""
    rows = Enterprise.objects.visible_to(request.user).select_related(None)
    if park := _int(request.GET.get("park", "")):
        rows = rows.filter(park=park)
    typed = request.GET.get("q", "")[:80].replace("\x00", "")
    words = fold(typed.split(" · ", 1)[0]).split()
    number = typed.strip().upper()
    matches = Q(credit_code__startswith=number) | Q(organisation_number__startswith=number) if number else Q()
    by_name = Q()
    for word in words:
        by_name &= Q(search_text__contains=word)
    found = rows.filter(matches | by_name) if number else rows
    return JsonResponse(
        {"options": [label_of_enterprise(row) for row in found.order_by("sort_key", "pk")[:SUGGESTIONS]]}
    )


@login_required
@require_POST
def project_delete(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    project = writable_project(request, pk)
    with told_to(request):
        services.delete_project(project=project, actor=user, at=timezone.now())
        clear_draft(user=user, form=f"project-{pk}")
        messages.success(request, _("“%(name)s” is deleted.") % {"name": project.name})
        return redirect("project-list")
    return redirect("project-detail", pk=pk)
