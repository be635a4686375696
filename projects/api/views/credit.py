"""Proposals to divide the credit, and their answers."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action
from projects import services
from projects.api import credit_serializers as shapes
from projects.api.views.parts import OfProjectViewSet
from projects.enums import ProposalState
from projects.models import CreditProposal


class ProposalFilter(django_filters.FilterSet):
    state = django_filters.ChoiceFilter(choices=ProposalState.choices, label="State")


class ProposalViewSet(ScopedViewSet):
    """Proposals for one's own projects, and those in which an incubator of one's own gets a share."""

    queryset = CreditProposal.objects.all()
    serializer_class = shapes.ProposalSerializer
    filterset_class = ProposalFilter
    orderings = {"proposed_at": ("proposed_at",), "updated_at": ("updated_at",)}
    default_ordering = "-proposed_at"
    select = ("project__park", "project__incubator", "proposed_by", "closed_by")
    prefetch = ("shares__incubator", "shares__operator", "answers__incubator", "answers__answered_by")
    summaries = {"list": "List proposals to divide the credit", "retrieve": "Read a proposal"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.project.park_id, record.project.incubator_id

    @extend_schema(
        summary="Agree or object to a proposal",
        request=shapes.AnswerInput,
        responses=shapes.ProposalSerializer,
        examples=[
            OpenApiExample(
                "Objection",
                value={"incubator": "jy-zhangjiang", "answer": "object", "words": "示例理由"},
                request_only=True,
            )
        ],
    )
    def respond(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require_somewhere(Action.ENTER)
        self.check_if_sent(record)
        values = self.checked_input(shapes.AnswerInput)
        services.answer_proposal(proposal=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Decide a disputed proposal as the park administrator",
        request=shapes.DecisionInput,
        responses=shapes.ProposalSerializer,
    )
    def decide(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.MANAGE, record)
        self.check_if_sent(record)
        values = self.checked_input(shapes.DecisionInput)
        services.decide_proposal(proposal=record, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Withdraw a proposal of one's own", request=None, responses=shapes.ProposalSerializer
    )
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.check_if_sent(record)
        services.withdraw_proposal(proposal=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())


class ProjectProposalViewSet(OfProjectViewSet):
    """Proposals for one project, those that are over included."""

    queryset = CreditProposal.objects.all()
    serializer_class = shapes.ProposalSerializer
    orderings = {"proposed_at": ("proposed_at",)}
    default_ordering = "-proposed_at"
    select = ProposalViewSet.select
    prefetch = ProposalViewSet.prefetch
    summaries = {"list": "List the proposals of a project"}

    @extend_schema(
        summary="Propose a division of the credit",
        request=shapes.ProposalInput,
        responses={201: shapes.ProposalSerializer},
        examples=[
            OpenApiExample(
                "Two incubators",
                value={
                    "shares": [
                        {"incubator": "jy-uppsala", "percent": "60.00"},
                        {"incubator": "jy-zhangjiang", "percent": "40.00"},
                    ],
                    "words": "示例理由",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.project()
        self.require(Action.ENTER, project)
        values = self.checked_input(shapes.ProposalInput)
        rows = values["shares"]
        record = services.propose_credit(
            project=project,
            shares={row["incubator"]: row["percent"] for row in rows},
            operators={row["incubator"]: row["operator"] for row in rows if row.get("operator")},
            words=values["words"],
            actor=request.user,
            at=self.at,
        )
        found = self.get_queryset().get(pk=record.pk)
        return self.answer(found, 201, {"Location": f"/api/v1/credit-proposals/{record.pk}/"})
