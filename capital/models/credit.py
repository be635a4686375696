"""Lists that banks look at, bank products, pools that share their risk, and the loans of each product."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from capital.enums import FundStage
from capital.models.base import Offer, above_zero, money, offer_rules, percent, second_look, sectors
from core.constraints import ordered
from core.enums import Currency, Qualifier
from enterprises.enums import Guarantee
from enterprises.models import Enterprise, Loan, RiskShare
from enterprises.models.companies import OfEnterprise, OfEnterpriseQuerySet, evidence_field
from enterprises.models.financing import OfLoanQuerySet
from incubators.models import Organisation, Returnable


class CreditList(Offer):
    """A list of enterprises that banks and funds look at. Entries name it by its Chinese name."""

    authority = models.CharField(_("issuing authority"), max_length=160, blank=True)
    document_number = models.CharField(_("document number"), max_length=80, blank=True)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until (not included)"), null=True, blank=True)
    renewal_months = models.PositiveSmallIntegerField(_("renewed every (months)"), null=True, blank=True)

    class Meta:
        verbose_name = _("credit list")
        verbose_name_plural = _("credit lists")
        constraints = [
            *offer_rules("list", once=_("A list of this name is already recorded.")),
            ordered(
                "valid_from",
                "valid_until",
                name="capital_list_dates",
                message=_("A list ends after it begins."),
            ),
            models.CheckConstraint(
                name="capital_list_renewal",
                condition=Q(renewal_months__isnull=True) | Q(renewal_months__gte=1, renewal_months__lte=120),
                violation_error_message=_("A list is renewed every 1 to 120 months."),
            ),
        ]
        indexes = [models.Index(fields=["sort_key", "id"], name="capital_lists_by_name")]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.authority, self.document_number]


class RiskPool(Offer):
    """Money set aside to bear a part of the losses of loans. What it paid is known from the shared risks."""

    keeper = models.ForeignKey(
        Organisation,
        verbose_name=_("set up by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    size_amount = money(_("size of the pool"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    starts_on = models.DateField(_("pool from"), null=True, blank=True)
    ends_on = models.DateField(_("pool until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("risk pool")
        verbose_name_plural = _("risk pools")
        constraints = [
            *offer_rules("pool", once=_("A risk pool of this name is already recorded.")),
            above_zero(
                "size_amount",
                name="capital_pool_size_positive",
                message=_("The size of a pool lies above zero."),
            ),
            ordered(
                "starts_on", "ends_on", name="capital_pool_dates", message=_("A pool ends after it begins.")
            ),
        ]
        indexes = [models.Index(fields=["sort_key", "id"], name="capital_pools_by_name")]


class BankProduct(Offer):
    """A kind of loan that a bank offers: how much, at what rate, how long, on what security, for whom."""

    bank = models.ForeignKey(
        Organisation,
        verbose_name=_("bank"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    bank_name = models.CharField(_("bank in words"), max_length=160, blank=True)
    largest_amount = money(_("largest line for one borrower"), null=True, blank=True)
    largest_qualifier = models.CharField(
        _("the largest line is"), max_length=12, choices=Qualifier.choices, default=Qualifier.UNKNOWN
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    rate_lowest_percent = percent(_("lowest yearly rate (%)"), null=True, blank=True)
    rate_highest_percent = percent(_("highest yearly rate (%)"), null=True, blank=True)
    term_months = models.PositiveSmallIntegerField(_("longest term (months)"), null=True, blank=True)
    securities = ArrayField(
        models.CharField(max_length=12, choices=Guarantee.choices),
        verbose_name=_("securities it takes"),
        default=list,
        blank=True,
    )
    for_whom = models.CharField(_("for whom"), max_length=300, blank=True)
    fields = sectors()
    stages = ArrayField(
        models.CharField(max_length=10, choices=FundStage.choices),
        verbose_name=_("stages it is for"),
        default=list,
        blank=True,
    )
    needs_list = models.ForeignKey(
        CreditList,
        verbose_name=_("only for enterprises on"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
    )
    pool = models.ForeignKey(
        RiskPool,
        verbose_name=_("risk shared by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="products",
    )
    government_percent = percent(_("part of the loss the government bears (%)"), null=True, blank=True)
    valid_from = models.DateField(_("offered from"), null=True, blank=True)
    valid_until = models.DateField(_("offered until (not included)"), null=True, blank=True)

    class Meta:
        verbose_name = _("bank product")
        verbose_name_plural = _("bank products")
        constraints = [
            *offer_rules("product", once=_("A bank product of this name is already recorded.")),
            models.CheckConstraint(
                name="capital_product_has_bank",
                condition=Q(bank__isnull=False) | ~Q(bank_name=""),
                violation_error_message=_("Name the bank."),
            ),
            models.CheckConstraint(
                name="capital_product_line_positive",
                condition=Q(largest_amount__isnull=True) | Q(largest_amount__gt=0),
                violation_error_message=_("A largest line lies above zero."),
            ),
            models.CheckConstraint(
                name="capital_product_line_qualified",
                condition=Q(largest_amount__isnull=True, largest_qualifier="unknown")
                | (Q(largest_amount__isnull=False) & ~Q(largest_qualifier="unknown")),
                violation_error_message=_(
                    "Say how the largest line is to be read; without one, “not stated”."
                ),
            ),
            models.CheckConstraint(
                name="capital_product_rates",
                condition=(
                    Q(rate_lowest_percent__isnull=True)
                    | Q(rate_lowest_percent__gte=0, rate_lowest_percent__lte=100)
                )
                & (
                    Q(rate_highest_percent__isnull=True)
                    | Q(rate_highest_percent__gte=0, rate_highest_percent__lte=100)
                )
                & (
                    Q(rate_lowest_percent__isnull=True)
                    | Q(rate_highest_percent__isnull=True)
                    | Q(rate_lowest_percent__lte=F("rate_highest_percent"))
                ),
                violation_error_message=_(
                    "Yearly rates lie between 0% and 100%, the lowest not above the highest."
                ),
            ),
            models.CheckConstraint(
                name="capital_product_government",
                condition=Q(government_percent__isnull=True)
                | Q(government_percent__gte=0, government_percent__lte=100),
                violation_error_message=_("The government's part of a loss lies between 0% and 100%."),
            ),
            ordered(
                "valid_from",
                "valid_until",
                name="capital_product_dates",
                message=_("A product ends after it begins."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="capital_products_search"),
            models.Index(fields=["sort_key", "id"], name="capital_products_by_name"),
        ]

    def search_names(self) -> list[str]:
        bank = [self.bank.name_zh, self.bank.name_en] if self.bank else []
        return [self.name_zh, self.name_en, self.bank_name, *bank]

    @property
    def security_words(self) -> list[tuple[str, str]]:
        """Codes and labels of the securities, in the order of the vocabulary."""
        return [(code, str(label)) for code, label in Guarantee.choices if code in self.securities]

    @property
    def bank_words(self) -> str:
        return self.bank.name if self.bank else self.bank_name


class ProductLoan(OfEnterprise):
    """A loan of an enterprise belongs to a product, and a pool may share its risk. One product per loan."""

    loan = models.OneToOneField(
        Loan, verbose_name=_("loan"), on_delete=models.PROTECT, related_name="of_product"
    )
    product = models.ForeignKey(
        BankProduct, verbose_name=_("bank product"), on_delete=models.PROTECT, related_name="loans"
    )
    pool = models.ForeignKey(
        RiskPool,
        verbose_name=_("risk shared by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="loans",
    )
    linked_at = models.DateTimeField(_("linked"))
    linked_by: Any = models.ForeignKey(
        "accounts.User", verbose_name=_("linked by"), on_delete=models.PROTECT, related_name="+"
    )

    objects = OfLoanQuerySet.as_manager()

    class Meta:
        verbose_name = _("loan of a product")
        verbose_name_plural = _("loans of products")

    def __str__(self) -> str:
        return f"{self.product} · {self.loan.enterprise}"

    @property
    def owner(self) -> Enterprise:
        return self.loan.enterprise


class PoolRecoveryQuerySet(OfEnterpriseQuerySet):
    path = "risk__loan__enterprise"


class PoolRecovery(OfEnterprise, Returnable):
    """Money that came back to a pool after it had compensated a loss."""

    risk = models.ForeignKey(
        RiskShare, verbose_name=_("shared risk"), on_delete=models.PROTECT, related_name="recoveries"
    )
    on = models.DateField(_("recovered on"))
    amount = money(_("amount recovered"))
    note = models.CharField(_("recovered from whom"), max_length=300, blank=True)
    evidence = evidence_field("pool_recoveries")

    objects = PoolRecoveryQuerySet.as_manager()

    class Meta:
        verbose_name = _("recovery")
        verbose_name_plural = _("recoveries")
        constraints = [
            above_zero(
                "amount", name="capital_recovery_positive", message=_("An amount recovered lies above zero.")
            ),
            models.UniqueConstraint(
                fields=["risk", "on", "amount"],
                name="capital_recovery_once",
                violation_error_message=_("This recovery is already recorded."),
            ),
            *second_look("recovery"),
        ]

    def __str__(self) -> str:
        return str(self.risk)

    @property
    def owner(self) -> Enterprise:
        return self.risk.owner

    @property
    def currency(self) -> str:
        return self.risk.loan.currency
