"""What duplicates and merges look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import CodeOf, NameOf, RecordSerializer, StrictSerializer
from projects.enums import RecordKind
from projects.models import Merge, NotDuplicate


class PairRecordSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(source="pk")
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    incubator = serializers.CharField(source="incubator.code", allow_null=True, default=None)
    version = serializers.IntegerField()


class DuplicateSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(RecordKind.choices)
    first = PairRecordSerializer()
    second = PairRecordSerializer()
    reasons = serializers.ListField(child=serializers.CharField())
    across_incubators = serializers.BooleanField(source="across")


class DuplicatesSerializer(serializers.Serializer[Any]):
    results = DuplicateSerializer(many=True)


class PairInput(StrictSerializer):
    kind = serializers.ChoiceField(RecordKind.choices)
    first = serializers.IntegerField(min_value=1)
    second = serializers.IntegerField(min_value=1)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class NotDuplicateSerializer(RecordSerializer):
    first = serializers.SerializerMethodField()
    second = serializers.SerializerMethodField()
    decided_by = NameOf()

    class Meta:
        model = NotDuplicate
        fields = ["id", "kind", "first", "second", "note", "decided_at", "decided_by"]

    def get_first(self, row: NotDuplicate) -> int:
        return int(row.first_project_id or row.first_enterprise_id)

    def get_second(self, row: NotDuplicate) -> int:
        return int(row.second_project_id or row.second_enterprise_id)


class MergeInput(StrictSerializer):
    kind = serializers.ChoiceField(RecordKind.choices)
    kept = serializers.IntegerField(min_value=1)
    merged = serializers.IntegerField(min_value=1)
    choices = serializers.DictField(
        child=serializers.ChoiceField(["kept", "merged"]),
        required=False,
        default=dict,
        help_text="Per field whose value stays; left out: that of the kept record.",
    )
    decisions = serializers.DictField(
        child=serializers.ChoiceField(["kept", "merged"]),
        required=False,
        default=dict,
        help_text="Per clash which record counts. A refusal (422) names each key that is undecided.",
    )
    reason = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    kept_version = serializers.IntegerField(min_value=1, required=False)
    merged_version = serializers.IntegerField(min_value=1, required=False)


class MergeSerializer(RecordSerializer):
    kept = serializers.SerializerMethodField()
    merged = serializers.SerializerMethodField()
    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    merged_by = NameOf()
    undone_by = NameOf(allow_null=True)
    moved = serializers.SerializerMethodField(help_text="Names of the records that were hung over.")

    class Meta:
        model = Merge
        fields = [
            "id",
            "kind",
            "kept",
            "merged",
            "park",
            "incubator",
            "changed",
            "moved",
            "reason",
            "merged_at",
            "merged_by",
            "undone_at",
            "undone_by",
            "version",
            "updated_at",
        ]

    def get_kept(self, row: Merge) -> int:
        return int(row.kept_project_id or row.kept_enterprise_id)

    def get_merged(self, row: Merge) -> int:
        return int(row.merged_project_id or row.merged_enterprise_id)

    def get_moved(self, row: Merge) -> list[str]:
        return [entry["name"] for entry in row.moved]
