"""Schemes, runs and reports, to look at: a published scheme never changes, a run is frozen."""

from django.contrib import admin
from django.http import HttpRequest

from core.admin import ScopedAdmin
from evaluation.models import (
    EvaluationRun,
    EvaluationScore,
    Indicator,
    Observation,
    ReportRun,
    Scheme,
    SchemeNode,
)


@admin.register(Observation)
class ObservationAdmin(ScopedAdmin):
    list_display = ("incubator", "measure", "period", "value", "entered_by", "verified_by")
    list_filter = ("measure",)
    list_select_related = ("incubator", "entered_by", "verified_by")
    search_fields = ("measure", "period", "incubator__search_text")
    ordering = ("-period", "measure")


@admin.register(Indicator)
class IndicatorAdmin(ScopedAdmin):
    list_display = ("code", "name_zh", "unit_zh", "direction")
    search_fields = ("code", "search_text")
    ordering = ("code",)


@admin.register(Scheme)
class SchemeAdmin(ScopedAdmin):
    list_display = ("code", "version", "name_zh", "status", "valid_from", "valid_until")
    ordering = ("code", "-version")


@admin.register(SchemeNode)
class SchemeNodeAdmin(ScopedAdmin):
    list_display = ("scheme", "code", "kind", "weight")
    list_filter = ("scheme",)
    list_select_related = ("scheme",)


@admin.register(EvaluationRun)
class EvaluationRunAdmin(ScopedAdmin):
    list_display = ("period", "park", "incubator", "audience", "scheme", "total", "grade", "requested_at")
    list_filter = ("audience",)
    list_select_related = ("park", "incubator", "scheme")
    ordering = ("-requested_at",)
    exclude = ("snapshot",)


@admin.register(EvaluationScore)
class EvaluationScoreAdmin(ScopedAdmin):
    list_display = ("run", "incubator", "period", "node", "points")
    list_select_related = ("run", "incubator")
    ordering = ("-pk",)


@admin.register(ReportRun)
class ReportRunAdmin(ScopedAdmin):
    list_display = ("run", "format", "language", "state", "progress", "requested_at", "finished_at")
    list_filter = ("state", "format")
    list_select_related = ("run",)
    ordering = ("-requested_at",)

    def get_exclude(self, request: HttpRequest, obj: ReportRun | None = None) -> tuple[str, ...]:
        return ("storage_name", "lease_token")
