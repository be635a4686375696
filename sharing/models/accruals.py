"""What accrued for a year: a computation from verified figures, with its inputs and its digest."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative
from enterprises.models import Enterprise
from incubators.scope import Action, scope_of
from sharing.models.agreements import (
    OfSharingQuerySet,
    SharingAgreement,
    SharingVersion,
    amount,
    percent,
    person,
)
from sharing.models.terms import SharingTerm


class SharingAccrual(models.Model):
    """One computation of one year. A later one of other inputs books the difference; none is ever changed.

    ``positions`` says in fen-exact text what each party is owed (above zero) or owes in the whole year, by
    the party's id; ``missing`` lists what counts but has no verified figure.
    """

    agreement = models.ForeignKey(
        SharingAgreement,
        verbose_name=_("sharing agreement"),
        on_delete=models.PROTECT,
        related_name="accruals",
    )
    version = models.ForeignKey(
        SharingVersion,
        verbose_name=_("terms of a sharing agreement"),
        on_delete=models.PROTECT,
        related_name="accruals",
    )
    year = models.PositiveSmallIntegerField(_("year of the figures"))
    number = models.PositiveSmallIntegerField(_("computation number"))
    tail_year = models.PositiveSmallIntegerField(_("year after expiry"), default=0)
    total = amount(_("shared in all"))
    positions = models.JSONField(_("positions of the parties"), default=dict, blank=True)
    missing = models.JSONField(_("without a verified figure"), default=list, blank=True)
    digest = models.CharField(_("digest of the inputs"), max_length=64)
    computed_at = models.DateTimeField(_("computed at"))
    computed_by = person(_("computed by"))

    objects = OfSharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("computation of shares")
        verbose_name_plural = _("computations of shares")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "year", "number"],
                name="sharing_accrual_number_once",
                violation_error_message=_("This year was computed by somebody else just now."),
            ),
            models.CheckConstraint(
                name="sharing_accrual_year",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("Enter a year between 2000 and 2100."),
            ),
            not_negative("total", name="sharing_accrual_not_negative"),
        ]
        indexes = [models.Index(fields=["computed_at", "id"], name="sharing_accrual_pull")]

    def __str__(self) -> str:
        return f"{self.agreement} {self.year}-{self.number}"

    @property
    def chain(self) -> str:
        return self.agreement.chain


class SharingLineQuerySet(OfSharingQuerySet):
    path = "accrual__agreement"

    def visible_to(self, user: Any) -> Self:
        """Of the agreements one may read, the enterprises one may read: sums are for all, figures are not."""
        own = (
            scope_of(user)
            .places(Action.READ)
            .filter(park="enterprise__park", incubator="enterprise__incubator")
        )
        return super().visible_to(user).filter(own)


class SharingLine(models.Model):
    """One enterprise and base of a computation: the figure, who verified it, and how it was divided."""

    accrual = models.ForeignKey(
        SharingAccrual,
        verbose_name=_("computation of shares"),
        on_delete=models.PROTECT,
        related_name="lines",
    )
    term = models.ForeignKey(
        SharingTerm,
        verbose_name=_("term of a sharing agreement"),
        on_delete=models.PROTECT,
        related_name="lines",
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.PROTECT, related_name="sharing_lines"
    )
    landed_on = models.DateField(_("landing day"), null=True, blank=True)
    figure_id = models.BigIntegerField(_("yearly figures used"))
    figure = amount(_("verified figure"))
    verified_at = models.DateTimeField(_("verification of the figure"))
    verifier = models.CharField(_("who verified the figure"), max_length=150)
    rate = percent(_("rate applied (%)"))
    is_capped = models.BooleanField(_("stopped by the ceiling"), default=False)
    amount = amount(_("shared amount"))
    shares = models.JSONField(_("divided by party"), default=dict)

    objects = SharingLineQuerySet.as_manager()

    class Meta:
        verbose_name = _("line of a computation")
        verbose_name_plural = _("lines of computations")
        constraints = [
            models.UniqueConstraint(
                fields=["accrual", "term", "enterprise"],
                name="sharing_line_once",
                violation_error_message=_("An enterprise counts once for each base."),
            ),
            models.CheckConstraint(
                name="sharing_line_within_figure",
                condition=Q(amount__gte=0, amount__lte=models.F("figure")),
                violation_error_message=_("No more is shared than the figure itself."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.amount}"
