"""What enterprises and projects may have: the list with counts, one applicant in full, the next question."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from core.errors import DomainError, Refused
from core.search import fold
from core.web.errors import told_to
from core.web.fields import DayField
from core.web.keyset import page_of
from enterprises.models import Enterprise
from enterprises.web.picking import ListFilter
from funding import services
from funding.enums import Entitlement, FactOrigin
from funding.facts import Applicant, Found
from funding.models import PolicyVersion, StatedPolicyFact
from funding.render.trace import label_of_fact
from funding.report.matching import (
    Match,
    Matches,
    Question,
    matches_of,
    matches_of_enterprises,
    matches_of_projects,
    next_question,
)
from funding.selectors.matching import proposals_by_state
from funding.signals import offers_for
from funding.web.answering import LOOKS, answer_context, value_words
from funding.web.facts import PREFIX, field_of
from incubators.scope import Action, scope_of
from projects.models import Project

KINDS: Mapping[str, type[Enterprise] | type[Project]] = {"enterprises": Enterprise, "projects": Project}
PAGE = 20


class DayFilter(forms.Form):
    day = DayField(label=gettext_lazy("On the day"), required=False)

    def chosen(self) -> date:
        """The day asked for, or today."""
        found = self.cleaned_data.get("day") if self.is_valid() else None
        return found or timezone.localdate()


class EntitlementFilter(ListFilter):
    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=80)
    day = DayField(label=gettext_lazy("On the day"), required=False)


@login_required
@require_safe
def entitlement_list(request: HttpRequest) -> HttpResponse:
    """Every enterprise or project one sees, with how many policies of its park stand in each group."""
    kind = "projects" if request.GET.get("kind") == "projects" else "enterprises"
    filters = EntitlementFilter(request.GET, user=request.user)
    chosen = filters.values()
    day = chosen.pop("day", None) or timezone.localdate()
    rows = KINDS[kind].objects.visible_to(request.user)  # type: ignore[attr-defined]
    for word in fold(chosen.get("q", "")).split():
        rows = rows.filter(search_text__contains=word)
    if chosen.get("incubator"):
        rows = rows.filter(incubator__code=chosen["incubator"])
    page = page_of(
        rows.select_related("incubator", "park"),
        order=request.GET.get("ordering", ""),
        orders={"name": "sort_key"},
        default="name",
        cursor=request.GET.get("cursor", ""),
        size=PAGE,
    )
    matched = (
        matches_of_projects(_with_enterprise(page.rows), day=day)
        if kind == "projects"
        else matches_of_enterprises(page.rows, day=day)
    )
    context = {
        "filters": filters,
        "is_filtered": bool(chosen),
        "kind": kind,
        "day": day,
        "is_today": day == timezone.localdate(),
        "groups": [(code.value, code.label, *LOOKS[code]) for code in Entitlement],
        "page": page,
        "rows": [_row(one, matched[one.pk]) for one in page.rows],
        "next_url": page.address(request.GET, page.next_cursor),
        "previous_url": page.address(request.GET, page.previous_cursor),
        "open_proposals": proposals_by_state(request.user).get("open", 0),
    }
    return render(request, "funding/entitlement_list.html", context)


def _with_enterprise(projects: list[Any]) -> list[Project]:
    ids = [one.pk for one in projects]
    found = Project.objects.filter(pk__in=ids).select_related("enterprise", "incubator", "park")
    return list(found)


def _row(applicant: Any, matches: Matches) -> dict[str, Any]:
    counts = matches.counts()
    return {
        "applicant": applicant,
        "counts": [(code.value, counts[code.value]) for code in Entitlement],
        "totals": sorted(matches.totals().items()),
    }


def seen_applicant(request: HttpRequest, kind: str, pk: int) -> Applicant:
    """404 for whoever may not see it, or a kind that is none."""
    if kind not in KINDS:
        raise Http404
    related = ("park", "incubator", "enterprise") if kind == "projects" else ("park", "incubator")
    rows = KINDS[kind].objects.visible_to(request.user)  # type: ignore[attr-defined]
    found: Applicant = get_object_or_404(rows.select_related(*related), pk=pk)
    return found


@login_required
@require_safe
def entitlement_detail(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Everything one applicant may have on a day, the next question on top."""
    applicant = seen_applicant(request, kind, pk)
    day = DayFilter(request.GET or None).chosen()
    return _shown(request, kind, applicant, day)


def _shown(
    request: HttpRequest,
    kind: str,
    applicant: Applicant,
    day: date,
    form: forms.Form | None = None,
) -> HttpResponse:
    matches = matches_of(applicant, day=day)
    is_today = day == timezone.localdate()
    later = [key for key in request.GET.get("later", "").split(",") if key][:40]
    with_examples = "1" in (request.GET.get("examples"), request.POST.get("examples"))
    shown = [one for one in matches.rows if with_examples or not one.is_example]
    question = next_question(shown, later=later)
    group = request.GET.get("group", "")
    counts = {code: sum(one.entitlement == code for one in shown) for code in Entitlement}
    actions = scope_of(request.user).actions(park_id=applicant.park_id, incubator_id=applicant.incubator_id)
    may_enter = Action.ENTER in actions
    cards = [_card(one) for one in shown if not group or one.entitlement == group]
    policies = {card["match"].policy.pk for card in cards}
    offers = offers_for(user=request.user, applicant=applicant, policies=policies) if is_today else {}
    for card in cards:
        card["offer"] = offers.get(card["match"].policy.pk)
    context = {
        "applicant": applicant,
        "kind": kind,
        "day": day,
        "day_form": DayFilter(initial={"day": day}),
        "is_today": is_today,
        "groups": [
            (code.value, code.label, counts[code], _address(kind, applicant, day, with_examples, code))
            for code in Entitlement
        ],
        "all_url": _address(kind, applicant, day, with_examples),
        "examples_url": _address(kind, applicant, day, not with_examples),
        "group": group,
        "with_examples": with_examples,
        "examples": sum(one.is_example for one in matches.rows),
        "cards": cards,
        "any_shown": bool(shown),
        "totals": sorted(matches.totals().items()),
        "described": [one for one in matches.described if with_examples or one.park_id],
        "question": question,
        "question_form": form or (question_form(question) if question and may_enter else None),
        "question_label": label_of_fact(question.spec) if question else "",
        "later_url": _later(request, later, question),
        "stated": _stated(applicant),
        "may_enter": may_enter,
        "may_verify": Action.VERIFY in actions,
        "applicant_url": reverse(
            "project-detail" if kind == "projects" else "enterprise-detail", args=[applicant.pk]
        ),
        "address": reverse("entitlement-detail", args=[kind, applicant.pk]),
    }
    return render(
        request, "funding/entitlement_detail.html", context, status=422 if form is not None else 200
    )


def _address(kind: str, applicant: Applicant, day: date, examples: bool, group: str = "") -> str:
    """The page with these filters; today is not written into it."""
    kept = {
        "day": day.isoformat() if day != timezone.localdate() else "",
        "examples": "1" if examples else "",
        "group": str(group),
    }
    query = urlencode({name: value for name, value in kept.items() if value})
    url = reverse("entitlement-detail", args=[kind, applicant.pk])
    return f"{url}?{query}" if query else url


def _later(request: HttpRequest, later: list[str], question: Question | None) -> str:
    if question is None:
        return ""
    kept = {name: value for name, value in request.GET.items() if name != "later"}
    return "?" + urlencode({**kept, "later": ",".join([*later, question.key])})


def _card(match: Match) -> dict[str, Any]:
    """One policy as the page shows it: the answer, the facts used with their sources, how it stands to
    others."""
    terms = match.asked.terms
    context = answer_context(match.asked)
    if match.entitlement == Entitlement.NOT_ENTITLED:  # "nearly" where what is lacking never comes back
        context["verdict"] = match.entitlement.label
        context["tone"], context["icon"] = LOOKS[match.entitlement]
    return {
        **context,
        "match": match,
        "used": [
            {
                "label": label_of_fact(spec),
                "value": value_words(found.value, spec.kind, terms.currency),
                "source": _source(found),
                "found": found,
            }
            for key, spec in terms.facts.items()
            if (found := match.found.get(key)) is not None
        ],
    }


def _source(found: Found) -> str:
    if found.origin == FactOrigin.STATED:
        return _("answered: %(label)s") % {"label": found.label}
    return found.label


def question_form(question: Question, data: Any = None) -> forms.Form:
    """One field: the fact that is asked for."""
    form = forms.Form(data, prefix=PREFIX)
    form.fields[question.key] = field_of(question.spec, question.version.compiled().currency)
    form.fields["note"] = forms.CharField(
        label=_("note"), required=False, max_length=300, help_text=_("where this is known from")
    )
    return form


def _stated(applicant: Applicant) -> list[dict[str, Any]]:
    """What was answered for the applicant (and the enterprise of a project), newest first, in words."""
    rows = StatedPolicyFact.objects.select_related("entered_by", "verified_by", "policy")
    if isinstance(applicant, Project):
        found = [*rows.filter(project=applicant)]
        if applicant.enterprise_id:
            found += rows.filter(enterprise=applicant.enterprise_id)
    else:
        found = [*rows.filter(enterprise=applicant)]
    specs = _specs(applicant.park_id)
    found.sort(key=lambda one: (one.key, one.on, one.pk), reverse=True)
    return [
        {
            "said": one,
            "label": label_of_fact(specs[one.key][0]) if one.key in specs else one.key,
            "value": value_words(one.value, *specs[one.key][1]) if one.key in specs else str(one.value),
        }
        for one in found
    ]


def _specs(park_id: int) -> dict[str, Any]:
    specs: dict[str, Any] = {}
    versions = PolicyVersion.objects.filter(policy__park__in=[park_id]) | PolicyVersion.objects.filter(
        policy__park=None
    )
    for version in versions.filter(state="published").order_by("policy__park", "pk"):
        terms = version.compiled()
        for key, spec in terms.facts.items():
            specs.setdefault(key, (spec, (spec.kind, terms.currency)))
    return specs


@login_required
@require_POST
def entitlement_answer(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Keep the answer to one question and show what follows from it."""
    applicant = seen_applicant(request, kind, pk)
    allowed = scope_of(request.user).allows(
        Action.ENTER, park_id=applicant.park_id, incubator_id=applicant.incubator_id
    )
    if not allowed:
        raise PermissionDenied(_("Only those who enter records of this incubator answer questions for it."))
    day = DayFilter(request.POST).chosen()
    version, key = _asking_version(request), request.POST.get("key", "")
    spec = None if version is None else version.compiled().facts.get(key)
    if version is None or spec is None:
        messages.error(request, _("This question is no longer asked. Answer the one that is shown now."))
        return redirect(_back(request, kind, applicant, day))
    form = question_form(Question(key, spec, None, (), version), request.POST)
    if form.is_valid():
        try:
            user: Any = request.user
            services.state_policy_fact(
                applicant=applicant,
                version=version,
                key=key,
                value=form.cleaned_data[key],
                on=min(day, timezone.localdate()),
                note=form.cleaned_data["note"],
                actor=user,
                at=timezone.now(),
            )
            messages.success(request, _("The answer is kept; every policy that asks the same uses it."))
            return redirect(_back(request, kind, applicant, day))
        except Refused as error:
            raise PermissionDenied(str(error)) from error
        except DomainError as error:
            form.add_error(key, str(error))
    return _shown(request, kind, applicant, day, form)


def _asking_version(request: HttpRequest) -> PolicyVersion | None:
    given = request.POST.get("version", "")
    if not (given.isascii() and given.isdigit() and len(given) < 19):
        return None
    versions = PolicyVersion.objects.visible_to(request.user).select_related("policy")
    found: PolicyVersion | None = versions.filter(pk=int(given)).first()
    return found


def _back(request: HttpRequest, kind: str, applicant: Applicant, day: date) -> str:
    return f"{_address(kind, applicant, day, request.POST.get('examples') == '1')}#question"


@login_required
@require_POST
def entitlement_verify(request: HttpRequest, pk: int) -> HttpResponse:
    """A second person confirms an answer."""
    rows = StatedPolicyFact.objects.visible_to(request.user).select_related("enterprise", "project")
    said = get_object_or_404(rows, pk=pk)
    user: Any = request.user
    with told_to(request):
        services.verify_stated_fact(said=said, actor=user, at=timezone.now())
        messages.success(request, _("The answer is verified."))
    kind, owner = ("projects", said.project_id) if said.project_id else ("enterprises", said.enterprise_id)
    return redirect(reverse("entitlement-detail", args=[kind, owner]) + "#stated")
