"""Parks, organisations, incubators, their papers, and what the press says of them."""

from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from core.api.views import ApiView, ResourceViewSet
from core.history import heads
from incubators import services
from incubators.api import filters
from incubators.api import serializers as shapes
from incubators.api.scoping import ByCodeOrId, ScopedViewSet
from incubators.models import (
    Agreement,
    ContractTarget,
    Incubator,
    IncubatorRecognition,
    Membership,
    OperatorContract,
    Organisation,
    Park,
    ReferenceProcess,
    ReportedFigure,
    Space,
)
from incubators.scope import Action, scope_of

BY_NAME = {"name": ("sort_key",), "updated_at": ("updated_at",), "code": ("code",)}


class MeView(ApiView):
    """The person behind the token: memberships, roles and what the token may do."""

    @extend_schema(
        operation_id="me",
        summary="Who you are and what you may do",
        responses=shapes.MeSerializer,
        examples=[
            OpenApiExample(
                "Operator",
                value={
                    "id": 3,
                    "username": "op-zhangjiang",
                    "display_name": "张江离岸孵化器运营",
                    "language": "zh-hans",
                    "roles": ["operator"],
                    "memberships": [
                        {
                            "role": "operator",
                            "park": None,
                            "incubator": {
                                "code": "jy-zhangjiang",
                                "name_zh": "江阴高新区（上海张江）离岸孵化器",
                                "name_en": "Jiangyin (Zhangjiang) offshore incubator",
                            },
                            "starts_on": "2016-05-01",
                            "ends_on": None,
                        }
                    ],
                    "token_scopes": ["read", "reports", "write"],
                    "token_expires_at": "2026-01-31T20:00:00Z",
                },
            )
        ],
    )
    def get(self, request: Any) -> Response:
        user = request.user
        current = Membership.objects.current(timezone.localdate()).filter(user=user)
        rows = current.select_related("park", "incubator").order_by("pk")
        return Response(
            {
                "id": user.pk,
                "username": user.username,
                "display_name": user.display_name or user.username,
                "language": user.language,
                "roles": sorted(scope_of(user).roles),
                "memberships": [shapes.MembershipBrief(row).data for row in rows],
                "token_scopes": getattr(request.auth, "scopes", None),
                "token_expires_at": getattr(request.auth, "expires_at", None),
            }
        )


class HistoryHeadsView(ApiView):
    """The ends of the tamper-evident chains that you may see. A sealed report prints the same hashes."""

    @extend_schema(
        operation_id="history_heads",
        summary="Heads of the history chains",
        responses=shapes.HistoryHeadSerializer(many=True),
    )
    def get(self, request: Any) -> Response:
        incubators = Incubator.objects.visible_to(request.user)
        chains = {f"incubator:{code}" for code in incubators.values_list("code", flat=True)}
        scope = scope_of(request.user)
        for pk, code in Park.objects.of_scope(request.user).values_list("pk", "code"):
            if scope.sees_whole_park(pk):
                chains |= {f"park:{code}", f"evaluation:{code}"}
        return Response(heads(chains))


class ParkViewSet(ByCodeOrId, ResourceViewSet):
    """High-tech zones, cities and districts; known to everyone who is signed in."""

    queryset = Park.objects.all()
    serializer_class = shapes.ParkSerializer
    filterset_class = filters.ParkFilter
    orderings, default_ordering, search_column = BY_NAME, "name", "search_text"
    select = ("parent",)
    summaries = {"list": "List parks", "retrieve": "Read a park by code or id"}


class OrganisationViewSet(ByCodeOrId, ResourceViewSet):
    """Operators, universities, companies, funds, banks and government bodies named by the sources."""

    queryset = Organisation.objects.all()
    serializer_class = shapes.OrganisationSerializer
    filterset_class = filters.OrganisationFilter
    orderings, default_ordering, search_column = BY_NAME, "name", "search_text"
    summaries = {"list": "List organisations", "retrieve": "Read an organisation by code or id"}


class IncubatorViewSet(ByCodeOrId, ScopedViewSet):
    """The sites where projects of a park are incubated."""

    queryset = Incubator.objects.all()
    serializer_class = shapes.IncubatorSerializer
    filterset_class = filters.IncubatorFilter
    orderings, default_ordering, search_column = BY_NAME, "name", "search_text"
    select = ("park", "operator", "predecessor")
    prefetch = ("successors",)
    summaries = {"list": "List incubators", "retrieve": "Read an incubator by code or id"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.park_id, record.pk

    @extend_schema(
        summary="Register an incubator",
        request=shapes.NewIncubatorInput,
        responses={201: shapes.IncubatorSerializer},
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(shapes.NewIncubatorInput)
        park = values.pop("park")
        record = services.save_incubator(
            incubator=None, park=park, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/incubators/{record.code}/"})

    @extend_schema(
        summary="Change an incubator",
        request=shapes.IncubatorInput(partial=True),
        responses=shapes.IncubatorSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(shapes.IncubatorInput, partial=True)
            services.save_incubator(
                incubator=record, park=record.park, values=values, actor=request.user, at=self.at
            )
            return self.answer(self.get_object())


class _OfIncubatorViewSet(ScopedViewSet):
    """What hangs on an incubator: one service call writes it."""

    filterset_class: Any = filters.OfIncubatorFilter
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "-updated_at"
    select = ("incubator__park",)
    input_class: Any = None

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.incubator.park_id, record.incubator_id

    def save(self, record: Any, incubator: Incubator, values: dict[str, Any]) -> Any:
        raise NotImplementedError

    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.MANAGE)
        values = self.checked_input(self.input_class)
        record = self.save(None, values.pop("incubator"), values)
        return self.answer(
            self.get_queryset().get(pk=record.pk), 201, {"Location": f"{request.path}{record.pk}/"}
        )

    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing(Action.MANAGE) as record:
            values = self.checked_input(self.input_class, partial=True)
            self.save(record, values.pop("incubator", record.incubator), values)
            return self.answer(self.get_object())


def described(name: str, input_class: Any, answer: Any) -> Any:
    """The OpenAPI texts of the two writes of such a view."""
    from drf_spectacular.utils import extend_schema_view

    return extend_schema_view(
        create=extend_schema(summary=f"Record {name}", request=input_class, responses={201: answer}),
        partial_update=extend_schema(
            summary=f"Change {name}", request=input_class(partial=True), responses=answer
        ),
    )


@described("a space", shapes.SpaceInput, shapes.SpaceSerializer)
class SpaceViewSet(_OfIncubatorViewSet):
    """Laboratories, offices and workshops."""

    queryset = Space.objects.all()
    serializer_class = shapes.SpaceSerializer
    input_class = shapes.SpaceInput
    summaries = {"list": "List spaces", "retrieve": "Read a space"}

    def save(self, record: Any, incubator: Incubator, values: dict[str, Any]) -> Any:
        return services.save_space(
            space=record, incubator=incubator, values=values, actor=self.request.user, at=self.at
        )


@described("a title of an incubator", shapes.TitleInput, shapes.TitleSerializer)
class TitleViewSet(_OfIncubatorViewSet):
    """Titles that authorities gave to incubators, for a time."""

    queryset = IncubatorRecognition.objects.all()
    serializer_class = shapes.TitleSerializer
    input_class = shapes.TitleInput
    summaries = {"list": "List titles of incubators", "retrieve": "Read a title of an incubator"}

    def save(self, record: Any, incubator: Incubator, values: dict[str, Any]) -> Any:
        return services.save_recognition(
            recognition=record, incubator=incubator, values=values, actor=self.request.user, at=self.at
        )


@described("an operator's contract", shapes.ContractInput, shapes.ContractSerializer)
class ContractViewSet(_OfIncubatorViewSet):
    """Contracts with operators: period, fee, deliverables and the targets of each period."""

    queryset = OperatorContract.objects.all()
    serializer_class = shapes.ContractSerializer
    filterset_class = filters.ContractFilter
    input_class = shapes.ContractInput
    select = ("incubator__park", "operator")
    prefetch = (Prefetch("targets", queryset=ContractTarget.objects.order_by("period", "indicator")),)
    summaries = {"list": "List operators' contracts", "retrieve": "Read a contract with its targets"}

    def save(self, record: Any, incubator: Incubator, values: dict[str, Any]) -> Any:
        return services.save_contract(
            contract=record, incubator=incubator, values=values, actor=self.request.user, at=self.at
        )

    @extend_schema(
        summary="Set the target of one indicator in one period",
        request=shapes.TargetInput,
        responses={201: shapes.TargetSerializer},
    )
    def set_target(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        contract = self.get_object()
        self.require(Action.MANAGE, contract)
        values = self.checked_input(shapes.TargetInput)
        target = services.set_target(contract=contract, actor=request.user, at=self.at, **values)
        return Response(shapes.TargetSerializer(target).data, status=201)


class FigureViewSet(ByCodeOrId, ResourceViewSet):
    """Figures as published sources print them, with qualifier, day, scope and source. Never summed."""

    queryset = ReportedFigure.objects.all()
    serializer_class = shapes.FigureSerializer
    filterset_class = filters.FigureFilter
    orderings, default_ordering, search_column = BY_NAME, "code", "search_text"
    select = ("park", "incubator", "organisation")
    summaries = {"list": "List reported figures", "retrieve": "Read a reported figure by code or id"}


class AgreementViewSet(ByCodeOrId, ResourceViewSet):
    """Published agreements, memoranda and signings."""

    queryset = Agreement.objects.all()
    serializer_class = shapes.AgreementSerializer
    orderings, default_ordering, search_column = BY_NAME, "code", "search_text"
    summaries = {"list": "List published agreements", "retrieve": "Read an agreement by code or id"}


class ProcessViewSet(ByCodeOrId, ResourceViewSet):
    """Processes as sources describe them, step by step."""

    queryset = ReferenceProcess.objects.all()
    serializer_class = shapes.ProcessSerializer
    orderings, default_ordering, search_column = BY_NAME, "code", "search_text"
    summaries = {"list": "List reference processes", "retrieve": "Read a process by code or id"}
