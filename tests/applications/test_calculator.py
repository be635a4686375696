"""Places, classes, quota and budget; what a tie does at each border."""

from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from applications.calculator import AwardClass, Candidate, Rules, combined, suggest
from applications.stages import MOVES, chain_problems
from funding.calculator import Cut, Standing, Ties


def rules(**values: Any) -> Rules:
    return Rules(**{"award": "requested", "ties": Ties.DECIDE, "cut": Cut.STOP, **values})


def people(*marks: int | None) -> list[Candidate]:
    return [
        Candidate(number, None if mark is None else Decimal(mark), Decimal(100))
        for number, mark in enumerate(marks, start=1)
    ]


def said(rows: Any) -> list[tuple[int, str, str]]:
    return [(one.id, str(one.standing), one.why) for one in rows]


def test_the_mean_is_of_shares_so_that_every_step_counts_alike() -> None:
    marks = [(Decimal(80), Decimal(100)), (Decimal(9), Decimal(10))]
    assert combined(marks, basis="mean") == Decimal("85.00")
    assert combined(marks, basis="last") == Decimal("90.00")
    assert combined([], basis="mean") is None


def test_a_tie_across_the_last_place_waits_for_a_person() -> None:
    found = suggest(people(90, 80, 80, 70), rules(quota=2))
    assert said(found) == [(1, "in", "rank"), (2, "tied", "tie"), (3, "tied", "tie"), (4, "out", "quota")]


def test_classes_are_filled_from_the_best_place_and_a_tie_between_two_waits() -> None:
    classes = (AwardClass("A", Decimal(300), places=1), AwardClass("B", Decimal(200)))
    found = suggest(people(90, 80), rules(award="classes", classes=classes))
    assert [(one.award_class, one.amount) for one in found] == [("A", Decimal(300)), ("B", Decimal(200))]
    tied = suggest(people(90, 90), rules(award="classes", classes=classes))
    assert said(tied) == [(1, "tied", "class_tie"), (2, "tied", "class_tie")]


def test_where_the_budget_ends_nobody_after_is_in() -> None:
    found = suggest(people(90, 80, 70), rules(budget=Decimal(250)))
    assert said(found) == [(1, "in", "rank"), (2, "in", "rank"), (3, "out", "budget")]


def test_without_a_mark_nobody_is_let_in_by_the_order_of_a_table() -> None:
    assert said(suggest(people(None, 50), rules())) == [(2, "in", "rank"), (1, "tied", "no_mark")]


@given(st.lists(st.integers(0, 100), max_size=30), st.integers(0, 30), st.integers(0, 3000))
def test_never_above_quota_or_budget(marks: list[int], quota: int, budget: int) -> None:
    found = suggest(people(*marks), rules(quota=quota, budget=Decimal(budget)))
    inside = [one for one in found if one.standing is Standing.IN]
    assert len(found) == len(marks)
    assert len(inside) <= quota
    assert sum((one.amount or Decimal(0) for one in inside), Decimal(0)) <= budget


def test_the_table_of_moves_ends_and_the_chain_ends_with_its_meeting() -> None:
    assert [state for state, following in MOVES.items() if not following] == [
        "rejected",
        "withdrawn",
        "clawed_back",
        "given_up",
    ]
    assert chain_problems(["professional_review", "public_notice", "meeting"]) == []
    assert chain_problems(["meeting", "formal_check"]) == ["meeting_last", "check_first"]
