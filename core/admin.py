"""What every admin page keeps to: scoped records, read-only history, writes through the services."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import DomainError
from core.models import Draft, ExchangeRate, HistoryEntry, HistoryHead, IdempotencyKey, Tombstone
from core.services import record_rate

admin.site.site_header = _("Innovation Enclave Management: administration")
admin.site.site_title = _("Administration")
admin.site.index_title = _("Records")


class ScopedAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Shows what the person may see; nothing can be added, changed or deleted unless a subclass says how."""

    list_per_page = 50
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user) if hasattr(rows, "visible_to") else rows

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_staff", False))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class InstallationAdmin(ScopedAdmin):
    """Records of no park: for the administrator of the installation only."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return super().has_view_permission(request, obj) and bool(
            getattr(request.user, "is_superuser", False)
        )


class ServiceForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form of the admin that saves through a service while it is checked: a refusal is a form error."""

    request: HttpRequest
    write: Callable[[HttpRequest, Any, Mapping[str, Any]], Model]

    def _post_clean(self) -> None:
        if self.errors:
            return
        stored = type(self.instance)._default_manager.filter(pk=self.instance.pk).first()
        try:
            self.instance = type(self).write(self.request, stored, self.cleaned_data)
        except DomainError as error:
            self._show(error)

    def _show(self, error: DomainError) -> None:
        """Each field error at its field; what has no field on this form stands on top."""
        for item in error.fields:
            self.add_error(item.field if item.field in self.fields else None, str(item.message))
        if not error.fields:
            self.add_error(None, str(error))

    def save(self, commit: bool = True) -> Any:
        return self.instance

    def save_m2m(self) -> None:
        """Nothing is left to save: the service wrote everything."""

    _save_m2m = save_m2m


class ServiceAdmin(ScopedAdmin):
    """Adds and changes through the service that ``write`` calls; the service decides who may."""

    form = ServiceForm

    def write(self, request: HttpRequest, stored: Any, values: Mapping[str, Any]) -> Model:
        """Call the service with the cleaned values; ``stored`` is None for a new record."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        return type(form.__name__, (form,), {"request": request, "write": staticmethod(self.write)})

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form has saved it already."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.has_view_permission(request, obj)


@admin.register(HistoryEntry)
class HistoryEntryAdmin(InstallationAdmin):
    """Append only: nobody changes or deletes an entry, here or anywhere."""

    list_display = ("chain", "sequence", "at", "actor", "action", "subject_label")
    list_filter = ("action",)
    search_fields = ("chain", "actor", "subject_label")
    ordering = ("-pk",)


@admin.register(HistoryHead)
class HistoryHeadAdmin(InstallationAdmin):
    list_display = ("chain", "sequence", "hash")


@admin.register(ExchangeRate)
class ExchangeRateAdmin(InstallationAdmin, ServiceAdmin):
    """A wrong rate is corrected for its day; both values stay in the history."""

    list_display = ("currency", "to_currency", "on", "rate", "source")
    list_filter = ("currency",)
    ordering = ("-on",)
    fields = ("currency", "to_currency", "on", "rate", "source")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("currency", "to_currency", "on") if obj else ()

    def write(self, request: HttpRequest, stored: Any, values: Mapping[str, Any]) -> Model:
        key = {
            name: getattr(stored, name) if stored else values[name]
            for name in ("currency", "to_currency", "on")
        }
        return record_rate(
            **key, rate=values["rate"], source=values["source"], actor=request.user, at=timezone.now()
        )


@admin.register(IdempotencyKey, Tombstone, Draft)
class TechnicalAdmin(InstallationAdmin):
    """Bookkeeping of the system, to look at."""

    def get_list_display(self, request: HttpRequest) -> tuple[str, ...]:
        hidden = {"data", "body", "headers", "request_sha256"}
        return tuple(field.name for field in self.model._meta.concrete_fields if field.name not in hidden)

    exclude = ("data", "body", "headers")
