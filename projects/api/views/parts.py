"""What hangs on a project: stage log, legs of the road home, credit, files, history."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.preconditions import check_if_match, digest_etag
from core.errors import Conflict, FieldError
from core.models import HistoryEntry
from enterprises.api.merged import refuse_merged
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action
from projects import services
from projects.api import serializers as shapes
from projects.models import CreditShare, Project, ProjectEvidence, RelocationLeg, StageLog


class OfProjectViewSet(ScopedViewSet):
    """Below ``projects/{pk}/``: a stranger's project does not exist, nor does anything on it."""

    def get_queryset(self) -> Any:
        queryset = super().get_queryset()
        return queryset.filter(project_id=self.kwargs["pk"]) if "pk" in self.kwargs else queryset

    def project(self) -> Project:
        refuse_merged(Project, self.request.user, self.kwargs["pk"])
        found: Project = get_object_or_404(
            Project.objects.visible_to(self.request.user).select_related("park", "incubator"),
            pk=self.kwargs["pk"],
        )
        return found

    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.project()
        return super().list(request, *args, **kwargs)

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        owner = record if isinstance(record, Project) else record.project
        return owner.park_id, owner.incubator_id

    def lock_for_change(self, record: Any) -> Any:
        """Project first, then the part: the order in which services lock."""
        Project.objects.select_for_update(of=("self",)).get(pk=record.project_id)
        return super().lock_for_change(record)


class StageLogViewSet(OfProjectViewSet):
    """Every move of a project."""

    queryset = StageLog.objects.all()
    serializer_class = shapes.StageLogSerializer
    orderings = {"sequence": ("sequence",)}
    default_ordering = "sequence"
    select = ("moved_by",)
    summaries = {"list": "List the moves of a project"}


class LegViewSet(OfProjectViewSet):
    """Legs of the road home, such as Uppsala → Shanghai → Jiangyin."""

    queryset = RelocationLeg.objects.all()
    serializer_class = shapes.LegSerializer
    orderings = {"sequence": ("sequence",)}
    default_ordering = "sequence"
    select = ("project__park", "project__incubator", "entered_by")
    prefetch = ("evidence",)
    summaries = {"list": "List the legs of a relocation", "retrieve": "Read a leg"}

    def get_object(self) -> Any:
        return get_object_or_404(self.get_queryset(), sequence=self.kwargs["sequence"])

    def _save(self, project: Project, sequence: int, values: dict[str, Any]) -> RelocationLeg:
        files = values.pop("evidence", ())
        leg = services.save_leg(
            project=project,
            sequence=sequence,
            values=values,
            evidence=files,
            actor=self.request.user,
            at=self.at,
        )
        found: RelocationLeg = self.get_queryset().get(pk=leg.pk)
        return found

    @extend_schema(
        summary="Plan or record a leg",
        request=shapes.NewLegInput,
        responses={201: shapes.LegSerializer},
        examples=[
            OpenApiExample(
                "First leg",
                value={
                    "sequence": 1,
                    "from_place": "Uppsala",
                    "to_place": "上海",
                    "planned_on": "2021-06-01",
                },
                request_only=True,
            )
        ],
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.project()
        self.require(Action.ENTER, project)
        values = self.checked_input(shapes.NewLegInput)
        sequence = values.pop("sequence")
        if RelocationLeg.objects.filter(project=project, sequence=sequence).exists():
            raise Conflict(
                _("This project already has a leg of that number."),
                code="already_recorded",
                fields=[FieldError("sequence", _("Change it with PATCH."), "already_recorded")],
            )
        leg = self._save(project, sequence, values)
        return self.answer(leg, 201, {"Location": f"{request.path}{sequence}/"})

    @extend_schema(
        summary="Change a leg", request=shapes.LegInput(partial=True), responses=shapes.LegSerializer
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as leg:
            values = self.checked_input(shapes.LegInput, partial=True)
            return self.answer(self._save(leg.project, leg.sequence, values))

    @extend_schema(summary="Take out a planned leg", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as leg:
            services.remove_leg(leg=leg, actor=request.user, at=self.at)
        return Response(status=204)


class CreditSharesView(OfProjectViewSet):
    """Who is credited for bringing the project home; the shares total 100%."""

    queryset = CreditShare.objects.all()
    serializer_class = shapes.ShareSerializer

    def _body(self, project: Project) -> dict[str, Any]:
        rows = project.credit_shares.select_related("incubator", "operator").order_by("incubator__code")
        return {"shares": [dict(shapes.ShareSerializer(row).data) for row in rows]}

    @extend_schema(
        operation_id="projects_credit_shares_retrieve",
        summary="Read how the credit is divided",
        responses=shapes.SharesSerializer,
    )
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        body = self._body(self.project())
        return Response(body, headers={"ETag": digest_etag(body)})

    @extend_schema(
        operation_id="projects_credit_shares_update",
        summary="Divide the credit",
        request=shapes.SharesInput,
        responses=shapes.SharesSerializer,
        examples=[
            OpenApiExample(
                "Two incubators",
                value={
                    "shares": [
                        {"incubator": "jy-uppsala", "percent": "60.00"},
                        {"incubator": "jy-zhangjiang", "percent": "40.00"},
                    ]
                },
                request_only=True,
            )
        ],
    )
    def update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        from django.db import transaction

        with transaction.atomic():
            project = self.project()
            self.require(Action.ENTER, project)
            Project.objects.select_for_update(of=("self",)).get(pk=project.pk)
            body = self._body(project)
            check_if_match(request, etag=digest_etag(body), current=lambda: body)
            values = self.checked_input(shapes.SharesInput)
            shares = {row["incubator"]: row["percent"] for row in values["shares"]}
            services.set_credit_shares(project=project, shares=shares, actor=request.user, at=self.at)
            body = self._body(project)
        return Response(body, headers={"ETag": digest_etag(body)})


class AttachmentViewSet(OfProjectViewSet):
    """Files attached to the project itself, beside those that prove a fact or a leg."""

    queryset = ProjectEvidence.objects.all()
    serializer_class = shapes.AttachmentSerializer
    orderings = {"attached_at": ("attached_at",)}
    default_ordering = "attached_at"
    select = (
        "attached_by",
        "file__park",
        "file__incubator",
        "file__uploaded_by",
        "file__verified_by",
        "project",
    )
    uses_if_match = False
    summaries = {"list": "List the files of a project"}

    @extend_schema(
        summary="Attach a stored file to a project",
        request=shapes.FileInput,
        responses={201: shapes.AttachmentSerializer},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.project()
        self.require(Action.ENTER, project)
        file = self.checked_input(shapes.FileInput)["file"]
        link = services.attach_file(project=project, file=file, actor=request.user, at=self.at)
        return Response(self.represent(self.get_queryset().get(pk=link.pk)), status=201)

    @extend_schema(summary="Take a file off a project; it stays stored", responses={204: None})
    def destroy(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        link = get_object_or_404(self.get_queryset(), file_id=self.kwargs["file"])
        self.require(Action.ENTER, link)
        services.detach_file(project=link.project, file=link.file, actor=request.user, at=self.at)
        return Response(status=204)


class HistoryViewSet(OfProjectViewSet):
    """Every change of a project, its facts and its legs, as the tamper-evident chain holds it."""

    queryset = HistoryEntry.objects.all()
    serializer_class = shapes.HistorySerializer
    orderings = {"sequence": ("sequence",)}
    default_ordering = "sequence"
    summaries = {"list": "List every change of a project"}

    def get_queryset(self) -> Any:
        if "pk" not in self.kwargs:
            return HistoryEntry.objects.none()
        project = self.project()
        about = Q(subject_type="projects.project", subject_id=str(project.pk))
        for kind, rows in (("projectfact", project.facts), ("relocationleg", project.legs)):
            ids = [str(pk) for pk in rows.values_list("pk", flat=True)]
            about |= Q(subject_type=f"projects.{kind}", subject_id__in=ids)
        return HistoryEntry.objects.filter(about)
