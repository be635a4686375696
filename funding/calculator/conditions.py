"""Conditions: what must hold, in which clause, and what is asked of a fact.

以上/以下/以内 include the number, 超过/不满 exclude it (Civil Code, article 1259).
"""

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

from funding.calculator.answers import Answer, all_of, any_of, negated
from funding.calculator.facts import Value, Words
from funding.calculator.numbers import EXACT, ONE
from funding.calculator.running import Batch, Mask, Run, aligned, both
from funding.calculator.terms import Term


class Verdict(NamedTuple):
    """Answers of many cases: where the condition is met, where that is not known, where a person must decide,
    and where it does not apply. A case with none of the marks is unmet."""

    met: Mask
    unknown: Mask | None = None
    decision: Mask | None = None
    aside: Mask | None = None


@dataclass(frozen=True, slots=True)
class Test:
    """What is asked. ``row`` answers for one case, ``columns`` for many."""

    op = ""

    def row(self, run: Run) -> Answer:
        raise NotImplementedError

    def columns(self, batch: Batch) -> Verdict:
        raise NotImplementedError

    def tests(self) -> tuple["Test", ...]:
        return ()

    def terms(self) -> tuple[Term, ...]:
        return ()

    def keys(self) -> tuple[str, ...]:
        return ()


@dataclass(frozen=True, slots=True)
class Is(Test):
    """The fact holds."""

    key: str
    op = "is"

    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def row(self, run: Run) -> Answer:
        value = run.facts.get(self.key)
        if value is None:
            run.missing[self.key] = None
            return Answer.UNKNOWN
        return Answer.MET if value is True else Answer.UNMET

    def columns(self, batch: Batch) -> Verdict:
        flag = batch.fact(self.key)
        return _settled(flag.values != 0, flag.known)


@dataclass(frozen=True, slots=True)
class Decision(Test):
    """A person's recorded decision: until there is one, the answer is that it is needed."""

    key: str
    op = "decision"

    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def row(self, run: Run) -> Answer:
        value = run.facts.get(self.key)
        if value is None:
            return Answer.DECISION
        return Answer.MET if value is True else Answer.UNMET

    def columns(self, batch: Batch) -> Verdict:
        flag = batch.fact(self.key)
        met = flag.values != 0
        return Verdict(met) if flag.known is None else Verdict(met & flag.known, decision=~flag.known)


@dataclass(frozen=True, slots=True)
class OneOf(Test):
    """The fact is one of the named choices; ``order`` is how the fact's choices are numbered in columns."""

    key: str
    choices: tuple[str, ...]
    order: tuple[str, ...]
    op = "one_of"

    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def row(self, run: Run) -> Answer:
        value = run.fact(self.key)
        if value is None:
            return Answer.UNKNOWN
        return Answer.MET if value in self.choices else Answer.UNMET

    def columns(self, batch: Batch) -> Verdict:
        choice = batch.fact(self.key)
        numbers = [self.order.index(name) for name in self.choices]
        return _settled(np.isin(choice.values, numbers), choice.known)


COMPARISONS: Mapping[str, Callable[[Any, Any], Any]] = {
    "at_least": operator.ge,
    "more_than": operator.gt,
    "at_most": operator.le,
    "less_than": operator.lt,
    "equals": operator.eq,
}


@dataclass(frozen=True, slots=True)
class Compare(Test):
    """A number beside another: 以上 at_least, 超过 more_than, 以下/以内 at_most, 不满 less_than."""

    left: Term
    comparison: str
    right: Term

    @property
    def op(self) -> str:  # type: ignore[override]
        return self.comparison

    def terms(self) -> tuple[Term, ...]:
        return (self.left, self.right)

    def row(self, run: Run) -> Answer:
        left, right = self.left.row(run), self.right.row(run)
        if left is None or right is None:
            return Answer.UNKNOWN
        return Answer.MET if COMPARISONS[self.comparison](left, right) else Answer.UNMET

    def columns(self, batch: Batch) -> Verdict:
        left, right = aligned(self.left.columns(batch), self.right.columns(batch))
        return _settled(
            COMPARISONS[self.comparison](left.values, right.values), both(left.known, right.known)
        )


@dataclass(frozen=True, slots=True)
class Ranked(Test):
    """排名: among the first so many of all applicants. The place is found by a run over the portfolio; ties
    at the last place are settled there, by the rule of the policy and never by the order of a table."""

    key: str
    places: Decimal
    op = "ranked"

    def keys(self) -> tuple[str, ...]:
        return (self.key,)

    def row(self, run: Run) -> Answer:
        rank = run.fact(self.key)
        if rank is None:
            return Answer.UNKNOWN
        assert isinstance(rank, Decimal)
        return Answer.MET if ONE <= rank <= self.places else Answer.UNMET

    def columns(self, batch: Batch) -> Verdict:
        rank = batch.fact(self.key)
        return _settled((rank.values >= 1) & (rank.values <= int(self.places)), rank.known)


@dataclass(frozen=True, slots=True)
class Joined(Test):
    """All of several tests, or any of them."""

    of: tuple[Test, ...]
    every: bool

    @property
    def op(self) -> str:  # type: ignore[override]
        return "all" if self.every else "any"

    def tests(self) -> tuple[Test, ...]:
        return self.of

    def row(self, run: Run) -> Answer:
        answers = [test.row(run) for test in self.of]
        return all_of(answers) if self.every else any_of(answers)

    def columns(self, batch: Batch) -> Verdict:
        verdicts = [test.columns(batch) for test in self.of]
        return _all(verdicts) if self.every else _negated(_all([_negated(one) for one in verdicts]))


@dataclass(frozen=True, slots=True)
class Not(Test):
    """The test does not hold."""

    of: Test
    op = "not"

    def tests(self) -> tuple[Test, ...]:
        return (self.of,)

    def row(self, run: Run) -> Answer:
        return negated(self.of.row(run))

    def columns(self, batch: Batch) -> Verdict:
        return _negated(self.of.columns(batch))


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of a policy: its test, the clause it stands in, and for whom it applies at all."""

    key: str
    test: Test
    clause: str = ""
    words: Words = Words()
    when: Test | None = None

    def row(self, run: Run) -> Answer:
        if self.when is not None:
            applies = self.when.row(run)
            if applies is not Answer.MET:
                return Answer.NOT_APPLICABLE if applies is Answer.UNMET else applies
        return self.test.row(run)

    def columns(self, batch: Batch) -> Verdict:
        verdict = self.test.columns(batch)
        if self.when is None:
            return verdict
        return _guarded(self.when.columns(batch), verdict)


class Asked(NamedTuple):
    """The answer to one condition, and the values that it rests on."""

    condition: Condition
    answer: Answer
    values: Mapping[str, Value | None]


def keys_of(test: Test) -> dict[str, None]:
    """Every fact that the test reads, each once, in order."""
    from funding.calculator.terms import walk

    keys = dict.fromkeys(test.keys())
    for term in test.terms():
        for part in walk(term):
            keys |= dict.fromkeys(part.keys())
    for inner in test.tests():
        keys |= keys_of(inner)
    return keys


def shortfall(test: Test, run: Run) -> Decimal | None:
    """How much the left side of an unmet comparison lacks (positive) or has too much (negative)."""
    if not isinstance(test, Compare):
        return None
    left, right = test.left.row(run), test.right.row(run)
    return None if left is None or right is None else EXACT.subtract(right, left)


def _settled(met: Mask, known: Mask | None) -> Verdict:
    return Verdict(met) if known is None else Verdict(met & known, unknown=~known)


def _open(verdict: Verdict) -> Mask:
    """Where a verdict is anything but unmet."""
    found = verdict.met
    for mask in verdict[1:]:
        if mask is not None:
            found = found | mask
    return found


def _all(verdicts: list[Verdict]) -> Verdict:
    """Unmet before unknown before needs-a-decision before met; aside where nothing applies."""
    standing = _open(verdicts[0])
    for verdict in verdicts[1:]:
        standing = standing & _open(verdict)
    if all(one.unknown is None and one.decision is None and one.aside is None for one in verdicts):
        return Verdict(standing)
    unknown = _union([one.unknown for one in verdicts], standing)
    decision = _union([one.decision for one in verdicts], standing & ~unknown)
    rest = standing & ~unknown & ~decision
    met = _union([one.met for one in verdicts], rest)
    return Verdict(met, unknown, decision, rest & ~met)


def _union(masks: list[Mask | None], within: Mask) -> Mask:
    found = np.zeros_like(within)
    for mask in masks:
        if mask is not None:
            found = found | mask
    return found & within


def _negated(verdict: Verdict) -> Verdict:
    return verdict._replace(met=~_open(verdict))


def _guarded(applies: Verdict, verdict: Verdict) -> Verdict:
    none = np.zeros_like(applies.met)
    unknown = none if applies.unknown is None else applies.unknown
    decision = none if applies.decision is None else applies.decision
    aside = ~(applies.met | unknown | decision)
    return Verdict(
        verdict.met & applies.met,
        unknown | (none if verdict.unknown is None else verdict.unknown & applies.met),
        decision | (none if verdict.decision is None else verdict.decision & applies.met),
        aside | (none if verdict.aside is None else verdict.aside & applies.met),
    )


def joined_verdict(verdicts: list[Verdict], size: int) -> Verdict:
    """All conditions of a policy together; a policy without conditions is open to everybody."""
    return _all(verdicts) if verdicts else Verdict(np.ones(size, dtype=np.bool_))
