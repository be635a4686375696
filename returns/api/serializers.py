"""What returns, duties and closed periods look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import ByCode, ById, CodeOf, NameOf, RecordSerializer, StrictSerializer
from incubators.models import Incubator, OperatorContract, Park
from returns.enums import Frequency
from returns.measures import LINES
from returns.models import PeriodClose, PeriodReturn, ReturnDuty
from returns.services import MOST_TOGETHER


class DutySerializer(RecordSerializer):
    incubator = CodeOf(source="contract.incubator")
    contract_number = serializers.CharField(source="contract.number", read_only=True)

    class Meta:
        model = ReturnDuty
        fields = [
            "id",
            "contract",
            "contract_number",
            "incubator",
            "frequency",
            "lines",
            "due_days",
            "starts_on",
            "variance_percent",
            "is_active",
            "version",
            "updated_at",
        ]


class DutyChange(StrictSerializer):
    due_days = serializers.IntegerField(required=False, min_value=1, max_value=180)
    starts_on = serializers.DateField(required=False)
    variance_percent = serializers.IntegerField(required=False, min_value=1, max_value=1000)
    is_active = serializers.BooleanField(required=False)
    lines = serializers.ListField(
        child=serializers.ChoiceField(choices=[(code, line.name_en) for code, line in LINES.items()]),
        required=False,
        allow_empty=False,
        help_text="Codes of lines; see `GET /api/v1/return-lines/`.",
    )


class NewDutyInput(DutyChange):
    contract = ById(queryset=OperatorContract.objects.all())
    frequency = serializers.ChoiceField(choices=Frequency.choices)
    due_days = serializers.IntegerField(min_value=1, max_value=180)
    starts_on = serializers.DateField(
        help_text="The first return is that of the period which holds this day."
    )
    lines = serializers.ListField(
        child=serializers.ChoiceField(choices=[(code, line.name_en) for code, line in LINES.items()]),
        allow_empty=False,
        help_text="Codes of lines; see `GET /api/v1/return-lines/`.",
    )


class LineSerializer(serializers.Serializer[Any]):
    """One line. `reported` counts: what was typed, else what the records yield."""

    code = serializers.CharField()
    value = serializers.DecimalField(24, 4, allow_null=True, help_text="What was typed; null: the records'.")
    computed = serializers.DecimalField(24, 4, allow_null=True, help_text="What the records yield.")
    reported = serializers.DecimalField(24, 4, allow_null=True)
    previous = serializers.DecimalField(24, 4, allow_null=True, help_text="The period before.")
    year_before = serializers.DecimalField(24, 4, allow_null=True)
    change_percent = serializers.DecimalField(12, 1, allow_null=True)
    is_unusual = serializers.BooleanField()
    is_override = serializers.BooleanField()
    reason = serializers.CharField()
    explanation = serializers.CharField()
    remark = serializers.CharField(help_text="The reviewer's words when it was returned.")
    problems = serializers.ListField(child=serializers.DictField())


class ReturnSerializer(RecordSerializer):
    """A return without its lines, as in the list."""

    incubator = CodeOf()
    frequency = serializers.CharField(source="duty.frequency", read_only=True)
    submitted_by = NameOf(allow_null=True)
    verified_by = NameOf(allow_null=True)
    returned_by = NameOf(allow_null=True)
    published_by = NameOf(allow_null=True)

    class Meta:
        model = PeriodReturn
        fields = [
            "id",
            "incubator",
            "duty",
            "frequency",
            "period",
            "starts_on",
            "ends_on",
            "due_on",
            "edition",
            "is_latest",
            "correction_reason",
            "state",
            "provenance",
            "submitted_at",
            "submitted_by",
            "submitted_sha256",
            "returned_at",
            "returned_by",
            "return_reason",
            "verified_at",
            "verified_by",
            "published_at",
            "published_by",
            "version",
            "created_at",
            "updated_at",
        ]


class WholeReturnSerializer(ReturnSerializer):
    lines = LineSerializer(many=True, read_only=True)

    class Meta(ReturnSerializer.Meta):
        fields = [*ReturnSerializer.Meta.fields, "lines"]


class LineChange(StrictSerializer):
    value = serializers.DecimalField(
        24, 4, required=False, allow_null=True, help_text="Null takes what the records yield."
    )
    reason = serializers.CharField(required=False, allow_blank=True, max_length=300)
    explanation = serializers.CharField(required=False, allow_blank=True, max_length=300)


class LinesChange(StrictSerializer):
    lines = serializers.DictField(
        child=LineChange(), help_text="By code of the line; lines that are left out stay as they are."
    )


class ReturnReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=300)


class SendBackInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    remarks = serializers.DictField(
        child=serializers.CharField(max_length=300),
        required=False,
        default=dict,
        help_text="Words beside lines, by their code.",
    )


class SeenInput(StrictSerializer):
    id = serializers.IntegerField(min_value=1)
    version = serializers.IntegerField(min_value=1, help_text="As it was read; a newer one is not verified.")


class VerifySeveralInput(StrictSerializer):
    returns = SeenInput(many=True, allow_empty=False, max_length=MOST_TOGETHER)  # type: ignore[call-arg]


class VerdictSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    verified = serializers.BooleanField()
    version = serializers.IntegerField(allow_null=True, help_text="After the decision.")
    code = serializers.CharField(help_text="Why it still waits; empty when it is verified.")
    message = serializers.CharField()


class VerdictsSerializer(serializers.Serializer[Any]):
    results = VerdictSerializer(many=True)


class CloseSerializer(RecordSerializer):
    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    closed_by = NameOf()
    reopened_by = NameOf(allow_null=True)

    class Meta:
        model = PeriodClose
        fields = [
            "id",
            "park",
            "incubator",
            "period",
            "starts_on",
            "ends_on",
            "note",
            "closed_at",
            "closed_by",
            "reopened_at",
            "reopened_by",
            "reason",
            "updated_at",
        ]


class CloseInput(StrictSerializer):
    park = ByCode(queryset=Park.objects.all())
    incubator = ByCode(queryset=Incubator.objects.all(), required=False, allow_null=True, default=None)
    period = serializers.CharField(max_length=8, help_text="2021, 2021-H1, 2021-Q2 or 2021-04")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class KnownLineSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    unit_zh = serializers.CharField()
    unit_en = serializers.CharField()
    origin = serializers.ChoiceField(
        choices=[("months", "sum or mean of the months"), ("records", "counted from records")],
    )
    kind = serializers.CharField()
    required = serializers.BooleanField()
    torch = serializers.CharField(help_text="Field name that exports print for the statistical return.")
