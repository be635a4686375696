"""What tracked agreements and their actions look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    ByCode,
    CodeOf,
    InputSerializer,
    MomentField,
    NameOf,
    RecordSerializer,
    StrictSerializer,
)
from incubators.api.scoping import PlaceFields
from incubators.models import Agreement, Organisation
from outreach.api.serializers.base import KEPT, NEW, PLACED, ByName, PlacedSerializer, evidence_ids, optional
from outreach.models import (
    AgreementAction,
    TrackedAgreement,
)
from outreach.services.agreements import ACTION_FIELDS
from outreach.services.agreements import FIELDS as AGREEMENT_FIELDS


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
