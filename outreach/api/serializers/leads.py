"""What leads, their moves and the funnel look like to programs."""

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
from incubators.api.scoping import PlaceFields
from incubators.models import Organisation
from outreach.api.serializers.base import KEPT, NEW, PLACED, ByName, PlacedSerializer, optional
from outreach.enums import DropReason, LeadStage
from outreach.models import (
    Contact,
    Event,
    Interaction,
    Lead,
    LeadStageLog,
    Mandate,
)
from outreach.services.leads import FIELDS as LEAD_FIELDS
from outreach.stages import BY_HAND
from projects.models import Sector


class LeadSerializer(PlacedSerializer):
    """`reached` is the furthest stage that holds; `stage` follows the project once there is one."""

    sector = CodeOf(allow_null=True)
    organisation = CodeOf(allow_null=True)
    source_organisation = CodeOf(allow_null=True)
    owner = NameOf(allow_null=True)
    converted_by = NameOf(allow_null=True)

    class Meta:
        model = Lead
        fields = [
            *PLACED,
            *LEAD_FIELDS,
            "stage",
            "stage_since",
            "reached",
            "drop_reason",
            "project",
            "converted_at",
            "converted_by",
            *KEPT,
        ]


class LeadInput(InputSerializer):
    """Exactly one source: with `source` comes the field of that source, and no other."""

    first_contact_on = serializers.DateField(required=False, help_text="Left out: today.")
    sector = optional(ByCode, Sector)
    organisation = optional(ByCode, Organisation)
    contact = optional(ById, Contact)
    source_event = optional(ById, Event)
    source_mandate = optional(ById, Mandate)
    source_contact = optional(ById, Contact)
    source_organisation = optional(ByCode, Organisation)
    owner = ByName(required=False, allow_null=True)

    class Meta:
        model = Lead
        fields = list(LEAD_FIELDS)


class NewLeadInput(PlaceFields, LeadInput):
    interaction = ById(
        queryset=Interaction.objects.all(),
        required=False,
        allow_null=True,
        help_text="The talk from which this lead is opened; what was planned there moves to the lead.",
    )
    stage = serializers.ChoiceField(
        choices=[LeadStage.CONTACT, LeadStage.TALK], required=False, default=LeadStage.CONTACT
    )

    class Meta(LeadInput.Meta):
        fields = [*NEW, *LEAD_FIELDS, "interaction", "stage"]


class LeadMoveInput(StrictSerializer):
    to_stage = serializers.ChoiceField(choices=[(code, LeadStage(code).label) for code in BY_HAND])
    on = serializers.DateField()
    drop_reason = serializers.ChoiceField(
        choices=DropReason.choices, required=False, allow_blank=True, default=""
    )
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
    from_stage = serializers.ChoiceField(
        choices=LeadStage.choices, required=False, help_text="Refuse (409) when the lead stands elsewhere."
    )


class LeadStageLogSerializer(RecordSerializer):
    moved_by = NameOf(allow_null=True)

    class Meta:
        model = LeadStageLog
        fields = [
            "sequence",
            "from_stage",
            "to_stage",
            "on",
            "drop_reason",
            "note",
            "moved_at",
            "moved_by",
        ]


class ConversionInput(StrictSerializer):
    """What the project should say instead of what the lead says; everything may be left out."""

    name_zh = serializers.CharField(required=False, max_length=200)
    name_en = serializers.CharField(required=False, allow_blank=True, max_length=300)
    sector = optional(ByCode, Sector)
    summary = serializers.CharField(required=False, allow_blank=True, max_length=5000)
    team_lead = serializers.CharField(required=False, allow_blank=True, max_length=80)


class ConversionSerializer(serializers.Serializer[Any]):
    lead = serializers.IntegerField()
    project = serializers.IntegerField()
    project_code = serializers.CharField()


class LookalikeSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="`lead` or `project`")
    id = serializers.IntegerField(source="record.pk")
    name_zh = serializers.CharField(source="record.name_zh")
    stage = serializers.CharField(source="record.stage")


class LookalikesSerializer(serializers.Serializer[Any]):
    results = LookalikeSerializer(many=True)


class PlaceFunnelSerializer(serializers.Serializer[Any]):
    """Each stage counts the later ones too; `dropped` lies across them."""

    park = serializers.CharField()
    incubator = serializers.CharField(allow_null=True)
    contacted = serializers.IntegerField()
    talked = serializers.IntegerField()
    signed = serializers.IntegerField()
    landed = serializers.IntegerField()
    dropped = serializers.IntegerField()


class FunnelSerializer(serializers.Serializer[Any]):
    results = PlaceFunnelSerializer(many=True)
