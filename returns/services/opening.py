"""One return for each duty and period, made when the period has ended: by beat and on opening the list."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby

from django.db import transaction

from core import history
from core.enums import Provenance
from core.periods import Period
from incubators.models import Incubator
from returns.duties import due_day
from returns.enums import ReturnAct, ReturnState
from returns.measures import in_order
from returns.models import PeriodReturn, ReturnDuty, ReturnLine, ReturnMove
from returns.selectors import closed_by, duties_missing


def open_returns(*, incubators: Iterable[Incubator] | None = None, at: datetime) -> list[PeriodReturn]:
    """Make every return that is asked for by now and not there yet. Twice, or at the same moment, makes none
    twice: the duties are locked and looked at again."""
    ids = None if incubators is None else [incubator.pk for incubator in incubators]
    missing = duties_missing(ids, at=at)
    made: list[PeriodReturn] = []
    for _place, group in groupby(missing, key=lambda pair: pair[0].contract.incubator_id):
        made += _open_for(list(group), at=at)
    return made


@transaction.atomic
def _open_for(missing: Sequence[tuple[ReturnDuty, Period]], *, at: datetime) -> list[PeriodReturn]:
    """Returns of one incubator; a closed period gets none."""
    duties = {duty.pk: duty for duty, _ in missing}
    list(ReturnDuty.objects.select_for_update(of=("self",)).filter(pk__in=duties).order_by("pk"))
    known = set(PeriodReturn.objects.filter(duty__in=duties).values_list("duty_id", "period"))
    new = [
        _new_return(duty, period, at=at)
        for duty, period in missing
        if (duty.pk, period.code) not in known and closed_by(duty.contract.incubator, period) is None
    ]
    if not new:
        return []
    PeriodReturn.objects.bulk_create(new)
    ReturnLine.objects.bulk_create([line for record in new for line in new_lines(record, record.duty.lines)])
    ReturnMove.objects.bulk_create(
        [
            ReturnMove(period_return=record, act=ReturnAct.OPEN, to_state=ReturnState.DRAFT, at=at)
            for record in new
        ]
    )
    links = [
        history.Change(
            "return.opened",
            record._meta.label_lower,
            str(record.pk),
            history.label_of(record),
            {"period": [None, record.period], "due_on": [None, record.due_on]},
        )
        for record in new
    ]
    history.record_many(chain=new[0].chain, changes=links, actor=None, at=at)
    return new


def _new_return(duty: ReturnDuty, period: Period, *, at: datetime) -> PeriodReturn:
    example = duty.contract.is_demonstration
    return PeriodReturn(
        incubator=duty.contract.incubator,
        duty=duty,
        period=period.code,
        starts_on=period.start,
        ends_on=period.end,
        due_on=due_day(period, duty.due_days),
        provenance=Provenance.DEMONSTRATION if example else Provenance.RECORDED,
        created_at=at,
        updated_at=at,
    )


def new_lines(record: PeriodReturn, codes: Iterable[str]) -> list[ReturnLine]:
    """Empty lines in the order of the table; a code that no longer exists gets none."""
    ordered = in_order(list(codes))
    return [ReturnLine(period_return=record, code=code, position=place) for place, code in enumerate(ordered)]
