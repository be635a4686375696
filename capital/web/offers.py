"""Funds, bank products, lists and risk pools: one way to list, enter and change them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from capital.models import BankProduct, CreditList, Fund, Offer, RiskPool, keeps, sees_whole_park_of
from capital.selectors.credit import (
    entry_counts,
    lists_matching,
    pools_matching,
    products_matching,
    standings_of,
    usage_of,
)
from capital.selectors.funds import balances_of, funds_matching
from capital.services import FIELDS, save_offer
from capital.web import forms
from capital.web.access import allow_keeper, form_page, page_context, parks_to_manage, seen, sent
from incubators.scope import REFUSALS, Action, may_somewhere
from projects.models import Sector

Rows = Callable[[Any, list[Any]], Mapping[int, Any]]


@dataclass(frozen=True)
class Kind:
    """One kind of offer with its words; ``name`` begins its URL names, ``beside`` is what its list shows of
    each row."""

    name: str
    model: type[Offer]
    filter: type[forms.Filter]
    matching: Callable[..., Any]
    beside: Rows
    plural: str | Promise
    about: str | Promise
    new: str | Promise
    edit: str | Promise
    save: str | Promise

    @property
    def slug(self) -> str:
        return self.name.removeprefix("credit-")


def _balances(user: Any, rows: list[Any]) -> Mapping[int, Any]:
    """Sums of a whole fund for those alone who see the whole park."""
    whole = [fund for fund in rows if sees_whole_park_of(user, fund)]
    return balances_of(whole)


def _standings(user: Any, rows: list[Any]) -> Mapping[int, Any]:
    return standings_of([pool for pool in rows if sees_whole_park_of(user, pool)])


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "fund", Fund, forms.FundFilter, funds_matching, _balances,
            gettext_lazy("Funds"),
            gettext_lazy("Who invests, how much, in what; what is invested and what came back."),
            gettext_lazy("Enter a fund"), gettext_lazy("Edit the fund"), gettext_lazy("Save the fund"),
        ),
        Kind(
            "credit-product", BankProduct, forms.ProductFilter, products_matching, usage_of,
            gettext_lazy("Bank products"),
            gettext_lazy("What banks offer to enterprises: largest line, rate, term, security, for whom."),
            gettext_lazy("Enter a bank product"), gettext_lazy("Edit the bank product"),
            gettext_lazy("Save the bank product"),
        ),
        Kind(
            "credit-list", CreditList, forms.CreditListFilter, lists_matching,
            lambda user, rows: entry_counts(user, rows, day=timezone.localdate()),
            gettext_lazy("Credit lists"),
            gettext_lazy("Lists of enterprises that banks and funds look at, and how long each holds."),
            gettext_lazy("Enter a list"), gettext_lazy("Edit the list"), gettext_lazy("Save the list"),
        ),
        Kind(
            "credit-pool", RiskPool, forms.PoolFilter, pools_matching, _standings,
            gettext_lazy("Risk pools"),
            gettext_lazy("Money that bears a part of the losses of loans: what it paid, got back and holds."),
            gettext_lazy("Enter a risk pool"), gettext_lazy("Edit the risk pool"),
            gettext_lazy("Save the risk pool"),
        ),
    )
}  # fmt: skip


@login_required
@require_safe
def offer_list(request: HttpRequest, *, kind: str) -> HttpResponse:
    chosen = KINDS[kind]
    filters = chosen.filter(request.GET)
    rows = chosen.matching(request.user, **filters.values())
    context = page_context(request, rows, orders={"name": "sort_key"}, default="name")
    found = context["page"].rows
    beside = chosen.beside(request.user, found)
    names = {sector.code: sector.name for sector in Sector.objects.all()}
    context |= {
        "kind": chosen,
        "filters": filters,
        "is_filtered": bool(filters.values()),
        "rows": [(row, beside.get(row.pk), sector_words(row, names)) for row in found],
        "may_manage": may_somewhere(Action.MANAGE, request.user),
        "new_url": reverse(f"{kind}-create"),
        "list_url": reverse(f"{kind}-list"),
    }
    return render(request, f"capital/{chosen.slug}_list.html", context)


def sector_words(row: Any, names: Mapping[str, str] | None = None) -> list[str]:
    """The fields of an offer by name; ``names`` by code, where many rows are shown."""
    codes = getattr(row, "fields", None) or []
    if names is None:
        names = {one.code: one.name for one in Sector.objects.filter(code__in=codes)} if codes else {}
    return [names[code] for code in codes if code in names]


@login_required
@require_http_methods(["GET", "POST"])
def offer_create(request: HttpRequest, *, kind: str) -> HttpResponse:
    user: Any = request.user
    chosen, parks = KINDS[kind], parks_to_manage(user)
    if not parks:
        raise PermissionDenied(REFUSALS[Action.MANAGE]())
    form = forms.OfferForm(sent(request), kind=chosen.model, parks=parks)

    def write() -> str:
        record = save_offer(
            record=chosen.model(park=form.park),
            values=form.values(),
            investors=form.cleaned_data.get("investors"),
            actor=user,
            at=timezone.now(),
        )
        messages.success(request, _("“%(name)s” is recorded.") % {"name": record})
        return reverse(f"{kind}-detail", args=[record.pk])

    return form_page(
        request, form, write, title=chosen.new, subtitle=chosen.about, submit=chosen.save,
        back=(chosen.plural, reverse(f"{kind}-list")), draft=f"{kind}-new",
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def offer_edit(request: HttpRequest, pk: int, *, kind: str) -> HttpResponse:
    user: Any = request.user
    chosen = KINDS[kind]
    record = seen(request, chosen.model._default_manager.select_related("park"), pk)
    allow_keeper(request, record)
    form = forms.OfferForm(
        sent(request), kind=chosen.model, parks=[record.park], record=record, initial=_initial(record)
    )

    def write() -> str:
        saved = save_offer(
            record=record,
            values=form.values(),
            investors=form.cleaned_data.get("investors"),
            expected_version=form.cleaned_data["version"],
            actor=user,
            at=timezone.now(),
        )
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved})
        return reverse(f"{kind}-detail", args=[saved.pk])

    return form_page(
        request, form, write, title=chosen.edit, subtitle=record.name, submit=chosen.save, once=False,
        back=(record.name, reverse(f"{kind}-detail", args=[pk])), draft=f"{kind}-{pk}",
    )  # fmt: skip


def _initial(record: Any) -> dict[str, Any]:
    """The record as its form types it."""
    found: dict[str, Any] = {"version": record.version}
    for name in FIELDS[type(record)]:
        value = getattr(record, record._meta.get_field(name).attname)
        is_number = hasattr(value, "normalize")
        found[name] = f"{value.normalize():f}" if is_number else value
    if isinstance(record, Fund):
        found["investors"] = forms.investors_as_typed(record)
    return found


def may_keep(request: HttpRequest, record: Offer) -> bool:
    return keeps(request.user, record)


def addresses() -> list[URLPattern]:
    """List, form and change of every kind; ``funds`` themselves stand at the root."""
    found = []
    for name, slug in (
        ("fund", ""), ("credit-product", "products/"), ("credit-list", "whitelists/"),
        ("credit-pool", "pools/"),
    ):  # fmt: skip
        known = {"kind": name}
        found += [
            path(slug, offer_list, known, name=f"{name}-list"),
            path(f"{slug}new/", offer_create, known, name=f"{name}-create"),
            path(f"{slug}<int:pk>/edit/", offer_edit, known, name=f"{name}-edit"),
        ]
    return found
