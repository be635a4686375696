"""Bids for a challenge. The offer itself lies in a row of its own, which nobody reads before the deadline."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contests.enums import BidState
from contests.models.challenges import Challenge
from contests.models.places import person, provenance, read_in_place
from enterprises.models import Enterprise
from incubators.models import Incubator, Organisation
from projects.models import Project


class BidQuerySet(models.QuerySet["Bid"]):
    def visible_to(self, user: Any) -> Self:
        """That a bid is there: the park's own people, and the operator whose team it is."""
        return self.filter(read_in_place(user, "challenge__park", "incubator"))


class Bid(models.Model):
    """Who bids. Without price and proposal: those are in ``SealedOffer``."""

    challenge = models.ForeignKey(
        Challenge, verbose_name=_("challenge"), on_delete=models.PROTECT, related_name="bids"
    )
    incubator = models.ForeignKey(
        Incubator,
        verbose_name=_("incubator of the team"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    number = models.PositiveIntegerField(_("number"), editable=False)
    enterprise = models.ForeignKey(
        Enterprise,
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bids",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bids",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="bids",
    )
    outside_name = models.CharField(_("team that is not recorded here"), max_length=200, blank=True)
    state = models.CharField(
        _("state of the bid"),
        max_length=12,
        choices=BidState.choices,
        default=BidState.SUBMITTED,
        editable=False,
    )
    provenance = provenance()
    version = models.PositiveIntegerField(default=1, editable=False)
    submitted_at = models.DateTimeField(_("submitted"))
    submitted_by = person(_("submitted by"))
    updated_at = models.DateTimeField(_("changed"))

    objects = BidQuerySet.as_manager()

    class Meta:
        verbose_name = _("bid")
        verbose_name_plural = _("bids")
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "number"],
                name="contests_bid_number_once",
                violation_error_message=_("Another bid has this number. Send it again."),
            ),
            models.CheckConstraint(
                name="contests_bid_somebody",
                condition=Q(enterprise__isnull=False)
                | Q(project__isnull=False)
                | Q(organisation__isnull=False)
                | ~Q(outside_name=""),
                violation_error_message=_("Say who bids."),
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="contests_bids_pull")]

    def __str__(self) -> str:
        return f"{self.number:02d} {self.bidder}"

    @property
    def bidder(self) -> str:
        for record in (self.enterprise, self.project, self.organisation):
            if record is not None:
                return str(record.name)
        return self.outside_name

    @property
    def park_id(self) -> int:
        return self.challenge.park_id

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.challenge.chain


class SealedOfferQuerySet(models.QuerySet["SealedOffer"]):
    def visible_to(self, user: Any) -> Self:
        """Nobody's before the deadline has passed, whatever his role; then of whoever sees the bid."""
        opened = Q(bid__challenge__bids_until__lt=timezone.localdate())
        return self.filter(opened & read_in_place(user, "bid__challenge__park", "bid__incubator"))


class SealedOffer(models.Model):
    """Price, time and proposal of a bid. Their ``sha256`` stands in the history from the first moment, so
    that nothing can be exchanged while it is sealed; ``salt`` is in it, so that nobody finds the price by
    hashing one price after the other."""

    bid = models.OneToOneField(Bid, on_delete=models.CASCADE, related_name="offer")
    price = models.DecimalField(_("price asked"), max_digits=18, decimal_places=2)
    months = models.PositiveSmallIntegerField(_("months needed"))
    proposal = models.TextField(_("proposed solution"))
    salt = models.CharField(max_length=32, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, editable=False)

    objects = SealedOfferQuerySet.as_manager()

    class Meta:
        verbose_name = _("sealed offer")
        verbose_name_plural = _("sealed offers")
        constraints = [
            models.CheckConstraint(
                name="contests_offer_counts",
                condition=Q(price__gte=0, months__gte=1, months__lte=120),
                violation_error_message=_("A bid states a price from zero and 1 to 120 months."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.bid_id}"
