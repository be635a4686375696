"""What budgets, commitments, payments and entries look like to programs."""

from typing import Any

from rest_framework import serializers

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
from core.identifiers import masked
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Organisation, Park
from ledger import models, services
from ledger.enums import ChangeKind, CrossBorderKind
from ledger.selectors import budget_standing
from ledger.selectors.lists import sees_whole_number
from projects.models import Project


class AmountOut(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, **options)


class BudgetStandingSerializer(serializers.Serializer[Any]):
    """Appropriated = available + committed + paid + clawed back."""

    currency = serializers.ChoiceField(choices=Currency.choices)
    appropriated = AmountOut()
    available = AmountOut()
    committed = AmountOut()
    paid = AmountOut()
    clawed_back = AmountOut()


class BudgetSerializer(RecordSerializer):
    park = CodeOf()
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.Budget
        fields = [
            "id", "park", *services.NEW_BUDGET_FIELDS, "provenance", "entered_by", "version",
            "created_at", "updated_at",
        ]  # fmt: skip


class WholeBudgetSerializer(BudgetSerializer):
    standing = serializers.SerializerMethodField()

    class Meta(BudgetSerializer.Meta):
        fields = [*BudgetSerializer.Meta.fields, "standing"]

    def get_standing(self, budget: models.Budget) -> BudgetStandingSerializer:
        data: Any = BudgetStandingSerializer(budget_standing(budget)).data
        return data  # type: ignore[no-any-return]


class BudgetInput(InputSerializer):
    class Meta:
        model = models.Budget
        fields = [*services.BUDGET_FIELDS]


class NewBudgetInput(InputSerializer):
    park = ByCode(queryset=Park.objects.all())

    class Meta:
        model = models.Budget
        fields = ["park", *services.NEW_BUDGET_FIELDS]


class BudgetChangeSerializer(RecordSerializer):
    proposed_by = NameOf(allow_null=True)
    decided_by = NameOf(allow_null=True)

    class Meta:
        model = models.BudgetChange
        fields = [
            "id", "budget", "kind", "amount", "on", "reason", "evidence", "state", "proposed_at",
            "proposed_by", "decided_at", "decided_by", "remark", "updated_at",
        ]  # fmt: skip


class BudgetChangeInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=ChangeKind.choices)
    amount = AmountOut()
    on = serializers.DateField(required=False)
    reason = serializers.CharField(max_length=300)
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)


class MoneyReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class PaymentPartInput(StrictSerializer):
    amount = AmountOut()
    due_on = serializers.DateField()
    condition = serializers.CharField(max_length=300, required=False, allow_blank=True)
    is_cross_border = serializers.BooleanField(required=False)
    pay_currency = serializers.ChoiceField(choices=Currency.choices, required=False)


class PaymentPlanInput(StrictSerializer):
    instalments = PaymentPartInput(many=True, allow_empty=False)


class CommitmentInput(StrictSerializer):
    budget = ById(queryset=models.Budget.objects.all())
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    project = ById(queryset=Project.objects.all(), required=False, allow_null=True)
    organisation = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    purpose = serializers.CharField(max_length=200)
    amount = AmountOut()
    base = serializers.CharField(max_length=80, required=False, allow_blank=True)
    reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    submitted_on = serializers.DateField(required=False, allow_null=True)
    on = serializers.DateField(required=False)
    key = serializers.CharField(
        max_length=80, required=False, help_text="Your own key: a retry with it commits once."
    )
    instalments = PaymentPartInput(many=True, required=False)


class InstalmentSerializer(RecordSerializer):
    reference = serializers.CharField(source="payment_reference", read_only=True)
    budget_currency = serializers.CharField(source="commitment.budget.currency", read_only=True)
    claimed_by = NameOf(allow_null=True)
    verified_by = NameOf(allow_null=True)

    class Meta:
        model = models.Instalment
        fields = [
            "id", "commitment", "number", "reference", "amount", "budget_currency", "condition", "due_on",
            "state", "evidence", "claimed_at", "claimed_by", "verified_at", "verified_by", "remark",
            "account", "is_cross_border", "pay_currency", "pay_amount", "pay_rate", "pay_rate_on", "batch",
            "sent_on", "received_on", "bounced_on", "bounce_reason", "version", "updated_at",
        ]  # fmt: skip


class CommitmentSerializer(RecordSerializer):
    incubator = CodeOf(allow_null=True)
    organisation = CodeOf(allow_null=True)
    created_by = NameOf(allow_null=True)
    currency = serializers.CharField(source="budget.currency", read_only=True)
    open_amount = AmountOut(read_only=True)

    class Meta:
        model = models.Commitment
        fields = [
            "id", "budget", "incubator", "enterprise", "project", "organisation", "subject_kind",
            "subject_id", "reference", "purpose", "base", "amount", "currency", "paid_amount",
            "released_amount", "clawed_amount", "open_amount", "state", "submitted_on", "on", "provenance",
            "version", "created_at", "created_by", "updated_at",
        ]  # fmt: skip


class ReleaseMoneyInput(StrictSerializer):
    amount = AmountOut(required=False)
    reason = serializers.CharField(max_length=300)
    key = serializers.CharField(max_length=80, required=False)


class ClawbackInput(StrictSerializer):
    amount = AmountOut()
    reason = serializers.CharField(max_length=300)
    on = serializers.DateField(required=False)
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)
    key = serializers.CharField(max_length=80, required=False)


class ConditionClaimInput(StrictSerializer):
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)


class PaymentTermsInput(InputSerializer):
    account = ById(queryset=models.BankAccount.objects.all(), required=False, allow_null=True)

    class Meta:
        model = models.Instalment
        fields = [*services.TERMS]


class CrossBorderStepInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=CrossBorderKind.choices)
    on = serializers.DateField()
    number = serializers.CharField(max_length=80, required=False, allow_blank=True)
    evidence = ById(queryset=EvidenceFile.objects.all())


class CrossBorderStepSerializer(RecordSerializer):
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.CrossBorderStep
        fields = ["id", "instalment", "kind", "on", "number", "evidence", "entered_at", "entered_by"]


class BouncedPaymentInput(StrictSerializer):
    on = serializers.DateField()
    reason = serializers.CharField(max_length=300)


class PaymentDayInput(StrictSerializer):
    on = serializers.DateField()


class PostingSerializer(RecordSerializer):
    account = serializers.CharField(source="account.kind", read_only=True)

    class Meta:
        model = models.Posting
        fields = ["account", "amount"]


class LedgerEntrySerializer(RecordSerializer):
    park = CodeOf()
    by = NameOf(allow_null=True)
    currency = serializers.CharField(source="budget.currency", read_only=True)
    postings = PostingSerializer(many=True, read_only=True)

    class Meta:
        model = models.Entry
        fields = [
            "id", "park", "budget", "kind", "on", "amount", "currency", "description", "key", "commitment",
            "instalment", "reverses", "evidence", "postings", "at", "by",
        ]  # fmt: skip


class PaymentBatchSerializer(RecordSerializer):
    park = CodeOf()
    made_by = NameOf(allow_null=True)
    checked_by = NameOf(allow_null=True)
    sent_by = NameOf(allow_null=True)
    instalments: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = models.PaymentBatch
        fields = [
            "id", "park", "budget", "number", "title", "currency", "state", "instalments", "list_sha256",
            "made_at", "made_by", "checked_at", "checked_by", "sent_at", "sent_by", "version", "updated_at",
        ]  # fmt: skip


class PaymentBatchInput(StrictSerializer):
    park = ByCode(queryset=Park.objects.all())
    budget = ById(queryset=models.Budget.objects.all(), required=False, allow_null=True)
    title = serializers.CharField(max_length=160, required=False, allow_blank=True)
    instalments = ById(queryset=models.Instalment.objects.all(), many=True)


class TakeOutInput(StrictSerializer):
    instalment = ById(queryset=models.Instalment.objects.all())


class BankAccountSerializer(RecordSerializer):
    """``number`` is masked for whoever does not pay there."""

    park = CodeOf()
    organisation = CodeOf(allow_null=True)
    entered_by = NameOf(allow_null=True)
    verified_by = NameOf(allow_null=True)

    class Meta:
        model = models.BankAccount
        fields = [
            "id", "park", "enterprise", "organisation", *services.ACCOUNT_FIELDS, "entered_at", "entered_by",
            "verified_at", "verified_by", "retired_at", "updated_at",
        ]  # fmt: skip

    def to_representation(self, instance: Any) -> dict[str, Any]:
        body = dict(super().to_representation(instance))
        if not sees_whole_number(self.context["request"].user, instance):
            body["number"] = masked(instance.number)
        return body


class BankAccountInput(InputSerializer):
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    organisation = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)
    park = ByCode(queryset=Park.objects.all(), required=False, allow_null=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)

    class Meta:
        model = models.BankAccount
        fields = ["park", "enterprise", "organisation", *services.ACCOUNT_FIELDS]


class BankResultInput(StrictSerializer):
    park = ByCode(queryset=Park.objects.all())
    file = serializers.FileField()


class BankResultSerializer(RecordSerializer):
    park = CodeOf()
    read_by = NameOf(allow_null=True)

    class Meta:
        model = models.BankResult
        fields = [
            "id",
            "park",
            "name",
            "sha256",
            "paid",
            "failed",
            "unchanged",
            "problems",
            "read_at",
            "read_by",
        ]
