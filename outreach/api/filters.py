"""Filters of the lists of liaison records."""

from typing import Any

import django_filters
from django.utils import timezone

from incubators.api.filters import CodeFilter, ProvenanceFilter
from incubators.models import Incubator
from outreach.enums import LeadStage
from outreach.models import Contact, Event, Interaction, Introduction, Lead, Mandate, TrackedAgreement
from outreach.stages import PATH, reached_at_least
from projects.models import Sector


class LeadFilter(ProvenanceFilter):
    external_id = django_filters.CharFilter(max_length=80, label="Number in your own system")
    sector = CodeFilter(Sector, "sector", label="Code of the sector")
    reached = django_filters.ChoiceFilter(
        choices=[(code, LeadStage(code).label) for code in PATH],
        method="got_to",
        label="Got at least this far, as the funnel counts",
    )
    owner = django_filters.CharFilter(field_name="owner__username", max_length=150, label="Person in charge")
    late = django_filters.BooleanFilter(method="is_late", label="The next action is overdue")

    class Meta:
        model = Lead
        fields = ["stage", "source", "source_event", "source_mandate"]

    def got_to(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(reached__in=reached_at_least(value))

    def is_late(self, queryset: Any, name: str, value: bool) -> Any:
        late = {"next_on__lt": timezone.localdate()}
        return queryset.filter(**late) if value else queryset.exclude(**late)


class ContactFilter(ProvenanceFilter):
    tag = django_filters.CharFilter(method="tagged", max_length=40, label="Has this tag")

    class Meta:
        model = Contact
        fields = ["external_id"]

    def tagged(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(tags__contains=[value])


class EventFilter(ProvenanceFilter):
    starts_from = django_filters.DateFilter(field_name="starts_on", lookup_expr="gte", label="First day from")
    starts_before = django_filters.DateFilter(
        field_name="starts_on", lookup_expr="lt", label="First day before"
    )

    class Meta:
        model = Event
        fields = ["kind", "cancelled", "external_id"]


class InteractionFilter(ProvenanceFilter):
    class Meta:
        model = Interaction
        fields = ["kind", "contact", "lead", "event"]


class MandateFilter(ProvenanceFilter):
    class Meta:
        model = Mandate
        fields = ["number", "external_id"]


class IntroductionFilter(django_filters.FilterSet):
    incubator = CodeFilter(Incubator, "mandate__incubator", label="Code of the incubator")
    waiting = django_filters.BooleanFilter(method="is_waiting", label="Neither agreed nor returned yet")

    class Meta:
        model = Introduction
        fields = ["mandate", "lead", "project"]

    def is_waiting(self, queryset: Any, name: str, value: bool) -> Any:
        waiting = {"verified_at": None, "returned_at": None}
        return queryset.filter(**waiting) if value else queryset.exclude(**waiting)


class AgreementFilter(ProvenanceFilter):
    class Meta:
        model = TrackedAgreement
        fields = ["kind", "number", "external_id"]
