"""Dated facts of a project, its road home, and who is credited for it."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered, paired, second_person, sent_back
from core.enums import Currency
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Incubator, Organisation, Returnable, half_open
from projects.enums import FactKind
from projects.models.projects import OfProjectQuerySet, Project


class ProjectFactQuerySet(OfProjectQuerySet):
    def verified(self) -> Self:
        """What counts. What a merge left with the record that was merged is not counted a second time."""
        return self.filter(verified_at__isnull=False, project__merged_into=None)


class ProjectFact(Returnable):
    """Signed, registered, paid in, started, producing: each with its own day, proof and second person."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="facts"
    )
    kind = models.CharField(_("fact"), max_length=12, choices=FactKind.choices)
    on = models.DateField(_("on"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="facts"
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = ProjectFactQuerySet.as_manager()

    class Meta:
        verbose_name = _("project fact")
        verbose_name_plural = _("project facts")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "kind"],
                condition=~Q(kind=FactKind.PAID_IN),
                name="projects_fact_once",
                violation_error_message=_("This fact is already recorded for the project."),
            ),
            models.UniqueConstraint(
                fields=["project", "kind", "on", "amount", "currency"],
                condition=Q(kind=FactKind.PAID_IN),
                name="projects_payment_once",
                violation_error_message=_("The same payment is already recorded."),
            ),
            models.CheckConstraint(
                name="projects_fact_amount_has_currency",
                condition=Q(amount__isnull=True, currency="") | (Q(amount__isnull=False) & ~Q(currency="")),
                violation_error_message=_("An amount and its currency go together."),
            ),
            models.CheckConstraint(
                name="projects_paid_in_has_amount",
                condition=~Q(kind=FactKind.PAID_IN) | Q(amount__isnull=False, amount__gt=0),
                violation_error_message=_("Paid-in capital has an amount above zero."),
            ),
            not_negative("amount", name="projects_fact_amount_not_negative"),
            paired("verified_at", "verified_by", name="projects_fact_verified_pair"),
            second_person("entered_by", "verified_by", name="projects_fact_second_person"),
            *sent_back(
                "projects_fact",
                why=_("Whoever returns a fact says why."),
                either=_("A fact is either verified or returned."),
            ),
        ]
        indexes = [models.Index(fields=["kind", "on"], name="projects_facts_by_day")]

    def __str__(self) -> str:
        return f"{self.project} · {self.get_kind_display()}"


class RelocationLeg(models.Model):
    """One leg of the road home, such as Uppsala → Shanghai or Shanghai → Jiangyin."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="legs"
    )
    sequence = models.PositiveSmallIntegerField(_("leg"))
    from_place = models.CharField(_("from"), max_length=80)
    to_place = models.CharField(_("to"), max_length=80)
    from_country = models.CharField(
        _("from country"), max_length=2, blank=True, help_text=_("two letters, as in CN or SE")
    )
    to_country = models.CharField(
        _("to country"), max_length=2, blank=True, help_text=_("two letters, as in CN or SE")
    )
    legal_entity = models.ForeignKey(
        Enterprise,
        verbose_name=_("legal entity"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="legs",
    )
    site = models.CharField(_("site"), max_length=160, blank=True)
    planned_on = models.DateField(_("planned departure"), null=True, blank=True)
    departed_on = models.DateField(_("departed"), null=True, blank=True)
    arrived_on = models.DateField(_("arrived"), null=True, blank=True)
    evidence: Any = models.ManyToManyField(
        EvidenceFile, verbose_name=_("evidence"), blank=True, related_name="legs"
    )
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("entered by"), on_delete=models.PROTECT, related_name="+"
    )
    updated_at = models.DateTimeField(auto_now=True)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("relocation leg")
        verbose_name_plural = _("relocation legs")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "sequence"],
                name="projects_leg_number_once",
                violation_error_message=_("This project already has a leg of that number."),
            ),
            models.CheckConstraint(
                name="projects_leg_countries",
                condition=Q(from_country__regex=r"^([A-Z]{2})?$", to_country__regex=r"^([A-Z]{2})?$"),
                violation_error_message=_("A country is written with two capital letters, as in CN or SE."),
            ),
            models.CheckConstraint(
                name="projects_leg_has_a_date",
                condition=Q(planned_on__isnull=False) | Q(departed_on__isnull=False),
                violation_error_message=_("A leg has a planned or an actual departure."),
            ),
            models.CheckConstraint(
                name="projects_leg_departs_before_it_arrives",
                condition=Q(arrived_on__isnull=True) | Q(departed_on__isnull=False),
                violation_error_message=_("Enter the departure before the arrival."),
            ),
            ordered(
                "departed_on",
                "arrived_on",
                name="projects_leg_dates",
                message=_("A leg arrives on or after its departure."),
            ),
            ExclusionConstraint(
                name="projects_legs_do_not_overlap",
                expressions=[
                    (OpClass("project", "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("departed_on", "arrived_on"), RangeOperators.OVERLAPS),
                ],
                condition=Q(departed_on__isnull=False),
                violation_error_message=_("Another leg of this project covers part of this time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.from_place} → {self.to_place}"

    @property
    def crosses_a_border(self) -> bool:
        return bool(self.from_country and self.to_country and self.from_country != self.to_country)


class CreditShare(models.Model):
    """Who is credited for bringing the project home. The shares of a project total 100% at each commit."""

    project = models.ForeignKey(
        Project, verbose_name=_("project"), on_delete=models.CASCADE, related_name="credit_shares"
    )
    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="credit_shares"
    )
    operator = models.ForeignKey(
        Organisation,
        verbose_name=_("operator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credit_shares",
    )
    percent = models.DecimalField(_("share in %"), max_digits=5, decimal_places=2)

    objects = OfProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("credit share")
        verbose_name_plural = _("credit shares")
        constraints = [
            models.UniqueConstraint(
                fields=["project", "incubator"],
                name="projects_share_once_per_incubator",
                violation_error_message=_("This incubator already has a share."),
            ),
            models.CheckConstraint(
                name="projects_share_between_0_and_100",
                condition=Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("A share lies above 0% and is at most 100%."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.incubator} {self.percent}%"
