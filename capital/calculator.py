"""Parts of a period by the principal drawn, and whether an offer suits an enterprise. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

#: Ten places: on ten million yuan at 4% an error of 0.00002 yuan.
PLACES = Decimal("0.0000000001")


@dataclass(frozen=True, slots=True)
class Draw:
    """From this day on so much of the loan is drawn."""

    on: date
    principal: Decimal


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the period in which the principal stays the same; ``years`` is its length."""

    starts_on: date
    ends_on: date
    principal: Decimal
    years: Decimal

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days


def parts_of(starts_on: date, ends_on: date, draws: Iterable[Draw]) -> list[Part]:
    """``[starts_on, ends_on)`` cut where the principal changes; days without principal are left out.

    A whole year from the first day on is exactly one, in leap years too.
    """
    steps = sorted(draws, key=lambda draw: draw.on)
    days = sorted({starts_on, ends_on, *(draw.on for draw in steps if starts_on < draw.on < ends_on)})
    found: list[Part] = []
    for first, last in zip(days, days[1:], strict=False):
        standing = [draw.principal for draw in steps if draw.on <= first]
        principal = standing[-1] if standing else Decimal(0)
        if principal > 0:
            found.append(Part(first, last, principal, years_between(starts_on, first, last)))
    return found


def years_between(origin: date, first: date, last: date) -> Decimal:
    """The length of ``[first, last)`` in years that count from ``origin``: each day is one part of the year
    of the loan in which it lies."""
    total, number = Decimal(0), 0
    while (begin := _anniversary(origin, number)) < last:
        end = _anniversary(origin, number + 1)
        inside = (min(last, end) - max(first, begin)).days
        if inside > 0:
            total += Decimal(inside) / Decimal((end - begin).days)
        number += 1
    return total.quantize(PLACES, rounding=ROUND_HALF_UP).normalize()


def _anniversary(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 3, 1)


class About(StrEnum):
    """What a reason is about."""

    VALID = "valid"
    FIELD = "field"
    STAGE = "stage"
    CURRENCY = "currency"
    AMOUNT = "amount"
    LEFT = "left"
    SECURITY = "security"
    LIST = "list"
    PLACE = "place"


@dataclass(frozen=True, slots=True)
class Wish:
    """What an enterprise looks for; None and empty mean not said."""

    day: date
    amount: Decimal | None = None
    currency: str = "CNY"
    fields: frozenset[str] = frozenset()
    stage: str = ""
    security: str = ""
    lists: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a product or a fund demands. ``largest_is_firm``: the largest line binds, it is not only reported.
    ``left`` is what a fund of exact size can still invest."""

    currency: str
    fields: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    largest: Decimal | None = None
    largest_is_firm: bool = True
    left: Decimal | None = None
    securities: frozenset[str] = frozenset()
    list_name: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    is_reported: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """One point: for it (True), against it (False) or not known (None)."""

    about: About
    holds: bool | None


def judge(terms: Terms, wish: Wish) -> list[Reason]:
    """Every point on which the offer says something, in a fixed order."""
    found = []
    for about, answer in _POINTS:
        said = answer(terms, wish)
        if said is not None:
            found.append(Reason(about, said[0]))
    return found


def verdict(reasons: Sequence[Reason]) -> bool | None:
    """True when everything holds, False when something does not, None while something is unknown."""
    if any(reason.holds is False for reason in reasons):
        return False
    return None if any(reason.holds is None for reason in reasons) else True


Said = tuple[bool | None] | None


def _valid(terms: Terms, wish: Wish) -> Said:
    if terms.starts_on is None and terms.ends_on is None:
        return None
    begun = terms.starts_on is None or terms.starts_on <= wish.day
    return (begun and (terms.ends_on is None or wish.day < terms.ends_on),)


def _field(terms: Terms, wish: Wish) -> Said:
    if not terms.fields:
        return None
    return (bool(terms.fields & wish.fields) if wish.fields else None,)


def _stage(terms: Terms, wish: Wish) -> Said:
    if not terms.stages:
        return None
    return (wish.stage in terms.stages if wish.stage else None,)


def _currency(terms: Terms, wish: Wish) -> Said:
    return None if wish.amount is None else (terms.currency == wish.currency,)


def _amount(terms: Terms, wish: Wish) -> Said:
    if terms.largest is None or terms.currency != wish.currency:
        return None
    if wish.amount is None:
        return (None,)
    if wish.amount <= terms.largest:
        return (True,)
    return (False if terms.largest_is_firm else None,)


def _left(terms: Terms, wish: Wish) -> Said:
    if terms.left is None or wish.amount is None or terms.currency != wish.currency:
        return None
    return (wish.amount <= terms.left,)


def _security(terms: Terms, wish: Wish) -> Said:
    if not terms.securities:
        return None
    return (wish.security in terms.securities if wish.security else None,)


def _list(terms: Terms, wish: Wish) -> Said:
    return (terms.list_name in wish.lists,) if terms.list_name else None


def _place(terms: Terms, wish: Wish) -> Said:
    """Nobody here keeps what the press reports: whether it is open to this enterprise has to be asked."""
    return (None,) if terms.is_reported else None


_POINTS: tuple[tuple[About, Callable[[Terms, Wish], Said]], ...] = (
    (About.VALID, _valid),
    (About.CURRENCY, _currency),
    (About.AMOUNT, _amount),
    (About.LEFT, _left),
    (About.FIELD, _field),
    (About.STAGE, _stage),
    (About.SECURITY, _security),
    (About.LIST, _list),
    (About.PLACE, _place),
)
