"""The Excel loop for programs: bring a table in, mend its rows, submit, undo."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from core.api.pagination import invalid_parameter
from core.api.views import UploadMixin
from core.errors import FieldError, Invalid
from exchange import services
from exchange.api import serializers as shapes
from exchange.enums import ImportState, RowState
from exchange.models import ImportRow, ImportRun
from exchange.selectors import counts_of_many, place_for
from incubators.api.filters import PlaceFilter
from incubators.api.scoping import ScopedViewSet, place_in
from incubators.scope import Action


class ImportRunFilter(PlaceFilter):
    class Meta:
        model = ImportRun
        fields = ["sheet", "state"]


class ImportRunViewSet(UploadMixin, ScopedViewSet):
    """Imports of the places that one may see: a file, its rows, and what became of them."""

    queryset = ImportRun.objects.all()
    serializer_class = shapes.ImportRunSerializer
    filterset_class = ImportRunFilter
    orderings = {"created_at": ("created_at",), "updated_at": ("updated_at",)}
    default_ordering = "-created_at"
    select = ("park", "incubator", "created_by", "committed_by", "undone_by", "discarded_by")
    uses_if_match = False
    summaries = {"list": "List imports", "retrieve": "Read how far an import is"}

    def represent(self, record: Any) -> dict[str, Any]:
        return dict(self.represent_many([record])[0])

    def represent_many(self, rows: Sequence[Any]) -> Sequence[Any]:
        context = {**self.get_serializer_context(), "counts": counts_of_many(rows)}
        return [dict(self.serializer_class(row, context=context).data) for row in rows]

    @extend_schema(
        summary="Bring a table in",
        description="Answers 201 when the rows are ready to look at, 202 when a worker goes on with it (ask "
        "again until `state` is no longer `reading`), 200 with the earlier import when the same bytes came "
        "before. Nothing stands in the records before `commit/`.",
        request={"multipart/form-data": shapes.ImportUploadInput},
        responses={
            200: shapes.ImportRunSerializer,
            201: shapes.ImportRunSerializer,
            202: shapes.ImportRunSerializer,
        },
    )
    def create(self, request: Any) -> Response:
        self.require_somewhere(Action.ENTER)
        values = self.checked_input(shapes.ImportUploadInput)
        park, incubator = place_in(values, request.user)
        upload = values["file"]
        run = services.start_import(
            sheet=values["sheet"],
            place=place_for(request.user, park=park, incubator=incubator),
            content=upload,
            name=upload.name,
            actor=request.user,
            at=self.at,
        )
        status = 200 if run.is_repeat else 202 if run.state == ImportState.READING else 201
        return self._answered(run.pk, status, {"Location": f"/api/v1/import-runs/{run.pk}/"})

    def _answered(self, pk: int, status: int = 200, headers: Any = None) -> Response:
        return self.answer(self.get_queryset().get(pk=pk), status, headers)

    def _run(self) -> ImportRun:
        """The run of the address, for somebody who may change it, in the version that he has seen."""
        run: ImportRun = self.get_object()
        self.require(Action.ENTER, run)
        self.check_if_sent(run)
        return run

    @extend_schema(
        summary="Assign the columns of the file",
        request=shapes.MappingInput,
        responses=shapes.ImportRunSerializer,
    )
    def mapping(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        run = self._run()
        values = self.checked_input(shapes.MappingInput)
        run = services.set_mapping(
            run=run,
            mapping=_positions(values["mapping"]),
            date_order=values["date_order"],
            actor=request.user,
            at=self.at,
        )
        return self._answered(run.pk)

    @extend_schema(
        summary="Write the good rows; the others stay parked",
        request=None,
        responses={200: shapes.ImportRunSerializer, 202: shapes.ImportRunSerializer},
    )
    def commit(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        run = services.commit_run(run=self._run(), actor=request.user, at=self.at)
        return self._answered(run.pk, 202 if run.state == ImportState.WRITING else 200)

    @extend_schema(
        summary="Take the whole import back",
        description="All or nothing: refused with 409 once one of its records was verified, returned, moved, "
        "changed or used; `errors` names the rows.",
        request=None,
        responses=shapes.ImportRunSerializer,
    )
    def undo(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        run = services.undo_run(run=self._run(), actor=request.user, at=self.at)
        return self._answered(run.pk)

    @extend_schema(
        summary="Put an import aside that nothing was written from",
        request=None,
        responses=shapes.ImportRunSerializer,
    )
    def discard(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        run = services.discard_run(run=self._run(), actor=request.user, at=self.at)
        return self._answered(run.pk)


def _positions(mapping: dict[str, str]) -> dict[int, str]:
    wrong = [key for key in mapping if not (key.isascii() and key.isdigit() and len(key) < 6)]
    if wrong:
        message = _("Name positions by their number, the first one 0.")
        raise Invalid(message, fields=[FieldError(f"mapping.{key}"[:80], message) for key in wrong])
    return {int(key): name for key, name in mapping.items()}


class ImportRowViewSet(ScopedViewSet):
    """Rows of one import, by their number in the file."""

    queryset = ImportRow.objects.all()
    serializer_class = shapes.ImportRowSerializer
    orderings = {"number": ("number",)}
    default_ordering = "number"
    uses_if_match = False
    summaries = {"retrieve": "Read a row"}
    lookup_url_kwarg = lookup_field = "number"

    def _run(self) -> ImportRun:
        runs = ImportRun.objects.visible_to(self.request.user).select_related("park", "incubator")
        run: ImportRun = get_object_or_404(runs, pk=self.kwargs["pk"])
        return run

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return super().get_queryset()
        return ImportRow.objects.filter(run=self._run()).select_related("run")

    def filter_queryset(self, queryset: Any) -> Any:
        asked = self.request.query_params.get("status", "")
        if not asked:
            return queryset.exclude(status=RowState.EMPTY) if self.action == "list" else queryset
        statuses = asked.split(",")
        if unknown := sorted(set(statuses) - set(RowState.values)):
            known = ", ".join(RowState.values)
            raise invalid_parameter(
                "status",
                _("“%(value)s” is no status. Known: %(known)s.") % {"value": unknown[0], "known": known},
            )
        return queryset.filter(status__in=statuses)

    def get_object(self) -> Any:
        number = self.kwargs["number"]
        return get_object_or_404(self.get_queryset(), number=number if number < 2**31 else 0)

    @extend_schema(
        summary="List the rows of an import",
        parameters=[OpenApiParameter("status", str, description="One status, or several by commas.")],
    )
    def list(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return super().list(request, *args, **kwargs)

    @extend_schema(
        summary="Mend or decide a row",
        description="Types over cells, or says what a possible duplicate is. The row is checked again, and "
        "so are its neighbours.",
        request=shapes.RowInput,
        responses=shapes.ImportRowSerializer,
    )
    @transaction.atomic
    def partial_update(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        row = self.get_object()
        self.require(Action.ENTER, row.run)
        values = self.checked_input(shapes.RowInput)
        if not values:
            message = _("Send cells, or a decision.")
            raise Invalid(message, fields=[FieldError("cells", message, "required")])
        common = {"run": row.run, "actor": request.user, "at": self.at}
        if values.get("cells"):
            services.change_cells(changes={row.number: values["cells"]}, **common)
        if "decision" in values:
            decision = (values["decision"], values.get("target"))
            services.decide_rows(decisions={row.number: decision}, **common)
        return Response(self.represent(self.get_object()))
