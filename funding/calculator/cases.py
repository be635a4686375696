"""Worked examples of a policy: facts, and what has to come out. A version is published only when all of its
examples do."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from funding.calculator.facts import BadFacts
from funding.calculator.numbers import plain
from funding.calculator.policy import HEADLINES, Result, Terms, evaluate

#: Keys of an example. ``as_of`` is the day it asks about; the rest besides inputs and expected explain it.
CASE_KEYS = frozenset({"id", "boundary", "inputs", "expected", "working", "assumption", "as_of"})

#: Results that an example may expect, besides the headline figures and the outputs of its own terms.
ALWAYS = frozenset({"eligible", *filter(None, HEADLINES.values())})


#: What a number is written as.
_WRITTEN = (int, float, Decimal, str)


@dataclass(frozen=True, slots=True)
class CaseProblem:
    """One thing that did not come out. ``code``: differs, unknown_key, missing, wrong_type, outside_validity,
    or that of a refused fact."""

    key: str
    code: str
    expected: object = None
    found: object = None


def check_case(
    terms: Terms, case: object, *, valid_from: date | None, valid_until: date | None
) -> list[CaseProblem]:
    """What is wrong with an example, or with the answer to it; empty when it comes out. ``valid_until`` is
    the first day on which the version no longer holds."""
    if not isinstance(case, Mapping):
        return [CaseProblem("", "wrong_type", "mapping", case)]
    problems = [
        CaseProblem(str(key), "unknown_key", None, value)
        for key, value in case.items()
        if key not in CASE_KEYS and value is not None
    ]
    inputs, expected = case.get("inputs"), case.get("expected")
    for key, value in (("inputs", inputs), ("expected", expected)):
        if not isinstance(value, Mapping):
            problems.append(CaseProblem(key, "missing" if value is None else "wrong_type", "mapping", value))
    if expected == {}:
        problems.append(CaseProblem("expected", "empty", "mapping", expected))
    problems += _outside(case.get("as_of"), valid_from, valid_until)
    if problems or not isinstance(inputs, Mapping) or not isinstance(expected, Mapping):
        return problems
    try:
        result = evaluate(terms, inputs)
    except BadFacts as error:
        return [CaseProblem(one.key, one.code, one.expected, one.value) for one in error.problems]
    return _differences(result, expected)


def _outside(given: object, start: date | None, end: date | None) -> list[CaseProblem]:
    if given is None:
        return []
    day = _day(given)
    if day is None:
        return [CaseProblem("as_of", "wrong_type", "date", given)]
    if (start and day < start) or (end and day >= end):
        return [CaseProblem("as_of", "outside_validity", f"{start or ''}/{end or ''}", given)]
    return []


def _day(given: object) -> date | None:
    if isinstance(given, date):
        return None if isinstance(given, datetime) else given
    try:
        return date.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None


def _differences(result: Result, expected: Mapping[Any, Any]) -> list[CaseProblem]:
    found = {"eligible": result.eligible, **result.outputs}
    problems = []
    for key, value in expected.items():
        if key not in found:
            code = "missing" if key in ALWAYS else "unknown_key"
            problems.append(CaseProblem(str(key), code, value))
        elif not same(value, found[key]) and not (value == 0 and _no_amount(result, key)):
            problems.append(CaseProblem(str(key), "differs", value, shown(found[key])))
    return problems


def _no_amount(result: Result, key: str) -> bool:
    """An assessment outside its range has no amount; examples write that as nothing or as zero."""
    return (
        result.outputs.get("valid") is False
        and key == HEADLINES[result.terms.outcome]
        and result.amount is None
    )


def same(expected: object, found: object) -> bool:
    """Equal as values: 200000 and '200000.00' are, 1 and true are not."""
    if isinstance(expected, bool) or isinstance(found, bool) or expected is None or found is None:
        return expected is found
    if not isinstance(expected, _WRITTEN) or not isinstance(found, _WRITTEN):
        return expected == found
    try:
        return Decimal(str(expected)) == Decimal(str(found))
    except (ArithmeticError, ValueError):
        return expected == found


def shown(value: object) -> object:
    """As the register writes it: whole numbers as such, fen as text with two places, anything else as it
    is."""
    if not isinstance(value, Decimal):
        return value
    number = plain(value)
    if number == number.to_integral_value():
        return int(number)
    return f"{number:.2f}" if -int(number.as_tuple().exponent) <= 2 else f"{number:f}"
