"""Money promised to somebody, for something, and the schedule by which it is paid."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import paired, second_person
from core.enums import Currency, Provenance
from ledger.enums import CommitmentState, CrossBorderKind, InstalmentState
from ledger.models.batches import PaymentBatch
from ledger.models.budgets import BankAccount, Budget
from ledger.models.places import OfCommitmentQuerySet, document, money, person


class CommitmentQuerySet(OfCommitmentQuerySet):
    path = ""


class Commitment(models.Model):
    """Money of one budget promised to one beneficiary.

    ``base`` says what it is for, such as ``rd_expense:2021``: two grants for the same thing are double
    funding. ``subject_kind`` and ``subject_id`` name the application, reward or fee of a higher app.
    The amounts are kept by the database as entries come in; they are never written by hand.
    """

    budget = models.ForeignKey(
        Budget, verbose_name=_("budget"), on_delete=models.PROTECT, related_name="commitments"
    )
    incubator = models.ForeignKey(
        "incubators.Incubator",
        verbose_name=_("incubator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="commitments",
    )
    enterprise = models.ForeignKey(
        "enterprises.Enterprise",
        verbose_name=_("enterprise"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="commitments",
    )
    project = models.ForeignKey(
        "projects.Project",
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="commitments",
    )
    organisation = models.ForeignKey(
        "incubators.Organisation",
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="commitments",
    )
    subject_kind = models.CharField(max_length=40, blank=True, editable=False)
    subject_id = models.BigIntegerField(null=True, blank=True, editable=False)
    reference = models.CharField(_("decision or file number"), max_length=120, blank=True)
    purpose = models.CharField(_("purpose of the money"), max_length=200)
    base = models.CharField(
        _("what it is for"),
        max_length=80,
        blank=True,
        help_text=_("a word and a year, such as rd_expense:2021; finds double funding"),
    )
    base_is_exclusive = models.BooleanField(editable=False, default=False)
    amount = money(_("committed amount"))
    paid_amount = money(_("paid so far"), default=0, editable=False)
    released_amount = money(_("given back"), default=0, editable=False)
    clawed_amount = money(_("clawed back"), default=0, editable=False)
    state = models.CharField(
        _("state of the commitment"),
        max_length=8,
        choices=CommitmentState.choices,
        default=CommitmentState.OPEN,
        editable=False,
    )
    submitted_on = models.DateField(_("applied for on"), null=True, blank=True)
    on = models.DateField(_("committed on"))
    provenance = models.CharField(
        _("provenance"), max_length=14, choices=Provenance.choices, default=Provenance.RECORDED
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(_("created"))
    created_by = person(_("committed by"))
    updated_at = models.DateTimeField(_("changed"))

    objects = CommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("commitment")
        verbose_name_plural = _("commitments")
        constraints = [
            models.CheckConstraint(
                name="ledger_commitment_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("A commitment lies above zero."),
            ),
            models.CheckConstraint(
                name="ledger_commitment_has_beneficiary",
                condition=Q(enterprise__isnull=False)
                | Q(project__isnull=False)
                | Q(organisation__isnull=False),
                violation_error_message=_("Say who gets the money."),
            ),
            models.CheckConstraint(
                name="ledger_commitment_not_overpaid",
                condition=Q(
                    paid_amount__gte=0,
                    released_amount__gte=0,
                    amount__gte=F("paid_amount") + F("released_amount"),
                ),
                violation_error_message=_("More would be paid or given back than was committed."),
            ),
            models.CheckConstraint(
                name="ledger_commitment_clawback_within_paid",
                condition=Q(clawed_amount__gte=0, clawed_amount__lte=F("paid_amount")),
                violation_error_message=_("No more can be clawed back than was paid."),
            ),
            models.CheckConstraint(
                name="ledger_commitment_state",
                condition=Q(state="open", amount__gt=F("paid_amount") + F("released_amount"))
                | Q(state="released", released_amount=F("amount"))
                | Q(
                    state="closed",
                    paid_amount__gt=0,
                    amount=F("paid_amount") + F("released_amount"),
                ),
                violation_error_message=_("The state of a commitment does not fit its amounts."),
            ),
        ]
        indexes = [
            models.Index(fields=["base"], condition=~Q(base=""), name="ledger_commitment_base"),
            models.Index(fields=["subject_kind", "subject_id"], name="ledger_commitment_subject"),
            models.Index(fields=["updated_at", "id"], name="ledger_commitment_pull"),
        ]

    def __str__(self) -> str:
        return f"{self.beneficiary} · {self.purpose}"

    @property
    def beneficiary(self) -> Any:
        """Who gets the money: the firm where there is one, else the project or the organisation."""
        return self.enterprise or self.project or self.organisation

    @property
    def open_amount(self) -> Any:
        """Promised and neither paid nor given back."""
        return self.amount - self.paid_amount - self.released_amount

    @property
    def park_id(self) -> int:
        return self.budget.park_id

    @property
    def chain(self) -> str:
        return self.incubator.chain if self.incubator else self.budget.park.chain


class Instalment(models.Model):
    """One payment of a commitment: when, on which condition, to which account, and how far it has come."""

    commitment = models.ForeignKey(
        Commitment, verbose_name=_("commitment"), on_delete=models.PROTECT, related_name="instalments"
    )
    number = models.PositiveSmallIntegerField(_("instalment number"))
    amount = money(_("amount"))
    condition = models.CharField(_("condition for payment"), max_length=300, blank=True)
    due_on = models.DateField(_("due for payment"))
    state = models.CharField(
        _("state of the payment"),
        max_length=8,
        choices=InstalmentState.choices,
        default=InstalmentState.PLANNED,
        editable=False,
    )
    evidence = document(_("proof of the condition"))
    claimed_at = models.DateTimeField(_("reported"), null=True, blank=True)
    claimed_by = person(_("reported by"))
    verified_at = models.DateTimeField(_("verified"), null=True, blank=True)
    verified_by = person(_("verified by"))
    remark = models.CharField(_("why the report was sent back"), max_length=300, blank=True)
    account = models.ForeignKey(
        BankAccount,
        verbose_name=_("bank account"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="instalments",
    )
    is_cross_border = models.BooleanField(_("payment across a border"), default=False)
    pay_currency = models.CharField(_("currency of payment"), max_length=3, choices=Currency.choices)
    pay_amount = money(_("amount in that currency"), null=True, blank=True)
    pay_rate = models.DecimalField(_("rate used"), max_digits=18, decimal_places=8, null=True, blank=True)
    pay_rate_on = models.DateField(_("rate of the day"), null=True, blank=True)
    batch = models.ForeignKey(
        PaymentBatch,
        verbose_name=_("payment batch"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="instalments",
    )
    sent_on = models.DateField(_("sent on"), null=True, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    bounced_on = models.DateField(_("came back on"), null=True, blank=True)
    bounce_reason = models.CharField(_("why it came back"), max_length=300, blank=True)
    bounces = models.PositiveSmallIntegerField(default=0, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    updated_at = models.DateTimeField(_("changed"))

    objects = OfCommitmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(
                fields=["commitment", "number"],
                name="ledger_instalment_once",
                violation_error_message=_("The schedule already has an instalment with this number."),
            ),
            models.CheckConstraint(
                name="ledger_instalment_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("An instalment lies above zero."),
            ),
            paired("claimed_at", "claimed_by", name="ledger_instalment_claimed_pair"),
            paired("verified_at", "verified_by", name="ledger_instalment_verified_pair"),
            second_person("claimed_by", "verified_by", name="ledger_instalment_second_person"),
            models.CheckConstraint(
                name="ledger_instalment_state",
                condition=Q(state="planned", claimed_at=None, verified_at=None, batch=None)
                | Q(state="claimed", claimed_at__isnull=False, verified_at=None, batch=None)
                | Q(
                    state__in=["ready", "bounced"],
                    claimed_at__isnull=False,
                    verified_at__isnull=False,
                    batch=None,
                )
                | Q(state="batched", verified_at__isnull=False, batch__isnull=False)
                | Q(
                    state="sent",
                    verified_at__isnull=False,
                    batch__isnull=False,
                    sent_on__isnull=False,
                )
                | Q(
                    state="received",
                    verified_at__isnull=False,
                    batch__isnull=False,
                    sent_on__isnull=False,
                    received_on__isnull=False,
                ),
                violation_error_message=_("The state of a payment and its steps do not fit."),
            ),
            models.CheckConstraint(
                name="ledger_instalment_rate_whole",
                condition=Q(pay_amount=None, pay_rate=None, pay_rate_on=None, batch=None)
                | Q(
                    pay_amount__gt=0,
                    pay_rate__gt=0,
                    pay_rate_on__isnull=False,
                    account__isnull=False,
                    batch__isnull=False,
                ),
                violation_error_message=_(
                    "A payment in a batch has an account, an amount in its currency, a rate and its day."
                ),
            ),
            models.CheckConstraint(
                name="ledger_instalment_dates",
                condition=Q(received_on=None) | Q(sent_on=None) | Q(received_on__gte=F("sent_on")),
                violation_error_message=_("Money is received on the day it is sent or later."),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on", "id"], name="ledger_instalment_due"),
            models.Index(fields=["state", "due_on"], name="ledger_instalment_state_due"),
        ]

    def __str__(self) -> str:
        return f"{self.commitment} · {self.number}"

    @property
    def payment_reference(self) -> str:
        """What the bank is told and answers with: the commitment and the number of the instalment."""
        return f"C{self.commitment_id:06d}-{self.number}"

    @property
    def chain(self) -> str:
        return self.commitment.chain


class OfInstalmentQuerySet(OfCommitmentQuerySet):
    path = "instalment__commitment__"


class CrossBorderStep(models.Model):
    """One step of a payment across a border, with the document that proves it."""

    instalment = models.ForeignKey(
        Instalment, verbose_name=_("instalment"), on_delete=models.PROTECT, related_name="steps"
    )
    kind = models.CharField(_("step abroad"), max_length=10, choices=CrossBorderKind.choices)
    on = models.DateField(_("done on"))
    number = models.CharField(_("registration or transfer number"), max_length=80, blank=True)
    evidence = models.ForeignKey(
        "evidence.EvidenceFile",
        verbose_name=_("document of the step"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    entered_at = models.DateTimeField(_("entered"))
    entered_by = person(_("entered by"))

    objects = OfInstalmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("step of a payment abroad")
        verbose_name_plural = _("steps of payments abroad")
        constraints = [
            models.UniqueConstraint(
                fields=["instalment", "kind"],
                name="ledger_step_once",
                violation_error_message=_("This step is already recorded."),
            ),
            models.CheckConstraint(
                name="ledger_step_known",
                condition=Q(kind__in=CrossBorderKind.values),
                violation_error_message=_("This is not a step of a payment abroad."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instalment} · {self.get_kind_display()}"
