"""One way to create and to change a record on a page: drafts, sent once, both versions on a conflict."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.drafts import clear_draft
from core.web.drafts import initial_with_draft
from core.web.errors import shown_on, status_of
from core.web.once import new_token, submit_once
from incubators.models import Incubator, Park
from outreach.models import Placed
from outreach.web.access import must_enter_somewhere, writable
from outreach.web.forms import PlacedForm

Create = Callable[[Any, Park, Incubator | None, Any, datetime], Placed]
Update = Callable[[Any, Any, Any, datetime], Placed]


@dataclass(frozen=True)
class Editor:
    """A kind of record: its form, its services, its addresses (``<key>-detail`` and so on) and its words."""

    key: str
    model: type[Placed]
    form: type[PlacedForm]
    create: Create
    update: Update
    list_url: str
    list_label: str | Promise
    new_title: str | Promise
    edit_title: str | Promise
    save_label: str | Promise
    new_note: str | Promise = ""
    template: str = "outreach/form.html"
    stored: Callable[[Any], Mapping[str, Any]] = lambda record: {}

    def address(self, record: Any) -> str:
        return reverse(f"{self.key}-detail", args=[record.pk])

    def initial_of(self, record: Any) -> dict[str, Any]:
        """The record as its form types it."""
        values = {
            name: getattr(record, record._meta.get_field(name).attname) for name in self.form.fields_of_record
        }
        return {**values, "version": record.version, **self.stored(record)}


def create_page(
    request: HttpRequest,
    editor: Editor,
    *,
    initial: Mapping[str, Any],
    prefilled: Mapping[str, Any] | None = None,
    context: Mapping[str, Any] | None = None,
) -> HttpResponse:
    """``prefilled`` are values that the address asked for: they win over a draft."""
    user: Any = request.user
    must_enter_somewhere(user)
    draft, kept_at = f"{editor.key}-new", ""
    if request.method == "POST":
        form = editor.form(request.POST, user=user)
        if form.is_valid():
            with shown_on(form, names={"incubator": "place"}):
                token = request.POST.get("once", "")
                target = submit_once(request, token, lambda: _create(request, editor, form))
                clear_draft(user=user, form=draft)
                return redirect(target)
    else:
        start, kept_at = initial_with_draft(request, draft, {**initial, **_only_place(editor, user)})
        form = editor.form(initial={**start, **(prefilled or {})}, user=user)
    shown = {
        "form": form,
        "editor": editor,
        "draft": draft,
        "kept_at": kept_at,
        "once": request.POST.get("once") or new_token(),
        "cancel": reverse(editor.list_url),
        **(context or {}),
    }
    return render(request, editor.template, shown, status=status_of(form))


def _only_place(editor: Editor, user: Any) -> dict[str, str]:
    """Whoever works in one place need not choose it."""
    choices: Any = editor.form(user=user).fields["place"].choices  # type: ignore[attr-defined]
    return {"place": choices[0][0]} if len(choices) == 1 else {}


def _create(request: HttpRequest, editor: Editor, form: PlacedForm) -> str:
    park, incubator = form.place
    record = editor.create(form, park, incubator, request.user, timezone.now())
    messages.success(request, _("“%(name)s” is recorded.") % {"name": record})
    return editor.address(record)


def edit_page(request: HttpRequest, editor: Editor, pk: int) -> HttpResponse:
    user: Any = request.user
    record = writable(request, editor.model, pk)
    draft, kept_at = f"{editor.key}-{pk}", ""
    if request.method == "POST":
        form = editor.form(request.POST, user=user, record=record)
        if form.is_valid():
            with shown_on(form):
                saved = editor.update(record, form, user, timezone.now())
                clear_draft(user=user, form=draft)
                messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
                return redirect(editor.address(record))
    else:
        initial, kept_at = initial_with_draft(request, draft, editor.initial_of(record))
        form = editor.form(initial=initial, user=user, record=record)
    context = {
        "form": form,
        "editor": editor,
        "record": record,
        "record_url": editor.address(record),
        "draft": draft,
        "kept_at": kept_at,
        "cancel": editor.address(record),
    }
    return render(request, editor.template, context, status=status_of(form))


def chosen_id(request: HttpRequest, name: str) -> int | None:
    """The id of a record that the address names."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
