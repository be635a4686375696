"""Leads: list, funnel, moves, conversion."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.preconditions import etag_of
from core.api.views import ResourceViewSet
from incubators.api.scoping import ScopedViewSet, place_in
from incubators.scope import Action
from outreach import services
from outreach.api import filters
from outreach.api import serializers as shapes
from outreach.models import Lead, LeadStageLog
from outreach.selectors import funnel_by_place, lookalikes

NEW_EXAMPLE = OpenApiExample(
    "From an event",
    value={
        "incubator": "jy-zhangjiang",
        "name_zh": "示例团队",
        "team_lead": "示例负责人",
        "source": "contest",
        "source_contest": "示例创新创业大赛",
        "next_action": "电话回访",
        "next_on": "2021-06-10",
        "external_id": "XS-001",
    },
    request_only=True,
)


class LeadViewSet(ScopedViewSet):
    """Teams and firms that may come to the park, each with one main source."""

    queryset = Lead.objects.all()
    serializer_class = shapes.LeadSerializer
    filterset_class = filters.LeadFilter
    orderings = {"updated_at": ("updated_at",), "name": ("sort_key",), "stage_since": ("stage_since",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator", "sector", "organisation", "source_organisation", "owner", "converted_by")
    tombstone_kind = "lead"
    summaries = {"list": "List leads, or pull what changed", "retrieve": "Read a lead"}

    def tombstones(self) -> Any:
        return self.tombstones_in_scope()

    @extend_schema(
        summary="Open a lead",
        request=shapes.NewLeadInput,
        responses={201: shapes.LeadSerializer},
        examples=[NEW_EXAMPLE],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewLeadInput)
        park, incubator = place_in(values, request.user)
        record = services.create_lead(
            park=park,
            incubator=incubator,
            interaction=values.pop("interaction", None),
            stage=values.pop("stage"),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.answer(record, 201, {"Location": f"/api/v1/leads/{record.pk}/"})

    @extend_schema(
        summary="Change a lead", request=shapes.LeadInput(partial=True), responses=shapes.LeadSerializer
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.LeadInput, partial=True)
            services.update_lead(lead=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(summary="Delete a lead entered by mistake; pulls see a tombstone", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.delete_lead(lead=record, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Move a lead by hand, or drop it",
        request=shapes.LeadMoveInput,
        responses={201: shapes.LeadStageLogSerializer},
        examples=[
            OpenApiExample(
                "Dropped",
                value={"to_stage": "dropped", "on": "2021-05-20", "drop_reason": "no_answer"},
                request_only=True,
            )
        ],
    )
    def move(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        lead = self.get_object()
        self.require(Action.ENTER, lead)
        self.check_if_sent(lead)
        values = self.checked_input(shapes.LeadMoveInput)
        log = services.move_lead(
            lead=lead,
            expected_stage=values.pop("from_stage", None),
            actor=request.user,
            at=self.at,
            **values,
        )
        headers = {"ETag": etag_of(self.get_object()), "Location": f"/api/v1/leads/{lead.pk}/stage-log/"}
        return Response(shapes.LeadStageLogSerializer(log).data, status=201, headers=headers)

    @extend_schema(
        summary="Make the lead a project, once",
        request=shapes.ConversionInput,
        responses={201: shapes.ConversionSerializer},
    )
    def convert(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        lead = self.get_object()
        self.require(Action.ENTER, lead)
        self.check_if_sent(lead)
        values = self.checked_input(shapes.ConversionInput)
        project = services.convert_lead(lead=lead, values=values, actor=request.user, at=self.at)
        body = {"lead": lead.pk, "project": project.pk, "project_code": project.code}
        headers = {"Location": f"/api/v1/projects/{project.pk}/"}
        return Response(shapes.ConversionSerializer(body).data, status=201, headers=headers)

    @extend_schema(
        summary="Leads and projects of the park that may be the same", responses=shapes.LookalikesSerializer
    )
    def duplicates(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        lead = self.get_object()
        found = lookalikes(
            request.user,
            park_id=lead.park_id,
            names=[lead.name_zh, lead.name_en],
            but_lead=lead.pk,
            but_project=lead.project_id,
        )
        return Response(shapes.LookalikesSerializer({"results": found}).data)

    @extend_schema(
        operation_id="leads_funnel",
        summary="How many leads of each place got how far",
        responses=shapes.FunnelSerializer,
        filters=True,
    )
    def funnel(self, request: Any) -> Response:
        """Takes the filters of the list: by `source_event`, `source_mandate`, `incubator` and so on."""
        leads = self.searched(self.filter_queryset(Lead.objects.visible_to(request.user)))
        rows = [
            {"park": park, "incubator": incubator, **vars(funnel)}
            for park, incubator, funnel in funnel_by_place(leads)
        ]
        return Response(shapes.FunnelSerializer({"results": rows}).data)


class LeadStageLogViewSet(ResourceViewSet):
    """Every move of one lead."""

    queryset = LeadStageLog.objects.all()
    serializer_class = shapes.LeadStageLogSerializer
    orderings = {"sequence": ("sequence",)}
    default_ordering = "sequence"
    select = ("moved_by",)
    summaries = {"list": "List the moves of a lead"}

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.filter(lead_id=self.kwargs["pk"]) if "pk" in self.kwargs else queryset

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        get_object_or_404(Lead.objects.visible_to(request.user), pk=self.kwargs["pk"])
        return super().list(request, *args, **kwargs)
