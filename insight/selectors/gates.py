"""Projects that one thing keeps from their next stage, by the gate table of their park."""

from collections.abc import Sequence
from dataclasses import dataclass

from projects.models import Project
from projects.selectors import gates_of_many
from projects.stages import Missing


@dataclass(frozen=True)
class NearGate:
    """A project that one thing keeps from its next stage."""

    project: Project
    to_stage: str
    missing: Missing


def near_gates(projects: Sequence[Project]) -> list[NearGate]:
    """Projects of which exactly one thing is missing, in the order given. Ready ones are not among them."""
    found = []
    gates = gates_of_many(projects)
    for project in projects:
        ahead = gates[project.pk]
        close = [(gate.to_stage, gate.missing[0]) for gate in ahead if len(gate.missing) == 1]
        if close and all(gate.missing for gate in ahead):
            found.append(NearGate(project, *close[0]))
    return found
