"""The lines and their checks, without a database; and where the page's own checks would differ."""

from datetime import date
from decimal import Decimal

import pytest

from core.periods import Period
from returns.duties import DEFAULTS, due_day, months_of, periods_asked, year_before
from returns.measures import CHECKS, LINES
from returns.measures.problems import Entry, change_in_percent, problems_of
from returns.stages import FROZEN, MOVES, OPEN, allowed


def test_every_default_and_every_check_names_known_lines() -> None:
    assert {code for default in DEFAULTS.values() for code in default.lines} <= set(LINES)
    assert {side for check in CHECKS for side in (check.part, check.whole)} <= set(LINES)
    assert all(len(set(default.lines)) == len(default.lines) for default in DEFAULTS.values())


def test_every_state_is_open_or_frozen() -> None:
    assert {move.target for move in MOVES.values()} | {"draft"} == OPEN | FROZEN
    assert [allowed(state) for state in ("draft", "submitted", "published")] == [
        ("submit",),
        ("return", "verify"),
        (),
    ]


@pytest.mark.parametrize(
    ("value", "previous", "change"),
    [
        ("13", "10", "30.0"),
        ("13.01", "10", "30.1"),
        ("7", "10", "-30.0"),
        ("5", "0", None),
        ("5", None, None),
    ],
)
def test_change_against_the_period_before(value: str, previous: str | None, change: str | None) -> None:
    before = None if previous is None else Decimal(previous)
    assert change_in_percent(Decimal(value), before) == (None if change is None else Decimal(change))


@pytest.mark.parametrize(
    ("entry", "codes"),
    [
        (Entry(), ["missing"]),
        (Entry(computed=Decimal(3)), []),
        (Entry(value=Decimal(3), computed=Decimal(3)), []),
        (Entry(value=Decimal(4), computed=Decimal(3)), ["reason_missing"]),
        (Entry(value=Decimal(4), computed=Decimal(3), reason="So."), []),
        (Entry(value=Decimal(13), previous=Decimal(10)), []),
        (Entry(value=Decimal(14), previous=Decimal(10)), ["explanation_missing"]),
        (Entry(value=Decimal(14), previous=Decimal(10), explanation="So."), []),
        (Entry(value=Decimal("1.5")), ["not_whole"]),
        (Entry(value=Decimal(-1)), ["negative"]),
    ],
)
def test_problems_of_one_line(entry: Entry, codes: list[str]) -> None:
    assert [item.code for item in problems_of({"events_held": entry}, variance_percent=30)] == codes


def test_a_part_is_not_more_than_its_whole() -> None:
    entries = {"jobs": Entry(computed=Decimal(5)), "rd_jobs": Entry(value=Decimal(6))}
    assert [item.code for item in problems_of(entries, variance_percent=30)] == ["part_exceeds_whole"]


def test_due_days_and_periods() -> None:
    april = Period.parse("2021-04")
    assert due_day(april, 10) == date(2021, 5, 10)
    assert [month.code for month in months_of(Period.parse("2021-Q2"))] == ["2021-04", "2021-05", "2021-06"]
    assert year_before(Period.parse("2021-H2")).code == "2020-H2"
    asked = periods_asked(
        "month", starts_on=date(2021, 4, 20), ends_on=date(2021, 6, 1), today=date(2022, 1, 1)
    )
    assert [period.code for period in asked] == ["2021-04", "2021-05"]
    assert not list(
        periods_asked("month", starts_on=date(2021, 4, 1), ends_on=date(2022, 1, 1), today=date(2021, 4, 30))
    )
