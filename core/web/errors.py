"""Errors of the domain on pages: once for forms, once for buttons. Nothing typed is lost by a refusal.

A form page::

    if form.is_valid():
        with shown_on(form):
            project = create_project(...)
            return redirect(...)
    return render(request, "…", {"form": form}, status=status_of(form))

A button without a form::

    with told_to(request):
        verify_fact(...)
        messages.success(request, _("The registration is verified."))
    return redirect(...)
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest

from core.errors import Conflict, DomainError, Refused, Stale
from core.web.versions import both_versions, stored


@contextmanager
def shown_on(form: BaseForm, *, names: Mapping[str, str] | None = None) -> Iterator[None]:
    """Put what the service refuses on the form, at the field that is to blame.

    ``names`` maps a field of the domain to a field of the form where they differ. ``Refused`` becomes the
    403 page with its sentence: no change to the form would help. The error itself stays on
    ``form.refusal`` for pages that show more of it, such as what a gate still asks for.
    """
    try:
        yield
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        put_on(form, error, names=names)


def put_on(form: BaseForm, error: DomainError, *, names: Mapping[str, str] | None = None) -> None:
    """Each field error at its field; what has no field on this form stands on top."""
    form.refusal = error  # type: ignore[attr-defined]
    if isinstance(error, Stale):
        form.theirs = both_versions(form, stored(form, error.record))  # type: ignore[attr-defined]
    placed = False
    for item in error.fields:
        name = (names or {}).get(item.field, item.field)
        # Of several files the one at fault has to be named: the sentence of the error does.
        words = sentence(error) if item.code.startswith("file_") else str(item.message)
        form.add_error(name if name in form.fields else None, words)
        placed = True
    if not placed:
        form.add_error(None, str(error))


def status_of(form: BaseForm) -> int:
    """The HTTP status of a page that shows this form: 200 fresh, 409 conflict, 422 wrong values."""
    if not form.is_bound or not form.errors:
        return 200
    return 409 if isinstance(getattr(form, "refusal", None), Conflict) else 422


@contextmanager
def told_to(request: HttpRequest) -> Iterator[None]:
    """Say what the service refuses as a message on the next page; ``Refused`` becomes the 403 page."""
    try:
        yield
    except Refused as error:
        raise PermissionDenied(str(error)) from error
    except DomainError as error:
        messages.error(request, sentence(error))


def sentence(error: DomainError) -> str:
    """The error in one line: its own words and, where they say more, those of its fields."""
    words = [str(error), *(str(item.message) for item in error.fields)]
    return " ".join(word for place, word in enumerate(words) if word and word not in " ".join(words[:place]))
