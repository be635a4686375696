"""Gate tables of parks, and requests for steps through gates."""

from typing import Any

import django_filters
from django.db import transaction
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from core.api.views import ResourceViewSet
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action, require, require_somewhere
from projects import services
from projects.api import gate_shapes as shapes
from projects.api.views.parts import OfProjectViewSet
from projects.models import GateRequest, GateTable

ROWS_EXAMPLE = OpenApiExample(
    "Ask for a contact before a project accelerates",
    value={
        "park": "jiangyin-htz",
        "note": "示例：加速前须填写联系方式",
        "gates": [
            {
                "stage": "accelerating",
                "movers": ["operator", "park_admin"],
                "second_person": False,
                "days": None,
                "rows": [
                    {"kind": "evidence", "key": "milestone", "proof": True},
                    {"kind": "field", "key": "contact", "clause": "第八条"},
                ],
            }
        ],
    },
    request_only=True,
)


class GateTableFilter(django_filters.FilterSet):
    park = django_filters.CharFilter("park__code", label="Code of the park")

    class Meta:
        model = GateTable
        fields = ["status"]


class GateTableViewSet(ResourceViewSet):
    """Versions of what each stage asks for, per park; the one without a park is the default."""

    queryset = GateTable.objects.all()
    serializer_class = shapes.GateTableSerializer
    filterset_class = GateTableFilter
    orderings = {"number": ("number",), "updated_at": ("updated_at",)}
    default_ordering = "-number"
    select = ("park", "created_by", "published_by")
    prefetch = ("gates__rows",)
    summaries = {"list": "List gate tables", "retrieve": "Read a gate table"}

    @extend_schema(
        summary="Start a draft of a park's gates",
        description="It holds everything that is in force today, with the gates sent in place of theirs. "
        "A park has one draft at a time. Landing, paid-in capital and production keep their second person.",
        request=shapes.GateTableInput,
        responses={201: shapes.GateTableSerializer},
        examples=[ROWS_EXAMPLE],
    )
    def create(self, request: Any) -> Response:
        require_somewhere(Action.MANAGE, user=request.user)
        values = self.checked_input(shapes.GateTableInput)
        require(Action.MANAGE, user=request.user, park_id=values["park"].pk)
        with transaction.atomic():
            table = services.start_gate_table(
                park=values["park"], note=values["note"], actor=request.user, at=self.at
            )
            self._save(table, values["gates"])
        found = self.get_queryset().get(pk=table.pk)
        return self.answer(found, 201, {"Location": f"/api/v1/gate-tables/{table.pk}/"})

    @extend_schema(
        summary="Replace gates of a draft",
        request=shapes.GatesChangeInput,
        responses=shapes.GateTableSerializer,
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with transaction.atomic():
            table = self.get_object()
            require(Action.MANAGE, user=request.user, park_id=table.park_id)
            GateTable.objects.select_for_update(of=("self",)).get(pk=table.pk)
            self.check_if_match(self.get_object())
            self._save(table, self.checked_input(shapes.GatesChangeInput)["gates"])
            return self.answer(self.get_object())

    def _save(self, table: GateTable, gates: list[dict[str, Any]]) -> None:
        for gate in gates:
            services.save_gate(table=table, actor=self.request.user, at=self.at, **gate)  # type: ignore[arg-type]

    @extend_schema(summary="Throw a draft away", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        table = self.get_object()
        require(Action.MANAGE, user=request.user, park_id=table.park_id)
        self.check_if_match(table)
        services.discard_gate_table(table=table, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        summary="Put a draft in force from a day on",
        description="From that day every step ahead is checked by it; it ends the version before it and "
        "never changes again. Steps taken before keep the version of their day.",
        request=shapes.PublishInput,
        responses=shapes.GateTableSerializer,
    )
    def publish(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        table = self.get_object()
        require(Action.MANAGE, user=request.user, park_id=table.park_id)
        self.check_if_sent(table)
        values = self.checked_input(shapes.PublishInput)
        services.publish_gate_table(table=table, actor=request.user, at=self.at, **values)
        return self.answer(self.get_object())


class GateRequestFilter(django_filters.FilterSet):
    class Meta:
        model = GateRequest
        fields = ["state", "to_stage", "project"]


class _Requests:
    """How a request is read."""

    queryset = GateRequest.objects.all()
    serializer_class = shapes.GateRequestSerializer
    filterset_class: Any = GateRequestFilter
    orderings = {"requested_at": ("requested_at",), "updated_at": ("updated_at",)}
    default_ordering = "-requested_at"
    select = ("project__park", "project__incubator", "requested_by", "decided_by", "withdrawn_by")
    prefetch = ("remarks",)


class ProjectRequestViewSet(_Requests, OfProjectViewSet):  # type: ignore[misc]
    """Requests of one project."""

    summaries = {"list": "List the requests of a project"}

    @extend_schema(
        summary="Request a step from a second person",
        description="Everything that the operator can do has to be there; else 409 with `missing`.",
        request=shapes.NewRequestInput,
        responses={201: shapes.GateRequestSerializer},
        examples=[
            OpenApiExample(
                "Landing",
                value={"to_stage": "landed", "on": "2021-05-20", "note": "请核验"},
                request_only=True,
            )
        ],
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.project()
        self.require(Action.ENTER, project)
        values = self.checked_input(shapes.NewRequestInput)
        asked = services.request_gate(
            project=project,
            expected_stage=values.pop("from_stage", None),
            actor=request.user,
            at=self.at,
            **values,
        )
        return self.answer(
            self.get_queryset().get(pk=asked.pk), 201, {"Location": f"/api/v1/gate-requests/{asked.pk}/"}
        )


class GateRequestViewSet(_Requests, ScopedViewSet):  # type: ignore[misc]
    """Requests for steps through gates: decided by a second person, never by whoever asked or entered."""

    summaries = {"list": "List requests for steps", "retrieve": "Read a request"}

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        return record.project.park_id, record.project.incubator_id

    @extend_schema(
        summary="Approve a request: verify its facts and move the project",
        request=None,
        responses=shapes.GateRequestSerializer,
    )
    def approve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = self._to_decide()
        services.approve_request(request=asked, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    @extend_schema(
        summary="Return a request with words beside the fields",
        request=shapes.ReturnInput,
        responses=shapes.GateRequestSerializer,
        examples=[
            OpenApiExample(
                "One field",
                value={"remarks": [{"field": "facts.registered", "words": "执照日期看不清，请重拍。"}]},
                request_only=True,
            )
        ],
    )
    def give_back(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = self._to_decide()
        remarks = self.checked_input(shapes.ReturnInput)["remarks"]
        services.return_request(
            request=asked,
            remarks={row["field"]: row["words"] for row in remarks},
            actor=request.user,
            at=self.at,
        )
        return self.answer(self.get_object())

    @extend_schema(summary="Withdraw a request", request=None, responses=shapes.GateRequestSerializer)
    def withdraw(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        asked = self.get_object()
        self.require(Action.ENTER, asked)
        self.check_if_sent(asked)
        services.withdraw_request(request=asked, actor=request.user, at=self.at)
        return self.answer(self.get_object())

    def _to_decide(self) -> GateRequest:
        asked: GateRequest = self.get_object()
        self.require(Action.VERIFY, asked)
        self.check_if_sent(asked)
        return asked
