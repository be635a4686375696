"""The five answers to a condition, and how several are joined.

``0`` and ``false`` are answers; only what is absent is unknown. A condition that only a person can settle
needs a decision until the decision is recorded.
"""

from collections.abc import Iterable
from enum import StrEnum


class Answer(StrEnum):
    MET = "met"
    UNMET = "unmet"
    UNKNOWN = "unknown"
    DECISION = "needs_decision"
    NOT_APPLICABLE = "not_applicable"


#: The first of these that occurs decides for all: one unmet condition settles the matter, whatever is
#: unknown.
_ALL = (Answer.UNMET, Answer.UNKNOWN, Answer.DECISION, Answer.MET)
_ANY = (Answer.MET, Answer.DECISION, Answer.UNKNOWN, Answer.UNMET)


def all_of(answers: Iterable[Answer]) -> Answer:
    """Unmet before unknown before needs-a-decision before met; not applicable when nothing applies."""
    return _first(_ALL, answers)


def any_of(answers: Iterable[Answer]) -> Answer:
    """Met before needs-a-decision before unknown before unmet; not applicable when nothing applies."""
    return _first(_ANY, answers)


def _first(order: tuple[Answer, ...], answers: Iterable[Answer]) -> Answer:
    found = set(answers)
    for answer in order:
        if answer in found:
            return answer
    return Answer.NOT_APPLICABLE


def negated(answer: Answer) -> Answer:
    return {Answer.MET: Answer.UNMET, Answer.UNMET: Answer.MET}.get(answer, answer)


def eligible(answer: Answer) -> bool | None:
    """True when every condition is met, False when one is not, None while something is open."""
    if answer in (Answer.MET, Answer.NOT_APPLICABLE):
        return True
    return False if answer is Answer.UNMET else None
