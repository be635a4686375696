"""After the approval: the agreement with its instalments, the end, money asked back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from applications import services
from applications.enums import ApplicationState
from applications.web.access import application_of, posted, refuse_others, sent_files
from applications.web.forms import AgreementForm, ClawBackForm
from applications.web.record import detail_page
from core.web.errors import shown_on, status_of, told_to
from incubators.scope import Action
from ledger.web.access import refuse, stored


@login_required
@require_http_methods(["GET", "POST"])
def application_agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """What was signed; the instalments total the approved amount."""
    application = application_of(request, pk)
    refuse(request.user, Action.PAY, application.park_id)
    form = AgreementForm(posted(request), sent_files(request), initial={"signed_on": timezone.localdate()})
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"plan": "amount_1", "evidence": "file"}), transaction.atomic():
            data = form.cleaned_data
            park = application.programme.park
            values = {name: data[name] for name in ("number", "signed_on", "note")}
            services.sign_agreement(
                application=application,
                values={**values, "evidence": stored(request, park, application.incubator, data["file"])},
                plan=form.parts(),
                actor=request.user,
                at=timezone.now(),
            )
            messages.success(request, _("The agreement is entered and its instalments are planned."))
            return redirect("application-detail", pk=pk)
    if application.state != ApplicationState.APPROVED:
        messages.error(request, _("Only an approved application gets an agreement."))
        return redirect("application-detail", pk=pk)
    commitment = application.commitment
    assert commitment is not None
    context = {
        "form": form,
        "application": application,
        "programme": application.programme,
        "to_plan": commitment.amount - commitment.released_amount,
    }
    return render(request, "applications/agreement_form.html", context, status=status_of(form))


@login_required
@require_POST
def application_close(request: HttpRequest, pk: int) -> HttpResponse:
    application = application_of(request, pk)
    refuse_others(request.user, application.park_id)
    with told_to(request):
        services.close_application(
            application=application,
            reason=request.POST.get("reason", "")[:1000],
            actor=request.user,
            at=timezone.now(),
        )
        messages.success(request, _("The application is closed."))
    return redirect("application-detail", pk=pk)


@login_required
@require_POST
def application_claw_back(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    application = application_of(request, pk)
    refuse(user, Action.PAY, application.park_id)
    form = ClawBackForm(request.POST, request.FILES)
    if form.is_valid():
        data = form.cleaned_data
        with shown_on(form), transaction.atomic():
            park = application.programme.park
            services.claw_back_application(
                application=application,
                amount=data["amount"],
                on=data["on"],
                reason=data["reason"],
                key=f"page:{user.pk}:{data['once']}",
                evidence=stored(request, park, application.incubator, data["file"]),
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The clawback is booked."))
            return redirect("application-detail", pk=pk)
    return detail_page(request, application, clawback=form)
