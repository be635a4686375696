"""Measures that are reported per period because no record in the system can yield them."""

from typing import Any, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person
from core.enums import Provenance
from evidence.models import EvidenceFile
from incubators.models import Incubator, TenantQuerySet, Verifiable


class ObservationQuerySet(TenantQuerySet):
    def verified(self) -> Self:
        return self.filter(verified_at__isnull=False)


class Observation(Verifiable):
    """One measure of one incubator in one month, as entered; it counts once a second person verified it."""

    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="observations"
    )
    measure = models.SlugField(_("measure"), max_length=60)
    period = models.CharField(_("period"), max_length=8)
    starts_on = models.DateField(editable=False)
    ends_on = models.DateField(editable=False)
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=4)
    note = models.CharField(_("note"), max_length=300, blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="observations"
    )
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = ObservationQuerySet.as_manager()

    class Meta:
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        constraints = [
            models.UniqueConstraint(
                fields=["incubator", "measure", "period"],
                name="evaluation_observation_once",
                violation_error_message=_("This measure is already recorded for the period."),
            ),
            paired("verified_at", "verified_by", name="evaluation_observation_verified_pair"),
            second_person("entered_by", "verified_by", name="evaluation_observation_second_person"),
            models.CheckConstraint(
                name="evaluation_observation_not_negative",
                condition=models.Q(value__gte=0),
                violation_error_message=_("A measure is not below zero."),
            ),
        ]
        indexes = [
            models.Index(fields=["incubator", "measure", "starts_on"], name="evaluation_observation_span")
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period}"

    @property
    def chain(self) -> str:
        return self.incubator.chain
