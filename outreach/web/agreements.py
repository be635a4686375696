"""Agreements and memoranda with their log of actions."""

from datetime import date
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

from core.saving import values_of
from core.web.errors import shown_on, status_of, told_to
from incubators.scope import Action
from incubators.selectors import people_allowed
from outreach import services
from outreach.models import AgreementAction, TrackedAgreement
from outreach.selectors import agreements_matching
from outreach.services.agreements import ACTION_FIELDS
from outreach.services.records import day_of
from outreach.web.access import allow, rights_in, visible, writable
from outreach.web.editing import Editor, create_page, edit_page
from outreach.web.files import files_of
from outreach.web.forms import ActionForm, AgreementFilterForm, AgreementForm
from outreach.web.lists import list_context

EDITOR = Editor(
    key="agreement",
    model=TrackedAgreement,
    form=AgreementForm,
    create=lambda form, park, incubator, user, at: services.create_agreement(
        park=park,
        incubator=incubator,
        values=form.values(),
        parties=form.parties_typed(),
        actor=user,
        at=at,
    ),
    update=lambda record, form, user, at: services.update_agreement(
        agreement=record,
        values=form.values(),
        parties=form.parties_typed(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=at,
    ),
    list_url="agreement-list",
    list_label=gettext_lazy("Agreements"),
    new_title=gettext_lazy("Add an agreement"),
    edit_title=gettext_lazy("Edit the agreement"),
    save_label=gettext_lazy("Save the agreement"),
    new_note=gettext_lazy("What you signed yourselves; reports of the press are kept apart."),
    stored=lambda record: {
        "parties": "\n".join(
            party.words for party in record.parties.select_related("organisation").order_by("position")
        )
    },
)


@login_required
@require_safe
def agreement_list(request: HttpRequest) -> HttpResponse:
    form = AgreementFilterForm(request.GET, user=request.user)
    rows = agreements_matching(request.user, **form.values())
    orders = {"signed": "signed_on", "name": "sort_key"}
    context = list_context(request, rows, form=form, orders=orders, default="-signed")
    context["today"] = timezone.localdate()
    return render(request, "outreach/agreement_list.html", context)


@login_required
@require_safe
def agreement_detail(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = visible(request, TrackedAgreement, pk, "reported", "entered_by")
    rights = rights_in(request.user, agreement)
    today = day_of(agreement, timezone.now())
    actions = agreement.actions.select_related("owner", "done_by")
    context: dict[str, Any] = {
        "agreement": agreement,
        "rights": rights,
        "parties": agreement.parties.select_related("organisation").order_by("position"),
        "actions": sorted(actions, key=lambda row: (row.done_at is not None, row.due_on or date.max, row.pk)),
        "today": today,
        "has_ended": bool(agreement.valid_until and agreement.valid_until <= today),
        **files_of(agreement, rights, "agreement"),
    }
    return render(request, "outreach/agreement_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def agreement_create(request: HttpRequest) -> HttpResponse:
    return create_page(request, EDITOR, initial={"kind": "framework", "currency": "CNY"})


@login_required
@require_http_methods(["GET", "POST"])
def agreement_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return edit_page(request, EDITOR, pk)


def _people(agreement: TrackedAgreement, today: date) -> Any:
    return people_allowed(
        Action.ENTER, park_id=agreement.park_id, incubator_id=agreement.incubator_id, day=today
    )


@login_required
@require_http_methods(["GET", "POST"])
def action_create(request: HttpRequest, pk: int) -> HttpResponse:
    agreement = writable(request, TrackedAgreement, pk)
    return _action_page(request, agreement, None)


@login_required
@require_http_methods(["GET", "POST"])
def action_edit(request: HttpRequest, pk: int) -> HttpResponse:
    action = _action(request, pk)
    return _action_page(request, action.agreement, action)


def _action_page(
    request: HttpRequest, agreement: TrackedAgreement, action: AgreementAction | None
) -> HttpResponse:
    user: Any = request.user
    today = day_of(agreement, timezone.now())
    initial: dict[str, Any] = {"agreed_on": today}
    if action is not None:
        initial = {**values_of(action, ACTION_FIELDS), "version": action.version}
    form = ActionForm(request.POST or None, initial=initial, people=_people(agreement, today))
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            services.save_action(
                agreement=agreement,
                action=action,
                values=form.values(),
                expected_version=form.cleaned_data["version"] if action else None,
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The action is saved."))
            return redirect(_back(agreement.pk))
    context = {"form": form, "agreement": agreement, "action": action, "back": _back(agreement.pk)}
    return render(request, "outreach/action_form.html", context, status=status_of(form))


def _back(agreement_id: int) -> str:
    return reverse("agreement-detail", args=[agreement_id]) + "#actions"


def _action(request: HttpRequest, pk: int) -> AgreementAction:
    rows = AgreementAction.objects.visible_to(request.user).select_related(
        "agreement__park", "agreement__incubator"
    )
    action: AgreementAction = get_object_or_404(rows, pk=pk)
    allow(request, action.agreement, Action.ENTER)
    return action


@login_required
@require_POST
def action_done(request: HttpRequest, pk: int) -> HttpResponse:
    action = _action(request, pk)
    user: Any = request.user
    with told_to(request):
        result = request.POST.get("result", "")[:300]
        services.finish_action(action=action, result=result, actor=user, at=timezone.now())
        messages.success(request, _("“%(text)s” is done.") % {"text": action.text})
    return redirect(_back(action.agreement_id))


@login_required
@require_POST
def action_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    action = _action(request, pk)
    user: Any = request.user
    with told_to(request):
        services.reopen_action(action=action, actor=user, at=timezone.now())
        messages.success(request, _("“%(text)s” is open again.") % {"text": action.text})
    return redirect(_back(action.agreement_id))
