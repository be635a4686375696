"""What tickets, mentors and services look like to programs."""

from typing import Any

from rest_framework import serializers

from accounts.models import User
from core.api.serializers import ByCode as ByCodeField
from core.api.serializers import (
    ById,
    CodeOf,
    InputSerializer,
    NameOf,
    RecordSerializer,
    StrictSerializer,
)
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from incubators.api.scoping import PlaceFields
from incubators.models import Incubator
from incubators.scope import Action, scope_of
from projects.models import Project
from support.enums import MentorField, TicketState
from support.models import Mentor, ServiceRecord, Ticket, TicketEntry, TicketType


class TicketTypeSerializer(RecordSerializer):
    """``answer_days`` and ``done_days`` are working days. ``park`` is null for the general types."""

    park = CodeOf(allow_null=True)

    class Meta:
        model = TicketType
        fields = [
            "id",
            "park",
            "code",
            "name_zh",
            "name_en",
            "answer_days",
            "done_days",
            "is_active",
            "updated_at",
        ]


class TicketSerializer(RecordSerializer):
    park = CodeOf()
    incubator = CodeOf(allow_null=True)
    type = CodeOf()
    owner = NameOf(allow_null=True)
    entered_by = NameOf(allow_null=True)
    resolved_by = NameOf(allow_null=True)
    rated_by = NameOf(allow_null=True)

    class Meta:
        model = Ticket
        fields = [
            "id",
            "number",
            "park",
            "incubator",
            "type",
            "title",
            "text",
            "asked_by",
            "project",
            "enterprise",
            "owner",
            "state",
            "answer_due_at",
            "due_at",
            "answered_at",
            "resolved_at",
            "resolved_by",
            "outcome",
            "rating",
            "rating_note",
            "rated_at",
            "rated_by",
            "external_id",
            "provenance",
            "entered_by",
            "version",
            "created_at",
            "updated_at",
        ]


class TicketEntrySerializer(RecordSerializer):
    by = NameOf()

    class Meta:
        model = TicketEntry
        fields = ["id", "kind", "text", "state", "at", "by"]


class TypeByCode(serializers.SlugRelatedField[Any]):
    """A type by its code: the park's own before the general one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(slug_field="code", **options)

    def to_internal_value(self, data: Any) -> Any:
        found = TicketType.objects.visible_to(self.context["request"].user).filter(code=str(data)[:60])
        kind = found.order_by("park").last() if isinstance(data, str) else None
        if kind is None:
            self.fail("does_not_exist", slug_name="code", value=str(data)[:60])
        return kind


class TicketInput(InputSerializer):
    type = TypeByCode(queryset=TicketType.objects.all(), help_text="Code of the type.")
    project = ById(queryset=Project.objects.all(), required=False, allow_null=True)
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)

    class Meta:
        model = Ticket
        fields = ["type", "title", "text", "asked_by", "project", "enterprise", "external_id"]


class NewTicketInput(PlaceFields, TicketInput):
    class Meta(TicketInput.Meta):
        fields = ["incubator", "park", *TicketInput.Meta.fields]


class CommentInput(StrictSerializer):
    text = serializers.CharField(max_length=5000)


class AssignInput(StrictSerializer):
    owner = serializers.SlugRelatedField(
        slug_field="username", queryset=User.objects.filter(is_active=True), allow_null=True
    )


class MoveTicketInput(StrictSerializer):
    to_state = serializers.ChoiceField(choices=TicketState.choices)
    text = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class ResolveInput(StrictSerializer):
    outcome = serializers.CharField(max_length=5000)
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)


class CloseTicketInput(StrictSerializer):
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class ReopenInput(StrictSerializer):
    reason = serializers.CharField(max_length=2000)


MENTOR_WRITABLE = [
    "name_zh",
    "name_en",
    "organisation",
    "position",
    "region",
    "fields",
    "contact",
    "appointed_on",
    "ends_on",
    "external_id",
]


class MentorSerializer(RecordSerializer):
    """``contact`` is empty for those who may not enter records at the place: it is personal data."""

    park = CodeOf()
    incubator = CodeOf(allow_null=True)

    class Meta:
        model = Mentor
        fields = [
            "id",
            "park",
            "incubator",
            *(name for name in MENTOR_WRITABLE if name != "fields"),
            "provenance",
            "version",
            "created_at",
            "updated_at",
        ]

    def get_fields(self) -> dict[str, Any]:
        return {**super().get_fields(), "fields": serializers.ListField(child=serializers.CharField())}

    def to_representation(self, instance: Mentor) -> dict[str, Any]:
        shown = dict(super().to_representation(instance))
        request = self.context.get("request")
        place = {"park_id": instance.park_id, "incubator_id": instance.incubator_id}
        if request is not None and not scope_of(request.user).allows(Action.ENTER, **place):
            shown["contact"] = ""
        return shown


class MentorInput(InputSerializer):
    class Meta:
        model = Mentor
        fields = [name for name in MENTOR_WRITABLE if name != "fields"]

    def get_fields(self) -> dict[str, Any]:
        field = serializers.ListField(
            child=serializers.ChoiceField(choices=MentorField.choices), required=False, max_length=6
        )
        return {**super().get_fields(), "fields": field}


class NewMentorInput(PlaceFields, MentorInput):
    class Meta(MentorInput.Meta):
        fields = ["incubator", "park", *MentorInput.Meta.fields]


SERVICE_WRITABLE = ["kind", "on", "hours", "mentor", "project", "enterprise", "subject", "result"]


class ServiceRecordSerializer(RecordSerializer):
    incubator = CodeOf()
    entered_by = NameOf()
    verified_by = NameOf(allow_null=True)

    class Meta:
        model = ServiceRecord
        fields = [
            "id",
            "incubator",
            *SERVICE_WRITABLE,
            "evidence",
            "entered_at",
            "entered_by",
            "verified_at",
            "verified_by",
            "version",
            "updated_at",
        ]


class ServiceRecordInput(InputSerializer):
    mentor = ById(queryset=Mentor.objects.all(), required=False, allow_null=True)
    project = ById(queryset=Project.objects.all(), required=False, allow_null=True)
    enterprise = ById(queryset=Enterprise.objects.all(), required=False, allow_null=True)
    evidence = ById(queryset=EvidenceFile.objects.all(), many=True, required=False)

    class Meta:
        model = ServiceRecord
        fields = [*SERVICE_WRITABLE, "evidence"]


class NewServiceRecordInput(ServiceRecordInput):
    incubator = ByCodeField(queryset=Incubator.objects.all())

    class Meta(ServiceRecordInput.Meta):
        fields = ["incubator", *ServiceRecordInput.Meta.fields]
