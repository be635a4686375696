"""What gate tables and requests look like to programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import ByCode, CodeOf, NameOf, RecordSerializer, StrictSerializer
from incubators.models import Park
from projects.enums import RequirementKind, Stage
from projects.models import GateRemark, GateRequest, GateRow, GateStage, GateTable
from projects.stages import MOVERS, PATH


class RequirementSerializer(RecordSerializer):
    class Meta:
        model = GateRow
        fields = ["kind", "key", "proof", "verify", "words_zh", "words_en", "clause"]


class GateSerializer(RecordSerializer):
    rows = serializers.SerializerMethodField()

    class Meta:
        model = GateStage
        fields = ["stage", "movers", "second_person", "days", "rows"]

    def get_rows(self, record: Any) -> list[dict[str, Any]]:
        rows = sorted(record.rows.all(), key=lambda row: (row.position, row.pk))
        return [dict(RequirementSerializer(row).data) for row in rows]


class GateTableSerializer(RecordSerializer):
    """One version of a park's gates; ``park`` is null for the default."""

    park = CodeOf(allow_null=True)
    created_by = NameOf(allow_null=True)
    published_by = NameOf(allow_null=True)
    gates = serializers.SerializerMethodField()

    class Meta:
        model = GateTable
        fields = [
            "id",
            "park",
            "number",
            "status",
            "valid_from",
            "valid_until",
            "note",
            "created_at",
            "created_by",
            "published_at",
            "published_by",
            "version",
            "updated_at",
            "gates",
        ]

    def get_gates(self, record: Any) -> list[dict[str, Any]]:
        gates = sorted(record.gates.all(), key=lambda gate: PATH.index(gate.stage))
        return [dict(GateSerializer(gate).data) for gate in gates]


class RequirementInput(StrictSerializer):
    kind = serializers.ChoiceField(RequirementKind.choices)
    key = serializers.CharField(max_length=40, help_text="What is asked for; the list is closed.")
    proof = serializers.BooleanField(default=False, help_text="Of a fact: a file hangs on it.")
    verify = serializers.BooleanField(default=False, help_text="A second person verifies it.")
    words_zh = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    words_en = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    clause = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class GateInput(StrictSerializer):
    stage = serializers.ChoiceField([(stage, stage) for stage in PATH[1:]])
    movers = serializers.ListField(child=serializers.ChoiceField([(role, role) for role in MOVERS]))
    second_person = serializers.BooleanField()
    days = serializers.IntegerField(min_value=1, max_value=365, allow_null=True, required=False, default=None)
    rows = RequirementInput(many=True)


class GateTableInput(StrictSerializer):
    """A draft starts from what is in force; the gates sent replace those of their stages."""

    park = ByCode(queryset=Park.objects.all())
    note = serializers.CharField(max_length=400, required=False, allow_blank=True, default="")
    gates = GateInput(many=True, required=False, default=list)

    def validate_gates(self, gates: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({gate["stage"] for gate in gates}) < len(gates):
            raise serializers.ValidationError(_("A stage appears twice."), code="duplicate")
        return gates


class GatesChangeInput(StrictSerializer):
    gates = GateInput(many=True, allow_empty=False)


class PublishInput(StrictSerializer):
    valid_from = serializers.DateField(help_text="Today in the park, or a later day.")
    note = serializers.CharField(max_length=400, required=False, allow_blank=True)


class RemarkSerializer(RecordSerializer):
    class Meta:
        model = GateRemark
        fields = ["field", "words"]


class GateRequestSerializer(RecordSerializer):
    requested_by = NameOf()
    decided_by = NameOf(allow_null=True)
    withdrawn_by = NameOf(allow_null=True)
    remarks = RemarkSerializer(many=True)

    class Meta:
        model = GateRequest
        fields = [
            "id",
            "project",
            "from_stage",
            "to_stage",
            "on",
            "note",
            "table",
            "state",
            "requested_at",
            "requested_by",
            "due_on",
            "decided_at",
            "decided_by",
            "withdrawn_at",
            "withdrawn_by",
            "log",
            "remarks",
            "updated_at",
        ]


class NewRequestInput(StrictSerializer):
    to_stage = serializers.ChoiceField(Stage.choices)
    on = serializers.DateField(help_text="The day of the step, local to the incubator.")
    note = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")
    from_stage = serializers.ChoiceField(Stage.choices, required=False, allow_null=True)


class RemarkInput(StrictSerializer):
    field = serializers.CharField(
        max_length=60, allow_blank=True, help_text="As in `missing`; empty for the request as a whole."
    )
    words = serializers.CharField(max_length=2000)


class ReturnInput(StrictSerializer):
    remarks = RemarkInput(many=True, allow_empty=False)

    def validate_remarks(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({row["field"] for row in rows}) < len(rows):
            raise serializers.ValidationError(_("One remark per field is enough."), code="duplicate")
        return rows
