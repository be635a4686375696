"""Many cases of a round in one go, for programs: a panel, marks given on paper, results."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from core.api.serializers import ById, StrictSerializer
from evidence.models import EvidenceFile
from incubators.scope import Action
from reviews import services
from reviews.api.serializers import InvitedSerializer, ReviewRoundSerializer
from reviews.api.views import OfReviews
from reviews.enums import CaseResult
from reviews.models import Expert, ReviewRound
from reviews.services import Conclusion, PaperMarks

MOST = 2000


class PanelInput(StrictSerializer):
    experts = ById(queryset=Expert.objects.all(), many=True)


class PanelSerializer(InvitedSerializer):
    barred = serializers.ListField(
        child=serializers.DictField(), help_text="Case, expert and the reasons as codes with values."
    )


class PaperMarksInput(StrictSerializer):
    number = serializers.IntegerField(min_value=1, help_text="Number of the case in the round.")
    expert = serializers.IntegerField(min_value=1)
    points = serializers.DictField(
        child=serializers.DecimalField(max_digits=6, decimal_places=2, min_value=0),
        help_text="By position of the criterion: {'1': '50.00', '2': '30.00'}.",
    )
    comment = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")

    def validate_points(self, value: dict[str, Any]) -> dict[str, Any]:
        if wrong := next((key for key in value if not (key.isascii() and key.isdigit())), None):
            raise serializers.ValidationError(f"{wrong} is not a position of a criterion.")
        return value


class PaperSheetsInput(StrictSerializer):
    scan = ById(queryset=EvidenceFile.objects.all(), help_text="The signed sheets.")
    sheets = PaperMarksInput(many=True, allow_empty=False, max_length=MOST)  # type: ignore[call-arg]


class EnteredMarksSerializer(serializers.Serializer[Any]):
    entered = serializers.IntegerField()
    set_aside = serializers.IntegerField(help_text="Sheets of experts with a conflict of interest.")


class ConclusionInput(StrictSerializer):
    case = serializers.IntegerField(min_value=1)
    result = serializers.ChoiceField(choices=CaseResult.choices)
    reason = serializers.CharField(max_length=3000)


class ConclusionsInput(StrictSerializer):
    conclusions = ConclusionInput(many=True, allow_empty=False, max_length=MOST)  # type: ignore[call-arg]


class ConfirmationsInput(StrictSerializer):
    cases = serializers.ListField(
        child=serializers.IntegerField(min_value=1), allow_empty=False, max_length=MOST
    )


class RoundPanelViewSet(OfReviews):
    """What is done for many cases of a round at once; all of it or nothing."""

    queryset = ReviewRound.objects.all()
    serializer_class = ReviewRoundSerializer
    select = ("park", "created_by", "closed_by")
    prefetch = ("criteria",)

    def _round(self) -> ReviewRound:
        round: ReviewRound = self.get_object()
        self.require(Action.MANAGE, round)
        self.check_if_sent(round)
        return round

    @extend_schema(
        summary="Invite a panel to every open case",
        description="Conflicts and limits are kept: whoever cannot have a case is named with the reasons.",
        request=PanelInput,
        responses=PanelSerializer,
    )
    def panel(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        round, values = self._round(), self.checked_input(PanelInput)
        found = services.assign_panel(round=round, experts=values["experts"], actor=request.user, at=self.at)
        barred = [
            {"case": one.case.number, "expert": one.expert.pk, "reasons": one.reasons} for one in found.barred
        ]
        return Response({"invited": len(found.invited), "barred": barred})

    @extend_schema(
        summary="Enter marks from signed sheets", request=PaperSheetsInput, responses=EnteredMarksSerializer
    )
    def marks(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        round, values = self._round(), self.checked_input(PaperSheetsInput)
        sheets = [
            PaperMarks(
                number=one["number"],
                expert_id=one["expert"],
                points={int(place): points for place, points in one["points"].items()},
                comment=one["comment"],
            )
            for one in values["sheets"]
        ]
        scores = services.enter_marks(
            round=round, sheets=sheets, scan=values["scan"], actor=request.user, at=self.at
        )
        return Response({"entered": len(scores), "set_aside": len(sheets) - len(scores)})

    @extend_schema(
        summary="Conclude cases",
        description="Each with its reason. Final once a second person confirmed, where the round demands it.",
        request=ConclusionsInput,
        responses=ReviewRoundSerializer,
    )
    def results(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        round, values = self._round(), self.checked_input(ConclusionsInput)
        conclusions = [Conclusion(one["case"], one["result"], one["reason"]) for one in values["conclusions"]]
        services.set_results(round=round, conclusions=conclusions, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Confirm results as a second person",
        request=ConfirmationsInput,
        responses=ReviewRoundSerializer,
    )
    def confirmations(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        round, values = self._round(), self.checked_input(ConfirmationsInput)
        services.confirm_results(round=round, case_ids=values["cases"], actor=request.user, at=self.at)
        return self.answer(self.get_object())
