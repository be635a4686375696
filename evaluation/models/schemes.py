"""Indicators and evaluation schemes: data with dates, not code."""

from typing import Any, Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from evaluation.enums import Direction, NodeKind, SchemeStatus
from incubators.models import Named, half_open


class PublicRulesQuerySet(models.QuerySet[Any]):
    """Rules by which everyone is measured are open to everyone who signs in."""

    def visible_to(self, user: Any) -> Self:
        return self if user.is_authenticated else self.none()


class Indicator(Named):
    """What is measured: unit, direction, formula in words, and the calculation that carries it out."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    unit_zh = models.CharField(_("unit (Chinese)"), max_length=20)
    unit_en = models.CharField(_("unit (English)"), max_length=40)
    direction = models.CharField(_("direction"), max_length=4, choices=Direction.choices)
    formula_zh = models.TextField(_("formula (Chinese)"))
    formula_en = models.TextField(_("formula (English)"))
    calculation = models.SlugField(_("calculation"), max_length=60)
    basis = models.CharField(_("basis"), max_length=200, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PublicRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")


class Scheme(Named):
    """One version of an evaluation scheme. A published version never changes; a new one gets a new date."""

    code = models.SlugField(_("code"), max_length=60)
    version = models.PositiveSmallIntegerField(_("version"))
    label_zh = models.CharField(_("label (Chinese)"), max_length=40, blank=True)
    label_en = models.CharField(_("label (English)"), max_length=60, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=SchemeStatus.choices, default=SchemeStatus.DRAFT
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until (not included)"), null=True, blank=True)
    grades = models.JSONField(
        _("grades"), default=list, help_text=_("list of [lowest score, code, Chinese, English]")
    )
    bonus_limit = models.DecimalField(_("highest bonus"), max_digits=6, decimal_places=2, default=0)
    source = models.TextField(_("source"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PublicRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("evaluation scheme")
        verbose_name_plural = _("evaluation schemes")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="evaluation_scheme_version_once"),
            models.CheckConstraint(
                name="evaluation_scheme_dates",
                condition=Q(valid_until__isnull=True) | Q(valid_from__lt=models.F("valid_until")),
                violation_error_message=_("A scheme ends after it starts."),
            ),
            ExclusionConstraint(
                name="evaluation_scheme_versions_do_not_overlap",
                expressions=[
                    ("code", RangeOperators.EQUAL),
                    (half_open("valid_from", "valid_until"), RangeOperators.OVERLAPS),
                ],
                condition=Q(status=SchemeStatus.PUBLISHED),
                violation_error_message=_("Another published version covers part of this time."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.version}"


class SchemeNode(Named):
    """A heading or an indicator in the tree of a scheme; leaves say how a value becomes points."""

    scheme = models.ForeignKey(
        Scheme, verbose_name=_("scheme"), on_delete=models.CASCADE, related_name="nodes"
    )
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    code = models.SlugField(_("code"), max_length=60)
    position = models.PositiveSmallIntegerField(_("position"))
    kind = models.CharField(_("kind"), max_length=10, choices=NodeKind.choices)
    indicator = models.ForeignKey(
        Indicator,
        verbose_name=_("indicator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="nodes",
    )
    weight = models.DecimalField(_("points"), max_digits=6, decimal_places=2)
    rule = models.JSONField(_("how the value becomes points"), default=dict, blank=True)

    objects = PublicRulesQuerySet.as_manager()

    class Meta:
        verbose_name = _("scheme node")
        verbose_name_plural = _("scheme nodes")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], name="evaluation_node_code_once"),
            models.CheckConstraint(
                name="evaluation_leaf_has_indicator",
                condition=Q(kind=NodeKind.GROUP, indicator__isnull=True)
                | (~Q(kind=NodeKind.GROUP) & Q(indicator__isnull=False)),
                violation_error_message=_("A heading has no indicator; everything else has one."),
            ),
            models.CheckConstraint(
                name="evaluation_weight_not_negative",
                condition=Q(weight__gte=0),
                violation_error_message=_("Points are not below zero."),
            ),
        ]
