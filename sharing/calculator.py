"""How a verified figure becomes shares. Pure: no database, no clock; money is exact to the fen."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

FEN = Decimal("0.01")
HUNDRED = Decimal(100)
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class Rule:
    """One term as numbers: ``rate`` in percent, ``threshold`` and ``cap`` in the agreement's currency,
    ``shares`` as (party id, percent) in the order of the agreement, ``remainder_to`` a party id."""

    rate: Decimal
    threshold: Decimal
    cap: Decimal | None
    shares: tuple[tuple[int, Decimal], ...]
    remainder_to: int


@dataclass(frozen=True)
class Shared:
    """What one figure brings: the rate applied, the amount shared, whether the ceiling stopped it."""

    rate: Decimal
    amount: Decimal
    is_capped: bool
    shares: Mapping[int, Decimal]


def half_up(amount: Decimal) -> Decimal:
    """To the fen; half a fen counts as one."""
    return amount.quantize(FEN, rounding=ROUND_HALF_UP)


def shared_of(figure: Decimal, rule: Rule, factor: Decimal = HUNDRED) -> Shared:
    """The part of ``figure`` above the threshold times the rate, at most the ceiling, divided by party.

    ``factor`` is percent of the rate that applies in a year after expiry. The ceiling falls with the rate,
    so that a tail of 50% never pays more than half of what a full year could.
    """
    counted = max(figure - rule.threshold, Decimal(0))
    amount = half_up(counted * rule.rate * factor / (HUNDRED * HUNDRED))
    ceiling = None if rule.cap is None else half_up(rule.cap * factor / HUNDRED)
    is_capped = ceiling is not None and amount > ceiling
    if ceiling is not None:
        amount = min(amount, ceiling)
    return Shared(
        rate=(rule.rate * factor / HUNDRED).quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP),
        amount=amount,
        is_capped=is_capped,
        shares=divided(amount, rule.shares, rule.remainder_to),
    )


def divided(amount: Decimal, shares: Sequence[tuple[int, Decimal]], remainder_to: int) -> dict[int, Decimal]:
    """``amount`` by percent, half up to the fen; the named party takes what is left over.

    The parts total the amount exactly. Rounding up never takes more than is there, so nobody falls below
    zero, however small the amount.
    """
    found: dict[int, Decimal] = {}
    left = amount
    for party, percent in shares:
        if party != remainder_to:
            found[party] = min(half_up(amount * percent / HUNDRED), left)
            left -= found[party]
    found[remainder_to] = left
    return found


def positions_of(parts: Sequence[tuple[int, Mapping[int, Decimal]]]) -> dict[int, Decimal]:
    """What each party is owed (above zero) or owes, from (holder, shares) pairs; they sum to zero.

    The holder keeps his own share and owes each other party its part: claims and counter-claims of terms
    with different holders meet here.
    """
    found: dict[int, Decimal] = {}
    for holder, shares in parts:
        for party, part in shares.items():
            if party != holder:
                found[party] = found.get(party, ZERO) + part
                found[holder] = found.get(holder, ZERO) - part
    return found


def year_after_expiry(year: int, valid_until: date) -> int:
    """0: the terms hold on the last day of the year. 1 is the first year that they no longer cover whole.

    Yearly figures can't be cut in two: a year belongs to the terms in force on 31 December, else to the
    tail. ``valid_until`` is not included.
    """
    if valid_until > date(year, 12, 31):
        return 0
    return year - (valid_until.year - 1)


def tail_factor(rule: str, years: int, rates: Sequence[Decimal], after: int) -> Decimal:
    """Percent of the rate that applies ``after`` years after expiry, to what landed before; 0: nothing."""
    if after == 0:
        return HUNDRED
    if rule == "runs_on" and after <= years:
        return HUNDRED
    if rule == "steps_down" and after <= len(rates):
        return Decimal(rates[after - 1])
    return Decimal(0)


def counts(
    landed_on: date | None,
    year: int,
    *,
    landed_from: date | None = None,
    landed_before: date | None = None,
    years_counted: int | None = None,
) -> bool:
    """Whether an enterprise counts in a year. The year of landing is the first of ``years_counted``."""
    if landed_on is None:
        return False
    if landed_on.year > year or (landed_from is not None and landed_on < landed_from):
        return False
    if landed_before is not None and landed_on >= landed_before:
        return False
    return years_counted is None or year < landed_on.year + years_counted


def next_reminder(valid_until: date, today: date, marks: Sequence[int] = (180, 90, 30, 0)) -> date | None:
    """The next day on which to think of an agreement that ends; None once it has ended."""
    days = [valid_until - timedelta(days=mark) for mark in sorted(marks, reverse=True)]
    return next((day for day in days if day >= today), None)


def digest_of(canonical: bytes) -> str:
    """The digest of the inputs: the same inputs always give the same one."""
    return hashlib.sha256(canonical).hexdigest()
