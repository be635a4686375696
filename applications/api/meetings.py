"""Meetings and their decisions for programs."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from applications import services
from applications.api import deciding as shapes
from applications.models import Meeting
from applications.services import Line
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action


class MeetingFilter(django_filters.FilterSet):
    confirmed = django_filters.BooleanFilter(
        "confirmed_at", lookup_expr="isnull", exclude=True, label="Only confirmed ones, or only the others"
    )

    class Meta:
        model = Meeting
        fields = ["programme"]


class MeetingViewSet(ScopedViewSet):
    """Meetings that decide: proposed by one person, confirmed by a second. For the park's own people."""

    queryset = Meeting.objects.all()
    serializer_class = shapes.MeetingSerializer
    filterset_class = MeetingFilter
    orderings = {"updated_at": ("updated_at",), "held_on": ("held_on",)}
    default_ordering = "-held_on"
    select = ("programme__park", "proposed_by", "confirmed_by")
    prefetch = ("decisions",)
    summaries = {"list": "List meetings", "retrieve": "Read a meeting"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, None

    def _lines(self, values: dict[str, Any]) -> list[Line] | None:
        rows = values.pop("decisions", None)
        if rows is None:
            return None
        return [
            Line(one["application"].pk, one["outcome"], one["award_class"], one.get("amount"), one["reason"])
            for one in rows
        ]

    @extend_schema(
        summary="Propose the decisions of a meeting",
        description="Without decisions the list is as the ranking suggests; who differs from it says why.",
        request=shapes.NewMeetingInput,
        responses={201: shapes.MeetingSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewMeetingInput)
        programme, lines = values.pop("programme"), self._lines(values)
        record = services.propose_meeting(
            programme=programme, values=values, lines=lines, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/meetings/{record.pk}/"})

    @extend_schema(
        summary="Change a proposal",
        request=shapes.MeetingInput(partial=True),
        responses=shapes.MeetingSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(shapes.MeetingInput, partial=True)
            services.change_meeting(
                meeting=record,
                lines=self._lines(values),
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())

    @extend_schema(summary="Throw a proposal away", request=None, responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            services.discard_meeting(meeting=record, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Confirm the decisions of a meeting",
        description="By a second person. All awards are committed in one transaction; where the budget does "
        "not suffice, nothing is confirmed.",
        request=None,
        responses=shapes.MeetingSerializer,
    )
    def confirm(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.PAY, record)
        self.check_if_sent(record)
        services.confirm_meeting(meeting=record, actor=request.user, at=self.at)
        return self.answer(self.get_queryset().get(pk=record.pk))
