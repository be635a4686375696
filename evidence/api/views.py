"""Files that prove a number or a gate: uploaded once, served only through the permission check."""

from typing import Any

import django_filters
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.response import Response

from core.api.views import UploadMixin
from evidence.api.serializers import EvidenceSerializer, UploadInput
from evidence.models import EvidenceFile
from evidence.services import open_evidence, store_evidence, verify_evidence
from incubators.api.filters import ProvenanceFilter
from incubators.api.scoping import ScopedViewSet, place_in
from incubators.scope import Action, scope_of


class EvidenceFilter(ProvenanceFilter):
    verified = django_filters.BooleanFilter("verified_at", "isnull", exclude=True, label="Confirmed or not")

    class Meta:
        model = EvidenceFile
        fields = ["kind", "sha256"]


def served(content: Any, *, name: str, content_type: str) -> FileResponse:
    """A file as a download: never guessed at, never run, never kept by a proxy."""
    response = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


class EvidenceViewSet(UploadMixin, ScopedViewSet):
    """Evidence files. The same bytes are stored once per park and incubator."""

    queryset = EvidenceFile.objects.all()
    serializer_class = EvidenceSerializer
    filterset_class = EvidenceFilter
    orderings = {"uploaded_at": ("uploaded_at",), "updated_at": ("updated_at",)}
    default_ordering = "-uploaded_at"
    select = ("park", "incubator", "uploaded_by", "verified_by")
    summaries = {"list": "List evidence files", "retrieve": "Read what is known of a file"}

    @extend_schema(
        summary="Upload a file",
        description="By whoever enters records there, or pays there: the papers of budgets and payments.",
        request={"multipart/form-data": UploadInput},
        responses={201: EvidenceSerializer},
    )
    def create(self, request: Any) -> Response:
        scope = scope_of(request.user)
        if not scope.places(Action.PAY):
            self.require_somewhere(Action.ENTER)
        values = self.checked_input(UploadInput)
        park, incubator = place_in(values, request.user)
        place = {"park_id": park.pk, "incubator_id": incubator.pk if incubator else None}
        pays = scope.allows(Action.PAY, **place) and not scope.allows(Action.ENTER, **place)
        upload = values["file"]
        record = store_evidence(
            park=park,
            incubator=incubator,
            content=upload,
            name=upload.name,
            title=values["title"],
            kind=values["kind"],
            actor=request.user,
            at=self.at,
            right=Action.PAY if pays else Action.ENTER,
        )
        return self.answer(record, 201, {"Location": f"/api/v1/evidence/{record.pk}/"})

    @extend_schema(
        summary="Download a file", responses={(200, "application/octet-stream"): OpenApiTypes.BINARY}
    )
    def content(self, request: Any, *args: Any, **kwargs: Any) -> FileResponse:
        record = self.get_object()
        response = served(open_evidence(record), name=record.original_name, content_type=record.content_type)
        response["ETag"] = f'"{record.sha256}"'
        return response

    @extend_schema(summary="Confirm a file as a second person", request=None, responses=EvidenceSerializer)
    def verify(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        record = self.get_object()
        self.require(Action.VERIFY, record)
        self.check_if_sent(record)
        verify_evidence(file=record, actor=request.user, at=self.at)
        return self.answer(self.get_object())
