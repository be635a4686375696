"""Files that go out: templates to fill in, the returned file with its errors, exports of lists."""

from collections.abc import Iterator

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import get_valid_filename
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from exchange.web.labels import label_of
from exchange.web.places import chosen_place, name_of, places_to_enter, sheet_or_404
from exchange.web.runs import visible_run
from exchange.writing import export_file, returned_file, template_file

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
OWN = ("format", "units", "language", "ordering", "cursor")


def _language(request: HttpRequest) -> str:
    asked = request.GET.get("language", "")
    return asked if asked in ("zh-hans", "en") else (get_language() or "zh-hans")


@login_required
@require_safe
def import_template(request: HttpRequest, code: str) -> HttpResponseBase:
    """The template of a table, preset for the chosen place, in Chinese or English."""
    sheet = sheet_or_404(code)
    places = places_to_enter(request.user)
    place = chosen_place(request, places)
    if place is None:
        place = places[0]
    language = _language(request)
    content = template_file(sheet, place, language)
    label = sheet.label_zh if language.startswith("zh") else sheet.label_en
    return _download(content, f"{label}-{name_of(place)}.xlsx", XLSX)


@login_required
@require_safe
def import_returned(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The rows as they were brought, with a column that says what to mend."""
    run = visible_run(request, pk)
    base = (run.original_name or label_of(sheet_or_404(run.sheet))).rsplit(".", 1)[0]
    content = returned_file(run, get_language() or "zh-hans")
    return _download(content, f"{base}-{_('to mend')}.xlsx", XLSX)


@login_required
@require_safe
def import_export(request: HttpRequest, code: str) -> HttpResponseBase:
    """Every record that the list shows with these filters; the file can be brought in again."""
    sheet = sheet_or_404(code)
    kind = "csv" if request.GET.get("format") == "csv" else "xlsx"
    units = "thousand" if request.GET.get("units") == "thousand" else "yuan"
    filters = request.GET.copy()
    for name in OWN:
        filters.pop(name, None)
    content = export_file(sheet, request.user, filters, _language(request), format=kind, units=units)
    name = f"{label_of(sheet)}-{timezone.localdate():%Y-%m-%d}.{kind}"
    return _download(content, name, CSV if kind == "csv" else XLSX)


def _download(content: bytes | Iterator[bytes], name: str, content_type: str) -> HttpResponseBase:
    response: HttpResponseBase
    if isinstance(content, bytes):
        response = HttpResponse(content, content_type=content_type)
    else:
        response = StreamingHttpResponse(content, content_type=content_type)
    safe = get_valid_filename(name.replace("/", "-"))
    response.headers["Content-Disposition"] = content_disposition_header(True, safe) or ""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
