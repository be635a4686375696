"""Dated facts of a project: entered by one person, verified or returned by another."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from core.errors import Refused
from incubators.scope import REFUSALS, Action, scope_of
from projects import services
from projects.api import serializers as shapes
from projects.api.views.parts import OfProjectViewSet
from projects.models import ProjectFact


class FactViewSet(OfProjectViewSet):
    """Signed, registered, paid in, started, producing: separate facts that are never summed together."""

    queryset = ProjectFact.objects.all()
    serializer_class = shapes.FactSerializer
    lookup_field, lookup_url_kwarg = "pk", "fact"
    orderings = {"on": ("on",), "updated_at": ("updated_at",)}
    default_ordering = "on"
    select = ("project__park", "project__incubator", "entered_by", "verified_by", "returned_by")
    prefetch = ("evidence",)
    summaries = {"list": "List the facts of a project", "retrieve": "Read a fact"}

    @extend_schema(
        summary="Enter a fact",
        request=shapes.NewFactInput,
        responses={201: shapes.FactSerializer},
        examples=[
            OpenApiExample(
                "Capital paid in",
                value={
                    "kind": "paid_in",
                    "on": "2021-05-20",
                    "amount": "5000000.00",
                    "currency": "CNY",
                    "evidence": [17],
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.project()
        self.require(Action.ENTER, project)
        values = self.checked_input(shapes.NewFactInput)
        fact = services.enter_fact(project=project, actor=request.user, at=self.at, **values)
        return self.answer(
            self.get_queryset().get(pk=fact.pk), 201, {"Location": f"{request.path}{fact.pk}/"}
        )

    @extend_schema(
        summary="Correct a fact; it needs verifying again",
        request=shapes.FactInput(partial=True),
        responses=shapes.FactSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as fact:
            values = self.checked_input(shapes.FactInput, partial=True)
            services.change_fact(fact=fact, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(summary="Take back an unverified fact", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as fact:
            services.withdraw_fact(fact=fact, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(summary="Verify a fact as a second person", request=None, responses=shapes.FactSerializer)
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        fact = self.get_object()
        self._require_verifier(fact)
        self.check_if_sent(fact)
        services.verify_fact(fact=fact, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Return a fact with words that say what to mend",
        request=shapes.ReasonInput,
        responses=shapes.FactSerializer,
    )
    def give_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        fact = self.get_object()
        self._require_verifier(fact)
        self.check_if_sent(fact)
        values = self.checked_input(shapes.ReasonInput)
        services.return_fact(fact=fact, reason=values["reason"], actor=request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Hang more evidence on a fact",
        request=shapes.FilesInput,
        responses=shapes.FactSerializer,
    )
    def evidence(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        fact = self.get_object()
        self.require(Action.ENTER, fact)
        files = self.checked_input(shapes.FilesInput)["evidence"]
        services.add_fact_evidence(fact=fact, files=files, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    def _require_verifier(self, fact: ProjectFact) -> None:
        """Refuse before reading the input; which of the two rights a fact needs is the service's to say."""
        park_id, incubator_id = self.place_of(fact)
        granted = scope_of(self.request.user).actions(park_id=park_id, incubator_id=incubator_id)
        if not granted & {Action.VERIFY, Action.VERIFY_MONEY}:
            raise Refused(REFUSALS[Action.VERIFY]())
