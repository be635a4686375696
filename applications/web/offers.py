"""Applications on the pages of others: “Apply” beside a policy, the panel of a project or an enterprise."""

from collections.abc import Collection
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from applications import selectors
from applications.models import OPEN_STATES, Application, Programme
from funding.signals import Offer, register_offers
from incubators.scope import Action, scope_of
from projects.models import Project
from projects.signals import Panel, register_panel

SHOWN = 8
PANEL = "applications/_panel.html"


def register() -> None:
    """Called once when the app is ready."""
    register_offers("applications", offers_of)
    register_panel("applications", panel_of)


def _whose(applicant: Any) -> dict[str, Any]:
    return {"project" if isinstance(applicant, Project) else "enterprise": applicant}


def _name(applicant: Any) -> str:
    return f"{'projects' if isinstance(applicant, Project) else 'enterprises'}:{applicant.pk}"


def _open_to(user: Any, applicant: Any) -> list[Programme]:
    """Programmes that take an application of this applicant today, from this person."""
    allowed = scope_of(user).allows(
        Action.ENTER, park_id=applicant.park_id, incubator_id=applicant.incubator_id
    )
    if not allowed:
        return []
    kind = "takes_projects" if isinstance(applicant, Project) else "takes_enterprises"
    rows = selectors.programmes_for(user, day=timezone.localdate(), park_id=applicant.park_id)
    return list(rows.filter(**{kind: True})[:50])


def offers_of(*, user: Any, applicant: Any, policies: Collection[int]) -> dict[int, Offer]:
    """“Apply” where a programme of the policy takes applications, or the way to the one there is."""
    known = Application.objects.visible_to(user).filter(
        programme__policy__in=policies, state__in=OPEN_STATES, **_whose(applicant)
    )
    there = {row.programme_id: row for row in known.select_related("programme").order_by("pk")}
    found = {
        row.programme.policy_id: Offer(
            _("See the application"), reverse("application-detail", args=[row.pk]), row.get_state_display()
        )
        for row in there.values()
    }
    for programme in _open_to(user, applicant):
        if programme.policy_id not in policies or programme.pk in there:
            continue
        words = _("until %(day)s · %(programme)s") % {
            "day": programme.closes_on.isoformat(),
            "programme": programme.name,
        }
        found[programme.policy_id] = Offer(
            _("Apply for it"),
            reverse("application-create"),
            words,
            {"programme": str(programme.pk), "for": _name(applicant)},
        )
    return {key: offer for key, offer in found.items() if key is not None}


def panel_context(user: Any, applicant: Any) -> dict[str, Any]:
    """Applications of a project, or of an enterprise and its projects, and whether one can be begun."""
    rows = list(selectors.applications_about(user, **_whose(applicant))[: SHOWN + 1])
    stays = selectors.standing_rows(rows)
    return {
        "rows": [(row, stays.get(row.pk)) for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "open": _open_to(user, applicant)[:3],
        "taken": {row.programme_id for row in rows if row.state in OPEN_STATES},
        "for": _name(applicant),
    }


def panel_of(*, user: Any, project: Project) -> Panel | None:
    context = panel_context(user, project)
    return Panel(PANEL, context) if context["rows"] or context["open"] else None
