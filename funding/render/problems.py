"""Why a fact or a term was refused, in words that name the field, the value and the remedy."""

from django.utils.translation import gettext as _

from core.errors import FieldError
from funding.calculator import FactProblem, TermsProblem
from funding.calculator.cases import CaseProblem


def fact_error(problem: FactProblem, *, prefix: str = "") -> FieldError:
    """The refused value as an error of the field ``prefix + key``."""
    return FieldError(f"{prefix}{problem.key}", _fact_words(problem), problem.code)


def _fact_words(problem: FactProblem) -> str:
    given = {"key": problem.key, "value": _short(problem.value), "expected": problem.expected}
    if problem.code == "unknown_fact":
        return _("“%(key)s” is not asked by this policy. It asks for: %(expected)s.") % given
    if problem.code == "negative":
        return _("“%(key)s” is %(value)s; enter zero or more.") % given
    if problem.code == "too_precise":
        return _("“%(key)s” is %(value)s; at most %(expected)s digits stand behind the point.") % given
    if problem.code == "too_large":
        return _("“%(key)s” is %(value)s; at most %(expected)s can be entered.") % given
    if problem.code == "unknown_choice":
        return _("“%(key)s” is %(value)s; choose one of: %(expected)s.") % given
    kinds = {
        "flag": _("true or false"),
        "choice": _("one of the choices"),
        "money_list": _("a list of amounts"),
    }
    given["expected"] = kinds.get(problem.expected, _("a number, without units and spaces"))
    return _("“%(key)s” is %(value)s; expected is %(expected)s.") % given


def terms_error(problem: TermsProblem, *, prefix: str = "terms.") -> FieldError:
    """The wrong place of the terms as an error of the field ``prefix + path``."""
    return FieldError(f"{prefix}{problem.path}", _terms_words(problem), problem.code)


def _terms_words(problem: TermsProblem) -> str:
    given = {"path": problem.path, "value": _short(problem.value), "expected": problem.expected}
    words = {
        "missing": _("At “%(path)s” something is missing; fill it in."),
        "empty": _("At “%(path)s” the list is empty; add at least one line."),
        "unknown_key": _("“%(value)s” at “%(path)s” is not known; expected are: %(expected)s."),
        "unknown_choice": _("“%(value)s” at “%(path)s” is not known; choose one of: %(expected)s."),
        "unknown_fact": _("“%(value)s” at “%(path)s” is not among the facts; known are: %(expected)s."),
        "wrong_kind": _("“%(value)s” at “%(path)s” is another kind of fact; expected is: %(expected)s."),
        "wrong_type": _("At “%(path)s” stands %(value)s; expected is: %(expected)s."),
        "not_positive": _("At “%(path)s” stands %(value)s; it must be above zero."),
        "negative": _("At “%(path)s” stands %(value)s; it cannot be below zero."),
        "too_precise": _("At “%(path)s” stands %(value)s; at most %(expected)s digits behind the point."),
        "too_large": _("At “%(path)s” stands %(value)s; at most %(expected)s."),
        "not_ascending": _("At “%(path)s” stands %(value)s; each step must be higher than the one before."),
        "not_a_share": _("At “%(path)s” stands %(value)s; a share is between 0 and 1."),
        "low_above_high": _("At “%(path)s” stands %(value)s, above the upper end %(expected)s."),
        "repeated": _("“%(value)s” at “%(path)s” is there twice."),
        "unused_fact": _("“%(value)s” is asked but never used; take it out or use it."),
        "too_deep": _("At “%(path)s” the terms are nested too deep; at most %(expected)s levels."),
    }
    return words.get(problem.code, _("At “%(path)s” stands %(value)s, which cannot be used.")) % given


def case_error(number: int, name: str, problem: CaseProblem) -> FieldError:
    """A worked example that does not come out."""
    given = {
        "name": name or str(number),
        "key": problem.key,
        "expected": _short(problem.expected),
        "found": _short(problem.found),
    }
    if problem.code == "differs":
        words = _("Example %(name)s: “%(key)s” should be %(expected)s and comes out as %(found)s.") % given
    else:
        words = _("Example %(name)s: “%(key)s” cannot be used (%(found)s).") % given
    return FieldError(f"cases.{number}.{problem.key}", words, problem.code)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
