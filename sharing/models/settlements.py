"""Payments between parties, and shares that a party says it cannot honour."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person
from sharing.enums import SettlementKind, SettlementState
from sharing.models.agreements import OfSharingQuerySet, SharingAgreement, SharingParty, amount, paper, person


class SharingSettlement(models.Model):
    """Money that went from one party to another for a year, or two claims set against one another.

    A netting needs no money: what the payer owes for ``year`` is set against what the payee owes him for
    ``counter_year``.
    """

    agreement = models.ForeignKey(
        SharingAgreement,
        verbose_name=_("sharing agreement"),
        on_delete=models.PROTECT,
        related_name="settlements",
    )
    kind = models.CharField(
        _("kind of settlement"),
        max_length=8,
        choices=SettlementKind.choices,
        default=SettlementKind.PAYMENT,
    )
    year = models.PositiveSmallIntegerField(_("for the year"))
    counter_year = models.PositiveSmallIntegerField(_("against the year"), null=True, blank=True)
    payer = models.ForeignKey(
        SharingParty, verbose_name=_("paying party"), on_delete=models.PROTECT, related_name="+"
    )
    payee = models.ForeignKey(
        SharingParty, verbose_name=_("receiving party"), on_delete=models.PROTECT, related_name="+"
    )
    amount = amount(_("settled amount"))
    on = models.DateField(_("day of the settlement"))
    reference = models.CharField(_("bank or file reference"), max_length=120, blank=True)
    evidence = paper(_("proof of the settlement"))
    key = models.CharField(_("idempotency key"), max_length=120)
    state = models.CharField(
        _("state of the settlement"),
        max_length=9,
        choices=SettlementState.choices,
        default=SettlementState.REPORTED,
    )
    recorded_at = models.DateTimeField(_("settlement entered"))
    recorded_by = person(_("settlement entered by"))
    confirmed_at = models.DateTimeField(_("settlement confirmed at"), null=True, blank=True)
    confirmed_by = person(_("settlement confirmed by"))
    remark = models.CharField(_("why it does not stand"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfSharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement of shares")
        verbose_name_plural = _("settlements of shares")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "key"],
                name="sharing_settlement_key_once",
                violation_error_message=_("This was booked before under the same key."),
            ),
            models.CheckConstraint(
                name="sharing_settlement_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("A settlement lies above zero."),
            ),
            models.CheckConstraint(
                name="sharing_settlement_two_parties",
                condition=~Q(payer=F("payee")),
                violation_error_message=_("Nobody settles with himself."),
            ),
            models.CheckConstraint(
                name="sharing_settlement_kind_fits",
                condition=Q(kind="payment", counter_year=None)
                | (Q(kind="netting", counter_year__isnull=False) & ~Q(counter_year=F("year"))),
                violation_error_message=_("A netting names another year to set against; a payment does not."),
            ),
            paired("confirmed_at", "confirmed_by", name="sharing_settlement_confirmed_pair"),
            second_person("recorded_by", "confirmed_by", name="sharing_settlement_second_person"),
            models.CheckConstraint(
                name="sharing_settlement_state",
                condition=Q(state="reported", confirmed_at=None)
                | (Q(state="returned", confirmed_at=None) & ~Q(remark=""))
                | Q(state="confirmed", confirmed_at__isnull=False)
                | (Q(state="reversed", confirmed_at__isnull=False) & ~Q(remark="")),
                violation_error_message=_("The state of a settlement and the people who acted do not fit."),
            ),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="sharing_settlement_pull")]

    def __str__(self) -> str:
        return f"{self.year} {self.payer} → {self.payee} {self.amount}"

    @property
    def chain(self) -> str:
        return self.agreement.chain


class SharingDispute(models.Model):
    """A party cannot honour its share of a year: why, and what came of it. What is booked stays booked."""

    agreement = models.ForeignKey(
        SharingAgreement,
        verbose_name=_("sharing agreement"),
        on_delete=models.PROTECT,
        related_name="disputes",
    )
    party = models.ForeignKey(
        SharingParty,
        verbose_name=_("party to a sharing agreement"),
        on_delete=models.PROTECT,
        related_name="disputes",
    )
    year = models.PositiveSmallIntegerField(_("year of the figures"))
    reason = models.CharField(_("why it cannot be honoured"), max_length=300)
    reported_at = models.DateTimeField(_("said on"))
    reported_by = person(_("said by"))
    resolution = models.CharField(_("how it was resolved"), max_length=300, blank=True)
    resolved_at = models.DateTimeField(_("resolved on"), null=True, blank=True)
    resolved_by = person(_("resolved by"))

    objects = OfSharingQuerySet.as_manager()

    class Meta:
        verbose_name = _("disputed share")
        verbose_name_plural = _("disputed shares")
        constraints = [
            models.UniqueConstraint(
                fields=["party", "year"],
                condition=Q(resolved_at=None),
                name="sharing_dispute_open_once",
                violation_error_message=_("This share is already disputed."),
            ),
            models.CheckConstraint(
                name="sharing_dispute_has_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say why the share cannot be honoured."),
            ),
            paired("resolved_at", "resolved_by", name="sharing_dispute_resolved_pair"),
            second_person("reported_by", "resolved_by", name="sharing_dispute_second_person"),
            models.CheckConstraint(
                name="sharing_dispute_resolved_with_words",
                condition=Q(resolved_at=None, resolution="")
                | (Q(resolved_at__isnull=False) & ~Q(resolution="")),
                violation_error_message=_("Say how the dispute was resolved."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.year}"

    @property
    def chain(self) -> str:
        return self.agreement.chain
