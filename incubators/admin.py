"""Places and roles. Published statements are read only; what a park keeps is saved through the services."""

from collections.abc import Mapping
from typing import Any

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.admin import ScopedAdmin, ServiceAdmin
from core.errors import DomainError
from incubators import services
from incubators.models import (
    Agreement,
    ContractTarget,
    Incubator,
    IncubatorRecognition,
    Membership,
    OperatorContract,
    Organisation,
    Park,
    ReferenceProcess,
    ReportedFigure,
    Space,
)
from incubators.scope import Action, scope_of


def manages(request: HttpRequest, park_id: int | None = None) -> bool:
    """Whether the person keeps the record of this park, or of any park."""
    if park_id is not None:
        return scope_of(request.user).allows(Action.MANAGE, park_id=park_id)
    places = scope_of(request.user).places(Action.MANAGE)
    return bool(places.everywhere or places.park_ids)


@admin.register(Park, Organisation)
class PublishedPlaceAdmin(ScopedAdmin):
    list_display = ("code", "name_zh", "name_en")
    search_fields = ("code", "search_text")
    ordering = ("code",)


@admin.register(Agreement, ReferenceProcess)
class PublishedRecordAdmin(ScopedAdmin):
    list_display = ("code", "name_zh", "as_of", "source", "source_lines")
    search_fields = ("code", "search_text")
    ordering = ("code",)


@admin.register(ReportedFigure)
class ReportedFigureAdmin(ScopedAdmin):
    list_display = ("code", "name_zh", "entity_code", "value", "unit", "qualifier", "as_of", "status")
    list_filter = ("kind", "status")
    search_fields = ("code", "search_text", "entity_code")
    ordering = ("code",)


class ManagedAdmin(ServiceAdmin):
    """Saved through the services, by the administrator of the park."""

    def park_of(self, obj: Any) -> int | None:
        park_id: int | None = obj.incubator.park_id
        return park_id

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request) and manages(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        if not self.has_view_permission(request, obj):
            return False
        return manages(request) if obj is None else manages(request, self.park_of(obj) or 0)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only places of one's own can be chosen."""
        if db_field.name in {"incubator", "park", "predecessor"}:
            kwargs["queryset"] = db_field.related_model.objects.filter(
                scope_of(request.user)
                .places(Action.MANAGE)
                .filter(**{"park": "pk" if db_field.name == "park" else "park", "incubator": "pk"})
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Incubator)
class IncubatorAdmin(ManagedAdmin):
    list_display = ("code", "name_zh", "park", "kind", "host_city_zh", "opened")
    list_filter = ("kind", "is_enclave")
    list_select_related = ("park",)
    search_fields = ("code", "search_text")
    ordering = ("code",)
    fields = ("park", *services.INCUBATOR_FIELDS)

    def park_of(self, obj: Any) -> int | None:
        park_id: int | None = obj.park_id
        return park_id

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("park", "code") if obj else ()

    def write(self, request: HttpRequest, stored: Any, values: Mapping[str, Any]) -> Model:
        return services.save_incubator(
            incubator=stored,
            park=stored.park if stored else values["park"],
            values={name: values[name] for name in services.INCUBATOR_FIELDS if name in values},
            actor=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
        )


class OfIncubatorAdmin(ManagedAdmin):
    """What hangs on a site; the site of a record does not change."""

    own_fields: tuple[str, ...] = ()
    list_select_related = ("incubator",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("incubator", *self.own_fields)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("incubator", "is_demonstration") if obj else ("is_demonstration",)

    def save_with(self, **values: Any) -> Model:
        raise NotImplementedError

    def write(self, request: HttpRequest, stored: Any, values: Mapping[str, Any]) -> Model:
        return self.save_with(
            record=stored,
            incubator=stored.incubator if stored else values["incubator"],
            values={name: values[name] for name in self.own_fields if name in values},
            actor=request.user,
            at=timezone.now(),
        )


@admin.register(OperatorContract)
class ContractAdmin(OfIncubatorAdmin):
    list_display = ("number", "incubator", "operator", "starts_on", "ends_on", "fee_amount", "currency")
    own_fields = services.CONTRACT_FIELDS
    ordering = ("-starts_on",)

    def save_with(self, *, record: Any, **values: Any) -> Model:
        return services.save_contract(contract=record, **values)


@admin.register(Space)
class SpaceAdmin(OfIncubatorAdmin):
    list_display = ("name_zh", "incubator", "kind", "area_m2")
    own_fields = services.SPACE_FIELDS

    def save_with(self, *, record: Any, **values: Any) -> Model:
        return services.save_space(space=record, **values)


@admin.register(IncubatorRecognition)
class IncubatorRecognitionAdmin(OfIncubatorAdmin):
    list_display = ("title", "incubator", "authority", "granted_on", "expires_on")
    own_fields = services.RECOGNITION_FIELDS

    def save_with(self, *, record: Any, **values: Any) -> Model:
        return services.save_recognition(recognition=record, **values)


@admin.register(ContractTarget)
class ContractTargetAdmin(ManagedAdmin):
    list_display = ("contract", "indicator", "period", "value")
    list_select_related = ("contract",)
    fields = ("contract", "indicator", "period", "value")

    def park_of(self, obj: Any) -> int | None:
        park_id: int | None = obj.contract.incubator.park_id
        return park_id

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("contract", "indicator", "period") if obj else ()

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "contract":
            kwargs["queryset"] = OperatorContract.objects.visible_to(request.user)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def write(self, request: HttpRequest, stored: Any, values: Mapping[str, Any]) -> Model:
        source = stored or values
        key = {
            name: getattr(stored, name) if stored else source[name]
            for name in ("contract", "indicator", "period")
        }
        return services.set_target(
            **key,
            value=values["value"],
            actor=request.user,
            at=timezone.now(),  # type: ignore[arg-type]
        )


@admin.register(Membership)
class MembershipAdmin(ManagedAdmin):
    """A role is granted with its first day and ended with its last; it is never rewritten."""

    list_display = ("user", "role", "park", "incubator", "starts_on", "ends_on")
    list_filter = ("role",)
    list_select_related = ("user", "park", "incubator")
    search_fields = ("user__username", "user__display_name")
    fields = ("user", "role", "park", "incubator", "starts_on", "ends_on")
    autocomplete_fields = ()
    actions = ("end_today",)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def write(self, request: HttpRequest, stored: Any, values: Mapping[str, Any]) -> Model:
        return services.grant_membership(**dict(values), actor=request.user, at=timezone.now())  # type: ignore[arg-type]

    @admin.action(description=_("End the chosen roles today"))
    def end_today(self, request: HttpRequest, rows: QuerySet[Membership]) -> None:
        today = timezone.localdate()
        for membership in rows.select_related("user", "park", "incubator"):
            try:
                services.end_membership(
                    membership=membership,
                    ends_on=today,
                    actor=request.user,
                    at=timezone.now(),  # type: ignore[arg-type]
                )
            except DomainError as error:
                messages.error(request, f"{membership.user}: {error}")
