"""Returns from abroad and what came of them, the years after, which support there was before an end."""

from typing import Any

import django_filters
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.preconditions import etag_of
from core.errors import Conflict, FieldError
from incubators.api.filters import PlaceFilter
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action
from projects import services
from projects.api import road_serializers as shapes
from projects.api.views.parts import OfProjectViewSet
from projects.models import (
    FollowUp,
    Project,
    ReturnOutcome,
    StageLog,
    SupportCheck,
)
from projects.reading.road import follow_ups_missing, return_flow, returned_projects


class ReturnedFilter(PlaceFilter):
    class Meta:
        model = Project
        fields = ["stage"]


class ReturnedViewSet(ScopedViewSet):
    """Projects that came back from abroad, with what came of them."""

    queryset = Project.objects.all()
    serializer_class = shapes.ReturnedSerializer
    filterset_class = ReturnedFilter
    orderings = {"name": ("sort_key",), "code": ("code",)}
    default_ordering = "code"
    search_column = "search_text"
    summaries = {"list": "List projects that returned from abroad"}

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Project.objects.none()
        return returned_projects(self.request.user)

    def represent_many(self, rows: Any) -> Any:
        pks = [row.pk for row in rows]
        found = {item.project.pk: item for item in return_flow(self.get_queryset().filter(pk__in=pks))}
        return [dict(shapes.ReturnedSerializer(found[pk]).data) for pk in pks]


class OutcomeView(OfProjectViewSet):
    """What came of a project that returned from abroad."""

    queryset = ReturnOutcome.objects.all()
    serializer_class = shapes.OutcomeSerializer
    select = ("project", "entered_by")

    def get_object(self) -> Any:
        self.project()
        return get_object_or_404(self.get_queryset())

    @extend_schema(
        operation_id="projects_outcome_retrieve",
        summary="Read what came of a return",
        responses=shapes.OutcomeSerializer,
    )
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        operation_id="projects_outcome_update",
        summary="Say what came of a return",
        request=shapes.OutcomeInput,
        responses=shapes.OutcomeSerializer,
        examples=[
            OpenApiExample(
                "Drug in phase I",
                value={"product": "drug", "phase": "phase_1", "phase_on": "2021-04-01", "note": ""},
                request_only=True,
            )
        ],
    )
    def update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            project = self.project()
            self.require(Action.ENTER, project)
            Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
            stored = self.get_queryset().first()
            if stored is not None:
                self.check_if_match(stored)
            values = self.checked_input(shapes.OutcomeInput)
            services.record_outcome(project=project, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())


class FollowUpFilter(django_filters.FilterSet):
    year = django_filters.NumberFilter(max_digits=4, decimal_places=0, label="Year")
    incubator = django_filters.CharFilter(
        field_name="project__incubator__code", max_length=60, label="Code of the incubator"
    )


class FollowUpListViewSet(ScopedViewSet):
    """Follow-ups of every project that one may see."""

    queryset = FollowUp.objects.all()
    serializer_class = shapes.FollowUpSerializer
    filterset_class = FollowUpFilter
    orderings = {"updated_at": ("updated_at",), "year": ("year",)}
    default_ordering = "-updated_at"
    select = ("project", "entered_by", "verified_by")
    prefetch = ("evidence",)
    summaries = {"list": "List follow-ups"}

    @extend_schema(
        operation_id="follow_ups_due",
        summary="Follow-ups that are due and not recorded",
        responses=shapes.DueFollowUpsSerializer,
    )
    def due(self, request: Any) -> Response:
        rows = follow_ups_missing(request.user, until=timezone.localdate())
        return Response({"results": [dict(shapes.DueFollowUpSerializer(row).data) for row in rows]})


class FollowUpViewSet(OfProjectViewSet):
    """How a project fares in each of the five years after it industrialised."""

    queryset = FollowUp.objects.all()
    serializer_class = shapes.FollowUpSerializer
    orderings = {"year": ("year",)}
    default_ordering = "year"
    select = ("project__park", "project__incubator", "entered_by", "verified_by")
    prefetch = ("evidence",)
    summaries = {"list": "List the follow-ups of a project", "retrieve": "Read the follow-up of a year"}

    def get_object(self) -> Any:
        return get_object_or_404(self.get_queryset(), year=self.kwargs["year"])

    @extend_schema(
        summary="Record the follow-up of a year",
        request=shapes.NewFollowUpInput,
        responses={201: shapes.FollowUpSerializer},
        examples=[
            OpenApiExample(
                "Operating",
                value={"year": 2022, "is_operating": True, "place": "江阴高新区", "staff_count": 42},
                request_only=True,
            )
        ],
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.project()
        self.require(Action.ENTER, project)
        values = self.checked_input(shapes.NewFollowUpInput)
        year, files = values.pop("year"), values.pop("evidence", ())
        if FollowUp.objects.filter(project=project, year=year).exists():
            raise Conflict(
                _("The follow-up of this year is already recorded."),
                code="already_recorded",
                fields=[FieldError("year", _("Correct it with PATCH."), "already_recorded")],
            )
        services.save_follow_up(
            project=project, year=year, values=values, evidence=files, actor=request.user, at=self.at
        )
        record = self.get_queryset().get(year=year)
        return self.answer(record, 201, {"Location": f"{request.path}{year}/"})

    @extend_schema(
        summary="Correct the follow-up of a year; it needs verifying again",
        request=shapes.FollowUpInput(partial=True),
        responses=shapes.FollowUpSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.FollowUpInput, partial=True)
            files = values.pop("evidence", ())
            services.save_follow_up(
                project=record.project,
                year=record.year,
                values=values,
                evidence=files,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    @extend_schema(
        summary="Verify the follow-up of a year as a second person",
        request=None,
        responses=shapes.FollowUpSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        services.verify_follow_up(follow_up=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())


class SupportView(OfProjectViewSet):
    """Which of funding, policy and service were there in the twelve months before an end or a stall."""

    queryset = SupportCheck.objects.all()
    serializer_class = shapes.SupportSerializer
    select = ("log__project", "stated_by")

    def get_queryset(self) -> Any:
        queryset = ScopedViewSet.get_queryset(self)
        if "pk" not in self.kwargs:
            return queryset
        return queryset.filter(log__project=self.kwargs["pk"], log__sequence=self.kwargs["sequence"])

    def get_object(self) -> Any:
        self.project()
        return get_object_or_404(self.get_queryset())

    @extend_schema(
        operation_id="projects_supports_retrieve",
        summary="Read which support there was before an end",
        responses=shapes.SupportSerializer,
    )
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        operation_id="projects_supports_update",
        summary="State which support there was before a termination or suspension",
        request=shapes.SupportInput,
        responses=shapes.SupportSerializer,
        examples=[
            OpenApiExample(
                "Money was missing",
                value={"funding": "no", "policy": "yes", "service": "unknown", "words": "示例说明"},
                request_only=True,
            )
        ],
    )
    def update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            project = self.project()
            self.require(Action.ENTER, project)
            log = get_object_or_404(
                StageLog.objects.select_related("project"), project=project, sequence=kwargs["sequence"]
            )
            Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
            stored = self.get_queryset().first()
            if stored is not None:
                self.check_if_match(stored)
            values = self.checked_input(shapes.SupportInput)
            services.record_cause(log=log, values=values, actor=request.user, at=self.at)
            record = self.get_object()
        return Response(self.represent(record), headers={"ETag": etag_of(record)})
