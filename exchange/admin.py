"""Imports, to look at. They come in, are submitted and undone on the pages."""

from django.contrib import admin

from core.admin import ScopedAdmin
from exchange.models import ImportRun, RememberedHeading


@admin.register(ImportRun)
class ImportRunAdmin(ScopedAdmin):
    list_display = ("original_name", "sheet", "incubator", "park", "state", "created_by", "created_at")
    list_filter = ("sheet", "state")
    list_select_related = ("incubator", "park", "created_by")
    search_fields = ("original_name", "sha256")
    ordering = ("-created_at",)
    exclude = ("storage_name", "lease_token", "lease_until")


@admin.register(RememberedHeading)
class RememberedHeadingAdmin(ScopedAdmin):
    list_display = ("heading", "column", "sheet", "incubator", "park", "remembered_by", "remembered_at")
    list_filter = ("sheet",)
    list_select_related = ("incubator", "park", "remembered_by")
    search_fields = ("heading", "column")
    ordering = ("sheet", "heading")
