"""Indicators, schemes, monthly measures, evaluation runs and reports."""

from typing import Any

import django_filters
from django.db.models import Prefetch
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.response import Response

from core.api.pagination import invalid_parameter
from core.api.views import ApiView, ResourceViewSet
from core.errors import Conflict, FieldError, Invalid
from core.periods import BadPeriod, Period
from evaluation import selectors, services
from evaluation.api import serializers as shapes
from evaluation.enums import ReportFormat, RunState
from evaluation.measures import MEASURES
from evaluation.models import EvaluationRun, Indicator, Observation, ReportRun, Scheme, SchemeNode
from evaluation.render import CONTENT_TYPES
from evidence.api.views import served
from incubators.api.filters import CodeFilter, OfIncubatorFilter, PlaceFilter
from incubators.api.scoping import ByCodeOrId, ScopedViewSet
from incubators.models import Incubator, Park
from incubators.scope import Action, require

POLL_SECONDS = "1"
FINISHED = (RunState.DONE, RunState.FAILED)


class IndicatorViewSet(ByCodeOrId, ResourceViewSet):
    """What is measured: unit, direction, formula in words."""

    queryset = Indicator.objects.all()
    serializer_class = shapes.IndicatorSerializer
    orderings = {"code": ("code",), "name": ("sort_key",), "updated_at": ("updated_at",)}
    default_ordering = "code"
    search_column = "search_text"
    summaries = {"list": "List indicators", "retrieve": "Read an indicator by code or id"}

    def get_queryset(self) -> Any:
        return Indicator.objects.all()


class SchemeFilter(django_filters.FilterSet):
    class Meta:
        model = Scheme
        fields = ["code", "status"]


class SchemeViewSet(ResourceViewSet):
    """Versions of evaluation schemes, each with its tree of weights and rules."""

    queryset = Scheme.objects.all()
    serializer_class = shapes.SchemeSerializer
    filterset_class = SchemeFilter
    orderings = {"valid_from": ("valid_from",), "updated_at": ("updated_at",)}
    default_ordering = "-valid_from"
    summaries = {"list": "List evaluation schemes", "retrieve": "Read a scheme with its tree"}

    def get_queryset(self) -> Any:
        nodes = SchemeNode.objects.select_related("parent", "indicator").order_by("position", "code")
        return Scheme.objects.prefetch_related(Prefetch("nodes", queryset=nodes))


class MeasuresView(ApiView):
    """The measures that are reported month by month, with their units."""

    @extend_schema(
        operation_id="measures",
        summary="List the monthly measures",
        responses=shapes.MeasureSerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        names = ("code", "name_zh", "name_en", "unit_zh", "unit_en")
        return Response([{name: getattr(row, name) for name in names} for row in MEASURES.values()])


class ObservationFilter(OfIncubatorFilter):
    verified = django_filters.BooleanFilter("verified_at", "isnull", exclude=True, label="Verified or not")

    class Meta:
        model = Observation
        fields = ["measure", "period"]


class ObservationViewSet(ScopedViewSet):
    """Monthly measures as entered; they count once a second person verified them."""

    queryset = Observation.objects.all()
    serializer_class = shapes.ObservationSerializer
    filterset_class = ObservationFilter
    orderings = {"period": ("starts_on",), "updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    select = ("incubator__park", "entered_by", "verified_by")
    prefetch = ("evidence",)
    tombstone_kind = "observation"
    summaries = {"list": "List monthly measures", "retrieve": "Read a monthly measure"}

    def tombstones(self) -> Any:
        return self.tombstones_in_scope()

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.incubator.park_id, record.incubator_id

    @extend_schema(
        summary="Enter or correct a monthly measure",
        request=shapes.ObservationInput,
        responses={201: shapes.ObservationSerializer},
        examples=[
            OpenApiExample(
                "Mentoring",
                value={
                    "incubator": "jy-zhangjiang",
                    "measure": "mentoring_sessions",
                    "period": "2021-04",
                    "value": "6",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.ObservationInput)
        code = values.pop("incubator")
        incubator = Incubator.objects.visible_to(request.user).filter(code=code).first()
        if incubator is None:
            message = _("“%(value)s” was not found.") % {"value": code}
            raise Invalid(message, fields=[FieldError("incubator", message, "not_found")])
        record = services.enter_observation(incubator=incubator, actor=request.user, at=self.at, **values)
        found = self.get_queryset().get(pk=record.pk)
        return self.answer(found, 201, {"Location": f"/api/v1/observations/{record.pk}/"})

    @extend_schema(
        summary="Verify a monthly measure as a second person",
        request=None,
        responses=shapes.ObservationSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        services.verify_observation(observation=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())


class RunFilter(PlaceFilter):
    class Meta:
        model = EvaluationRun
        fields = ["period"]


class EvaluationRunViewSet(ScopedViewSet):
    """Frozen evaluations. The same inputs give the same run, bit for bit."""

    queryset = EvaluationRun.objects.all()
    serializer_class = shapes.EvaluationRunSerializer
    filterset_class = RunFilter
    orderings = {"requested_at": ("requested_at",)}
    default_ordering = "-requested_at"
    select = ("park", "incubator", "scheme")
    summaries = {"list": "List evaluation runs"}

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("snapshot")

    @extend_schema(
        summary="Read an evaluation: every score with its explanation", responses=shapes.ResultSerializer
    )
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        run = self.get_object()
        result = dict(selectors.run_result(run))
        result["problems"] = selectors.run_problems(run)
        result["snapshot_url"] = f"/api/v1/evaluation-runs/{run.pk}/snapshot/"
        return Response(result)

    @extend_schema(
        summary="The frozen inputs as canonical JSON",
        description="The SHA-256 of these bytes equals `snapshot_sha256`, which every report prints.",
        responses=OpenApiTypes.OBJECT,
    )
    def snapshot(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return snapshot_of(self.get_object())


def snapshot_of(run: EvaluationRun) -> HttpResponse:
    """The very bytes that were hashed."""
    headers = {"ETag": f'"{run.snapshot_sha256}"', "Cache-Control": "private, no-cache"}
    return HttpResponse(run.snapshot.encode(), content_type="application/json", headers=headers)


class ReportFilter(django_filters.FilterSet):
    incubator = CodeFilter(Incubator, "run__incubator", label="Code of the incubator")
    park = CodeFilter(Park, "run__park", label="Code of the park")
    period = django_filters.CharFilter("run__period", max_length=8, label="Period")
    state = django_filters.ChoiceFilter(choices=RunState.choices, label="State")
    file_format = django_filters.ChoiceFilter("format", choices=ReportFormat.choices, label="Format")


class ReportRunViewSet(ScopedViewSet):
    """Reports: ask for one (202), poll until ``state`` is ``done``, download."""

    queryset = ReportRun.objects.all()
    serializer_class = shapes.ReportRunSerializer
    filterset_class = ReportFilter
    orderings = {"requested_at": ("requested_at",)}
    default_ordering = "-requested_at"
    select = ("run__park", "run__incubator")
    read_scope = ("read", "reports")
    write_scope = "reports"
    summaries = {"list": "List reports", "retrieve": "How far a report is"}

    def get_queryset(self) -> Any:
        return super().get_queryset().defer("run__snapshot")

    def represent(self, record: Any) -> dict[str, Any]:
        base = f"/api/v1/report-runs/{record.pk}/"
        run = record.run
        return {
            "id": record.pk,
            "state": record.state,
            "progress": record.progress,
            "step": record.step,
            "error": record.error,
            "park": run.park.code,
            "incubator": run.incubator.code if run.incubator else None,
            "period": run.period,
            "format": record.format,
            "lang": record.language,
            "run_url": f"/api/v1/evaluation-runs/{run.pk}/",
            "download_url": f"{base}file/" if record.state == RunState.DONE else None,
            "snapshot_url": f"{base}snapshot/",
            "sha256": record.sha256,
            "size": record.size,
            "snapshot_sha256": run.snapshot_sha256,
            "requested_at": record.requested_at,
            "finished_at": record.finished_at,
        }

    def _answer(self, record: Any, status: int, headers: dict[str, str]) -> Response:
        if record.state not in FINISHED:
            headers["Retry-After"] = POLL_SECONDS
        return Response(self.represent(record), status=status, headers=headers)

    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._answer(self.get_object(), 200, {})

    @extend_schema(
        summary="Ask for a report",
        description="The same request gives the same run; a failed one is tried again. Poll the address in "
        "`Location` as often as `Retry-After` says.",
        request=shapes.ReportRequest,
        responses={202: shapes.ReportRunSerializer},
        examples=[
            OpenApiExample(
                "Quarter of one incubator",
                value={"incubator": "jy-zhangjiang", "period": "2021-Q2", "format": "pdf", "lang": "zh-hans"},
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.EVALUATE)
        values = self.checked_input(shapes.ReportRequest)
        park, incubator = place_named(values.get("park"), values.get("incubator"), request.user)
        record = services.request_report(
            park=park,
            incubator=incubator,
            period=values["period"],
            format=values["format"],
            language=values["lang"],
            actor=request.user,
            at=self.at,
        )
        return self._answer(record, 202, {"Location": f"/api/v1/report-runs/{record.pk}/"})

    @extend_schema(
        summary="Download a report", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def file(self, request: Any, *args: Any, **kwargs: Any) -> FileResponse:
        record = self.get_object()
        if record.state != RunState.DONE:
            raise Conflict(_("This report is not ready yet."), code="not_ready")
        response = served(
            services.open_report(report=record),
            name=services.report_file_name(record),
            content_type=CONTENT_TYPES[record.format],
        )
        response["ETag"] = f'"{record.sha256}"'
        return response

    @extend_schema(
        summary="The data behind a report as canonical JSON",
        description="The SHA-256 of these bytes equals `snapshot_sha256`, which the report prints.",
        responses=OpenApiTypes.OBJECT,
    )
    def snapshot(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
        return snapshot_of(self.get_object().run)


def place_named(park: str | None, incubator: str | None, user: Any) -> tuple[Park | None, Incubator | None]:
    """Park and incubator by code; what a person may not see is not found, as if it did not exist."""
    if incubator:
        found = get_object_or_404(Incubator.objects.visible_to(user).select_related("park"), code=incubator)
        if park and (found.park is None or found.park.code != park):
            raise Http404
        return found.park, found
    if park:
        return get_object_or_404(Park.objects.visible_to(user), code=park), None
    message = _("Name an incubator or a park by its code.")
    raise Invalid(message, fields=[FieldError("incubator", message, "required")])


class CompletenessView(ApiView):
    """What is still missing or unverified before a period can be evaluated, and whose turn it is."""

    @extend_schema(
        operation_id="completeness",
        summary="What is missing for the evaluation of a period",
        parameters=[
            OpenApiParameter("incubator", str, description="Code of the incubator"),
            OpenApiParameter("park", str, description="Code of the park, for all of its incubators"),
            OpenApiParameter("period", str, required=True, description="2021, 2021-H1, 2021-Q2 or 2021-04"),
        ],
        responses=shapes.CompletenessSerializer,
    )
    def get(self, request: Any) -> Response:
        query = request.query_params
        try:
            period = Period.parse(query.get("period", "")[:20])
        except BadPeriod as error:
            raise invalid_parameter("period", _("Write 2021, 2021-H1, 2021-Q2 or 2021-04.")) from error
        park, incubator = place_named(query.get("park"), query.get("incubator"), request.user)
        place = incubator.park if incubator else park
        if place is None:
            raise Http404
        require(
            Action.READ,
            user=request.user,
            park_id=place.pk,
            incubator_id=incubator.pk if incubator else None,
        )
        return Response(
            selectors.completeness(
                incubator=incubator,
                park=None if incubator else park,
                period=period.code,
                on=timezone.localdate(),
            )
        )
