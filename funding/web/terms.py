"""Terms of a version for pages: conditions with clauses, the amount step by step, worked examples."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from funding.calculator import Terms
from funding.calculator.cases import HEADLINES, check_case
from funding.calculator.conditions import Condition
from funding.enums import PolicyStatus
from funding.models import PolicyVersion
from funding.render.examples import example_words
from funding.render.problems import case_error
from funding.render.trace import label_of_fact
from funding.render.wording import Wording, condition_words, explained, in_short
from funding.selectors.policies import holds_on
from funding.web.answering import value_words


def state_of(version: PolicyVersion, today: date) -> str:
    """draft, proposal (holds on no day), active (holds today), coming or expired."""
    if not version.is_published:
        return "draft"
    if version.policy.status == PolicyStatus.PROPOSAL:
        return "proposal"
    if holds_on(version, today):
        return "active"
    return "coming" if version.valid_from and version.valid_from > today else "expired"


def terms_context(version: PolicyVersion) -> dict[str, Any]:
    terms = version.compiled()
    wording = Wording(terms)
    return {
        "terms": terms,
        "short": in_short(terms),
        "steps": explained(terms),
        "conditions": [
            {
                "text": condition_words(one, terms),
                "test": _how(one, terms, wording),
                "when": wording.test(one.when) if one.when else "",
                "clause": one.clause,
            }
            for one in terms.conditions
        ],
    }


def _how(condition: Condition, terms: Terms, wording: Wording) -> str:
    """How the condition is checked, where its own words do not say it already."""
    told = wording.test(condition.test)
    if told != condition_words(condition, terms):
        return told
    return _("has to hold") if condition.test.op in ("is", "decision") else _("computed from the facts")


def cases_context(terms: Terms, cases: Sequence[Any], version: PolicyVersion) -> dict[str, Any]:
    """Each example with what comes out; ``cases_failing`` counts those that do not."""
    rows = [_case(number, case, terms, version) for number, case in enumerate(cases, start=1)]
    return {"cases": rows, "cases_failing": sum(bool(row["problems"]) for row in rows)}


def _case(number: int, case: Any, terms: Terms, version: PolicyVersion) -> dict[str, Any]:
    given: Mapping[str, Any] = case if isinstance(case, Mapping) else {}
    name = str(given.get("id") or number)
    problems = check_case(terms, case, valid_from=version.valid_from, valid_until=version.valid_until)
    inputs, expected = given.get("inputs"), given.get("expected")
    return {
        "name": name,
        "note": " · ".join(
            example_words(str(given[key])) for key in ("boundary", "assumption") if given.get(key)
        ),
        "inputs": [_input(key, inputs[key], terms) for key in _in_order(inputs, terms)]
        if isinstance(inputs, Mapping)
        else [],
        "expected": _expected(expected, terms) if isinstance(expected, Mapping) else "",
        "eligible": expected.get("eligible") if isinstance(expected, Mapping) else None,
        "problems": [case_error(number, name, problem).message for problem in problems],
    }


def _in_order(inputs: Mapping[str, Any], terms: Terms) -> list[str]:
    """Facts as the policy asks for them; the database keeps no order."""
    places = {key: place for place, key in enumerate(terms.facts)}
    return sorted(inputs, key=lambda key: places.get(key, len(places)))


def _input(key: str, value: Any, terms: Terms) -> tuple[str, str]:
    spec = terms.facts.get(key)
    if spec is None:
        return key, str(value)
    try:
        return label_of_fact(spec), value_words(value, spec.kind, terms.currency)
    except ArithmeticError:
        return label_of_fact(spec), str(value)


def _expected(expected: Mapping[str, Any], terms: Terms) -> str:
    """The headline figure that has to come out, in words."""
    value = expected.get(HEADLINES[terms.outcome])
    kind = "flag" if terms.outcome in ("place", "compliance") else "money"
    if value is None:
        return ""
    try:
        return value_words(value, kind, terms.currency)
    except ArithmeticError:
        return str(value)
