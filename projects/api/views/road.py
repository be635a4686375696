"""Legs of every project, their checklists and the template with which these start."""

from typing import Any

import django_filters
from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from accounts.models import User
from core.api.preconditions import check_if_match, digest_etag
from core.api.views import ApiView
from core.errors import FieldError, Invalid
from incubators.api.scoping import ScopedViewSet
from incubators.models import Park
from incubators.scope import Action, require
from projects import services
from projects.api import road_serializers as shapes
from projects.api.views.parts import OfProjectViewSet
from projects.models import (
    LegStep,
    Project,
    RelocationLeg,
)
from projects.reading.road import overseas_legs
from projects.services.checklists import template_of


class LegFilter(django_filters.FilterSet):
    overseas = django_filters.BooleanFilter(
        method="only_overseas", label="Only legs that came from abroad and have arrived"
    )
    park = django_filters.CharFilter(
        field_name="project__park__code", max_length=60, label="Code of the park"
    )
    incubator = django_filters.CharFilter(
        field_name="project__incubator__code", max_length=60, label="Code of the incubator"
    )
    from_country = django_filters.CharFilter(max_length=2, label="Two letters, as in SE")

    def only_overseas(self, rows: Any, _name: str, value: bool) -> Any:
        abroad = overseas_legs().values("pk")
        return rows.filter(pk__in=abroad) if value else rows.exclude(pk__in=abroad)


class LegListViewSet(ScopedViewSet):
    """Legs of all projects, for a table or a map of the return flow."""

    queryset = RelocationLeg.objects.all()
    serializer_class = shapes.LegRowSerializer
    filterset_class = LegFilter
    orderings = {"updated_at": ("updated_at",)}
    default_ordering = "id"
    select = ("project__park", "project__incubator", "entered_by")
    prefetch = ("evidence",)
    summaries = {"list": "List the legs of all projects"}


class StepViewSet(OfProjectViewSet):
    """The checklist of a leg."""

    queryset = LegStep.objects.all()
    serializer_class = shapes.StepSerializer
    orderings = {"position": ("position",)}
    default_ordering = "position"
    select = ("leg__project__park", "leg__project__incubator", "owner", "settled_by")
    prefetch = ("evidence",)
    summaries = {"list": "Read the checklist of a leg", "retrieve": "Read a step of a checklist"}

    def get_queryset(self) -> Any:
        queryset = ScopedViewSet.get_queryset(self)
        if "pk" not in self.kwargs:
            return queryset
        return queryset.filter(leg__project=self.kwargs["pk"], leg__sequence=self.kwargs["sequence"])

    def get_object(self) -> Any:
        return get_object_or_404(self.get_queryset(), code=self.kwargs["code"])

    def place_of(self, record: Any) -> tuple[int | None, int | None]:
        owner = record.leg.project if isinstance(record, LegStep) else record
        return owner.park_id, owner.incubator_id

    def lock_for_change(self, record: Any) -> Any:
        Project.objects.select_for_update(of=("self",)).get(pk=record.leg.project_id)
        return LegStep.objects.select_for_update(of=("self",)).get(pk=record.pk)

    @extend_schema(
        summary="Start the checklist of a leg that has none",
        request=None,
        responses={201: shapes.StepSerializer(many=True)},
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        project = self.project()
        self.require(Action.ENTER, project)
        leg = get_object_or_404(
            RelocationLeg.objects.select_related("project__park"),
            project=project,
            sequence=self.kwargs["sequence"],
        )
        services.start_checklist(leg=leg, actor=request.user, at=self.at)
        rows = self.get_queryset().order_by("position", "pk")
        return Response([self.represent(row) for row in rows], status=201)

    @extend_schema(
        summary="Settle or change a step of a checklist",
        request=shapes.StepInput(partial=True),
        responses=shapes.StepSerializer,
        examples=[OpenApiExample("Done", value={"state": "done"}, request_only=True)],
    )
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        with self.changing() as step:
            values = self.checked_input(shapes.StepInput, partial=True)
            files = values.pop("evidence", ())
            if values.get("owner"):
                values["owner"] = _person(values["owner"])
            services.change_step(step=step, values=values, evidence=files, actor=request.user, at=self.at)
            return self.answer(self.get_object())


def _person(username: str) -> User:
    """The person by user name; whether he works there is for the service to say."""
    found = User.objects.filter(username=username, is_active=True).first()
    if found is None:
        message = _("Choose somebody who works in this incubator or its park.")
        raise Invalid(message, fields=[FieldError("owner", message, "not_found")])
    return found


class ChecklistTemplateView(ApiView):
    """The steps with which new legs of a park start."""

    def _park(self, request: Any, code: str) -> Park:
        return get_object_or_404(Park.objects.of_scope(request.user), code=code)

    def _body(self, park: Park) -> dict[str, Any]:
        return {"steps": [dict(shapes.TemplateStepSerializer(row).data) for row in template_of(park)]}

    @extend_schema(
        operation_id="checklist_templates_retrieve",
        summary="Read the checklist template of a park",
        responses=shapes.TemplateSerializer,
    )
    def get(self, request: Any, code: str) -> Response:
        body = self._body(self._park(request, code))
        return Response(body, headers={"ETag": digest_etag(body)})

    @extend_schema(
        operation_id="checklist_templates_update",
        summary="Replace the checklist template of a park; legs that have begun keep their steps",
        request=shapes.TemplateInput,
        responses=shapes.TemplateSerializer,
    )
    def put(self, request: Any, code: str) -> Response:
        park = self._park(request, code)
        require(Action.MANAGE, user=request.user, park_id=park.pk)
        with transaction.atomic():
            Park.objects.select_for_update(of=("self",)).get(pk=park.pk)
            body = self._body(park)
            check_if_match(request, etag=digest_etag(body), current=lambda: body)
            serializer = shapes.TemplateInput(data=request.data)
            serializer.is_valid(raise_exception=True)
            services.save_template(
                park=park, steps=serializer.validated_data["steps"], actor=request.user, at=self.at
            )
            body = self._body(park)
        return Response(body, headers={"ETag": digest_etag(body)})
