"""One version of a policy as the calculator sees it, and its answer to one case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from funding.calculator.answers import Answer, all_of, eligible
from funding.calculator.conditions import Asked, Condition, keys_of
from funding.calculator.facts import BadFacts, FactProblem, FactSpec, Value, read_facts
from funding.calculator.numbers import LARGEST, ONE, ZERO, to_fen
from funding.calculator.running import LASTING, Line, Run
from funding.calculator.terms import Term, walk

#: What an answer is about, and the name of its headline figure.
HEADLINES: Mapping[str, str] = {
    "award": "award_yuan",
    "line": "line_yuan",
    "tax": "tax_yuan",
    "exposure": "exposure_yuan",
    "place": "selected",
    "compliance": "compliant",
    "none": "",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one version: facts asked, conditions, the amount, and what holds for those left out.

    ``up_to`` says that the amount is a ceiling and a person decides what is granted.
    """

    currency: str
    outcome: str
    facts: Mapping[str, FactSpec]
    conditions: tuple[Condition, ...] = ()
    amount: Term | None = None
    otherwise: Term | None = None
    up_to: bool = False
    asked: Mapping[str, tuple[str, ...]] = field(init=False, repr=False, compare=False)
    #: Results besides the headline figure by name, and whether each is a flag.
    results: Mapping[str, bool] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "asked", {one.key: tuple(_keys(one)) for one in self.conditions})
        parts = () if self.amount is None else walk(self.amount)
        object.__setattr__(self, "results", {name: flag for part in parts for name, flag in part.results()})

    @property
    def is_description(self) -> bool:
        """Nothing is asked and nothing is computed: nobody is entitled by it, and nobody is left out."""
        return self.outcome == "none" and not self.conditions


def _keys(condition: Condition) -> dict[str, None]:
    return (keys_of(condition.when) if condition.when else {}) | keys_of(condition.test)


@dataclass(slots=True)
class Result:
    """The answer to one case.

    ``amount`` is exact to the fen in the currency of the terms; None while something is open, or where a
    person decides. ``potential`` is what it would be if every condition were met. ``outputs`` holds the other
    results by name, ``lines`` the steps behind the amount, ``missing`` the facts that were asked for and
    absent.
    """

    terms: Terms
    answer: Answer
    eligible: bool | None
    amount: Decimal | None
    potential: Decimal | None
    outputs: dict[str, Any]
    asked: list[Asked]
    lines: list[Line]
    missing: tuple[str, ...]


def evaluate(terms: Terms, given: Mapping[str, object]) -> Result:
    """The answer of the terms to the facts. Raises ``BadFacts`` for a value that is not what is asked for."""
    return answer_to(terms, read_facts(terms.facts, given))


def answer_to(terms: Terms, facts: Mapping[str, Value | None]) -> Result:
    """The same for facts that were read already. Raises ``BadFacts`` where their product has more digits
    than any sum of money."""
    try:
        return _answer(terms, facts)
    except ArithmeticError:
        sums = {key: value for key, value in facts.items() if isinstance(value, Decimal)}
        key = max(sums, key=lambda one: abs(sums[one]), default="")
        raise BadFacts([FactProblem(key, "too_large", sums.get(key), f"{LARGEST:f}")]) from None


def _answer(terms: Terms, facts: Mapping[str, Value | None]) -> Result:
    run = Run(facts)
    asked: list[Asked] = []
    answers: list[Answer] = []
    for condition in terms.conditions:
        answer = condition.row(run)
        answers.append(answer)
        asked.append(Asked(condition, answer, {key: facts.get(key) for key in terms.asked[condition.key]}))
    verdict = all_of(answers)
    open_to = None if terms.is_description else eligible(verdict)
    run.lines = []
    potential = _amount(terms.amount, run)
    amount, lines = potential, run.lines
    if open_to is False:
        aside = Run(facts)
        amount = ZERO if terms.otherwise is None else _amount(terms.otherwise, aside)
        lines = aside.lines
        run.missing |= aside.missing
    elif open_to is None or run.outputs.get("valid") is False:
        amount = None
    return Result(
        terms,
        verdict,
        open_to,
        amount,
        potential,
        _outputs(terms, run.outputs, open_to, amount, complete=potential is not None),
        asked,
        lines,
        tuple(run.missing),
    )


def _amount(term: Term | None, run: Run) -> Decimal | None:
    if term is None:
        return None
    value = term.row(run)
    return None if value is None else to_fen(value)


def _outputs(
    terms: Terms, found: dict[str, Any], open_to: bool | None, amount: Decimal | None, *, complete: bool
) -> dict[str, Any]:
    """Every result of the terms by its name; None while a fact is missing. For those left out, nothing is
    granted: flags are false, quantities zero, and what is left of a pool stays as it was. ``complete``: what
    is not among the results found then belongs to another track, not to a missing fact."""
    results: dict[str, Any] = {}
    for name, is_flag in terms.results.items():
        value = found.get(name)
        if value is None and complete and is_flag:
            value = name in LASTING
        if isinstance(value, tuple):  # what is left of a pool, before and after this case
            left, granted = value
            taken = granted if open_to else ZERO
            results[name] = None if open_to is None or taken is None else left - taken
        elif name in LASTING or open_to:
            results[name] = value
        elif open_to is None:
            results[name] = None
        else:
            results[name] = False if is_flag else ZERO
    headline = HEADLINES[terms.outcome]
    if terms.outcome == "place":
        results[headline] = None if amount is None else amount == ONE
    elif terms.outcome == "compliance":
        results[headline] = open_to
    elif headline:
        results[headline] = amount
    return results
