"""Pairs that may be one record, merges, and their undoing."""

from typing import Any

import django_filters
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework.response import Response

from core.api.pagination import invalid_parameter
from core.errors import FieldError, Invalid
from incubators.api.scoping import ScopedViewSet
from incubators.scope import Action
from projects import services
from projects.api import merge_serializers as shapes
from projects.enums import RecordKind
from projects.models import Merge, NotDuplicate
from projects.reading.duplicates import duplicate_pairs
from projects.reading.links import model_of


def _visible(user: Any, kind: str, pk: int, field: str) -> Any:
    """The record, merged ones too (merging them is refused in words); a stranger's is named as not found."""
    found = model_of(kind).everything.visible_to(user).filter(pk=pk).first()
    if found is None:
        message = _("“%(id)s” was not found.") % {"id": pk}
        raise Invalid(message, fields=[FieldError(field, message, "does_not_exist")])
    return found


class DuplicateViewSet(ScopedViewSet):
    """Pairs that may be one and the same, as far as one may merge them."""

    queryset = NotDuplicate.objects.all()
    serializer_class = shapes.NotDuplicateSerializer
    pagination_class = None

    @extend_schema(
        operation_id="duplicates_list",
        summary="List pairs that may be one project or one enterprise",
        parameters=[
            OpenApiParameter("kind", str, enum=RecordKind.values, description="project when left out")
        ],
        responses=shapes.DuplicatesSerializer,
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        kind = request.query_params.get("kind", RecordKind.PROJECT)
        if kind not in RecordKind.values:
            raise invalid_parameter("kind", _("Send project or enterprise."))
        pairs = duplicate_pairs(request.user, kind)
        return Response({"results": [dict(shapes.DuplicateSerializer(pair).data) for pair in pairs]})

    @extend_schema(
        operation_id="duplicates_set_apart",
        summary="Remember that two records are two different ones",
        request=shapes.PairInput,
        responses={201: shapes.NotDuplicateSerializer},
        examples=[
            OpenApiExample("Pair", value={"kind": "project", "first": 1, "second": 2}, request_only=True)
        ],
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.PairInput)
        kind = values["kind"]
        record = services.set_apart(
            kind=kind,
            first=_visible(request.user, kind, values["first"], "first"),
            second=_visible(request.user, kind, values["second"], "second"),
            note=values["note"],
            actor=request.user,
            at=self.at,
        )
        return Response(self.represent(record), status=201)


class MergeFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=RecordKind.choices, label="Kind of record")


class MergeViewSet(ScopedViewSet):
    """Merges of projects and of enterprises, those that were undone included."""

    queryset = Merge.objects.all()
    serializer_class = shapes.MergeSerializer
    filterset_class = MergeFilter
    orderings = {"merged_at": ("merged_at",)}
    default_ordering = "-merged_at"
    select = ("park", "incubator", "merged_by", "undone_by")
    summaries = {"list": "List merges", "retrieve": "Read a merge"}

    @extend_schema(
        summary="Merge a record into another one",
        request=shapes.MergeInput,
        responses={201: shapes.MergeSerializer},
        examples=[
            OpenApiExample(
                "Two projects",
                value={"kind": "project", "kept": 1, "merged": 2, "choices": {"summary": "merged"}},
                request_only=True,
            )
        ],
    )
    def create(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.MergeInput)
        kind = values["kind"]
        versions = (values.get("kept_version"), values.get("merged_version"))
        record = services.merge_records(
            kind=kind,
            kept=_visible(request.user, kind, values["kept"], "kept"),
            merged=_visible(request.user, kind, values["merged"], "merged"),
            choices=values["choices"],
            decisions=values["decisions"],
            reason=values["reason"],
            expected_versions=None if None in versions else versions,  # type: ignore[arg-type]
            actor=request.user,
            at=self.at,
        )
        return self.answer(record, 201, {"Location": f"/api/v1/merges/{record.pk}/"})

    @extend_schema(summary="Undo a merge", request=None, responses=shapes.MergeSerializer)
    def undo(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.ENTER, record)
        self.check_if_sent(record)
        services.undo_merge(merge=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())
