"""Sections of a project's page: legs with their checklists, credit, the years after, ends, merged records."""

from typing import Any

from django.utils import timezone

from projects.duties import FOLLOW_UP_YEARS, anniversary
from projects.enums import RecordKind, Stage, StepState
from projects.models import FollowUp, Project, RelocationLeg, ReturnOutcome, StageLog, SupportCheck
from projects.reading.duplicates import merges_of
from projects.reading.road import UNSETTLED, baseline_of, industrialised_on, legs_with_steps, progress_of
from projects.services.follow_up import ASKED
from projects.web.access import Rights

TONES = {
    StepState.OPEN: ("quiet", "circle-dashed"),
    StepState.IN_PROGRESS: ("info", "circle-dot"),
    StepState.DONE: ("ok", "circle-check"),
    StepState.NOT_NEEDED: ("quiet", "minus"),
}


def road_of(project: Project, log: list[StageLog], rights: Rights) -> dict[str, Any]:
    """Everything that ``_road.html`` and ``_credit.html`` show; a fixed number of queries."""
    today = timezone.localdate()
    legs = legs_with_steps(project)
    return {
        "today": today,
        "legs": [_leg(leg, today) for leg in legs],
        "came_back": any(
            leg.from_country not in ("", "CN") and leg.to_country == "CN" and leg.arrived_on for leg in legs
        ),
        "outcome": ReturnOutcome.objects.filter(project=project).first(),
        "follow_up": _follow_up(project, log, rights),
        "endings": _endings(project, log),
        "merges": merges_of(RecordKind.PROJECT, project),
        "proposals": list(
            project.credit_proposals.select_related("proposed_by").order_by("-proposed_at", "-pk")[:5]
        ),
    }


def _leg(leg: RelocationLeg, today: Any) -> dict[str, Any]:
    steps = list(leg.steps.all())  # type: ignore[attr-defined]
    progress = progress_of(steps, today)
    return {
        "leg": leg,
        "progress": progress,
        "steps": [
            {
                "step": step,
                "late": step.state in UNSETTLED and step.due_on is not None and step.due_on < today,
                "tone": TONES[StepState(step.state)][0],
                "icon": TONES[StepState(step.state)][1],
                "link": step.ticket_number if step.ticket_number.startswith(("https://", "http://")) else "",
                "files": list(step.evidence.all()),
            }
            for step in steps
        ],
        "open": any(step.state in UNSETTLED for step in steps) and leg.arrived_on is None,
    }


def _follow_up(project: Project, log: list[StageLog], rights: Rights) -> dict[str, Any] | None:
    """The five years, recorded or not, beside what the company was at entry; None before they begin."""
    if not any(row.to_stage == Stage.INDUSTRIALISED for row in log):
        return None
    start = industrialised_on(project)
    if start is None:
        return None
    today = timezone.localdate()
    rows = FollowUp.objects.filter(project=project).select_related("entered_by", "verified_by")
    known = {row.year: row for row in rows.prefetch_related("evidence")}
    years = []
    for year in range(start.year + 1, start.year + 1 + FOLLOW_UP_YEARS):
        row, on = known.get(year), anniversary(start, year)
        years.append(
            {
                "year": year,
                "on": on,
                "row": row,
                "late": row is None and on < today,
                "begun": year <= today.year,
                "may_verify": row is not None
                and row.verified_at is None
                and rights.verify
                and row.entered_by_id != rights.user_id
                and bool(row.evidence.all()),
            }
        )
    return {"years": years, "baseline": baseline_of(project), "start": start}


def _endings(project: Project, log: list[StageLog]) -> list[dict[str, Any]]:
    moves = [row for row in log if row.to_stage in ASKED]
    if not moves:
        return []
    stated = {
        row.log_id: row for row in SupportCheck.objects.filter(log__in=moves).select_related("stated_by")
    }
    return [{"log": row, "check": stated.get(row.pk)} for row in reversed(moves)]
