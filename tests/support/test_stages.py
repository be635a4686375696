"""Time limits and satisfaction, without a database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from support.enums import TicketState
from support.stages import MOVES, deadline, last_day, satisfaction_percent, working_days_after


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2021, 6, 1), 1, date(2021, 6, 2)),  # Tuesday → Wednesday
        (date(2021, 6, 4), 1, date(2021, 6, 7)),  # Friday → Monday
        (date(2021, 6, 5), 1, date(2021, 6, 7)),  # Saturday → Monday
        (date(2021, 6, 1), 5, date(2021, 6, 8)),
        (date(2021, 6, 1), 0, date(2021, 6, 1)),
    ],
)
def test_weekends_are_not_counted(day: date, count: int, expected: date) -> None:
    assert working_days_after(day, count) == expected


def test_a_limit_ends_with_the_last_day_where_the_incubator_is() -> None:
    opened = datetime(2021, 6, 1, 22, 30, tzinfo=UTC)  # 2 June in Shanghai, 2 June 00:30 in Uppsala
    for zone, ends in (("Asia/Shanghai", datetime(2021, 6, 3, 16, tzinfo=UTC)),
                       ("Europe/Stockholm", datetime(2021, 6, 3, 22, tzinfo=UTC))):  # fmt: skip
        limit = deadline(opened, 1, zone)
        assert limit == ends
        assert last_day(limit, zone) == date(2021, 6, 3)


def test_satisfaction_is_the_mean_as_a_share_of_the_best() -> None:
    assert satisfaction_percent([5, 4, 4]) == Decimal("86.67")
    assert satisfaction_percent([]) is None


def test_every_state_says_where_it_can_go() -> None:
    assert set(MOVES) == set(TicketState.values)
