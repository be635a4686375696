"""Enterprises are entered through the service; figures and titles are verified by a second person only."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin import ScopedAdmin, ServiceAdmin
from core.errors import DomainError
from enterprises import services
from enterprises.models import Enterprise, Recognition, YearlyFigure
from incubators.scope import Action, may_somewhere, scope_of


@admin.register(Enterprise)
class EnterpriseAdmin(ServiceAdmin):
    list_display = (
        "name_zh",
        "kind",
        "credit_code",
        "organisation_number",
        "incubator",
        "park",
        "provenance",
    )
    list_filter = ("kind", "provenance")
    list_select_related = ("incubator", "park")
    search_fields = ("search_text", "credit_code", "organisation_number")
    ordering = ("sort_key",)
    fields = ("park", "incubator", *services.FIELDS)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("park", "incubator") if obj else ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and may_somewhere(Action.ENTER, request.user)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if obj is None or not self.has_view_permission(request, obj):
            return self.has_add_permission(request)
        record: Any = obj
        return scope_of(request.user).allows(
            Action.ENTER, park_id=record.park_id, incubator_id=record.incubator_id
        )

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only places of one's own can be chosen."""
        if db_field.name == "incubator":
            kwargs["queryset"] = db_field.related_model.objects.allowing(Action.ENTER, request.user)
        elif db_field.name == "park":
            kwargs["queryset"] = db_field.related_model.objects.of_scope(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, request: HttpRequest, stored: Any, values: Mapping[str, Any]) -> Model:
        own = {name: values[name] for name in services.FIELDS}
        if stored:
            return services.update_enterprise(
                enterprise=stored,
                values=own,
                actor=request.user,
                at=timezone.now(),  # type: ignore[arg-type]
            )
        return services.create_enterprise(
            park=values["park"],
            incubator=values["incubator"],
            values=own,
            actor=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )


class VerifiableAdmin(ScopedAdmin):
    """Read only; verified by a second person through the service."""

    list_select_related = ("enterprise", "entered_by", "verified_by")
    search_fields = ("enterprise__search_text",)
    actions = ("verify",)

    def verify_one(self, record: Any, request: HttpRequest) -> None:
        raise NotImplementedError

    @admin.action(description=_("Verify the chosen records (never one's own)"))
    def verify(self, request: HttpRequest, rows: QuerySet[Any]) -> None:
        for record in rows:
            try:
                self.verify_one(record, request)
            except DomainError as error:
                messages.error(request, f"{record}: {error}")


@admin.register(YearlyFigure)
class YearlyFigureAdmin(VerifiableAdmin):
    list_display = ("enterprise", "year", "revenue_amount", "currency", "entered_by", "verified_by")
    list_filter = ("year",)

    def verify_one(self, record: Any, request: HttpRequest) -> None:
        services.verify_yearly_figures(figures=record, actor=request.user, at=timezone.now())  # type: ignore[arg-type]


@admin.register(Recognition)
class RecognitionAdmin(VerifiableAdmin):
    list_display = ("enterprise", "kind", "granted_on", "expires_on", "entered_by", "verified_by")
    list_filter = ("kind",)

    def verify_one(self, record: Any, request: HttpRequest) -> None:
        services.verify_recognition(recognition=record, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
