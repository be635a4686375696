"""Returns as files: one with everything beside its lines, or the list, in yuan or thousands of yuan."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from returns.render import CONTENT_TYPES, file_of_list, file_of_return
from returns.web.finding import find
from returns.web.lists import filtered, own_incubators


def _choice(request: HttpRequest) -> tuple[str, str]:
    form, units = request.GET.get("format", "xlsx"), request.GET.get("units", "yuan")
    if form not in CONTENT_TYPES or units not in ("yuan", "thousand"):
        raise Http404(_("There is no such file."))
    return form, units


def _download(content: bytes, name: str, form: str) -> HttpResponse:
    header: Any = content_disposition_header(as_attachment=True, filename=f"{name}.{form}")
    return HttpResponse(content, content_type=CONTENT_TYPES[form], headers={"Content-Disposition": header})


@login_required
@require_GET
def of_one(request: HttpRequest, pk: int) -> HttpResponse:
    form, units = _choice(request)
    record = find(pk, request.user)
    content = file_of_return(record, form=form, units=units)
    return _download(content, f"{record.incubator.name} {record.period} v{record.edition}", form)


@login_required
@require_GET
def of_list(request: HttpRequest) -> HttpResponse:
    """Every return that the filters of the list let through."""
    form, units = _choice(request)
    _form, rows = filtered(request, own_incubators(request.user))
    return _download(file_of_list(rows, form=form, units=units), _("Period returns"), form)
