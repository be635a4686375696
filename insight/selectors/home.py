"""What stands on the home page of each role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Left
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.models import Draft
from enterprises.models import Recognition, YearlyFigure
from evaluation.enums import RunState
from evaluation.measures import MEASURES
from evaluation.models import Observation, ReportRun
from evidence.models import EvidenceFile
from incubators.models import Incubator
from incubators.scope import Action, scope_of
from insight.selectors.gates import NearGate, near_gates
from projects.enums import FactKind
from projects.models import Project, ProjectEvidence, ProjectFact
from projects.stages import PATH

AT_MOST = 50
GATES_READ = 200


@dataclass(frozen=True)
class InboxItem:
    """One thing that waits for a second person. ``target`` and ``number`` name the page on which to act."""

    kind: str
    word: str | Promise
    icon: str
    label: str
    place: str
    since: datetime
    by: str
    target: str
    number: Any
    is_own: bool
    upto: str = ""
    anchor: str = ""


# --- operator --------------------------------------------------------------------------------------
def returned_facts(user: Any, incubator_ids: Iterable[int]) -> list[ProjectFact]:
    """Facts that came back, with the reviewer's words, newest first."""
    return list(
        ProjectFact.objects.visible_to(user)
        .filter(project__incubator__in=incubator_ids, returned_at__isnull=False)
        .select_related("project", "returned_by")
        .order_by("-returned_at")[:AT_MOST]
    )


def waiting_facts(user: Any, incubator_ids: Iterable[int]) -> list[ProjectFact]:
    """Facts that wait for a second person, oldest first."""
    return list(
        _unverified_facts(user)
        .filter(project__incubator__in=incubator_ids)
        .select_related("project")
        .order_by("entered_at")[:AT_MOST]
    )


def projects_near_a_gate(user: Any, incubator_ids: Iterable[int], *, limit: int) -> list[NearGate]:
    """The most recently changed projects that one thing keeps from their next stage."""
    projects = list(
        Project.objects.visible_to(user)
        .filter(incubator__in=incubator_ids, stage__in=PATH[:-1])
        .select_related("enterprise")
        .order_by("-updated_at", "pk")[:GATES_READ]
    )
    return near_gates(projects)[:limit]


def drafts_of(user: User) -> list[Draft]:
    """What the person typed and has not sent yet, newest first."""
    return list(Draft.objects.filter(user=user).order_by("-updated_at")[:10])


def missing_measures(incubator_ids: Iterable[int], *, period: str) -> dict[int, int]:
    """How many of the monthly measures nobody has entered yet, by incubator; one query."""
    ids = sorted(incubator_ids)
    rows = (
        Observation.objects.filter(incubator__in=ids, period=period, measure__in=MEASURES)
        .values_list("incubator")
        .annotate(count=Count("pk"))
        .order_by()
    )
    entered = dict(rows)
    return {key: len(MEASURES) - entered.get(key, 0) for key in ids}


# --- verification ----------------------------------------------------------------------------------
def _unverified_facts(user: Any) -> QuerySet[ProjectFact]:
    return ProjectFact.objects.visible_to(user).filter(verified_at=None, returned_at=None)


def inbox(user: User, *, limit: int) -> list[InboxItem]:
    """Every number that waits for verification in the parks one verifies for, oldest first."""
    places = scope_of(user).places(Action.VERIFY)
    items = [
        *_fact_items(user, places.filter(park="project__park", incubator="project__incubator")),
        *_enterprise_items(user, places.filter(park="enterprise__park", incubator="enterprise__incubator")),
        *_observation_items(user, places.filter(park="incubator__park", incubator="incubator")),
    ]
    return sorted(items, key=lambda item: item.since)[:limit]


def unverified_files(user: User, *, limit: int) -> list[InboxItem]:
    """Files of projects that nobody has confirmed yet, oldest first; those of a fact go with the fact."""
    places = scope_of(user).places(Action.VERIFY)
    return _evidence_items(user, places.filter(park="park", incubator="incubator"))[:limit]


def _fact_items(user: User, where: Q) -> list[InboxItem]:
    facts = (
        _unverified_facts(user)
        .filter(where)
        .select_related("project__incubator", "entered_by")
        .order_by("entered_at")[:AT_MOST]
    )
    return [
        InboxItem("fact", fact.get_kind_display(), "coins" if fact.kind == FactKind.PAID_IN else "flag",
                  fact.project.name, _place(fact.project), fact.entered_at, str(fact.entered_by), "project",
                  fact.project_id, fact.entered_by_id == user.pk, anchor=f"fact-{fact.kind}")
        for fact in facts
    ]  # fmt: skip


def _enterprise_items(user: User, where: Q) -> list[InboxItem]:
    items = []
    kinds: tuple[tuple[Any, str, str | Promise, str], ...] = (
        (YearlyFigure, "figures", _("yearly figures"), "chart-bar"),
        (Recognition, "recognition", "", "award"),
    )
    for model, kind, word, icon in kinds:
        rows = (
            model.objects.visible_to(user)
            .filter(where, verified_at=None)
            .select_related("enterprise__incubator", "entered_by")
            .order_by("entered_at")
        )
        if model is Recognition:  # what a register sent back waits for its author
            rows = rows.exclude(filing__returned_at__isnull=False).exclude(
                talent_result__returned_at__isnull=False
            )
        items += [
            InboxItem(kind, word or row.get_kind_display(), icon, row.enterprise.name, _place(row.enterprise),
                      row.entered_at, str(row.entered_by), "enterprise", row.enterprise_id,
                      row.entered_by_id == user.pk)
            for row in rows[:AT_MOST]
        ]  # fmt: skip
    return items


def _observation_items(user: User, where: Q) -> list[InboxItem]:
    """One item for all monthly figures of one incubator and year, as one page shows and verifies them.

    ``label`` is the first month that waits, ``upto`` the last one where there are several.
    """
    rows = (
        Observation.objects.visible_to(user)
        .filter(where, verified_at=None)
        .annotate(year=Left("period", 4))
        .values("incubator", "year")
        .annotate(
            first=Min("period"),
            last=Max("period"),
            count=Count("pk"),
            since=Min("entered_at"),
            own=Count("pk", filter=Q(entered_by=user)),
        )
        .order_by("since")[:AT_MOST]
    )
    found = list(rows)
    names = Incubator.objects.in_bulk({row["incubator"] for row in found})
    return [
        InboxItem("observation", _("monthly figures"), "calendar", row["first"],
                  names[row["incubator"]].name, row["since"], "", "evaluation",
                  (names[row["incubator"]].code, row["first"]), row["own"] == row["count"],
                  upto=row["last"] if row["last"] != row["first"] else "")
        for row in found
    ]  # fmt: skip


def _evidence_items(user: User, where: Q) -> list[InboxItem]:
    """Files attached to a project; those that prove a fact are verified together with it."""
    project = ProjectEvidence.objects.filter(file=OuterRef("pk")).order_by("pk").values("project")[:1]
    files = (
        EvidenceFile.objects.visible_to(user)
        .filter(where, verified_at=None, project_links__isnull=False, facts__isnull=True)
        .annotate(project=Subquery(project))
        .select_related("incubator", "uploaded_by")
        .distinct()
        .order_by("uploaded_at")[:AT_MOST]
    )
    return [
        InboxItem("evidence", _("evidence"), "paperclip", file.title, _place(file), file.uploaded_at,
                  str(file.uploaded_by), "project", file.project, file.uploaded_by_id == user.pk)
        for file in files
    ]  # fmt: skip


def _place(record: Any) -> str:
    return record.incubator.name if record.incubator else ""


# --- money ------------------------------------------------------------------------------------------
def payments_waiting(user: Any) -> list[ProjectFact]:
    """Paid-in capital that waits for verification, oldest first."""
    return list(
        _unverified_facts(user)
        .filter(kind=FactKind.PAID_IN)
        .select_related("project__incubator", "entered_by")
        .order_by("entered_at")[:AT_MOST]
    )


def paid_in_totals(user: Any, *, on: date) -> list[dict[str, Any]]:
    """Paid-in capital per currency: verified, verified this year, waiting. Currencies are never added."""
    this_year = Q(verified_at__isnull=False, on__gte=date(on.year, 1, 1))
    return list(
        ProjectFact.objects.visible_to(user)
        .filter(kind=FactKind.PAID_IN, returned_at=None)
        .values("currency")
        .annotate(
            verified=Sum("amount", filter=Q(verified_at__isnull=False)),
            this_year=Sum("amount", filter=this_year),
            waiting=Sum("amount", filter=Q(verified_at=None)),
            payments=Count("pk", filter=Q(verified_at__isnull=False)),
        )
        .order_by("currency")
    )


# --- auditor ----------------------------------------------------------------------------------------
def sealed_reports(user: Any, *, limit: int) -> list[ReportRun]:
    return list(
        ReportRun.objects.visible_to(user)
        .filter(state=RunState.DONE)
        .select_related("run__park", "run__incubator", "run__scheme")
        .order_by("-finished_at", "-pk")[:limit]
    )
