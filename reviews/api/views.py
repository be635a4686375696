"""Experts, rounds, cases, assignments and marks for programs."""

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.http import FileResponse, Http404
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.errors import Refused
from evidence.api.views import served
from evidence.services import open_evidence
from incubators.api.filters import CodeFilter
from incubators.api.scoping import ScopedViewSet
from incubators.models import Park
from incubators.scope import Action
from reviews import services
from reviews.api import serializers as shapes
from reviews.enums import AssignmentState
from reviews.models import Assignment, Case, Expert, ReviewRound, Score, reads_reviews
from reviews.selectors import result_of
from reviews.services import recheck_assignment


class OfReviews(ScopedViewSet):
    """Records that hang on a park; its administrator runs them."""

    park_path = "park_id"

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        for name in self.park_path.split("__"):
            record = getattr(record, name)
        return record, None

    def run(self, shape: Any, deed: Any, *, of: str) -> Response:
        """A deed of the administrator; If-Match is welcome."""
        record = self.get_object()
        self.require(Action.MANAGE, record)
        self.check_if_sent(record)
        values = self.checked_input(shape) if shape is not None else {}
        deed(**{of: record}, actor=self.request.user, at=self.at, **values)
        return self.answer(self.get_queryset().get(pk=record.pk))


class ExpertFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")
    field = django_filters.CharFilter(method="of_field", max_length=40, label="Code of a sector")

    class Meta:
        model = Expert
        fields = ["region", "is_active", "external_id"]

    def of_field(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(fields__contains=[value])


class ExpertViewSet(OfReviews):
    """The expert pool of a park. Experts see themselves."""

    queryset = Expert.objects.all()
    serializer_class = shapes.ExpertSerializer
    filterset_class = ExpertFilter
    orderings = {"updated_at": ("updated_at",), "name": ("sort_key",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "user", "employer_organisation")
    summaries = {"list": "List experts", "retrieve": "Read an expert"}

    @extend_schema(
        summary="Enter an expert", request=shapes.NewExpertInput, responses={201: shapes.ExpertSerializer}
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewExpertInput)
        expert = services.save_expert(
            expert=None, park=values.pop("park"), values=values, actor=request.user, at=self.at
        )
        return self.answer(expert, 201, {"Location": f"/api/v1/experts/{expert.pk}/"})

    @extend_schema(
        summary="Change an expert",
        request=shapes.ExpertInput(partial=True),
        responses=shapes.ExpertSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as expert:
            values = self.checked_input(shapes.ExpertInput, partial=True)
            services.save_expert(
                expert=expert, park=expert.park, values=values, actor=request.user, at=self.at
            )
            return self.answer(self.get_object())


class RoundFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = ReviewRound
        fields = ["kind", "state"]


class ReviewRoundViewSet(OfReviews):
    """Review rounds with their criteria, which are frozen once the round is open."""

    queryset = ReviewRound.objects.all()
    serializer_class = shapes.ReviewRoundSerializer
    filterset_class = RoundFilter
    orderings = {"updated_at": ("updated_at",), "created_at": ("created_at",)}
    default_ordering = "-updated_at"
    select = ("park", "created_by", "closed_by")
    prefetch = ("criteria",)
    summaries = {"list": "List review rounds", "retrieve": "Read a review round"}

    @extend_schema(
        summary="Prepare a round",
        request=shapes.NewReviewRoundInput,
        responses={201: shapes.ReviewRoundSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewReviewRoundInput)
        round = services.save_round(
            round=None,
            park=values.pop("park"),
            criteria=values.pop("criteria", ()),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.answer(round, 201, {"Location": f"/api/v1/review-rounds/{round.pk}/"})

    @extend_schema(
        summary="Change a round",
        request=shapes.ReviewRoundInput(partial=True),
        responses=shapes.ReviewRoundSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as round:
            values = self.checked_input(shapes.ReviewRoundInput, partial=True)
            criteria = values.pop("criteria", None)
            services.save_round(
                round=round,
                park=round.park,
                criteria=criteria,
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    @extend_schema(
        summary="Open a round",
        description="From now on rules and criteria are frozen.",
        request=None,
        responses=shapes.ReviewRoundSerializer,
    )
    def start(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(None, services.start_round, of="round")

    @extend_schema(summary="Close a round", request=None, responses=shapes.ReviewRoundSerializer)
    def close(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(None, services.close_round, of="round")

    @extend_schema(
        summary="Propose experts for the cases of a round",
        description="By field, region wished for and free desk; never beyond a limit or across a conflict.",
        request=shapes.ProposeInput,
        responses=shapes.PlanSerializer,
    )
    def propose(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        round = self.get_object()
        self.require(Action.MANAGE, round)
        values = self.checked_input(shapes.ProposeInput)
        plan = services.propose_assignments(round=round, actor=request.user, at=self.at, **values)
        missing = {str(key): count for key, count in plan.missing.items()}
        return Response({"proposed": len(plan.choices), "missing": missing})

    @extend_schema(summary="Invite the experts proposed", request=None, responses=shapes.InvitedSerializer)
    def invite(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        round = self.get_object()
        self.require(Action.MANAGE, round)
        invited = services.invite_experts(round=round, actor=request.user, at=self.at)
        return Response({"invited": len(invited)})


class CaseFilter(django_filters.FilterSet):
    class Meta:
        model = Case
        fields = ["round", "subject_kind", "subject_id", "result", "project", "enterprise"]


class ReviewCaseViewSet(OfReviews):
    """Cases of review rounds. An expert sees those he reviews; one from which he is recused does not exist
    for him."""

    park_path = "round__park_id"
    queryset = Case.objects.all()
    serializer_class = shapes.ReviewCaseSerializer
    filterset_class = CaseFilter
    orderings = {"updated_at": ("updated_at",), "number": ("number",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("round", "incubator", "result_by", "confirmed_by")
    prefetch = ("files", Prefetch("assignments", Assignment.objects.select_related("expert")))
    summaries = {"list": "List review cases", "retrieve": "Read a review case"}

    def get_object(self) -> Any:
        """With the eyes of today: a conflict that has turned up closes the case this moment."""
        case = super().get_object()
        for task in case.assignments.all():
            if task.expert.user_id == self.request.user.pk:
                checked = recheck_assignment(assignment=task, at=self.at)
                if checked.state == AssignmentState.RECUSED:
                    raise Http404
        return case

    @extend_schema(
        summary="Put a subject before a round",
        request=shapes.NewReviewCaseInput,
        responses={201: shapes.ReviewCaseSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewReviewCaseInput)
        case = services.add_case(actor=request.user, at=self.at, **values)
        return self.answer(case, 201, {"Location": f"/api/v1/review-cases/{case.pk}/"})

    @extend_schema(
        summary="Read the marks and the result of a case", responses=shapes.ReviewOutcomeSerializer
    )
    def marks(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        case = self.get_object()
        found = result_of(case)
        judges = case.assignments.filter(expert__user=request.user).exists()
        if not reads_reviews(request.user, case.park_id) and (judges or not found.is_final):
            raise Refused(_("The result is told once it is final, and not to those who judge."))
        return Response(shapes.ReviewOutcomeSerializer(found).data)

    @extend_schema(
        summary="Conclude a case",
        description="A named person says what follows from the marks. Final once a second person confirmed, "
        "where the round demands it.",
        request=shapes.ResultInput,
        responses=shapes.ReviewCaseSerializer,
    )
    def result(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(shapes.ResultInput, services.set_result, of="case")

    @extend_schema(
        summary="Confirm the result as a second person", request=None, responses=shapes.ReviewCaseSerializer
    )
    def confirm(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(None, services.confirm_result, of="case")

    @extend_schema(
        summary="Download a file of a case",
        description="For experts once they have declared their interests.",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY},
    )
    def file(self, request: Any, *args: Any, **kwargs: Any) -> FileResponse:
        case = self.get_object()
        own = Assignment.objects.of_expert(request.user).filter(case=case).first()
        if own is not None and own.state == AssignmentState.INVITED:
            raise Http404
        record = get_object_or_404(case.files, pk=self.kwargs["file"])
        return served(open_evidence(record), name=record.original_name, content_type=record.content_type)


class AssignmentFilter(django_filters.FilterSet):
    round = django_filters.NumberFilter("case__round", label="Id of the round")

    class Meta:
        model = Assignment
        fields = ["case", "expert", "state"]


class AssignmentViewSet(OfReviews):
    """Who reviews what. An expert sees his own, until he is recused or taken off."""

    park_path = "case__round__park_id"
    queryset = Assignment.objects.all()
    serializer_class = shapes.AssignmentSerializer
    filterset_class = AssignmentFilter
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    select = ("case__round", "expert")
    summaries = {"list": "List assignments", "retrieve": "Read an assignment"}

    @extend_schema(
        summary="Choose an expert for a case",
        description="Refused with the reason where a conflict or a limit stands against it. The expert is "
        "told once the round's invitations are sent.",
        request=shapes.NewAssignmentInput,
        responses={201: shapes.AssignmentSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewAssignmentInput)
        task = services.choose_expert(actor=request.user, at=self.at, **values)
        return self.answer(task, 201, {"Location": f"/api/v1/review-assignments/{task.pk}/"})

    @extend_schema(
        summary="Answer an invitation, with the declaration of interests",
        description="A conflict, declared or on record, recuses: the case is gone for the expert.",
        request=shapes.AssignmentAnswerInput,
        responses={204: None},
    )
    def answer_invitation(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        task = self.get_object()
        if task.expert.user_id != request.user.pk:
            raise Refused(_("Only the expert himself can do this."))
        self.check_if_sent(task)
        values = self.checked_input(shapes.AssignmentAnswerInput)
        services.answer_assignment(assignment=task, actor=request.user, at=self.at, **values)
        return Response(status=204)

    @extend_schema(
        summary="Recuse an expert for a conflict of interest",
        request=shapes.WordsInput,
        responses=shapes.AssignmentSerializer,
    )
    def recuse(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(shapes.WordsInput, services.recuse_expert, of="assignment")

    @extend_schema(
        summary="Take an expert off a case", request=shapes.WordsInput, responses=shapes.AssignmentSerializer
    )
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(shapes.WordsInput, services.withdraw_assignment, of="assignment")

    @extend_schema(
        summary="Open submitted marks again",
        description="The submitted version is kept and no longer counts.",
        request=shapes.ReopenMarksInput,
        responses=shapes.AssignmentSerializer,
    )
    def reopen(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self.run(shapes.ReopenMarksInput, services.reopen_score, of="assignment")


class ScoreFilter(django_filters.FilterSet):
    case = django_filters.NumberFilter("assignment__case", label="Id of the case")

    class Meta:
        model = Score
        fields = ["assignment", "is_current"]


class ScoreViewSet(OfReviews):
    """Submitted marks, all versions. An expert sees his own."""

    park_path = "assignment__case__round__park_id"
    queryset = Score.objects.all()
    serializer_class = shapes.ScoreSerializer
    filterset_class = ScoreFilter
    orderings = {"submitted_at": ("submitted_at",)}
    default_ordering = "-submitted_at"
    select = ("assignment__case__round",)
    prefetch = ("lines",)
    summaries = {"list": "List score sheets", "retrieve": "Read a score sheet"}

    @extend_schema(
        summary="Submit marks",
        description="Complete and once, by the expert himself.",
        request=shapes.NewScoreInput,
        responses={201: shapes.ScoreSerializer},
    )
    def create(self, request: Any) -> Response:
        own = Assignment.objects.of_expert(request.user)
        if not own.exists():
            raise Refused(_("Only the expert himself can do this."))
        values = self.checked_input(shapes.NewScoreInput)
        task = own.select_related("case__round__park", "case__incubator", "expert__user").filter(
            pk=values["assignment"].pk
        )
        if (found := task.first()) is None:
            raise Refused(_("Only the expert himself can do this."))
        score = services.submit_score(
            assignment=found,
            points={line["criterion"]: line["points"] for line in values["lines"]},
            words={line["criterion"]: line["words"] for line in values["lines"]},
            comment=values["comment"],
            actor=request.user,
            at=self.at,
        )
        return self.answer(score, 201, {"Location": f"/api/v1/review-scores/{score.pk}/"})
