"""Correct, verify, return and take back what one person enters and a second verifies."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from capital.models import FundExit, FundInvestment, InterestSubsidy, PoolRecovery
from capital.services import EXIT_FIELDS, RECOVERY_FIELDS
from capital.web import forms
from capital.web.access import allow, form_page, seen, sent, sent_with_files, stored_file
from core.web.errors import told_to
from enterprises.services import remove_record, return_record, save_record, verify_record
from enterprises.web.record_forms import FILE, RecordForm, initial_of
from incubators.scope import Action

MODELS: Mapping[str, Any] = {
    "fund-investment": FundInvestment,
    "fund-exit": FundExit,
    "credit-recovery": PoolRecovery,
    "credit-subsidy": InterestSubsidy,
}
#: Fields of the kinds whose form is that of the model.
PLAIN: Mapping[str, tuple[str, ...]] = {"fund-exit": EXIT_FIELDS, "credit-recovery": RECOVERY_FIELDS}


def stored(request: HttpRequest, kind: str, pk: int) -> Any:
    rows = MODELS[kind].objects
    path_of = rows.none().path
    return seen(request, rows.select_related(f"{path_of}__park", f"{path_of}__incubator"), pk)


def page_of_record(record: Any) -> str:
    """Where the record stands."""
    if isinstance(record, FundInvestment):
        return reverse("fund-investment-detail", args=[record.pk])
    if isinstance(record, FundExit):
        return reverse("fund-investment-detail", args=[record.investment_id])
    if isinstance(record, InterestSubsidy):
        return reverse("credit-subsidy-detail", args=[record.pk])
    link = getattr(record.risk.loan, "of_product", None)
    if link is not None and link.pool_id is not None:
        return reverse("credit-pool-detail", args=[link.pool_id])
    return reverse("enterprise-detail", args=[record.owner.pk]) + "#financing"


@login_required
@require_http_methods(["GET", "POST"])
def record_edit(request: HttpRequest, pk: int, *, kind: str) -> HttpResponse:
    """Exits and recoveries; the other kinds have forms of their own."""
    record = stored(request, kind, pk)
    allow(request, record.owner)
    return plain_form(request, record, kind, back=(str(record), page_of_record(record)))


def plain_form(request: HttpRequest, record: Any, kind: str, *, back: tuple[str, str]) -> HttpResponse:
    """The form of a new exit or recovery (its parent set) or of a stored one."""
    user: Any = request.user
    names = PLAIN[kind]
    initial = initial_of(record, names) if record.pk else {}
    form = RecordForm(*sent_with_files(request), model=type(record), names=names, initial=initial)

    def write() -> str:
        values = form.values()
        if upload := form.cleaned_data.get(FILE):
            values["evidence"] = stored_file(request, record.owner, upload)
        saved: Any = save_record(record=record, values=values, actor=user, at=timezone.now())
        messages.success(request, _("Saved. It waits for verification by a second person."))
        return page_of_record(saved)

    return form_page(
        request, form, write, title=capfirst(record._meta.verbose_name), subtitle=record.owner.name,
        submit=_("Save and ask for verification"), back=back, draft=f"{kind}-{record.pk or 'new'}",
        once=record.pk is None, record=record if record.pk else None,
        remove_url=reverse(f"{kind}-remove", args=[record.pk])
        if record.pk and record.verified_at is None
        else "",
    )  # fmt: skip


@login_required
@require_POST
def record_verify(request: HttpRequest, pk: int, *, kind: str) -> HttpResponse:
    user: Any = request.user
    record = stored(request, kind, pk)
    with told_to(request):
        verify_record(record=record, actor=user, at=timezone.now())
        messages.success(request, _("“%(what)s” is verified.") % {"what": record})
    return redirect(page_of_record(record))


@login_required
@require_http_methods(["GET", "POST"])
def record_return(request: HttpRequest, pk: int, *, kind: str) -> HttpResponse:
    user: Any = request.user
    record = stored(request, kind, pk)
    allow(request, record.owner, Action.VERIFY)
    form = forms.ReturnForm(sent(request))

    def write() -> str:
        return_record(record=record, reason=form.cleaned_data["reason"], actor=user, at=timezone.now())
        messages.success(request, _("“%(what)s” is returned with your words.") % {"what": record})
        return page_of_record(record)

    return form_page(
        request, form, write, title=_("Return"), subtitle=str(record),
        submit=_("Return it with these words"), back=(str(record), page_of_record(record)),
        draft=f"return-{kind}-{pk}", once=False,
    )  # fmt: skip


@login_required
@require_POST
def record_remove(request: HttpRequest, pk: int, *, kind: str) -> HttpResponse:
    user: Any = request.user
    record = stored(request, kind, pk)
    allow(request, record.owner)
    target = LISTS.get(kind)
    back = reverse(target) if target else page_of_record(record)
    with told_to(request):
        remove_record(record=record, actor=user, at=timezone.now())
        messages.success(request, _("The entry is taken back."))
        return redirect(back)
    return redirect(page_of_record(record))


LISTS = {"fund-investment": "fund-investment-list", "credit-subsidy": "credit-subsidy-list"}
BASES = {
    "fund-investment": "investments",
    "fund-exit": "exits",
    "credit-recovery": "recoveries",
    "credit-subsidy": "subsidies",
}


def addresses() -> list[URLPattern]:
    found = []
    for kind, base in BASES.items():
        known = {"kind": kind}
        found += [
            path(f"{base}/<int:pk>/verify/", record_verify, known, name=f"{kind}-verify"),
            path(f"{base}/<int:pk>/return/", record_return, known, name=f"{kind}-return"),
            path(f"{base}/<int:pk>/remove/", record_remove, known, name=f"{kind}-remove"),
        ]
        if kind in PLAIN:
            found.append(path(f"{base}/<int:pk>/edit/", record_edit, known, name=f"{kind}-edit"))
    return found
