"""Filters of the project lists."""

import django_filters

from incubators.api.filters import CodeFilter, PlaceFilter, ProvenanceFilter
from projects.enums import Stage
from projects.models import Project, ReportedProject, Sector


class StagesFilter(django_filters.BaseInFilter, django_filters.ChoiceFilter):
    """One stage, or several separated by commas."""


class ProjectFilter(ProvenanceFilter):
    stage = StagesFilter(choices=Stage.choices, label="Stage; several separated by commas")
    sector = CodeFilter(Sector, "sector", label="Code of the sector")
    external_id = django_filters.CharFilter(max_length=80, label="Number in your own system")
    code = django_filters.CharFilter(max_length=24, label="Number of the project")
    enterprise = django_filters.NumberFilter(
        field_name="enterprise_id", max_digits=18, decimal_places=0, min_value=0, label="Id of the enterprise"
    )

    class Meta:
        model = Project
        fields = ["lead_source"]


class ReportedProjectFilter(PlaceFilter):
    class Meta:
        model = ReportedProject
        fields = ["stage_code"]
