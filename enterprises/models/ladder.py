"""Thresholds of the growth ladder as dated data, and facts that no other record holds."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.constraints import ordered
from enterprises.enums import Comparison, LadderFactKey, RecognitionKind
from enterprises.models.companies import (
    Enterprise,
    OfEnterprise,
    OfEnterpriseQuerySet,
    evidence_field,
    second_look,
)
from incubators.models import Park, Returnable, half_open


class LadderRuleQuerySet(models.QuerySet["LadderRule"]):
    def visible_to(self, user: Any) -> Self:
        """Rules of one's parks, and those that the product ships as an example for everyone."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(Q(park__isnull=True) | Q(park__in=Park.objects.of_scope(user)))


class LadderRule(models.Model):
    """One version of what a rung asks, for a time. A version never changes: another one follows it.

    Without a park it is the example that holds wherever a park has no version of its own.
    """

    park = models.ForeignKey(
        Park,
        verbose_name=_("park"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="ladder_rules",
    )
    rung = models.CharField(_("title"), max_length=20, choices=RecognitionKind.choices)
    starts_on = models.DateField(_("valid from"))
    ends_on = models.DateField(_("valid until (not included)"), null=True, blank=True)
    source = models.CharField(_("source document"), max_length=300)
    note = models.TextField(_("note"), blank=True)
    is_example = models.BooleanField(_("example, to be checked"), default=False)
    window_from = models.DateField(_("applications from"), null=True, blank=True)
    window_until = models.DateField(_("applications until (included)"), null=True, blank=True)
    entered_at = models.DateTimeField(_("entered"))
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = LadderRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("version of the thresholds")
        verbose_name_plural = _("versions of the thresholds")
        constraints = [
            ExclusionConstraint(
                name="enterprises_ladder_rule_no_overlap",
                expressions=[
                    (
                        OpClass(
                            Coalesce("park", Value(0), output_field=models.BigIntegerField()),
                            name="gist_int8_ops",
                        ),
                        RangeOperators.EQUAL,
                    ),
                    (OpClass("rung", name="gist_text_ops"), RangeOperators.EQUAL),
                    (half_open("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("Another version of these thresholds covers part of this time."),
            ),
            ordered(
                "starts_on",
                "ends_on",
                name="enterprises_ladder_rule_dates",
                message=_("A version ends after it starts."),
            ),
            ordered(
                "window_from",
                "window_until",
                name="enterprises_ladder_rule_window",
                message=_("Applications end after they begin."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rung_display()} {self.starts_on}"


class OfRuleQuerySet(models.QuerySet["LadderCriterion"]):
    def visible_to(self, user: Any) -> Self:
        return self.filter(rule__in=LadderRule.objects.visible_to(user))


class LadderCriterion(models.Model):
    """One line of a version: what is compared with which value, when it applies, and its clause.

    ``applies_key`` limits the line to enterprises whose other value lies above ``applies_above`` (not
    included) and at most at ``applies_upto`` (included). Lines with one ``alternative`` replace each other.
    Amounts are in yuan, shares in percent.
    """

    rule = models.ForeignKey(LadderRule, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField(_("line"))
    key = models.CharField(_("criterion"), max_length=40, choices=LadderFactKey.choices)
    comparison = models.CharField(_("comparison"), max_length=10, choices=Comparison.choices)
    value = models.DecimalField(_("threshold"), max_digits=18, decimal_places=4, null=True, blank=True)
    applies_key = models.CharField(_("applies by"), max_length=40, choices=LadderFactKey.choices, blank=True)
    applies_above = models.DecimalField(
        _("above (not included)"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    applies_upto = models.DecimalField(
        _("up to (included)"), max_digits=18, decimal_places=4, null=True, blank=True
    )
    alternative = models.CharField(_("alternatives"), max_length=20, blank=True)
    clause = models.CharField(_("clause"), max_length=400)

    objects = OfRuleQuerySet.as_manager()

    class Meta:
        verbose_name = _("criterion of the growth ladder")
        verbose_name_plural = _("criteria of the growth ladder")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "position"],
                name="enterprises_ladder_line_once",
                violation_error_message=_("This line is already there."),
            ),
            models.CheckConstraint(
                name="enterprises_ladder_line_has_value",
                condition=Q(comparison__in=[Comparison.HOLDS, Comparison.DECISION]) | Q(value__isnull=False),
                violation_error_message=_("This comparison needs a threshold."),
            ),
            models.CheckConstraint(
                name="enterprises_ladder_band",
                condition=Q(applies_key="", applies_above__isnull=True, applies_upto__isnull=True)
                | ~Q(applies_key="") & (Q(applies_above__isnull=False) | Q(applies_upto__isnull=False)),
                violation_error_message=_("A line that applies to some says by which value and from where."),
            ),
            ordered(
                "applies_above",
                "applies_upto",
                name="enterprises_ladder_band_order",
                message=_("The band ends above where it begins."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.position}"


class StatedFact(OfEnterprise, Returnable):
    """A fact of one enterprise that a criterion asks for and no other record holds, as of a day.

    Yes and no are 1 and 0; scores are points.
    """

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="stated_facts"
    )
    key = models.CharField(_("fact"), max_length=40, choices=LadderFactKey.choices)
    on = models.DateField(_("as of"))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=4)
    note = models.CharField(_("note"), max_length=300, blank=True)
    evidence = evidence_field("stated_facts")

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("stated fact")
        verbose_name_plural = _("stated facts")
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "key", "on"],
                name="enterprises_stated_fact_once",
                violation_error_message=_("This fact is already stated for that day."),
            ),
            models.CheckConstraint(
                name="enterprises_stated_fact_not_negative",
                condition=Q(value__gte=0),
                violation_error_message=_("This value cannot be below zero."),
            ),
            *second_look("stated_fact"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_key_display()}"
