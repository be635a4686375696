"""What imports, their rows and the tables look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import CodeOf, NameOf, RecordSerializer, StrictSerializer
from exchange.enums import RowDecision, RowState
from exchange.models import ImportRun
from exchange.sheets import Kind
from incubators.api.scoping import PlaceFields


class ImportRunSerializer(RecordSerializer):
    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    created_by = NameOf()
    committed_by = NameOf(allow_null=True)
    undone_by = NameOf(allow_null=True)
    discarded_by = NameOf(allow_null=True)
    progress = serializers.IntegerField(help_text="Percent of the rows worked through.")
    counts = serializers.SerializerMethodField(help_text="How many rows stand in each status.")
    mapping = serializers.DictField(
        child=serializers.CharField(), help_text="Position in the file (from 0) → column."
    )
    headings = serializers.DictField(child=serializers.CharField(), help_text="Position → heading.")
    guesses = serializers.DictField(
        child=serializers.CharField(), help_text="Position → column with a similar name; not used by itself."
    )
    missing = serializers.SerializerMethodField(help_text="Required columns that were not found.")

    class Meta:
        model = ImportRun
        fields = [
            "id",
            "sheet",
            "park",
            "incubator",
            "source",
            "state",
            "original_name",
            "size",
            "sha256",
            "rows_total",
            "rows_done",
            "progress",
            "counts",
            "mapping",
            "headings",
            "guesses",
            "missing",
            "notes",
            "error",
            "version",
            "created_at",
            "created_by",
            "committed_at",
            "committed_by",
            "undone_at",
            "undone_by",
            "discarded_at",
            "discarded_by",
            "updated_at",
        ]

    def get_counts(self, run: Any) -> dict[str, int]:
        counts: dict[int, dict[str, int]] = self.context.get("counts", {})
        return counts.get(run.pk, {})

    def get_missing(self, run: Any) -> list[str]:
        return list(run.layout.get("missing", []))


class ImportUploadInput(PlaceFields, StrictSerializer):
    sheet = serializers.CharField(max_length=40, help_text="Code of the table, as in import-sheets.")
    file = serializers.FileField(allow_empty_file=True, max_length=255, help_text=".xlsx, .xls, .ods or .csv")


class MappingInput(StrictSerializer):
    mapping = serializers.DictField(
        child=serializers.CharField(allow_blank=True, max_length=60),
        help_text="Position in the file (from 0) → column; an empty text leaves the position out.",
    )
    date_order = serializers.ChoiceField(
        [("", "unknown"), ("dmy", "day first"), ("mdy", "month first")],
        required=False,
        allow_blank=True,
        default="",
        help_text="How 03/04/2021 is meant in this file.",
    )


class RowProblemSerializer(serializers.Serializer[Any]):
    column = serializers.CharField(help_text="Empty for the row as a whole.")
    code = serializers.CharField(help_text="Stable, for programs.")
    message = serializers.CharField()
    suggestion = serializers.CharField(help_text="A text that may replace the cell; often empty.")


class CandidateSerializer(serializers.Serializer[Any]):
    id = serializers.IntegerField(help_text="0: an earlier row of the same file.")
    label = serializers.CharField()
    why = serializers.CharField()
    url = serializers.CharField()


class ImportRowSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(help_text="As in the file, from 1.")
    status = serializers.ChoiceField(RowState.choices)
    cells = serializers.DictField(
        child=serializers.CharField(), source="texts", help_text="Column → text as it stands in the grid."
    )
    errors = RowProblemSerializer(many=True)
    remarks = serializers.ListField(
        child=serializers.DictField(), help_text="How unusual spellings were read: column, message."
    )
    changes = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text="Column → text before, after."
    )
    candidates = CandidateSerializer(many=True)
    decision = serializers.ChoiceField(RowDecision.choices, allow_blank=True)
    target = serializers.IntegerField(allow_null=True)
    record_id = serializers.IntegerField(allow_null=True)


class RowInput(StrictSerializer):
    cells = serializers.DictField(
        child=serializers.CharField(allow_blank=True, trim_whitespace=False, max_length=32_767),
        required=False,
        help_text="Column → text to be typed over the cell.",
    )
    decision = serializers.ChoiceField(
        RowDecision.choices,
        required=False,
        allow_blank=True,
        help_text="What the row is; empty takes a decision back.",
    )
    target = serializers.IntegerField(
        required=False, allow_null=True, min_value=1, max_value=2**63 - 1, help_text="With `same`: which one."
    )


class ChoiceSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label_zh = serializers.CharField()
    label_en = serializers.CharField()


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    label_zh = serializers.CharField()
    label_en = serializers.CharField()
    kind = serializers.ChoiceField([(kind.value, kind.value) for kind in Kind])
    required = serializers.BooleanField()
    unit_zh = serializers.CharField()
    unit_en = serializers.CharField()
    note_zh = serializers.CharField()
    note_en = serializers.CharField()
    example = serializers.CharField()
    choices = ChoiceSerializer(many=True)


class SheetSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    label_zh = serializers.CharField()
    label_en = serializers.CharField()
    about_zh = serializers.CharField()
    about_en = serializers.CharField()
    columns = ColumnSerializer(many=True)
