"""Records of applications."""

from applications.models.applications import OPEN_STATES, Application, StepLog
from applications.models.base import reads_programmes, runs_programmes
from applications.models.decisions import Decision, GrantAgreement, Meeting
from applications.models.programmes import REVIEW_KINDS, Programme, ProgrammeStep, StepBatch
from applications.models.releases import AwardRelease

__all__ = [
    "OPEN_STATES",
    "REVIEW_KINDS",
    "Application",
    "AwardRelease",
    "Decision",
    "GrantAgreement",
    "Meeting",
    "Programme",
    "ProgrammeStep",
    "StepBatch",
    "StepLog",
    "reads_programmes",
    "runs_programmes",
]
