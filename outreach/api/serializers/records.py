"""What contacts, events and interactions look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    ByCode,
    ById,
    CodeOf,
    InputSerializer,
    NameOf,
)
from incubators.api.scoping import PlaceFields
from incubators.models import Organisation
from outreach.api.serializers.base import KEPT, NEW, PLACED, ByName, PlacedSerializer, evidence_ids, optional
from outreach.models import (
    Contact,
    Event,
    Interaction,
    Lead,
)
from outreach.services.contacts import FIELDS as CONTACT_FIELDS
from outreach.services.events import FIELDS as EVENT_FIELDS
from outreach.services.interactions import FIELDS as INTERACTION_FIELDS


class ContactSerializer(PlacedSerializer):
    """Telephone, e-mail and WeChat are masked for whoever may only read, as in `138****1234`."""

    organisation = CodeOf(allow_null=True)
    anonymised_by = NameOf(allow_null=True)

    class Meta:
        model = Contact
        fields = [*PLACED, *CONTACT_FIELDS, "anonymised_at", "anonymised_by", *KEPT]

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
