"""Views of the projects app."""

from projects.api.views.facts import FactViewSet
from projects.api.views.gates import GateRequestViewSet, GateTableViewSet, ProjectRequestViewSet
from projects.api.views.parts import (
    AttachmentViewSet,
    CreditSharesView,
    HistoryViewSet,
    LegViewSet,
    StageLogViewSet,
)
from projects.api.views.records import ProjectViewSet, ReportedProjectViewSet, SectorViewSet

__all__ = [
    "AttachmentViewSet",
    "CreditSharesView",
    "FactViewSet",
    "GateRequestViewSet",
    "GateTableViewSet",
    "HistoryViewSet",
    "LegViewSet",
    "ProjectRequestViewSet",
    "ProjectViewSet",
    "ReportedProjectViewSet",
    "SectorViewSet",
    "StageLogViewSet",
]
