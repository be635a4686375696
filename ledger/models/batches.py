"""Payments that go to the bank together, and what the bank answered."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person
from core.enums import Currency
from incubators.models import Park
from ledger.enums import BatchState
from ledger.models.budgets import Budget
from ledger.models.places import ParkMoneyQuerySet, person


class PaymentBatch(models.Model):
    """One list for the bank: made by one person, checked by another, then frozen and sent."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="payment_batches"
    )
    budget = models.ForeignKey(
        Budget,
        verbose_name=_("budget"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="batches",
        help_text=_("empty: payments of all budgets of the park"),
    )
    number = models.CharField(_("batch number"), max_length=24)
    title = models.CharField(_("title of the batch"), max_length=160, blank=True)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    state = models.CharField(
        _("state of the batch"), max_length=8, choices=BatchState.choices, default=BatchState.DRAFT
    )
    made_at = models.DateTimeField(_("put together"))
    made_by = person(_("put together by"))
    checked_at = models.DateTimeField(_("checked"), null=True, blank=True)
    checked_by = person(_("checked by"))
    list_sha256 = models.CharField(_("digest of the payment list"), max_length=64, blank=True)
    sent_at = models.DateTimeField(_("handed over"), null=True, blank=True)
    sent_by = person(_("handed over by"))
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = ParkMoneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("payment batch")
        verbose_name_plural = _("payment batches")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "number"],
                name="ledger_batch_number_once",
                violation_error_message=_("There is already a batch with this number."),
            ),
            paired("checked_at", "checked_by", name="ledger_batch_checked_pair"),
            paired("sent_at", "sent_by", name="ledger_batch_sent_pair"),
            second_person("made_by", "checked_by", name="ledger_batch_second_person"),
            models.CheckConstraint(
                name="ledger_batch_state",
                condition=Q(state="draft", checked_at=None, sent_at=None, list_sha256="")
                | (Q(state="checked", checked_at__isnull=False, sent_at=None) & ~Q(list_sha256=""))
                | (
                    Q(state__in=["sent", "closed"], checked_at__isnull=False, sent_at__isnull=False)
                    & ~Q(list_sha256="")
                ),
                violation_error_message=_("The state of a batch and the people who acted do not fit."),
            ),
        ]
        indexes = [models.Index(fields=["made_at", "id"], name="ledger_batch_newest")]

    def __str__(self) -> str:
        return self.number

    @property
    def chain(self) -> str:
        return self.park.chain


class BankResult(models.Model):
    """One answer of the bank, read from its file; the same file again changes nothing."""

    park = models.ForeignKey(
        Park, verbose_name=_("park"), on_delete=models.PROTECT, related_name="bank_results"
    )
    name = models.CharField(_("file name"), max_length=255)
    sha256 = models.CharField(_("SHA-256"), max_length=64)
    paid = models.PositiveIntegerField(_("payments confirmed"), default=0)
    failed = models.PositiveIntegerField(_("payments that failed"), default=0)
    unchanged = models.PositiveIntegerField(_("rows known before"), default=0)
    problems = models.JSONField(_("rows not understood"), default=list, blank=True)
    read_at = models.DateTimeField(_("read at"))
    read_by = person(_("read by"))

    objects = ParkMoneyQuerySet.as_manager()

    class Meta:
        verbose_name = _("answer of the bank")
        verbose_name_plural = _("answers of the bank")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "sha256"],
                name="ledger_bank_result_once",
                violation_error_message=_("This file of the bank was already read."),
            )
        ]

    def __str__(self) -> str:
        return self.name
