"""The state that gates look at, and what they still ask for: of one project, or of many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Exists, OuterRef, Sum
from django.utils import timezone

from enterprises.models import YearlyFigure
from projects.enums import RequestState
from projects.models import CreditShare, GateRequest, Project, ProjectEvidence, ProjectFact, StageLog
from projects.models.facts import RelocationLeg
from projects.selectors.tables import tables_in_force
from projects.stages import (
    PATH,
    FactState,
    Missing,
    ProjectState,
    Table,
    is_requestable,
    missing_for,
    must_be_requested,
    next_stages,
)

GATE_FIELDS = ("sector_id", "summary", "team_lead", "lead_source", "destination_site", "contact")


@dataclass(frozen=True)
class Gate:
    """One stage ahead: what it still asks for, who may move, who verifies or decides, by when.

    ``decided_by`` are roles, empty where nobody has to decide; ``due_on`` is set while a request is open.
    ``must_request``: a second person decides the step itself.
    """

    to_stage: str
    missing: list[Missing]
    movers: tuple[str, ...] = ()
    decided_by: tuple[str, ...] = ()
    days: int | None = None
    must_request: bool = False
    version: int | None = None
    request_id: int | None = None
    due_on: date | None = None

    @property
    def is_open(self) -> bool:
        return not self.missing

    @property
    def is_requestable(self) -> bool:
        """Everything that the operator can do is there, and a second person is asked for."""
        return (
            bool(self.decided_by) and is_requestable(self.missing) and (self.must_request or not self.is_open)
        )


def state_of(project: Project) -> ProjectState:
    """Everything that gates look at; seven queries at most, whatever hangs on the project."""
    return states_of([project])[project.pk]


def states_of(projects: Sequence[Project]) -> dict[int, ProjectState]:
    """The same for many projects in as many queries. Projects need ``enterprise`` selected."""
    ids = [project.pk for project in projects]
    facts, kinds, legs = _facts(ids), _evidence_kinds(ids), _legs(ids)
    shares = dict(
        CreditShare.objects.filter(project__in=ids).values_list("project").annotate(total=Sum("percent"))
    )
    years = _verified_years(project.enterprise_id for project in projects)
    before = _stages_before_side_doors(projects)
    return {
        project.pk: ProjectState(
            stage=project.stage,
            previous_stage=before.get(project.pk),
            filled=frozenset(name.removesuffix("_id") for name in GATE_FIELDS if getattr(project, name)),
            facts=facts[project.pk],
            evidence_kinds=frozenset(kinds[project.pk]),
            legs_planned=len(legs[project.pk]),
            legs_under_way=sum(legs[project.pk]),
            credit_total=shares.get(project.pk, Decimal(0)),
            enterprise_identified=_is_identified(project),
            verified_years=years[project.enterprise_id],
            verified_evidence_kinds=frozenset(
                kind for kind, verified in kinds[project.pk].items() if verified
            ),
        )
        for project in projects
    }


def _is_identified(project: Project) -> bool:
    enterprise = project.enterprise
    return bool(enterprise and (enterprise.credit_code or enterprise.organisation_number))


def _stages_before_side_doors(projects: Iterable[Project]) -> dict[int, str]:
    """Where projects stood before they were suspended, moved elsewhere or terminated."""
    aside = [project.pk for project in projects if project.stage not in PATH]
    if not aside:
        return {}
    rows = StageLog.objects.filter(project__in=aside, from_stage__in=PATH).order_by("sequence")
    return dict(rows.values_list("project_id", "from_stage"))


def _facts(ids: list[int]) -> dict[int, dict[str, FactState]]:
    """Per kind, verified wins over proved and proved over bare; returned facts don't count."""
    with_file = Exists(ProjectFact.evidence.through.objects.filter(projectfact_id=OuterRef("pk")))
    rows = (
        ProjectFact.objects.filter(project__in=ids, returned_at=None)
        .annotate(proved=with_file)
        .values_list("project_id", "kind", "proved", "verified_at")
    )
    found: dict[int, dict[str, FactState]] = defaultdict(dict)
    for project_id, kind, proved, verified_at in rows:
        known = found[project_id].get(kind, FactState())
        found[project_id][kind] = FactState(
            entered=True, proved=known.proved or proved, verified=known.verified or verified_at is not None
        )
    return found


def _evidence_kinds(ids: list[int]) -> dict[int, dict[str, bool]]:
    """Per project, the kinds of attached files, and whether one of that kind is verified."""
    found: dict[int, dict[str, bool]] = defaultdict(dict)
    rows = ProjectEvidence.objects.filter(project__in=ids).values_list(
        "project_id", "file__kind", "file__verified_at"
    )
    for project_id, kind, verified_at in rows:
        found[project_id][kind] = found[project_id].get(kind, False) or verified_at is not None
    return found


def _legs(ids: list[int]) -> dict[int, list[bool]]:
    """Per project, one entry per leg: whether it is under way."""
    found: dict[int, list[bool]] = defaultdict(list)
    rows = RelocationLeg.objects.filter(project__in=ids).values_list(
        "project_id", "departed_on", "arrived_on"
    )
    for project_id, departed, arrived in rows:
        found[project_id].append(departed is not None and arrived is None)
    return found


def _verified_years(enterprise_ids: Iterable[int | None]) -> dict[int | None, int]:
    found: dict[int | None, int] = defaultdict(int)
    wanted = {pk for pk in enterprise_ids if pk is not None}
    if not wanted:
        return found
    rows = YearlyFigure.objects.filter(enterprise__in=wanted, verified_at__isnull=False)
    for enterprise_id in rows.values_list("enterprise_id", flat=True):
        found[enterprise_id] += 1
    return found


def gates_of(project: Project, *, on: date | None = None) -> list[Gate]:
    """What is missing for each stage directly ahead, by the gates that hold that day (today)."""
    return gates_of_many([project], on=on)[project.pk]


def gates_of_many(projects: Sequence[Project], *, on: date | None = None) -> dict[int, list[Gate]]:
    """``gates_of`` for many projects in a fixed number of queries. Projects need ``enterprise`` selected."""
    day = on or timezone.localdate()
    states = states_of(projects)
    tables = tables_in_force({project.park_id for project in projects}, on=day)
    waiting = {
        row.project_id: row
        for row in GateRequest.objects.filter(project__in=list(states), state=RequestState.OPEN)
    }
    return {
        project.pk: [
            gate_ahead(states[project.pk], stage, tables[project.park_id], waiting.get(project.pk))
            for stage in next_stages(states[project.pk])
        ]
        for project in projects
    }


def gate_ahead(state: ProjectState, stage: str, table: Table, request: GateRequest | None = None) -> Gate:
    """One gate as it stands for this project."""
    rules = table.gate(stage)
    mine = request if request is not None and request.to_stage == stage else None
    return Gate(
        to_stage=stage,
        missing=missing_for(state, stage, table),
        movers=rules.movers,
        decided_by=("park_admin",) if rules.is_decided_by_second_person else (),
        days=rules.days,
        must_request=must_be_requested(state, stage, table),
        version=table.version,
        request_id=mine.pk if mine else None,
        due_on=mine.due_on if mine else None,
    )


def legs_of(project: Project) -> list[RelocationLeg]:
    return list(project.legs.select_related("legal_entity").order_by("sequence"))
