"""The arithmetic of shares, for every figure and every division that can be."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sharing.calculator import (
    Rule,
    counts,
    divided,
    half_up,
    next_reminder,
    positions_of,
    shared_of,
    tail_factor,
    year_after_expiry,
)

quick = settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
money = st.integers(0, 10**13).map(lambda fen: Decimal(fen) / 100)
small = st.integers(0, 300).map(lambda fen: Decimal(fen) / 100)


@st.composite
def shares(draw: st.DrawFn) -> tuple[tuple[int, Decimal], ...]:
    """One to five parties whose percents, to four decimals, total 100."""
    cuts = draw(st.lists(st.integers(1, 999_999), unique=True, max_size=4))
    edges = [0, *sorted(cuts), 1_000_000]
    parts = [Decimal(b - a) / 10_000 for a, b in zip(edges, edges[1:], strict=False)]
    return tuple(enumerate(parts, start=1))


@quick
@given(st.one_of(money, small), shares(), st.integers(0, 4))
def test_parts_total_the_amount_and_nobody_falls_below_zero(
    amount: Decimal, division: tuple[tuple[int, Decimal], ...], last: int
) -> None:
    remainder_to = division[last % len(division)][0]
    parts = divided(amount, division, remainder_to)
    assert sum(parts.values()) == amount
    assert set(parts) == {party for party, _percent in division}
    assert all(part >= 0 and part == part.quantize(Decimal("0.01")) for part in parts.values())
    for party, percent in division:
        assert abs(parts[party] - amount * percent / 100) <= Decimal("0.01") * len(division)


@quick
@given(
    figure=money,
    rate=st.integers(1, 1_000_000).map(lambda value: Decimal(value) / 10_000),
    threshold=money,
    cap=st.one_of(st.none(), money.filter(bool)),
    division=shares(),
    factor=st.integers(0, 100).map(Decimal),
)
def test_what_is_shared_stays_within_figure_and_ceiling(
    figure: Decimal,
    rate: Decimal,
    threshold: Decimal,
    cap: Decimal | None,
    division: tuple[tuple[int, Decimal], ...],
    factor: Decimal,
) -> None:
    rule = Rule(rate, threshold, cap, division, division[-1][0])
    found = shared_of(figure, rule, factor)
    assert 0 <= found.amount <= figure
    assert cap is None or found.amount <= cap
    assert found.amount <= shared_of(figure, rule).amount
    assert found == shared_of(figure, rule, factor)
    assert sum(found.shares.values()) == found.amount
    if figure <= threshold:
        assert found.amount == 0


@quick
@given(st.lists(st.tuples(st.integers(1, 5), money, shares()), max_size=6))
def test_claims_and_counter_claims_sum_to_zero(
    parts: list[tuple[int, Decimal, tuple[tuple[int, Decimal], ...]]],
) -> None:
    found = positions_of(
        [(holder, divided(amount, division, division[0][0])) for holder, amount, division in parts]
    )
    assert sum(found.values(), Decimal(0)) == 0


def test_half_a_fen_counts_as_one() -> None:
    assert [str(half_up(Decimal(value))) for value in ("0.005", "0.0049", "1.125", "2.675")] == [
        "0.01", "0.00", "1.13", "2.68",
    ]  # fmt: skip


def test_one_fen_between_three() -> None:
    """Rounding each third up would give out more than there is."""
    third = Decimal("33.3333")
    division = ((1, Decimal(50)), (2, Decimal("49.9999")), (3, Decimal("0.0001")))
    assert divided(Decimal("0.01"), division, 3) == {1: Decimal("0.01"), 2: Decimal(0), 3: Decimal(0)}
    four = (*((party, Decimal("24.99")) for party in (1, 2, 3, 4)), (5, Decimal("0.04")))
    assert [str(part) for part in divided(Decimal("0.03"), four, 5).values()] == [
        "0.01", "0.01", "0.01", "0.00", "0.00",
    ]  # fmt: skip
    equal = ((1, third), (2, third), (3, Decimal("33.3334")))
    assert [str(part) for part in divided(Decimal("0.05"), equal, 3).values()] == ["0.02", "0.02", "0.01"]


@pytest.mark.parametrize(
    ("year", "until", "after"),
    [
        (2023, date(2024, 1, 1), 0),
        (2024, date(2024, 1, 1), 1),
        (2025, date(2024, 1, 1), 2),
        (2023, date(2023, 12, 31), 1),
        (2023, date(2023, 7, 1), 1),
        (2022, date(2023, 7, 1), 0),
    ],
)
def test_a_year_belongs_to_the_terms_of_its_last_day(year: int, until: date, after: int) -> None:
    assert year_after_expiry(year, until) == after


@pytest.mark.parametrize(
    ("rule", "years", "rates", "factors"),
    [
        ("ends", 0, [], [100, 0, 0]),
        ("runs_on", 1, [], [100, 100, 0]),
        ("steps_down", 2, [Decimal(75), Decimal(30)], [100, 75, 30, 0]),
    ],
)
def test_the_tail(rule: str, years: int, rates: list[Decimal], factors: list[int]) -> None:
    assert [tail_factor(rule, years, rates, after) for after in range(len(factors))] == factors


def test_years_are_counted_from_the_year_of_landing() -> None:
    day = date(2021, 12, 31)
    assert [counts(day, year, years_counted=2) for year in (2020, 2021, 2022, 2023)] == [
        False, True, True, False,
    ]  # fmt: skip
    assert not counts(None, 2021)
    assert not counts(day, 2021, landed_from=date(2022, 1, 1))
    assert not counts(day, 2022, landed_before=day)
    assert counts(day, 2022, landed_before=day + timedelta(days=1))


def test_reminders_come_half_a_year_a_quarter_and_a_month_before() -> None:
    until = date(2024, 1, 1)
    marks = [
        (until - next_reminder(until, until - timedelta(days=days))).days  # type: ignore[operator]
        for days in (400, 181, 180, 179, 91, 90, 31, 30, 29, 0)
    ]
    assert marks == [180, 180, 180, 90, 90, 90, 30, 30, 0, 0]
    assert next_reminder(until, until + timedelta(days=1)) is None
