"""Marks, notices and the choice of experts, without a database."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reviews.calculator import Candidate, Wanted, propose
from reviews.problems import CaseTies, Conflict, ExpertTies, conflicts_between
from reviews.scoring import Line, combine, full_mark, mark_of, severities
from reviews.stages import last_day_on_show, standing_on


def decimals(*numbers: str) -> list[Decimal]:
    return [Decimal(number) for number in numbers]


def hundredths(number: int) -> Decimal:
    return Decimal(number) / 100


def test_a_mark_is_points_times_weight_rounded_once() -> None:
    lines = [Line(Decimal(100), Decimal("0.3")), Line(Decimal(100), Decimal("0.7"))]
    assert full_mark(lines) == Decimal("100.00")
    assert mark_of(list(zip(decimals("80.05", "90.05"), lines, strict=True))) == Decimal("87.05")


@pytest.mark.parametrize(
    ("marks", "method", "value", "dropped"),
    [
        (("80", "85", "91"), "mean", "85.33", ()),
        (("80", "80.01"), "mean", "80.01", ()),  # 80.005 rounds up
        (("60", "85", "86", "100"), "trimmed_mean", "85.50", ("60", "100")),
        (("70", "70", "70"), "trimmed_mean", "70.00", ("70", "70")),
    ],
)
def test_marks_become_one(marks: tuple[str, ...], method: str, value: str, dropped: tuple[str, ...]) -> None:
    combined = combine(decimals(*marks), method=method, needed=2)
    assert (combined.value, list(combined.dropped)) == (Decimal(value), decimals(*dropped))
    assert combined.spread == max(decimals(*marks)) - min(decimals(*marks))


def test_there_is_no_result_before_the_marks_needed_are_there() -> None:
    combined = combine(decimals("80"), method="mean", needed=3)
    assert (combined.value, combined.missing, combined.spread) == (None, 2, None)
    assert combine(decimals("80", "90"), method="trimmed_mean", needed=2).value is None


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # not a matter of a busy machine
@given(st.lists(st.integers(0, 10_000).map(hundredths), min_size=3, max_size=9), st.booleans())
def test_a_result_lies_between_the_marks_and_knows_no_order(marks: list[Decimal], trims: bool) -> None:
    method = "trimmed_mean" if trims else "mean"
    found = combine(marks, method=method, needed=3)
    assert found.value is not None
    assert min(marks) <= found.value <= max(marks)
    assert combine(list(reversed(marks)), method=method, needed=3) == found


def test_severity_is_told_from_five_marks_on() -> None:
    marks = {case: {1: Decimal(90), 2: Decimal(80)} for case in range(5)}
    marks[9] = {3: Decimal(100)}  # alone: beside whom?
    marks[8] = {1: Decimal(90), 4: Decimal(70)}
    found = severities(marks)
    assert {key: (row.marks, row.deviation) for key, row in found.items()} == {
        1: (6, Decimal("5.83")),
        2: (5, Decimal("-5.00")),
        4: (1, None),
    }


def candidate(key: int, **values: object) -> Candidate:
    one = Candidate(
        id=key, name=f"e{key}", fields=frozenset({"life"}), region="mainland",
        this_year=0, per_year=10, open_now=0, at_once=2,
    )  # fmt: skip
    return replace(one, **values)  # type: ignore[arg-type]


def case(key: int, needed: int = 2, **values: object) -> Wanted:
    return replace(Wanted(id=key, number=key, field="life", needed=needed), **values)  # type: ignore[arg-type]


def test_the_choice_prefers_field_then_region_then_the_emptier_desk() -> None:
    pool = [
        candidate(1, fields=frozenset({"chips"})),
        candidate(2, open_now=1),
        candidate(3),
        candidate(4, region="macao", this_year=5),
    ]
    plan = propose([case(1, region="macao")], pool)
    assert [choice.expert_id for choice in plan.choices] == [4, 3]
    assert [reason["code"] for reason in plan.choices[0].reasons] == [
        "field",
        "region",
        "load_year",
        "load_now",
    ]


def test_the_choice_never_crosses_a_conflict_or_a_limit() -> None:
    pool = [candidate(1), candidate(2, this_year=10), candidate(3, at_once=1)]
    tied = {1: [{"code": "conflict", "kind": "employer", "about": "示例公司"}]}
    plan = propose([case(1, conflicts=tied), case(2)], pool)
    assert [(choice.case_id, choice.expert_id) for choice in plan.choices] == [(1, 3), (2, 1)]
    assert plan.missing == {1: 1, 2: 1}


def test_the_choice_is_the_same_however_the_pool_is_listed() -> None:
    cases = [case(number) for number in range(1, 5)]
    listed = propose(cases, [candidate(key) for key in range(1, 6)])
    turned = propose(list(reversed(cases)), [candidate(key) for key in range(5, 0, -1)])
    assert listed == turned


def test_every_tie_is_found_the_gravest_first() -> None:
    behind = CaseTies(
        subject=("project", 1),
        enterprise_ids=frozenset({7}),
        organisations={"飞榴科技": "飞榴科技"},
        incubator_id=3,
        incubator="张江",
        people={"王一": "王一"},
        mentors={"李二": "李二"},
    )
    assert conflicts_between(ExpertTies(1, employers=frozenset({"复旦大学"})), behind) == []
    everything = ExpertTies(
        1,
        names=frozenset({"王一", "李二"}),
        enterprise_id=7,
        incubator_ids=frozenset({3}),
        declared_subjects=frozenset({("project", 1)}),
    )
    assert conflicts_between(everything, behind) == [
        Conflict("employer", "飞榴科技"),
        Conflict("incubator", "张江"),
        Conflict("team", "王一"),
        Conflict("mentor", "李二"),
        Conflict("declared"),
    ]


@pytest.mark.parametrize(
    ("start", "days", "count", "last"),
    [
        (date(2021, 6, 1), 5, "calendar", date(2021, 6, 5)),
        (date(2021, 6, 1), 5, "working", date(2021, 6, 7)),
        (date(2021, 6, 5), 1, "working", date(2021, 6, 7)),  # a Saturday is no working day
        (date(2021, 6, 4), 1, "working", date(2021, 6, 4)),
    ],
)
def test_days_on_show(start: date, days: int, count: str, last: date) -> None:
    assert last_day_on_show(start, days, count) == last


@pytest.mark.parametrize(
    ("day", "waiting", "code", "left"),
    [
        (date(2021, 5, 31), 0, "upcoming", 7),
        (date(2021, 6, 1), 0, "running", 7),
        (date(2021, 6, 7), 1, "running", 1),
        (date(2021, 6, 8), 1, "objections", 0),
        (date(2021, 6, 8), 0, "over", 0),
    ],
)
def test_where_a_notice_stands(day: date, waiting: int, code: str, left: int) -> None:
    found = standing_on(
        day,
        starts_on=date(2021, 6, 1),
        ends_on=date(2021, 6, 7),
        is_withdrawn=False,
        objections=waiting,
        open_objections=waiting,
        upheld=0,
    )
    assert (found.code, found.days_left) == (code, left)
