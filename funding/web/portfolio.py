"""Portfolio runs: the list, a new run with its what-if, and the result side by side."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.web.errors import shown_on, status_of
from core.web.keyset import page_of
from core.web.once import new_token, submit_once
from funding import services
from funding.calculator import Terms
from funding.enums import PortfolioState
from funding.models import PolicyVersion, PortfolioRun
from funding.render.portfolio import CONTENT_TYPE, changes_of, portfolio_file, shown_rows
from funding.render.trace import label_of_fact
from funding.render.wording import sum_words
from funding.report.portfolio import pool_of
from funding.selectors.matching import parks_to_run, runs_seen_by, sees_portfolios
from funding.web.portfolio_forms import ChooseForm, RunForm

ROWS = 200


def _refuse_strangers(request: HttpRequest) -> None:
    if not sees_portfolios(request.user):
        raise PermissionDenied(
            _("Portfolio runs show all enterprises of a park: they are for its administrators and finance.")
        )


@login_required
@require_safe
def portfolio_list(request: HttpRequest) -> HttpResponse:
    _refuse_strangers(request)
    page = page_of(
        runs_seen_by(request.user),
        order=request.GET.get("ordering", ""),
        orders={"created": "created_at"},
        default="-created",
        cursor=request.GET.get("cursor", ""),
    )
    context = {
        "page": page,
        "rows": [{"run": run, **_figures(run)} for run in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "may_run": bool(parks_to_run(request.user)),
    }
    return render(request, "funding/portfolio_list.html", context)


def _figures(run: PortfolioRun) -> dict[str, Any]:
    """Costs in whole units of the currency; None while there are none."""
    totals: Mapping[str, Mapping[str, int]] = run.totals or {}
    terms = run.version.compiled()
    return {
        "currency": terms.currency,
        "is_ceiling": terms.up_to,
        "base": _in_units(totals.get("base")),
        "variant": _in_units(totals.get("variant")),
        "compared": _in_units(totals.get("compared")),
    }


def _in_units(totals: Mapping[str, int] | None) -> dict[str, Any] | None:
    if totals is None:
        return None
    return {
        name.removesuffix("_fen"): Decimal(value).scaleb(-2) if name.endswith("_fen") else value
        for name, value in totals.items()
    }


@login_required
@require_http_methods(["GET", "POST"])
def portfolio_new(request: HttpRequest) -> HttpResponse:
    """First the policy and the day; then its numbers, each with a field for the variant."""
    parks = parks_to_run(request.user)
    if not parks:
        raise PermissionDenied(
            _("Only administrators and finance officers of a park compute portfolios of it.")
        )
    asked = request.POST if request.method == "POST" else request.GET
    choose = ChooseForm(asked if asked.get("version") else None, parks=parks)
    if not choose.is_bound or not choose.is_valid():
        return render(
            request,
            "funding/portfolio_choose.html",
            {"form": choose},
            status=422 if choose.is_bound else 200,
        )
    park, version, day = (choose.cleaned_data[name] for name in ("park", "version", "as_of"))
    form = RunForm(
        request.POST if request.method == "POST" else None,
        park=park,
        version=version,
        initial={"once": new_token(), "name": _name(version, day)},
    )
    if request.method == "POST" and form.is_valid():
        user: Any = request.user

        def write() -> str:
            run = services.start_run(
                park=park, version=version, as_of=day, actor=user, at=timezone.now(), **form.values()
            )
            if run.state == PortfolioState.DONE:
                messages.success(request, _("The run is computed. Nothing was granted or changed by it."))
            return reverse("portfolio-detail", args=[run.pk])

        with shown_on(form, names=form.names):
            return redirect(submit_once(request, form.cleaned_data["once"], write))
    context = {"form": form, "park": park, "version": version, "as_of": day, "choose": choose}
    return render(request, "funding/portfolio_new.html", context, status=status_of(form))


def _name(version: PolicyVersion, day: date) -> str:
    return f"{version.policy.name_zh} · {day.isoformat()}"


def seen_run(request: HttpRequest, pk: int) -> PortfolioRun:
    found: PortfolioRun = get_object_or_404(
        PortfolioRun.objects.visible_to(request.user).select_related("park", "version__policy", "created_by"),
        pk=pk,
    )
    return found


@login_required
@require_safe
def portfolio_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Totals side by side, what was changed, the ranking with its cut-off line."""
    run = seen_run(request, pk)
    if request.headers.get("HX-Request"):
        return render(request, "funding/_portfolio_progress.html", {"run": run})
    show = request.GET.get("show", "")
    context: dict[str, Any] = {"run": run, "show": show, "terms": run.version.compiled(), **_figures(run)}
    if run.state == PortfolioState.DONE:
        rows = shown_rows(run)
        picked = [row for row in rows if _wanted(row, show, what_if=run.is_what_if)]
        context |= {
            "rows": picked[:ROWS],
            "more": max(0, len(picked) - ROWS),
            "all_rows": len(rows),
            "changes": changes_of(run),
            "rules": _rules(run),
        }
    return render(request, "funding/portfolio_detail.html", context)


def _wanted(row: Mapping[str, Any], show: str, *, what_if: bool) -> bool:
    if show == "losers":
        return what_if and row["difference"] < 0
    if show == "winners":
        return what_if and row["difference"] > 0
    if show == "open":
        return bool(row["is_open"])
    return show == "all" or row["place"] is not None or (what_if and row["difference"] != 0)


def _rules(run: PortfolioRun) -> list[tuple[str, Any]]:
    version, terms = run.version, run.version.compiled()
    rows: list[tuple[str, Any]] = [(_("Ranked by"), _rank_words(run, terms))]
    if version.places is not None:
        rows += [(_("Places"), version.places), (_("Ties"), version.get_tie_rule_display())]
    if version.budget_yuan is not None:
        budget = sum_words(version.budget_yuan, terms.currency)
        rows += [(_("Budget"), budget), (_("At its end"), version.get_cut_rule_display())]
    pool = pool_of(terms)
    if pool is not None:
        rows.append(
            (_("Pool"), _("%(sum)s for all together") % {"sum": sum_words(pool.limit, terms.currency)})
        )
    return rows


def _rank_words(run: PortfolioRun, terms: Terms) -> str:
    return label_of_fact(terms.facts[run.rank_by]) if run.rank_by in terms.facts else _("the amount")


@login_required
@require_safe
def portfolio_export(request: HttpRequest, pk: int) -> HttpResponse:
    run = seen_run(request, pk)
    if run.state != PortfolioState.DONE:
        raise Http404
    answer = HttpResponse(portfolio_file(run), content_type=CONTENT_TYPE)
    answer["Content-Disposition"] = f'attachment; filename="portfolio-{run.pk}.xlsx"'
    return answer
