"""What published sources say: agreements, processes, figures. Never mixed with tracked records."""

from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative
from core.enums import Currency, FigureStatus, Qualifier
from incubators.enums import FigureKind
from incubators.models.base import Named, Sourced
from incubators.models.places import Incubator, Organisation, OrganisationQuerySet, Park
from incubators.scope import Action, scope_of


class Agreement(Named, Sourced):
    """A published agreement, memorandum or signing. Its amount is a contract total, never paid-in money."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    kind = models.CharField(_("kind"), max_length=80)
    date_text = models.CharField(_("date"), max_length=60, blank=True, help_text=_("as the source dates it"))
    place = models.CharField(_("place"), max_length=120, blank=True)
    party_codes = ArrayField(models.CharField(max_length=80), verbose_name=_("parties"), default=list)
    count = models.PositiveIntegerField(_("number of agreements or projects"), null=True, blank=True)
    amount = models.DecimalField(_("contract amount"), max_digits=20, decimal_places=2, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    qualifier = models.CharField(
        _("qualifier"), max_length=12, choices=Qualifier.choices, default=Qualifier.UNKNOWN
    )
    details = models.JSONField(_("further statements of the source"), default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [not_negative("amount", name="incubators_agreement_amount_not_negative")]


class ReferenceProcess(Named, Sourced):
    """A process as a source describes it, step by step."""

    code = models.SlugField(_("code"), max_length=60, unique=True)
    owner_code = models.CharField(_("owner"), max_length=80, blank=True)
    steps = models.JSONField(_("steps"), default=list)
    notes = models.TextField(_("notes"), blank=True)
    details = models.JSONField(_("further statements of the source"), default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("reference process")
        verbose_name_plural = _("reference processes")


class ReportedFigureQuerySet(models.QuerySet["ReportedFigure"]):
    def visible_to(self, user: Any) -> Self:
        """Figures of an incubator belong to whoever may see the incubator; the others are public facts."""
        if not user.is_authenticated:
            return self.none()
        places = scope_of(user).places(Action.READ)
        return self.filter(
            Q(incubator__isnull=True) | places.filter(park="incubator__park", incubator="incubator")
        )


class ReportedFigure(Named, Sourced):
    """A number as a published source prints it: never summed, never mixed with tracked records."""

    code = models.SlugField(_("code"), max_length=80, unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=FigureKind.choices, default=FigureKind.FIGURE)
    entity_code = models.CharField(_("about"), max_length=80, blank=True)
    park = models.ForeignKey(
        Park, null=True, blank=True, on_delete=models.PROTECT, related_name="reported_figures"
    )
    incubator = models.ForeignKey(
        Incubator, null=True, blank=True, on_delete=models.PROTECT, related_name="reported_figures"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="reported_figures"
    )
    value = models.DecimalField(_("value"), max_digits=24, decimal_places=6, null=True, blank=True)
    value_text = models.CharField(_("value as text"), max_length=200, blank=True)
    unit = models.CharField(_("unit"), max_length=60, blank=True)
    qualifier = models.CharField(_("qualifier"), max_length=30, blank=True)
    period_text = models.CharField(_("period"), max_length=80, blank=True)
    growth = models.CharField(_("growth as printed"), max_length=80, blank=True)
    scope_text = models.CharField(_("scope"), max_length=200, blank=True)
    status = models.CharField(
        _("status"), max_length=12, choices=FigureStatus.choices, default=FigureStatus.REPORTED
    )
    note = models.TextField(_("note"), blank=True)
    details = models.JSONField(_("further statements of the source"), default=dict, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = ReportedFigureQuerySet.as_manager()

    class Meta:
        verbose_name = _("reported figure")
        verbose_name_plural = _("reported figures")
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="incubators_figure_search"),
            models.Index(fields=["entity_code"], name="incubators_figure_entity"),
        ]
