"""Who met whom at a matchmaking event, and what came of it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from capital.enums import MatchStage
from capital.models.base import above_zero, money
from capital.models.credit import BankProduct
from capital.models.funds import Fund, FundInvestment
from core.enums import Currency
from enterprises.models import Enterprise, Loan
from enterprises.models.companies import OfEnterpriseQuerySet
from incubators.models import Organisation, Tracked
from outreach.models import Event


class MatchQuerySet(OfEnterpriseQuerySet):
    path = "enterprise"


class Match(Tracked):
    """One enterprise and one bank or fund, brought together at an event.

    What was granted is the loan or the investment itself, never a number typed here.
    """

    event = models.ForeignKey(
        Event, verbose_name=_("matchmaking event"), on_delete=models.PROTECT, related_name="matches"
    )
    enterprise = models.ForeignKey(
        Enterprise, verbose_name=_("enterprise"), on_delete=models.CASCADE, related_name="matches"
    )
    product = models.ForeignKey(
        BankProduct,
        verbose_name=_("bank product"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="matches",
    )
    fund = models.ForeignKey(
        Fund,
        verbose_name=_("fund"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="matches",
    )
    organisation = models.ForeignKey(
        Organisation,
        verbose_name=_("bank or investor"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("where no product or fund is named yet"),
    )
    need_amount = money(_("amount needed"))
    currency = models.CharField(_("currency"), max_length=3, choices=Currency.choices, default=Currency.CNY)
    stage = models.CharField(
        _("how far they got"), max_length=10, choices=MatchStage.choices, default=MatchStage.CONTACTED
    )
    contacted_on = models.DateField(_("brought together on"))
    met_on = models.DateField(_("met on"), null=True, blank=True)
    offered_on = models.DateField(_("offered on"), null=True, blank=True)
    decided_on = models.DateField(_("settled on"), null=True, blank=True)
    reason = models.CharField(_("why it came to nothing"), max_length=300, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    loan = models.OneToOneField(
        Loan,
        verbose_name=_("loan"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="match",
    )
    investment = models.OneToOneField(
        FundInvestment,
        verbose_name=_("fund investment"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="match",
    )

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("matchmaking result")
        verbose_name_plural = _("matchmaking results")
        constraints = [
            above_zero(
                "need_amount", name="capital_match_need_positive", message=_("A need lies above zero.")
            ),
            models.CheckConstraint(
                name="capital_match_one_counterpart",
                condition=Q(product__isnull=False, fund=None, organisation=None)
                | Q(product=None, fund__isnull=False, organisation=None)
                | Q(product=None, fund=None, organisation__isnull=False),
                violation_error_message=_("Name one counterpart: a bank product, a fund or an organisation."),
            ),
            models.UniqueConstraint(
                fields=["event", "enterprise", "product", "fund", "organisation"],
                nulls_distinct=False,
                name="capital_match_once",
                violation_error_message=_("These two are already recorded for this event."),
            ),
            models.CheckConstraint(
                name="capital_match_days",
                condition=(Q(met_on__isnull=True) | Q(met_on__gte=F("contacted_on")))
                & (Q(offered_on__isnull=True) | Q(offered_on__gte=F("contacted_on")))
                & (Q(met_on__isnull=True) | Q(offered_on__isnull=True) | Q(offered_on__gte=F("met_on")))
                & (Q(decided_on__isnull=True) | Q(decided_on__gte=F("contacted_on")))
                & (
                    Q(decided_on__isnull=True)
                    | Q(offered_on__isnull=True)
                    | Q(decided_on__gte=F("offered_on"))
                ),
                violation_error_message=_("The days of a result follow one another."),
            ),
            models.CheckConstraint(
                name="capital_match_stage",
                condition=Q(stage="contacted", met_on=None, offered_on=None, decided_on=None)
                | Q(stage="met", met_on__isnull=False, offered_on=None, decided_on=None)
                | Q(stage="offered", offered_on__isnull=False, decided_on=None)
                | Q(stage="granted", decided_on__isnull=False)
                | (Q(stage="declined", decided_on__isnull=False) & ~Q(reason="")),
                violation_error_message=_("The stage of a result does not fit its days and words."),
            ),
            models.CheckConstraint(
                name="capital_match_granted_is_linked",
                condition=(
                    Q(stage="granted", loan__isnull=False, investment=None)
                    | Q(stage="granted", loan=None, investment__isnull=False)
                    | (~Q(stage="granted") & Q(loan=None, investment=None))
                ),
                violation_error_message=_(
                    "What was granted is linked: one loan or one fund investment, and nothing before."
                ),
            ),
        ]
        indexes = [
            models.Index(fields=["-contacted_on", "-id"], name="capital_matches_newest"),
            models.Index(fields=["event", "stage"], name="capital_matches_event"),
        ]

    def __str__(self) -> str:
        return f"{self.enterprise} – {self.counterpart}"

    @property
    def owner(self) -> Enterprise:
        return self.enterprise

    @property
    def chain(self) -> str:
        return self.enterprise.chain

    @property
    def counterpart(self) -> BankProduct | Fund | Organisation:
        found = self.product or self.fund or self.organisation
        assert found is not None
        return found

    @property
    def granted_amount(self) -> object:
        """Of the loan or investment that came of it; None until then."""
        if self.loan is not None:
            return self.loan.line_amount
        return self.investment.amount if self.investment is not None else None

    @property
    def granted_currency(self) -> str:
        if self.loan is not None:
            return self.loan.currency
        return self.investment.currency if self.investment is not None else self.currency
