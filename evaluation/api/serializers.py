"""What indicators, schemes, measures, runs and reports look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import ById, CodeOf, NameOf, RecordSerializer, StrictSerializer
from evaluation.enums import NodeKind, ReportFormat, ReportLanguage, RunState
from evaluation.measures import MEASURES
from evaluation.models import EvaluationRun, Indicator, Observation, ReportRun, Scheme, SchemeNode
from evidence.models import EvidenceFile


class IndicatorSerializer(RecordSerializer):
    class Meta:
        model = Indicator
        fields = [
            "id",
            "code",
            "name_zh",
            "name_en",
            "unit_zh",
            "unit_en",
            "direction",
            "formula_zh",
            "formula_en",
            "calculation",
            "basis",
            "updated_at",
        ]


class SchemeNodeSerializer(RecordSerializer):
    parent = CodeOf(allow_null=True)
    indicator = CodeOf(allow_null=True)

    class Meta:
        model = SchemeNode
        fields = [
            "code",
            "parent",
            "position",
            "kind",
            "name_zh",
            "name_en",
            "indicator",
            "weight",
            "rule",
        ]


class SchemeSerializer(RecordSerializer):
    """One version of a scheme as a tree of nodes; a published version never changes."""

    nodes = SchemeNodeSerializer(many=True)

    class Meta:
        model = Scheme
        fields = [
            "id",
            "code",
            "version",
            "name_zh",
            "name_en",
            "label_zh",
            "label_en",
            "status",
            "valid_from",
            "valid_until",
            "grades",
            "bonus_limit",
            "source",
            "nodes",
            "updated_at",
        ]


class ObservationSerializer(RecordSerializer):
    """One measure of one incubator in one month; ``unit`` says what ``value`` counts."""

    incubator = CodeOf()
    unit = serializers.SerializerMethodField()
    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    entered_by = NameOf()
    verified_by = NameOf(allow_null=True)

    class Meta:
        model = Observation
        fields = [
            "id",
            "incubator",
            "measure",
            "period",
            "value",
            "unit",
            "note",
            "evidence",
            "provenance",
            "entered_at",
            "entered_by",
            "verified_at",
            "verified_by",
            "updated_at",
        ]

    def get_unit(self, record: Any) -> str:
        measure = MEASURES.get(record.measure)
        return measure.unit_en if measure else ""


class ObservationInput(StrictSerializer):
    incubator = serializers.CharField(max_length=80, help_text="Code of the incubator.")
    measure = serializers.ChoiceField(sorted(MEASURES))
    period = serializers.CharField(max_length=8, help_text="A month, such as 2021-04.")
    value = serializers.DecimalField(max_digits=24, decimal_places=4)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)


class MeasureSerializer(serializers.Serializer[Any]):
    code = serializers.CharField()
    name_zh = serializers.CharField()
    name_en = serializers.CharField()
    unit_zh = serializers.CharField()
    unit_en = serializers.CharField()


class ReportRequest(StrictSerializer):
    incubator = serializers.CharField(
        max_length=80, required=False, allow_null=True, help_text="Code; or name the park."
    )
    park = serializers.CharField(
        max_length=80, required=False, allow_null=True, help_text="Code; for the report of a whole park."
    )
    period = serializers.CharField(max_length=8, help_text="2021, 2021-H1, 2021-Q2 or 2021-04")
    format = serializers.ChoiceField(ReportFormat.choices, default=ReportFormat.PDF)
    lang = serializers.ChoiceField(ReportLanguage.choices, default=ReportLanguage.ZH_HANS)


class ReportRunSerializer(serializers.ModelSerializer[Any]):
    """A report being made or ready. ``sha256`` is of the file, ``snapshot_sha256`` of the data behind it."""

    state = serializers.ChoiceField(RunState.choices)
    progress = serializers.IntegerField(help_text="in %")
    lang = serializers.ChoiceField(ReportLanguage.choices, source="language")
    park = serializers.CharField(source="run.park.code")
    incubator = serializers.CharField(source="run.incubator.code", allow_null=True)
    period = serializers.CharField(source="run.period")
    run_url = serializers.CharField()
    download_url = serializers.CharField(allow_null=True, help_text="null until the report is ready")
    snapshot_url = serializers.CharField()
    snapshot_sha256 = serializers.CharField(source="run.snapshot_sha256")

    class Meta:
        model = ReportRun
        fields = [
            "id",
            "state",
            "progress",
            "step",
            "error",
            "park",
            "incubator",
            "period",
            "format",
            "lang",
            "run_url",
            "download_url",
            "snapshot_url",
            "sha256",
            "size",
            "snapshot_sha256",
            "requested_at",
            "finished_at",
        ]


class EvaluationRunSerializer(RecordSerializer):
    """A run in brief; read it alone for every score with its explanation."""

    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    scheme = CodeOf()
    scheme_version = serializers.IntegerField(source="scheme.version")

    class Meta:
        model = EvaluationRun
        fields = [
            "id",
            "park",
            "incubator",
            "audience",
            "period",
            "scheme",
            "scheme_version",
            "as_of",
            "total",
            "grade",
            "scored_at",
            "snapshot_sha256",
            "requested_at",
        ]


class ScoreNodeSerializer(serializers.Serializer[Any]):
    """The points of one node: number → formula → records → evidence."""

    code = serializers.CharField()
    kind = serializers.ChoiceField(NodeKind.choices)
    depth = serializers.IntegerField()
    name = serializers.CharField()
    weight = serializers.DecimalField(max_digits=9, decimal_places=2)
    effective_weight = serializers.DecimalField(max_digits=9, decimal_places=2)
    points = serializers.DecimalField(max_digits=9, decimal_places=2)
    value = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    unit = serializers.CharField()
    target = serializers.DecimalField(max_digits=24, decimal_places=6, allow_null=True)
    state = serializers.CharField()
    formula = serializers.CharField()
    explanation = serializers.CharField()
    arithmetic = serializers.CharField()
    inputs = serializers.ListField(child=serializers.DictField())
    records = serializers.ListField(child=serializers.DictField())
    evidence = serializers.ListField(child=serializers.CharField(), help_text="SHA-256 of each file")


class SubjectSerializer(serializers.Serializer[Any]):
    incubator = serializers.DictField()
    total = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    grade = serializers.CharField()
    grade_label = serializers.CharField()
    rank = serializers.IntegerField(allow_null=True)
    previous_total = serializers.DecimalField(max_digits=9, decimal_places=2, allow_null=True)
    vetoed = serializers.BooleanField()
    summary = serializers.CharField()
    nodes = ScoreNodeSerializer(many=True)


class ResultSerializer(serializers.Serializer[Any]):
    run_id = serializers.IntegerField()
    park = serializers.DictField()
    incubator = serializers.DictField(allow_null=True)
    audience = serializers.CharField()
    period = serializers.CharField()
    as_of = serializers.DateField()
    scheme = serializers.DictField()
    snapshot_sha256 = serializers.CharField()
    input_sha256 = serializers.CharField()
    is_scored = serializers.BooleanField()
    is_demonstration = serializers.BooleanField()
    subjects = SubjectSerializer(many=True)
    peers = serializers.ListField(child=serializers.DictField())
    totals = serializers.ListField(child=serializers.DictField())
    problems = serializers.ListField(child=serializers.DictField())
    snapshot_url = serializers.CharField()


class CompletenessSerializer(serializers.Serializer[Any]):
    period = serializers.CharField()
    is_complete = serializers.BooleanField()
    incubators = serializers.ListField(child=serializers.DictField())
    gaps = serializers.ListField(child=serializers.DictField())
