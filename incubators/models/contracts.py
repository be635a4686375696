"""What a park and an operator owe each other: contracts, targets, titles, spaces."""

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered
from core.enums import Currency
from incubators.enums import SpaceKind
from incubators.models.base import Named, Sourced, TenantQuerySet, half_open
from incubators.models.places import Incubator, Organisation
from incubators.scope import Action, scope_of


class OperatorContract(models.Model):
    """The park buys an operator's service: scope, period, fee and deliverables."""

    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="contracts"
    )
    operator = models.ForeignKey(
        Organisation, verbose_name=_("operator"), on_delete=models.PROTECT, related_name="contracts"
    )
    number = models.CharField(_("contract number"), max_length=60, unique=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"))
    fee_amount = models.DecimalField(_("fee per year"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    deliverables = models.TextField(_("deliverables"), blank=True)
    is_demonstration = models.BooleanField(_("demonstration data"), default=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("operator contract")
        verbose_name_plural = _("operator contracts")
        constraints = [
            not_negative("fee_amount", name="incubators_contract_fee_not_negative"),
            models.CheckConstraint(
                name="incubators_contract_dates",
                condition=Q(starts_on__lt=F("ends_on")),
                violation_error_message=_("A contract ends after it starts."),
            ),
            ExclusionConstraint(
                name="incubators_contract_no_overlap",
                expressions=[
                    (OpClass("incubator", "gist_int8_ops"), RangeOperators.EQUAL),
                    (half_open("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another contract of this incubator covers part of this time."),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ContractTargetQuerySet(models.QuerySet["ContractTarget"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(
            scope_of(user)
            .places(Action.READ)
            .filter(park="contract__incubator__park", incubator="contract__incubator")
        )


class ContractTarget(models.Model):
    """What the contract asks of one indicator in one period."""

    contract = models.ForeignKey(
        OperatorContract, verbose_name=_("contract"), on_delete=models.CASCADE, related_name="targets"
    )
    indicator = models.SlugField(_("indicator"), max_length=60)
    period = models.CharField(_("period"), max_length=8, help_text=_("2021, 2021-H1, 2021-Q2 or 2021-04"))
    value = models.DecimalField(_("target"), max_digits=20, decimal_places=4)

    objects = ContractTargetQuerySet.as_manager()

    class Meta:
        verbose_name = _("contract target")
        verbose_name_plural = _("contract targets")
        constraints = [
            models.UniqueConstraint(
                fields=["contract", "indicator", "period"],
                name="incubators_target_once",
                violation_error_message=_(
                    "This contract already has a target for this indicator and period."
                ),
            ),
            not_negative("value", name="incubators_target_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.period}"


class IncubatorRecognition(models.Model):
    """A title that an authority gave the incubator, for a time."""

    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="recognitions"
    )
    title = models.CharField(_("title"), max_length=160)
    level = models.CharField(_("level"), max_length=60, blank=True)
    authority = models.CharField(_("authority"), max_length=160)
    document_number = models.CharField(_("document number"), max_length=80, blank=True)
    granted_on = models.DateField(_("granted"))
    expires_on = models.DateField(_("valid until (not included)"), null=True, blank=True)
    is_demonstration = models.BooleanField(_("demonstration data"), default=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("recognition")
        verbose_name_plural = _("recognitions")
        constraints = [
            ordered(
                "granted_on",
                "expires_on",
                name="incubators_recognition_dates",
                message=_("A title expires after it was granted."),
            ),
            models.UniqueConstraint(
                fields=["incubator", "title", "granted_on"],
                name="incubators_recognition_once",
                violation_error_message=_("This title is already recorded for that day."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Space(Named, Sourced):
    """A laboratory, office or workshop that an incubator offers."""

    incubator = models.ForeignKey(
        Incubator, verbose_name=_("incubator"), on_delete=models.PROTECT, related_name="spaces"
    )
    kind = models.CharField(_("kind"), max_length=20, choices=SpaceKind.choices)
    area_m2 = models.DecimalField(_("area (m²)"), max_digits=12, decimal_places=2)
    address = models.CharField(_("address"), max_length=200, blank=True)
    starts_on = models.DateField(_("available from"), null=True, blank=True)
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    is_demonstration = models.BooleanField(_("demonstration data"), default=False)
    updated_at = models.DateTimeField(auto_now=True)

    objects = TenantQuerySet.as_manager()

    class Meta:
        verbose_name = _("space")
        verbose_name_plural = _("spaces")
        constraints = [
            models.CheckConstraint(
                name="incubators_space_has_area",
                condition=Q(area_m2__gt=0),
                violation_error_message=_("A space has an area above zero square metres."),
            ),
            models.UniqueConstraint(
                fields=["incubator", "name_zh"],
                name="incubators_space_name_once",
                violation_error_message=_("This incubator already has a space of that name."),
            ),
            ordered(
                "starts_on",
                "ends_on",
                name="incubators_space_dates",
                message=_("A space ends after it starts."),
            ),
        ]
