"""The page of an enterprise: where it stands, its figures, rights, people, money, spaces and projects."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from applications.web.offers import panel_context
from capital.selectors import capital_of
from enterprises.enums import RecognitionKind
from enterprises.facts import check_against, facts_of, known_of, next_rung, rules_on, standing
from enterprises.identifiers import is_credit_code, is_organisation_number
from enterprises.models import Enterprise
from enterprises.web.lines import summary_words
from incubators.scope import Action, scope_of
from insight.selectors import around
from insight.selectors import enterprises as reads
from projects.web.merging import merged_elsewhere


@login_required
@require_safe
def enterprise_page(request: HttpRequest, pk: int) -> HttpResponse:
    if (moved_on := merged_elsewhere(request, "enterprise", pk)) is not None:
        return moved_on
    enterprise = get_object_or_404(
        Enterprise.objects.visible_to(request.user).select_related("park", "incubator", "entered_by"), pk=pk
    )
    actions = scope_of(request.user).actions(park_id=enterprise.park_id, incubator_id=enterprise.incubator_id)
    years = reads.years_of(enterprise)
    recognitions = reads.recognitions_of(enterprise)
    growth = reads.changes_by_year(years)
    context = {
        "enterprise": enterprise,
        "ids": _ids(enterprise),
        "years": [(item, growth.get(item.year)) for item in years],
        "recognitions": recognitions,
        "ladder": reads.ladder_of(recognitions),
        "gap": _gap(enterprise),
        "rights": around.rights_of(enterprise),
        "people": around.people_of(enterprise),
        "rounds": around.rounds_of(enterprise),
        "loans": around.loans_of(enterprise),
        "lists": around.lists_of(enterprise),
        "capital": capital_of(request.user, enterprise),
        "occupancies": around.occupancies_of(request.user, enterprise),
        "projects": reads.projects_of(request.user, enterprise),
        "panel": panel_context(request.user, enterprise),
        "reported": reads.reported_projects_naming(request.user, enterprise),
        "may_enter": Action.ENTER in actions,
        "may_verify": Action.VERIFY in actions,
        "today": timezone.localdate(),
    }
    return render(request, "insight/enterprise_page.html", context)


def _gap(enterprise: Enterprise) -> dict[str, Any] | None:
    """What is missing to the next rung, in numbers; None where no thresholds are recorded for it."""
    today = timezone.localdate()
    known = known_of([enterprise], day=today)[enterprise.pk]
    rung = next_rung(standing(known.titles, day=today))
    rule = rules_on(today, park_id=enterprise.park_id).get(rung) if rung else None
    if rung is None or rule is None:
        return None
    summary = summary_words(check_against(rule, facts_of(known, day=today)))
    return {**summary, "rung": rung, "label": RecognitionKind(rung).label}


def _ids(enterprise: Enterprise) -> list[dict[str, Any]]:
    """Registration numbers with whether their check digit holds (old imports may break the rule)."""
    found = []
    if enterprise.credit_code:
        found.append(
            {
                "term": _("Unified social credit code"),
                "value": enterprise.credit_code,
                "holds": is_credit_code(enterprise.credit_code),
            }
        )
    if enterprise.organisation_number:
        number = enterprise.organisation_number
        found.append(
            {
                "term": _("Swedish organisation number"),
                "value": f"{number[:6]}-{number[6:]}",
                "holds": is_organisation_number(number),
            }
        )
    return found
