"""Every refusal as RFC 9457 problem+json, mapped once: domain errors, bad input, constraints, HTTP errors.

``code`` is stable and meant for programs; ``detail`` and ``message`` are sentences in the caller's language.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.core.exceptions import (
    NON_FIELD_ERRORS,
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError, IntegrityError, OperationalError
from django.db.models import ProtectedError, UniqueConstraint
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response

from core.constraints import words_of
from core.errors import Conflict, DomainError, FieldError, Incomplete, Invalid, Refused

CONTENT_TYPE = "application/problem+json"
_RETRY_STATES = {"40001", "40P01", "55P03"}


class ScopeMissing(exceptions.PermissionDenied):
    """The token is good but was not given the scope that this needs."""

    default_code = "scope_missing"

    def __init__(self, scope: str) -> None:
        super().__init__(
            _("This token lacks the scope “%(scope)s”. Create a token that has it.") % {"scope": scope}
        )
        self.scope = scope


class PreconditionRequired(exceptions.APIException):
    status_code = status.HTTP_428_PRECONDITION_REQUIRED
    default_code = "if_match_required"

    def __init__(self) -> None:
        super().__init__(_("Send If-Match with the ETag of the record that you read before changing it."))


class PreconditionFailed(exceptions.APIException):
    """The record changed since it was read; ``current`` is what it is now, ``submitted`` what was sent."""

    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_code = "stale"

    def __init__(self, *, current: Any, submitted: Any, etag: str) -> None:
        super().__init__(
            _("Someone changed this record after you read it. Compare both versions and send it again.")
        )
        self.current, self.submitted, self.etag = current, submitted, etag


class TooLarge(exceptions.APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "too_large"


def handle_exception(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """The problem that answers ``exc``; None when it is a fault of ours, which is logged as such."""
    found = problem_of(exc)
    if found is None:
        return None
    body, headers = found
    response = Response(body, status=body["status"], content_type=CONTENT_TYPE, headers=headers)
    response.exception = True
    return response


def problem(
    status_code: int, code: str, detail: Any, *, errors: list[dict[str, str]] | None = None, **extra: Any
) -> dict[str, Any]:
    """The body of a problem; ``errors`` only where fields are to blame."""
    body: dict[str, Any] = {
        "type": f"urn:enclave:problem:{code}",
        "title": str(_TITLES.get(status_code, _title_other)()),
        "status": status_code,
        "detail": str(detail),
        "code": code,
    }
    if errors:
        body["errors"] = errors
    return body | extra


def problem_of(exc: Exception) -> tuple[dict[str, Any], dict[str, str]] | None:
    """Body and headers for an exception that is the caller's to know about."""
    if isinstance(exc, DomainError):
        return of_domain_error(exc), {}
    if isinstance(exc, exceptions.APIException):
        return _of_api_exception(exc)
    for kind, build in _OTHERS:
        if isinstance(exc, kind):
            body = build(exc)
            return (body, {}) if body else None
    return None


def of_domain_error(exc: DomainError) -> dict[str, Any]:
    if isinstance(exc, Incomplete):
        missing = [{"field": item.field, "message": str(item.message)} for item in exc.fields]
        return problem(409, exc.code, exc.message, missing=missing)
    errors = [field_error(item) for item in exc.fields]
    for kind, status_code in ((Refused, 403), (Conflict, 409), (Invalid, 422)):
        if isinstance(exc, kind):
            return problem(status_code, exc.code, exc.message, errors=errors)
    return problem(400, exc.code, exc.message, errors=errors)


def field_error(item: FieldError) -> dict[str, str]:
    return {"field": item.field, "code": item.code, "message": str(item.message)}


def flatten(detail: Any, field: str = "") -> Iterator[dict[str, str]]:
    """DRF's nested error details as flat rows; nested fields are joined as in ``rows[3].name_zh``."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            name = "" if key == "non_field_errors" else str(key)
            yield from flatten(value, f"{field}.{name}" if field and name else field or name)
    elif isinstance(detail, list | tuple):
        for position, value in enumerate(detail):
            nested = isinstance(value, Mapping | list | tuple)
            yield from flatten(value, f"{field}[{position}]" if nested else field)
    else:
        yield {"field": field, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}


def _of_api_exception(exc: exceptions.APIException) -> tuple[dict[str, Any], dict[str, str]]:
    headers: dict[str, str] = {}
    if challenge := getattr(exc, "auth_header", None):
        headers["WWW-Authenticate"] = challenge
    if wait := getattr(exc, "wait", None):
        headers["Retry-After"] = str(int(wait) + 1)
    if isinstance(exc, exceptions.ValidationError):
        return problem(422, "invalid", _("Some fields need attention."), errors=list(flatten(exc.detail))), {}
    code = str(getattr(exc.detail, "code", None) or exc.default_code)
    extra: dict[str, Any] = {}
    if isinstance(exc, ScopeMissing):
        extra["missing_scope"] = exc.scope
    if isinstance(exc, PreconditionFailed):
        extra |= {"current": exc.current, "submitted": exc.submitted}
        headers["ETag"] = exc.etag
    return problem(exc.status_code, code, exc.detail, **extra), headers


def of_model_validation(exc: ModelValidationError) -> dict[str, Any]:
    errors = []
    by_field = exc.error_dict if hasattr(exc, "error_dict") else {NON_FIELD_ERRORS: exc.error_list}
    for name, items in by_field.items():
        for item in items:
            for message in item.messages:
                field = "" if name == NON_FIELD_ERRORS else name
                errors.append({"field": field, "code": item.code or "invalid", "message": message})
    return problem(422, "invalid", _("Some fields need attention."), errors=errors)


@lru_cache(maxsize=1)
def _constraints() -> dict[str, Any]:
    return {
        constraint.name: constraint for model in apps.get_models() for constraint in model._meta.constraints
    }


def of_integrity_error(exc: Exception) -> dict[str, Any]:
    """A constraint that refused, found by its name, in the words that its definition gives it."""
    diagnosis = getattr(exc.__cause__, "diag", None)
    name = getattr(diagnosis, "constraint_name", None) or ""
    if name == "projects_credit_totals_100":
        return problem(422, name, _("The shares have to total 100%."))
    constraint = _constraints().get(name)
    state = getattr(exc.__cause__, "sqlstate", "") or ""
    status_code = 409 if state in {"23505", "23P01", "23503"} else 422
    if constraint is None:
        code = "in_use" if state == "23503" else name or "conflict"
        return problem(status_code, code, _("This does not fit what is already stored."))
    message = words_of(constraint)
    errors = []
    if isinstance(constraint, UniqueConstraint) and constraint.fields:
        errors = [{"field": constraint.fields[-1], "code": constraint.name, "message": message}]
    return problem(status_code, constraint.name, message, errors=errors)


def _of_operational_error(exc: Exception) -> dict[str, Any] | None:
    if getattr(exc.__cause__, "sqlstate", "") in _RETRY_STATES:
        return problem(409, "busy", _("Someone is changing this at the same moment. Send it again."))
    return None


_OTHERS: tuple[tuple[type[Exception], Any], ...] = (
    (Http404, lambda exc: problem(404, "not_found", _("There is nothing here, or nothing you may see."))),
    (PermissionDenied, lambda exc: problem(403, "refused", str(exc) or _("You may not do this."))),
    (ModelValidationError, of_model_validation),
    (ProtectedError, lambda exc: problem(409, "in_use", _("Other records still refer to this one."))),
    (IntegrityError, of_integrity_error),
    (DataError, lambda exc: problem(422, "invalid", _("A value does not fit its field."))),
    (OperationalError, _of_operational_error),
    (RequestDataTooBig, lambda exc: problem(413, "too_large", _("The request is too large."))),
    (SuspiciousOperation, lambda exc: problem(400, "malformed", _("The request cannot be read."))),
)


_TITLES = {
    400: lambda: _("Malformed request"),
    401: lambda: _("Sign-in needed"),
    403: lambda: _("Refused"),
    404: lambda: _("Not found"),
    405: lambda: _("Method not allowed"),
    406: lambda: _("Format not available"),
    409: lambda: _("Conflict"),
    412: lambda: _("Changed in the meantime"),
    413: lambda: _("Too large"),
    415: lambda: _("Unsupported format"),
    422: lambda: _("Invalid input"),
    428: lambda: _("If-Match needed"),
    429: lambda: _("Too many requests"),
}


def _title_other() -> str:
    return _("Request failed")
