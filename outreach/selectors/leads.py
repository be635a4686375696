"""Leads: lists, figures of the funnel, and what may be the same."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from core.search import fold, name_keys
from incubators.models import Incubator
from outreach.enums import LeadStage
from outreach.models import Lead, LeadStageLog
from outreach.stages import PATH, reached_at_least
from projects.models import Project

#: What a list can be narrowed by besides words and place: a name in addresses, and the column behind it.
EXACT = {
    "stage": "stage",
    "source": "source",
    "sector": "sector__code",
    "provenance": "provenance",
    "owner": "owner_id",
    "source_event": "source_event_id",
    "source_mandate": "source_mandate_id",
}
SHOWN = (
    "park",
    "incubator",
    "sector",
    "organisation",
    "owner",
    "project",
    "source_event",
    "source_mandate",
    "source_contact",
    "source_organisation",
)


def leads_matching(
    user: Any,
    *,
    q: str = "",
    incubator: str = "",
    reached: str = "",
    due: str = "",
    first_from: date | None = None,
    first_until: date | None = None,
    **exact: str,
) -> QuerySet[Lead]:
    """Leads one may see. ``reached`` counts like the funnel; ``due`` is late (before today) or planned.

    ``exact`` holds values of ``EXACT`` as addresses give them; an id that is no number finds nothing.
    """
    found = Lead.objects.visible_to(user).select_related(*SHOWN)
    for word in fold(q).split():
        found = found.filter(search_text__contains=word)
    if incubator:
        found = found.filter(incubator__code=incubator)
    if reached in PATH:
        found = found.filter(reached__in=reached_at_least(reached))
    if due == "late":
        found = found.filter(next_on__lt=timezone.localdate())
    elif due == "planned":
        found = found.filter(next_on__isnull=False)
    if first_from:
        found = found.filter(first_contact_on__gte=first_from)
    if first_until:
        found = found.filter(first_contact_on__lt=first_until)
    for name, value in exact.items():
        column = EXACT[name]
        if column.endswith("_id") and value and not (value.isascii() and value.isdigit() and len(value) < 19):
            return found.none()
        found = found.filter(**{column: value}) if value else found
    return found


@dataclass(frozen=True)
class Funnel:
    """How many leads got how far; each stage contains the later ones. ``dropped`` lies across them."""

    contacted: int = 0
    talked: int = 0
    signed: int = 0
    landed: int = 0
    dropped: int = 0


COUNTS = {
    "contacted": Count("pk"),
    "talked": Count("pk", filter=Q(reached__in=reached_at_least(LeadStage.TALK))),
    "signed": Count("pk", filter=Q(reached__in=reached_at_least(LeadStage.SIGNED))),
    "landed": Count("pk", filter=Q(reached=LeadStage.LANDED)),
    "dropped": Count("pk", filter=Q(stage=LeadStage.DROPPED)),
}


def funnel_of(leads: QuerySet[Lead]) -> Funnel:
    """One query."""
    return Funnel(**leads.order_by().aggregate(**COUNTS))


def funnel_by(leads: QuerySet[Lead], field: str) -> list[tuple[Any, Funnel]]:
    """The funnel for each value of ``field`` (a foreign key, by id), largest first; none for the empty."""
    rows: Any = leads.order_by().exclude(**{f"{field}__isnull": True}).values(of=F(field)).annotate(**COUNTS)
    ordered = sorted(rows, key=lambda row: (-row["contacted"], row["of"]))
    return [(row["of"], Funnel(**{name: row[name] for name in COUNTS})) for row in ordered]


def funnel_by_place(leads: QuerySet[Lead]) -> list[tuple[str, str | None, Funnel]]:
    """The funnel of each incubator (park code, incubator code), and of parks that keep leads themselves."""
    rows: Any = leads.order_by().values("park__code", "incubator__code").annotate(**COUNTS)
    ordered = sorted(rows, key=lambda row: (row["park__code"], row["incubator__code"] or ""))
    return [
        (row["park__code"], row["incubator__code"], Funnel(**{name: row[name] for name in COUNTS}))
        for row in ordered
    ]


def leads_by_stage(incubator: Incubator, *, on: date) -> dict[str, int]:
    """How many leads of the incubator stood in each stage at the end of ``on``, by the log of moves.

    Stages without leads are there with 0. A lead counts from its first contact on.
    """
    last = (
        LeadStageLog.objects.filter(lead__incubator=incubator, on__lte=on)
        .order_by("lead_id", "-sequence")
        .distinct("lead_id")
        .values_list("to_stage", flat=True)
    )
    counts = dict.fromkeys(LeadStage.values, 0)
    for stage in last:
        counts[stage] += 1
    return counts


@dataclass(frozen=True)
class Lookalike:
    """Another lead or a project of the park that may be the same, known by its name."""

    kind: str  # "lead" or "project"
    record: Any


def lookalikes(
    user: Any,
    *,
    park_id: int,
    names: Sequence[str],
    but_lead: int | None = None,
    but_project: int | None = None,
) -> list[Lookalike]:
    """Leads and projects of the park that share a form of the name, as far as the person may see them."""
    keys = list(name_keys(*names))
    if not keys:
        return []
    leads = Lead.objects.visible_to(user).filter(park=park_id, name_keys__overlap=keys)
    projects = Project.objects.visible_to(user).filter(park=park_id, name_keys__overlap=keys, lead=None)
    return [
        *(
            Lookalike("lead", row)
            for row in leads.exclude(pk=but_lead or 0).select_related("incubator", "park").order_by("pk")[:5]
        ),
        *(
            Lookalike("project", row)
            for row in projects.exclude(pk=but_project or 0)
            .select_related("incubator", "park")
            .order_by("pk")[:5]
        ),
    ]
