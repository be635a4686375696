"""Requests for steps through gates: what waits for whom, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from core.due import DueItem, Waiting
from incubators.scope import Action, scope_of
from incubators.selectors import people_allowed
from projects.enums import RequestState
from projects.models import GateRequest, Project
from projects.models.road import FollowUp

AT_MOST = 100


@dataclass(frozen=True)
class OpenRequest:
    """A request in somebody's queue. ``is_own``: a second person has to decide it."""

    request: GateRequest
    url: str
    is_own: bool


def queue_of(user: Any) -> QuerySet[GateRequest]:
    """Open requests where the person may decide, the most urgent first."""
    where = scope_of(user).places(Action.VERIFY).filter(park="project__park", incubator="project__incubator")
    rows = GateRequest.objects.filter(where, state=RequestState.OPEN)
    return rows.order_by(F("due_on").asc(nulls_last=True), "requested_at", "pk")


def open_requests(user: Any, *, limit: int = AT_MOST) -> list[OpenRequest]:
    """What waits for this person's decision, the most urgent first; one query."""
    rows = queue_of(user).select_related("project__incubator", "project__park", "requested_by")[:limit]
    return [
        OpenRequest(row, reverse("project-request-review", args=[row.pk]), row.requested_by_id == user.pk)
        for row in rows
    ]


def last_request(project: Project) -> GateRequest | None:
    """The newest request that was not withdrawn, with its remarks."""
    return (
        GateRequest.objects.filter(project=project)
        .exclude(state=RequestState.WITHDRAWN)
        .select_related("requested_by", "decided_by")
        .prefetch_related("remarks")
        .order_by("-requested_at", "-pk")
        .first()
    )


def people_to_decide(project: Project, *, besides: User, on: date) -> list[User]:
    """Whom to tell that a request waits."""
    people = people_allowed(Action.VERIFY, park_id=project.park_id, incubator_id=project.incubator_id, day=on)
    return list(people.exclude(pk=besides.pk))


def due_requests(*, user: Any, until: date) -> Iterator[DueItem]:
    """Decisions that this person may take and that are due; one query."""
    rows = (
        queue_of(user)
        .filter(~Q(requested_by=user.pk), due_on__lte=until)
        .select_related("project__incubator", "project__park")
    )
    for row in rows[:AT_MOST]:
        yield DueItem(
            kind="gate_request",
            title=_("Decide the step to “%(stage)s”") % {"stage": row.get_to_stage_display()},
            on=row.due_on,  # type: ignore[arg-type]
            url=reverse("project-request-review", args=[row.pk]),
            park_id=row.project.park_id,
            incubator_id=row.project.incubator_id,
            subject=row.project.name,
            icon="user-check",
        )


def waiting_requests(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Requests for a step through a gate and records of the years after that wait for this person."""
    for found in open_requests(user, limit=limit):
        row = found.request
        yield Waiting(
            kind="gate_request",
            word=_("Step to “%(stage)s”") % {"stage": row.get_to_stage_display()},
            label=row.project.name,
            since=row.requested_at,
            url=found.url,
            place=row.project.incubator.name if row.project.incubator else "",
            by=str(row.requested_by),
            is_own=found.is_own,
            icon="route",
        )
    places = scope_of(user).places(Action.VERIFY)
    years = (
        FollowUp.objects.visible_to(user)
        .filter(places.filter(park="project__park", incubator="project__incubator"), verified_at__isnull=True)
        .select_related("project__incubator", "entered_by")
        .order_by("entered_at")[:limit]
    )
    for year in years:
        yield Waiting(
            kind="follow_up",
            word=_("Follow-up %(year)s") % {"year": year.year},
            label=year.project.name,
            since=year.entered_at,
            url=reverse("project-detail", args=[year.project_id]) + "#follow-up",
            place=year.project.incubator.name if year.project.incubator else "",
            by=str(year.entered_by),
            is_own=year.entered_by_id == user.pk,
            icon="calendar-event",
        )


def returned_requests(user: Any, *, limit: int) -> list[GateRequest]:
    """Requests of the places where this person enters that came back and were not made anew, newest first."""
    places = scope_of(user).places(Action.ENTER)
    newer = GateRequest.objects.filter(project=OuterRef("project"), requested_at__gt=OuterRef("requested_at"))
    return list(
        GateRequest.objects.visible_to(user)
        .filter(
            places.filter(park="project__park", incubator="project__incubator"),
            ~Exists(newer),
            state=RequestState.RETURNED,
        )
        .select_related("project", "decided_by")
        .prefetch_related("remarks")
        .order_by("-decided_at", "-pk")[:limit]
    )
