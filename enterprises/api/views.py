"""Companies and teams, their yearly figures and titles."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.errors import Conflict, FieldError
from enterprises import services
from enterprises.api import serializers as shapes
from enterprises.api.merged import refuse_merged
from enterprises.models import Enterprise, Recognition, YearlyFigure
from incubators.api.filters import ProvenanceFilter
from incubators.api.scoping import ScopedViewSet, place_in
from incubators.scope import Action


class EnterpriseFilter(ProvenanceFilter):
    external_id = django_filters.CharFilter(max_length=80, label="Number in your own system")
    credit_code = django_filters.CharFilter(max_length=18, label="Unified social credit code")

    class Meta:
        model = Enterprise
        fields = ["kind", "country"]


class EnterpriseViewSet(ScopedViewSet):
    """Companies, and teams that have not founded one yet."""

    queryset = Enterprise.objects.all()
    serializer_class = shapes.EnterpriseSerializer
    filterset_class = EnterpriseFilter
    orderings = {"updated_at": ("updated_at",), "name": ("sort_key",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator")
    tombstone_kind = "enterprise"
    summaries = {"list": "List enterprises", "retrieve": "Read an enterprise"}

    def get_object(self) -> Any:
        refuse_merged(Enterprise, self.request.user, self.kwargs["pk"])
        return super().get_object()

    def tombstones(self) -> Any:
        return self.tombstones_in_scope()

    @extend_schema(
        summary="Record an enterprise",
        request=shapes.NewEnterpriseInput,
        responses={201: shapes.EnterpriseSerializer},
        examples=[
            OpenApiExample(
                "Team",
                value={"incubator": "jy-zhangjiang", "name_zh": "示例团队", "kind": "team"},
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewEnterpriseInput)
        park, incubator = place_in(values, request.user)
        record = services.create_enterprise(
            park=park, incubator=incubator, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/enterprises/{record.pk}/"})

    @extend_schema(
        summary="Change an enterprise",
        request=shapes.EnterpriseInput(partial=True),
        responses=shapes.EnterpriseSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.EnterpriseInput, partial=True)
            services.update_enterprise(enterprise=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())


class OfEnterpriseViewSet(ScopedViewSet):
    """What hangs on one enterprise."""

    select = ("enterprise__park", "enterprise__incubator", "entered_by", "verified_by")

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.filter(enterprise_id=self.kwargs["pk"]) if "pk" in self.kwargs else queryset

    def enterprise(self) -> Enterprise:
        refuse_merged(Enterprise, self.request.user, self.kwargs["pk"])
        found: Enterprise = get_object_or_404(
            Enterprise.objects.visible_to(self.request.user).select_related("park", "incubator"),
            pk=self.kwargs["pk"],
        )
        return found

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.enterprise()
        return super().list(request, *args, **kwargs)

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        owner = record if isinstance(record, Enterprise) else record.enterprise
        return owner.park_id, owner.incubator_id

    def lock_for_change(self, record: Any) -> Any:
        Enterprise.objects.select_for_update(of=("self",)).get(pk=record.enterprise_id)
        return super().lock_for_change(record)


class YearlyFigureViewSet(OfEnterpriseViewSet):
    """Figures of one enterprise by calendar year; they count once a second person verified them."""

    queryset = YearlyFigure.objects.all()
    serializer_class = shapes.YearlyFigureSerializer
    orderings = {"year": ("year",)}
    default_ordering = "-year"
    summaries = {"list": "List the yearly figures of an enterprise", "retrieve": "Read the figures of a year"}

    def get_object(self) -> Any:
        return get_object_or_404(self.get_queryset(), year=self.kwargs["year"])

    @extend_schema(
        summary="Enter the figures of a year",
        request=shapes.NewYearlyFigureInput,
        responses={201: shapes.YearlyFigureSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        enterprise = self.enterprise()
        self.require(Action.ENTER, enterprise)
        values = self.checked_input(shapes.NewYearlyFigureInput)
        year = values.pop("year")
        if YearlyFigure.objects.filter(enterprise=enterprise, year=year).exists():
            raise Conflict(
                _("Figures for %(year)s are already recorded.") % {"year": year},
                code="already_recorded",
                fields=[FieldError("year", _("Correct them with PATCH."), "already_recorded")],
            )
        record = services.enter_yearly_figures(
            enterprise=enterprise, year=year, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"{request.path}{year}/"})

    @extend_schema(
        summary="Correct the figures of a year; they need verifying again",
        request=shapes.YearlyFigureInput(partial=True),
        responses=shapes.YearlyFigureSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.YearlyFigureInput, partial=True)
            services.enter_yearly_figures(
                enterprise=record.enterprise,
                year=record.year,
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    @extend_schema(
        summary="Verify the figures of a year as a second person",
        request=None,
        responses=shapes.YearlyFigureSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        services.verify_yearly_figures(figures=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())


class RecognitionViewSet(OfEnterpriseViewSet):
    """Titles, plan places and patent filings of one enterprise."""

    queryset = Recognition.objects.all()
    serializer_class = shapes.RecognitionSerializer
    orderings = {"granted_on": ("granted_on",)}
    default_ordering = "-granted_on"
    summaries = {"list": "List the titles of an enterprise", "retrieve": "Read a title of an enterprise"}

    def get_object(self) -> Any:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["item"])

    @extend_schema(
        summary="Record a title of an enterprise",
        request=shapes.RecognitionInput,
        responses={201: shapes.RecognitionSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        enterprise = self.enterprise()
        self.require(Action.ENTER, enterprise)
        values = self.checked_input(shapes.RecognitionInput)
        record = services.enter_recognition(
            enterprise=enterprise, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"{request.path}{record.pk}/"})

    @extend_schema(
        summary="Verify a title as a second person", request=None, responses=shapes.RecognitionSerializer
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        services.verify_recognition(recognition=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())
