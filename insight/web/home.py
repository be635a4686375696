"""The home page: for each role what is to be done today, and where its projects stand."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.enums import Role
from core.due import waiting_items
from core.errors import DomainError
from core.models import Draft
from core.periods import Period
from enterprises.selectors import returned_records
from evaluation.selectors import estimate_of
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of
from insight.selectors import home as reads
from insight.selectors import links
from insight.selectors.chains import chains_of
from insight.selectors.changes import latest_changes
from insight.selectors.due import due_for
from insight.selectors.pipeline import pipelines, stalled, together
from insight.web.charts import stage_chart
from projects.enums import Stage
from projects.selectors import returned_requests

DRAFTS: Mapping[tuple[str, bool], Any] = {
    ("project", True): gettext_lazy("New project:"),
    ("project", False): gettext_lazy("Changes to a project"),
    ("enterprise", True): gettext_lazy("New enterprise:"),
    ("enterprise", False): gettext_lazy("Changes to an enterprise"),
}
NEW_FORMS = {("project", "new"): "project-create", ("enterprise", "new"): "enterprise-create"}
INBOX = 100
DUE_SHOWN = 8
SOON = timedelta(days=7)
ORDER = (Role.OPERATOR, Role.PARK_ADMIN, Role.FINANCE, Role.AUDITOR, Role.EXPERT, Role.API_CLIENT)


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """One section per role that the person holds today."""
    user: Any = request.user
    today = timezone.localdate()
    roles = [role for role in ORDER if role in scope_of(user).roles]
    sections = [
        SECTIONS[role](user, today) | {"template": f"insight/home/{role.value}.html"} for role in roles
    ]
    return render(request, "insight/home.html", {"sections": sections, "today": today, "roles": roles})


@login_required
@require_safe
def estimate(request: HttpRequest, code: str) -> HttpResponse:
    """The estimate of the running year of one's incubator, loaded after the page itself."""
    sites = Incubator.objects.allowing(Action.EVALUATE, request.user).operating().select_related("park")
    incubator = get_object_or_404(sites, code=code, park__isnull=False)
    try:
        found = estimate_of(incubator, at=timezone.now())
    except DomainError as error:
        return render(request, "insight/home/estimate.html", {"refusal": str(error), "incubator": incubator})
    lifts = [(lift, links.lift(lift.calculation, incubator.code)) for lift in found.lifts]
    context = {"estimate": found, "lifts": lifts, "incubator": incubator}
    return render(request, "insight/home/estimate.html", context)


def _operator(user: Any, today: date) -> dict[str, Any]:
    incubators = list(Incubator.objects.filter(pk__in=scope_of(user).incubators).select_related("park"))
    ids = [incubator.pk for incubator in incubators]
    pipeline = together(pipelines(user, ids, on=today).values())
    changes = latest_changes([item.chain for item in incubators], limit=8)
    for change in changes:
        change["url"] = _url_of(change)
    return {
        "incubators": incubators,
        "due": _due(user, today),
        "returned": reads.returned_facts(user, ids),
        "requests": returned_requests(user, limit=reads.AT_MOST),
        "records": returned_records(user, limit=reads.AT_MOST),
        "near": [
            {
                "label": found.project.name,
                "message": _("One thing is missing for “%(stage)s”: %(what)s")
                % {"stage": Stage(found.to_stage).label, "what": _(found.missing.message)},
                "url": links.project(found.project.pk, "#missing"),
            }
            for found in reads.projects_near_a_gate(user, ids, limit=6)
        ],
        "waiting": reads.waiting_facts(user, ids),
        "months": _missing_months(incubators, today),
        "drafts": [_draft(draft) for draft in reads.drafts_of(user)],
        "pipeline": pipeline,
        "chart": stage_chart(pipeline),
        "changes": changes,
    }


def _draft(draft: Draft) -> dict[str, Any]:
    """A kept draft in words, with the form in which it goes on."""
    kind, _dash, rest = draft.form.partition("-")
    number = rest.partition("-")[0]
    label = DRAFTS.get((kind, number == "new"), gettext("Form in progress"))
    url = ""
    if (kind, number) in NEW_FORMS:
        url = reverse(NEW_FORMS[kind, number])
    elif kind == "project" and number.isdigit():
        url = reverse("project-edit", args=[int(number)]) if rest == number else links.project(int(number))
    elif kind == "enterprise" and number.isdigit():
        url = (
            reverse("enterprise-edit", args=[int(number)])
            if rest == number
            else links.enterprise(int(number))
        )
    name = draft.data.get("name_zh") or draft.data.get("name") or [""]
    return {"label": f"{label} {name[-1]}".strip(), "url": url, "at": draft.updated_at}


def _missing_months(incubators: list[Incubator], today: date) -> list[dict[str, Any]]:
    """Incubators whose figures of the last closed month are not complete."""
    month = Period.containing(today, "month").previous()
    found = reads.missing_measures([incubator.pk for incubator in incubators], period=month.code)
    return [
        {
            "incubator": incubator,
            "period": month.code,
            "count": found[incubator.pk],
            "url": links.month(incubator.code, month.code),
        }
        for incubator in incubators
        if found.get(incubator.pk)
    ]


def _url_of(change: Mapping[str, Any]) -> str:
    if change["action"].endswith("deleted"):
        return ""
    if change["project_id"]:
        return links.project(change["project_id"])
    return links.enterprise(change["enterprise_id"]) if change["enterprise_id"] else ""


def _park_admin(user: Any, today: date) -> dict[str, Any]:
    places = scope_of(user).places(Action.VERIFY)
    parks = list(Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids))
    park_ids = [park.pk for park in parks]
    incubators = list(
        Incubator.objects.filter(park__in=park_ids, is_enclave=True)
        .operating()
        .select_related("park")
        .order_by("sort_key", "pk")
    )
    found = pipelines(user, [incubator.pk for incubator in incubators], on=today)
    return {
        "parks": parks,
        "inbox": _inbox(user),
        "due": _due(user, today),
        "files": _with_links(reads.unverified_files(user, limit=8)),
        "rows": [(incubator, found[incubator.pk]) for incubator in incubators],
        "total": together(found.values()),
        "stalled": [
            {"project": project, "days": (today - project.stage_since).days}
            for project in stalled(user, park_ids=park_ids, on=today, limit=8)
        ],
    }


def _inbox(user: Any) -> list[dict[str, Any]]:
    """What waits for a second person, of every app, oldest first."""
    items = _with_links(reads.inbox(user, limit=INBOX))
    items += [{"item": item, "url": item.url} for item in waiting_items(user=user, limit=INBOX)]
    return sorted(items, key=lambda row: row["item"].since)[:INBOX]


def _due(user: Any, today: date) -> dict[str, Any]:
    """What is late or falls into the next seven days; for administrators their own and what is too late."""
    entries = due_for(user, today=today, until=today + SOON, mine=True)
    return {
        "entries": entries[:DUE_SHOWN],
        "more": max(len(entries) - DUE_SHOWN, 0),
        "late": sum(entry.is_late for entry in entries),
    }


def _with_links(items: list[reads.InboxItem]) -> list[dict[str, Any]]:
    return [{"item": item, "url": links.of_inbox(item)} for item in items]


def _finance(user: Any, today: date) -> dict[str, Any]:
    return {"payments": reads.payments_waiting(user), "totals": reads.paid_in_totals(user, on=today)}


def _auditor(user: Any, today: date) -> dict[str, Any]:
    return {"chains": chains_of(user), "reports": reads.sealed_reports(user, limit=8)}


def _expert(user: Any, today: date) -> dict[str, Any]:
    return {}


def _api_client(user: Any, today: date) -> dict[str, Any]:
    return {"token_url": reverse("token-list")}


SECTIONS: Mapping[str, Callable[[Any, date], dict[str, Any]]] = {
    Role.OPERATOR: _operator,
    Role.PARK_ADMIN: _park_admin,
    Role.FINANCE: _finance,
    Role.AUDITOR: _auditor,
    Role.EXPERT: _expert,
    Role.API_CLIENT: _api_client,
}
