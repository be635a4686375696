"""Who uses which space of an incubator, for how long, at what rent."""

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered
from core.enums import Currency
from enterprises.enums import RentUnit
from enterprises.models.companies import Enterprise, evidence_field
from incubators.models import Space, Tracked, half_open
from incubators.scope import Action, scope_of


class OccupancyQuerySet(models.QuerySet["Occupancy"]):
    def visible_to(self, user: Any) -> Self:
        """Whoever may see the space sees who is in it."""
        return self.filter(
            scope_of(user)
            .places(Action.READ)
            .filter(park="space__incubator__park", incubator="space__incubator")
        )

    def on(self, day: Any) -> Self:
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


class Occupancy(Tracked):
    """An enterprise in a space, from a day until a day (not included).

    The square metres of one space on any day total at most its area; a whole space has one occupant. Both
    are kept by the database: ``enterprises_occupancy_within_area`` (trigger) and the exclusion below.
    """

    space = models.ForeignKey(
        Space, verbose_name=_("space"), on_delete=models.PROTECT, related_name="occupancies"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, related_name="occupancies"
    )
    is_whole = models.BooleanField(_("the whole space"), default=False)
    area_m2 = models.DecimalField(_("area (m²)"), max_digits=12, decimal_places=2)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    rent_amount = models.DecimalField(_("rent"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    rent_unit = models.CharField(
        _("rent for"), max_length=10, choices=RentUnit.choices, default=RentUnit.MONTH
    )
    rent_free_until = models.DateField(_("rent-free until (not included)"), null=True, blank=True)
    deposit_amount = models.DecimalField(_("deposit"), max_digits=18, decimal_places=2, null=True, blank=True)
    agreement = models.CharField(_("agreement number"), max_length=80, blank=True)
    evidence = evidence_field("occupancies")

    objects = OccupancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("occupancy")
        verbose_name_plural = _("occupancies")
        constraints = [
            models.CheckConstraint(
                name="enterprises_occupancy_has_area",
                condition=Q(area_m2__gt=0),
                violation_error_message=_("An occupancy has an area above zero square metres."),
            ),
            models.CheckConstraint(
                name="enterprises_occupancy_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=models.F("starts_on")),
                violation_error_message=_("An occupancy ends after it starts."),
            ),
            ordered(
                "starts_on",
                "rent_free_until",
                name="enterprises_rent_free_after_start",
                message=_("The rent-free time ends after the occupancy starts."),
            ),
            ordered(
                "rent_free_until",
                "ends_on",
                name="enterprises_rent_free_before_end",
                message=_("The rent-free time ends with the occupancy at the latest."),
            ),
            not_negative("rent_amount", name="enterprises_rent_not_negative"),
            not_negative("deposit_amount", name="enterprises_deposit_not_negative"),
            ExclusionConstraint(
                name="enterprises_occupancy_whole_no_overlap",
                expressions=[
                    (OpClass("space", "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(is_whole=True),
                violation_error_message=_("The whole space is already taken for part of this time."),
            ),
            models.UniqueConstraint(
                fields=["space", "external_id"],
                condition=~Q(external_id=""),
                name="enterprises_occupancy_external_id_once",
                violation_error_message=_(
                    "An occupancy with this number of your own system is already recorded."
                ),
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="enterprises_occupancy_pull")]

    def __str__(self) -> str:
        return f"{self.space} · {self.enterprise}"

    @property
    def owner(self) -> Enterprise:
        return self.enterprise
