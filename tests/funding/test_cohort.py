"""Rules over all applicants: whatever the values, the order of a table decides nothing and nobody gets what
is not there."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funding.calculator import Cut, Standing, Ties, cut_off, places_of, spend

values = st.lists(st.integers(0, 6), max_size=12)
places = st.integers(1, 10)
fen = st.integers(0, 10_000)


def shuffled(numbers: Sequence[int], order: Sequence[int]) -> list[int]:
    return [numbers[index] for index in order]


@given(values)
def test_a_place_is_one_more_than_how_many_are_better(numbers: list[int]) -> None:
    assert places_of(numbers) == [1 + sum(other > one for other in numbers) for one in numbers]


@given(values, places, st.sampled_from(Ties), st.randoms())
def test_the_order_of_the_table_decides_no_place(
    numbers: list[int], count: int, ties: Ties, random: object
) -> None:
    order = list(range(len(numbers)))
    random.shuffle(order)  # type: ignore[attr-defined]
    here = cut_off(numbers, places=count, ties=ties)
    there = cut_off(shuffled(numbers, order), places=count, ties=ties)
    assert there == [here[index] for index in order]


@given(values, places, st.sampled_from(Ties))
def test_no_more_are_in_than_there_are_places(numbers: list[int], count: int, ties: Ties) -> None:
    ranked = cut_off(numbers, places=count, ties=ties)
    chosen = [one for one in ranked if one.standing is Standing.IN]
    if ties is not Ties.ALL_IN:
        assert len(chosen) <= count
    for value in set(numbers):  # who is equal is treated equally
        alike = {one.standing for one, number in zip(ranked, numbers, strict=True) if number == value}
        assert len(alike) == 1
    assert len(chosen) == len(numbers) or len(numbers) > count


@pytest.mark.parametrize(("ties", "standing"), [("all_in", "in"), ("all_out", "out"), ("decide", "tied")])
def test_a_tie_across_the_last_place_follows_its_rule(ties: str, standing: str) -> None:
    ranked = cut_off([9, 5, 5, 1], places=2, ties=Ties(ties))
    assert [one.standing.value for one in ranked] == ["in", standing, standing, "out"]


@given(st.lists(st.tuples(fen, st.integers(1, 5)), max_size=10), fen, st.sampled_from(Cut), st.randoms())
def test_a_budget_is_never_overspent_in_any_order_of_the_table(
    applicants: list[tuple[int, int]], budget: int, cut: Cut, random: object
) -> None:
    amounts, order = [one for one, _ in applicants], [one for _, one in applicants]
    granted = spend(amounts, order=order, budget_fen=budget, cut=cut)
    assert sum(one.granted_fen for one in granted) <= budget
    assert all(0 <= one.granted_fen <= wanted for one, wanted in zip(granted, amounts, strict=True))
    rows = list(range(len(applicants)))
    random.shuffle(rows)  # type: ignore[attr-defined]
    again = spend(shuffled(amounts, rows), order=shuffled(order, rows), budget_fen=budget, cut=cut)
    assert [(one.granted_fen, one.standing) for one in again] == [
        (granted[index].granted_fen, granted[index].standing) for index in rows
    ]
