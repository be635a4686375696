"""From points to a mark, from marks to a result. Pure and exact: Decimal, half up to 1/100."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

HUNDREDTH = Decimal("0.01")
MEAN, TRIMMED_MEAN = "mean", "trimmed_mean"
#: From so many marks on, an expert's severity is more than chance and a temper.
MARKS_FOR_SEVERITY = 5


def rounded(value: Decimal) -> Decimal:
    """Half up to 0.01: 0.005 becomes 0.01."""
    return value.quantize(HUNDREDTH, ROUND_HALF_UP)


@dataclass(frozen=True)
class Line:
    """A criterion as the calculation needs it."""

    max_points: Decimal
    weight: Decimal


def mark_of(points: Sequence[tuple[Decimal, Line]]) -> Decimal:
    """The mark of one expert: the sum of points times weight, rounded once at the end."""
    return rounded(sum((given * line.weight for given, line in points), Decimal(0)))


def full_mark(lines: Sequence[Line]) -> Decimal:
    """The best mark that the criteria allow."""
    return rounded(sum((line.max_points * line.weight for line in lines), Decimal(0)))


@dataclass(frozen=True)
class Combined:
    """The marks of one case and what they make. ``value`` and ``spread`` are None without enough marks.

    ``used`` are the marks that count, ``dropped`` those left out, all from the lowest to the highest;
    ``total`` is the sum of those used.
    """

    marks: tuple[Decimal, ...]
    needed: int
    used: tuple[Decimal, ...] = ()
    dropped: tuple[Decimal, ...] = ()
    total: Decimal = Decimal(0)
    value: Decimal | None = None

    @property
    def missing(self) -> int:
        return max(0, self.needed - len(self.marks))

    @property
    def spread(self) -> Decimal | None:
        """Highest minus lowest of all marks given."""
        return self.marks[-1] - self.marks[0] if len(self.marks) > 1 else None


def combine(marks: Sequence[Decimal], *, method: str, needed: int) -> Combined:
    """One mark out of several; none before the marks needed are there."""
    ordered = tuple(sorted(marks))
    if not ordered or len(ordered) < needed:
        return Combined(ordered, needed)
    used: tuple[Decimal, ...] = ordered
    dropped: tuple[Decimal, ...] = ()
    if method == TRIMMED_MEAN:
        if len(ordered) < 3:
            return Combined(ordered, max(needed, 3))
        used, dropped = ordered[1:-1], (ordered[0], ordered[-1])
    total = sum(used, Decimal(0))
    return Combined(ordered, needed, used, dropped, total, rounded(total / len(used)))


@dataclass(frozen=True)
class Severity:
    """How an expert's marks lie beside those of the others on the same cases.

    ``deviation`` is the mean of (his mark - mean of all marks of the case); None with too few marks.
    """

    marks: int
    deviation: Decimal | None


def severities(
    marks: Mapping[int, Mapping[int, Decimal]], *, at_least: int = MARKS_FOR_SEVERITY
) -> dict[int, Severity]:
    """``marks`` maps a case to the mark of each expert. A case with one mark compares nobody."""
    deviations: dict[int, list[Decimal]] = {}
    for of_case in marks.values():
        if len(of_case) < 2:
            continue
        mean = sum(of_case.values(), Decimal(0)) / len(of_case)
        for expert, mark in of_case.items():
            deviations.setdefault(expert, []).append(mark - mean)
    return {
        expert: Severity(
            len(found), rounded(sum(found, Decimal(0)) / len(found)) if len(found) >= at_least else None
        )
        for expert, found in deviations.items()
    }
