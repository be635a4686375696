"""Rules and trees: golden cases first, then properties over all values."""

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from evaluation.scoring import (
    Measured,
    RuleError,
    State,
    earn,
    round_points,
    score_tree,
    total_weight,
    triggers_veto,
)
from evaluation.scoring.display import value_display
from evaluation.scoring.tree import effective_weights, grade_of
from evaluation.scoring.words import RULES, rule_in_words
from evaluation.services.schemes import DEMONSTRATION, leaves_of

TARGET = {"type": "target_ratio", "full_at": "1"}
LINEAR = {"type": "linear", "floor": "0.60", "ceiling": "0.95"}
INVERSE = {"type": "inverse", "full_at": "800000", "zero_at": "4000000"}
BANDS = {"type": "bands", "bands": [["0.95", "1"], ["0.90", "0.8"], ["0.60", "0.3"]]}
GRADES = [
    ["90", "excellent", "优秀", "E"],
    ["75", "good", "良好", "G"],
    ["60", "pass", "合格", "P"],
    ["0", "fail", "不合格", "F"],
]

values = st.decimals(min_value=0, max_value=Decimal(10) ** 12, places=4)
shares = st.decimals(min_value=0, max_value=2, places=6)
weights = st.decimals(min_value=Decimal("0.01"), max_value=100, places=2)


def points(rule: dict[str, Any], value: str, *, weight: str = "12", target: str | None = None) -> str:
    return str(
        earn(
            rule,
            weight=Decimal(weight),
            value=Decimal(value),
            target=Decimal(target) if target else None,
        ).points
    )


def test_a_ratio_to_the_target_explains_itself() -> None:
    earned = earn(TARGET, weight=Decimal(12), value=Decimal(7), target=Decimal(10))
    assert (earned.points, earned.arithmetic) == (Decimal("8.40"), "7 ÷ 10 = 70.0% × 12.00 = 8.40")


def test_more_than_the_target_earns_no_more() -> None:
    earned = earn(TARGET, weight=Decimal(12), value=Decimal(15), target=Decimal(10))
    assert (earned.points, earned.arithmetic) == (
        Decimal("12.00"),
        "15 ÷ 10 = 150.0% → 100.0% × 12.00 = 12.00",
    )


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        (LINEAR, "0.60", "0.00"),
        (LINEAR, "0.775", "6.00"),
        (LINEAR, "0.95", "12.00"),
        (INVERSE, "800000", "12.00"),
        (INVERSE, "2400000", "6.00"),
        (INVERSE, "4000000", "0.00"),
        (BANDS, "0.95", "12.00"),
        (BANDS, "0.9499", "9.60"),
        (BANDS, "0.59", "0.00"),
        ({"type": "per_unit", "points_per_unit": "2"}, "3", "6.00"),
        ({"type": "per_unit", "points_per_unit": "2"}, "30", "12.00"),
        ({"type": "veto", "at_least": "1"}, "1", "0.00"),
    ],
)
def test_bounds_include_the_number_itself(rule: dict[str, Any], value: str, expected: str) -> None:
    assert points(rule, value) == expected


def test_points_are_rounded_half_up() -> None:
    assert [round_points(Decimal(text)) for text in ("0.005", "2.675", "2.674")] == [
        Decimal("0.01"),
        Decimal("2.68"),
        Decimal("2.67"),
    ]


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "guess"},
        {"type": "linear", "floor": "1", "ceiling": "1"},
        {"type": "inverse", "full_at": "2", "zero_at": "1"},
        {"type": "linear", "floor": "0"},
        {"type": "bands", "bands": []},
        {"type": "target_ratio", "full_at": "0"},
    ],
)
def test_data_that_is_no_rule_is_refused(rule: dict[str, Any]) -> None:
    with pytest.raises(RuleError):
        earn(rule, weight=Decimal(5), value=Decimal(1), target=Decimal(1))


@given(value=values, target=values.filter(bool), weight=weights)
def test_points_of_a_ratio_stay_within_the_weight(value: Decimal, target: Decimal, weight: Decimal) -> None:
    assert 0 <= earn(TARGET, weight=weight, value=value, target=target).points <= weight


@given(value=shares, weight=weights, rule=st.sampled_from([LINEAR, BANDS, INVERSE]))
def test_points_of_other_rules_stay_within_the_weight(
    value: Decimal, weight: Decimal, rule: dict[str, Any]
) -> None:
    assert 0 <= earn(rule, weight=weight, value=value).points <= weight


@given(first=shares, second=shares, rule=st.sampled_from([TARGET, LINEAR, BANDS]))
def test_more_never_earns_less(first: Decimal, second: Decimal, rule: dict[str, Any]) -> None:
    low, high = sorted((first, second))
    earned = [earn(rule, weight=Decimal(12), value=v, target=Decimal(1)).points for v in (low, high)]
    assert earned[0] <= earned[1]


@given(first=values, second=values)
def test_where_less_is_better_more_never_earns_more(first: Decimal, second: Decimal) -> None:
    low, high = sorted((first, second))
    assert (
        earn(INVERSE, weight=Decimal(6), value=low).points
        >= earn(INVERSE, weight=Decimal(6), value=high).points
    )


def tree() -> dict[str, Any]:
    """The demonstration scheme as it is frozen, without names."""
    data = yaml.safe_load(DEMONSTRATION.read_text(encoding="utf-8"))
    groups = [
        {"code": row["code"], "parent": None, "kind": "group", "weight": row["weight"], "rule": {}}
        for row in data["nodes"]
    ]
    leaves = [
        {"code": leaf[0], "parent": parent, "kind": kind, "weight": leaf[1], "rule": leaf[2]}
        for parent, kind, leaf in leaves_of(data)
    ]
    return {"nodes": [*groups, *leaves], "grades": GRADES, "bonus_limit": data["scheme"]["bonus_limit"]}


SCHEME = tree()
LEAVES = [node["code"] for node in SCHEME["nodes"] if node["kind"] != "group"]


def test_the_demonstration_scheme_offers_a_hundred_points() -> None:
    assert total_weight(SCHEME["nodes"]) == 100
    for group in (node for node in SCHEME["nodes"] if node["kind"] == "group"):
        parts = [Decimal(node["weight"]) for node in SCHEME["nodes"] if node["parent"] == group["code"]]
        assert sum(parts) == Decimal(group["weight"])


measured = st.one_of(
    st.just(Measured(None, None, State.NO_DATA)),
    st.just(Measured(None, None, State.NOT_APPLICABLE)),
    st.just(Measured(None, None, State.WORST)),
    st.builds(Measured, shares, st.one_of(st.none(), st.decimals(min_value=0, max_value=2, places=2))),
)


@given(found=st.fixed_dictionaries({code: measured for code in LEAVES}))
def test_every_figure_adds_up_whatever_was_measured(found: dict[str, Measured]) -> None:
    score = score_tree(SCHEME, found)
    by_code = {node.code: node for node in score.nodes}
    for group in (node for node in SCHEME["nodes"] if node["kind"] == "group"):
        inside = [by_code[node["code"]] for node in SCHEME["nodes"] if node["parent"] == group["code"]]
        assert by_code[group["code"]].points == sum(node.points for node in inside)
        assert by_code[group["code"]].effective_weight == sum(node.effective_weight for node in inside)
        assert all(0 <= node.points <= node.effective_weight for node in inside)
    offered = sum(node.effective_weight for node in score.nodes if node.kind == "group")
    assert offered in (0, 100)
    assert score.total == max(score.heads + score.bonus - score.deductions, Decimal(0))
    assert score.bonus <= 10


def test_an_indicator_without_a_target_gives_its_points_to_its_heading() -> None:
    found = {code: Measured(Decimal(1), Decimal(1)) for code in LEAVES}
    found["landed"] = Measured(Decimal(3), None)
    score = {node.code: node for node in score_tree(SCHEME, found).nodes}
    assert (score["landed"].state, score["landed"].scored) == (State.NO_TARGET, False)
    assert [score[code].effective_weight for code in ("new_incubated", "paid_in", "producing")] == [
        Decimal("9.13"),
        Decimal("12.17"),
        Decimal("13.70"),
    ]
    assert score["attraction"].points == Decimal("35.00")


def test_a_heading_without_any_target_gives_its_points_to_the_others() -> None:
    states = {code: State.MEASURED for code in LEAVES}
    states |= {code: State.NO_TARGET for code in ("new_incubated", "landed", "paid_in", "producing")}
    offered = effective_weights(SCHEME["nodes"], states)
    assert "attraction" not in offered
    assert [offered[code] for code in ("talent", "service", "funds", "compliance")] == [
        Decimal("30.77"),
        Decimal("30.77"),
        Decimal("23.08"),
        Decimal("15.38"),
    ]


def test_missing_data_cost_the_points_where_the_rule_says_so() -> None:
    found = {code: Measured(Decimal(1), Decimal(1)) for code in LEAVES}
    found["tickets_on_time"] = Measured(None, None, State.NO_DATA)
    score = {node.code: node for node in score_tree(SCHEME, found).nodes}
    assert (score["tickets_on_time"].scored, score["tickets_on_time"].points) == (True, Decimal("0.00"))
    assert score["tickets_on_time"].earned.key == "no_data_zero"
    assert score["service"].points == Decimal("15.00")


def test_a_proven_false_report_fails_the_evaluation() -> None:
    found = {code: Measured(Decimal(1), Decimal(1)) for code in LEAVES}
    assert score_tree(SCHEME, found).vetoed
    assert score_tree(SCHEME, found).grade == "fail"
    assert not triggers_veto({"type": "veto", "at_least": "1"}, None)


def test_nothing_measured_is_not_graded() -> None:
    found = {code: Measured(None, None, State.NOT_APPLICABLE) for code in LEAVES}
    score = score_tree(SCHEME, found)
    assert (score.grade, score.total) == ("ungraded", Decimal("0.00"))


@pytest.mark.parametrize(
    ("total", "grade"),
    [("90.00", "excellent"), ("89.99", "good"), ("75", "good"), ("60", "pass"), ("59.99", "fail")],
)
def test_grades_include_their_lowest_score(total: str, grade: str) -> None:
    assert grade_of(GRADES, Decimal(total)) == grade


def test_every_state_has_words_in_both_languages() -> None:
    for key in ("no_data", "not_applicable", "no_target"):
        for suffix in ("zero", "spread"):
            assert f"{key}_{suffix}" in RULES
    assert rule_in_words("linear", {"floor": "60%", "ceiling": "95%"}, "zh-hans").startswith("区间线性计分")
    assert rule_in_words("linear", {"floor": "60%", "ceiling": "95%"}, "en").startswith("Straight line")


@pytest.mark.parametrize(
    ("value", "kind", "unit", "language", "expected"),
    [
        ("7", "count", "项", "zh-hans", "7项"),
        ("2.6", "count", "projects", "en", "2.6 projects"),
        ("0.93333", "percent", "%", "en", "93.3%"),
        ("3200000", "money", "元", "zh-hans", "320.00万元"),
        ("9500", "money", "元", "zh-hans", "9,500元"),
        ("852000", "money", "元/项", "zh-hans", "85.20万元/项"),
        ("3200000", "money", "yuan", "en", "3,200,000 yuan"),
        ("2.35", "ratio", "倍", "zh-hans", "2.35倍"),
    ],
)
def test_values_are_printed_with_their_unit(
    value: str, kind: str, unit: str, language: str, expected: str
) -> None:
    assert value_display(Decimal(value), kind=kind, unit=unit, language=language) == expected
