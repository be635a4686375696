"""Liaison records to look at; pages, API and Excel table write them, through the services."""

from typing import Any

from django.contrib import admin

from core.admin import ScopedAdmin
from outreach.models import Event, Introduction, Lead, Mandate, TrackedAgreement


class PlacedAdmin(ScopedAdmin):
    list_select_related = ("park", "incubator")
    list_filter: Any = ("provenance",)
    search_fields = ("search_text",)


@admin.register(Lead)
class LeadAdmin(PlacedAdmin):
    list_display = ("name_zh", "stage", "reached", "source", "incubator", "project", "updated_at")
    list_filter = ("stage", "source", "provenance")
    list_select_related = ("park", "incubator", "project")


@admin.register(Event)
class EventAdmin(PlacedAdmin):
    list_display = ("name_zh", "kind", "starts_on", "incubator", "firm_count", "cancelled")
    list_filter = ("kind", "provenance")


@admin.register(Mandate)
class MandateAdmin(PlacedAdmin):
    list_display = ("name_zh", "number", "starts_on", "ends_on", "incubator", "target_count")


@admin.register(TrackedAgreement)
class TrackedAgreementAdmin(PlacedAdmin):
    list_display = ("name_zh", "kind", "signed_on", "valid_until", "incubator")
    list_filter = ("kind", "provenance")


@admin.register(Introduction)
class IntroductionAdmin(ScopedAdmin):
    """Read only: a second person agrees on the page of the mandate."""

    list_display = ("mandate", "lead", "project", "on", "entered_by", "verified_by", "returned_by")
    list_select_related = ("mandate", "lead", "project", "entered_by", "verified_by", "returned_by")
