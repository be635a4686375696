"""Models of the projects app."""

from projects.models.facts import CreditShare, ProjectFact, RelocationLeg
from projects.models.projects import Project, ProjectEvidence, Sector, StageLog
from projects.models.reported import ReportedProject

__all__ = [
    "CreditShare",
    "Project",
    "ProjectEvidence",
    "ProjectFact",
    "RelocationLeg",
    "ReportedProject",
    "Sector",
    "StageLog",
]
