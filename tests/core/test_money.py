from datetime import date
from decimal import Decimal

import pytest

from core.models import ExchangeRate
from core.money import Money, NoRate, convert, round_to_cent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def rates() -> None:
    ExchangeRate.objects.create(currency="SEK", on=date(2021, 1, 1), rate=Decimal("0.79"), source="test")
    ExchangeRate.objects.create(currency="SEK", on=date(2021, 7, 1), rate=Decimal("0.75"), source="test")


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2021, 1, 1), "79.00"), (date(2021, 6, 30), "79.00"), (date(2021, 7, 1), "75.00")],
)
def test_a_deed_is_converted_at_the_rate_of_its_day(day: date, expected: str) -> None:
    assert convert(Money(Decimal(100), "SEK"), on=day) == Money(Decimal(expected), "CNY")


def test_no_rate_is_not_a_guess() -> None:
    with pytest.raises(NoRate, match="2020-12-31"):
        convert(Money(Decimal(100), "SEK"), on=date(2020, 12, 31))


def test_yuan_need_no_rate() -> None:
    assert convert(Money(Decimal("1.23"), "CNY"), on=date(1999, 1, 1)) == Money(Decimal("1.23"), "CNY")


@pytest.mark.parametrize(
    ("amount", "rounded"), [("0.004", "0.00"), ("0.005", "0.01"), ("-0.005", "-0.01"), ("2.675", "2.68")]
)
def test_half_a_fen_goes_up(amount: str, rounded: str) -> None:
    assert round_to_cent(Decimal(amount)) == Decimal(rounded)


def test_currencies_are_not_added() -> None:
    with pytest.raises(ValueError, match="dated rate"):
        Money(Decimal(1), "SEK") + Money(Decimal(1), "CNY")
