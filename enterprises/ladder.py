"""The gap check: what a rung of the growth ladder asks, held against what is known. Pure functions.

A value that is missing makes a line unknown, never unmet: 0 and "no" are values, nothing is not. 以上 and
以下 include the threshold, 超过 and 不满 do not (民法典 1259). Amounts are in yuan, shares in percent, scores
in points, yes and no are 1 and 0. The answer is an estimate: recognitions are decided by authorities.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from enterprises.enums import Answer, Comparison, LadderFactKey, RecognitionKind

#: From the bottom to the top. ``specialised_sme`` stands beside the ladder.
RUNGS = (
    RecognitionKind.TECH_SME,
    RecognitionKind.HNTE,
    RecognitionKind.POTENTIAL_GAZELLE,
    RecognitionKind.GAZELLE,
    RecognitionKind.UNICORN,
    RecognitionKind.LISTED,
)
BESIDE = (RecognitionKind.SPECIALISED_SME,)

YUAN, PERCENT, PEOPLE, MONTHS, POINTS, YES_NO = "yuan", "percent", "people", "months", "points", "yes_no"
_K = LadderFactKey
UNITS: Mapping[str, str] = {
    _K.MONTHS_REGISTERED: MONTHS,
    _K.STAFF_COUNT: PEOPLE,
    _K.REVENUE: YUAN,
    _K.TOTAL_ASSETS: YUAN,
    _K.RD_STAFF_SHARE: PERCENT,
    _K.RD_REVENUE_SHARE: PERCENT,
    _K.RD_IN_CHINA_SHARE: PERCENT,
    _K.HIGH_TECH_INCOME_SHARE: PERCENT,
    _K.MAIN_BUSINESS_SHARE: PERCENT,
    _K.DEBT_RATIO: PERCENT,
    _K.RD_EXPENSE_LOWEST_2Y: YUAN,
    _K.RD_SHARE_LOWEST_2Y: PERCENT,
    _K.NEW_EQUITY_2Y: YUAN,
    _K.REVENUE_GROWTH_2Y: PERCENT,
    _K.INNOVATION_SCORE: POINTS,
    _K.TECH_SME_SCORE: POINTS,
    _K.PLATFORM_SCORE: POINTS,
    _K.OWNS_CORE_IP: YES_NO,
    _K.NO_SERIOUS_INCIDENT: YES_NO,
}
#: No record of the system holds these: somebody states them with a day and a proof.
STATED = (
    _K.INNOVATION_SCORE,
    _K.TECH_SME_SCORE,
    _K.PLATFORM_SCORE,
    _K.OWNS_CORE_IP,
    _K.NO_SERIOUS_INCIDENT,
)


@dataclass(frozen=True)
class Fact:
    """A known value: its period as shown ("2018–2020", a day), whether it is verified, and its parts."""

    value: Decimal
    period: str
    is_verified: bool
    parts: tuple[tuple[str, Decimal], ...] = ()


@dataclass(frozen=True)
class Criterion:
    """One line of a version of the thresholds."""

    key: str
    comparison: str
    value: Decimal | None
    clause: str
    applies_key: str = ""
    applies_above: Decimal | None = None
    applies_upto: Decimal | None = None
    alternative: str = ""


@dataclass(frozen=True)
class Line:
    """The answer to one criterion. ``gap`` is how far the value lies from the threshold, above zero where
    it would have to rise and below zero where it would have to fall; None where that says nothing."""

    criterion: Criterion
    answer: str
    fact: Fact | None
    gap: Decimal | None = None
    #: Which fact is missing to know whether the line applies at all.
    asks_first: str = ""
    #: Another line of the same alternatives is met, so this one need not be.
    is_replaced: bool = False


@dataclass(frozen=True)
class Check:
    """All lines of one rung and what they add up to."""

    lines: tuple[Line, ...]

    @property
    def counts(self) -> Counter[str]:
        return Counter(line.answer for line in self.lines if not line.is_replaced)

    @property
    def answer(self) -> str:
        """Unmet before unknown before a decision; met only where every line that applies is met."""
        counts = self.counts
        for answer in (Answer.UNMET, Answer.UNKNOWN, Answer.DECISION):
            if counts[answer]:
                return answer.value
        return Answer.MET.value if counts[Answer.MET] else Answer.UNKNOWN.value

    @property
    def is_verified(self) -> bool:
        """Whether every value that was used is verified."""
        return all(line.fact.is_verified for line in self.lines if line.fact is not None)


def check(criteria: Iterable[Criterion], facts: Mapping[str, Fact]) -> Check:
    """Hold the criteria against the facts, in their order."""
    return Check(tuple(_with_alternatives([_line(item, facts) for item in criteria])))


def holds(value: Decimal, comparison: str, threshold: Decimal) -> bool:
    """以上/以下 include the number, 超过/不满 exclude it."""
    if comparison == Comparison.AT_LEAST:
        return value >= threshold
    if comparison == Comparison.AT_MOST:
        return value <= threshold
    if comparison == Comparison.EXCEEDS:
        return value > threshold
    if comparison == Comparison.BELOW:
        return value < threshold
    raise ValueError(comparison)


def _line(criterion: Criterion, facts: Mapping[str, Fact]) -> Line:
    if criterion.applies_key:
        band = facts.get(criterion.applies_key)
        if band is None:
            return Line(criterion, Answer.UNKNOWN, facts.get(criterion.key), asks_first=criterion.applies_key)
        if not _in_band(band.value, criterion):
            return Line(criterion, Answer.NOT_APPLICABLE, None)
    fact = facts.get(criterion.key)
    if criterion.comparison == Comparison.DECISION:
        return Line(criterion, Answer.DECISION, None)
    if fact is None:
        return Line(criterion, Answer.UNKNOWN, None)
    if criterion.comparison == Comparison.HOLDS:
        return Line(criterion, Answer.MET if fact.value else Answer.UNMET, fact)
    assert criterion.value is not None, criterion
    met = holds(fact.value, criterion.comparison, criterion.value)
    return Line(criterion, Answer.MET if met else Answer.UNMET, fact, gap=criterion.value - fact.value)


def _in_band(value: Decimal, criterion: Criterion) -> bool:
    above, upto = criterion.applies_above, criterion.applies_upto
    return (above is None or value > above) and (upto is None or value <= upto)


def _with_alternatives(lines: Sequence[Line]) -> list[Line]:
    """Where one of several alternatives is met, the others don't count; where one is unknown, the unmet
    ones don't decide yet."""
    answers: dict[str, set[str]] = {}
    for line in lines:
        if line.criterion.alternative:
            answers.setdefault(line.criterion.alternative, set()).add(line.answer)
    found = []
    for line in lines:
        others = answers.get(line.criterion.alternative, set())
        better = {
            Answer.UNMET: {Answer.MET, Answer.UNKNOWN},
            Answer.UNKNOWN: {Answer.MET},
        }.get(Answer(line.answer), set())
        replaced = bool(others & better)
        found.append(
            Line(line.criterion, line.answer, line.fact, line.gap, line.asks_first, True)
            if replaced
            else line
        )
    return found
