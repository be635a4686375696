"""What liaison records look like to programs."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from core.api.serializers import (
    ByCode,
    ById,
    CodeOf,
    InputSerializer,
    MomentField,
    NameOf,
    RecordSerializer,
    StrictSerializer,
)
from evidence.models import EvidenceFile
from incubators.api.scoping import PlaceFields
from incubators.models import Agreement, Organisation
from outreach.enums import DropReason, LeadStage
from outreach.models import (
    AgreementAction,
    Contact,
    Event,
    Interaction,
    Introduction,
    Lead,
    LeadStageLog,
    Mandate,
    TrackedAgreement,
)
from outreach.services.agreements import ACTION_FIELDS
from outreach.services.agreements import FIELDS as AGREEMENT_FIELDS
from outreach.services.contacts import FIELDS as CONTACT_FIELDS
from outreach.services.events import FIELDS as EVENT_FIELDS
from outreach.services.interactions import FIELDS as INTERACTION_FIELDS
from outreach.services.leads import FIELDS as LEAD_FIELDS
from outreach.services.mandates import CLAIM_FIELDS
from outreach.services.mandates import FIELDS as MANDATE_FIELDS
from outreach.stages import BY_HAND
from projects.models import Project, Sector

PLACED = ["id", "park", "incubator"]
KEPT = ["provenance", "version", "created_at", "updated_at"]
NEW = ["incubator", "park"]


class ByName(serializers.SlugRelatedField[Any]):
    """A person by user name."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="username", queryset=User.objects.filter(is_active=True), **options)


class PlacedSerializer(RecordSerializer):
    park = CodeOf()
    incubator = CodeOf(allow_null=True)


def optional(field: type[Any], model: Any) -> Any:
    return field(queryset=model.objects.all(), required=False, allow_null=True)


def evidence_ids() -> Any:
    return ById(queryset=EvidenceFile.objects.all(), many=True, required=False)


class ContactSerializer(PlacedSerializer):
    """Telephone, e-mail and WeChat are masked for whoever may only read, as in `138****1234`."""

    organisation = CodeOf(allow_null=True)

    class Meta:
        model = Contact
        fields = [*PLACED, *CONTACT_FIELDS, *KEPT]

    def to_representation(self, instance: Contact) -> dict[str, Any]:
        return {
            **super().to_representation(instance),
            **instance.reach_shown_to(self.context["request"].user),
        }


class ContactInput(InputSerializer):
    organisation = optional(ByCode, Organisation)

    class Meta:
        model = Contact
        fields = list(CONTACT_FIELDS)


class NewContactInput(PlaceFields, ContactInput):
    class Meta(ContactInput.Meta):
        fields = [*NEW, *CONTACT_FIELDS]


class EventSerializer(PlacedSerializer):
    """`last_on` is the last day, included. The cost is in whole units of `cost_currency`."""

    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Event
        fields = [*PLACED, *EVENT_FIELDS, "evidence", *KEPT]


class EventInput(InputSerializer):
    evidence = evidence_ids()

    class Meta:
        model = Event
        fields = [*EVENT_FIELDS, "evidence"]


class NewEventInput(PlaceFields, EventInput):
    class Meta(EventInput.Meta):
        fields = [*NEW, *EVENT_FIELDS, "evidence"]


class InteractionSerializer(PlacedSerializer):
    by = NameOf()
    next_done_by = NameOf(allow_null=True)

    class Meta:
        model = Interaction
        fields = [*PLACED, *INTERACTION_FIELDS, "next_done_at", "next_done_by", *KEPT]


class InteractionInput(InputSerializer):
    """`by` is who spoke with them; left out: the caller."""

    by = ByName(required=False)
    contact = optional(ById, Contact)
    lead = optional(ById, Lead)
    event = optional(ById, Event)

    class Meta:
        model = Interaction
        fields = list(INTERACTION_FIELDS)


class NewInteractionInput(PlaceFields, InteractionInput):
    settles = serializers.BooleanField(
        required=False, default=False, help_text="This was the lead's planned next action."
    )

    class Meta(InteractionInput.Meta):
        fields = [*NEW, *INTERACTION_FIELDS, "settles"]


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


class MandateSerializer(PlacedSerializer):
    """`ends_on` is not included. The fee is owed per success, in whole units of `fee_currency`."""

    agent = CodeOf(allow_null=True)
    sector = CodeOf(allow_null=True)
    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = Mandate
        fields = [*PLACED, *MANDATE_FIELDS, "evidence", *KEPT]


class MandateInput(InputSerializer):
    agent = optional(ByCode, Organisation)
    sector = optional(ByCode, Sector)
    evidence = evidence_ids()

    class Meta:
        model = Mandate
        fields = [*MANDATE_FIELDS, "evidence"]


class NewMandateInput(PlaceFields, MandateInput):
    class Meta(MandateInput.Meta):
        fields = [*NEW, *MANDATE_FIELDS, "evidence"]


class IntroductionSerializer(RecordSerializer):
    """Counts for the agent once `verified_at` is set: a second person at the park agreed."""

    entered_by = NameOf()
    verified_by = NameOf(allow_null=True)
    returned_by = NameOf(allow_null=True)

    class Meta:
        model = Introduction
        fields = [
            "id",
            "mandate",
            *CLAIM_FIELDS,
            "entered_at",
            "entered_by",
            "verified_at",
            "verified_by",
            "returned_at",
            "returned_by",
            "return_reason",
            "version",
            "updated_at",
        ]


class IntroductionInput(InputSerializer):
    mandate = ById(queryset=Mandate.objects.all())
    lead = optional(ById, Lead)
    project = optional(ById, Project)

    class Meta:
        model = Introduction
        fields = ["mandate", *CLAIM_FIELDS]


class LiaisonReasonInput(StrictSerializer):
    reason = serializers.CharField(max_length=1000)


class PartySerializer(serializers.Serializer[Any]):
    organisation: Any = serializers.CharField(
        source="organisation.code", read_only=True, allow_null=True, default=None, help_text="Its code."
    )
    name = serializers.CharField()


class PartyInput(StrictSerializer):
    """An organisation by its code, or a name in words."""

    organisation = optional(ByCode, Organisation)
    name = serializers.CharField(required=False, allow_blank=True, default="", max_length=200)

    def to_internal_value(self, data: Any) -> Any:
        values = super().to_internal_value(data)
        return values.get("organisation") or values["name"]


class TrackedAgreementSerializer(PlacedSerializer):
    """`amount` is what was signed, never what was paid. `reported` names what the press says of it."""

    reported = CodeOf(allow_null=True)
    parties = PartySerializer(many=True)
    evidence: Any = serializers.PrimaryKeyRelatedField(many=True, read_only=True)

    class Meta:
        model = TrackedAgreement
        fields = [*PLACED, *AGREEMENT_FIELDS, "parties", "evidence", *KEPT]


class TrackedAgreementInput(InputSerializer):
    reported = optional(ByCode, Agreement)
    parties = PartyInput(many=True)
    evidence = evidence_ids()

    class Meta:
        model = TrackedAgreement
        fields = [*AGREEMENT_FIELDS, "parties", "evidence"]


class NewTrackedAgreementInput(PlaceFields, TrackedAgreementInput):
    class Meta(TrackedAgreementInput.Meta):
        fields = [*NEW, *AGREEMENT_FIELDS, "parties", "evidence"]


class AgreementActionSerializer(RecordSerializer):
    owner = NameOf(allow_null=True)
    done_by = NameOf(allow_null=True)
    done_at = MomentField(allow_null=True)

    class Meta:
        model = AgreementAction
        fields = ["id", *ACTION_FIELDS, "done_at", "done_by", "version", "updated_at"]


class AgreementActionInput(InputSerializer):
    owner = ByName(required=False, allow_null=True)

    class Meta:
        model = AgreementAction
        fields = list(ACTION_FIELDS)


class DoneInput(StrictSerializer):
    result = serializers.CharField(required=False, allow_blank=True, default="", max_length=300)
