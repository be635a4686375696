"""The formal check: the application with everything it states, and words beside each field."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from applications import services
from applications.enums import StepKind
from applications.models import Application
from applications.web.access import application_of, posted, refuse_others
from applications.web.drafting import FIELD_WORDS
from applications.web.forms import CheckForm
from applications.web.record import record_context
from core.web.errors import shown_on, status_of

LONGEST = 1000
#: The fields of the form beside the facts.
FIELDS = ("title", "requested_amount", "summary", "files", "applicant", "other")


@login_required
@require_http_methods(["GET", "POST"])
def application_check(request: HttpRequest, pk: int) -> HttpResponse:
    """Pass it, send it back with words per field, or end it."""
    application = application_of(request, pk)
    refuse_others(request.user, application.park_id)
    form = CheckForm(posted(request))
    typed = {name: request.POST.get(f"remark-{name}", "")[:LONGEST] for name in _names(application)}
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"remarks": "reason"}):
            services.check_application(
                application=application,
                result=form.cleaned_data["result"],
                reason=form.cleaned_data["reason"],
                remarks=typed,
                actor=request.user,
                at=timezone.now(),
            )
            messages.success(request, _WORDS[form.cleaned_data["result"]]())
            return (
                redirect("programme-step", pk=application.current_step_id)
                if _has_more(application)
                else redirect("application-detail", pk=pk)
            )
    step = application.current_step
    if step is None or step.kind != StepKind.FORMAL_CHECK:
        messages.error(request, _("This application does not stand at the formal check (any more)."))
        return redirect("application-detail", pk=pk)
    context = record_context(request, application)
    context |= {"form": form, "fields": _fields(application, typed)}
    for row in context["fact_rows"]:
        row["typed"] = typed.get(f"facts.{row['key']}", "")
    return render(request, "applications/check.html", context, status=status_of(form))


_WORDS = {
    "passed": lambda: _("Checked: it goes on to the next step."),
    "returned": lambda: _("Sent back; the applicant is told what to put right."),
    "failed": lambda: _("The application ends here; the applicant is told why."),
}


def _has_more(application: Application) -> bool:
    """Whether others wait for the same check: then the work list comes next."""
    return Application.objects.filter(current_step=application.current_step_id).exists()


def _names(application: Application) -> list[str]:
    return [*FIELDS, *(f"facts.{key}" for key in application.facts)]


def _fields(application: Application, typed: dict[str, str]) -> list[dict[str, Any]]:
    amount = application.requested_amount
    values: dict[str, Any] = {
        "title": application.title,
        "summary": application.summary,
        "requested_amount": amount,
        "applicant": application.applicant_name,
    }
    return [
        {
            "name": name,
            "label": FIELD_WORDS[name](),
            "value": values.get(name, ""),
            "typed": typed.get(name, ""),
        }
        for name in FIELDS
    ]
