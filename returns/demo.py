"""Demonstration returns of the three sites: the usual duties, past months in every state, one correction.

Every number is what the demonstration's own records say; where a rule asks for a word, it says 示例.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from accounts.models import User
from core.demo import Loaded, told_at_once
from core.periods import Period
from incubators.models import Incubator, OperatorContract
from returns.models import PeriodReturn, ReturnDuty
from returns.selectors import line_views
from returns.services import (
    LineInput,
    correct_return,
    create_default_duties,
    open_returns,
    publish_return,
    return_return,
    save_lines,
    submit_return,
    verify_return,
)

OPERATORS = {
    "jy-zhangjiang": "op-zhangjiang",
    "jy-shenzhen-incubator": "op-shenzhen",
    "jy-uppsala": "op-uppsala",
}
#: Months before the present one, and how far their returns have come; the newest is left to be filed.
COURSES: Mapping[str, tuple[str, ...]] = {
    "jy-zhangjiang": ("published", "submitted", "open"),
    "jy-shenzhen-incubator": ("corrected", "returned", "open"),
    "jy-uppsala": ("verified", "submitted", "submitted"),
}
BEGIN = 3  # months ago, so that the list is short
WORDS = "示例：业务安排所致"
REASON = "示例：以园区台账为准"


@dataclass(frozen=True)
class Desk:
    """One site with the two people that a return needs."""

    incubator: Incubator
    operator: User
    administrator: User

    def moment(self, day: date, hour: int) -> datetime:
        return datetime.combine(day, time(hour), tzinfo=ZoneInfo(self.incubator.time_zone))


def load(*, at: datetime) -> list[Loaded]:
    """Set up once; a site that has a duty already stays as it is."""
    people = {user.username: user for user in User.objects.filter(is_demonstration=True)}
    sites = {site.code: site for site in Incubator.objects.select_related("park").filter(code__in=OPERATORS)}
    administrator = people.get("park-jiangyin")
    touched = 0
    for code, name in OPERATORS.items():
        if administrator is not None and code in sites and name in people:
            touched += _load_site(Desk(sites[code], people[name], administrator), at)
    count = PeriodReturn.objects.filter(incubator__code__in=OPERATORS).count()
    return [Loaded("sample period returns", count, touched)]


@transaction.atomic
def _load_site(desk: Desk, at: datetime) -> int:
    today = at.astimezone(ZoneInfo(desk.incubator.time_zone)).date()
    contract = (
        OperatorContract.objects.filter(incubator=desk.incubator, starts_on__lte=today, is_demonstration=True)
        .order_by("-starts_on")
        .first()
    )
    if contract is None or ReturnDuty.objects.filter(contract=contract).exists():
        return 0
    today = min(today, contract.ends_on)  # the last contract of the example may have run out
    month = Period.containing(today, "month")
    for _step in range(BEGIN):
        month = month.previous()
    with told_at_once():
        create_default_duties(
            contract=contract,
            actor=desk.administrator,
            at=desk.moment(month.start, 9),
            starts_on=month.start,
        )
        made: list[PeriodReturn] = []
        while month.end <= today:
            made += open_returns(incubators=[desk.incubator], at=desk.moment(month.end, 6))
            month = month.next()
        monthly = [row for row in made if row.duty.frequency == "month"]
        for record, course in zip(monthly, COURSES[desk.incubator.code], strict=False):
            _play(desk, record, course, at)
    return len(made)


def _play(desk: Desk, record: PeriodReturn, course: str, until: datetime) -> None:
    """Take one return along its course: filed some days after the month, decided some days later."""
    if course == "open":
        return
    filed = min(desk.moment(record.ends_on + timedelta(days=5), 10), until)
    decided = min(filed + timedelta(days=3), until)
    record = _file(desk, record, filed)
    if course == "submitted":
        return
    if course == "returned":
        return_return(
            record=record,
            reason="示例：请核对活动场次，并补充签到表。",
            remarks={"events_held": "与活动记录不一致，请核对"},
            actor=desk.administrator,
            at=decided,
        )
        return
    record = verify_return(record=record, actor=desk.administrator, at=decided)
    if course == "published":
        publish_return(record=record, actor=desk.administrator, at=decided)
    if course == "corrected":
        again = correct_return(
            record=record, reason="示例：补报一场导师辅导", actor=desk.operator, at=decided
        )
        more = record.lines.get(code="mentoring_sessions").reported + 1
        again = _file(desk, again, decided, mentoring_sessions=more)
        verify_return(record=again, actor=desk.administrator, at=decided)


def _file(desk: Desk, record: PeriodReturn, at: datetime, **changes: Decimal) -> PeriodReturn:
    """Fill in what the records leave open, say a word where one is asked for, and submit."""
    if changes:
        typed = {code: LineInput(value=value, has_value=True) for code, value in changes.items()}
        record = save_lines(record=record, lines=typed, actor=desk.operator, at=at)
    lines: dict[str, LineInput] = {}
    for view in line_views(record):
        open_value = view.reported is None and view.line.required
        asked = {item.field for item in view.problems}
        if open_value or asked:
            lines[view.code] = LineInput(
                value=view.previous or Decimal(0),
                has_value=open_value,
                reason=REASON if "reason" in asked else None,
                explanation=WORDS if "explanation" in asked else None,
            )
    record = save_lines(record=record, lines=lines, actor=desk.operator, at=at)
    return submit_return(record=record, actor=desk.operator, at=at)
