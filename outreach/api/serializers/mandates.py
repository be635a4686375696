"""What mandates and introductions look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    ByCode,
    ById,
    CodeOf,
    InputSerializer,
    NameOf,
    RecordSerializer,
)
from incubators.api.scoping import PlaceFields
from incubators.models import Organisation
from outreach.api.serializers.base import KEPT, NEW, PLACED, PlacedSerializer, evidence_ids, optional
from outreach.models import (
    Introduction,
    Lead,
    Mandate,
)
from outreach.services.mandates import CLAIM_FIELDS
from outreach.services.mandates import FIELDS as MANDATE_FIELDS
from projects.models import Project, Sector


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
