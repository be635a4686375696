"""Types of tickets with their time limits; a park sets its own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.saving import values_of
from core.web.errors import shown_on, status_of
from incubators.models import Park
from incubators.scope import Action
from incubators.web.forms import managed_parks
from support.models import TicketType
from support.selectors import types_offered
from support.services import TYPE_FIELDS, save_ticket_type
from support.web.access import refuse_outsiders
from support.web.forms import TicketTypeForm


@login_required
@require_safe
def type_list(request: HttpRequest) -> HttpResponse:
    """For each park one works in, the types it offers."""
    parks = Park.objects.of_scope(request.user).order_by("sort_key", "pk")
    managed = set(managed_parks(request.user).values_list("pk", flat=True))
    lists = [
        {"park": park, "types": types_offered(park), "may_change": park.pk in managed}
        for park in parks
        if park.incubators.exists() or park.pk in managed
    ]
    return render(request, "support/type_list.html", {"lists": lists})


def _park(request: HttpRequest) -> Park:
    refuse_outsiders(request.user, Action.MANAGE)
    parks = managed_parks(request.user)
    code = request.POST.get("park") or request.GET.get("park", "")
    park: Park = get_object_or_404(parks, code=code) if code else get_object_or_404(parks[:1])
    return park


@login_required
@require_http_methods(["GET", "POST"])
def type_create(request: HttpRequest) -> HttpResponse:
    return _form(request, _park(request), None)


@login_required
@require_http_methods(["GET", "POST"])
def type_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a park's type; a general one becomes the park's own copy."""
    park = _park(request)
    kind = get_object_or_404(TicketType.objects.visible_to(request.user), pk=pk)
    if kind.park_id not in (None, park.pk):
        park = get_object_or_404(managed_parks(request.user), pk=kind.park_id)
    return _form(request, park, kind)


def _form(request: HttpRequest, park: Park, kind: TicketType | None) -> HttpResponse:
    user: Any = request.user
    initial = values_of(kind, TYPE_FIELDS) if kind else {"is_active": True}
    form = TicketTypeForm(request.POST or None, initial=initial, fixed_code=kind is not None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            save_ticket_type(park=park, ticket_type=kind, values=form.values(), actor=user, at=timezone.now())
            messages.success(request, _("The type is saved. Tickets already open keep their limits."))
            return redirect("ticket-type-list")
    context = {"form": form, "park": park, "kind": kind}
    return render(request, "support/type_form.html", context, status=status_of(form))
