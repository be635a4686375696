"""What a contract asks an operator to report, and which periods are closed."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired
from incubators.models import Incubator, OperatorContract, Park
from incubators.scope import Action, scope_of
from returns.duties import VARIANCE_PERCENT
from returns.enums import Frequency


class ReturnDutyQuerySet(models.QuerySet["ReturnDuty"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user)
            .places(Action.READ)
            .filter(park="contract__incubator__park", incubator="contract__incubator")
        )


class ReturnDuty(models.Model):
    """A return that a contract asks for: how often, which lines, how many days after the period."""

    contract = models.ForeignKey(
        OperatorContract, verbose_name=_("contract"), on_delete=models.PROTECT, related_name="return_duties"
    )
    frequency = models.CharField(_("how often"), max_length=8, choices=Frequency.choices)
    lines = ArrayField(models.SlugField(max_length=60), verbose_name=_("lines"))
    due_days = models.PositiveSmallIntegerField(_("days after the period"))
    starts_on = models.DateField(
        _("asked from"), help_text=_("the first period is the one that holds this day")
    )
    variance_percent = models.PositiveSmallIntegerField(
        _("ask for a word from a change of (%)"), default=VARIANCE_PERCENT
    )
    is_active = models.BooleanField(_("in force"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("changed"))

    objects = ReturnDutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("return duty")
        verbose_name_plural = _("return duties")
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "frequency"],
                name="returns_duty_once",
                violation_error_message=_("This contract already asks for a return as often as that."),
            ),
            models.CheckConstraint(
                name="returns_duty_due_days",
                condition=Q(due_days__gte=1, due_days__lte=180),
                violation_error_message=_("A return is due 1 to 180 days after its period."),
            ),
            models.CheckConstraint(
                name="returns_duty_variance",
                condition=Q(variance_percent__gte=1, variance_percent__lte=1000),
                violation_error_message=_("The change that asks for a word lies between 1% and 1000%."),
            ),
            models.CheckConstraint(
                name="returns_duty_has_lines",
                condition=Q(lines__len__gt=0),
                violation_error_message=_("Choose at least one line."),
            ),
            models.CheckConstraint(
                name="returns_duty_frequency_known",
                condition=Q(frequency__in=Frequency.values),
                violation_error_message=_("Choose how often the return is due."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contract} · {self.get_frequency_display()}"

    @property
    def chain(self) -> str:
        return self.contract.incubator.chain


class PeriodCloseQuerySet(models.QuerySet["PeriodClose"]):
    def visible_to(self, user: Any) -> Self:
        """What closes a whole park concerns everyone who works in it."""
        scope = scope_of(user)
        places = scope.places(Action.READ)
        if places.everywhere:
            return self
        parks = {*places.park_ids, *scope.incubator_parks.values()}
        return self.filter(
            Q(park__in=places.park_ids)
            | Q(incubator__in=places.incubator_ids)
            | Q(incubator__isnull=True, park__in=parks)
        )

    def open(self) -> Self:
        """Those that still hold."""
        return self.filter(reopened_at__isnull=True)


class PeriodClose(models.Model):
    """From here on nobody writes into a period of a park, or of one incubator; reopening says why."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="period_closes"
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="period_closes",
    )
    period = models.CharField(_("period"), max_length=8, help_text=_("2021, 2021-H1, 2021-Q2 or 2021-04"))
    starts_on = models.DateField(editable=False)
    ends_on = models.DateField(editable=False)
    note = models.CharField(_("note"), max_length=300, blank=True)
    closed_at = models.DateTimeField(_("closed"))
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("closed by"), on_delete=models.PROTECT, related_name="+"
    )
    reopened_at = models.DateTimeField(_("reopened"), null=True, blank=True)
    reopened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("reopened by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(_("why it was reopened"), max_length=300, blank=True)
    updated_at = models.DateTimeField(_("changed"))

    objects = PeriodCloseQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed period")
        verbose_name_plural = _("closed periods")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "incubator", "period"],
                condition=Q(reopened_at__isnull=True),
                nulls_distinct=False,
                name="returns_close_once",
                violation_error_message=_("This period is already closed."),
            ),
            paired("reopened_at", "reopened_by", name="returns_close_reopened_pair"),
            models.CheckConstraint(
                name="returns_close_reopened_with_words",
                condition=Q(reopened_at__isnull=True, reason="")
                | (Q(reopened_at__isnull=False) & ~Q(reason="")),
                violation_error_message=_("Whoever reopens a period says why."),
            ),
            models.CheckConstraint(
                name="returns_close_dates",
                condition=Q(starts_on__lt=F("ends_on")),
                violation_error_message=_("A period ends after it starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incubator or self.park} · {self.period}"

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.park.chain
