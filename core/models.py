"""Records that belong to no tenant alone: history, rates, idempotency keys, tombstones, drafts."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.enums import Currency


class HistoryHead(models.Model):
    """The end of one tamper-evident chain; its row is locked while a link is added."""

    chain = models.CharField(max_length=80, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        verbose_name = _("history chain")
        verbose_name_plural = _("history chains")

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence}"


class HistoryEntry(models.Model):
    """One change of a record that counts, linked to the one before by its hash. Append only."""

    chain = models.CharField(max_length=80)
    sequence = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=150, help_text=_("user name, or “system”"))
    action = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    subject_label = models.CharField(max_length=300, blank=True)
    changes = models.JSONField(default=dict)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        constraints = [
            models.UniqueConstraint(fields=["chain", "sequence"], name="core_history_one_entry_per_link"),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "sequence"], name="core_history_subject")
        ]

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence} {self.action}"


class ExchangeRate(models.Model):
    """Units of ``to_currency`` for one unit of ``currency`` from ``on`` until the next dated rate."""

    currency = models.CharField(max_length=3, choices=Currency.choices)
    to_currency = models.CharField(max_length=3, choices=Currency.choices, default=Currency.CNY)
    on = models.DateField()
    rate = models.DecimalField(max_digits=18, decimal_places=8)
    source = models.CharField(max_length=200)

    class Meta:
        verbose_name = _("exchange rate")
        verbose_name_plural = _("exchange rates")
        constraints = [
            models.UniqueConstraint(
                fields=["currency", "to_currency", "on"],
                name="core_rate_one_per_day",
                violation_error_message=_("There is already a rate for this pair of currencies on this day."),
            ),
            models.CheckConstraint(
                name="core_rate_positive",
                condition=Q(rate__gt=0),
                violation_error_message=_("A rate is above zero."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency}→{self.to_currency} {self.on}"


class IdempotencyKey(models.Model):
    """The answer to a write that a client may repeat with the same key."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    method = models.CharField(max_length=8)
    path = models.CharField(max_length=300)
    request_sha256 = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.BinaryField(default=b"")
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        constraints = [
            models.UniqueConstraint(fields=["user", "key"], name="core_idempotency_one_answer_per_key"),
        ]
        indexes = [models.Index(fields=["created_at"], name="core_idempotency_age")]

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.key}"


class Tombstone(models.Model):
    """What is left of a deleted record, so that incremental pulls learn of the deletion."""

    kind = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    park_id = models.BigIntegerField(null=True)
    incubator_id = models.BigIntegerField(null=True)
    deleted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("tombstone")
        verbose_name_plural = _("tombstones")
        constraints = [
            models.UniqueConstraint(fields=["kind", "record_id"], name="core_tombstone_once_per_record"),
        ]
        indexes = [models.Index(fields=["kind", "deleted_at", "record_id"], name="core_tombstone_pull")]

    def __str__(self) -> str:
        return f"{self.kind} {self.record_id}"


class Draft(models.Model):
    """What a person typed into a form and has not sent yet; kept through lost lines and sign-outs."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=120, help_text=_("which form, and for which record"))
    data = models.JSONField(default=dict)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        constraints = [
            models.UniqueConstraint(fields=["user", "form"], name="core_draft_one_per_form"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.form}"
