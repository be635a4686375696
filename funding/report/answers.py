"""Ask a policy: facts in; an amount, conditions with their clauses, a trace and what would change it out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from core.errors import FieldError, Invalid
from funding.calculator import (
    Answer,
    BadFacts,
    BadTerms,
    Changes,
    Obstacle,
    Result,
    Step,
    Terms,
    answer_to,
    questions,
    read_facts,
    read_terms,
    what_changes,
)
from funding.calculator.cases import shown
from funding.calculator.conditions import Asked as Condition
from funding.calculator.facts import MONEY_KINDS
from funding.calculator.numbers import ONE, ZERO
from funding.calculator.parameters import NoSuchParameter, with_overrides
from funding.enums import AnswerKind
from funding.models import Policy, PolicyVersion
from funding.render.problems import fact_error, terms_error
from funding.render.trace import label_of_fact, number, said
from funding.render.wording import condition_words, sum_words
from funding.selectors import NoVersion, version_for


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and its answer. ``in_force``: whether the version holds on the day that was asked about."""

    version: PolicyVersion
    in_force: bool
    as_of: date | None
    facts: Mapping[str, Any]
    overrides: Mapping[str, Any]
    result: Result
    changes: Changes
    questions: tuple[str, ...]

    @property
    def terms(self) -> Terms:
        return self.result.terms


def ask(
    *,
    policy: Policy,
    facts: Mapping[str, Any],
    today: date,
    as_of: date | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Asked:
    """The answer of the policy to the facts. ``overrides`` replaces numbers of the terms by their path, for
    this question only.

    Raises ``Invalid`` that names the fact, the day or the number that cannot be used.
    """
    try:
        held = version_for(policy, as_of=as_of, today=today)
    except NoVersion as error:
        raise _outside(error) from None
    return ask_version(
        version=held.version, facts=facts, in_force=held.in_force, as_of=as_of, overrides=overrides or {}
    )


def ask_version(
    *,
    version: PolicyVersion,
    facts: Mapping[str, Any],
    in_force: bool = True,
    as_of: date | None = None,
    overrides: Mapping[str, Any] | None = None,
) -> Asked:
    """The answer of one version, a draft too. Raises ``Invalid``."""
    terms = _terms(version, overrides or {})
    try:
        read = read_facts(terms.facts, facts)
        result = answer_to(terms, read)
        changes = what_changes(result, read)
    except BadFacts as error:
        fields = [fact_error(problem, prefix="facts.") for problem in error.problems]
        raise Invalid(fields[0].message, fields=fields) from None
    return Asked(
        version,
        in_force,
        as_of,
        facts,
        overrides or {},
        result,
        changes,
        questions(terms, result),
    )


def _terms(version: PolicyVersion, overrides: Mapping[str, Any]) -> Terms:
    try:
        return read_terms(with_overrides(version.terms, overrides)) if overrides else version.compiled()
    except NoSuchParameter as error:
        message = _("This policy has no number at “%(path)s”.") % {"path": error.path}
        raise Invalid(
            message, fields=[FieldError(f"overrides.{error.path}", message, "unknown_field")]
        ) from None
    except BadTerms as error:
        prefix = "overrides." if overrides else "terms."
        fields = [terms_error(problem, prefix=prefix) for problem in error.problems]
        raise Invalid(fields[0].message, fields=fields) from None


def _outside(error: NoVersion) -> Invalid:
    times = "; ".join(
        _("%(start)s to %(end)s (not included)") % {"start": start or "…", "end": end or "…"}
        for start, end in error.held
    )
    if not error.held:
        message = _("This policy has no published version yet.")
    else:
        message = _("On %(day)s no version of this policy holds. It holds: %(times)s.") % {
            "day": error.day,
            "times": times,
        }
    return Invalid(message, fields=[FieldError("as_of", message, "outside_validity")])


def asked_as_data(asked: Asked) -> dict[str, Any]:
    """The answer as plain data, in the language that is active. Whole amounts are numbers, fen are text with
    two places. The results keep the names that the policy register gives them."""
    result, version = asked.result, asked.version
    return {
        "policy": version.policy.code,
        "version": version.number,
        "as_of": asked.as_of.isoformat() if asked.as_of else None,
        "in_force": asked.in_force,
        "currency": result.terms.currency,
        "up_to": result.terms.up_to,
        "answer": result.answer.value,
        "eligible": result.eligible,
        **{name: shown(value) for name, value in result.outputs.items()},
        "potential_yuan": shown(result.potential),
        "missing": [
            {
                "key": key,
                "label": label_of_fact(result.terms.facts[key]),
                "kind": result.terms.facts[key].kind,
            }
            for key in asked.questions
        ],
        "conditions": [_condition(one, result.terms) for one in result.asked],
        "trace": [
            {
                "step": step.step,
                "clause": step.clause,
                "label": step.label,
                "text": step.text,
                "value": shown(step.value),
            }
            for step in said(result.lines, result.terms)
        ],
        "changes": [change_words(one, result.terms) for one in asked.changes.obstacles]
        + [step_words(step, result.terms) for step in asked.changes.steps],
    }


def _condition(one: Condition, terms: Terms) -> dict[str, Any]:
    text = condition_words(one.condition, terms)
    values = {key: _plain(value) for key, value in one.values.items()}
    return {
        "key": one.condition.key,
        "answer": one.answer.value,
        "answer_label": str(AnswerKind(one.answer.value).label),
        "clause": one.condition.clause or text,
        "text": text,
        "value": next(iter(values.values())) if len(values) == 1 else values,
    }


def step_words(step: Step, terms: Terms) -> str:
    """What one yuan (or one of what is counted) more of a fact would bring, in a sentence."""
    spec = terms.facts[step.key]
    values = {
        "fact": label_of_fact(spec),
        "more": sum_words(ONE, terms.currency) if spec.kind in MONEY_KINDS else number(ONE),
        "sum": sum_words(step.adds, terms.currency),
    }
    if step.adds == ZERO:
        return _("With %(more)s more of “%(fact)s” the amount would stay as it is.") % values
    if step.adds < ZERO:
        return _("With %(more)s more of “%(fact)s” the amount would be %(sum)s lower.") % {
            **values,
            "sum": sum_words(-step.adds, terms.currency),
        }
    return _("With %(more)s more of “%(fact)s” the amount would be %(sum)s higher.") % values


def change_words(obstacle: Obstacle, terms: Terms) -> str:
    """What would remove one obstacle, in a sentence."""
    name = condition_words(obstacle.condition, terms)
    if obstacle.answer is Answer.UNKNOWN:
        return _("Not known yet: %(condition)s") % {"condition": name}
    if obstacle.answer is Answer.DECISION:
        return _("A decision is needed: %(condition)s") % {"condition": name}
    if obstacle.lacks is not None and obstacle.lacks > 0:
        return _("Not met: %(condition)s; %(lacks)s is lacking.") % {
            "condition": name,
            "lacks": number(obstacle.lacks),
        }
    if obstacle.lacks is not None and obstacle.lacks < 0:
        return _("Not met: %(condition)s; %(excess)s too much.") % {
            "condition": name,
            "excess": number(-obstacle.lacks),
        }
    return _("Not met: %(condition)s") % {"condition": name}


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [shown(one) for one in value]
    return shown(value) if isinstance(value, Decimal) else value
