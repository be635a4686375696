"""Projects, to look at: stages, facts and credit have lifecycles and second persons, so pages change them."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin import ScopedAdmin
from core.errors import DomainError
from projects.models import (
    CreditShare,
    Project,
    ProjectEvidence,
    ProjectFact,
    RelocationLeg,
    ReportedProject,
    Sector,
    StageLog,
)
from projects.services import verify_fact


@admin.register(Project)
class ProjectAdmin(ScopedAdmin):
    list_display = ("code", "name_zh", "stage", "stage_since", "incubator", "park", "provenance")
    list_filter = ("stage", "provenance")
    list_select_related = ("incubator", "park")
    search_fields = ("code", "search_text")
    ordering = ("-updated_at",)


class OfProjectAdmin(ScopedAdmin):
    list_select_related = ("project",)
    search_fields = ("project__code", "project__search_text")
    ordering = ("-pk",)


@admin.register(ProjectFact)
class ProjectFactAdmin(OfProjectAdmin):
    list_display = ("project", "kind", "on", "amount", "currency", "entered_by", "verified_by", "returned_by")
    list_filter = ("kind",)
    list_select_related = ("project", "entered_by", "verified_by", "returned_by")
    actions = ("verify",)

    @admin.action(description=_("Verify the chosen records (never one's own)"))
    def verify(self, request: HttpRequest, rows: QuerySet[ProjectFact]) -> None:
        for fact in rows.select_related("project"):
            try:
                verify_fact(fact=fact, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, f"{fact}: {error}")


@admin.register(StageLog)
class StageLogAdmin(OfProjectAdmin):
    list_display = ("project", "from_stage", "to_stage", "on", "cause", "moved_by")
    list_filter = ("to_stage", "cause")
    list_select_related = ("project", "moved_by")


@admin.register(RelocationLeg)
class RelocationLegAdmin(OfProjectAdmin):
    list_display = ("project", "sequence", "from_place", "to_place", "departed_on", "arrived_on")


@admin.register(CreditShare)
class CreditShareAdmin(OfProjectAdmin):
    list_display = ("project", "incubator", "operator", "percent")
    list_select_related = ("project", "incubator", "operator")


@admin.register(ProjectEvidence)
class ProjectEvidenceAdmin(OfProjectAdmin):
    list_display = ("project", "file", "attached_at", "attached_by")
    list_select_related = ("project", "file", "attached_by")


@admin.register(ReportedProject)
class ReportedProjectAdmin(ScopedAdmin):
    list_display = ("code", "name_zh", "incubator", "park", "stage_code", "as_of")
    list_select_related = ("incubator", "park")
    search_fields = ("code", "search_text")


@admin.register(Sector)
class SectorAdmin(ScopedAdmin):
    list_display = ("code", "name_zh", "name_en", "position")
    ordering = ("position",)
