"""What is missing for the next stage in words and links: where each thing is mended, and who it waits for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from projects.enums import RequestState, Stage
from projects.models import GateRequest, Project, ProjectFact, RelocationLeg
from projects.selectors import Gate, gates_of_many
from projects.web.access import verifier_of

__all__ = ["Nearest", "gates_of_many", "nearest_gate", "nearest_of", "remarks_of", "tasks_of"]


@dataclass(frozen=True)
class Nearest:
    """The gate that asks for the least, for a list: ``count`` things, and their sentences."""

    stage: str
    count: int
    words: str


def nearest_of(gates: Iterable[Gate]) -> Gate | None:
    """The gate that asks for the least."""
    return min(gates, key=lambda gate: len(gate.missing), default=None)


def nearest_gate(gates: Iterable[Gate]) -> Nearest | None:
    """The next stage with the fewest open points; the further one where two ask for equally little."""
    best = nearest_of(gates)
    if best is None:
        return None
    words = " ".join(str(_(item.message)) for item in best.missing)
    return Nearest(str(Stage(best.to_stage).label), len(best.missing), words)


def remarks_of(last: GateRequest | None, stage: str) -> Mapping[str, str]:
    """The words with which the last request for this stage came back; none once it was asked for again."""
    if last is None or last.state != RequestState.RETURNED or last.to_stage != stage:
        return {}
    return {remark.field: remark.words for remark in last.remarks.all()}


def tasks_of(
    gate: Gate,
    project: Project,
    facts: Sequence[ProjectFact],
    legs: Sequence[RelocationLeg],
    *,
    may_enter: bool,
    remarks: Mapping[str, str] | None = None,
) -> list[dict[str, Any]]:
    """The gate as a task list: each thing with a link to the very field, and who it waits for.

    ``remarks`` are the words with which the last request was returned, by field: they stand beside the field
    until the step is requested again, also where the field is filled. They hold nothing up.
    """
    said = dict(remarks or {})
    tasks = []
    for item in gate.missing:
        task = _task(item.field, str(_(item.message)), project, facts, legs, may_enter)
        words = said.pop(item.field, "")
        if words and not task.get("returned"):
            task["message"] = _("Returned: %(reason)s") % {"reason": words}
        tasks.append(task)
    for field, words in said.items():
        label = _("Returned: %(reason)s") % {"reason": words}
        tasks.append(_task(field, label, project, facts, legs, may_enter) | {"state": "open", "remark": True})
    return tasks


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
    task["field"] = field
    if not area:
        return task
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
        return {"url": url, "action": _("Correct"), "message": words, "returned": True}
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
