"""Counts of tracked projects by stage and of verified landings. Press reports never enter them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from core.enums import Provenance
from projects.enums import FactKind, Stage
from projects.models import Project, ProjectFact
from projects.stages import PATH

STALLED_AFTER_DAYS = 180
GROUPS: Mapping[str, tuple[str, ...]] = {
    "ahead": ("lead", "screening"),
    "incubated": ("incubating", "accelerating"),
    "relocating": ("relocating",),
    "home": ("landed", "industrialising", "industrialised", "alumni"),
    "aside": ("suspended",),
    "lost": ("moved_elsewhere", "terminated"),
}


@dataclass
class Pipeline:
    """Tracked projects of one incubator (or of several together), each counted once."""

    by_stage: dict[str, int] = field(default_factory=dict)
    demonstration: int = 0
    landings: int = 0
    landings_this_year: int = 0

    @property
    def total(self) -> int:
        return sum(self.by_stage.values())

    @property
    def groups(self) -> dict[str, int]:
        return {name: sum(self.by_stage.get(stage, 0) for stage in stages) for name, stages in GROUPS.items()}

    @property
    def on_the_way(self) -> int:
        """From lead to relocation: neither home nor lost nor set aside."""
        groups = self.groups
        return groups["ahead"] + groups["incubated"] + groups["relocating"]

    @property
    def steps(self) -> list[tuple[str, str, int]]:
        """Stage, its name and its count, for every stage in order."""
        return [(stage.value, str(stage.label), self.by_stage.get(stage.value, 0)) for stage in Stage]


def pipelines(user: Any, incubator_ids: Iterable[int], *, on: date) -> dict[int, Pipeline]:
    """The pipeline of each incubator, as far as the person may see it; two queries."""
    ids = sorted(incubator_ids)
    found: dict[int, Pipeline] = {key: Pipeline() for key in ids}
    rows = (
        Project.objects.visible_to(user)
        .filter(incubator__in=ids)
        .values_list("incubator_id", "stage")
        .annotate(count=Count("pk"), demonstration=Count("pk", filter=Q(provenance=Provenance.DEMONSTRATION)))
        .order_by()
    )
    for incubator_id, stage, count, demonstration in rows:
        found[incubator_id].by_stage[stage] = count
        found[incubator_id].demonstration += demonstration
    landings = (
        verified_landings(user)
        .filter(project__incubator__in=ids)
        .values_list("project__incubator_id")
        .annotate(count=Count("pk"), this_year=Count("pk", filter=Q(on__gte=date(on.year, 1, 1), on__lte=on)))
        .order_by()
    )
    for incubator_id, count, this_year in landings:
        found[incubator_id].landings, found[incubator_id].landings_this_year = count, this_year
    return found


def together(parts: Iterable[Pipeline]) -> Pipeline:
    """Several incubators as one; a project belongs to one incubator, so none counts twice."""
    total = Pipeline()
    for part in parts:
        for stage, count in part.by_stage.items():
            total.by_stage[stage] = total.by_stage.get(stage, 0) + count
        total.demonstration += part.demonstration
        total.landings += part.landings
        total.landings_this_year += part.landings_this_year
    return total


def verified_landings(user: Any) -> QuerySet[ProjectFact]:
    """Registrations in the park that a second person confirmed; one per project."""
    return ProjectFact.objects.visible_to(user).filter(kind=FactKind.REGISTERED, verified_at__isnull=False)


def stalled(user: Any, *, park_ids: Iterable[int], on: date, limit: int) -> list[Project]:
    """Projects on the way home that stay in one stage for longer than half a year, longest first."""
    return list(
        Project.objects.visible_to(user)
        .filter(
            park__in=sorted(park_ids),
            stage__in=PATH[: PATH.index("landed")],
            stage_since__lt=on - timedelta(days=STALLED_AFTER_DAYS),
        )
        .select_related("incubator")
        .order_by("stage_since", "pk")[:limit]
    )
