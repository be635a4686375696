"""What is shared, by whom, and what was promised. Frozen together with its version."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative
from enterprises.models import Enterprise
from incubators.models import Incubator
from sharing.enums import CountedBy, SharingBase
from sharing.models.agreements import OfSharingQuerySet, SharingParty, SharingVersion, amount, percent


class OfVersionQuerySet(OfSharingQuerySet):
    path = "version__agreement"


class SharingTerm(models.Model):
    """One base: which part of it is shared, for which enterprises, for how many years.

    ``rate`` is percent of the part above ``threshold``; ``cap`` limits one enterprise in one year.
    ``holder`` is where the figure is counted and the money collected: he owes the others their shares.
    """

    version = models.ForeignKey(
        SharingVersion,
        verbose_name=_("terms of a sharing agreement"),
        on_delete=models.CASCADE,
        related_name="terms",
    )
    base = models.CharField(_("what is shared"), max_length=14, choices=SharingBase.choices)
    holder = models.ForeignKey(
        SharingParty,
        verbose_name=_("collected by"),
        on_delete=models.PROTECT,
        related_name="held_terms",
    )
    rate = percent(_("part that is shared (%)"))
    threshold = amount(_("counted above"), default=0)
    cap = amount(_("at most per enterprise and year"), null=True, blank=True)
    counted_by = models.CharField(
        _("enterprises counted"), max_length=6, choices=CountedBy.choices, default=CountedBy.LANDED
    )
    incubators: Any = models.ManyToManyField(
        Incubator, verbose_name=_("landed through"), blank=True, related_name="+"
    )
    enterprises: Any = models.ManyToManyField(
        Enterprise, verbose_name=_("enterprises on the list"), blank=True, related_name="sharing_terms"
    )
    landed_from = models.DateField(_("landed on or after"), null=True, blank=True)
    years_counted = models.PositiveSmallIntegerField(_("years from landing"), null=True, blank=True)
    remainder_to = models.ForeignKey(
        SharingParty,
        verbose_name=_("takes the remaining fen"),
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("term of a sharing agreement")
        verbose_name_plural = _("terms by base")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "base"],
                name="sharing_term_base_once",
                violation_error_message=_("Each base is shared once in a version."),
            ),
            models.CheckConstraint(
                name="sharing_term_rate",
                condition=Q(rate__gt=0, rate__lte=100),
                violation_error_message=_("The shared part is more than nothing and at most the whole."),
            ),
            not_negative("threshold", name="sharing_term_threshold_not_negative"),
            models.CheckConstraint(
                name="sharing_term_cap_positive",
                condition=Q(cap=None) | Q(cap__gt=0),
                violation_error_message=_("A ceiling lies above zero."),
            ),
            models.CheckConstraint(
                name="sharing_term_years",
                condition=Q(years_counted=None) | Q(years_counted__gte=1, years_counted__lte=50),
                violation_error_message=_("Count 1 to 50 years from landing."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version} · {self.get_base_display()}"


class OfTermQuerySet(OfSharingQuerySet):
    path = "term__version__agreement"


class SharingShare(models.Model):
    """What one party gets of a term. The shares of a term total 100% at each commit."""

    term = models.ForeignKey(
        SharingTerm,
        verbose_name=_("term of a sharing agreement"),
        on_delete=models.CASCADE,
        related_name="shares",
    )
    party = models.ForeignKey(
        SharingParty,
        verbose_name=_("party to a sharing agreement"),
        on_delete=models.PROTECT,
        related_name="shares",
    )
    percent = percent(_("share in %"))

    objects = OfTermQuerySet.as_manager()

    class Meta:
        verbose_name = _("agreed share")
        verbose_name_plural = _("agreed shares")
        constraints = [
            models.UniqueConstraint(
                fields=["term", "party"],
                name="sharing_share_once",
                violation_error_message=_("A party has one share of each base."),
            ),
            models.CheckConstraint(
                name="sharing_share_between_0_and_100",
                condition=Q(percent__gt=0, percent__lte=100),
                violation_error_message=_("A share is more than nothing and at most the whole."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.percent}%"


class SharingPromise(models.Model):
    """What one party expects to pay another for a year, as written in the agreement. A memo, not a claim."""

    version = models.ForeignKey(
        SharingVersion,
        verbose_name=_("terms of a sharing agreement"),
        on_delete=models.CASCADE,
        related_name="promises",
    )
    year = models.PositiveSmallIntegerField(_("year of the promise"))
    payer = models.ForeignKey(
        SharingParty, verbose_name=_("promised by"), on_delete=models.PROTECT, related_name="+"
    )
    payee = models.ForeignKey(
        SharingParty, verbose_name=_("promised to"), on_delete=models.PROTECT, related_name="+"
    )
    amount = amount(_("amount promised"))

    objects = OfVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("promised amount")
        verbose_name_plural = _("promised amounts")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "year", "payer", "payee"],
                name="sharing_promise_once",
                violation_error_message=_("This promise is written twice."),
            ),
            models.CheckConstraint(
                name="sharing_promise_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("A promised amount lies above zero."),
            ),
            models.CheckConstraint(
                name="sharing_promise_two_parties",
                condition=~Q(payer=F("payee")),
                violation_error_message=_("Nobody promises himself."),
            ),
            models.CheckConstraint(
                name="sharing_promise_year",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message=_("Enter a year between 2000 and 2100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.payer} → {self.payee}"
