"""Contacts, events and interactions."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from incubators.api.scoping import ScopedViewSet, place_in
from incubators.scope import Action
from outreach import services
from outreach.api import filters
from outreach.api import serializers as shapes
from outreach.models import Contact, Event, Interaction


class ContactViewSet(ScopedViewSet):
    """People at universities, carriers, investors and firms."""

    queryset = Contact.objects.all()
    serializer_class = shapes.ContactSerializer
    filterset_class = filters.ContactFilter
    orderings = {"updated_at": ("updated_at",), "name": ("sort_key",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator", "organisation", "anonymised_by")
    summaries = {"list": "List contacts", "retrieve": "Read a contact"}

    @extend_schema(
        summary="Record a contact",
        request=shapes.NewContactInput,
        responses={201: shapes.ContactSerializer},
        examples=[
            OpenApiExample(
                "Person",
                value={
                    "incubator": "jy-zhangjiang",
                    "name_zh": "示例联系人",
                    "organisation_name": "示例大学",
                    "phone": "13800001234",
                    "tags": ["高校"],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewContactInput)
        park, incubator = place_in(values, request.user)
        record = services.create_contact(
            park=park, incubator=incubator, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/contacts/{record.pk}/"})

    @extend_schema(
        summary="Change a contact",
        request=shapes.ContactInput(partial=True),
        responses=shapes.ContactSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.ContactInput, partial=True)
            services.update_contact(contact=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(
        summary="Anonymise a contact at the person's request",
        description="Irrevocable: the name becomes a neutral label; telephone, e-mail, WeChat, position, note"
        " and the number of your own system are emptied. Interactions and leads stay.",
        request=None,
        responses=shapes.ContactSerializer,
    )
    def anonymise(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.ENTER, record)
        self.check_if_sent(record)
        services.anonymise_contact(contact=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())


class EventViewSet(ScopedViewSet):
    """Promotion meetings, roadshows, delegations: planned, held or cancelled."""

    queryset = Event.objects.all()
    serializer_class = shapes.EventSerializer
    filterset_class = filters.EventFilter
    orderings = {"updated_at": ("updated_at",), "starts_on": ("starts_on",), "name": ("sort_key",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator")
    prefetch = ("evidence",)
    summaries = {"list": "List events", "retrieve": "Read an event"}

    @extend_schema(
        summary="Record an event",
        request=shapes.NewEventInput,
        responses={201: shapes.EventSerializer},
        examples=[
            OpenApiExample(
                "Promotion meeting",
                value={
                    "incubator": "jy-zhangjiang",
                    "name_zh": "示例推介会",
                    "kind": "promotion",
                    "starts_on": "2021-05-20",
                    "firm_count": 42,
                    "cost_amount": "30000.00",
                    "cost_currency": "CNY",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewEventInput)
        park, incubator = place_in(values, request.user)
        record = services.create_event(
            park=park, incubator=incubator, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/events/{record.pk}/"})

    @extend_schema(
        summary="Change an event", request=shapes.EventInput(partial=True), responses=shapes.EventSerializer
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.EventInput, partial=True)
            services.update_event(event=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())


class InteractionViewSet(ScopedViewSet):
    """Calls, visits, meetings and mail, with what comes next."""

    queryset = Interaction.objects.all()
    serializer_class = shapes.InteractionSerializer
    filterset_class = filters.InteractionFilter
    orderings = {"updated_at": ("updated_at",), "on": ("on",)}
    default_ordering = "-updated_at"
    select = ("park", "incubator", "by", "next_done_by")
    summaries = {"list": "List interactions", "retrieve": "Read an interaction"}

    @extend_schema(
        summary="Record an interaction",
        request=shapes.NewInteractionInput,
        responses={201: shapes.InteractionSerializer},
        examples=[
            OpenApiExample(
                "Visit",
                value={
                    "incubator": "jy-zhangjiang",
                    "kind": "visit",
                    "on": "2021-05-20",
                    "contact": 1,
                    "summary": "示例：介绍了落户政策。",
                    "next_action": "寄送资料",
                    "next_on": "2021-05-27",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewInteractionInput)
        park, incubator = place_in(values, request.user)
        settles = values.pop("settles")
        record = services.log_interaction(
            park=park, incubator=incubator, values=values, settles=settles, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/interactions/{record.pk}/"})

    @extend_schema(
        summary="Correct an interaction",
        request=shapes.InteractionInput(partial=True),
        responses=shapes.InteractionSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.InteractionInput, partial=True)
            services.update_interaction(interaction=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(
        summary="Mark the planned next action as done",
        request=None,
        responses=shapes.InteractionSerializer,
    )
    def done(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.ENTER, record)
        self.check_if_sent(record)
        services.finish_interaction(interaction=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())
