"""What keeps a return from being submitted, line by line. Pure: no database, no clock, no language.

The page checks the same while somebody types (static/js/returns.js); this decides.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from returns.measures.table import CHECKS, LINES, Line


@dataclass(frozen=True)
class Entry:
    """One line as it stands: what was typed, what the records yield, what the period before reported."""

    value: Decimal | None = None
    computed: Decimal | None = None
    previous: Decimal | None = None
    reason: str = ""
    explanation: str = ""

    @property
    def reported(self) -> Decimal | None:
        return self.computed if self.value is None else self.value

    @property
    def is_override(self) -> bool:
        """Something else is reported than what the records yield."""
        return self.value is not None and self.computed is not None and self.value != self.computed


@dataclass(frozen=True)
class Problem:
    """``field`` is value, reason or explanation; ``code`` names the sentence, ``params`` fill it."""

    line: str
    field: str
    code: str
    params: Mapping[str, str] = dataclasses.field(default_factory=dict)


def change_in_percent(value: Decimal | None, previous: Decimal | None) -> Decimal | None:
    """How much more or less than before, in percent with one decimal; None where there is nothing before."""
    if value is None or previous is None or previous == 0:
        return None
    return ((value - previous) / previous * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)


def is_unusual(entry: Entry, limit: int) -> bool:
    """The value differs by more than ``limit`` percent from the period before."""
    change = change_in_percent(entry.reported, entry.previous)
    return change is not None and abs(change) > limit


def asks_a_look(entry: Entry, limit: int) -> bool:
    """A reviewer has to read this line: it is unusual, explained, or not what the records say."""
    return entry.is_override or is_unusual(entry, limit) or bool(entry.explanation)


def problems_of(entries: Mapping[str, Entry], *, variance_percent: int) -> list[Problem]:
    """Everything that has to be put right or said before the return can be submitted."""
    found: list[Problem] = []
    for code, entry in entries.items():
        found += _of_line(LINES[code], entry, variance_percent)
    return found + list(_of_checks(entries))


def _of_line(line: Line, entry: Entry, limit: int) -> Iterator[Problem]:
    if entry.value is not None:
        yield from value_problems(line, entry.value)
    if entry.reported is None:
        if line.required:
            yield Problem(line.code, "value", "missing")
        return
    if entry.is_override and not entry.reason:
        yield Problem(line.code, "reason", "reason_missing")
    if is_unusual(entry, limit) and not entry.explanation:
        change = change_in_percent(entry.reported, entry.previous)
        yield Problem(line.code, "explanation", "explanation_missing", {"change": f"{change:+f}"})


def value_problems(line: Line, value: Decimal) -> Iterator[Problem]:
    """What a number of this line can never be."""
    if not value.is_finite() or value < 0:
        yield Problem(line.code, "value", "negative")
    elif line.highest is not None and value > line.highest:
        yield Problem(line.code, "value", "too_high", {"highest": str(line.highest)})
    elif line.kind == "count" and line.is_whole and value != value.to_integral_value():
        yield Problem(line.code, "value", "not_whole")


def _of_checks(entries: Mapping[str, Entry]) -> Iterator[Problem]:
    for check in CHECKS:
        part, whole = entries.get(check.part), entries.get(check.whole)
        if part is None or whole is None or part.reported is None or whole.reported is None:
            continue
        if part.reported <= whole.reported:
            continue
        params = {"part": check.part, "whole": check.whole}
        if not check.asks:
            yield Problem(check.part, "value", "part_exceeds_whole", params)
        elif not part.explanation:
            yield Problem(check.part, "explanation", "whole_exceeded", params)
