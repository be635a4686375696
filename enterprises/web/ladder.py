"""The growth ladder: who stands where, what is missing to the next rung, and the thresholds themselves."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from core.web.keyset import page_of
from enterprises.enums import RecognitionKind
from enterprises.facts import as_criterion, check_against, facts_of, known_of, next_rung, rules_on, standing
from enterprises.ladder import BESIDE, RUNGS, STATED, Line
from enterprises.models import LadderRule, Recognition
from enterprises.selectors import counts_by_rung, ladder_rows
from enterprises.web.lines import line_words, summary_words
from enterprises.web.picking import ListFilter, visible_enterprise
from incubators.models import Park
from incubators.scope import Action, scope_of

SOON = timedelta(days=90)


class LadderFilter(ListFilter):
    q = forms.CharField(label=gettext_lazy("Name or registration number"), required=False, max_length=80)
    rung = forms.ChoiceField(
        label=gettext_lazy("Stands on"),
        required=False,
        choices=[
            ("", gettext_lazy("All")),
            *((rung.value, rung.label) for rung in RUNGS),
            ("none", gettext_lazy("below the ladder")),
        ],
    )
    expiring = forms.BooleanField(label=gettext_lazy("Ends within 90 days"), required=False)


@login_required
@require_safe
def ladder(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    filters = LadderFilter(request.GET, user=request.user)
    chosen = filters.values()
    expiring = chosen.pop("expiring", False)
    rows = ladder_rows(request.user, day=today, **chosen, expires_before=today + SOON if expiring else None)
    page = page_of(
        rows,
        order=request.GET.get("ordering", ""),
        orders={"name": "sort_key", "updated": "updated_at"},
        default="name",
        cursor=request.GET.get("cursor", ""),
    )
    ids = [row.standing_id for row in page.rows if row.standing_id]
    titles = {title.pk: title for title in Recognition.objects.filter(pk__in=ids)}
    counts = counts_by_rung(request.user, day=today)
    context = {
        "filters": filters,
        "is_filtered": bool(chosen or expiring),
        "rungs": [(rung.value, rung.label, counts[rung.value]) for rung in RUNGS],
        "below": counts["none"],
        "chosen_rung": chosen.get("rung", ""),
        "page": page,
        "rows": [_row(row, titles.get(row.standing_id), today) for row in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "parks": _parks_to_manage(request.user),
    }
    return render(request, "enterprises/ladder.html", context)


def _row(enterprise: Any, title: Recognition | None, today: date) -> dict[str, Any]:
    above = next_rung(title)
    ends = title.expires_on if title else None
    return {
        "enterprise": enterprise,
        "title": title,
        "ends_soon": ends is not None and ends <= today + SOON,
        "next": RecognitionKind(above).label if above else "",
        "next_code": above or "",
    }


def _parks_to_manage(user: Any) -> list[Park]:
    places = scope_of(user).places(Action.MANAGE)
    rows = Park.objects.of_scope(user) if places.everywhere else Park.objects.filter(pk__in=places.park_ids)
    return list(rows.order_by("sort_key", "pk")[:20])


@login_required
@require_safe
def ladder_check(request: HttpRequest, pk: int) -> HttpResponse:
    """What one enterprise lacks to a rung, line by line."""
    enterprise = visible_enterprise(request, pk)
    today = timezone.localdate()
    known = known_of([enterprise], day=today)[enterprise.pk]
    facts = facts_of(known, day=today)
    rules = rules_on(today, park_id=enterprise.park_id)
    now = standing(known.titles, day=today)
    asked = request.GET.get("rung") or next_rung(now) or RUNGS[-1].value
    if asked not in RecognitionKind.values:
        raise Http404
    rule = rules.get(asked)
    result = check_against(rule, facts) if rule else None
    actions = scope_of(request.user).actions(park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    stated = enterprise.stated_facts.select_related("entered_by", "verified_by", "returned_by", "evidence")
    context = {
        "enterprise": enterprise,
        "now": now,
        "asked": asked,
        "asked_label": RecognitionKind(asked).label,
        "tabs": [(rung.value, rung.label) for rung in (*RUNGS, *BESIDE) if rung.value in rules],
        "rule": rule,
        "result": result,
        "lines": [line_words(line) for line in result.lines] if result else [],
        "summary": summary_words(result) if result else None,
        "stated": list(stated.order_by("key", "-on")),
        "statable": bool(STATED),
        "may_enter": Action.ENTER in actions,
        "may_verify": Action.VERIFY in actions,
        "may_manage": Action.MANAGE in actions,
        "today": today,
    }
    return render(request, "enterprises/ladder_check.html", context)


@login_required
@require_safe
def ladder_rules(request: HttpRequest) -> HttpResponse:
    """All versions one may see, newest first, by title."""
    rules = list(
        LadderRule.objects.visible_to(request.user)
        .select_related("park", "entered_by")
        .prefetch_related("criteria")
        .order_by("rung", "-starts_on", "pk")
    )
    today = timezone.localdate()
    order = [rung.value for rung in (*RUNGS, *BESIDE)]
    groups = [
        (
            RecognitionKind(rung).label,
            [(rule, _rule_state(rule, today)) for rule in rules if rule.rung == rung],
        )
        for rung in order
    ]
    context = {
        "groups": [(label, found) for label, found in groups if found],
        "parks": _parks_to_manage(request.user),
    }
    return render(request, "enterprises/ladder_rules.html", context)


def _rule_state(rule: LadderRule, today: date) -> str:
    if rule.starts_on > today:
        return "ahead"
    return "now" if rule.ends_on is None or rule.ends_on > today else "over"


@login_required
@require_safe
def ladder_rule(request: HttpRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(
        LadderRule.objects.visible_to(request.user).select_related("park", "entered_by"), pk=pk
    )
    criteria = list(rule.criteria.order_by("position"))
    context = {
        "rule": rule,
        "state": _rule_state(rule, timezone.localdate()),
        "lines": [line_words(line) for line in _as_lines(criteria)],
        "parks": _parks_to_manage(request.user),
    }
    return render(request, "enterprises/ladder_rule.html", context)


def _as_lines(criteria: Any) -> list[Any]:

    return [Line(as_criterion(item), "", None) for item in criteria]
