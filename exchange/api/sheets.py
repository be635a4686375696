"""The tables that can be brought in and taken out: columns, templates, exports."""

from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from core.api.pagination import invalid_parameter
from core.api.views import ApiMixin
from exchange.api.serializers import SheetSerializer
from exchange.selectors import place_for, places_of
from exchange.sheets import Kind, Place, Sheet, all_sheets, sheet_of
from exchange.writing import export_file, template_file
from incubators.models import Incubator, Park

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
OWN = ("format", "units", "language", "park")
FILE = {(200, XLSX): OpenApiTypes.BINARY, (200, "text/csv"): OpenApiTypes.BINARY}
LANGUAGE = OpenApiParameter("language", str, enum=["zh-hans", "en"], description="Of headings and choices.")
PLACE = OpenApiParameter("incubator", str, description="Code of the incubator for which it is preset.")


class ImportSheetViewSet(ApiMixin, ViewSet):
    """Tables: projects, and whatever else an app offers."""

    summaries = {"list": "List the tables"}

    def perform_content_negotiation(self, request: Any, force: bool = False) -> Any:
        """``format`` is the kind of file here, not of the answer around it."""
        renderer = self.get_renderers()[0]
        return renderer, renderer.media_type

    def _sheet(self) -> Sheet:
        sheet = sheet_of(self.kwargs["code"])
        if sheet is None:
            raise Http404
        return sheet

    @extend_schema(summary="List the tables with their columns", responses=SheetSerializer(many=True))
    def list(self, request: Any) -> Response:
        return Response({"results": [self._body(sheet) for sheet in all_sheets()]})

    @extend_schema(summary="Read the columns and choices of a table", responses=SheetSerializer)
    def retrieve(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        return Response(self._body(self._sheet()))

    def _body(self, sheet: Sheet) -> dict[str, Any]:
        place = self._place()
        columns = [
            {
                "name": column.name,
                "label_zh": column.label_zh,
                "label_en": column.label_en,
                "kind": column.kind.value,
                "required": column.required,
                "unit_zh": column.unit_zh,
                "unit_en": column.unit_en,
                "note_zh": column.note_zh,
                "note_en": column.note_en,
                "example": column.example,
                "choices": [
                    {"value": choice.value, "label_zh": choice.label_zh, "label_en": choice.label_en}
                    for choice in (
                        sheet.choices(column.name, place) if column.kind is Kind.CHOICE and place else ()
                    )
                ],
            }
            for column in sheet.columns()
        ]
        return {
            "code": sheet.code,
            "label_zh": sheet.label_zh,
            "label_en": sheet.label_en,
            "about_zh": sheet.about_zh,
            "about_en": sheet.about_en,
            "columns": columns,
        }

    def _place(self) -> Place | None:
        """The place asked for, else the first in which the person enters records, else what he may read."""
        user = self.request.user
        if code := self.request.query_params.get("incubator", ""):
            found = Incubator.objects.visible_to(user).select_related("park").filter(code=code[:60]).first()
            if found is None or found.park is None:
                raise invalid_parameter("incubator", _("“%(value)s” was not found.") % {"value": code[:60]})
            return place_for(user, incubator=found)
        if places := places_of(user):
            return places[0]
        park = Park.objects.of_scope(user).order_by("pk").first()
        incubators = Incubator.objects.visible_to(user).filter(park=park).order_by("pk")
        return Place(park, None, tuple(incubators)) if park is not None else None

    def _language(self) -> str:
        asked = self.request.query_params.get("language", "")
        return asked if asked in ("zh-hans", "en") else (get_language() or "zh-hans")

    @extend_schema(
        summary="Download the template of a table",
        parameters=[LANGUAGE, PLACE],
        responses={(200, XLSX): OpenApiTypes.BINARY},
    )
    def template(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sheet, place = self._sheet(), self._place()
        if place is None:
            raise Http404
        content = template_file(sheet, place, self._language())
        return _download(HttpResponse(content, content_type=XLSX), f"{sheet.code}-template.xlsx")

    @extend_schema(
        summary="Download a list as a table",
        description="Everything that one may see; the filters of the list page narrow it. Brought in again, "
        "the file changes nothing.",
        parameters=[
            OpenApiParameter("format", str, enum=["xlsx", "csv"], description="xlsx unless said otherwise."),
            OpenApiParameter(
                "units", str, enum=["yuan", "thousand"], description="Unit of money: yuan, or 千元."
            ),
            LANGUAGE,
        ],
        responses=FILE,
    )
    def export(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sheet, asked = self._sheet(), request.query_params
        kind = "csv" if asked.get("format") == "csv" else "xlsx"
        units = "thousand" if asked.get("units") == "thousand" else "yuan"
        filters = asked.copy()
        for name in OWN:
            filters.pop(name, None)
        content = export_file(sheet, request.user, filters, self._language(), format=kind, units=units)
        response = StreamingHttpResponse(content, content_type=CSV if kind == "csv" else XLSX)
        return _download(response, f"{sheet.code}.{kind}")


def _download(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or ""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
