"""Accounts, opened and closed by the administrator of the installation; tokens, looked at or ended."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, User
from accounts.services import chain_of, revoke_token
from core import history
from core.admin import InstallationAdmin

admin.site.unregister(Group)

TRACED = ("username", "display_name", "employer", "is_active", "is_staff", "is_superuser")


@admin.register(User)
class AccountAdmin(UserAdmin):
    """Who may sign in. What a person may see is said by roles, which parks grant."""

    list_display = ("username", "display_name", "employer", "is_active", "is_staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_demonstration")
    search_fields = ("username", "display_name", "employer")
    ordering = ("username",)
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("display_name", "employer", "email", "language", "is_demonstration")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined", "is_demonstration")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody is deleted: what a person did stays attributed; close the account instead."""
        return False

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        before = User.objects.filter(pk=obj.pk).values(*TRACED).first() or {}
        super().save_model(request, obj, form, change)
        changes = history.changed_fields(before, {name: getattr(obj, name) for name in TRACED})
        if changes:
            history.record(
                chain=chain_of(obj),
                action="account.changed" if change else "account.opened",
                subject=obj,
                changes=changes,
                actor=request.user,
                at=timezone.now(),
            )


@admin.register(ApiToken)
class ApiTokenAdmin(InstallationAdmin):
    """Tokens are made by their owners; the installation's administrator can end them."""

    list_display = ("name", "user", "prefix", "created_at", "expires_at", "last_used_at", "revoked_at")
    list_select_related = ("user",)
    search_fields = ("name", "user__username")
    exclude = ("digest",)
    actions = ("revoke",)

    @admin.action(description=_("Revoke the chosen tokens"))
    def revoke(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        for token in rows.select_related("user"):
            revoke_token(token=token, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The chosen tokens are revoked."))
