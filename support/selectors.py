"""Reads of the support app, and the numbers that monthly returns take from it."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.due import DueItem, Waiting
from core.search import fold
from incubators.models import Incubator, Park
from incubators.scope import Action, scope_of
from support.enums import ServiceKind, TicketState
from support.models import Mentor, ServiceRecord, Ticket, TicketType
from support.stages import LIVE, satisfaction_percent


def types_offered(park: Park | None) -> list[TicketType]:
    """The types of a park: its own, and the general ones that it has not replaced."""
    own = TicketType.objects.filter(park=park, code=OuterRef("code")) if park else TicketType.objects.none()
    general = TicketType.objects.filter(park=None, is_active=True)
    if park is None:
        return list(general.order_by("position", "pk"))
    found = TicketType.objects.filter(
        Q(pk__in=general.exclude(Exists(own)).values("pk")) | Q(park=park, is_active=True)
    )
    return list(found.order_by("position", "pk"))


def tickets_matching(
    user: Any,
    *,
    now: datetime,
    q: str = "",
    state: str = "",
    type: str = "",
    incubator: str = "",
    mine: bool = False,
) -> QuerySet[Ticket]:
    """Tickets one may see. ``state`` is a state, ``live`` or ``late``; ``type`` a code."""
    found = Ticket.objects.visible_to(user).select_related("type", "incubator", "park", "owner", "project")
    if q:
        found = found.filter(
            Q(number__iexact=q.strip()) | Q(title__icontains=q) | Q(project__search_text__contains=fold(q))
        )
    if state == "live":
        found = found.filter(state__in=LIVE)
    elif state == "late":
        found = found.filter(state__in=LIVE, due_at__lt=now)
    elif state:
        found = found.filter(state=state)
    if type:
        found = found.filter(type__code=type)
    if incubator:
        found = found.filter(incubator__code=incubator)
    if mine:
        found = found.filter(owner=user)
    return found


def mentors_matching(user: Any, *, q: str = "", region: str = "", field: str = "") -> QuerySet[Mentor]:
    found = Mentor.objects.visible_to(user).select_related("park", "incubator")
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if region:
        found = found.filter(region=region)
    if field:
        found = found.filter(fields__contains=[field])
    return found


def services_matching(
    user: Any, *, kind: str = "", incubator: str = "", status: str = "", mentor: int | None = None
) -> QuerySet[ServiceRecord]:
    """Service records one may see; ``status`` is ``verified`` or ``pending``."""
    found = ServiceRecord.objects.visible_to(user).select_related(
        "incubator", "mentor", "project", "enterprise", "entered_by", "verified_by"
    )
    if kind:
        found = found.filter(kind=kind)
    if incubator:
        found = found.filter(incubator__code=incubator)
    if status:
        found = found.filter(verified_at__isnull=status != "verified")
    if mentor is not None:
        found = found.filter(mentor=mentor)
    return found


def waiting_services(user: Any) -> QuerySet[ServiceRecord]:
    """Service records that wait for this person's verification, oldest first."""
    places = scope_of(user).places(Action.VERIFY)
    return (
        services_matching(user, status="pending")
        .filter(places.filter(park="incubator__park", incubator="incubator"))
        .order_by("entered_at")
    )


# --- numbers for returns ---------------------------------------------------------------------------
def ticket_numbers(incubator: Incubator, *, start: date, end: date) -> tuple[int, int]:
    """Tickets that fell due in [start, end), and how many of them were resolved by their limit.

    Withdrawn tickets do not count. Days are those of the incubator's time zone.
    """
    zone = ZoneInfo(incubator.time_zone)
    opens, closes = (datetime.combine(day, time.min, zone) for day in (start, end))
    # A limit is the midnight after its last day, so a limit of the period lies after its start.
    due = Ticket.objects.filter(incubator=incubator, due_at__gt=opens, due_at__lte=closes).exclude(
        state=TicketState.WITHDRAWN
    )
    return due.count(), due.filter(resolved_at__lte=F("due_at")).count()


def satisfaction(incubator: Incubator, *, start: date, end: date) -> Decimal | None:
    """Mean rating of the tickets rated in [start, end), as a percentage of the best; None without one."""
    zone = ZoneInfo(incubator.time_zone)
    ratings = Ticket.objects.filter(
        incubator=incubator,
        rated_at__gte=datetime.combine(start, time.min, zone),
        rated_at__lt=datetime.combine(end, time.min, zone),
    ).values_list("rating", flat=True)
    return satisfaction_percent([rating for rating in ratings if rating is not None])


def mentoring_sessions(incubator: Incubator, *, start: date, end: date) -> int:
    """Verified mentoring in [start, end)."""
    return (
        ServiceRecord.objects.verified()
        .filter(incubator=incubator, kind=ServiceKind.MENTORING, on__gte=start, on__lt=end)
        .count()
    )


# --- due dates ---------------------------------------------------------------------------------------
def due_items(*, user: Any, until: date) -> Iterator[DueItem]:
    """Live tickets where the person may act: the first answer while there is none, then the work itself."""
    places = scope_of(user).places(Action.ENTER)
    tickets = (
        Ticket.objects.visible_to(user)
        .filter(places.filter(park="park", incubator="incubator"), state__in=LIVE)
        .select_related("park", "incubator")
    )
    for ticket in tickets:
        waits_for_answer = ticket.answered_at is None
        day = ticket.last_answer_day if waits_for_answer else ticket.last_day
        if day <= until:
            yield DueItem(
                kind="ticket",
                title=_("Answer the service ticket") if waits_for_answer else _("Resolve the service ticket"),
                on=day,
                url=reverse("ticket-detail", args=[ticket.pk]),
                park_id=ticket.park_id,
                incubator_id=ticket.incubator_id,
                owner_id=ticket.owner_id,
                subject=ticket.title,
                icon="lifebuoy",
                escalates_after=3,
            )


def waiting_items(*, user: Any, limit: int) -> Iterator[Waiting]:
    """Services that wait for this person's verification."""
    for record in waiting_services(user)[:limit]:
        yield Waiting(
            kind="service",
            word=record.get_kind_display(),
            label=record.subject,
            since=record.entered_at,
            url=reverse("service-list") + f"?status=pending#service-{record.pk}",
            place=record.incubator.name,
            by=str(record.entered_by),
            is_own=record.entered_by_id == user.pk,
            icon="school",
        )
