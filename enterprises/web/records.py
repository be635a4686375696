"""Enter, correct, verify and take back every kind of record that one person enters and a second verifies."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.web.errors import shown_on, status_of, told_to
from core.web.once import new_token, submit_once
from enterprises.models import (
    Enterprise,
    FinancingEvent,
    IpFiling,
    IpGrant,
    IpLicence,
    IpRight,
    Loan,
    Person,
    RiskShare,
    StatedFact,
    TalentResult,
    WhitelistEntry,
)
from enterprises.services import (
    LONGEST_REASON,
    enter_filing,
    enter_grant,
    kind_of,
    remove_record,
    return_record,
    save_record,
    verify_record,
)
from enterprises.web.picking import refuse_readers
from enterprises.web.record_forms import FILE, RecordForm, initial_of
from evidence.services import store_evidence
from incubators.scope import REFUSALS, Action, may_somewhere, scope_of

#: The part of the navigation, the address and the model of each kind.
SECTIONS: Mapping[str, Mapping[str, type[models.Model]]] = {
    "ip": {"filings": IpFiling, "grants": IpGrant, "licences": IpLicence},
    "talent": {"results": TalentResult},
    "financing": {
        "rounds": FinancingEvent,
        "loans": Loan,
        "whitelist": WhitelistEntry,
        "risk-shares": RiskShare,
    },
    "ladder": {"facts": StatedFact},
}
PARENTS: Mapping[str, type[models.Model]] = {
    "enterprise": Enterprise,
    "right": IpRight,
    "person": Person,
    "loan": Loan,
    "filing": IpFiling,
}
OWNER_PATHS = {
    "enterprise": (),
    "right": ("right__",),
    "person": ("person__",),
    "loan": ("loan__",),
    "filing": ("filing__right__",),
}


def _owner_of(parent: Any) -> Enterprise:
    owner: Enterprise = parent if isinstance(parent, Enterprise) else parent.owner
    return owner


def _parent(request: HttpRequest, model: type[models.Model], pk: int) -> Any:
    """What the new record will hang on, seen by the person (404) and writable (403)."""
    kind = PARENTS[kind_of(model).parent]
    rows: Any = kind._default_manager.all()
    parent = get_object_or_404(rows.visible_to(request.user), pk=pk)
    refuse_readers(request.user, _owner_of(parent))
    return parent


def _stored(request: HttpRequest, model: type[models.Model], pk: int) -> Any:
    prefix = (OWNER_PATHS[kind_of(model).parent] or ("",))[0]
    rows: Any = model._default_manager.all()
    return get_object_or_404(
        rows.visible_to(request.user).select_related(
            f"{prefix}enterprise__park", f"{prefix}enterprise__incubator"
        ),
        pk=pk,
    )


@login_required
@require_http_methods(["GET", "POST"])
def record_enter(
    request: HttpRequest, *, model: type[models.Model], section: str, parent: int | None = None
) -> HttpResponse:
    """A new record; without a parent in the address the enterprise is asked for on the form."""
    user: Any = request.user
    kind = kind_of(model)
    above = _parent(request, model, parent) if parent is not None else None
    if above is None and not may_somewhere(Action.ENTER, user):
        raise PermissionDenied(_("Only operators and park administrators can enter records."))
    form = RecordForm(
        request.POST or None, request.FILES or None, model=model, names=kind.fields,
        user=None if above is not None else user, initial=_suggested(model, above),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": FILE}):
            target = submit_once(
                request, request.POST.get("once", ""), partial(_enter, request, form, model, above)
            )
            messages.success(request, _("Saved. It waits for verification by a second person."))
            return redirect(_way_back(request) or target)
    return _page(request, form, model=model, section=section, above=above, record=None)


def _suggested(model: type[models.Model], above: Any) -> dict[str, Any]:
    if model is StatedFact:
        return {"on": timezone.localdate()}
    if model is TalentResult:
        return {"year": timezone.localdate().year}
    return {}


@transaction.atomic
def _enter(request: HttpRequest, form: RecordForm, model: type[models.Model], above: Any) -> str:
    user: Any = request.user
    above = above if above is not None else form.cleaned_data["enterprise"]
    now, values = timezone.now(), _with_file(form, _owner_of(above), user)
    if model is IpFiling:
        record: Any = enter_filing(right=above, values=values, actor=user, at=now)
    elif model is IpGrant:
        record = enter_grant(filing=above, values=values, actor=user, at=now)
    else:
        fresh = model(**{kind_of(model).parent: above})
        record = save_record(record=fresh, values=values, actor=user, at=now)
    return place_of(record)


def _with_file(form: RecordForm, enterprise: Enterprise, user: Any) -> dict[str, Any]:
    """The values and, where a file came along, its stored evidence: together or neither."""
    values = form.values()
    upload = form.cleaned_data.get(FILE)
    if upload:
        values["evidence"] = store_evidence(
            park=enterprise.park,
            incubator=enterprise.incubator,
            content=upload.file,
            name=upload.name,
            actor=user,
            at=timezone.now(),
        )
    return values


@login_required
@require_http_methods(["GET", "POST"])
def record_edit(request: HttpRequest, *, model: type[models.Model], section: str, pk: int) -> HttpResponse:
    user: Any = request.user
    record = _stored(request, model, pk)
    refuse_readers(user, record.owner)
    kind = kind_of(model)
    form = RecordForm(
        request.POST or None, request.FILES or None, model=model, names=kind.fields,
        initial=initial_of(record, kind.fields),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        with shown_on(form, names={"evidence": FILE}), transaction.atomic():
            values = _with_file(form, record.owner, user)
            saved: Any = save_record(record=record, values=values, actor=user, at=timezone.now())
            messages.success(
                request,
                _("Saved.")
                if saved.verified_at
                else _("Saved. It waits for verification by a second person."),
            )
            return redirect(_way_back(request) or place_of(saved))
    return _page(request, form, model=model, section=section, above=None, record=record)


def _page(
    request: HttpRequest,
    form: RecordForm,
    *,
    model: type[models.Model],
    section: str,
    above: Any,
    record: Any,
) -> HttpResponse:
    slug = next(name for name, item in SECTIONS[section].items() if item is model)
    context = {
        "form": form,
        "record": record,
        "above": above,
        "word": model._meta.verbose_name,
        "owner": record.owner if record else (_owner_of(above) if above is not None else None),
        "list_name": LISTS[section][0],
        "list_label": LISTS[section][1](),
        "back": _way_back(request) or (place_of(record) if record else ""),
        "draft": f"{section}-{slug}-{record.pk if record else f'new-{above.pk if above else 0}'}",
        "once": "" if record else request.POST.get("once") or new_token(),
        "remove_url": reverse(f"{section}-{slug}-remove", args=[record.pk])
        if record and record.verified_at is None
        else "",
    }
    return render(request, "enterprises/record_form.html", context, status=status_of(form))


class ReturnForm(forms.Form):
    """What has to be mended, in words."""

    reason = forms.CharField(
        label=gettext_lazy("What has to be put right?"),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=LONGEST_REASON,
        help_text=gettext_lazy("Your words appear beside the record."),
    )


@login_required
@require_http_methods(["GET", "POST"])
def record_return(request: HttpRequest, *, model: type[models.Model], section: str, pk: int) -> HttpResponse:
    user: Any = request.user
    record = _stored(request, model, pk)
    owner = record.owner
    if not scope_of(user).allows(Action.VERIFY, park_id=owner.park_id, incubator_id=owner.incubator_id):
        raise PermissionDenied(REFUSALS[Action.VERIFY]())
    form = ReturnForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with shown_on(form):
            return_record(record=record, reason=form.cleaned_data["reason"], actor=user, at=timezone.now())
            messages.success(request, _("“%(what)s” is returned with your words.") % {"what": record})
            return redirect(_way_back(request) or place_of(record))
    context = {
        "form": form,
        "record": record,
        "owner": owner,
        "word": model._meta.verbose_name,
        "list_name": LISTS[section][0],
        "list_label": LISTS[section][1](),
        "back": _way_back(request) or place_of(record),
        "draft": f"return-{model._meta.model_name}-{record.pk}",
    }
    return render(request, "enterprises/record_return.html", context, status=status_of(form))


LISTS = {
    "ip": ("ip-list", lambda: _("Intellectual property")),
    "talent": ("talent-list", lambda: _("Talents")),
    "financing": ("financing-list", lambda: _("Financing")),
    "ladder": ("ladder", lambda: _("Growth ladder")),
}


@login_required
@require_POST
def record_verify(request: HttpRequest, *, model: type[models.Model], section: str, pk: int) -> HttpResponse:
    record = _stored(request, model, pk)
    with told_to(request):
        verify_record(record=record, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("“%(what)s” is verified.") % {"what": record})
    return redirect(_way_back(request) or place_of(record))


@login_required
@require_POST
def record_remove(request: HttpRequest, *, model: type[models.Model], section: str, pk: int) -> HttpResponse:
    record = _stored(request, model, pk)
    refuse_readers(request.user, record.owner)
    target = place_of(record)
    with told_to(request):
        remove_record(record=record, actor=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("The entry is taken back."))
    return redirect(_way_back(request) or target)


def place_of(record: Any) -> str:
    """Where the record stands on a page."""
    if isinstance(record, IpFiling | IpLicence):
        return reverse("ip-detail", args=[record.right_id])
    if isinstance(record, IpGrant):
        return reverse("ip-detail", args=[record.filing.right_id])
    if isinstance(record, TalentResult):
        return reverse("talent-detail", args=[record.person_id])
    if isinstance(record, StatedFact):
        return reverse("ladder-check", args=[record.enterprise_id])
    return reverse("enterprise-detail", args=[record.owner.pk]) + f"#{kind_of(record).anchor}"


def _way_back(request: HttpRequest) -> str:
    """The page of this site that asked for the record."""
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if safe else ""


def addresses() -> list[URLPattern]:
    """``ip/filings/new/<right>/``, ``ip/filings/<pk>/edit/`` and so on, for every kind."""
    found = []
    for section, kinds in SECTIONS.items():
        base = {"talent": "talents"}.get(section, section)
        for slug, model in kinds.items():
            known = {"model": model, "section": section}
            start, name = f"{base}/{slug}", f"{section}-{slug}"
            if kind_of(model).parent == "enterprise":
                found.append(path(f"{start}/new/", record_enter, known, name=f"{name}-new"))
            found += [
                path(f"{start}/new/<int:parent>/", record_enter, known, name=f"{name}-enter"),
                path(f"{start}/<int:pk>/edit/", record_edit, known, name=f"{name}-edit"),
                path(f"{start}/<int:pk>/verify/", record_verify, known, name=f"{name}-verify"),
                path(f"{start}/<int:pk>/return/", record_return, known, name=f"{name}-return"),
                path(f"{start}/<int:pk>/remove/", record_remove, known, name=f"{name}-remove"),
            ]
    return found
