"""Money from investors and banks: rounds, loans, whitelists and shared risks. Results only, no banking."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.constraints import not_negative, ordered
from core.enums import Currency
from enterprises.enums import FinancingRound, Guarantee
from enterprises.models.companies import (
    Enterprise,
    OfEnterprise,
    OfEnterpriseQuerySet,
    evidence_field,
    second_look,
)
from incubators.models import Returnable, half_open


class FinancingEvent(OfEnterprise, Returnable):
    """Equity that reached an enterprise on a day, in the currency in which it was paid."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="financing_events"
    )
    round = models.CharField(_("round"), max_length=10, choices=FinancingRound.choices)
    on = models.DateField(_("received on"))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    investors = models.CharField(_("investors"), max_length=300, blank=True)
    event_name = models.CharField(
        _("matchmaking event"), max_length=160, blank=True, help_text=_("where the parties met")
    )
    evidence = evidence_field("financing_events")

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("financing event")
        verbose_name_plural = _("financing events")
        constraints = [
            models.CheckConstraint(
                name="enterprises_financing_amount_positive",
                condition=Q(amount__gt=0),
                violation_error_message=_("An amount received lies above zero."),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "round", "on", "amount", "currency", "investors"],
                name="enterprises_financing_once",
                violation_error_message=_("This financing is already recorded."),
            ),
            *second_look("financing"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} {self.get_round_display()}"


class Loan(OfEnterprise, Returnable):
    """A credit line of a bank and how much of it is drawn."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="loans"
    )
    bank = models.CharField(_("bank"), max_length=160)
    product = models.CharField(_("product"), max_length=120, blank=True)
    line_amount = models.DecimalField(_("credit line"), max_digits=18, decimal_places=2)
    drawn_amount = models.DecimalField(_("drawn"), max_digits=18, decimal_places=2, default=0)
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    rate_percent = models.DecimalField(
        _("yearly rate (%)"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    guarantee = models.CharField(_("security"), max_length=12, choices=Guarantee.choices)
    event_name = models.CharField(
        _("matchmaking event"), max_length=160, blank=True, help_text=_("where the parties met")
    )
    evidence = evidence_field("loans")

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        constraints = [
            models.CheckConstraint(
                name="enterprises_loan_line_positive",
                condition=Q(line_amount__gt=0),
                violation_error_message=_("A credit line lies above zero."),
            ),
            models.CheckConstraint(
                name="enterprises_loan_drawn_within_line",
                condition=Q(drawn_amount__gte=0, drawn_amount__lte=F("line_amount")),
                violation_error_message=_("What is drawn lies between zero and the credit line."),
            ),
            models.CheckConstraint(
                name="enterprises_loan_rate",
                condition=Q(rate_percent__isnull=True) | Q(rate_percent__gte=0, rate_percent__lte=100),
                violation_error_message=_("A yearly rate lies between 0% and 100%."),
            ),
            models.CheckConstraint(
                name="enterprises_loan_dates",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gt=F("starts_on")),
                violation_error_message=_("A loan ends after it starts."),
            ),
            models.UniqueConstraint(
                fields=["enterprise", "bank", "product", "starts_on", "line_amount", "currency"],
                name="enterprises_loan_once",
                violation_error_message=_("This loan is already recorded."),
            ),
            *second_look("loan"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.product}".strip()


class WhitelistEntry(OfEnterprise, Returnable):
    """An enterprise on a list that banks and funds look at, for a time."""

    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="whitelist_entries"
    )
    list_name = models.CharField(_("list"), max_length=120)
    authority = models.CharField(_("published by"), max_length=160, blank=True)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until (not included)"), null=True, blank=True)
    evidence = evidence_field("whitelist_entries")

    objects = OfEnterpriseQuerySet.as_manager()

    class Meta:
        verbose_name = _("whitelist entry")
        verbose_name_plural = _("whitelist entries")
        constraints = [
            ordered(
                "starts_on",
                "ends_on",
                name="enterprises_whitelist_dates",
                message=_("An entry ends after it starts."),
            ),
            ExclusionConstraint(
                name="enterprises_whitelist_no_overlap",
                expressions=[
                    (OpClass("enterprise", "gist_int8_ops"), RangeOperators.EQUAL),
                    (OpClass("list_name", "gist_text_ops"), RangeOperators.EQUAL),
                    (half_open("starts_on", "ends_on"), RangeOperators.OVERLAPS),
                ],
                violation_error_message=_("The enterprise is already on this list for part of this time."),
            ),
            *second_look("whitelist"),
        ]

    def __str__(self) -> str:
        return self.list_name


class OfLoanQuerySet(OfEnterpriseQuerySet):
    path = "loan__enterprise"


class RiskShare(OfEnterprise, Returnable):
    """Who bears which part of a loan's loss, and what was lost and compensated."""

    loan = models.OneToOneField(
        Loan, verbose_name=_("loan"), on_delete=models.CASCADE, related_name="risk_share"
    )
    bank_percent = models.DecimalField(_("bank (%)"), max_digits=7, decimal_places=4)
    government_percent = models.DecimalField(_("government (%)"), max_digits=7, decimal_places=4)
    insurer_percent = models.DecimalField(_("insurer or guarantor (%)"), max_digits=7, decimal_places=4)
    loss_amount = models.DecimalField(_("loss"), max_digits=18, decimal_places=2, null=True, blank=True)
    lost_on = models.DateField(_("loss established on"), null=True, blank=True)
    compensated_amount = models.DecimalField(
        _("compensated"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    compensated_on = models.DateField(_("compensated on"), null=True, blank=True)
    evidence = evidence_field("risk_shares")

    objects = OfLoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("shared risk")
        verbose_name_plural = _("shared risks")
        constraints = [
            models.CheckConstraint(
                name="enterprises_risk_shares_total_100",
                condition=Q(bank_percent=100 - F("government_percent") - F("insurer_percent")),
                violation_error_message=_("The shares of the risk have to total 100%."),
            ),
            models.CheckConstraint(
                name="enterprises_risk_shares_not_negative",
                condition=Q(bank_percent__gte=0, government_percent__gte=0, insurer_percent__gte=0),
                violation_error_message=_("No share of the risk lies below 0%."),
            ),
            not_negative("loss_amount", name="enterprises_risk_loss_not_negative"),
            models.CheckConstraint(
                name="enterprises_risk_compensated_within_loss",
                condition=Q(compensated_amount__isnull=True)
                | Q(compensated_amount__gte=0, compensated_amount__lte=F("loss_amount")),
                violation_error_message=_("What is compensated lies between zero and the loss."),
            ),
            *second_look("risk_share"),
        ]

    def __str__(self) -> str:
        return str(self.loan)

    @property
    def owner(self) -> Enterprise:
        return self.loan.enterprise
