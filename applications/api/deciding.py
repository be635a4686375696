"""What meetings, their decisions and the ranking look like to programs."""

from typing import Any

from rest_framework import serializers

from applications.api.serializers import WORDS
from applications.enums import DecisionOutcome
from applications.models import Application, Decision, Meeting, Programme
from applications.services import MEETING_FIELDS
from core.api.serializers import ById, InputSerializer, NameOf, RecordSerializer, StrictSerializer
from evidence.models import EvidenceFile


class DecisionSerializer(RecordSerializer):
    class Meta:
        model = Decision
        fields = [
            "id",
            "application",
            "place",
            "mark",
            "outcome",
            "award_class",
            "amount",
            "reason",
            "suggested",
        ]


class MeetingSerializer(RecordSerializer):
    proposed_by = NameOf(allow_null=True)
    confirmed_by = NameOf(allow_null=True)
    decisions = DecisionSerializer(many=True)

    class Meta:
        model = Meeting
        fields = [
            "id",
            "programme",
            *MEETING_FIELDS,
            "proposed_at",
            "proposed_by",
            "confirmed_at",
            "confirmed_by",
            "decisions",
            "version",
            "updated_at",
        ]


class MeetingLineInput(StrictSerializer):
    application = ById(queryset=Application.objects.all())
    outcome = serializers.ChoiceField(choices=DecisionOutcome.choices)
    award_class = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")
    amount = serializers.DecimalField(max_digits=18, decimal_places=2, required=False, allow_null=True)
    reason = serializers.CharField(**WORDS)


class MeetingInput(InputSerializer):
    evidence = ById(queryset=EvidenceFile.objects.all(), required=False, allow_null=True)
    decisions = MeetingLineInput(
        many=True, required=False, help_text="Replaces the list. Left out at first: as the ranking suggests."
    )

    class Meta:
        model = Meeting
        fields = [*MEETING_FIELDS, "decisions"]


class NewMeetingInput(MeetingInput):
    programme = ById(queryset=Programme.objects.all())

    class Meta(MeetingInput.Meta):
        fields = ["programme", *MeetingInput.Meta.fields]


class RankedSerializer(serializers.Serializer[Any]):
    application = serializers.IntegerField(source="application.pk")
    number = serializers.IntegerField(source="application.number")
    place = serializers.IntegerField(source="suggested.place", allow_null=True)
    tied = serializers.BooleanField(source="suggested.tied")
    mark = serializers.DecimalField(source="suggested.mark", max_digits=9, decimal_places=2, allow_null=True)
    standing = serializers.CharField(source="suggested.standing", help_text="in, out or tied")
    award_class = serializers.CharField(source="suggested.award_class")
    amount = serializers.DecimalField(
        source="suggested.amount", max_digits=18, decimal_places=2, allow_null=True
    )
    words = serializers.CharField(help_text="Why, in the language of the request.")


class RankingSerializer(serializers.Serializer[Any]):
    places = serializers.IntegerField(allow_null=True, help_text="Left of the quota.")
    budget = serializers.DecimalField(max_digits=18, decimal_places=2, allow_null=True)
    total = serializers.DecimalField(max_digits=18, decimal_places=2)
    currency = serializers.CharField()
    rows = RankedSerializer(many=True)
