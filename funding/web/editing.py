"""The editor of a draft: numbers, conditions, facts, with the answer beside it after every change."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Invalid
from core.web.errors import shown_on, status_of
from funding import services
from funding.calculator import BadTerms, FactSpec, Terms, read_terms
from funding.calculator.cases import shown
from funding.models import PolicyVersion
from funding.render.differences import differences
from funding.render.trace import label_of_fact
from funding.render.wording import Wording, explained
from funding.report.answers import Asked, ask_version
from funding.web.access import managed_version
from funding.web.answering import answer_context
from funding.web.asking import refusals
from funding.web.drafting import Draft
from funding.web.facts import FactsForm
from funding.web.forms import FrameForm
from funding.web.rows import ConditionRow, FactRow, references
from funding.web.shapes import SHAPES
from funding.web.terms import cases_context

TESTS = (
    ("is", gettext_lazy("holds (yes)")),
    ("not", gettext_lazy("does not hold (no)")),
    ("at_least", gettext_lazy("at least, the number included")),
    ("more_than", gettext_lazy("more than, the number excluded")),
    ("at_most", gettext_lazy("at most, the number included")),
    ("less_than", gettext_lazy("less than, the number excluded")),
    ("equals", gettext_lazy("exactly")),
    ("one_of", gettext_lazy("is one of")),
    ("ranked", gettext_lazy("among the first in the ranking")),
    ("decision", gettext_lazy("a person decides")),
)
NEW_FACTS = (
    ("+flag", gettext_lazy("new: yes or no")),
    ("+money", gettext_lazy("new: a sum of money")),
    ("+count", gettext_lazy("new: a whole number")),
    ("+number", gettext_lazy("new: a number")),
    ("+rate", gettext_lazy("new: a percentage")),
)
FRAME = (
    "valid_from",
    "valid_until",
    "validity_note",
    "note",
    "places",
    "tie_rule",
    "budget_yuan",
    "cut_rule",
)


@login_required
@require_http_methods(["GET", "POST"])
def version_edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Every button sends the whole form; only “save” stores it."""
    version = managed_version(request, pk)
    if version.is_published:
        return redirect("policy-version", pk=pk)
    if request.method != "POST":
        frame = FrameForm(initial={name: getattr(version, name) for name in FRAME})
        return _page(request, version, Draft.of_terms(version.terms, version.cases), frame)
    draft, frame = Draft.of_post(request.POST, version), FrameForm(request.POST)
    deed, _colon, detail = request.POST.get("do", "save").partition(":")
    if deed != "save":
        _change(request, version, draft, deed, detail)
        return _page(request, version, draft, frame)
    data = draft.data()
    if data is not None and frame.is_valid():
        with shown_on(frame):
            return _save(request, version, {**_frame(frame), "terms": data, "cases": draft.cases})
    theirs = _stored(version, data) if status_of(frame) == 409 else None
    return _page(request, version, draft, frame, status=409 if theirs else 422, theirs=theirs)


def _frame(frame: FrameForm) -> dict[str, Any]:
    return {name: frame.cleaned_data[name] for name in FRAME}


def _save(request: HttpRequest, version: PolicyVersion, values: Mapping[str, Any]) -> HttpResponse:
    user: Any = request.user
    expected = request.POST.get("version", "")
    services.save_version(
        version=version,
        values=values,
        actor=user,
        at=timezone.now(),
        expected_version=int(expected[:9])
        if expected.isascii() and expected[:9].isdigit()
        else version.version,
    )
    if request.POST.get("then") == "publish":
        return redirect("policy-version-publish", pk=version.pk)
    messages.success(request, _("The draft is saved. It holds nowhere until it is published."))
    return redirect("policy-version-edit", pk=version.pk)


def _stored(version: PolicyVersion, mine: Mapping[str, Any] | None) -> dict[str, Any]:
    """What somebody else saved meanwhile, beside what was typed; the next save is against that version."""
    fresh = PolicyVersion.objects.get(pk=version.pk)
    version.version = fresh.version
    return {"rows": differences(fresh.terms, mine) if mine is not None else [], "at": fresh.updated_at}


def _change(request: HttpRequest, version: PolicyVersion, draft: Draft, deed: str, detail: str) -> None:
    """One button of the editor; numbers count rows from 0."""
    place = int(detail[:3]) if detail.isascii() and detail[:3].isdigit() else 0
    if deed == "add":
        draft.add(detail)
    elif deed == "remove":
        draft.remove(place)
    elif deed in ("up", "down"):
        draft.move(place, -1 if deed == "up" else 1)
    elif deed == "shape":
        draft.take_shape(request.POST.get("shape", ""))
    elif deed == "drop":
        del draft.cases[place : place + 1]
    elif deed == "keep":
        _keep(request, version, draft)
    elif deed in ("expert", "rows"):
        _turn(draft, expert=deed == "expert", version=version)


def _turn(draft: Draft, *, expert: bool, version: PolicyVersion) -> None:
    """From rows to the text and back; what cannot be read stays where it is."""
    data = draft.data()
    if data is None:
        return
    if expert:
        draft.source = json.dumps(data, ensure_ascii=False, indent=2)
        return
    fresh = Draft.of_terms(data, draft.cases)
    for name in ("base", "facts", "conditions", "numbers", "clauses", "up_to", "source"):
        setattr(draft, name, getattr(fresh, name))


def _keep(request: HttpRequest, version: PolicyVersion, draft: Draft) -> None:
    """The facts typed in the panel and their answer become a worked example."""
    data = draft.data()
    asked = _ask(version, data, FactsForm(read_terms(data), request.POST)) if data is not None else None
    if not isinstance(asked, Asked):
        messages.error(request, _("There is no answer yet that could be kept as an example."))
        return
    taken = {str(case.get("id")) for case in draft.cases if isinstance(case, Mapping)}
    code = version.policy.code
    name = next(f"{code}-{n}" for n in range(1, len(taken) + 2) if f"{code}-{n}" not in taken)
    expected = {"eligible": asked.result.eligible}
    expected |= {key: shown(value) for key, value in asked.result.outputs.items()}
    draft.cases.append(
        {
            "id": name,
            "boundary": request.POST.get("case_note", "").strip()[:200] or None,
            "inputs": dict(asked.facts),
            "expected": expected,
        }
    )


def _ask(version: PolicyVersion, data: Mapping[str, Any], facts: FactsForm) -> Asked | list[dict[str, str]]:
    """The answer of the draft as typed, or what stands in the way of one."""
    if not facts.is_valid():
        return facts.problems()
    draft = PolicyVersion(policy=version.policy, number=version.number, state=version.state, terms=data)
    try:
        return ask_version(version=draft, facts=facts.facts())
    except Invalid as error:
        return refusals(error, facts)


def _page(
    request: HttpRequest,
    version: PolicyVersion,
    draft: Draft,
    frame: FrameForm,
    *,
    status: int = 200,
    theirs: dict[str, Any] | None = None,
) -> HttpResponse:
    data = draft.data()
    terms = read_terms(data) if data is not None else draft.lenient()
    context = {
        "version": version,
        "policy": version.policy,
        "draft": draft,
        "frame": frame,
        "theirs": theirs,
        "problems": draft.problems,
        "is_refused": status != 200,
        "base": json.dumps({**draft.base, "conditions": []}, ensure_ascii=False),
        "cases_data": json.dumps(draft.cases, ensure_ascii=False),
        "rows": [_row(place, row, draft) for place, row in enumerate(draft.conditions)],
        "fact_rows": [
            _fact_row(place, row, draft)
            for place, row in enumerate(draft.facts)
            if data is None or row.key in terms.facts
        ],
        "groups": draft.number_groups(),
        "tests": TESTS,
        "new_facts": NEW_FACTS,
        "choices": _fact_choices(draft),
        "shapes": [(code, label) for code, (label, _numbers) in SHAPES.items()],
        "steps": explained(terms) if data is not None else [],
        **_live(request, version, draft, data, terms),
    }
    return render(request, "funding/version_edit.html", context, status=status)


def _fact_row(place: int, row: FactRow, draft: Draft) -> dict[str, Any]:
    usual = label_of_fact(FactSpec(row.key, "flag"))
    return {
        "name": f"f-{place}",
        "row": row,
        "usual": "" if usual == row.key else usual,
        "is_choice": row.raw.get("kind") == "choice",
        "error": draft.errors.get(f"f-{place}-label_zh", ""),
    }


def _row(place: int, row: ConditionRow, draft: Draft) -> dict[str, Any]:
    names = ("text_zh", "text_en", "clause", "test", "fact", "name", "number")
    return {
        "name": f"c-{place}",
        "place": place,
        "row": row,
        "raw": json.dumps(row.raw, ensure_ascii=False),
        "is_new": row.fact.startswith("+"),
        "left": _left(row, draft),
        "errors": {
            name: "" if place == draft.fresh else draft.errors.get(f"c-{place}-{name}", "") for name in names
        },
    }


def _left(row: ConditionRow, draft: Draft) -> str:
    """What a condition compares that is no single fact, or the whole of one that has no row, in words."""
    if row.fact != "=" and row.test != "as_is":
        return ""
    keys = set(references(row.raw))
    facts = [one for one in (fact.data() for fact in draft.facts) if one["key"] in keys]
    try:
        terms = read_terms({"outcome": "none", "facts": facts, "conditions": [row.raw]})
    except BadTerms:
        return ""
    test: Any = terms.conditions[0].test
    wording = Wording(terms)
    return wording.phrase(test.left) if row.fact == "=" else wording.test(test)


def _fact_choices(draft: Draft) -> list[tuple[str, str]]:
    facts = draft.lenient().facts
    return [(key, label_of_fact(spec)) for key, spec in facts.items() if spec.kind != "money_list"]


def _live(
    request: HttpRequest, version: PolicyVersion, draft: Draft, data: Mapping[str, Any] | None, terms: Terms
) -> dict[str, Any]:
    """The panel beside the editor: the facts, the answer to them, and every worked example."""
    posted = request.POST if request.method == "POST" else None
    facts = FactsForm(terms, posted, initial=_first_inputs(draft))
    context: dict[str, Any] = {
        "facts": facts,
        "signature": _signature(terms),
        "live": None,
        "live_problems": [],
    }
    if data is None:
        return context
    if posted is None:
        facts = FactsForm(terms, _as_posted(facts))
        context["facts"] = facts
    asked = _ask(version, data, facts)
    if isinstance(asked, Asked):
        context["live"] = answer_context(asked)
    else:
        context["live_problems"] = asked
    return {**context, **cases_context(terms, draft.cases, version)}


def _first_inputs(draft: Draft) -> Mapping[str, Any]:
    """The facts of the first example, to begin with."""
    case = draft.cases[0] if draft.cases else None
    inputs = case.get("inputs") if isinstance(case, Mapping) else None
    return inputs if isinstance(inputs, Mapping) else {}


def _as_posted(facts: FactsForm) -> dict[str, Any]:
    return {facts.add_prefix(name): value for name, value in facts.initial.items()}


def _signature(terms: Terms) -> str:
    """Changes whenever the form of the facts would look different."""
    told = [(key, spec.kind, label_of_fact(spec), spec.choices) for key, spec in terms.facts.items()]
    return hashlib.sha256(repr((told, terms.currency)).encode()).hexdigest()[:16]


@login_required
@require_POST
def version_preview(request: HttpRequest, pk: int) -> HttpResponse:
    """What the draft as typed answers to the facts as typed. Nothing is stored."""
    version = managed_version(request, pk)
    draft = Draft.of_post(request.POST, version)
    data = draft.data()
    terms = read_terms(data) if data is not None else draft.lenient()
    context = {
        "version": version,
        "policy": version.policy,
        "draft": draft,
        "problems": [*draft.problems, *draft.errors.values()],
        "steps": explained(terms) if data is not None else [],
        **_live(request, version, draft, data, terms),
    }
    context["facts_changed"] = data is not None and request.POST.get("signature") != context["signature"]
    return render(request, "funding/_live.html", context)
