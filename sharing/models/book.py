"""The book of an agreement: an account per party and year, entries, postings. Only ever added to.

``accrued`` is what a party is owed (above zero) or owes (below zero) for a year, ``settled`` what it received
or paid; open is the difference. Each side of each year sums to zero over the parties at every moment.
"""

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sharing.enums import PostingSide, SharingEntryKind
from sharing.models.accruals import SharingAccrual
from sharing.models.agreements import OfSharingQuerySet, SharingAgreement, SharingParty, amount, person
from sharing.models.settlements import SharingSettlement


class SharingAccount(models.Model):
    """One party in one year. Both balances are kept by the database as postings come in."""

    agreement = models.ForeignKey(
        SharingAgreement,
        verbose_name=_("sharing agreement"),
        on_delete=models.PROTECT,
        related_name="accounts",
    )
    party = models.ForeignKey(
        SharingParty,
        verbose_name=_("party to a sharing agreement"),
        on_delete=models.PROTECT,
        related_name="accounts",
    )
    year = models.PositiveSmallIntegerField(_("year of the figures"))
    accrued = amount(_("accrued balance"), default=0, editable=False)
    settled = amount(_("settled balance"), default=0, editable=False)

    objects = OfSharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("account of a party")
        verbose_name_plural = _("accounts of parties")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "year"],
                name="sharing_account_once",
                violation_error_message=_("A party has one account a year."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.year}"

    @property
    def open(self) -> Decimal:
        return Decimal(self.accrued - self.settled)


class SharingEntry(models.Model):
    """One booking. ``key`` makes a retry find the entry that is there."""

    agreement = models.ForeignKey(
        SharingAgreement,
        verbose_name=_("sharing agreement"),
        on_delete=models.PROTECT,
        related_name="entries",
    )
    kind = models.CharField(_("kind of booking"), max_length=10, choices=SharingEntryKind.choices)
    on = models.DateField(_("day of the booking"))
    description = models.CharField(_("text of the booking"), max_length=300)
    key = models.CharField(_("idempotency key"), max_length=120)
    content_sha256 = models.CharField(max_length=64, editable=False)
    accrual = models.OneToOneField(
        SharingAccrual,
        verbose_name=_("computation of shares"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entry",
    )
    settlement = models.ForeignKey(
        SharingSettlement,
        verbose_name=_("settlement of shares"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="entries",
    )
    at = models.DateTimeField(_("booked at"))
    by = person(_("booked by"))

    objects = OfSharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("booking of shares")
        verbose_name_plural = _("bookings of shares")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "key"],
                name="sharing_entry_key_once",
                violation_error_message=_("This was booked before under the same key."),
            ),
            models.UniqueConstraint(
                fields=["settlement", "kind"],
                name="sharing_settlement_booked_once",
                violation_error_message=_("A settlement is booked once and taken back once."),
            ),
            models.CheckConstraint(
                name="sharing_entry_kind_fits",
                condition=Q(kind="accrual", accrual__isnull=False, settlement=None)
                | Q(kind__in=["settlement", "reversal"], accrual=None, settlement__isnull=False),
                violation_error_message=_("This kind of booking asks for other particulars."),
            ),
            models.CheckConstraint(
                name="sharing_entry_says_why",
                condition=~Q(description="") & ~Q(key=""),
                violation_error_message=_("A booking has a text and a key."),
            ),
        ]
        indexes = [models.Index(fields=["at", "id"], name="sharing_entry_pull")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.on}"


class OfSharingEntryQuerySet(OfSharingQuerySet):
    path = "entry__agreement"


class SharingPosting(models.Model):
    entry = models.ForeignKey(
        SharingEntry, verbose_name=_("booking of shares"), on_delete=models.PROTECT, related_name="postings"
    )
    account = models.ForeignKey(
        SharingAccount,
        verbose_name=_("account of a party"),
        on_delete=models.PROTECT,
        related_name="postings",
    )
    side = models.CharField(_("side of the account"), max_length=7, choices=PostingSide.choices)
    amount = amount(_("posted amount"))

    objects = OfSharingEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("posting of shares")
        verbose_name_plural = _("postings of shares")
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "account"],
                name="sharing_posting_once",
                violation_error_message=_("An entry touches an account once."),
            ),
            models.CheckConstraint(
                name="sharing_posting_not_zero",
                condition=~Q(amount=0),
                violation_error_message=_("A posting is not zero."),
            ),
            models.CheckConstraint(
                name="sharing_posting_side_known",
                condition=Q(side__in=PostingSide.values),
                violation_error_message=_("This is not a side of an account."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
