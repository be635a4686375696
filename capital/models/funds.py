"""Funds, who pays into them, what they invested and what came back."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from capital.enums import ExitKind, FundStage
from capital.models.base import (
    Offer,
    above_zero,
    money,
    offer_rules,
    percent,
    second_look,
    sectors,
)
from core.constraints import not_negative, ordered
from core.enums import Currency, Qualifier
from enterprises.models import Enterprise, FinancingEvent
from enterprises.models.companies import OfEnterprise, OfEnterpriseQuerySet, evidence_field
from incubators.models import Organisation, Returnable
from incubators.scope import Action, scope_of
from projects.models import Project


class Fund(Offer):
    """An investment fund. Its size is a statement with a qualifier; only an exact one bounds what is
    invested."""

    manager = models.ForeignKey(
        Organisation,
        verbose_name=_("managed by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    manager_name = models.CharField(_("manager in words"), max_length=200, blank=True)
    size_amount = money(_("size of the fund"), null=True, blank=True)
    size_qualifier = models.CharField(
        _("the size is"), max_length=12, choices=Qualifier.choices, default=Qualifier.UNKNOWN
    )
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    founded_on = models.DateField(_("fund set up on"), null=True, blank=True)
    ends_on = models.DateField(_("term until (not included)"), null=True, blank=True)
    fields = sectors()
    stages = ArrayField(
        models.CharField(max_length=10, choices=FundStage.choices),
        verbose_name=_("stages it invests in"),
        default=list,
        blank=True,
    )
    reinvests = models.BooleanField(
        _("proceeds may be invested again"),
        default=False,
        help_text=_("verified proceeds then widen what may be invested"),
    )

    class Meta:
        verbose_name = _("fund")
        verbose_name_plural = _("funds")
        constraints = [
            *offer_rules("fund", once=_("A fund of this name is already recorded.")),
            models.CheckConstraint(
                name="capital_fund_size_positive",
                condition=Q(size_amount__isnull=True) | Q(size_amount__gt=0),
                violation_error_message=_("The size of a fund lies above zero."),
            ),
            models.CheckConstraint(
                name="capital_fund_size_qualified",
                condition=Q(size_amount__isnull=True, size_qualifier="unknown")
                | (Q(size_amount__isnull=False) & ~Q(size_qualifier="unknown")),
                violation_error_message=_("Say how the size is to be read; without a size, “not stated”."),
            ),
            ordered(
                "founded_on",
                "ends_on",
                name="capital_fund_term",
                message=_("The term of a fund ends after it was set up."),
            ),
        ]
        indexes = [
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="capital_funds_search"),
            models.Index(fields=["sort_key", "id"], name="capital_funds_by_name"),
        ]

    def search_names(self) -> list[str]:
        return [self.name_zh, self.name_en, self.manager_name]


class OfFundQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> "OfFundQuerySet":
        return self.filter(fund__in=Fund.objects.visible_to(user).values("pk"))


class FundInvestor(models.Model):
    """Who pays into a fund, and how much was promised to it."""

    fund = models.ForeignKey(Fund, on_delete=models.CASCADE, related_name="investors")
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("organisation"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    name = models.CharField(_("name in words"), max_length=200, blank=True)
    committed_amount = money(_("committed to the fund"), null=True, blank=True)

    objects = OfFundQuerySet.as_manager()

    class Meta:
        verbose_name = _("investor of a fund")
        verbose_name_plural = _("investors of a fund")
        constraints = [
            models.CheckConstraint(
                name="capital_investor_named",
                condition=Q(organisation__isnull=False) | ~Q(name=""),
                violation_error_message=_("Name the investor."),
            ),
            not_negative("committed_amount", name="capital_investor_not_negative"),
            models.UniqueConstraint(
                fields=["fund", "organisation"],
                condition=Q(organisation__isnull=False),
                name="capital_investor_once",
                violation_error_message=_("This investor is already named."),
            ),
        ]

    def __str__(self) -> str:
        return self.organisation.name if self.organisation else self.name


class FundInvestmentQuerySet(OfEnterpriseQuerySet):
    path = "event__enterprise"


class FundInvestment(OfEnterprise, Returnable):
    """What one fund paid of one round. Enterprise, round and day are those of the financing event, so that
    the same money stands in one place only; the amount is in the currency of the fund."""

    fund = models.ForeignKey(
        Fund, verbose_name=_("fund"), on_delete=models.PROTECT, related_name="investments"
    )
    event = models.ForeignKey(
        FinancingEvent,
        verbose_name=_("financing event"),
        on_delete=models.PROTECT,
        related_name="fund_investments",
    )
    project = models.ForeignKey(
        Project,
        verbose_name=_("project"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="fund_investments",
    )
    amount = money(_("amount invested"))
    equity_percent = percent(_("share of the equity (%)"), null=True, blank=True)
    note = models.CharField(_("terms in words"), max_length=300, blank=True)
    evidence = evidence_field("fund_investments")

    objects = FundInvestmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("fund investment")
        verbose_name_plural = _("fund investments")
        constraints = [
            above_zero(
                "amount",
                name="capital_investment_amount_positive",
                message=_("An investment lies above zero."),
            ),
            models.CheckConstraint(
                name="capital_investment_equity",
                condition=Q(equity_percent__isnull=True) | Q(equity_percent__gte=0, equity_percent__lte=100),
                violation_error_message=_("A share of the equity lies between 0% and 100%."),
            ),
            models.UniqueConstraint(
                fields=["fund", "event"],
                name="capital_investment_once",
                violation_error_message=_("What this fund paid of this round is already recorded."),
            ),
            *second_look("investment"),
        ]
        indexes = [models.Index(fields=["updated_at", "id"], name="capital_investments_pull")]

    def __str__(self) -> str:
        return f"{self.fund} → {self.event.enterprise}"

    @property
    def owner(self) -> Enterprise:
        return self.event.enterprise

    @property
    def currency(self) -> str:
        return self.fund.currency


class FundExitQuerySet(OfEnterpriseQuerySet):
    path = "investment__event__enterprise"


class FundExit(OfEnterprise, Returnable):
    """Money that came back from an investment. ``is_full``: nothing of it is held any more."""

    investment = models.ForeignKey(
        FundInvestment, verbose_name=_("fund investment"), on_delete=models.PROTECT, related_name="exits"
    )
    kind = models.CharField(_("way out"), max_length=12, choices=ExitKind.choices)
    on = models.DateField(_("received back on"))
    proceeds_amount = money(_("proceeds"))
    is_full = models.BooleanField(_("nothing is held any more"), default=False)
    evidence = evidence_field("fund_exits")

    objects = FundExitQuerySet.as_manager()

    class Meta:
        verbose_name = _("exit of a fund")
        verbose_name_plural = _("exits of a fund")
        constraints = [
            not_negative("proceeds_amount", name="capital_exit_not_negative"),
            models.UniqueConstraint(
                fields=["investment"],
                condition=Q(is_full=True),
                name="capital_exit_full_once",
                violation_error_message=_("The fund has left this investment altogether already."),
            ),
            models.UniqueConstraint(
                fields=["investment", "kind", "on", "proceeds_amount"],
                name="capital_exit_once",
                violation_error_message=_("This exit is already recorded."),
            ),
            *second_look("exit"),
        ]

    def __str__(self) -> str:
        return f"{self.investment} · {self.get_kind_display()}"

    @property
    def owner(self) -> Enterprise:
        return self.investment.owner

    @property
    def currency(self) -> str:
        return self.investment.fund.currency


def sees_whole_park_of(user: Any, offer: Offer) -> bool:
    """Whether the sums of everybody in the park may be shown: to whoever reads the park as a whole."""
    return offer.park_id is not None and scope_of(user).sees_whole_park(offer.park_id)


def keeps(user: Any, offer: Offer) -> bool:
    """Whether the person may change this fund, product, list or pool."""
    return offer.park_id is not None and scope_of(user).allows(Action.MANAGE, park_id=offer.park_id)
