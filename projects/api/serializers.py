"""What projects and everything that hangs on them look like to programs."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.api.serializers import (
    ByCode,
    ById,
    CodeOf,
    InputSerializer,
    MissingSerializer,
    NameOf,
    RecordSerializer,
    StrictSerializer,
)
from core.models import HistoryEntry
from enterprises.models import Enterprise
from evidence.api.serializers import EvidenceSerializer
from evidence.models import EvidenceFile
from incubators.api.scoping import PlaceFields
from incubators.models import Incubator
from projects.enums import Cause, Stage
from projects.models import (
    CreditShare,
    Project,
    ProjectEvidence,
    ProjectFact,
    RelocationLeg,
    ReportedProject,
    Sector,
    StageLog,
)

WRITABLE = [
    "name_zh",
    "name_en",
    "sector",
    "summary",
    "team_lead",
    "contact",
    "lead_source",
    "destination_site",
    "enterprise",
    "first_contact_on",
    "external_id",
]


class SectorSerializer(RecordSerializer):
    class Meta:
        model = Sector
        fields = ["id", "code", "name_zh", "name_en", "position"]


class ProjectSerializer(RecordSerializer):
    """The record. Stage and its date change through moves only."""

    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    sector = CodeOf(allow_null=True)

    class Meta:
        model = Project
        fields = [
            "id",
            "code",
            "park",
            "incubator",
            *WRITABLE,
            "stage",
            "stage_since",
            "provenance",
            "version",
            "created_at",
            "updated_at",
        ]


class ProjectInput(InputSerializer):
    sector = ByCode(queryset=Sector.objects.all(), required=False, allow_null=True)
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Project
        fields = WRITABLE
        extra_kwargs = {"first_contact_on": {"required": False}}


class NewProjectInput(PlaceFields, ProjectInput):
    class Meta(ProjectInput.Meta):
        fields = ["incubator", "park", *WRITABLE]


class BulkRow(serializers.Serializer[Any]):
    index = serializers.IntegerField()
    status = serializers.ChoiceField(["created", "updated", "unchanged", "error"])
    id = serializers.IntegerField(allow_null=True)
    errors = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class BulkInput(StrictSerializer):
    incubator = serializers.CharField(required=False, help_text="For rows that name none.")
    park = serializers.CharField(required=False, help_text="For rows that name none.")
    rows = serializers.ListField(
        child=serializers.DictField(), max_length=1000, help_text="The same fields as POST projects/."
    )


class BulkAnswer(serializers.Serializer[Any]):
    dry_run = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    results = BulkRow(many=True)


class GateSerializer(serializers.Serializer[Any]):
    to_stage = serializers.ChoiceField(Stage.choices)
    is_open = serializers.BooleanField(help_text="Nothing is missing.")
    missing = MissingSerializer(many=True)
    movers = serializers.ListField(
        child=serializers.CharField(), help_text="Roles that may move or request the step."
    )
    decided_by = serializers.ListField(
        child=serializers.CharField(), help_text="Roles that verify and decide; empty where nobody has to."
    )
    must_request = serializers.BooleanField(help_text="A second person decides the step itself.")
    is_requestable = serializers.BooleanField(help_text="Only the second person is missing.")
    days = serializers.IntegerField(allow_null=True, help_text="Days for the decision.")
    request = serializers.IntegerField(allow_null=True, help_text="The request that waits, if any.")
    due_on = serializers.DateField(allow_null=True, help_text="By when that request is to be decided.")
    gate_version = serializers.IntegerField(allow_null=True, help_text="The gate table that holds today.")


class GatesSerializer(serializers.Serializer[Any]):
    stage = serializers.ChoiceField(Stage.choices)
    gates = GateSerializer(many=True)
    allowed_moves = serializers.ListField(child=serializers.ChoiceField(Stage.choices))


class MoveInput(StrictSerializer):
    to_stage = serializers.ChoiceField(Stage.choices)
    on = serializers.DateField(help_text="The day of the move, local to the incubator.")
    reason = serializers.CharField(
        max_length=2000,
        required=False,
        allow_blank=True,
        default="",
        help_text="Needed for every step that does not lead ahead.",
    )
    cause = serializers.ChoiceField(
        Cause.choices, required=False, allow_blank=True, default="", help_text="Needed for a termination."
    )
    destination = serializers.CharField(
        max_length=160,
        required=False,
        allow_blank=True,
        default="",
        help_text="Where the project went; needed for “moved_elsewhere”.",
    )
    from_stage = serializers.ChoiceField(
        Stage.choices,
        required=False,
        allow_null=True,
        help_text="The stage in which you saw the project; 409 when it has moved since.",
    )


class StageLogSerializer(RecordSerializer):
    moved_by = NameOf(allow_null=True)

    class Meta:
        model = StageLog
        fields = [
            "id",
            "project",
            "sequence",
            "from_stage",
            "to_stage",
            "on",
            "reason",
            "cause",
            "destination",
            "gate_version",
            "moved_at",
            "moved_by",
        ]


class FactSerializer(RecordSerializer):
    """A dated fact. ``amount`` is in whole units of ``currency``; both are empty for facts without money."""

    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    entered_by = NameOf()
    verified_by = NameOf(allow_null=True)
    returned_by = NameOf(allow_null=True)

    class Meta:
        model = ProjectFact
        fields = [
            "id",
            "project",
            "kind",
            "on",
            "amount",
            "currency",
            "note",
            "evidence",
            "entered_at",
            "entered_by",
            "verified_at",
            "verified_by",
            "returned_at",
            "returned_by",
            "return_reason",
            "updated_at",
        ]


class FactInput(InputSerializer):
    class Meta:
        model = ProjectFact
        fields = ["on", "amount", "currency", "note"]


class NewFactInput(FactInput):
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)

    class Meta(FactInput.Meta):
        fields = ["kind", "on", "amount", "currency", "note", "evidence"]


class FilesInput(StrictSerializer):
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, allow_empty=False)


class FileInput(StrictSerializer):
    file = ById(queryset=EvidenceFile.objects.all())


class ReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


class LegSerializer(RecordSerializer):
    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    entered_by = NameOf()

    class Meta:
        model = RelocationLeg
        fields = [
            "id",
            "project",
            "sequence",
            "from_place",
            "to_place",
            "from_country",
            "to_country",
            "legal_entity",
            "site",
            "planned_on",
            "departed_on",
            "arrived_on",
            "evidence",
            "entered_at",
            "entered_by",
            "updated_at",
        ]


class LegInput(InputSerializer):
    legal_entity = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)

    class Meta:
        model = RelocationLeg
        fields = [
            "from_place",
            "to_place",
            "from_country",
            "to_country",
            "legal_entity",
            "site",
            "planned_on",
            "departed_on",
            "arrived_on",
            "evidence",
        ]


class NewLegInput(LegInput):
    sequence = serializers.IntegerField(min_value=1, max_value=99)

    class Meta(LegInput.Meta):
        fields = ["sequence", *LegInput.Meta.fields]


class ShareSerializer(RecordSerializer):
    incubator = CodeOf()
    operator = CodeOf(allow_null=True)

    class Meta:
        model = CreditShare
        fields = ["incubator", "operator", "percent"]


class SharesSerializer(serializers.Serializer[Any]):
    shares = ShareSerializer(many=True)


class ShareInput(StrictSerializer):
    incubator = ByCode(queryset=Incubator.objects.all())
    percent = serializers.DecimalField(max_digits=5, decimal_places=2)


class SharesInput(StrictSerializer):
    shares = ShareInput(many=True, allow_empty=False)

    def validate_shares(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        if len({row["incubator"].pk for row in rows}) < len(rows):
            raise serializers.ValidationError(_("An incubator appears twice."), code="duplicate")
        return rows


class AttachmentSerializer(RecordSerializer):
    file = EvidenceSerializer()
    attached_by = NameOf()

    class Meta:
        model = ProjectEvidence
        fields = ["id", "file", "attached_at", "attached_by"]


class HistorySerializer(RecordSerializer):
    class Meta:
        model = HistoryEntry
        fields = [
            "chain",
            "sequence",
            "at",
            "actor",
            "action",
            "subject_type",
            "subject_id",
            "subject_label",
            "changes",
            "hash",
        ]


class ReportedProjectSerializer(RecordSerializer):
    """What a source says of a project or a batch of projects; never part of a total."""

    park = CodeOf(allow_null=True)
    incubator = CodeOf(allow_null=True)
    candidates = CodeOf(many=True)

    class Meta:
        model = ReportedProject
        fields = [
            "id",
            "code",
            "name_zh",
            "name_en",
            "park",
            "incubator",
            "candidates",
            "company_code",
            "sector_zh",
            "sector_en",
            "stage_code",
            "stage_basis",
            "incubator_note",
            "overlap_note",
            "batch",
            "dates",
            "details",
            "status",
            "source",
            "source_lines",
            "quote_figures",
            "as_of",
            "updated_at",
        ]
