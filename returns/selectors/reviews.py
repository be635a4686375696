"""Which of the waiting returns can be decided on together, and what has to be looked at in the others."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language

from returns.measures import LINES
from returns.measures.problems import Entry, asks_a_look
from returns.models import PeriodReturn, ReturnLine


@dataclass(frozen=True)
class Reviewable:
    """One return that waits, with the names of the lines that somebody has to look at first."""

    record: PeriodReturn
    to_look_at: tuple[str, ...]

    @property
    def is_plain(self) -> bool:
        """Nothing in it is unusual, explained or typed instead of what the records yield."""
        return not self.to_look_at


def lines_to_look_at(records: Iterable[PeriodReturn]) -> Mapping[int, tuple[str, ...]]:
    """Codes of those lines by return, as they were submitted: one query for any number of returns."""
    limits = {record.pk: record.duty.variance_percent for record in records}
    found: dict[int, list[str]] = defaultdict(list)
    rows = ReturnLine.objects.filter(period_return__in=limits).order_by("period_return_id", "position", "pk")
    for row in rows:
        entry = Entry(row.value, row.computed, row.previous, row.reason, row.explanation)
        if asks_a_look(entry, limits[row.period_return_id]):
            found[row.period_return_id].append(row.code)
    return {pk: tuple(codes) for pk, codes in found.items()}


def waiting_together(records: Iterable[PeriodReturn]) -> list[Reviewable]:
    """The returns in their order, with the names of their lines in the language of the page."""
    rows = list(records)
    language = get_language() or "zh-hans"
    codes = lines_to_look_at(rows)
    return [
        Reviewable(row, tuple(LINES[code].name(language) for code in codes.get(row.pk, ()) if code in LINES))
        for row in rows
    ]
