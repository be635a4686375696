"""Ask a policy: facts typed beside the answer. Nothing is stored."""

from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.errors import Invalid
from funding.models import Policy, PolicyVersion
from funding.report import ask
from funding.selectors import NoVersion, version_for
from funding.web.access import visible_policy
from funding.web.answering import answer_context
from funding.web.facts import PREFIX, FactsForm
from funding.web.forms import DayForm


def question_context(version: PolicyVersion, data: Any = None) -> dict[str, Any]:
    """The form of the facts that this version asks for."""
    return {"facts": FactsForm(version.compiled(), data), "day_form": DayForm(data)}


@login_required
@require_http_methods(["GET", "POST"])
def policy_ask(request: HttpRequest, code: str) -> HttpResponse:
    """The question on a page of its own, or (by htmx) the answer alone."""
    policy = visible_policy(request, code)
    posted = request.POST if request.method == "POST" else None
    day_form = DayForm(posted)
    as_of = day_form.cleaned_data["as_of"] if day_form.is_valid() else None
    today = timezone.localdate()
    try:
        version = version_for(policy, as_of=as_of, today=today).version
    except NoVersion:
        version = policy.versions.filter(state="published").order_by("-number").first()  # type: ignore[assignment]
    context: dict[str, Any] = {"policy": policy, "version": version, "day_form": day_form}
    if version is not None:
        context["facts"] = FactsForm(version.compiled(), posted)
    if posted is not None:
        context |= _answer(policy, context.get("facts"), day_form, as_of)
    if request.headers.get("HX-Request"):
        return render(request, "funding/_answer.html", context)
    return render(request, "funding/ask.html", context, status=422 if context.get("problems") else 200)


def _answer(policy: Policy, facts: FactsForm | None, day_form: DayForm, as_of: Any) -> dict[str, Any]:
    problems = [
        {"name": str(_("Asked for the day")), "message": str(message), "id": day_form["as_of"].auto_id}
        for message in day_form.errors.get("as_of", [])
    ]
    if facts is not None and not facts.is_valid():
        problems += facts.problems()
    if problems:
        return {"problems": problems}
    try:
        asked = ask(
            policy=policy,
            facts=facts.facts() if facts else {},
            as_of=as_of,
            today=timezone.localdate(),
        )
    except Invalid as error:
        return {"problems": refusals(error, facts)}
    return answer_context(asked)


def refusals(error: Invalid, facts: FactsForm | None) -> list[dict[str, str]]:
    """What the calculator refused, by the name of the fact it is about."""
    found = []
    for item in error.fields:
        key = item.field.removeprefix("facts.")
        known = facts is not None and key in facts.fields
        found.append(
            {
                "name": str(facts.fields[key].label) if facts is not None and known else "",
                "message": str(item.message),
                "id": f"id_{PREFIX}-{key}" if known else "",
            }
        )
    return found or [{"name": "", "message": str(error), "id": ""}]
