"""What proposals to divide the credit look like to programs."""

from rest_framework import serializers

from core.api.serializers import ByCode, CodeOf, NameOf, RecordSerializer, StrictSerializer
from incubators.models import Incubator, Organisation
from projects.api.serializers import ShareInput
from projects.enums import SideAnswer
from projects.models import CreditAnswer, CreditProposal, ProposedShare


class ProposedShareSerializer(RecordSerializer):
    incubator = CodeOf()
    operator = CodeOf(allow_null=True)

    class Meta:
        model = ProposedShare
        fields = ["incubator", "operator", "percent"]


class AnswerSerializer(RecordSerializer):
    incubator = CodeOf(allow_null=True, help_text="Null: the park.")
    answered_by = NameOf()

    class Meta:
        model = CreditAnswer
        fields = ["incubator", "answer", "words", "answered_at", "answered_by"]


class ProposalSerializer(RecordSerializer):
    """A proposal. Of a project of another incubator no more is said than its id, number and name."""

    project_code = serializers.CharField(source="project.code")
    project_name_zh = serializers.CharField(source="project.name_zh")
    project_name_en = serializers.CharField(source="project.name_en")
    shares = ProposedShareSerializer(many=True)
    answers = AnswerSerializer(many=True)
    proposed_by = NameOf()
    closed_by = NameOf(allow_null=True)

    class Meta:
        model = CreditProposal
        fields = [
            "id",
            "project",
            "project_code",
            "project_name_zh",
            "project_name_en",
            "state",
            "shares",
            "answers",
            "words",
            "proposed_at",
            "proposed_by",
            "closed_at",
            "closed_by",
            "closing_words",
            "version",
            "updated_at",
        ]


class ProposalShareInput(ShareInput):
    operator = ByCode(
        queryset=Organisation.objects.all(),
        required=False,
        allow_null=True,
        help_text="Who ran the incubator then; left out: who runs it now.",
    )


class ProposalInput(StrictSerializer):
    shares = ProposalShareInput(many=True, allow_empty=False)
    words = serializers.CharField(max_length=2000, required=False, allow_blank=True, default="")


class AnswerInput(StrictSerializer):
    answer = serializers.ChoiceField(SideAnswer.choices)
    words = serializers.CharField(
        max_length=2000, required=False, allow_blank=True, default="", help_text="Needed for an objection."
    )
    incubator = ByCode(
        queryset=Incubator.objects.all(),
        required=False,
        allow_null=True,
        default=None,
        help_text="The side that answers; left out: the park.",
    )


class DecisionInput(StrictSerializer):
    accept = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000)
