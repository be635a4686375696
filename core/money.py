"""Money: exact decimals with a currency, converted only with a dated rate.

Amounts are stored in the currency of the deed. Rounding is half up to the fen (1/100 of the unit).
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from core.enums import Currency
from core.models import ExchangeRate

CENT = Decimal("0.01")


class NoRate(LookupError):
    """No exchange rate on or before that day is recorded."""


@dataclass(frozen=True)
class Money:
    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if self.currency != other.currency:
            raise ValueError(
                f"{self.currency} and {other.currency} cannot be added; convert with a dated rate"
            )
        return Money(self.amount + other.amount, self.currency)


def round_to_cent(amount: Decimal) -> Decimal:
    """Half up to 1/100: 0.005 becomes 0.01."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def rate_on(day: date, *, currency: str, to: str = Currency.CNY) -> Decimal:
    """Units of ``to`` for one unit of ``currency``: the newest rate recorded on or before ``day``."""
    return dated_rate(day, currency=currency, to=to)[0]


def dated_rate(day: date, *, currency: str, to: str = Currency.CNY) -> tuple[Decimal, date]:
    """The rate of ``rate_on`` and the day under which it is recorded."""
    if currency == to:
        return Decimal(1), day
    found = (
        ExchangeRate.objects.filter(currency=currency, to_currency=to, on__lte=day)
        .order_by("-on")
        .values_list("rate", "on")
        .first()
    )
    if found is None:
        raise NoRate(f"no {currency}→{to} rate is recorded on or before {day:%Y-%m-%d}")
    return found


def convert(money: Money, *, on: date, to: str = Currency.CNY) -> Money:
    """The money in another currency at the rate of ``on``, rounded to the cent."""
    return Money(round_to_cent(money.amount * rate_on(on, currency=money.currency, to=to)), to)
