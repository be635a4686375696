"""The page of an enterprise: identifiers, yearly figures, recognitions, projects."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from enterprises.identifiers import is_credit_code, is_organisation_number
from enterprises.models import Enterprise
from incubators.scope import Action, scope_of
from insight.selectors import enterprises as reads


@login_required
@require_safe
def enterprise_page(request: HttpRequest, pk: int) -> HttpResponse:
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
        "projects": reads.projects_of(request.user, enterprise),
        "reported": reads.reported_projects_naming(request.user, enterprise),
        "may_enter": Action.ENTER in actions,
        "may_verify": Action.VERIFY in actions,
    }
    return render(request, "insight/enterprise_page.html", context)


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
