"""Two ways of doing the same work, alternated in one run so that both meet the same machine."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Result:
    """One row of the table. ``ratio`` is floor time by our time (1.00 as fast as the floor), unless said."""

    name: str
    ours_ms: float
    floor_ms: float
    floor: str
    aim: str
    met: bool
    ratio: float
    equal: bool
    details: dict[str, Any] = field(default_factory=dict)


def alternate(
    first: Callable[[], object], second: Callable[[], object], *, rounds: int, each: int = 1
) -> tuple[float, float]:
    """Median milliseconds of one call of each, in turns; the first turn warms up and is not counted."""
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(rounds + 1):
        pair = (first, second) if turn % 2 else (second, first)
        for act in pair:
            began = time.perf_counter()
            for _call in range(each):
                act()
            spent = (time.perf_counter() - began) * 1000 / each
            if turn:
                times[0 if act is first else 1].append(spent)
    return statistics.median(times[0]), statistics.median(times[1])
