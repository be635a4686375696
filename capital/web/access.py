"""Who may do what on the pages of funds and credit, files of forms, and one page for every form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise

from capital.models import Offer, keeps
from core.errors import Refused
from core.web.errors import shown_on, status_of
from core.web.keyset import Page, page_of
from core.web.once import new_token, submit_once
from enterprises.models import Enterprise
from evidence.models import EvidenceFile
from evidence.services import store_evidence
from incubators.models import Park
from incubators.scope import REFUSALS, Action, require, require_somewhere, scope_of

Words = str | Promise


@dataclass(frozen=True)
class Rights:
    """What the reader may do with a record of one enterprise."""

    user_id: int
    enter: bool
    verify: bool
    pay: bool
    manage: bool


def rights_in(user: Any, owner: Enterprise) -> Rights:
    actions = scope_of(user).actions(park_id=owner.park_id, incubator_id=owner.incubator_id)
    return Rights(
        user.pk,
        Action.ENTER in actions,
        Action.VERIFY in actions,
        Action.PAY in actions,
        Action.MANAGE in actions,
    )


def seen(request: HttpRequest, rows: QuerySet[Any], pk: int) -> Any:
    return get_object_or_404(rows.visible_to(request.user), pk=pk)  # type: ignore[attr-defined]


def allow(request: HttpRequest, owner: Enterprise, action: Action = Action.ENTER) -> None:
    """403 with the reason for whoever may only read."""
    user: Any = request.user
    try:
        require(action, user=user, park_id=owner.park_id, incubator_id=owner.incubator_id)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def allow_somewhere(request: HttpRequest, action: Action = Action.ENTER) -> None:
    try:
        require_somewhere(action, user=request.user)
    except Refused as error:
        raise PermissionDenied(str(error)) from error


def allow_keeper(request: HttpRequest, offer: Offer) -> None:
    if not keeps(request.user, offer):
        raise PermissionDenied(REFUSALS[Action.MANAGE]())


def parks_to_manage(user: Any) -> list[Park]:
    places = scope_of(user).places(Action.MANAGE)
    parks = Park.objects.all() if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(parks.order_by("sort_key", "pk"))


def stored_file(request: HttpRequest, owner: Enterprise, upload: Any) -> EvidenceFile | None:
    """Store the proof of a form; nothing without a file."""
    if not upload:
        return None
    user: Any = request.user
    return store_evidence(
        park=owner.park,
        incubator=owner.incubator,
        content=upload.file,
        name=upload.name,
        actor=user,
        at=timezone.now(),
    )


def page_context(
    request: HttpRequest, rows: QuerySet[Any], *, orders: dict[str, str], default: str
) -> dict[str, Any]:
    """One page of a list with the addresses of its neighbours."""
    page: Page[Any] = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders=orders,
        default=default,
        cursor=request.GET.get("cursor", ""),
    )
    return {
        "page": page,
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
    }


def sent(request: HttpRequest) -> Any:
    """What was posted, also when that is nothing: an empty form is answered with its errors."""
    return request.POST if request.method == "POST" else None


def sent_with_files(request: HttpRequest) -> tuple[Any, Any]:
    return sent(request), request.FILES if request.method == "POST" else None


def number_of(request: HttpRequest, name: str) -> int | None:
    """The id of a record that the address names."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def form_page(
    request: HttpRequest,
    form: Any,
    write: Callable[[], str],
    *,
    title: Words,
    submit: Words,
    back: tuple[Words, str],
    draft: str,
    subtitle: Words = "",
    names: dict[str, str] | None = None,
    once: bool = True,
    template: str = "capital/form.html",
    **context: Any,
) -> HttpResponse:
    """Show a form; once it is right, ``write`` stores it and says where to go. Sent twice, it is stored
    once."""
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": "file", **(names or {})}):
            token = request.POST.get("once", "") if once else ""
            return redirect(submit_once(request, token, write))
    shown = {
        "form": form,
        "title": title,
        "subtitle": subtitle,
        "submit": submit,
        "back_label": back[0],
        "back_url": back[1],
        "draft": draft,
        "once": (request.POST.get("once") or new_token()) if once else "",
        **context,
    }
    return render(request, template, shown, status=status_of(form))
