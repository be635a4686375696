"""From a verified monthly return to verified monthly measures, which the evaluation counts."""

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, Refused
from evaluation.measures import MEASURES
from evaluation.models import Observation
from evaluation.services import ObservationRow, enter_observations, verify_observations
from returns.enums import Frequency
from returns.models import PeriodReturn, ReturnLine


def count_in_evaluation(record: PeriodReturn, *, actor: User, at: datetime) -> None:
    """Enter the measures in the name of whoever submitted them and verify them in the reviewer's.

    What is verified with the same value already stays; another value is corrected and verified again. Longer
    returns are sums of months, so they count through their months.
    """
    if record.duty.frequency != Frequency.MONTH or record.submitted_by is None:
        return
    lines = {
        line.code: line for line in record.lines.all() if line.code in MEASURES and line.reported is not None
    }
    known = {
        row.measure: row
        for row in Observation.objects.filter(incubator=record.incubator, period=record.period)
    }
    changed = [line for code, line in lines.items() if not _stands(known.get(code), line)]
    try:
        entered = enter_observations(
            incubator=record.incubator,
            rows=[_row(record, line) for line in changed],
            actor=record.submitted_by,
            at=at,
            provenance=record.provenance,
            correct=True,
        )
    except Refused as error:
        raise Conflict(
            _("Whoever submitted this has no role here any more. Return it, so that another submits it."),
            code="submitter_left",
        ) from error
    _attach(entered, lines.values())
    verify_observations(observations=entered, actor=actor, at=at)


def _stands(known: Observation | None, line: ReturnLine) -> bool:
    return known is not None and known.verified_at is not None and known.value == line.reported


def _row(record: PeriodReturn, line: ReturnLine) -> ObservationRow:
    note = line.reason or line.explanation
    value = line.reported
    assert value is not None
    return ObservationRow(line.code, record.period, value, note)


def _attach(entered: Iterable[Observation], lines: Iterable[ReturnLine]) -> None:
    """The files beside a line prove the measure as well."""
    files: dict[str, list[int]] = {}
    owners = {line.pk: line.code for line in lines}
    for link in ReturnLine.evidence.through.objects.filter(returnline__in=owners):
        files.setdefault(owners[link.returnline_id], []).append(link.evidencefile_id)
    for row in entered:
        if row.measure in files:
            row.evidence.add(*files[row.measure])
