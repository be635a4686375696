"""A fund and its investments; one investment with what came back."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from capital.enums import FundStage
from capital.models import Fund, FundExit, FundInvestment, sees_whole_park_of
from capital.selectors.funds import balance_of, exits_of, invested_totals, investments_matching
from capital.services import enter_investment
from capital.web import forms
from capital.web.access import (
    allow,
    allow_somewhere,
    form_page,
    number_of,
    page_context,
    rights_in,
    seen,
    sent_with_files,
    stored_file,
)
from capital.web.offers import may_keep, sector_words
from capital.web.records import plain_form, stored
from enterprises.models import Enterprise
from enterprises.services import save_record
from incubators.scope import Action, may_somewhere, scope_of

SHOWN = 50


@login_required
@require_safe
def fund_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    fund = seen(request, Fund.objects.select_related("park", "manager", "entered_by"), pk)
    rows = list(investments_matching(user, fund=fund).order_by("-event__on", "-pk")[: SHOWN + 1])
    context = {
        "fund": fund,
        "balance": balance_of(fund) if sees_whole_park_of(user, fund) else None,
        "investors": fund.investors.select_related("organisation").order_by("pk"),
        "rows": [(row, rights_in(user, row.owner)) for row in rows[:SHOWN]],
        "more": len(rows) > SHOWN,
        "stages": [FundStage(code).label for code in fund.stages],
        "fields": sector_words(fund),
        "may_keep": may_keep(request, fund),
        "may_enter": may_somewhere(Action.ENTER, user),
    }
    return render(request, "capital/fund.html", context)


@login_required
@require_safe
def investment_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    filters = forms.InvestmentFilter(request.GET, user=user)
    rows = investments_matching(user, **filters.values())
    context = page_context(request, rows, orders={"entered": "entered_at"}, default="-entered")
    scope = scope_of(user)
    context |= {
        "filters": filters,
        "is_filtered": bool(filters.values()),
        "rows": [
            (row, scope.actions(park_id=row.owner.park_id, incubator_id=row.owner.incubator_id))
            for row in context["page"].rows
        ],
        "totals": invested_totals(rows),
        "may_enter": may_somewhere(Action.ENTER, user),
    }
    return render(request, "capital/investment_list.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def investment_create(request: HttpRequest) -> HttpResponse:
    """For any enterprise of one's own, or for the one that the address names."""
    user: Any = request.user
    allow_somewhere(request)
    firm = None
    if (key := number_of(request, "enterprise")) is not None:
        firm = seen(request, Enterprise.objects.select_related("park", "incubator"), key)
        allow(request, firm)
    initial = {"fund": number_of(request, "fund"), "on": timezone.localdate()}
    form = forms.InvestmentForm(*sent_with_files(request), user=user, firm=firm, initial=initial)

    def write() -> str:
        owner = firm if firm is not None else form.cleaned_data["enterprise"]
        values = form.values()
        values["evidence"] = stored_file(request, owner, form.cleaned_data["file"])
        record = enter_investment(enterprise=owner, values=values, actor=user, at=timezone.now())
        messages.success(request, _("Saved. It waits for verification by a second person."))
        return reverse("fund-investment-detail", args=[record.pk])

    return form_page(
        request, form, write, title=_("Enter a fund investment"),
        subtitle=firm.name
        if firm
        else _("The round is found or entered with it: the same money stands once."),
        submit=_("Save and ask for verification"),
        back=(_("Fund investments"), reverse("fund-investment-list")),
        draft=f"fund-investment-new-{firm.pk if firm else 0}",
    )  # fmt: skip


@login_required
@require_safe
def investment_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = seen(request, investments_matching(user), pk)
    exits = [(item, rights_in(user, row.owner)) for item in exits_of([row])]
    context = {
        "row": row,
        "rights": rights_in(user, row.owner),
        "exits": exits,
        "returned": sum((item.proceeds_amount for item, _rights in exits if item.verified_at), 0),
        "beside": row.event.fund_investments.visible_to(user).exclude(pk=row.pk).select_related("fund"),
    }
    return render(request, "capital/investment.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def investment_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row: FundInvestment = stored(request, "fund-investment", pk)
    allow(request, row.owner)
    initial = {
        "fund": row.fund_id,
        "amount": f"{row.amount.normalize():f}",
        "equity_percent": f"{row.equity_percent.normalize():f}" if row.equity_percent is not None else None,
        "project": row.project_id,
        "note": row.note,
    }
    form = forms.InvestmentForm(*sent_with_files(request), user=user, record=row, initial=initial)

    def write() -> str:
        values = form.values()
        if (file := stored_file(request, row.owner, form.cleaned_data["file"])) is not None:
            values["evidence"] = file
        save_record(record=row, values=values, actor=user, at=timezone.now())
        messages.success(request, _("Saved. It waits for verification by a second person."))
        return reverse("fund-investment-detail", args=[pk])

    return form_page(
        request, form, write, title=_("Correct the fund investment"), subtitle=str(row),
        submit=_("Save the correction"), back=(str(row), reverse("fund-investment-detail", args=[pk])),
        draft=f"fund-investment-{pk}", once=False, record=row,
        remove_url=reverse("fund-investment-remove", args=[pk]) if row.verified_at is None else "",
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def exit_create(request: HttpRequest, pk: int) -> HttpResponse:
    row: FundInvestment = stored(request, "fund-investment", pk)
    allow(request, row.owner)
    back = (str(row), reverse("fund-investment-detail", args=[pk]))
    return plain_form(request, FundExit(investment=row), "fund-exit", back=back)
