"""Money of an award that is not needed: proposed on its page, confirmed there by a second person."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from applications import services
from applications.models import AwardRelease
from applications.web.access import application_of
from applications.web.forms import ReleaseAwardForm
from applications.web.record import detail_page
from core.web.errors import shown_on, told_to
from incubators.scope import Action
from ledger.web.access import refuse


@login_required
@require_POST
def application_release(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    application = application_of(request, pk)
    refuse(user, Action.PAY, application.park_id)
    form = ReleaseAwardForm(request.POST)
    if form.is_valid():
        with shown_on(form):
            services.propose_release(
                application=application,
                amount=form.cleaned_data["amount"],
                reason=form.cleaned_data["reason"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("Proposed. A second person confirms, then the money goes back."))
            return redirect("application-detail", pk=pk)
    return detail_page(request, application, release=form)


def _release_of(request: HttpRequest, pk: int) -> AwardRelease:
    rows = AwardRelease.objects.visible_to(request.user).select_related("application__programme")
    found: AwardRelease = get_object_or_404(rows, pk=pk)
    refuse(request.user, Action.PAY, found.park_id)
    return found


@login_required
@require_POST
def release_confirm(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    release = _release_of(request, pk)
    with told_to(request):
        services.confirm_release(release=release, actor=user, at=timezone.now())
        messages.success(request, _("The money is back in the budget."))
    return redirect("application-detail", pk=release.application_id)


@login_required
@require_POST
def release_discard(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    release = _release_of(request, pk)
    with told_to(request):
        services.discard_release(release=release, actor=user, at=timezone.now())
        messages.success(request, _("The proposal is thrown away; the money stays committed."))
    return redirect("application-detail", pk=release.application_id)
