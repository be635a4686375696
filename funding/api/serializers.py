"""What policies look like to programs."""

from typing import Any

from rest_framework import serializers

from core.api.serializers import (
    ByCode,
    CodeOf,
    InputSerializer,
    MomentField,
    RecordSerializer,
    StrictSerializer,
)
from funding.calculator.parameters import parameters_of
from funding.enums import RelationKind
from funding.models import Policy, PolicyVersion
from funding.services.policies import POLICY_FIELDS
from funding.services.versions import VERSION_FIELDS
from incubators.models import Park


class PolicySerializer(RecordSerializer):
    park = CodeOf(allow_null=True)
    version = serializers.SerializerMethodField(help_text="Number of the newest published version, if any.")
    valid_from = serializers.SerializerMethodField()
    valid_until = serializers.SerializerMethodField(help_text="First day on which it no longer holds.")

    class Meta:
        model = Policy
        fields = [
            "id",
            "park",
            *POLICY_FIELDS,
            "version",
            "valid_from",
            "valid_until",
            "created_at",
            "updated_at",
        ]

    def _newest(self, policy: Policy) -> PolicyVersion | None:
        published = [one for one in policy.versions.all() if one.is_published]
        return max(published, key=lambda one: one.number, default=None)

    def get_version(self, policy: Policy) -> int | None:
        newest = self._newest(policy)
        return None if newest is None else newest.number

    def get_valid_from(self, policy: Policy) -> str | None:
        newest = self._newest(policy)
        return newest.valid_from.isoformat() if newest and newest.valid_from else None

    def get_valid_until(self, policy: Policy) -> str | None:
        newest = self._newest(policy)
        return newest.valid_until.isoformat() if newest and newest.valid_until else None


class PolicyInput(InputSerializer):
    park = ByCode(queryset=Park.objects.all())

    class Meta:
        model = Policy
        fields = ["park", *POLICY_FIELDS]


class PolicyChangeInput(InputSerializer):
    class Meta:
        model = Policy
        fields = list(POLICY_FIELDS)


class PolicyVersionSerializer(RecordSerializer):
    policy = CodeOf()
    published_at = MomentField(allow_null=True)
    parameters = serializers.SerializerMethodField(
        help_text="Numbers of the terms with their paths, for “overrides” of a question."
    )

    class Meta:
        model = PolicyVersion
        fields = [
            "id",
            "policy",
            "number",
            "state",
            *VERSION_FIELDS,
            "published_at",
            "parameters",
            "version",
            "created_at",
            "updated_at",
        ]

    def get_parameters(self, version: PolicyVersion) -> list[dict[str, Any]]:
        return [
            {"path": one.path, "value": one.value, "clause": one.clause}
            for one in parameters_of(version.terms)
        ]


class VersionInput(InputSerializer):
    class Meta:
        model = PolicyVersion
        fields = list(VERSION_FIELDS)
        extra_kwargs = {"terms": {"required": False}}


class PublishVersionInput(StrictSerializer):
    """The day from which the draft holds."""

    valid_from = serializers.DateField(required=False, allow_null=True)


class EndVersionInput(StrictSerializer):
    """The day on which the version ends."""

    on = serializers.DateField(help_text="First day on which it no longer holds.")


class CopyPolicyInput(StrictSerializer):
    """Where the copy goes and what it is called."""

    park = serializers.SlugRelatedField(slug_field="code", queryset=Park.objects.all())
    code = serializers.CharField(max_length=60)


class RelationInput(StrictSerializer):
    """How one policy stands to another."""

    other = serializers.CharField(max_length=60, help_text="Code of the other policy.")
    kind = serializers.ChoiceField(choices=RelationKind.choices, allow_blank=True)
    clause = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class QuestionInput(StrictSerializer):
    """A question to a policy. Facts that are not sent are unknown; ``0`` and ``false`` are answers."""

    facts = serializers.DictField(
        help_text="Values by the keys that the policy asks for: true or false, numbers, or text with a point."
    )
    as_of = serializers.DateField(
        required=False,
        allow_null=True,
        help_text="The day asked about; without it, today or the newest version.",
    )
    overrides = serializers.DictField(
        required=False, help_text="Numbers of the terms replaced for this question only, by their path."
    )


class ConditionAnswerSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    answer = serializers.ChoiceField(choices=["met", "unmet", "unknown", "needs_decision", "not_applicable"])
    answer_label = serializers.CharField()
    clause = serializers.CharField(help_text="The clause or, where the text names none, its words.")
    text = serializers.CharField()
    value = serializers.JSONField(help_text="The fact that the answer rests on.")


class TraceLineSerializer(serializers.Serializer[Any]):
    step = serializers.CharField()
    clause = serializers.CharField()
    label = serializers.CharField()
    text = serializers.CharField()
    value = serializers.JSONField()


class AskedForSerializer(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()
    kind = serializers.CharField()


class PolicyAnswerSerializer(serializers.Serializer[Any]):
    """The answer; further results such as ``award_yuan``, ``cap_binds`` or ``remaining_yuan`` stand
    beside."""

    policy = serializers.CharField()
    version = serializers.IntegerField()
    as_of = serializers.DateField(allow_null=True)
    in_force = serializers.BooleanField()
    currency = serializers.CharField()
    up_to = serializers.BooleanField(help_text="The amount is a ceiling; what is granted is decided.")
    answer = serializers.CharField()
    eligible = serializers.BooleanField(allow_null=True)
    award_yuan = serializers.JSONField(required=False)
    potential_yuan = serializers.JSONField(help_text="The amount if every condition were met.")
    missing = AskedForSerializer(many=True)
    conditions = ConditionAnswerSerializer(many=True)
    trace = TraceLineSerializer(many=True)
    changes = serializers.ListField(child=serializers.CharField())
