"""Recruitment mandates, and the introductions credited to agents."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.web.errors import shown_on, status_of, told_to
from incubators.scope import Action
from outreach import services
from outreach.models import Introduction, Mandate
from outreach.selectors import mandates_matching, progress_of
from outreach.services.records import day_of
from outreach.web.access import Rights, allow, rights_in, visible, writable
from outreach.web.editing import Editor, create_page, edit_page
from outreach.web.files import files_of
from outreach.web.forms import ClaimForm, MandateFilterForm, MandateForm, ReasonForm
from outreach.web.lists import list_context

EDITOR = Editor(
    key="mandate",
    model=Mandate,
    form=MandateForm,
    create=lambda form, park, incubator, user, at: services.create_mandate(
        park=park, incubator=incubator, values=form.values(), actor=user, at=at
    ),
    update=lambda record, form, user, at: services.update_mandate(
        mandate=record,
        values=form.values(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=at,
    ),
    list_url="mandate-list",
    list_label=gettext_lazy("Mandates"),
    new_title=gettext_lazy("Add a mandate"),
    edit_title=gettext_lazy("Edit the mandate"),
    save_label=gettext_lazy("Save the mandate"),
    new_note=gettext_lazy("An agent looks for projects on your behalf, for a fee per success."),
)


@login_required
@require_safe
def mandate_list(request: HttpRequest) -> HttpResponse:
    form = MandateFilterForm(request.GET, user=request.user)
    rows = mandates_matching(request.user, **form.values())
    orders = {"from": "starts_on", "until": "ends_on", "name": "sort_key"}
    context = list_context(request, rows, form=form, orders=orders, default="-from")
    progress = progress_of(context["page"].rows)
    context["rows"] = [(row, progress[row.pk]) for row in context["page"].rows]
    context["today"] = timezone.localdate()
    return render(request, "outreach/mandate_list.html", context)


@login_required
@require_safe
def mandate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, visible(request, Mandate, pk, "agent", "sector", "entered_by"))


def _page(request: HttpRequest, mandate: Mandate, form: ClaimForm | None = None) -> HttpResponse:
    rights = rights_in(request.user, mandate)
    rows = mandate.introductions.select_related(
        "lead", "project", "entered_by", "verified_by", "returned_by"
    ).order_by("-on", "-pk")
    if form is None and rights.enter:
        form = ClaimForm(
            initial={"on": day_of(mandate, timezone.now())}, user=request.user, park_id=mandate.park_id
        )
    context = {
        "mandate": mandate,
        "rights": rights,
        "progress": progress_of([mandate])[mandate.pk],
        "claims": [_claim(row, rights) for row in rows],
        "form": form,
        "today": timezone.localdate(),
        **files_of(mandate, rights, "mandate"),
    }
    return render(request, "outreach/mandate_detail.html", context, status=status_of(form) if form else 200)


def _claim(row: Introduction, rights: Rights) -> dict[str, Any]:
    waiting = row.status == "pending"
    url_name = "project-detail" if row.project_id else "lead-detail"
    return {
        "row": row,
        "url": reverse(url_name, args=[row.project_id or row.lead_id]),
        "may_judge": waiting and rights.verify and row.entered_by_id != rights.user_id,
        "may_withdraw": row.verified_at is None and rights.enter,
        "waits_for_another": waiting and rights.verify and row.entered_by_id == rights.user_id,
    }


@login_required
@require_http_methods(["GET", "POST"])
def mandate_create(request: HttpRequest) -> HttpResponse:
    initial = {"success_stage": "landed", "fee_currency": "CNY", "starts_on": timezone.localdate()}
    return create_page(request, EDITOR, initial=initial)


@login_required
@require_http_methods(["GET", "POST"])
def mandate_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, EDITOR, pk)


@login_required
@require_POST
def mandate_claim(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    mandate = writable(request, Mandate, pk, "agent", "sector", "entered_by")
    form = ClaimForm(request.POST, user=user, park_id=mandate.park_id)
    if form.is_valid():
        with shown_on(form):
            services.claim_introduction(mandate=mandate, values=form.values(), actor=user, at=timezone.now())
            messages.success(request, _("The introduction is recorded; a second person at the park agrees."))
            return redirect(_back(pk))
    return _page(request, mandate, form)


def _back(mandate_id: int) -> str:
    return reverse("mandate-detail", args=[mandate_id]) + "#introductions"


def _introduction(request: HttpRequest, pk: int) -> Introduction:
    rows = Introduction.objects.visible_to(request.user).select_related(
        "mandate__park", "mandate__incubator", "lead", "project"
    )
    return get_object_or_404(rows, pk=pk)


def _act(request: HttpRequest, pk: int, service: Callable[..., Any], words: str) -> HttpResponse:
    user: Any = request.user
    claim = _introduction(request, pk)
    name = claim.subject.name
    with told_to(request):
        service(introduction=claim, actor=user, at=timezone.now())
        messages.success(request, words % {"name": name})
    return redirect(_back(claim.mandate_id))


@login_required
@require_POST
def introduction_verify(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(request, pk, services.verify_introduction, _("The introduction of “%(name)s” now counts."))


@login_required
@require_POST
def introduction_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return _act(
        request, pk, services.withdraw_introduction, _("The introduction of “%(name)s” is withdrawn.")
    )


@login_required
@require_http_methods(["GET", "POST"])
def introduction_return(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    claim = _introduction(request, pk)
    allow(request, claim.mandate, Action.VERIFY)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.return_introduction(
                introduction=claim, reason=form.cleaned_data["reason"], actor=user, at=timezone.now()
            )
            messages.success(request, _("The introduction is returned with your words."))
            return redirect(_back(claim.mandate_id))
    context = {"form": form, "claim": claim, "mandate": claim.mandate, "back": _back(claim.mandate_id)}
    return render(request, "outreach/introduction_return.html", context, status=status_of(form))
