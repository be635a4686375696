"""Where the value of a line comes from, for lines that records can yield.

An app that stands below this one, or this one for it, registers a source once when it is ready; a source
answers for several lines and periods at once, in a fixed number of queries.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from core.periods import Period
from incubators.models import Incubator


@dataclass(frozen=True)
class Computed:
    """A value with what it was counted from. ``records`` have ``label`` and ``url``; ``evidence`` are
    digests of files; ``note`` is one short line, such as how much still waits for verification."""

    value: Decimal | None
    records: tuple[Mapping[str, Any], ...] = ()
    evidence: tuple[str, ...] = ()
    note: str = ""


#: By line and period code; what a source cannot say is left out.
Found = Mapping[tuple[str, str], Computed]
Source = Callable[[Incubator, Sequence[str], Sequence[Period]], Found]

_SOURCES: dict[str, tuple[frozenset[str], Source]] = {}


def register_source(name: str, codes: Iterable[str], source: Source) -> None:
    """``source(incubator, codes, periods)`` is asked only for those of its lines that a return has."""
    _SOURCES[name] = (frozenset(codes), source)


def from_records(incubator: Incubator, codes: Sequence[str], periods: Sequence[Period]) -> Found:
    """What the sources say of these lines in these periods."""
    found: dict[tuple[str, str], Computed] = {}
    for known, source in _SOURCES.values():
        wanted = [code for code in codes if code in known]
        if wanted:
            found.update(source(incubator, wanted, periods))
    return found
