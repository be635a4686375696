"""A park whose operator Alice reports month by month and quarter by quarter, and Bob, who reviews."""

from datetime import UTC, date, datetime
from decimal import Decimal

from accounts.models import User
from incubators.models import Incubator, OperatorContract
from returns.measures import LINES
from returns.models import PeriodReturn, ReturnDuty
from returns.services import LineInput, open_returns, save_duty, save_lines, submit_return, verify_return
from tests.evaluation.cases import make_contract

MAY = datetime(2021, 5, 3, 4, 0, tzinfo=UTC)
JULY = datetime(2021, 7, 3, 4, 0, tzinfo=UTC)

#: What Alice types for April: everything that no record yields.
TYPED = {
    "service_tickets_total": "50",
    "service_tickets_on_time": "47",
    "mentoring_sessions": "3",
    "events_held": "1",
    "satisfaction_percent": "92",
    "public_spend_yuan": "400000",
    "budget_yuan": "500000",
}
SHORT = ("new_leads", "landed", *TYPED)


def make_duty(
    incubator: Incubator,
    bob: User,
    *,
    frequency: str = "month",
    lines: tuple[str, ...] = SHORT,
    starts_on: date = date(2021, 4, 1),
    due_days: int = 10,
    contract: OperatorContract | None = None,
) -> ReturnDuty:
    return save_duty(
        duty=None,
        contract=contract
        or OperatorContract.objects.filter(incubator=incubator).first()
        or make_contract(incubator),
        values={"frequency": frequency, "due_days": due_days, "lines": lines, "starts_on": starts_on},
        actor=bob,
        at=MAY,
    )


def make_return(incubator: Incubator, bob: User, *, at: datetime = MAY) -> PeriodReturn:
    """The return of April, empty."""
    make_duty(incubator, bob)
    return open_returns(incubators=[incubator], at=at)[0]


def typed(**values: str) -> dict[str, LineInput]:
    return {code: LineInput(value=Decimal(value), has_value=True) for code, value in values.items()}


def fill(record: PeriodReturn, alice: User, *, at: datetime = MAY, **changes: str) -> PeriodReturn:
    return save_lines(record=record, lines=typed(**{**TYPED, **changes}), actor=alice, at=at)


def submitted(incubator: Incubator, alice: User, bob: User) -> PeriodReturn:
    record = fill(make_return(incubator, bob), alice)
    return submit_return(record=record, actor=alice, at=MAY)


def verified(incubator: Incubator, alice: User, bob: User) -> PeriodReturn:
    return verify_return(record=submitted(incubator, alice, bob), actor=bob, at=MAY)


def every_line() -> tuple[str, ...]:
    return tuple(LINES)
