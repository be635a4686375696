"""Models of the projects app."""

from projects.models.credit import CreditAnswer, CreditProposal, ProposedShare
from projects.models.facts import CreditShare, ProjectFact, RelocationLeg
from projects.models.gates import GateRemark, GateRequest, GateRow, GateStage, GateTable
from projects.models.merging import Merge, NotDuplicate
from projects.models.projects import Project, ProjectEvidence, Sector, StageLog
from projects.models.reported import ReportedProject
from projects.models.road import ChecklistTemplateStep, FollowUp, LegStep, ReturnOutcome, SupportCheck

__all__ = [
    "ChecklistTemplateStep",
    "CreditAnswer",
    "CreditProposal",
    "CreditShare",
    "FollowUp",
    "GateRemark",
    "GateRequest",
    "GateRow",
    "GateStage",
    "GateTable",
    "LegStep",
    "Merge",
    "NotDuplicate",
    "Project",
    "ProjectEvidence",
    "ProjectFact",
    "ProposedShare",
    "RelocationLeg",
    "ReportedProject",
    "ReturnOutcome",
    "Sector",
    "StageLog",
    "SupportCheck",
]
