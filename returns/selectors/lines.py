"""A return as it is shown: every line with its numbers, words and problems."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from core.periods import Period
from core.templatetags import fmt
from evidence.models import EvidenceFile
from returns.enums import Frequency
from returns.measures import LINES, Line, in_order
from returns.measures.problems import Entry, Problem, change_in_percent, is_unusual, problems_of
from returns.models import PeriodReturn, ReturnLine
from returns.selectors.figures import Figure, PeerValue, figures_of
from returns.selectors.registry import Computed
from returns.stages import OPEN


@dataclass
class LineView:
    """One line for a page or a program, in the language that is active."""

    line: Line
    stored: ReturnLine
    entry: Entry
    computed: Computed
    previous: Decimal | None
    year_before: Decimal | None
    change: Decimal | None
    is_unusual: bool
    problems: list[Problem] = field(default_factory=list)
    peers: list[PeerValue] = field(default_factory=list)
    #: Files put beside the line, then those behind its records.
    attached: list[EvidenceFile] = field(default_factory=list)
    proofs: list[EvidenceFile] = field(default_factory=list)

    @property
    def code(self) -> str:
        return self.line.code

    @property
    def name(self) -> str:
        return self.line.name(_language())

    @property
    def unit(self) -> str:
        return self.line.unit(_language())

    @property
    def formula(self) -> str:
        return self.line.formula(_language())

    @property
    def origin_words(self) -> str:
        """How its value comes about; of a measure in a single month there is nothing to add up."""
        is_month = self.stored.period_return.duty.frequency == Frequency.MONTH
        if self.line.origin == "months" and is_month:
            return self.computed.note
        return " · ".join(part for part in (self.formula, self.computed.note) if part)

    @property
    def reported(self) -> Decimal | None:
        return self.entry.reported

    @property
    def text(self) -> str:
        """The reported value as it stands in a field."""
        return "" if self.reported is None else fmt.grouped(self.reported)

    @property
    def is_override(self) -> bool:
        return self.entry.is_override

    @property
    def messages(self) -> list[dict[str, str]]:
        """The problems in words, with the field they belong to."""
        return [{"field": item.field, "code": item.code, "message": words_of(item)} for item in self.problems]

    @property
    def asks_reason(self) -> bool:
        return self.is_override or bool(self.entry.reason)

    @property
    def asks_explanation(self) -> bool:
        asked = any(item.field == "explanation" for item in self.problems)
        return asked or self.is_unusual or bool(self.entry.explanation)

    @property
    def drifted(self) -> bool:
        """The records have changed since the return was submitted."""
        return (
            self.stored.period_return.state not in OPEN
            and self.stored.computed is not None
            and self.computed.value is not None
            and self.stored.computed != self.computed.value
        )


def _language() -> str:
    return get_language() or "zh-hans"


def words_of(problem: Problem) -> str:
    """The sentence of a problem, with the remedy."""
    return SENTENCES[problem.code](problem)


def _names(problem: Problem) -> dict[str, str]:
    return {side: LINES[problem.params[side]].name(_language()) for side in ("part", "whole")}


SENTENCES = {
    "missing": lambda p: _("Enter a value."),
    "negative": lambda p: _("Enter a number from zero up."),
    "too_high": lambda p: _("This is at most %(highest)s.") % p.params,
    "not_whole": lambda p: _("Enter a whole number."),
    "part_exceeds_whole": lambda p: _("“%(part)s” cannot be more than “%(whole)s”.") % _names(p),
    "whole_exceeded": lambda p: _("“%(part)s” is more than “%(whole)s”: say why in one line.") % _names(p),
    "reason_missing": lambda p: _("Say in one line why this is not the value from the records."),
    "explanation_missing": lambda p: (
        _("%(change)s%% against the period before: say why in one line.") % p.params
    ),
}


def entries_of(
    record: PeriodReturn, stored: Mapping[str, ReturnLine], figures: Mapping[str, Figure]
) -> dict[str, Entry]:
    """The lines as the checks see them: live numbers while the return is open, stored ones afterwards."""
    is_open = record.state in OPEN
    return {
        code: Entry(
            value=line.value,
            computed=figures[code].computed.value if is_open else line.computed,
            previous=figures[code].previous if is_open else line.previous,
            reason=line.reason,
            explanation=line.explanation,
        )
        for code, line in stored.items()
    }


def stored_lines(record: PeriodReturn) -> dict[str, ReturnLine]:
    """The known lines of a return in the order of the table."""
    rows = {row.code: row for row in record.lines.select_related("entered_by").all()}
    for row in rows.values():
        row.period_return = record
    return {code: rows[code] for code in in_order(list(rows))}


def line_views(record: PeriodReturn) -> list[LineView]:
    """Every line with what stands beside it."""
    stored = stored_lines(record)
    return views_of(record, stored, figures_for(record, stored))


def figures_for(record: PeriodReturn, stored: Mapping[str, ReturnLine]) -> dict[str, Figure]:
    """What stands beside the lines of this return."""
    period = Period.parse(record.period)
    return figures_of(record.incubator, list(stored), period, corrects=record.edition > 1)


def views_of(
    record: PeriodReturn, stored: Mapping[str, ReturnLine], figures: Mapping[str, Figure]
) -> list[LineView]:
    entries = entries_of(record, stored, figures)
    limit = record.duty.variance_percent
    problems = problems_of(entries, variance_percent=limit)
    is_open = record.state in OPEN
    return [
        LineView(
            line=LINES[code],
            stored=line,
            entry=entries[code],
            computed=figures[code].computed,
            previous=entries[code].previous,
            year_before=figures[code].year_before if is_open else line.year_before,
            change=change_in_percent(entries[code].reported, entries[code].previous),
            is_unusual=is_unusual(entries[code], limit),
            problems=[item for item in problems if item.line == code],
        )
        for code, line in stored.items()
    ]


def with_evidence(views: Sequence[LineView], record: PeriodReturn) -> None:
    """Put the files beside the lines: those attached to them, then those behind their records."""
    attached: dict[int, list[EvidenceFile]] = {}
    lines = [view.stored.pk for view in views]
    for link in ReturnLine.evidence.through.objects.filter(returnline__in=lines).select_related(
        "evidencefile"
    ):
        attached.setdefault(link.returnline_id, []).append(link.evidencefile)
    digests = {digest for view in views for digest in view.computed.evidence}
    files = EvidenceFile.objects.filter(park=record.incubator.park_id, sha256__in=sorted(digests))
    by_digest = {file.sha256: file for file in files}
    for view in views:
        behind = [by_digest[digest] for digest in view.computed.evidence if digest in by_digest]
        view.attached = attached.get(view.stored.pk, [])
        view.proofs = [*view.attached, *(file for file in behind if file not in view.attached)]


def as_data(view: LineView) -> dict[str, Any]:
    """One line for the page's script and for programs: plain values."""
    return {
        "code": view.code,
        "value": view.entry.value,
        "computed": view.entry.computed,
        "reported": view.reported,
        "previous": view.previous,
        "year_before": view.year_before,
        "change_percent": view.change,
        "is_unusual": view.is_unusual,
        "is_override": view.is_override,
        "reason": view.entry.reason,
        "explanation": view.entry.explanation,
        "remark": view.stored.remark,
        "problems": view.messages,
    }
