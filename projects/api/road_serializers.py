"""What checklists, returns, follow-ups and supports look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    ById,
    InputSerializer,
    NameOf,
    RecordSerializer,
    StrictSerializer,
)
from core.enums import Currency
from enterprises.models import YearlyFigure
from evidence.models import EvidenceFile
from projects.api.serializers import LegSerializer
from projects.enums import Presence, StepState
from projects.models import (
    ChecklistTemplateStep,
    FollowUp,
    LegStep,
    RelocationLeg,
    ReturnOutcome,
    SupportCheck,
)


class LegRowSerializer(LegSerializer):
    """A leg with whose it is."""

    park = serializers.CharField(source="project.park.code")
    incubator = serializers.CharField(source="project.incubator.code", allow_null=True, default=None)
    project_code = serializers.CharField(source="project.code")

    class Meta:
        model = RelocationLeg
        fields = [*LegSerializer.Meta.fields, "park", "incubator", "project_code"]


class StepSerializer(RecordSerializer):
    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    owner = NameOf(allow_null=True)
    settled_by = NameOf(allow_null=True)

    class Meta:
        model = LegStep
        fields = [
            "id",
            "leg",
            "code",
            "name_zh",
            "name_en",
            "position",
            "state",
            "reason",
            "due_on",
            "owner",
            "note",
            "ticket_number",
            "evidence",
            "settled_at",
            "settled_by",
            "version",
            "updated_at",
        ]


class StepInput(StrictSerializer):
    state = serializers.ChoiceField(StepState.choices, required=False)
    reason = serializers.CharField(
        max_length=300, required=False, allow_blank=True, help_text="Needed for “not_needed”."
    )
    due_on = serializers.DateField(required=False, allow_null=True)
    owner = serializers.CharField(
        max_length=150, required=False, allow_null=True, help_text="User name of the person in charge."
    )
    note = serializers.CharField(max_length=300, required=False, allow_blank=True)
    ticket_number = serializers.CharField(max_length=200, required=False, allow_blank=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)


class TemplateStepSerializer(RecordSerializer):
    class Meta:
        model = ChecklistTemplateStep
        fields = ["code", "name_zh", "name_en", "days", "only_across_borders"]


class TemplateStepInput(StrictSerializer):
    code = serializers.SlugField(max_length=40, required=False, allow_blank=True)
    name_zh = serializers.CharField(max_length=200)
    name_en = serializers.CharField(max_length=300, required=False, allow_blank=True)
    days = serializers.IntegerField(min_value=-730, max_value=730, required=False, default=0)
    only_across_borders = serializers.BooleanField(required=False, default=False)


class TemplateSerializer(serializers.Serializer[Any]):
    steps = TemplateStepSerializer(many=True)


class TemplateInput(StrictSerializer):
    steps = TemplateStepInput(many=True, allow_empty=False)


class OutcomeSerializer(RecordSerializer):
    entered_by = NameOf()

    class Meta:
        model = ReturnOutcome
        fields = [
            "id",
            "project",
            "product",
            "phase",
            "phase_on",
            "note",
            "entered_at",
            "entered_by",
            "version",
            "updated_at",
        ]


class OutcomeInput(InputSerializer):
    class Meta:
        model = ReturnOutcome
        fields = ["product", "phase", "phase_on", "note"]


class ReturnedSerializer(serializers.Serializer[Any]):
    """A project that came back from abroad. Figures count what the records hold now."""

    id = serializers.IntegerField(source="project.pk")
    code = serializers.CharField(source="project.code")
    name_zh = serializers.CharField(source="project.name_zh")
    name_en = serializers.CharField(source="project.name_en")
    park = serializers.CharField(source="project.park.code")
    incubator = serializers.CharField(source="project.incubator.code", allow_null=True, default=None)
    stage = serializers.CharField(source="project.stage")
    came_from = serializers.CharField()
    arrived_on = serializers.DateField(help_text="First arrival from abroad.")
    enterprise = serializers.IntegerField(source="company.pk", allow_null=True, default=None)
    product = serializers.CharField(source="outcome.product", default="")
    phase = serializers.CharField(source="outcome.phase", default="")
    phase_on = serializers.DateField(source="outcome.phase_on", allow_null=True, default=None)
    patents = serializers.IntegerField(help_text="Verified patent applications of its enterprise.")


class FollowUpSerializer(RecordSerializer):
    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)
    entered_by = NameOf()
    verified_by = NameOf(allow_null=True)

    class Meta:
        model = FollowUp
        fields = [
            "id",
            "project",
            "year",
            "is_operating",
            "place",
            "moved_away",
            "figures",
            "currency",
            "revenue_amount",
            "tax_paid_amount",
            "staff_count",
            "note",
            "evidence",
            "entered_at",
            "entered_by",
            "verified_at",
            "verified_by",
            "version",
            "updated_at",
        ]


class FollowUpInput(StrictSerializer):
    is_operating = serializers.BooleanField()
    place = serializers.CharField(max_length=160, required=False, allow_blank=True)
    moved_away = serializers.BooleanField(required=False)
    figures = ById(queryset=YearlyFigure.objects.all(), required=False, allow_null=True)
    currency = serializers.ChoiceField(Currency.choices, required=False, allow_blank=True)
    revenue_amount = serializers.DecimalField(
        max_digits=18, decimal_places=2, required=False, allow_null=True, min_value=0
    )
    tax_paid_amount = serializers.DecimalField(
        max_digits=18, decimal_places=2, required=False, allow_null=True, min_value=0
    )
    staff_count = serializers.IntegerField(min_value=0, required=False, allow_null=True)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)


class NewFollowUpInput(FollowUpInput):
    year = serializers.IntegerField(min_value=1990, max_value=2100)


class DueFollowUpSerializer(serializers.Serializer[Any]):
    project = serializers.IntegerField(source="project.pk")
    code = serializers.CharField(source="project.code")
    year = serializers.IntegerField()
    due_on = serializers.DateField(source="on")


class DueFollowUpsSerializer(serializers.Serializer[Any]):
    results = DueFollowUpSerializer(many=True)


class SupportSerializer(RecordSerializer):
    stated_by = NameOf()

    class Meta:
        model = SupportCheck
        fields = [
            "id",
            "log",
            "funding",
            "policy",
            "service",
            "words",
            "hints",
            "stated_at",
            "stated_by",
            "version",
            "updated_at",
        ]


class SupportInput(StrictSerializer):
    funding = serializers.ChoiceField(Presence.choices)
    policy = serializers.ChoiceField(Presence.choices)
    service = serializers.ChoiceField(Presence.choices)
    words = serializers.CharField(max_length=2000, required=False, allow_blank=True)
