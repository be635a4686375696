from datetime import date

import pytest

from core.periods import BadPeriod, Period, recent_periods


@pytest.mark.parametrize(
    ("code", "start", "end", "chinese", "english"),
    [
        ("2021", date(2021, 1, 1), date(2022, 1, 1), "2021年", "2021"),
        ("2021-H2", date(2021, 7, 1), date(2022, 1, 1), "2021年下半年", "H2 2021"),
        ("2021-Q2", date(2021, 4, 1), date(2021, 7, 1), "2021年第二季度", "Q2 2021"),
        ("2021-04", date(2021, 4, 1), date(2021, 5, 1), "2021年4月", "April 2021"),
        ("2021-12", date(2021, 12, 1), date(2022, 1, 1), "2021年12月", "December 2021"),
    ],
)
def test_a_code_says_days_and_names(code: str, start: date, end: date, chinese: str, english: str) -> None:
    period = Period.parse(code)
    assert (period.start, period.end, period.label("zh-hans"), period.label("en"), period.code) == (
        start,
        end,
        chinese,
        english,
        code,
    )


@pytest.mark.parametrize(
    "code", ["", "21", "2021-Q5", "2021-Q0", "2021-H3", "2021-13", "2021-00", "2021-4", "1850", "2021Q2"]
)
def test_what_is_no_period_is_refused_with_an_example(code: str) -> None:
    with pytest.raises(BadPeriod, match="2021-Q2"):
        Period.parse(code)


def test_periods_are_half_open() -> None:
    quarter = Period.parse("2021-Q2")
    assert [
        day in quarter for day in (date(2021, 3, 31), date(2021, 4, 1), date(2021, 6, 30), date(2021, 7, 1))
    ] == [
        False,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("code", "before", "after"),
    [
        ("2021", "2020", "2022"),
        ("2021-H1", "2020-H2", "2021-H2"),
        ("2021-Q1", "2020-Q4", "2021-Q2"),
        ("2021-12", "2021-11", "2022-01"),
    ],
)
def test_neighbours(code: str, before: str, after: str) -> None:
    period = Period.parse(code)
    assert (period.previous().code, period.next().code) == (before, after)


def test_recent_periods_end_with_the_one_that_holds_the_day() -> None:
    codes = [period.code for period in recent_periods("quarter", until=date(2021, 2, 3), count=3)]
    assert codes == ["2021-Q1", "2020-Q4", "2020-Q3"]
