"""What funds, products, subsidies and matchmaking look like to programs."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from capital import models, services
from capital.enums import MatchStage, SubsidyState
from capital.models import sees_whole_park_of
from capital.selectors.credit import standings_of
from capital.selectors.funds import balance_of
from core.api.serializers import (
    ByCode,
    ById,
    CodeOf,
    InputSerializer,
    NameOf,
    RecordSerializer,
    StrictSerializer,
)
from core.enums import Currency
from enterprises.api.shapes import shape_of
from enterprises.enums import FinancingRound
from enterprises.models import Enterprise, FinancingEvent, Loan
from evidence.models import EvidenceFile
from funding.models import PolicyVersion
from incubators.models import Organisation, Park
from ledger.models import Budget
from outreach.models import Event
from projects.models import Project


class Sum(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, **options)


def _chosen(model: Any, **options: Any) -> Any:
    return ById(queryset=model.objects.all(), required=False, allow_null=True, **options)


KEPT = ["provenance", "entered_by", "version", "created_at", "updated_at"]
SOURCE = ["source", "source_lines", "quote_figures", "as_of"]


# --- funds, products, lists, pools ------------------------------------------------------------------
class FundInvestorSerializer(RecordSerializer):
    organisation = CodeOf(allow_null=True)

    class Meta:
        model = models.FundInvestor
        fields = ["organisation", "name", "committed_amount"]


class FundBalanceSerializer(serializers.Serializer[Any]):
    """``left`` is null where the size is not exact."""

    currency = serializers.ChoiceField(choices=Currency.choices)
    size = Sum(allow_null=True)
    qualifier = serializers.CharField()
    committed = Sum()
    invested = Sum()
    verified = Sum()
    returned = Sum()
    left = Sum(allow_null=True)


class PoolStandingSerializer(serializers.Serializer[Any]):
    """Size = left + compensated − recovered."""

    currency = serializers.ChoiceField(choices=Currency.choices)
    size = Sum()
    compensated = Sum()
    recovered = Sum()
    left = Sum()
    loans = serializers.IntegerField()


class FundSerializer(RecordSerializer):
    park = CodeOf(allow_null=True)
    manager = CodeOf(allow_null=True)
    entered_by = NameOf(allow_null=True)
    investors = FundInvestorSerializer(many=True, read_only=True)

    class Meta:
        model = models.Fund
        fields = ["id", "park", *services.FIELDS[models.Fund], "investors", *SOURCE, *KEPT]


class WholeFundSerializer(FundSerializer):
    balance = serializers.SerializerMethodField(
        help_text="For those who read the whole park; null for others and for reported funds."
    )

    class Meta(FundSerializer.Meta):
        fields = [*FundSerializer.Meta.fields, "balance"]

    @extend_schema_field(FundBalanceSerializer(allow_null=True))
    def get_balance(self, fund: models.Fund) -> Any:
        if not sees_whole_park_of(self.context["request"].user, fund):
            return None
        return FundBalanceSerializer(balance_of(fund)).data


class BankProductSerializer(RecordSerializer):
    park = CodeOf(allow_null=True)
    bank = CodeOf(allow_null=True)
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.BankProduct
        fields = ["id", "park", *services.FIELDS[models.BankProduct], *SOURCE, *KEPT]


class CreditListSerializer(RecordSerializer):
    park = CodeOf(allow_null=True)
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.CreditList
        fields = ["id", "park", *services.FIELDS[models.CreditList], *SOURCE, *KEPT]


class RiskPoolSerializer(RecordSerializer):
    park = CodeOf(allow_null=True)
    keeper = CodeOf(allow_null=True)
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.RiskPool
        fields = ["id", "park", *services.FIELDS[models.RiskPool], *SOURCE, *KEPT]


class WholeRiskPoolSerializer(RiskPoolSerializer):
    standing = serializers.SerializerMethodField(help_text="For those who read the whole park.")

    class Meta(RiskPoolSerializer.Meta):
        fields = [*RiskPoolSerializer.Meta.fields, "standing"]

    @extend_schema_field(PoolStandingSerializer(allow_null=True))
    def get_standing(self, pool: models.RiskPool) -> Any:
        if not sees_whole_park_of(self.context["request"].user, pool):
            return None
        return PoolStandingSerializer(standings_of([pool])[pool.pk]).data


class PayerInput(StrictSerializer):
    organisation = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    name = serializers.CharField(max_length=200, required=False, allow_blank=True)
    committed_amount = Sum(required=False, allow_null=True)


class FundInput(InputSerializer):
    manager = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    investors = PayerInput(many=True, required=False)

    class Meta:
        model = models.Fund
        fields: list[str] = [*services.FIELDS[models.Fund], "investors"]


class NewFundInput(FundInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(FundInput.Meta):
        fields = ["park", *FundInput.Meta.fields]


class BankProductInput(InputSerializer):
    bank = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    needs_list = _chosen(models.CreditList)
    pool = _chosen(models.RiskPool)

    class Meta:
        model = models.BankProduct
        fields: list[str] = [*services.FIELDS[models.BankProduct]]


class NewBankProductInput(BankProductInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(BankProductInput.Meta):
        fields = ["park", *BankProductInput.Meta.fields]


class CreditListInput(InputSerializer):
    class Meta:
        model = models.CreditList
        fields: list[str] = [*services.FIELDS[models.CreditList]]


class NewCreditListInput(CreditListInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(CreditListInput.Meta):
        fields = ["park", *CreditListInput.Meta.fields]


class RiskPoolInput(InputSerializer):
    keeper = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)

    class Meta:
        model = models.RiskPool
        fields: list[str] = [*services.FIELDS[models.RiskPool]]


class NewRiskPoolInput(RiskPoolInput):
    park = ByCode(queryset=Park.objects.all())

    class Meta(RiskPoolInput.Meta):
        fields = ["park", *RiskPoolInput.Meta.fields]


# --- investments ------------------------------------------------------------------------------------
class FundInvestmentSerializer(shape_of(models.FundInvestment, ("event", *services.INVESTMENT_FIELDS))):  # type: ignore[misc]
    enterprise = serializers.IntegerField(source="event.enterprise_id", read_only=True)
    round = serializers.ChoiceField(source="event.round", choices=FinancingRound.choices, read_only=True)
    on = serializers.DateField(source="event.on", read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)

    class Meta:
        model = models.FundInvestment
        fields = [
            "id", "enterprise", "round", "on", "currency", "event", *services.INVESTMENT_FIELDS,
            "entered_at", "entered_by", "verified_at", "verified_by", "returned_at", "returned_by",
            "return_reason", "updated_at",
        ]  # fmt: skip


class FundInvestmentInput(InputSerializer):
    fund = ById(queryset=models.Fund.objects.all())
    project = _chosen(Project)
    evidence = _chosen(EvidenceFile)

    class Meta:
        model = models.FundInvestment
        fields: list[str] = [*services.INVESTMENT_FIELDS]


class NewFundInvestmentInput(FundInvestmentInput):
    """The round by its id, or by kind and day: it is found, or entered with this amount."""

    enterprise = ById(queryset=Enterprise.objects.all())
    event = _chosen(FinancingEvent)
    round = serializers.ChoiceField(choices=FinancingRound.choices, required=False)
    on = serializers.DateField(required=False)

    class Meta(FundInvestmentInput.Meta):
        fields = ["enterprise", "event", "round", "on", *FundInvestmentInput.Meta.fields]


# --- loans of products ------------------------------------------------------------------------------
class ProductLoanSerializer(RecordSerializer):
    linked_by = NameOf()

    class Meta:
        model = models.ProductLoan
        fields = ["id", "loan", "product", "pool", "linked_at", "linked_by", "updated_at"]


class ProductLoanInput(StrictSerializer):
    loan = ById(queryset=Loan.objects.all())
    product = ById(queryset=models.BankProduct.objects.all())
    pool = _chosen(models.RiskPool)


# --- subsidies --------------------------------------------------------------------------------------
class DrawShape(StrictSerializer):
    on = serializers.DateField()
    principal = Sum()


class InterestSubsidySerializer(shape_of(models.InterestSubsidy, ("loan",))):  # type: ignore[misc]
    enterprise = serializers.IntegerField(source="loan.enterprise_id", read_only=True)
    currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)
    state = serializers.ChoiceField(choices=SubsidyState.choices, read_only=True)
    draws = DrawShape(many=True, read_only=True)

    class Meta:
        model = models.InterestSubsidy
        fields = [
            "id", "enterprise", "loan", *services.CLAIM_FIELDS, "policy_amount", "amount", "currency",
            "answer", "state", "commitment", "withdrawn_at", "withdrawn_reason", "provenance", "entered_at",
            "entered_by", "verified_at", "verified_by", "returned_at", "returned_by", "return_reason",
            "updated_at",
        ]  # fmt: skip


class InterestSubsidyInput(StrictSerializer):
    """The amounts are computed by the policy; nobody sends them."""

    policy_version = ById(queryset=PolicyVersion.objects.all())
    starts_on = serializers.DateField()
    ends_on = serializers.DateField()
    draws = DrawShape(many=True, help_text="From which day on how much is drawn.")
    base_rate_percent = serializers.DecimalField(max_digits=7, decimal_places=4)
    interest_paid_amount = Sum()
    facts = serializers.DictField(required=False, help_text="What the policy asks beside the loan.")
    evidence = _chosen(EvidenceFile)

    def validate_draws(self, value: Any) -> Any:
        return [{"on": one["on"].isoformat(), "principal": f"{one['principal']:f}"} for one in value]


class NewInterestSubsidyInput(InterestSubsidyInput):
    loan = ById(queryset=Loan.objects.all())


class CommitSubsidyInput(StrictSerializer):
    budget = ById(queryset=Budget.objects.all())
    reference = serializers.CharField(max_length=120, required=False, allow_blank=True)


class WithdrawSubsidyInput(StrictSerializer):
    reason = serializers.CharField(max_length=300)


# --- matchmaking ------------------------------------------------------------------------------------
class MatchSerializer(RecordSerializer):
    organisation = CodeOf(allow_null=True)
    entered_by = NameOf(allow_null=True)
    granted_amount = Sum(allow_null=True, read_only=True)
    granted_currency = serializers.ChoiceField(choices=Currency.choices, read_only=True)

    class Meta:
        model = models.Match
        fields = [
            "id", "event", "enterprise", *services.MATCH_FIELDS, "stage", "met_on", "offered_on",
            "decided_on", "reason", "loan", "investment", "granted_amount", "granted_currency", *KEPT,
        ]  # fmt: skip


class MatchInput(InputSerializer):
    product = _chosen(models.BankProduct)
    fund = _chosen(models.Fund)
    organisation = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)

    class Meta:
        model = models.Match
        fields: list[str] = [*services.MATCH_FIELDS]
        extra_kwargs = {"contacted_on": {"required": False}}


class NewMatchInput(MatchInput):
    event = ById(queryset=Event.objects.all())
    enterprise = ById(queryset=Enterprise.objects.all())

    class Meta(MatchInput.Meta):
        fields = ["event", "enterprise", *MatchInput.Meta.fields]


class MatchMoveInput(StrictSerializer):
    to_stage = serializers.ChoiceField(choices=[one for one in MatchStage.choices if one[0] != "contacted"])
    on = serializers.DateField()
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True)
    loan = _chosen(Loan)
    investment = _chosen(models.FundInvestment)


class EventFinancingSerializer(serializers.Serializer[Any]):
    """Counted from the results; sums by currency. ``conversion`` is null without firms."""

    event = serializers.IntegerField(source="event.pk")
    firms = serializers.SerializerMethodField()
    firms_financed = serializers.SerializerMethodField()
    results = serializers.IntegerField()
    stages = serializers.DictField(child=serializers.IntegerField())
    needs = serializers.DictField(child=Sum())
    granted = serializers.DictField(child=Sum())
    granted_not_verified = serializers.DictField(child=Sum(), source="waiting")
    conversion = serializers.DecimalField(max_digits=5, decimal_places=4, allow_null=True)

    def get_firms(self, one: Any) -> int:
        return len(one.firms)

    def get_firms_financed(self, one: Any) -> int:
        return len(one.successful)
