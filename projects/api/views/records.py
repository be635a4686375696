"""The project record: list, read, write, move; sectors and reported projects beside it."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.response import Response

from core.api.pagination import invalid_parameter
from core.api.preconditions import etag_of
from core.api.serializers import ProblemSerializer
from core.api.views import ResourceViewSet
from enterprises.api.merged import refuse_merged
from incubators.api.scoping import ByCodeOrId, ScopedViewSet, place_in
from incubators.scope import Action, scope_of
from projects import services
from projects.api import bulk, filters, listing
from projects.api import serializers as shapes
from projects.models import Project, ReportedProject, Sector
from projects.selectors import gates_of, state_of
from projects.stages import allowed_moves

MOVE_EXAMPLE = OpenApiExample(
    "Company registered in the park",
    value={"to_stage": "landed", "on": "2021-05-20", "reason": "", "from_stage": "relocating"},
    request_only=True,
)
MISSING_EXAMPLE = OpenApiExample(
    "Gate not met",
    value={
        "type": "urn:enclave:problem:incomplete",
        "title": "Conflict",
        "status": 409,
        "detail": "1 things are still missing for “landed”.",
        "code": "incomplete",
        "missing": [
            {
                "field": "facts.registered",
                "message": "A second person at the park has to verify the registration.",
            }
        ],
    },
    response_only=True,
    status_codes=["409"],
    media_type="application/problem+json",
)
CREATE_EXAMPLE = OpenApiExample(
    "Lead",
    value={
        "incubator": "jy-zhangjiang",
        "name_zh": "示例项目：柔性传感器",
        "sector": "new-materials",
        "team_lead": "示例负责人",
        "lead_source": "university",
        "first_contact_on": "2021-03-01",
        "external_id": "CRM-1042",
    },
    request_only=True,
)


def read_flag(request: Any, name: str) -> bool:
    """A yes-or-no parameter; anything unclear is refused, so that no dry run is taken for a real one."""
    text = request.query_params.get(name, "").lower()
    if text in ("", "false", "0"):
        return False
    if text in ("true", "1"):
        return True
    raise invalid_parameter(name, gettext("Send true or false."))


class ProjectViewSet(ScopedViewSet):
    """Inventions on their way to a factory."""

    queryset = Project.objects.all()
    serializer_class = shapes.ProjectSerializer
    filterset_class = filters.ProjectFilter
    orderings = {"updated_at": ("updated_at",), "name": ("sort_key",), "code": ("code",)}
    default_ordering = "-updated_at"
    search_column = "search_text"
    select = ("park", "incubator", "sector")
    tombstone_kind = "project"
    summaries = {"list": "List projects, or pull what changed", "retrieve": "Read a project"}
    key_of_row = staticmethod(listing.key_of_row)

    def get_object(self) -> Any:
        refuse_merged(Project, self.request.user, self.kwargs["pk"])
        return super().get_object()

    def tombstones(self) -> Any:
        return self.tombstones_in_scope()

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        query = request.query_params
        if self.asks_for_filters() or "search" in query or "updated_since" in query:
            visible = Project.objects.visible_to(request.user)
            found = self.searched(self.filter_queryset(visible)).values_list(*listing.SOURCES)
        else:
            found = Project.objects.all()
            self.rows_of_page = self._rows_in_scope
        rows = self.paginate_queryset(found) or []
        return self.get_paginated_response([listing.body_of(row) for row in rows])

    def _rows_in_scope(self, _everything: Any, *page: Any) -> Any:
        return listing.rows_in(scope_of(self.request.user).places(Action.READ), *page)

    @extend_schema(
        summary="Record a project",
        request=shapes.NewProjectInput,
        responses={201: shapes.ProjectSerializer},
        examples=[CREATE_EXAMPLE],
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.NewProjectInput)
        park, incubator = place_in(values, request.user)
        record = services.create_project(
            park=park, incubator=incubator, values=values, actor=request.user, at=self.at
        )
        return self.answer(record, 201, {"Location": f"/api/v1/projects/{record.pk}/"})

    @extend_schema(
        summary="Change a project",
        request=shapes.ProjectInput(partial=True),
        responses=shapes.ProjectSerializer,
        examples=[OpenApiExample("Summary", value={"summary": "示例说明"}, request_only=True)],
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            values = self.checked_input(shapes.ProjectInput, partial=True)
            services.update_project(project=record, values=values, actor=request.user, at=self.at)
            return self.answer(self.get_object())

    @extend_schema(summary="Delete a lead entered by mistake; pulls see a tombstone", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as record:
            services.delete_project(project=record, actor=request.user, at=self.at)
        return Response(status=204)

    @extend_schema(
        operation_id="projects_bulk",
        summary="Create or update up to 1,000 projects",
        description="Good rows go in while bad ones are reported, each with its errors. A row whose "
        "`external_id` is already known at its incubator updates that project.",
        parameters=[
            OpenApiParameter("dry_run", bool, description="Check everything, keep nothing.", default=False)
        ],
        request=shapes.BulkInput,
        responses={200: shapes.BulkAnswer},
        examples=[
            OpenApiExample(
                "Two rows",
                value={
                    "incubator": "jy-zhangjiang",
                    "rows": [
                        {"external_id": "CRM-1", "name_zh": "示例项目一"},
                        {"external_id": "CRM-2", "name_zh": "示例项目二", "sector": "life-health"},
                    ],
                },
                request_only=True,
            )
        ],
    )
    def bulk(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        dry_run = read_flag(request, "dry_run")
        return Response(bulk.take_in(request.data, actor=request.user, at=self.at, dry_run=dry_run))

    @extend_schema(summary="What is missing for each next stage", responses=shapes.GatesSerializer)
    def gates(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        gates = [
            {
                "to_stage": gate.to_stage,
                "is_open": gate.is_open,
                "missing": [{"field": item.field, "message": gettext(item.message)} for item in gate.missing],
                "movers": list(gate.movers),
                "decided_by": list(gate.decided_by),
                "must_request": gate.must_request,
                "is_requestable": gate.is_requestable,
                "days": gate.days,
                "request": gate.request_id,
                "due_on": gate.due_on,
                "gate_version": gate.version,
            }
            for gate in gates_of(project)
        ]
        body = {
            "stage": project.stage,
            "gates": gates,
            "allowed_moves": list(allowed_moves(state_of(project))),
        }
        return Response(body, headers={"ETag": etag_of(project)})

    @extend_schema(
        summary="Move a project to another stage",
        request=shapes.MoveInput,
        responses={
            201: shapes.StageLogSerializer,
            (409, "application/problem+json"): OpenApiResponse(
                ProblemSerializer, "Something is missing (`missing`), or the project moved in the meantime."
            ),
        },
        examples=[MOVE_EXAMPLE, MISSING_EXAMPLE],
    )
    def move(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.get_object()
        self.require(Action.ENTER, project)
        self.check_if_sent(project)
        values = self.checked_input(shapes.MoveInput)
        log = services.move_project(
            project=project,
            expected_stage=values.pop("from_stage", None),
            actor=request.user,
            at=self.at,
            **values,
        )
        headers = {"ETag": etag_of(project), "Location": f"/api/v1/projects/{project.pk}/stage-log/"}
        return Response(shapes.StageLogSerializer(log).data, status=201, headers=headers)


class SectorViewSet(ByCodeOrId, ResourceViewSet):
    """The park's taxonomy of industries."""

    queryset = Sector.objects.all()
    serializer_class = shapes.SectorSerializer
    orderings = {"position": ("position",), "name": ("sort_key",), "code": ("code",)}
    default_ordering = "position"
    summaries = {"list": "List sectors", "retrieve": "Read a sector by code or id"}

    def get_queryset(self) -> Any:
        return Sector.objects.all()


class ReportedProjectViewSet(ByCodeOrId, ResourceViewSet):
    """Projects and batches of projects as the press reports them; apart from tracked projects."""

    queryset = ReportedProject.objects.all()
    serializer_class = shapes.ReportedProjectSerializer
    filterset_class = filters.ReportedProjectFilter
    orderings = {"name": ("sort_key",), "code": ("code",), "updated_at": ("updated_at",)}
    default_ordering = "code"
    search_column = "search_text"
    select = ("park", "incubator")
    prefetch = ("candidates",)
    summaries = {"list": "List reported projects", "retrieve": "Read a reported project by code or id"}
