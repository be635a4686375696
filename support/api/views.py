"""Tickets, mentors and services for programs."""

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from incubators.api.filters import CodeFilter, OfIncubatorFilter, PlaceFilter
from incubators.api.scoping import ScopedViewSet, place_in
from incubators.models import Park
from incubators.scope import Action
from support import services
from support.api import serializers as shapes
from support.models import Mentor, ServiceRecord, Ticket, TicketEntry, TicketType


class TicketTypeFilter(django_filters.FilterSet):
    park = CodeFilter(Park, "park", label="Code of the park")

    class Meta:
        model = TicketType
        fields = ["code", "is_active"]


class TicketTypeViewSet(ScopedViewSet):
    """What teams may ask for, and within how many working days it is answered and done."""

    queryset = TicketType.objects.all()
    serializer_class = shapes.TicketTypeSerializer
    filterset_class = TicketTypeFilter
    orderings = {"position": ("position",), "code": ("code",)}
    default_ordering = "position"
    select = ("park",)
    summaries = {"list": "List types of tickets", "retrieve": "Read a type of ticket"}


class TicketFilter(PlaceFilter):
    type = CodeFilter(TicketType, "type", label="Code of the type")
    owner = django_filters.CharFilter(
        "owner__username", max_length=150, label="User name of whoever is in charge"
    )

    class Meta:
        model = Ticket
        fields = ["state", "project", "enterprise", "external_id"]


class TicketViewSet(ScopedViewSet):
    """Service tickets with their time limits."""

    queryset = Ticket.objects.all()
    serializer_class = shapes.TicketSerializer
    filterset_class = TicketFilter
    orderings = {"updated_at": ("updated_at",), "due_at": ("due_at",), "created_at": ("created_at",)}
    default_ordering = "-updated_at"
    select = ("park", "incubator", "type", "owner", "entered_by", "resolved_by", "rated_by")
    summaries = {"list": "List service tickets", "retrieve": "Read a service ticket"}

    @extend_schema(
        summary="Open a ticket",
        description="The time limits follow from the type and the park's own limits.",
        request=shapes.NewTicketInput,
        responses={201: shapes.TicketSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewTicketInput)
        park, incubator = place_in(values, request.user)
        ticket = services.open_ticket(
            park=park, incubator=incubator, values=values, actor=request.user, at=self.at
        )
        return self.answer(ticket, 201, {"Location": f"/api/v1/tickets/{ticket.pk}/"})

    @extend_schema(
        summary="Change what a ticket asks for",
        request=shapes.TicketInput(partial=True),
        responses=shapes.TicketSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as ticket:
            values = self.checked_input(shapes.TicketInput, partial=True)
            services.update_ticket(ticket=ticket, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    def _do(self, shape: Any, deed: Any) -> Response:
        """One deed on a ticket that the caller may work on; If-Match is welcome."""
        ticket = self.get_object()
        self.require(Action.ENTER, ticket)
        self.check_if_sent(ticket)
        values = self.checked_input(shape)
        deed(ticket=ticket, actor=self.request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Put somebody in charge", request=shapes.AssignInput, responses=shapes.TicketSerializer
    )
    def assign(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(shapes.AssignInput, services.assign_ticket)

    @extend_schema(
        summary="Set another state", request=shapes.MoveTicketInput, responses=shapes.TicketSerializer
    )
    def move(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(shapes.MoveTicketInput, services.move_ticket)

    @extend_schema(summary="Resolve a ticket", request=shapes.ResolveInput, responses=shapes.TicketSerializer)
    def resolve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        def deed(*, evidence: Any = (), **values: Any) -> None:
            services.resolve_ticket(files=evidence, **values)

        return self._do(shapes.ResolveInput, deed)

    @extend_schema(
        summary="Close a resolved ticket",
        description="With a rating from 1 to 5, given by somebody else than the solver.",
        request=shapes.CloseTicketInput,
        responses=shapes.TicketSerializer,
    )
    def close(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(shapes.CloseTicketInput, services.close_ticket)

    @extend_schema(
        summary="Open a ticket again", request=shapes.ReopenInput, responses=shapes.TicketSerializer
    )
    def reopen(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return self._do(shapes.ReopenInput, services.reopen_ticket)


class TicketEntryViewSet(ScopedViewSet):
    """The story of one ticket, oldest first."""

    queryset = TicketEntry.objects.all()
    serializer_class = shapes.TicketEntrySerializer
    orderings = {"at": ("at",)}
    default_ordering = "at"
    select = ("by",)
    summaries = {"list": "Read the story of a ticket"}

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.filter(ticket_id=self.kwargs["pk"]) if "pk" in self.kwargs else queryset

    def ticket(self) -> Ticket:
        found: Ticket = get_object_or_404(Ticket.objects.visible_to(self.request.user), pk=self.kwargs["pk"])
        return found

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.ticket()
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Comment on a ticket",
        request=shapes.CommentInput,
        responses={201: shapes.TicketEntrySerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        ticket = self.ticket()
        self.require(Action.ENTER, ticket)
        values = self.checked_input(shapes.CommentInput)
        entry = services.comment_ticket(ticket=ticket, actor=request.user, at=self.at, **values)
        return Response(self.represent(entry), status=201)


class MentorFilter(PlaceFilter):
    field = django_filters.CharFilter(method="of_field", max_length=20, label="Code of a field")

    class Meta:
        model = Mentor
        fields = ["region", "external_id"]

    def of_field(self, queryset: Any, name: str, value: str) -> Any:
        return queryset.filter(fields__contains=[value])


class MentorViewSet(ScopedViewSet):
    """People who advise the teams."""

    queryset = Mentor.objects.all()
    serializer_class = shapes.MentorSerializer
    filterset_class = MentorFilter
    orderings = {"updated_at": ("updated_at",), "name": ("sort_key",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator")
    summaries = {"list": "List mentors", "retrieve": "Read a mentor"}

    @extend_schema(
        summary="Enter a mentor", request=shapes.NewMentorInput, responses={201: shapes.MentorSerializer}
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewMentorInput)
        park, incubator = place_in(values, request.user)
        mentor = services.save_mentor(
            mentor=None, park=park, incubator=incubator, values=values, actor=request.user, at=self.at
        )
        return self.answer(mentor, 201, {"Location": f"/api/v1/mentors/{mentor.pk}/"})

    @extend_schema(
        summary="Change a mentor",
        request=shapes.MentorInput(partial=True),
        responses=shapes.MentorSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as mentor:
            values = self.checked_input(shapes.MentorInput, partial=True)
            services.save_mentor(
                mentor=mentor,
                park=mentor.park,
                incubator=mentor.incubator,
                values=values,
                actor=request.user,
                at=self.at,
            )
            return self.answer(self.get_object())


class ServiceFilter(OfIncubatorFilter):
    verified = django_filters.BooleanFilter(method="is_verified", label="Verified by a second person")

    class Meta:
        model = ServiceRecord
        fields = ["kind", "mentor", "project", "enterprise"]

    def is_verified(self, queryset: Any, name: str, value: bool) -> Any:
        return queryset.filter(verified_at__isnull=not value)


class ServiceRecordViewSet(ScopedViewSet):
    """Services to teams; they count once a second person verified them."""

    queryset = ServiceRecord.objects.all()
    serializer_class = shapes.ServiceRecordSerializer
    filterset_class = ServiceFilter
    orderings = {"updated_at": ("updated_at",), "on": ("on",)}
    default_ordering = "-updated_at"
    select = ("incubator", "entered_by", "verified_by")
    prefetch = ("evidence",)
    summaries = {"list": "List service records", "retrieve": "Read a service record"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.incubator.park_id, record.incubator_id

    @extend_schema(
        summary="Record a service",
        request=shapes.NewServiceRecordInput,
        responses={201: shapes.ServiceRecordSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewServiceRecordInput)
        record = services.enter_service(
            incubator=values.pop("incubator"),
            files=values.pop("evidence", ()),
            values=values,
            actor=request.user,
            at=self.at,
        )
        return self.answer(record, 201, {"Location": f"/api/v1/service-records/{record.pk}/"})

    @extend_schema(
        summary="Correct a service record",
        description="A correction takes the verification away. Files are added, never taken off.",
        request=shapes.ServiceRecordInput(partial=True),
        responses=shapes.ServiceRecordSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.ServiceRecordInput, partial=True)
            files = values.pop("evidence", ())
            services.update_service(record=record, values=values, files=files, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(summary="Take out a record entered by mistake", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.remove_service(record=record, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Verify a service record",
        description="By somebody else than the one who entered it.",
        request=None,
        responses=shapes.ServiceRecordSerializer,
    )
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        services.verify_service(record=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())
