"""Results of matchmaking: by event, one by one, and what fits an enterprise."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from capital.enums import MatchStage
from capital.models import Match
from capital.render import suggestions
from capital.selectors.matching import (
    EventSummary,
    matches_matching,
    offers_for,
    reported_results,
    summaries_of,
    wish_of,
)
from capital.services import create_match, move_match, remove_match, reopen_match, update_match
from capital.web import forms
from capital.web.access import (
    allow,
    allow_somewhere,
    form_page,
    number_of,
    page_context,
    rights_in,
    seen,
    sent,
)
from core.web.errors import shown_on, status_of, told_to
from enterprises.models import Enterprise
from incubators.scope import Action, may_somewhere
from outreach.models import Event

EVENTS = 20


@login_required
@require_safe
def match_list(request: HttpRequest) -> HttpResponse:
    """Every result, the events above them, and apart from both what the press reports."""
    user: Any = request.user
    filters = forms.MatchFilter(request.GET, user=user)
    rows = matches_matching(user, **filters.values())
    context = page_context(request, rows, orders={"contacted": "contacted_on"}, default="-contacted")
    is_first = not request.GET.get("cursor") and not filters.values()
    context |= {
        "filters": filters,
        "is_filtered": bool(filters.values()),
        "rows": context["page"].rows,
        "events": summaries_of(user, Match.objects.visible_to(user))[:EVENTS] if is_first else [],
        "reported": list(reported_results(user)) if is_first else [],
        "may_enter": may_somewhere(Action.ENTER, user),
    }
    return render(request, "capital/match_list.html", context)


@login_required
@require_safe
def event_summary(request: HttpRequest, pk: int) -> HttpResponse:
    """What one event came to: counted, with n."""
    user: Any = request.user
    event = seen(request, Event.objects.select_related("park", "incubator"), pk)
    rows = matches_matching(user, event=pk)
    found = summaries_of(user, rows)
    context = {
        "event": event,
        "summary": found[0] if found else EventSummary(event),
        "stages": [(stage.label, found[0].stages.get(stage, 0) if found else 0) for stage in MatchStage],
        "rows": list(rows.order_by("enterprise__sort_key", "pk")[:200]),
        "may_enter": may_somewhere(Action.ENTER, user),
    }
    return render(request, "capital/event.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def match_create(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    allow_somewhere(request)
    initial: dict[str, Any] = {"event": number_of(request, "event")}
    if (key := number_of(request, "enterprise")) is not None:
        initial["enterprise"] = Enterprise.objects.visible_to(user).filter(pk=key).first()
    if request.GET.get("with"):
        initial["counterpart"] = request.GET["with"]
    form = forms.MatchForm(sent(request), user=user, initial=initial)

    def write() -> str:
        data = form.cleaned_data
        row = create_match(
            event=data["event"],
            enterprise=data["enterprise"],
            values=form.values(),
            actor=user,
            at=timezone.now(),
        )
        messages.success(request, _("The result is recorded."))
        return reverse("credit-match-detail", args=[row.pk])

    return form_page(
        request, form, write, title=_("Record a matchmaking result"),
        subtitle=_("Who was brought together with whom, and what is needed."),
        submit=_("Save the result"), back=(_("Matchmaking results"), reverse("credit-match-list")),
        draft="credit-match-new", names=dict.fromkeys(("product", "fund", "organisation"), "counterpart"),
    )  # fmt: skip


def _row(request: HttpRequest, pk: int) -> Any:
    return seen(request, matches_matching(request.user), pk)


@login_required
@require_safe
def match_detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _page(request, _row(request, pk))


def _page(request: HttpRequest, row: Match, *, move: Any = None) -> HttpResponse:
    rights = rights_in(request.user, row.enterprise)
    is_open = row.stage not in (MatchStage.GRANTED, MatchStage.DECLINED)
    context = {
        "row": row,
        "rights": rights,
        "steps": _steps(row),
        "is_open": is_open,
        "move": move
        or (
            forms.MoveForm(match=row, initial={"on": timezone.localdate()})
            if is_open and rights.enter
            else None
        ),
    }
    status = status_of(move) if move is not None else 200
    return render(request, "capital/match.html", context, status=status)


def _steps(row: Match) -> list[dict[str, Any]]:
    """The way so far, for the bar of stages."""
    last = MatchStage.DECLINED if row.stage == MatchStage.DECLINED else MatchStage.GRANTED
    days = {
        MatchStage.CONTACTED: row.contacted_on,
        MatchStage.MET: row.met_on,
        MatchStage.OFFERED: row.offered_on,
        last: row.decided_on,
    }
    found = []
    for stage, on in days.items():
        if on is not None:
            state = "stopped" if stage == MatchStage.DECLINED else "done"
        else:
            state = "ahead" if row.decided_on is None else "skipped"
        found.append({"label": stage.label, "state": state, "date": on})
    return found


@login_required
@require_http_methods(["GET", "POST"])
def match_edit(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = _row(request, pk)
    allow(request, row.enterprise)
    initial = {
        "version": row.version,
        "counterpart": f"{_link_of(row)}-{row.counterpart.pk}",
        "need_amount": f"{row.need_amount.normalize():f}",
        "currency": row.currency,
        "contacted_on": row.contacted_on,
        "note": row.note,
    }
    form = forms.MatchForm(sent(request), user=user, record=row, initial=initial)

    def write() -> str:
        update_match(
            match=row,
            values=form.values(),
            expected_version=form.cleaned_data["version"],
            actor=user,
            at=timezone.now(),
        )
        messages.success(request, _("“%(name)s” is saved.") % {"name": row})
        return reverse("credit-match-detail", args=[pk])

    return form_page(
        request, form, write, title=_("Edit the result"), subtitle=str(row), submit=_("Save the result"),
        back=(str(row), reverse("credit-match-detail", args=[pk])), draft=f"credit-match-{pk}", once=False,
        names=dict.fromkeys(("product", "fund", "organisation"), "counterpart"),
        remove_url=reverse("credit-match-remove", args=[pk]) if row.stage != MatchStage.GRANTED else "",
    )  # fmt: skip


def _link_of(row: Match) -> str:
    return "product" if row.product_id else "fund" if row.fund_id else "organisation"


@login_required
@require_POST
def match_move(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = _row(request, pk)
    allow(request, row.enterprise)
    form = forms.MoveForm(request.POST, match=row)
    if form.is_valid():
        with shown_on(form):
            move_match(match=row, expected_stage=row.stage, actor=user, at=timezone.now(),
                       **form.cleaned_data)  # fmt: skip
            messages.success(request, _("The step is recorded."))
            return redirect("credit-match-detail", pk=pk)
    return _page(request, row, move=form)


@login_required
@require_POST
def match_reopen(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = _row(request, pk)
    allow(request, row.enterprise)
    with told_to(request):
        reopen_match(match=row, actor=user, at=timezone.now())
        messages.success(request, _("The result is open again."))
    return redirect("credit-match-detail", pk=pk)


@login_required
@require_POST
def match_remove(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    row = _row(request, pk)
    allow(request, row.enterprise)
    with told_to(request):
        remove_match(match=row, actor=user, at=timezone.now())
        messages.success(request, _("The entry is taken back."))
        return redirect("credit-match-list")
    return redirect("credit-match-detail", pk=pk)


@login_required
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """Which products and funds fit an enterprise, with the reasons for and against. Nothing is stored."""
    user: Any = request.user
    data = request.GET.copy()
    firm = None
    if (key := number_of(request, "firm")) is not None:
        firm = seen(request, Enterprise.objects.select_related("park", "incubator"), key)
    form = forms.SuggestForm(data if firm or "enterprise" in data else None, user=user)
    if firm is not None:
        del form.fields["enterprise"]
    found = None
    if form.is_bound and form.is_valid():
        firm = firm or form.cleaned_data["enterprise"]
        said = {name: form.cleaned_data[name] for name in ("amount", "stage", "security")}
        currency = form.cleaned_data["currency"] or "CNY"
        wish = wish_of(firm, day=timezone.localdate(), currency=currency, **said)
        found = suggestions(offers_for(user, firm), wish)
    context = {
        "form": form,
        "firm": firm,
        "found": found,
        "may_enter": firm is not None and rights_in(user, firm).enter,
    }
    return render(request, "capital/suggest.html", context, status=status_of(form))
