"""Applications: the list, the first step from an entitlement, the form that keeps itself, the deeds."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from applications import selectors, services
from applications.models import Application
from applications.stages import days_between, is_late
from applications.web.access import application_of, parks_to_run, posted, refuse_readers
from applications.web.forms import ApplicantForm, ApplicationFilter, WithdrawForm
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from enterprises.models import Enterprise
from incubators.scope import Action, may_somewhere
from projects.models import Project

ORDERS = {"created": "created_at", "title": "sort_key"}
#: Who applies, as an address names it: ``projects:12``.
KINDS: dict[str, Any] = {"projects": Project, "enterprises": Enterprise}


@login_required
@require_safe
def application_list(request: HttpRequest) -> HttpResponse:
    """What one sees of applications, newest first, with where each stands and since when."""
    user: Any = request.user
    filters = ApplicationFilter(request.GET, user=user)
    chosen = filters.values()
    page = page_of(
        selectors.applications_matching(user, **chosen),
        order=request.GET.get("ordering", ""),
        orders=ORDERS,
        default="-created",
        cursor=request.GET.get("cursor", ""),
    )
    today = timezone.localdate()
    stays = selectors.standing_rows(page.rows)
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "page": page,
        "rows": [_row(one, stays.get(one.pk), today) for one in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_apply": may_somewhere(Action.ENTER, user),
        "may_run": bool(parks_to_run(user)),
        "may_enter": bool(parks_to_run(user)),
    }
    return render(request, "applications/application_list.html", context)


def _row(application: Application, stay: Any, today: Any) -> dict[str, Any]:
    step = stay.step if stay is not None else None
    return {
        "application": application,
        "step": step,
        "days": days_between(stay.entered_on, None, today) if step is not None else None,
        "late": step is not None and is_late(stay.entered_on, step.days_allowed, today),
    }


def _named_applicant(request: HttpRequest) -> Any:
    """The project or enterprise that the address names (``for=projects:12``); None where it names nobody.

    404 for whom the person does not see.
    """
    given = request.POST.get("for") or request.GET.get("for", "")
    kind, _colon, key = given.partition(":")
    if not given:
        return None
    if kind not in KINDS or not (key.isascii() and key.isdigit() and len(key) < 19):
        raise Http404
    related = ("park", "incubator", "enterprise", "sector") if kind == "projects" else ("park", "incubator")
    rows = KINDS[kind].objects.visible_to(request.user).select_related(*related)
    return get_object_or_404(rows, pk=int(key))


@login_required
@require_http_methods(["GET", "POST"])
def application_create(request: HttpRequest) -> HttpResponse:
    """Begin an application; what the records know is filled in at once."""
    user: Any = request.user
    if not may_somewhere(Action.ENTER, user):
        raise PermissionDenied(_("Applications are written by those who work for the applicant."))
    named = _named_applicant(request)
    form = ApplicantForm(
        posted(request),
        user=user,
        today=timezone.localdate(),
        named=named,
        initial={"programme": request.GET.get("programme", "")},
    )
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"applicant": "project", "outside.name": "name"}):
            return redirect(
                submit_once(request, request.POST.get("once", ""), lambda: _create(user, form, named))
            )
    context = {
        "form": form,
        "named": named,
        "for": request.POST.get("for") or request.GET.get("for", ""),
        "once": request.POST.get("once") or new_token(),
        "any_programme": form.fields["programme"].queryset.exists(),  # type: ignore[attr-defined]
    }
    return render(request, "applications/application_new.html", context, status=status_of(form))


def _create(user: Any, form: ApplicantForm, named: Any) -> str:
    if named is not None:
        who = {"project" if isinstance(named, Project) else "enterprise": named}
    else:
        who = form.applicant()
    application = services.create_draft(
        programme=form.cleaned_data["programme"], actor=user, at=timezone.now(), **who
    )
    return reverse("application-edit", args=[application.pk])


def _own(request: HttpRequest, pk: int) -> Application:
    """The application, for whoever writes it."""
    application = application_of(request, pk)
    refuse_readers(request.user, application)
    return application


@login_required
@require_POST
def application_submit(request: HttpRequest, pk: int) -> HttpResponse:
    application = _own(request, pk)
    with told_to(request):
        found = services.submit_application(application=application, actor=request.user, at=timezone.now())
        messages.success(
            request, _("The application is handed in. Its number is %(number)03d.") % {"number": found.number}
        )
    return redirect("application-detail", pk=pk)


@login_required
@require_POST
def application_refresh(request: HttpRequest, pk: int) -> HttpResponse:
    """Read the records again; what the applicant stated himself stays."""
    application = _own(request, pk)
    with told_to(request):
        services.refresh_facts(application=application, actor=request.user, at=timezone.now())
        messages.success(request, _("The facts are read again from the records."))
    return redirect("application-edit", pk=pk)


@login_required
@require_http_methods(["GET", "POST"])
def application_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take an application back that was handed in; with a reason."""
    application = _own(request, pk)
    form = WithdrawForm(posted(request))
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.withdraw_application(
                application=application,
                reason=form.cleaned_data["reason"],
                actor=request.user,
                at=timezone.now(),
            )
            messages.success(request, _("The application is taken back."))
            return redirect("application-detail", pk=pk)
    context = {"form": form, "application": application}
    return render(request, "applications/withdraw.html", context, status=status_of(form))


@login_required
@require_POST
def application_delete(request: HttpRequest, pk: int) -> HttpResponse:
    application = _own(request, pk)
    with told_to(request):
        services.delete_draft(application=application, actor=request.user, at=timezone.now())
        messages.success(request, _("The draft is thrown away."))
        return redirect("application-list")
    return redirect("application-detail", pk=pk)
