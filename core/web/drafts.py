"""Drafts of forms on pages: the address that keeps them, and how a form gets its draft back.

In a template, beside the key that the browser itself uses::

    <form method="post" data-draft-key="project-new" data-draft-save="{% url "draft-save" "project-new" %}">

In a view: ``initial_with_draft(request, "project-new", initial)`` when the form is shown afresh, and
``clear_draft(user=request.user, form="project-new")`` once it was accepted.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from core.drafts import clear_draft, draft_of, save_draft
from core.errors import Invalid

#: Names of fields that are never part of a draft.
NEVER = frozenset({"csrfmiddlewaretoken", "once", "discard", "next"})


@login_required
@require_POST
def draft_save(request: HttpRequest, form: str) -> HttpResponse:
    """Keep the posted fields as the draft of ``form``; with ``discard`` forget it and go to ``next``."""
    if "discard" in request.POST:
        clear_draft(user=request.user, form=form)
        target = request.POST.get("next", "")
        if url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure()):
            return redirect(target)
        return HttpResponse(status=204)
    data = {name: request.POST.getlist(name) for name in request.POST if name not in NEVER}
    now = timezone.now()
    try:
        save_draft(user=request.user, form=form, data=data, at=now)
    except Invalid as error:
        return JsonResponse({"code": error.code, "detail": str(error)}, status=422)
    return JsonResponse({"saved_at": timezone.localtime(now).strftime("%H:%M")})


def initial_with_draft(
    request: HttpRequest, form: str, initial: Mapping[str, Any], *, several: frozenset[str] = frozenset()
) -> tuple[dict[str, Any], str]:
    """The initial values with the draft laid over them, and when it was kept ("14:03"), if there is one.

    ``several`` names the fields that hold a list of values.
    """
    draft = draft_of(request.user, form)
    if draft is None:
        return dict(initial), ""
    typed = {
        name: values if name in several else (values[-1] if values else "")
        for name, values in draft.data.items()
    }
    local = timezone.localtime(draft.updated_at)
    today = timezone.localdate() == local.date()
    return {**initial, **typed}, local.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")
