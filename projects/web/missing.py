"""What is missing for the next stage, for a whole page of projects at once, and where it is mended."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Sum
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from enterprises.models import YearlyFigure
from projects.enums import Stage
from projects.models import CreditShare, Project, ProjectEvidence, ProjectFact, RelocationLeg
from projects.selectors import GATE_FIELDS, Gate
from projects.stages import FactState, ProjectState, missing_for, next_stages
from projects.web.access import verifier_of


def gates_of_many(projects: Sequence[Project]) -> dict[int, list[Gate]]:
    """``selectors.gates_of`` for many projects in five queries. Projects need ``enterprise`` selected."""
    ids = [project.pk for project in projects]
    facts, kinds, legs = _facts(ids), _evidence_kinds(ids), _legs(ids)
    shares = dict(
        CreditShare.objects.filter(project__in=ids).values_list("project").annotate(total=Sum("percent"))
    )
    years = _verified_years(project.enterprise_id for project in projects)
    gates: dict[int, list[Gate]] = {}
    for project in projects:
        enterprise = project.enterprise
        state = ProjectState(
            stage=project.stage,
            filled=frozenset(name.removesuffix("_id") for name in GATE_FIELDS if getattr(project, name)),
            facts=facts[project.pk],
            evidence_kinds=frozenset(kinds[project.pk]),
            legs_planned=len(legs[project.pk]),
            legs_under_way=sum(legs[project.pk]),
            credit_total=shares.get(project.pk, Decimal(0)),
            enterprise_identified=bool(
                enterprise and (enterprise.credit_code or enterprise.organisation_number)
            ),
            verified_years=years[project.enterprise_id],
        )
        gates[project.pk] = [Gate(stage, missing_for(state, stage)) for stage in next_stages(state)]
    return gates


def _facts(ids: list[int]) -> dict[int, dict[str, FactState]]:
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


def _evidence_kinds(ids: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for project_id, kind in ProjectEvidence.objects.filter(project__in=ids).values_list(
        "project_id", "file__kind"
    ):
        found[project_id].add(kind)
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
    rows = YearlyFigure.objects.filter(enterprise__in=wanted, verified_at__isnull=False)
    for enterprise_id in rows.values_list("enterprise_id", flat=True):
        found[enterprise_id] += 1
    return found


@dataclass(frozen=True)
class Nearest:
    """The gate that asks for the least, for a list: ``count`` things, and their sentences."""

    stage: str
    count: int
    words: str


def nearest_gate(gates: Iterable[Gate]) -> Nearest | None:
    """The next stage with the fewest open points; the further one where two ask for equally little."""
    best = min(gates, key=lambda gate: len(gate.missing), default=None)
    if best is None:
        return None
    words = " ".join(str(_(item.message)) for item in best.missing)
    return Nearest(str(Stage(best.to_stage).label), len(best.missing), words)


def tasks_of(
    gate: Gate,
    project: Project,
    facts: Sequence[ProjectFact],
    legs: Sequence[RelocationLeg],
    *,
    may_enter: bool,
) -> list[dict[str, Any]]:
    """The gate as a task list: each thing with a link to the very field, and who it waits for."""
    return [_task(item.field, str(_(item.message)), project, facts, legs, may_enter) for item in gate.missing]


def _task(
    field: str,
    message: str,
    project: Project,
    facts: Sequence[ProjectFact],
    legs: Sequence[RelocationLeg],
    may_enter: bool,
) -> dict[str, Any]:
    task: dict[str, Any] = {"label": message, "state": "open"}
    area, _dot, detail = field.partition(".")
    if area == "facts":
        return task | _fact_task(detail, project, facts, may_enter)
    if area == "yearly_figures":
        return task | _enterprise_task(project)
    if not may_enter:
        return task
    if area == "evidence":
        url = reverse("project-attach", args=[project.pk])
        return task | {"url": f"{url}?kind={detail}", "action": _("Attach")}
    if area == "legs":
        return task | _leg_task(project, legs)
    if area == "credit_shares":
        return task | {"url": reverse("project-shares", args=[project.pk]), "action": _("Divide")}
    url = reverse("project-edit", args=[project.pk])
    return task | {"url": f"{url}?focus={area}#id_{area}", "action": _("Fill in")}


def _fact_task(kind: str, project: Project, facts: Sequence[ProjectFact], may_enter: bool) -> dict[str, Any]:
    live = [fact for fact in facts if fact.kind == kind and fact.returned_at is None]
    returned = [fact for fact in facts if fact.kind == kind and fact.returned_at is not None]
    if any(fact.evidence.all() for fact in live):
        url = reverse("project-detail", args=[project.pk]) + f"#fact-{kind}"
        return {
            "state": "wait",
            "url": url,
            "action": _("Show"),
            "message": _("Waits for %(who)s.") % {"who": verifier_of(project, kind)},
        }
    if not may_enter:
        return {}
    if live:
        url = reverse("project-fact-evidence", args=[project.pk, live[0].pk])
        return {"url": url, "action": _("Attach")}
    if returned:
        url = reverse("project-fact-edit", args=[project.pk, returned[0].pk])
        words = _("Returned: %(reason)s") % {"reason": returned[0].return_reason}
        return {"url": url, "action": _("Correct"), "message": words}
    return {"url": reverse("project-fact-enter", args=[project.pk, kind]), "action": _("Enter")}


def _leg_task(project: Project, legs: Sequence[RelocationLeg]) -> dict[str, Any]:
    for leg in legs:
        if leg.departed_on is not None and leg.arrived_on is None:
            url = reverse("project-leg-edit", args=[project.pk, leg.pk])
            return {"url": f"{url}#id_arrived_on", "action": _("Enter the arrival")}
    return {"url": reverse("project-leg-create", args=[project.pk]), "action": _("Plan a leg")}


def _enterprise_task(project: Project) -> dict[str, Any]:
    if project.enterprise_id is None:
        url = reverse("project-edit", args=[project.pk])
        return {"url": f"{url}?focus=enterprise#id_enterprise", "action": _("Link the enterprise")}
    try:
        return {
            "url": reverse("enterprise-detail", args=[project.enterprise_id]),
            "action": _("To the enterprise"),
        }
    except NoReverseMatch:
        return {}
