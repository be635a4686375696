"""Where an application stands, the days it spent in each place, and the way from the desk to the money."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min
from django.utils.translation import gettext as _

from applications.enums import ApplicationState, MoneyStage, ProgrammeState, StepResult
from applications.models import Application, Programme, ProgrammeStep, StepLog
from applications.models.applications import AWARDED
from applications.stages import days_between, is_late
from ledger.enums import InstalmentState
from ledger.models import Commitment, Instalment
from ledger.selectors import Days, days_to_money, days_to_money_of, other_grants


@dataclass(frozen=True, slots=True)
class Stay:
    """One row of the log. ``days`` counts up to today while it is open."""

    log: StepLog
    label: str
    entered_on: date
    left_on: date | None
    days: int
    days_allowed: int | None
    is_late: bool
    result: str
    result_label: str
    reason: str
    by: str

    @property
    def is_open(self) -> bool:
        return self.left_on is None


@dataclass(frozen=True, slots=True)
class Point:
    """A point of the status line. ``reached_on`` None: still to come; ``days`` spent there so far."""

    code: str
    label: str
    reached_on: date | None
    days: int | None
    is_now: bool = False
    is_skipped: bool = False


@dataclass(frozen=True, slots=True)
class Trail:
    rows: list[Stay]
    line: list[Point]
    money: MoneyStage
    days_to_money: int | None


def trail_of(application: Application, today: date) -> Trail:
    """The whole way of one application; a fixed number of queries."""
    log = list(
        StepLog.objects.filter(application=application)
        .select_related("step", "left_by", "batch__round", "batch__notice")
        .order_by("pk")
    )
    rows = [_stay(row, today) for row in log]
    commitment = application.commitment
    days = days_to_money(commitment) if commitment is not None else None
    first = _first_received(application)
    return Trail(rows, _line(application, rows, first, today), money_stage(application), days)


def _stay(row: StepLog, today: date) -> Stay:
    allowed = row.step.days_allowed if row.step is not None else None
    open_late = row.left_on is None and is_late(row.entered_on, allowed, today)
    late = open_late or (row.left_on is not None and is_late(row.entered_on, allowed, row.left_on))
    return Stay(
        log=row,
        label=row.step.label if row.step is not None else str(row.get_state_display()),
        entered_on=row.entered_on,
        left_on=row.left_on,
        days=days_between(row.entered_on, row.left_on, today),
        days_allowed=allowed,
        is_late=late,
        result=row.result,
        result_label=str(StepResult(row.result).label) if row.result else "",
        reason=row.reason,
        by=str(row.left_by or ""),
    )


def _first_received(application: Application) -> date | None:
    if application.commitment_id is None:
        return None
    rows = Instalment.objects.filter(
        commitment=application.commitment_id, state=InstalmentState.RECEIVED
    ).aggregate(first=Min("received_on"))
    found: date | None = rows["first"]
    return found


def _line(application: Application, rows: Sequence[Stay], first: date | None, today: date) -> list[Point]:
    """受理 → the steps → 批准 → 协议 → 拨付 → 到账, as far as this application goes."""
    by_step: dict[int, list[Stay]] = {}
    by_state: dict[str, Stay] = {}
    for row in rows:
        if row.log.step_id is not None:
            by_step.setdefault(row.log.step_id, []).append(row)
        by_state[row.log.state] = row
    found = [Point("received", _("application received"), application.submitted_on, None)]
    for step in application.programme.steps.order_by("position"):
        found.append(_step_point(step, by_step.get(step.pk, []), application))
    ended = by_state.get(ApplicationState.REJECTED) or by_state.get(ApplicationState.WITHDRAWN)
    if ended is not None:
        return [one for one in found if one.reached_on] + [
            Point(ended.log.state, ended.label, ended.entered_on, None, is_now=True)
        ]
    return found + _award_points(application, by_state, first, today)


def _step_point(step: ProgrammeStep, stays: Sequence[Stay], application: Application) -> Point:
    return Point(
        code=str(step.kind),
        label=step.label,
        reached_on=stays[0].entered_on if stays else None,
        days=sum(row.days for row in stays) if stays else None,
        is_now=application.current_step_id == step.pk,
        is_skipped=bool(stays) and stays[-1].result == StepResult.SKIPPED,
    )


def _award_points(
    application: Application, by_state: dict[str, Stay], first: date | None, today: date
) -> list[Point]:
    approved, agreed = by_state.get(ApplicationState.APPROVED), by_state.get(ApplicationState.AGREED)
    given_up = by_state.get(ApplicationState.GIVEN_UP)
    needs = application.programme.needs_agreement
    paying = agreed if needs else approved
    end = by_state.get(ApplicationState.CLOSED) or by_state.get(ApplicationState.CLAWED_BACK) or given_up
    found = [
        Point(
            "approved",
            _("approved by the meeting"),
            approved.entered_on if approved else None,
            approved.days if approved and needs else None,
            is_now=application.state == ApplicationState.APPROVED and needs,
        )
    ]
    if needs:
        found.append(Point("agreement", _("agreement"), agreed.entered_on if agreed else None, None))
    is_paying = paying is not None and paying.is_open and first is None
    days = days_between(paying.entered_on, first or paying.left_on, today) if paying else None
    found.append(
        Point("payment", _("being paid"), paying.entered_on if paying else None, days, is_now=is_paying)
    )
    is_received = first is not None and end is None
    found.append(Point("received_money", _("money received"), first, None, is_now=is_received))
    if given_up is not None:
        found = [one for one in found if one.reached_on is not None]
    if end is not None:
        found.append(Point(end.log.state, end.label, end.entered_on, None, is_now=True))
    return found


def money_stage(application: Application) -> MoneyStage:
    """How far the money has come, read from the commitment."""
    commitment = application.commitment
    if commitment is None:
        return MoneyStage.NONE
    if commitment.clawed_amount:
        return MoneyStage.RETURNED
    if commitment.released_amount == commitment.amount:
        return MoneyStage.RELEASED
    if not commitment.paid_amount:
        return MoneyStage.COMMITTED
    return MoneyStage.PART if commitment.open_amount else MoneyStage.RECEIVED


def other_grants_of(application: Application) -> list[Commitment]:
    """Money that the applicant has already, newest first: for the same purpose where the programme names
    one. Shown before it is handed in; the ledger refuses it at the approval."""
    project = application.project
    firm = application.enterprise or (project.enterprise if project is not None else None)
    if firm is None:
        return []
    programme = application.programme
    base = f"{programme.base}:{programme.year}" if programme.base else ""
    return list(other_grants(firm, base=base, excluding=application.commitment)[:20])


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many stand at a step, how many of them too long, and how many ever came there."""

    step: ProgrammeStep
    standing: int
    late: int
    came: int


@dataclass(frozen=True, slots=True)
class ProgrammeStanding:
    """Where a programme stands: by state, by step, and its money. ``days`` from the application to the first
    money: number of cases, median, longest."""

    states: list[tuple[str, str, int]]
    steps: list[StepCount]
    received: int
    approved: int
    rejected: int
    committed: Decimal
    paid: Decimal
    currency: str
    days: Days


def standing_of(programme: Programme, today: date) -> ProgrammeStanding:
    """Numbers of a programme; a fixed number of queries."""
    by_state = dict(programme.applications.order_by().values_list("state").annotate(count=Count("pk")))
    commitments: Any = Commitment.objects.filter(application__programme=programme)
    sums = _sums(commitments)
    states = [(str(one.value), str(one.label), by_state[one.value])
              for one in ApplicationState if by_state.get(one.value)]  # fmt: skip
    return ProgrammeStanding(
        states=states,
        steps=_step_counts(programme, today),
        received=sum(count for state, count in by_state.items() if state != ApplicationState.DRAFT),
        approved=sum(by_state.get(state, 0) for state in AWARDED),
        rejected=by_state.get(ApplicationState.REJECTED, 0),
        committed=sums[0],
        paid=sums[1],
        currency=programme.currency,
        days=days_to_money_of(commitments),
    )


def _sums(commitments: Iterable[Commitment]) -> tuple[Decimal, Decimal]:
    rows = list(commitments)
    committed = sum((row.amount - row.released_amount for row in rows), Decimal(0))
    return committed, sum((row.paid_amount - row.clawed_amount for row in rows), Decimal(0))


def _step_counts(programme: Programme, today: date) -> list[StepCount]:
    rows = StepLog.objects.filter(step__programme=programme).order_by()
    came = dict(rows.values_list("step").annotate(count=Count("application", distinct=True)))
    standing: dict[int, list[date]] = {}
    for step_id, entered in rows.filter(left_at=None).values_list("step", "entered_on"):
        standing.setdefault(step_id, []).append(entered)
    return [
        StepCount(
            step,
            len(standing.get(step.pk, [])),
            sum(is_late(day, step.days_allowed, today) for day in standing.get(step.pk, [])),
            came.get(step.pk, 0),
        )
        for step in programme.steps.order_by("position")
    ]


def takes_applications(programme: Programme, today: date) -> bool:
    """Whether an application can be handed in today."""
    return programme.state == ProgrammeState.OPEN and programme.opens_on <= today <= programme.closes_on
