"""Period returns, to look at: they have a life, second persons and frozen numbers, so pages change them."""

from django.contrib import admin

from core.admin import ScopedAdmin
from returns.models import PeriodClose, PeriodReturn, ReturnDuty, ReturnLine, ReturnMove


@admin.register(ReturnDuty)
class ReturnDutyAdmin(ScopedAdmin):
    list_display = ("contract", "frequency", "due_days", "starts_on", "variance_percent", "is_active")
    list_filter = ("frequency", "is_active")
    list_select_related = ("contract",)
    ordering = ("-pk",)


@admin.register(PeriodReturn)
class PeriodReturnAdmin(ScopedAdmin):
    list_display = ("incubator", "period", "edition", "state", "due_on", "submitted_by", "verified_by")
    list_filter = ("state", "is_latest")
    list_select_related = ("incubator", "submitted_by", "verified_by")
    ordering = ("-due_on", "-pk")


class OfReturnAdmin(ScopedAdmin):
    list_select_related = ("period_return__incubator",)
    ordering = ("-pk",)


@admin.register(ReturnLine)
class ReturnLineAdmin(OfReturnAdmin):
    list_display = ("period_return", "code", "value", "computed", "entered_by")
    list_filter = ("code",)
    list_select_related = ("period_return__incubator", "entered_by")


@admin.register(ReturnMove)
class ReturnMoveAdmin(OfReturnAdmin):
    list_display = ("period_return", "act", "from_state", "to_state", "at", "by")
    list_filter = ("act",)
    list_select_related = ("period_return__incubator", "by")


@admin.register(PeriodClose)
class PeriodCloseAdmin(ScopedAdmin):
    list_display = ("period", "park", "incubator", "closed_at", "closed_by", "reopened_at")
    list_select_related = ("park", "incubator", "closed_by")
    ordering = ("-closed_at",)
