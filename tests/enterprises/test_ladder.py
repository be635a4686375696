"""The gap check as an official would reckon it by hand."""

from decimal import Decimal as D

import pytest

from enterprises.enums import Answer, Comparison, LadderFactKey
from enterprises.ladder import UNITS, Criterion, Fact, check, holds

R_AND_D = [
    Criterion("rd_revenue_share", "at_least", D(5), "5%", "revenue", None, D(50_000_000)),
    Criterion("rd_revenue_share", "at_least", D(4), "4%", "revenue", D(50_000_000), D(200_000_000)),
    Criterion("rd_revenue_share", "at_least", D(3), "3%", "revenue", D(200_000_000), None),
]


def fact(value: str, *, verified: bool = True) -> Fact:
    return Fact(D(value), "2020", verified)


@pytest.mark.parametrize(
    ("comparison", "below", "exactly", "above"),
    [
        (Comparison.AT_LEAST, False, True, True),  # 以上
        (Comparison.AT_MOST, True, True, False),  # 以下
        (Comparison.EXCEEDS, False, False, True),  # 超过
        (Comparison.BELOW, True, False, False),  # 不满
    ],
)
def test_words_of_the_law_include_or_exclude_the_number(
    comparison: str, below: bool, exactly: bool, above: bool
) -> None:
    answers = [holds(D(value), comparison, D(70)) for value in ("69.99", "70", "70.01")]
    assert answers == [below, exactly, above]


@pytest.mark.parametrize(
    ("revenue", "share", "answers"),
    [
        ("50000000", "5", ["met", "not_applicable", "not_applicable"]),  # up to 50m: 50m included
        ("50000000", "4.9999", ["unmet", "not_applicable", "not_applicable"]),
        ("50000000.01", "4.9999", ["not_applicable", "met", "not_applicable"]),
        ("200000000", "4", ["not_applicable", "met", "not_applicable"]),
        ("200000000.01", "3", ["not_applicable", "not_applicable", "met"]),
        ("300000000", "2.99", ["not_applicable", "not_applicable", "unmet"]),
    ],
)
def test_the_share_of_research_depends_on_the_revenue(revenue: str, share: str, answers: list[str]) -> None:
    found = check(R_AND_D, {"revenue": fact(revenue), "rd_revenue_share": fact(share)})
    assert [line.answer for line in found.lines] == answers


def test_what_is_missing_is_unknown_and_never_unmet() -> None:
    found = check(R_AND_D, {"rd_revenue_share": fact("1")})
    assert [(line.answer, line.asks_first) for line in found.lines] == [("unknown", "revenue")] * 3
    assert found.answer == Answer.UNKNOWN
    assert check([Criterion("staff_count", "at_most", D(500), "")], {}).answer == Answer.UNKNOWN


def test_zero_and_no_are_values() -> None:
    lines = [Criterion("staff_count", "at_most", D(500), ""), Criterion("owns_core_ip", "holds", None, "")]
    found = check(lines, {"staff_count": fact("0"), "owns_core_ip": fact("0")})
    assert [line.answer for line in found.lines] == ["met", "unmet"]


def test_experts_decide_and_nothing_is_promised() -> None:
    lines = [
        Criterion("staff_count", "at_most", D(500), ""),
        Criterion("innovation_score", "decision", None, ""),
    ]
    assert check(lines, {"staff_count": fact("9")}).answer == Answer.DECISION
    assert check(lines, {"staff_count": fact("900")}).answer == Answer.UNMET


@pytest.mark.parametrize(
    ("facts", "answer", "replaced"),
    [
        ({"revenue": "15000000", "new_equity_2y": "0"}, "met", [False, True]),
        ({"revenue": "14999999.99", "new_equity_2y": "20000000"}, "met", [True, False]),
        ({"revenue": "1", "new_equity_2y": "1"}, "unmet", [False, False]),
        ({"revenue": "1"}, "unknown", [True, False]),  # the other way may still be open
        ({"revenue": "15000000"}, "met", [False, True]),
    ],
)
def test_one_of_several_alternatives_is_enough(
    facts: dict[str, str], answer: str, replaced: list[bool]
) -> None:
    lines = [
        Criterion("revenue", "at_least", D(15_000_000), "", alternative="A"),
        Criterion("new_equity_2y", "at_least", D(20_000_000), "", alternative="A"),
    ]
    found = check(lines, {key: fact(value) for key, value in facts.items()})
    assert (found.answer, [line.is_replaced for line in found.lines]) == (answer, replaced)


def test_the_gap_says_what_would_change_the_answer() -> None:
    found = check(
        [Criterion("rd_staff_share", "at_least", D(10), ""), Criterion("debt_ratio", "at_most", D(80), "")],
        {"rd_staff_share": fact("7.5"), "debt_ratio": fact("95", verified=False)},
    )
    assert [line.gap for line in found.lines] == [D("2.5"), D(-15)]
    assert not found.is_verified


def test_every_key_has_a_unit() -> None:
    assert set(UNITS) == set(LadderFactKey.values)
