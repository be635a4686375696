"""Contacts, events, interactions, mandates and agreements: the lists, and what is to be done next."""

from datetime import date
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.periods import Period
from core.search import fold
from incubators.models import Incubator
from outreach.enums import LeadStage
from outreach.models import Contact, Event, Interaction, Lead, Mandate, TrackedAgreement
from outreach.stages import reached_at_least


def _found(rows: QuerySet[Any], q: str, incubator: str) -> QuerySet[Any]:
    for word in fold(q).split():
        rows = rows.filter(search_text__contains=word)
    return rows.filter(incubator__code=incubator) if incubator else rows


def contacts_matching(user: Any, *, q: str = "", incubator: str = "", tag: str = "") -> QuerySet[Contact]:
    rows = _found(
        Contact.objects.visible_to(user).select_related("park", "incubator", "organisation"), q, incubator
    )
    return rows.filter(tags__contains=[tag]) if tag else rows


def events_matching(user: Any, *, q: str = "", incubator: str = "", kind: str = "") -> QuerySet[Event]:
    """With ``lead_count`` and ``landed_count``: what came of each."""
    rows = Event.objects.visible_to(user).select_related("park", "incubator")
    rows = _found(rows, q, incubator).annotate(
        lead_count=Count("leads"),
        landed_count=Count("leads", filter=Q(leads__reached__in=reached_at_least(LeadStage.LANDED))),
    )
    return rows.filter(kind=kind) if kind else rows


def events_held(incubator: Incubator, period: Period) -> QuerySet[Event]:
    """Events of the incubator that ended in the period and were not cancelled: for period returns."""
    ended = Q(last_on__isnull=False, last_on__gte=period.start, last_on__lt=period.end) | Q(
        last_on__isnull=True, starts_on__gte=period.start, starts_on__lt=period.end
    )
    return Event.objects.filter(ended, incubator=incubator, cancelled=False)


def interactions_matching(
    user: Any, *, q: str = "", incubator: str = "", kind: str = "", by: Any = None
) -> QuerySet[Interaction]:
    rows = Interaction.objects.visible_to(user).select_related(
        "park", "incubator", "contact__organisation", "lead", "event", "by"
    )
    for word in fold(q).split():
        rows = rows.filter(
            Q(contact__search_text__contains=word)
            | Q(lead__search_text__contains=word)
            | Q(event__search_text__contains=word)
            | Q(summary__icontains=word)
        )
    if incubator:
        rows = rows.filter(incubator__code=incubator)
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(by=by) if by else rows


def mandates_matching(
    user: Any, *, q: str = "", incubator: str = "", running: bool = False
) -> QuerySet[Mandate]:
    rows = _found(
        Mandate.objects.visible_to(user).select_related("park", "incubator", "agent", "sector"), q, incubator
    )
    today = timezone.localdate()
    return rows.filter(starts_on__lte=today, ends_on__gt=today) if running else rows


def agreements_matching(
    user: Any, *, q: str = "", incubator: str = "", kind: str = "", open_actions: bool = False
) -> QuerySet[TrackedAgreement]:
    """With ``open_count`` and ``late_count`` of their actions."""
    is_open = Q(actions__isnull=False, actions__done_at=None)
    rows = (
        _found(TrackedAgreement.objects.visible_to(user), q, incubator)
        .select_related("park", "incubator")
        .prefetch_related("parties__organisation")
        .annotate(
            open_count=Count("actions", filter=is_open),
            late_count=Count("actions", filter=is_open & Q(actions__due_on__lt=timezone.localdate())),
        )
    )
    if kind:
        rows = rows.filter(kind=kind)
    return rows.filter(open_count__gt=0) if open_actions else rows


def next_to_do(user: Any, *, until: date, limit: int = 8) -> tuple[list[Lead], list[Interaction]]:
    """What was planned and is due: by lead, and from talks that no lead came of; two queries."""
    leads = Lead.objects.visible_to(user).filter(next_on__lte=until).select_related("owner")
    talks = (
        Interaction.objects.visible_to(user)
        .filter(next_on__lte=until, next_done_at=None, lead=None)
        .select_related("contact", "event", "by")
    )
    return list(leads.order_by("next_on", "pk")[:limit]), list(talks.order_by("next_on", "pk")[:limit])
