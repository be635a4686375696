"""Rights, people and occupancies: lists, pages, and the forms that create and change one."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.identifiers import masked
from core.web.errors import shown_on, status_of, told_to
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from enterprises.enums import IpKind, IpOffice, TalentOutcome, TalentPlan
from enterprises.models import IpRight, Person
from enterprises.selectors import people_matching, rights_matching
from enterprises.selectors.ip import with_parts
from enterprises.selectors.talents import sees_contacts, with_results
from enterprises.services import (
    PERSON_FIELDS,
    RIGHT_FIELDS,
    remove_person,
    remove_right,
    save_person,
    save_right,
)
from enterprises.web.picking import (
    ListFilter,
    choices_of,
    refuse_readers,
    visible_enterprise,
)
from enterprises.web.record_forms import RecordForm, initial_of
from incubators.scope import Action, may_somewhere, scope_of

ORDERS = {"name": "sort_key", "updated": "updated_at"}


def actions_on(user: Any, record: Any) -> frozenset[Action]:
    owner = record.owner
    return scope_of(user).actions(park_id=owner.park_id, incubator_id=owner.incubator_id)


def list_context(
    request: HttpRequest, rows: Any, filters: ListFilter, default: str = "-updated"
) -> dict[str, Any]:
    """What every list page shows."""
    query = request.GET
    page = page_of(
        rows, order=query.get("ordering", ""), orders=ORDERS, default=default, cursor=query.get("cursor", "")
    )
    return {
        "filters": filters,
        "is_filtered": bool(filters.values()),
        "page": page,
        "next_url": page.address(query, page.next_cursor),
        "previous_url": page.address(query, page.previous_cursor),
        "may_enter": may_somewhere(Action.ENTER, request.user),
    }


# --- intellectual property --------------------------------------------------------------------------
class IpFilter(ListFilter):
    q = forms.CharField(label=gettext_lazy("Title, enterprise or number"), required=False, max_length=80)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False, choices=choices_of(IpKind))
    office = forms.ChoiceField(label=gettext_lazy("Office"), required=False, choices=choices_of(IpOffice))
    waiting = forms.BooleanField(label=gettext_lazy("Waits for verification"), required=False)


@login_required
@require_safe
def ip_list(request: HttpRequest) -> HttpResponse:
    filters = IpFilter(request.GET, user=request.user)
    rows = with_parts(rights_matching(request.user, **filters.values()))
    return render(request, "enterprises/ip_list.html", list_context(request, rows, filters))


@login_required
@require_safe
def ip_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = IpRight.objects.visible_to(request.user).select_related(
        "enterprise__park", "enterprise__incubator", "entered_by"
    )
    right = get_object_or_404(with_parts(rows), pk=pk)
    actions = actions_on(request.user, right)
    context = {
        "right": right,
        "filings": list(right.filings.all()),
        "licences": list(right.licences.all()),
        "owners": list(right.owners.all()),
        "projects": list(right.enterprise.projects.visible_to(request.user)[:10]),
        "may_enter": Action.ENTER in actions,
        "may_verify": Action.VERIFY in actions,
        "today": timezone.localdate(),
    }
    return render(request, "enterprises/ip_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def ip_create(request: HttpRequest) -> HttpResponse:
    return _create(request, IpRight, RIGHT_FIELDS, _save_right, "ip")


@login_required
@require_http_methods(["GET", "POST"])
def ip_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, IpRight, pk, RIGHT_FIELDS, _save_right, "ip")


def _save_right(record: Any, enterprise: Any, form: RecordForm, user: Any) -> Any:
    return save_right(
        right=record,
        enterprise=enterprise,
        values=form.values(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=timezone.now(),
    )


@login_required
@require_POST
def ip_remove(request: HttpRequest, pk: int) -> HttpResponse:
    right = get_object_or_404(IpRight.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
    refuse_readers(request.user, right.enterprise)
    with told_to(request):
        remove_right(right=right, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The entry is taken back."))
        return redirect("ip-list")
    return redirect("ip-detail", pk=pk)


# --- people -----------------------------------------------------------------------------------------
class TalentFilter(ListFilter):
    q = forms.CharField(label=gettext_lazy("Name or enterprise"), required=False, max_length=80)
    plan = forms.ChoiceField(label=gettext_lazy("Plan"), required=False, choices=choices_of(TalentPlan))
    outcome = forms.ChoiceField(
        label=gettext_lazy("Result"), required=False, choices=choices_of(TalentOutcome)
    )
    waiting = forms.BooleanField(label=gettext_lazy("Waits for verification"), required=False)


@login_required
@require_safe
def talent_list(request: HttpRequest) -> HttpResponse:
    filters = TalentFilter(request.GET, user=request.user)
    rows = with_results(people_matching(request.user, **filters.values()))
    return render(request, "enterprises/talent_list.html", list_context(request, rows, filters))


@login_required
@require_safe
def talent_detail(request: HttpRequest, pk: int) -> HttpResponse:
    rows = Person.objects.visible_to(request.user).select_related(
        "enterprise__park", "enterprise__incubator", "entered_by"
    )
    person = get_object_or_404(with_results(rows), pk=pk)
    actions = actions_on(request.user, person)
    whole = sees_contacts(request.user, person)
    context = {
        "person": person,
        "results": list(person.results.all()),
        "rights": list(person.owned_rights.select_related("right")[:20]),
        "phone": person.phone if whole else masked(person.phone),
        "email": person.email if whole else masked(person.email),
        "is_masked": not whole and bool(person.phone or person.email),
        "may_enter": Action.ENTER in actions,
        "may_verify": Action.VERIFY in actions,
    }
    return render(request, "enterprises/talent_detail.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def talent_create(request: HttpRequest) -> HttpResponse:
    return _create(request, Person, PERSON_FIELDS, _save_person, "talent")


@login_required
@require_http_methods(["GET", "POST"])
def talent_edit(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, Person, pk, PERSON_FIELDS, _save_person, "talent")


def _save_person(record: Any, enterprise: Any, form: RecordForm, user: Any) -> Any:
    return save_person(
        person=record,
        enterprise=enterprise,
        values=form.values(),
        expected_version=form.cleaned_data["version"],
        actor=user,
        at=timezone.now(),
    )


@login_required
@require_POST
def talent_remove(request: HttpRequest, pk: int) -> HttpResponse:
    person = get_object_or_404(Person.objects.visible_to(request.user).select_related("enterprise"), pk=pk)
    refuse_readers(request.user, person.enterprise)
    with told_to(request):
        remove_person(person=person, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The entry is taken back."))
        return redirect("talent-list")
    return redirect("talent-detail", pk=pk)


# --- both -------------------------------------------------------------------------------------------
WORDS = {
    "ip": (
        "ip-list",
        gettext_lazy("Intellectual property"),
        gettext_lazy("Enter a right"),
        gettext_lazy("Save the right"),
    ),
    "talent": (
        "talent-list",
        gettext_lazy("Talents"),
        gettext_lazy("Enter a person"),
        gettext_lazy("Save the person"),
    ),
}


def _create(request: HttpRequest, model: Any, names: Any, save: Any, section: str) -> HttpResponse:
    """A new record; ``?enterprise=7`` presets whose it is."""
    user: Any = request.user
    if not may_somewhere(Action.ENTER, user):
        raise PermissionDenied(_("Only operators and park administrators can enter this."))
    number = request.GET.get("enterprise", "")
    owner = visible_enterprise(request, int(number)) if number.isdigit() and len(number) < 18 else None
    if owner is not None:
        refuse_readers(user, owner)
    form = RecordForm(request.POST or None, model=model, names=names, user=None if owner else user)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):

            def write() -> str:
                enterprise = owner or form.cleaned_data["enterprise"]
                return reverse(f"{section}-detail", args=[save(None, enterprise, form, user).pk])

            return redirect(submit_once(request, request.POST.get("once", ""), write))
    once = request.POST.get("once") or new_token()
    return _form_page(request, form, section, owner=owner, record=None, once=once)


def _edit(request: HttpRequest, model: Any, pk: int, names: Any, save: Any, section: str) -> HttpResponse:
    user: Any = request.user
    rows = model.objects.visible_to(user).select_related("enterprise__park", "enterprise__incubator")
    record = get_object_or_404(rows, pk=pk)
    refuse_readers(user, record.enterprise)
    form = RecordForm(request.POST or None, model=model, names=names, initial=initial_of(record, names))
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            save(record, record.enterprise, form, user)
            messages.success(request, _("Saved."))
            return redirect(f"{section}-detail", pk=pk)
    return _form_page(request, form, section, owner=record.enterprise, record=record, once="")


def _form_page(
    request: HttpRequest, form: RecordForm, section: str, *, owner: Any, record: Any, once: str
) -> HttpResponse:
    list_name, list_label, new_title, save_label = WORDS[section]
    context = {
        "form": form,
        "record": record,
        "owner": owner,
        "section": section,
        "list_name": list_name,
        "list_label": list_label,
        "title": new_title,
        "save_label": save_label,
        "draft": f"{section}-{record.pk if record else 'new'}",
        "once": once,
        "back": reverse(f"{section}-detail", args=[record.pk]) if record else "",
        "remove_url": reverse(f"{section}-remove", args=[record.pk]) if record else "",
    }
    return render(request, "enterprises/tracked_form.html", context, status=status_of(form))
