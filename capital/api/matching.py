"""Results of matchmaking for programs."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from capital import services
from capital.api import serializers as shapes
from capital.models import Match
from capital.selectors.matching import summaries_of
from enterprises.api.records import filter_of
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action


class MatchFilter(filter_of(Match, "enterprise")):  # type: ignore[misc]
    class Meta:
        model = Match
        fields = ["event", "stage", "product", "fund"]


class MatchViewSet(ScopedViewSet):
    """Results of matchmaking: who was brought together with which bank or fund, and what came of it."""

    queryset = Match.objects.all()
    serializer_class = shapes.MatchSerializer
    filterset_class = MatchFilter
    orderings = {"updated_at": ("updated_at",), "contacted_on": ("contacted_on",)}
    default_ordering = "-updated_at"
    select = (
        "event", "enterprise__park", "enterprise__incubator", "organisation", "entered_by", "loan",
        "investment__fund",
    )  # fmt: skip
    summaries = {"list": "List matchmaking results", "retrieve": "Read a matchmaking result"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        owner = record.enterprise if isinstance(record, Match) else record
        return owner.park_id, owner.incubator_id

    @extend_schema(
        summary="Record a matchmaking result",
        request=shapes.NewMatchInput,
        responses={201: shapes.MatchSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewMatchInput)
        event, enterprise = values.pop("event"), values.pop("enterprise")
        self.require(Action.ENTER, enterprise)
        record = services.create_match(
            event=event, enterprise=enterprise, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/matchmaking/{record.pk}/"})

    @extend_schema(
        summary="Change a matchmaking result",
        request=shapes.MatchInput(partial=True),
        responses=shapes.MatchSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.MatchInput, partial=True)
            services.update_match(match=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(summary="Take a matchmaking result back", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.remove_match(match=record, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Record the next step of a result",
        description="Granted names the loan or the investment that came of it; declined says why.",
        request=shapes.MatchMoveInput,
        responses=shapes.MatchSerializer,
    )
    def move(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.ENTER, record)
        self.check_if_sent(record)
        values = self.checked_input(shapes.MatchMoveInput)
        services.move_match(match=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="What each event came to",
        description="Counted from the results that the caller sees; the latest events first.",
        responses=shapes.EventFinancingSerializer(many=True),
    )
    def events(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        found = summaries_of(request.user, Match.objects.visible_to(request.user))
        return Response(shapes.EventFinancingSerializer(found[:100], many=True).data)
