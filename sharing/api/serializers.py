"""What sharing agreements, computations, settlements and bookings look like to programs."""

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
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.models import Incubator, Organisation, Park
from sharing import models
from sharing.enums import CountedBy, SettlementKind, SharingBase, SharingRole, TailRule


class ShareAmount(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=18, decimal_places=2, **options)


class SharePercent(serializers.DecimalField):
    def __init__(self, **options: Any) -> None:
        super().__init__(max_digits=7, decimal_places=4, **options)


class PartyKey(serializers.CharField):
    """A party as ``park:code`` or ``organisation:code``."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=80, **options)


class SharingPartySerializer(RecordSerializer):
    key = serializers.CharField(read_only=True)
    name = serializers.CharField(read_only=True)

    class Meta:
        model = models.SharingParty
        fields = ["id", "position", "role", "key", "name"]


class SharingPartyInput(StrictSerializer):
    """One park or one organisation, by code."""

    role = serializers.ChoiceField(choices=SharingRole.choices)
    park = ByCode(queryset=Park.objects.all(), required=False, allow_null=True)
    organisation = ByCode(queryset=Organisation.objects.all(), required=False, allow_null=True)


class SharingAgreementSerializer(RecordSerializer):
    park = CodeOf()
    incubators: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    parties = SharingPartySerializer(many=True, read_only=True)
    entered_by = NameOf(allow_null=True)

    class Meta:
        model = models.SharingAgreement
        fields = [
            "id", "park", "number", "name_zh", "name_en", "signed_on", "currency", "incubators",
            "settle_days", "evidence", "note", "parties", "provenance", "version", "created_at",
            "entered_by", "updated_at",
        ]  # fmt: skip


class SharingAgreementInput(InputSerializer):
    park = ByCode(queryset=Park.objects.all())
    incubators = ByCode(queryset=Incubator.objects.all(), many=True)
    parties = SharingPartyInput(many=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)

    class Meta:
        model = models.SharingAgreement
        fields = [
            "park", "number", "name_zh", "name_en", "signed_on", "currency", "incubators", "settle_days",
            "evidence", "note", "parties",
        ]  # fmt: skip


class SharingPositionSerializer(serializers.Serializer[Any]):
    """Above zero the party receives, below zero it pays; each column sums to zero over a year."""

    year = serializers.IntegerField()
    party = serializers.CharField(source="key")
    promised = ShareAmount()
    accrued = ShareAmount()
    settled = ShareAmount()
    open = ShareAmount()
    disputed = serializers.BooleanField()


class WholeSharingAgreementSerializer(SharingAgreementSerializer):
    standing = SharingPositionSerializer(many=True, read_only=True)

    class Meta:
        model = models.SharingAgreement
        fields = [*SharingAgreementSerializer.Meta.fields, "standing"]


class PartyShareInput(StrictSerializer):
    party = PartyKey(help_text="park:code or organisation:code")
    percent = SharePercent()


class SharingTermInput(StrictSerializer):
    base = serializers.ChoiceField(choices=SharingBase.choices)
    holder = PartyKey(help_text="Where the figure counts: this party owes the others.")
    rate = SharePercent(help_text="Percent of the part above the threshold.")
    shares = PartyShareInput(many=True, help_text="Total exactly 100.")
    remainder_to = PartyKey(help_text="Takes the remaining fen.")
    threshold = ShareAmount(required=False)
    cap = ShareAmount(required=False, allow_null=True, help_text="Per enterprise and year.")
    counted_by = serializers.ChoiceField(choices=CountedBy.choices, required=False)
    incubators = ByCode(queryset=Incubator.objects.all(), many=True, required=False)
    enterprises = ById(queryset=Enterprise.objects.all(), many=True, required=False)
    landed_from = serializers.DateField(required=False, allow_null=True)
    years_counted = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=50)


class SharingPromiseInput(StrictSerializer):
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    payer = PartyKey()
    payee = PartyKey()
    amount = ShareAmount()


class SharingTermsInput(StrictSerializer):
    valid_from = serializers.DateField()
    valid_until = serializers.DateField(help_text="Not included.")
    tail = serializers.ChoiceField(choices=TailRule.choices, required=False)
    tail_years = serializers.IntegerField(required=False, min_value=0, max_value=30)
    tail_rates = serializers.ListField(child=SharePercent(), required=False, max_length=30)
    terms = SharingTermInput(many=True)
    promises = SharingPromiseInput(many=True, required=False)


class AgreedShareSerializer(RecordSerializer):
    party = serializers.CharField(source="party.key", read_only=True)

    class Meta:
        model = models.SharingShare
        fields = ["party", "percent"]


class SharingTermSerializer(RecordSerializer):
    holder = serializers.CharField(source="holder.key", read_only=True)
    remainder_to = serializers.CharField(source="remainder_to.key", read_only=True)
    incubators: Any = serializers.SlugRelatedField(slug_field="code", many=True, read_only=True)
    shares = AgreedShareSerializer(many=True, read_only=True)

    class Meta:
        model = models.SharingTerm
        fields = [
            "base", "holder", "rate", "threshold", "cap", "counted_by", "incubators", "enterprises",
            "landed_from", "years_counted", "shares", "remainder_to",
        ]  # fmt: skip


class SharingPromiseSerializer(RecordSerializer):
    payer = serializers.CharField(source="payer.key", read_only=True)
    payee = serializers.CharField(source="payee.key", read_only=True)

    class Meta:
        model = models.SharingPromise
        fields = ["year", "payer", "payee", "amount"]


class SharingVersionSerializer(RecordSerializer):
    terms = SharingTermSerializer(many=True, read_only=True)
    promises = SharingPromiseSerializer(many=True, read_only=True)
    proposed_by = NameOf(allow_null=True)
    agreed_by = NameOf(allow_null=True)

    class Meta:
        model = models.SharingVersion
        fields = [
            "id", "agreement", "number", "state", "valid_from", "valid_until", "agreed_until", "tail",
            "tail_years", "tail_rates", "terms", "promises", "proposed_at", "proposed_by", "agreed_at",
            "agreed_by", "remark", "version", "updated_at",
        ]  # fmt: skip


class ShareReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class SharingLineSerializer(serializers.Serializer[Any]):
    base = serializers.ChoiceField(choices=SharingBase.choices)
    enterprise = serializers.IntegerField()
    landed_on = serializers.DateField(allow_null=True)
    figure = ShareAmount(help_text="The verified figure.")
    figure_id = serializers.IntegerField(help_text="Id of the yearly figures it was read from.")
    verified_by = serializers.CharField()
    verified_at = serializers.DateTimeField()
    rate = SharePercent()
    is_capped = serializers.BooleanField()
    amount = ShareAmount()
    shares: Any = serializers.DictField(child=ShareAmount(), help_text="By key of the party.")


class MissingShareSerializer(serializers.Serializer[Any]):
    base = serializers.ChoiceField(choices=SharingBase.choices)
    enterprise = serializers.IntegerField(allow_null=True)
    label = serializers.CharField()
    reason = serializers.CharField(
        help_text="no_company, no_landing, not_entered, not_verified or other_currency."
    )


class SharingComputationSerializer(serializers.Serializer[Any]):
    """A computation: looked at (``id`` null, ``dry_run``) or booked."""

    id = serializers.IntegerField(allow_null=True)
    agreement = serializers.IntegerField()
    year = serializers.IntegerField()
    number = serializers.IntegerField(allow_null=True)
    terms_version = serializers.IntegerField()
    tail_year = serializers.IntegerField(help_text="0 while the terms hold; then years after expiry.")
    total = ShareAmount()
    positions: Any = serializers.DictField(
        child=ShareAmount(), help_text="Whole year, by key of the party; sums to zero."
    )
    differences: Any = serializers.DictField(
        child=ShareAmount(), help_text="What booking changes or changed."
    )
    lines = SharingLineSerializer(many=True, help_text="Of the enterprises that the caller may read.")
    missing = MissingShareSerializer(many=True)
    digest = serializers.CharField()
    computed_at = serializers.DateTimeField(allow_null=True)


class SharingAccrualSerializer(RecordSerializer):
    computed_by = NameOf(allow_null=True)
    terms_version = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = models.SharingAccrual
        fields = [
            "id", "agreement", "year", "number", "terms_version", "tail_year", "total", "digest",
            "computed_at", "computed_by",
        ]  # fmt: skip


class SharingAccrualInput(StrictSerializer):
    agreement = ById(queryset=models.SharingAgreement.objects.all())
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    dry_run = serializers.BooleanField(required=False, help_text="Compute and write nothing.")
    digest = serializers.CharField(
        max_length=64, required=False, help_text="Of the dry run: 409 `stale` if the inputs changed since."
    )


class SharingSettlementSerializer(RecordSerializer):
    payer = serializers.CharField(source="payer.key", read_only=True)
    payee = serializers.CharField(source="payee.key", read_only=True)
    currency = serializers.CharField(source="agreement.currency", read_only=True)
    recorded_by = NameOf(allow_null=True)
    confirmed_by = NameOf(allow_null=True)

    class Meta:
        model = models.SharingSettlement
        fields = [
            "id", "agreement", "kind", "year", "counter_year", "payer", "payee", "amount", "currency", "on",
            "reference", "evidence", "state", "recorded_at", "recorded_by", "confirmed_at", "confirmed_by",
            "remark", "version", "updated_at",
        ]  # fmt: skip


class SharingSettlementInput(StrictSerializer):
    agreement = ById(queryset=models.SharingAgreement.objects.all())
    kind = serializers.ChoiceField(choices=SettlementKind.choices, required=False)
    year = serializers.IntegerField(min_value=2000, max_value=2100)
    counter_year = serializers.IntegerField(required=False, allow_null=True, min_value=2000, max_value=2100)
    payer = PartyKey()
    payee = PartyKey()
    amount = ShareAmount()
    on = serializers.DateField()
    reference = serializers.CharField(max_length=120, required=False, allow_blank=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)
    key = serializers.CharField(
        max_length=80, required=False, help_text="Your own key: a retry with it enters once."
    )


class SharePostingSerializer(RecordSerializer):
    party = serializers.CharField(source="account.party.key", read_only=True)
    year = serializers.IntegerField(source="account.year", read_only=True)

    class Meta:
        model = models.SharingPosting
        fields = ["party", "year", "side", "amount"]


class SharingEntrySerializer(RecordSerializer):
    by = NameOf(allow_null=True)
    postings = SharePostingSerializer(many=True, read_only=True)

    class Meta:
        model = models.SharingEntry
        fields = [
            "id", "agreement", "kind", "on", "description", "key", "accrual", "settlement", "postings",
            "at", "by",
        ]  # fmt: skip
