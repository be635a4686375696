"""Agreements the park keeps, and the actions that were agreed."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from incubators.api.scoping import ScopedViewSet, place_in
from incubators.scope import Action
from outreach import services
from outreach.api import filters
from outreach.api import serializers as shapes
from outreach.models import AgreementAction, TrackedAgreement


class TrackedAgreementViewSet(ScopedViewSet):
    """Agreements and memoranda with their parties; what the press says of agreements is kept apart."""

    queryset = TrackedAgreement.objects.all()
    serializer_class = shapes.TrackedAgreementSerializer
    filterset_class = filters.AgreementFilter
    orderings = {"updated_at": ("updated_at",), "signed_on": ("signed_on",), "name": ("sort_key",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator", "reported")
    prefetch = ("parties__organisation", "evidence")
    summaries = {"list": "List tracked agreements", "retrieve": "Read a tracked agreement"}

    @extend_schema(
        summary="Record an agreement",
        request=shapes.NewTrackedAgreementInput,
        responses={201: shapes.TrackedAgreementSerializer},
        examples=[
            OpenApiExample(
                "Memorandum",
                value={
                    "incubator": "jy-zhangjiang",
                    "name_zh": "示例合作备忘录",
                    "kind": "mou",
                    "signed_on": "2021-05-20",
                    "parties": [{"name": "示例高新区"}, {"name": "示例大学"}],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewTrackedAgreementInput)
        park, incubator = place_in(values, request.user)
        record = services.create_agreement(
            park=park,
            incubator=incubator,
            parties=values.pop("parties"),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.answer(record, 201, {"Location": f"/api/v1/tracked-agreements/{record.pk}/"})

    @extend_schema(
        summary="Change an agreement",
        request=shapes.TrackedAgreementInput(partial=True),
        responses=shapes.TrackedAgreementSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.TrackedAgreementInput, partial=True)
            services.update_agreement(
                agreement=record,
                parties=values.pop("parties", None),
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())


class AgreementActionViewSet(ScopedViewSet):
    """What was agreed to be done under one agreement."""

    queryset = AgreementAction.objects.all()
    serializer_class = shapes.AgreementActionSerializer
    orderings = {"agreed_on": ("agreed_on",)}
    default_ordering = "id"
    select = ("agreement__park", "agreement__incubator", "owner", "done_by")
    summaries = {"list": "List the actions of an agreement", "retrieve": "Read an action of an agreement"}

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.filter(agreement_id=self.kwargs["pk"]) if "pk" in self.kwargs else queryset

    def get_object(self) -> Any:
        return get_object_or_404(self.get_queryset(), pk=self.kwargs["action"])

    def agreement(self) -> TrackedAgreement:
        found: TrackedAgreement = get_object_or_404(
            TrackedAgreement.objects.visible_to(self.request.user).select_related("park", "incubator"),
            pk=self.kwargs["pk"],
        )
        return found

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.agreement()
        return super().list(request, *args, **kwargs)

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        owner = record if isinstance(record, TrackedAgreement) else record.agreement
        return owner.park_id, owner.incubator_id

    def lock_for_change(self, record: Any) -> Any:
        TrackedAgreement.objects.select_for_update(of=("self",)).get(pk=record.agreement_id)
        return super().lock_for_change(record)

    @extend_schema(
        summary="Add an agreed action",
        request=shapes.AgreementActionInput,
        responses={201: shapes.AgreementActionSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        agreement = self.agreement()
        self.require(Action.ENTER, agreement)
        values = self.checked_input(shapes.AgreementActionInput)
        record = services.save_action(agreement=agreement, values=values, actor=request.user, at=self.at)
        return self.answer(record, 201, {"Location": f"{request.path}{record.pk}/"})

    @extend_schema(
        summary="Change an agreed action",
        request=shapes.AgreementActionInput(partial=True),
        responses=shapes.AgreementActionSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.AgreementActionInput, partial=True)
            services.save_action(
                agreement=record.agreement, action=record, values=values, actor=request.user, at=self.at
            )
            return self.answer(self.get_object())

    @extend_schema(
        summary="Mark an agreed action as done",
        request=shapes.DoneInput,
        responses=shapes.AgreementActionSerializer,
    )
    def done(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.ENTER, record)
        self.check_if_sent(record)
        values = self.checked_input(shapes.DoneInput)
        services.finish_action(action=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())
