from datetime import date

import pytest

from enterprises.due import add_months, first_deadline, months_between, next_annuity


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2021, 1, 31), 1, date(2021, 2, 28)),
        (date(2020, 1, 31), 1, date(2020, 2, 29)),
        (date(2021, 5, 3), -24, date(2019, 5, 3)),
        (date(2021, 11, 30), 30, date(2024, 5, 30)),
    ],
)
def test_months_end_where_the_month_ends(day: date, months: int, then: date) -> None:
    assert add_months(day, months) == then


@pytest.mark.parametrize(
    ("later", "months"),
    [(date(2021, 5, 2), 11), (date(2021, 5, 3), 12), (date(2020, 5, 3), 0), (date(2019, 1, 1), 0)],
)
def test_only_full_months_count(later: date, months: int) -> None:
    assert months_between(date(2020, 5, 3), later) == months


def test_an_international_filing_has_thirty_months_from_its_priority() -> None:
    filed = {"kind": "invention", "office": "PCT", "filed_on": date(2021, 5, 3)}
    assert first_deadline(**filed, priority_on=None) == ("national_phase", date(2023, 11, 3))  # type: ignore[arg-type]
    assert first_deadline(**filed, priority_on=date(2020, 8, 31)) == ("national_phase", date(2023, 2, 28))  # type: ignore[arg-type]


def test_a_chinese_invention_is_examined_on_request() -> None:
    asked = first_deadline(kind="invention", office="CN", filed_on=date(2021, 5, 3), priority_on=None)
    assert asked == ("examination", date(2024, 5, 3))
    assert first_deadline(kind="design", office="CN", filed_on=date(2021, 5, 3), priority_on=None) is None


@pytest.mark.parametrize(
    ("today", "due"),
    [
        (date(2021, 5, 4), date(2022, 5, 3)),
        (date(2022, 5, 3), date(2023, 5, 3)),
        (date(2024, 5, 2), date(2024, 5, 3)),
    ],
)
def test_annuities_fall_on_the_day_of_filing(today: date, due: date) -> None:
    assert next_annuity(filed_on=date(2021, 5, 3), today=today) == due
