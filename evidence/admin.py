"""Stored files, to look at. They come in and are verified on the pages, by two persons."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin import ScopedAdmin
from core.errors import DomainError
from evidence.models import EvidenceFile
from evidence.services import verify_evidence


@admin.register(EvidenceFile)
class EvidenceFileAdmin(ScopedAdmin):
    list_display = ("title", "kind", "incubator", "park", "size", "uploaded_by", "uploaded_at", "verified_at")
    list_filter = ("kind", "provenance")
    list_select_related = ("incubator", "park", "uploaded_by")
    search_fields = ("title", "original_name", "sha256")
    ordering = ("-uploaded_at",)
    exclude = ("storage_name",)
    actions = ("verify",)

    @admin.action(description=_("Verify the chosen files (never one's own)"))
    def verify(self, request: HttpRequest, rows: QuerySet[EvidenceFile]) -> None:
        for file in rows:
            try:
                verify_evidence(file=file, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
            except DomainError as error:
                messages.error(request, f"{file}: {error}")
