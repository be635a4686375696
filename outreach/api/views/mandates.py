"""Recruitment mandates and what is credited to agents."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from incubators.api.scoping import ScopedViewSet, place_in
from incubators.scope import Action
from outreach import services
from outreach.api import filters
from outreach.api import serializers as shapes
from outreach.models import Introduction, Mandate


class MandateViewSet(ScopedViewSet):
    """Agents who look for projects for a park or an incubator."""

    queryset = Mandate.objects.all()
    serializer_class = shapes.MandateSerializer
    filterset_class = filters.MandateFilter
    orderings = {"updated_at": ("updated_at",), "starts_on": ("starts_on",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator", "agent", "sector")
    prefetch = ("evidence",)
    summaries = {"list": "List recruitment mandates", "retrieve": "Read a recruitment mandate"}

    @extend_schema(
        summary="Record a recruitment mandate",
        request=shapes.NewMandateInput,
        responses={201: shapes.MandateSerializer},
        examples=[
            OpenApiExample(
                "One year",
                value={
                    "incubator": "jy-zhangjiang",
                    "name_zh": "示例委托招才",
                    "agent_name": "示例人才公司",
                    "starts_on": "2021-01-01",
                    "ends_on": "2022-01-01",
                    "target_count": 5,
                    "fee_amount": "50000.00",
                    "fee_currency": "CNY",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewMandateInput)
        park, incubator = place_in(values, request.user)
        record = services.create_mandate(
            park=park, incubator=incubator, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/mandates/{record.pk}/"})

    @extend_schema(
        summary="Change a recruitment mandate",
        request=shapes.MandateInput(partial=True),
        responses=shapes.MandateSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.MandateInput, partial=True)
            services.update_mandate(mandate=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())


class IntroductionViewSet(ScopedViewSet):
    """What agents claim to have introduced; it counts once the park agreed."""

    queryset = Introduction.objects.all()
    serializer_class = shapes.IntroductionSerializer
    filterset_class = filters.IntroductionFilter
    orderings = {"updated_at": ("updated_at",), "on": ("on",)}
    default_ordering = "-updated_at"
    select = ("mandate__park", "mandate__incubator", "entered_by", "verified_by", "returned_by")
    summaries = {"list": "List introductions", "retrieve": "Read an introduction"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.mandate.park_id, record.mandate.incubator_id

    def lock_for_change(self, record: Any) -> Any:
        Mandate.objects.select_for_update(of=("self",)).get(pk=record.mandate_id)
        return super().lock_for_change(record)

    @extend_schema(
        summary="Claim an introduction for an agent",
        request=shapes.IntroductionInput,
        responses={201: shapes.IntroductionSerializer},
        examples=[
            OpenApiExample("Lead", value={"mandate": 1, "lead": 1, "on": "2021-05-20"}, request_only=True)
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.IntroductionInput)
        record = services.claim_introduction(
            mandate=values.pop("mandate"), values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/introductions/{record.pk}/"})

    @extend_schema(summary="Withdraw a claim that nobody agreed to", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.withdraw_introduction(introduction=record, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Agree to an introduction as a second person",
        request=None,
        responses=shapes.IntroductionSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        services.verify_introduction(introduction=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Return an introduction with words",
        request=shapes.LiaisonReasonInput,
        responses=shapes.IntroductionSerializer,
    )
    def give_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        values = self.checked_input(shapes.LiaisonReasonInput)
        services.return_introduction(introduction=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())
