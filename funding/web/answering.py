"""An answer of a policy as a page shows it: the verdict, the amount, each condition, the steps, what would
change it."""

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from funding.calculator import Answer
from funding.calculator.facts import MONEY_KINDS
from funding.calculator.numbers import ONE, ZERO
from funding.enums import AnswerKind, Entitlement
from funding.render.trace import choice_words, label_of_fact, number, percent, said
from funding.render.wording import condition_words, sum_words
from funding.report.answers import Asked, change_words, step_words
from funding.report.entitlement import entitlement_of

LOOKS = {
    Entitlement.ENTITLED: ("ok", "circle-check"),
    Entitlement.NEARLY: ("warn", "alert-triangle"),
    Entitlement.MISSING: ("info", "help-circle"),
    Entitlement.DECISION: ("info", "user-check"),
    Entitlement.NOT_ENTITLED: ("bad", "circle-x"),
}
MARKS = {
    Answer.MET: ("ok", "circle-check"),
    Answer.UNMET: ("bad", "circle-x"),
    Answer.UNKNOWN: ("warn", "help-circle"),
    Answer.DECISION: ("info", "user-check"),
    Answer.NOT_APPLICABLE: ("quiet", "minus"),
}


def answer_context(asked: Asked) -> dict[str, Any]:
    """Everything ``funding/_answer.html`` prints, in the language that is active."""
    verdict = entitlement_of(asked)
    tone, icon = LOOKS[verdict]
    result = asked.result
    return {
        "asked": asked,
        "version": asked.version,
        "verdict": verdict.label,
        "tone": tone,
        "icon": icon,
        "headline": headline(asked),
        "potential": _potential(asked),
        "conditions": [_condition(one, asked) for one in result.asked],
        "steps": said(result.lines, result.terms),
        "missing": [label_of_fact(result.terms.facts[key]) for key in asked.questions],
        "changes": _changes(asked),
        "values": [
            (label_of_fact(spec), value_words(asked.facts[key], spec.kind, result.terms.currency))
            for key, spec in result.terms.facts.items()
            if asked.facts.get(key) is not None
        ],
    }


def _changes(asked: Asked) -> list[str]:
    """What stands in the way, and what one more would bring. A sum that only follows the one asked for, or
    stays at its ceiling, says nothing."""
    terms = asked.result.terms
    steps = [step_words(step, terms) for step in asked.changes.steps if step.adds not in (ZERO, ONE)]
    return [change_words(one, terms) for one in asked.changes.obstacles] + steps


def headline(asked: Asked) -> str:
    """The result in one phrase: the amount, the place, whether a duty is met."""
    result = asked.result
    terms, amount = result.terms, result.amount
    if terms.outcome == "compliance":
        return {True: _("The requirement is met"), False: _("The requirement is not met")}.get(
            result.eligible,
            _("Cannot be said yet"),  # type: ignore[arg-type]
        )
    if terms.outcome == "none":
        return ""
    if amount is None:
        return _no_amount(asked)
    if terms.outcome == "place":
        return _("a place") if amount else _("no place")
    words = sum_words(amount, terms.currency)
    if terms.up_to and amount:
        words = _("at most %(sum)s") % {"sum": words}
    named = {
        "tax": _("tax: %(sum)s"),
        "line": _("credit line: %(sum)s"),
        "exposure": _("costs at most: %(sum)s"),
    }
    return named[terms.outcome] % {"sum": words} if terms.outcome in named else words


def _no_amount(asked: Asked) -> str:
    if asked.result.outputs.get("manual") is True:
        return _("A person decides the amount")
    if asked.result.outputs.get("valid") is False:
        return _("The assessment lies outside the range; check it")
    return _("No amount yet")


def _potential(asked: Asked) -> str:
    """What it would be if everything open were met; empty where that says nothing new."""
    result = asked.result
    if result.eligible or not result.potential or result.terms.outcome not in ("award", "line"):
        return ""
    return sum_words(result.potential, result.terms.currency)


def _condition(one: Any, asked: Asked) -> dict[str, Any]:
    terms = asked.result.terms
    tone, icon = MARKS[one.answer]
    values = [
        (label_of_fact(terms.facts[key]), value_words(value, terms.facts[key].kind, terms.currency))
        for key, value in one.values.items()
    ]
    text = condition_words(one.condition, terms)
    return {
        "text": text,
        "clause": one.condition.clause,
        "answer": AnswerKind(one.answer.value).label,
        "tone": tone,
        "icon": icon,
        "values": [(name if name != text else "", value) for name, value in values],
    }


def value_words(value: Any, kind: str, currency: str) -> str:
    """A fact as people write it; a dash where it is not known."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return " + ".join(value_words(one, "money", currency) for one in value) or "0"
    if kind == "choice":
        return choice_words(str(value))
    exact = Decimal(str(value))
    if kind in MONEY_KINDS:
        return sum_words(exact, currency)
    return percent(exact) if kind == "rate" else number(exact)
