"""What would change an answer: the conditions that stand in the way, and what one more yuan would bring."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from funding.calculator.answers import Answer
from funding.calculator.conditions import Condition, shortfall
from funding.calculator.facts import Value
from funding.calculator.numbers import EXACT, ONE
from funding.calculator.policy import Result, Terms, answer_to
from funding.calculator.running import Run
from funding.calculator.terms import walk


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A condition that is not met. ``lacks``: how much a compared number falls short (negative: exceeds)."""

    condition: Condition
    answer: Answer
    lacks: Decimal | None


@dataclass(frozen=True, slots=True)
class Step:
    """One unit more of a fact (one yuan, one month) and what it adds to the amount, in yuan."""

    key: str
    value: Decimal
    adds: Decimal


@dataclass(frozen=True, slots=True)
class Changes:
    obstacles: tuple[Obstacle, ...]
    steps: tuple[Step, ...]
    potential: Decimal | None


_IN_THE_WAY = (Answer.UNMET, Answer.UNKNOWN, Answer.DECISION)


def what_changes(result: Result, facts: Mapping[str, Value | None]) -> Changes:
    """Everything that would change this answer. ``facts`` are the facts it was computed from, already
    read."""
    run = Run(facts)
    obstacles = tuple(
        Obstacle(asked.condition, asked.answer, shortfall(asked.condition.test, run))
        for asked in result.asked
        if asked.answer in _IN_THE_WAY
    )
    steps = _steps(result.terms, result, facts) if result.eligible and result.amount is not None else ()
    return Changes(obstacles, steps, result.potential)


def _steps(terms: Terms, result: Result, facts: Mapping[str, Value | None]) -> tuple[Step, ...]:
    found = []
    for key in amount_keys(terms):
        value = facts.get(key)
        if not isinstance(value, Decimal) or terms.facts[key].kind == "rate":
            continue
        more = answer_to(terms, {**facts, key: EXACT.add(value, ONE)})
        if more.amount is not None and result.amount is not None:
            found.append(Step(key, value, EXACT.subtract(more.amount, result.amount)))
    return tuple(found)


def amount_keys(terms: Terms) -> tuple[str, ...]:
    """Facts that the amount is computed from, in the order of the terms."""
    keys: dict[str, None] = {}
    for root in (terms.amount, terms.otherwise):
        if root is not None:
            for term in walk(root):
                keys |= dict.fromkeys(term.keys())
    return tuple(keys)


def questions(terms: Terms, result: Result) -> tuple[str, ...]:
    """Absent facts in the order to ask them: what could end the matter first, and among those the
    cheapest."""
    if result.eligible is False:
        return ()
    blocking = {
        key
        for asked in result.asked
        if asked.answer is Answer.UNKNOWN
        for key, value in asked.values.items()
        if value is None
    }
    order = {key: number for number, key in enumerate(terms.facts)}
    absent = set(result.missing) | blocking
    return tuple(sorted(absent, key=lambda key: (key not in blocking, terms.facts[key].cost, order[key])))
