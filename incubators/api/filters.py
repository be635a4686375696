"""Filters that several lists share."""

from typing import Any

import django_filters
from django.db.models import Q

from core.enums import Provenance
from incubators.models import Incubator, OperatorContract, Organisation, Park, ReportedFigure
from incubators.scope import Action, scope_of


class CodeFilter(django_filters.CharFilter):
    """A linked record by its code; the database looks the code up once and then uses the index on the key."""

    def __init__(self, model: Any, field_name: str, **options: Any) -> None:
        super().__init__(field_name=field_name, max_length=80, **options)
        self.linked = model

    def filter(self, queryset: Any, value: Any) -> Any:
        if not value:
            return queryset
        found = self.linked.objects.filter(code=value).order_by().values("pk")[:1]
        return queryset.filter(**{f"{self.field_name}_id": found})


class PlaceFilter(django_filters.FilterSet):
    """By incubator and park, of records that hold both."""

    incubator = CodeFilter(Incubator, "incubator", label="Code of the incubator")
    park = CodeFilter(Park, "park", label="Code of the park")


class OfIncubatorFilter(django_filters.FilterSet):
    """By incubator and park, of records that hang on an incubator."""

    incubator = CodeFilter(Incubator, "incubator", label="Code of the incubator")
    park = CodeFilter(Park, "incubator__park", label="Code of the park")


class ProvenanceFilter(PlaceFilter):
    provenance = django_filters.ChoiceFilter(choices=Provenance.choices, label="Recorded or demonstration")


class ParkFilter(django_filters.FilterSet):
    mine = django_filters.BooleanFilter(method="only_mine", label="Only parks in which you work")

    class Meta:
        model = Park
        fields = ["role"]

    def only_mine(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.of_scope(self.request.user) if value else queryset


class OrganisationFilter(django_filters.FilterSet):
    class Meta:
        model = Organisation
        fields = ["kind"]


class IncubatorFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")
    can_enter = django_filters.BooleanFilter(method="only_writable", label="Only those you may write to")

    class Meta:
        model = Incubator
        fields = ["kind", "is_enclave"]

    def only_writable(self, queryset: Any, name: str, value: bool) -> Any:
        if not value:
            return queryset
        places = scope_of(self.request.user).places(Action.ENTER)
        return queryset.filter(places.filter(park="park", incubator="pk"))


class FigureFilter(django_filters.FilterSet):
    incubator = CodeFilter(Incubator, "incubator", label="Code of the incubator")
    park = django_filters.CharFilter(method="of_park", max_length=80, label="Code of the park")
    entity = django_filters.CharFilter(
        field_name="entity_code", max_length=80, label="Code of whatever the figure is about"
    )

    class Meta:
        model = ReportedFigure
        fields = ["kind", "status"]

    def of_park(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(Q(park__code=value) | Q(incubator__park__code=value))


class ContractFilter(OfIncubatorFilter):
    class Meta:
        model = OperatorContract
        fields = ["number"]
