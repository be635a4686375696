"""The page of a return: filling it in with saving while one types, and reading it once it is submitted."""

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from core.errors import Conflict, DomainError, Incomplete, Refused
from core.web.errors import sentence, told_to
from core.web.fields import FilesField
from core.web.once import new_token, submit_once
from evidence.enums import EvidenceKind
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.scope import Action
from returns.measures import LINES
from returns.models import PeriodReturn
from returns.selectors import line_views, return_title, with_evidence
from returns.selectors.estimate import estimate_of
from returns.services import (
    LineInput,
    attach_evidence,
    detach_evidence,
    parse_value,
    save_lines,
    submit_return,
)
from returns.web.finding import find, may
from returns.web.showing import context_of, page_data, rules_data

LARGEST_BODY = 200_000
PARTS = ("value", "reason", "explanation")


@login_required
@never_cache
@require_GET
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers; fields where the person may type, else the frozen lines."""
    return _page(request, find(pk, request.user))


def _page(
    request: HttpRequest, record: PeriodReturn, *, refusal: DomainError | None = None, status: int = 200
) -> HttpResponse:
    at = timezone.now()
    views = line_views(record)
    with_evidence(views, record)
    context = context_of(record, views, request.user, at=at)
    context |= {
        "title": return_title(record),
        "refusal": refusal,
        "once": new_token(),
        "data": page_data(record, views),
        "rules": rules_data(record, views),
        "user_name": request.user.get_username(),
    }
    template = "returns/entry.html" if context["may_type"] else "returns/detail.html"
    response = render(request, template, context, status=status)
    if context["may_type"] and status == 200:
        # Only this page is kept for work without a line; the worker keeps nothing else.
        response["X-Offline-Copy"] = str(request.user.pk)
    return response


def _lines_in(content: Mapping[str, Any]) -> tuple[dict[str, LineInput], dict[str, str]]:
    """Typed lines, and the sentence for each value that is no number (its words are kept all the same)."""
    lines: dict[str, LineInput] = {}
    errors: dict[str, str] = {}
    for code, typed in content.items():
        if code not in LINES or not isinstance(typed, Mapping):
            continue
        value, has_value = None, "value" in typed
        if has_value:
            try:
                value = parse_value(code, typed["value"])
            except DomainError as error:
                errors[code], has_value = sentence(error), False
        words = {
            name: str(typed[name])[:2000] if name in typed else None for name in ("reason", "explanation")
        }
        lines[code] = LineInput(value, has_value, words["reason"], words["explanation"])
    return lines, errors


@login_required
@require_POST
def save(request: HttpRequest, pk: int) -> HttpResponse:
    """What was typed so far, with the version it was typed over: 409 with both versions when that is old."""
    record = find(pk, request.user)
    try:
        content = json.loads(request.body[:LARGEST_BODY])
        typed, version = content["lines"], content["version"]
        lines, errors = _lines_in(typed)
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"code": "malformed", "detail": _("The request cannot be read.")}, status=400)
    if not isinstance(version, int) or isinstance(version, bool):
        return JsonResponse({"code": "malformed", "detail": _("The request cannot be read.")}, status=400)
    try:
        save_lines(
            record=record,
            lines=lines,
            actor=request.user,  # type: ignore[arg-type]
            at=timezone.now(),
            expected_version=version,
        )
    except Refused as error:
        return JsonResponse({"code": error.code, "detail": sentence(error)}, status=403)
    except Conflict as error:
        answer = _state(request, find(pk, request.user))
        return JsonResponse({**answer, "code": error.code, "detail": sentence(error)}, status=409)
    except DomainError as error:
        named = {item.field.split(".")[0]: str(item.message) for item in error.fields}
        return JsonResponse({"code": error.code, "detail": sentence(error), "errors": named}, status=422)
    return JsonResponse({**_state(request, find(pk, request.user)), "errors": errors})


@login_required
@never_cache
@require_GET
def state(request: HttpRequest, pk: int) -> HttpResponse:
    """The return as it is now, and a fresh token for the form of whoever is signed in."""
    return JsonResponse(_state(request, find(pk, request.user)))


def _state(request: HttpRequest, record: PeriodReturn) -> dict[str, Any]:
    return {
        **page_data(record, line_views(record)),
        "csrf": get_token(request),
        "user": request.user.pk,
    }


@login_required
@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Take what is in the fields, then hand the return in; pressed twice, it is handed in once."""
    record = find(pk, request.user)
    if not may(request.user, Action.ENTER, record):
        raise PermissionDenied(_("Only the operator or the park administrator can submit this return."))
    version = request.POST.get("version", "")
    try:
        target = submit_once(request, request.POST.get("once", ""), lambda: _submit(request, record, version))
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        status = 409 if isinstance(error, Conflict) else 422
        return _page(request, find(pk, request.user), refusal=error, status=status)
    return redirect(target)


@transaction.atomic
def _submit(request: HttpRequest, record: PeriodReturn, version: str) -> str:
    user: Any = request.user
    at = timezone.now()
    lines, errors = _lines_in(_posted(request))
    if errors:
        raise Incomplete(" ".join(f"{LINES[code].name_zh}: {text}" for code, text in errors.items()))
    expected = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
    record = save_lines(record=record, lines=lines, actor=user, at=at, expected_version=expected)
    record = submit_return(record=record, actor=user, at=at)
    messages.success(request, _("The return is submitted. This is your receipt."))
    return f"/returns/{record.pk}/receipt/"


def _posted(request: HttpRequest) -> dict[str, dict[str, str]]:
    """Fields named ``value-events_held`` and so on, as the page's own script sends them."""
    found: dict[str, dict[str, str]] = {}
    for name in request.POST:
        part, _dash, code = name.partition("-")
        if part in PARTS and code in LINES:
            found.setdefault(code, {})[part] = request.POST[name]
    return found


@login_required
@never_cache
@require_GET
def estimate(request: HttpRequest, pk: int) -> HttpResponse:
    """How the year would score with this return: fetched by the page after it is shown."""
    record = find(pk, request.user)
    found, refusal = None, ""
    if not may(request.user, Action.EVALUATE, record):
        raise PermissionDenied(_("Only the operator and the park's own staff see this estimate."))
    try:
        found = estimate_of(record, line_views(record), at=timezone.now())
    except Conflict as error:
        refusal = sentence(error)
    return render(
        request, "returns/parts/estimate.html", {"estimate": found, "refusal": refusal, "record": record}
    )


@login_required
@require_POST
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """Put files beside a line, or take one away."""
    record = find(pk, request.user)
    user: Any = request.user
    code = request.POST.get("line", "")[:60]
    with told_to(request):
        if "remove" in request.POST:
            number = request.POST["remove"]
            file = EvidenceFile.objects.filter(pk=number if number.isdigit() else None).first()
            if file is not None:
                detach_evidence(record=record, code=code, file=file, actor=user, at=timezone.now())
                messages.success(request, _("The file is no longer beside the line."))
        else:
            count = _attach(request, record, code)
            if count:
                messages.success(request, _("%(count)d files are beside the line now.") % {"count": count})
    return redirect(f"/returns/{record.pk}/#files")


@transaction.atomic
def _attach(request: HttpRequest, record: PeriodReturn, code: str) -> int:
    user: Any = request.user
    given = FilesField(required=False).clean(request.FILES.getlist("evidence"))
    park: Any = record.incubator.park
    now = timezone.now()
    stored = [
        store_evidence(
            park=park,
            incubator=record.incubator,
            content=file,  # type: ignore[arg-type]
            name=file.name or "",
            kind=EvidenceKind.RETURN,
            actor=user,
            at=now,
        )
        for file in given
    ]
    if stored:
        attach_evidence(record=record, code=code, files=stored, actor=user, at=now)
    else:
        messages.error(request, _("Choose at least one file."))
    return len(stored)
