"""Reads of the projects app."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum

from enterprises.models import YearlyFigure
from evidence.models import EvidenceFile
from projects.models import Project, ProjectFact
from projects.models.facts import RelocationLeg
from projects.stages import FactState, Missing, ProjectState, missing_for, next_stages

GATE_FIELDS = ("sector_id", "summary", "team_lead", "lead_source", "destination_site")


@dataclass(frozen=True)
class Gate:
    """One stage ahead and what it still asks for."""

    to_stage: str
    missing: list[Missing]

    @property
    def is_open(self) -> bool:
        return not self.missing


def state_of(project: Project) -> ProjectState:
    """Everything that gates look at; five queries, whatever hangs on the project."""
    log = list(project.stage_log.order_by("-sequence").values_list("from_stage", flat=True)[:2])
    legs = list(project.legs.values_list("departed_on", "arrived_on"))
    enterprise = project.enterprise
    return ProjectState(
        stage=project.stage,
        previous_stage=_stage_before_side_doors(project, log),
        filled=frozenset(name.removesuffix("_id") for name in GATE_FIELDS if getattr(project, name)),
        facts=_fact_states(project),
        evidence_kinds=frozenset(
            EvidenceFile.objects.filter(project_links__project=project).values_list("kind", flat=True)
        ),
        legs_planned=len(legs),
        legs_under_way=sum(departed is not None and arrived is None for departed, arrived in legs),
        credit_total=project.credit_shares.aggregate(total=Sum("percent"))["total"] or Decimal(0),
        enterprise_identified=bool(enterprise and (enterprise.credit_code or enterprise.organisation_number)),
        verified_years=YearlyFigure.objects.filter(
            enterprise_id=project.enterprise_id, verified_at__isnull=False
        ).count()
        if project.enterprise_id
        else 0,
    )


def _stage_before_side_doors(project: Project, newest_first: Iterable[str]) -> str | None:
    """Where the project stood before it was suspended, moved elsewhere or terminated."""
    from projects.stages import PATH

    if project.stage in PATH:
        return None
    return next((stage for stage in newest_first if stage in PATH), None)


def _fact_states(project: Project) -> dict[str, FactState]:
    """Per kind, verified wins over proved and proved over bare; returned facts don't count."""
    with_file = Exists(ProjectFact.evidence.through.objects.filter(projectfact_id=OuterRef("pk")))
    states: dict[str, FactState] = {}
    rows = (
        project.facts.filter(returned_at=None)
        .annotate(proved=with_file)
        .values_list("kind", "proved", "verified_at")
    )
    for kind, proved, verified_at in rows:
        known = states.get(kind, FactState())
        states[kind] = FactState(
            entered=True, proved=known.proved or proved, verified=known.verified or verified_at is not None
        )
    return states


def gates_of(project: Project) -> list[Gate]:
    """What is missing for each stage directly ahead."""
    state = state_of(project)
    return [Gate(stage, missing_for(state, stage)) for stage in next_stages(state)]


def legs_of(project: Project) -> list[RelocationLeg]:
    return list(project.legs.select_related("legal_entity").order_by("sequence"))
