"""The list of projects as filters narrow it: one reading of them for pages and exports."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from core.enums import Provenance
from core.search import fold
from projects.enums import Stage
from projects.models import Project, ProjectFact

MOST_WORDS = 8


def waiting_facts() -> QuerySet[ProjectFact]:
    """Facts that are entered and proved, and that nobody has verified or returned yet."""
    proved = ProjectFact.evidence.through.objects.filter(projectfact_id=OuterRef("pk"))
    return ProjectFact.objects.filter(Exists(proved), verified_at=None, returned_at=None)


def projects_matching(user: Any, filters: Mapping[str, str]) -> QuerySet[Project]:
    """What ``user`` may see and the filters let through: q, stage (several by commas), incubator and sector
    by code, provenance, waiting. Nonsense filters nothing."""
    rows = Project.objects.visible_to(user)
    for word in fold(filters.get("q", "").replace("\x00", "")).split()[:MOST_WORDS]:
        rows = rows.filter(search_text__contains=word)
    stages = [stage for stage in filters.get("stage", "").split(",") if stage in Stage.values]
    if stages:
        rows = rows.filter(stage__in=stages)
    for name in ("incubator", "sector"):
        if code := filters.get(name, ""):
            rows = rows.filter(**{f"{name}__code": code.replace("\x00", "")})
    if (provenance := filters.get("provenance", "")) in Provenance.values:
        rows = rows.filter(provenance=provenance)
    if filters.get("waiting", "") in ("on", "true", "1"):
        rows = rows.filter(Exists(waiting_facts().filter(project=OuterRef("pk"))))
    return rows
