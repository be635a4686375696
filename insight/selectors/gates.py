"""What the next gate of many projects asks for, read set by set: six queries for any number of projects."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, OuterRef, Sum

from enterprises.models import YearlyFigure
from projects.models import CreditShare, Project, ProjectEvidence, ProjectFact, RelocationLeg
from projects.selectors import GATE_FIELDS
from projects.stages import FactState, Missing, ProjectState, missing_for, next_stages


@dataclass(frozen=True)
class NearGate:
    """A project that one thing keeps from its next stage."""

    project: Project
    to_stage: str
    missing: Missing


def near_gates(projects: Sequence[Project]) -> list[NearGate]:
    """Projects of which exactly one thing is missing, in the order given. Ready ones are not among them."""
    states = states_of(projects)
    found = []
    for project in projects:
        gates = [(stage, missing_for(states[project.pk], stage)) for stage in next_stages(states[project.pk])]
        close = [(stage, missing[0]) for stage, missing in gates if len(missing) == 1]
        if close and all(missing for _stage, missing in gates):
            found.append(NearGate(project, *close[0]))
    return found


def states_of(projects: Sequence[Project]) -> dict[int, ProjectState]:
    """The state that gates look at, by project; equal to ``projects.selectors.state_of`` one by one.

    ``previous_stage`` is left out: it matters only behind the side doors, where no gate lies ahead.
    """
    ids = [project.pk for project in projects]
    facts = _facts(ids)
    kinds = _evidence_kinds(ids)
    legs = _legs(ids)
    credit = _credit(ids)
    years = _verified_years([project.enterprise_id for project in projects if project.enterprise_id])
    return {
        project.pk: ProjectState(
            stage=project.stage,
            filled=frozenset(name.removesuffix("_id") for name in GATE_FIELDS if getattr(project, name)),
            facts=facts[project.pk],
            evidence_kinds=frozenset(kinds[project.pk]),
            legs_planned=legs[project.pk][0],
            legs_under_way=legs[project.pk][1],
            credit_total=credit.get(project.pk, Decimal(0)),
            enterprise_identified=_is_identified(project),
            verified_years=years.get(project.enterprise_id or 0, 0),
        )
        for project in projects
    }


def _is_identified(project: Project) -> bool:
    enterprise = project.enterprise
    return bool(enterprise and (enterprise.credit_code or enterprise.organisation_number))


def _facts(ids: Sequence[int]) -> dict[int, dict[str, FactState]]:
    """Per kind, verified wins over proved and proved over bare; returned facts don't count."""
    through: Any = ProjectFact.evidence.through
    rows = (
        ProjectFact.objects.filter(project__in=ids, returned_at=None)
        .annotate(proved=Exists(through.objects.filter(projectfact_id=OuterRef("pk"))))
        .values_list("project_id", "kind", "proved", "verified_at")
    )
    states: dict[int, dict[str, FactState]] = defaultdict(dict)
    for project_id, kind, proved, verified_at in rows:
        known = states[project_id].get(kind, FactState())
        states[project_id][kind] = FactState(
            entered=True, proved=known.proved or proved, verified=known.verified or verified_at is not None
        )
    return states


def _evidence_kinds(ids: Sequence[int]) -> dict[int, set[str]]:
    kinds: dict[int, set[str]] = defaultdict(set)
    rows = ProjectEvidence.objects.filter(project__in=ids).values_list("project_id", "file__kind").distinct()
    for project_id, kind in rows:
        kinds[project_id].add(kind)
    return kinds


def _legs(ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """Legs planned and legs under way."""
    found: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    rows = RelocationLeg.objects.filter(project__in=ids).values_list(
        "project_id", "departed_on", "arrived_on"
    )
    for project_id, departed, arrived in rows:
        planned, under_way = found[project_id]
        found[project_id] = (planned + 1, under_way + (departed is not None and arrived is None))
    return found


def _credit(ids: Sequence[int]) -> dict[int, Decimal]:
    rows = (
        CreditShare.objects.filter(project__in=ids).values_list("project_id").annotate(total=Sum("percent"))
    )
    return dict(rows)


def _verified_years(enterprise_ids: Sequence[int]) -> dict[int, int]:
    rows = (
        YearlyFigure.objects.filter(enterprise__in=enterprise_ids, verified_at__isnull=False)
        .values_list("enterprise_id")
        .annotate(count=Count("pk"))
    )
    return dict(rows)
