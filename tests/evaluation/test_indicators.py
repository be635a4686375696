"""Calculations over frozen inputs: no database."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from core.periods import Period
from evaluation.indicators import CALCULATIONS, Inputs, measure_indicator, target_of
from evaluation.indicators.values import InputValue
from evaluation.scoring import State

Q2 = Period.parse("2021-Q2")


def fact(kind: str, on: str, *, verified: bool = True, **values: Any) -> dict[str, Any]:
    return {
        "id": 1,
        "kind": kind,
        "on": on,
        "amount": None,
        "currency": "",
        "entered_on": on,
        "verified_on": on if verified else None,
        "returned_on": None,
        "evidence": ["e" * 64] if verified else [],
        **values,
    }


def move(to: str, on: str, *, source: str = "lead", cause: str = "") -> dict[str, Any]:
    return {"id": 9, "from": source, "to": to, "on": on, "cause": cause}


def project(code: str = "P1", **values: Any) -> dict[str, Any]:
    return {
        "id": 5,
        "code": code,
        "name_zh": "示例",
        "name_en": "Example",
        "incubator": "zhangjiang",
        "provenance": "recorded",
        "first_contact_on": "2021-01-01",
        "first_stage": "lead",
        "stage": "lead",
        "stage_since": "2021-01-01",
        "shares": {},
        "facts": [],
        "moves": [],
        **values,
    }


def observed(measure: str, *values: str) -> list[dict[str, Any]]:
    return [
        {
            "id": n,
            "measure": measure,
            "period": f"2021-{n:02}",
            "value": value,
            "provenance": "recorded",
            "evidence": [],
        }
        for n, value in enumerate(values, start=4)
    ]


def inputs(
    *projects: dict[str, Any],
    observations: list[dict[str, Any]] | None = None,
    recognitions: list[dict[str, Any]] | None = None,
    rates: list[dict[str, Any]] | None = None,
    code: str = "zhangjiang",
) -> Inputs:
    incubator = {"code": code, "observations": observations or [], "recognitions": recognitions or []}
    return Inputs(incubator, projects, rates or [], Q2, date(2021, 6, 30))


def value_of(calculation: str, *args: Any, **values: Any) -> Decimal | None:
    return measure_indicator(calculation, inputs(*args, **values)).value


def test_only_verified_facts_of_the_period_count() -> None:
    first = project(facts=[fact("signed", "2021-04-01"), fact("registered", "2021-04-02", verified=False)])
    second = project("P2", facts=[fact("signed", "2021-07-01"), fact("signed", "2021-03-31")])
    assert value_of("signed_projects", first, second) == 1
    assert value_of("landings", first, second) == 0


def test_a_landing_is_weighted_by_credit_and_counts_once_in_the_park() -> None:
    shared = project(
        shares={"zhangjiang": "60.00", "shenzhen": "40.00"}, facts=[fact("registered", "2021-05-01")]
    )
    ours = measure_indicator("landings", inputs(shared))
    theirs = measure_indicator("landings", inputs(shared, code="shenzhen"))
    assert (ours.value, theirs.value) == (Decimal("0.6"), Decimal("0.4"))
    assert [(record.note, record.project_id) for record in ours.records] == [("60%", 5)]
    assert ours.evidence == ("e" * 64,)


def test_credit_given_away_whole_leaves_nothing() -> None:
    shared = project(shares={"shenzhen": "100.00"}, facts=[fact("registered", "2021-05-01")])
    assert value_of("landings", shared) == 0


def test_payments_are_converted_with_the_rate_of_their_day() -> None:
    paid = project(
        facts=[
            fact("paid_in", "2021-04-10", amount="100.00", currency="CNY"),
            fact("paid_in", "2021-05-10", amount="1000.00", currency="SEK"),
        ]
    )
    rates = [
        {"currency": "SEK", "on": "2021-04-01", "rate": "0.75000000", "source": "示例"},
        {"currency": "SEK", "on": "2021-05-01", "rate": "0.77000000", "source": "示例"},
        {"currency": "SEK", "on": "2021-06-01", "rate": "9.00000000", "source": "示例"},
    ]
    assert value_of("paid_in_capital", paid, rates=rates) == Decimal("870.00")


def test_a_payment_without_a_rate_is_left_out_and_said_so() -> None:
    paid = project(facts=[fact("paid_in", "2021-05-10", amount="1000.00", currency="SEK")])
    found = measure_indicator("paid_in_capital", inputs(paid))
    assert found.value == 0
    assert InputValue("payments_without_rate", Decimal(1), "payments") in found.inputs


def test_survival_counts_projects_in_care_at_the_start_or_admitted_since() -> None:
    in_care = project("A", moves=[move("incubating", "2020-12-01")])
    died = project(
        "B",
        moves=[
            move("incubating", "2021-04-10"),
            move("terminated", "2021-06-01", source="incubating", cause="funding"),
        ],
    )
    died_before = project(
        "C", moves=[move("incubating", "2020-01-01"), move("terminated", "2021-03-31", cause="team")]
    )
    never = project("D", moves=[move("screening", "2021-04-10")])
    found = measure_indicator("survival_rate", inputs(in_care, died, died_before, never))
    assert found.value == Decimal("0.5")
    assert [(record.type, record.label_en, record.note) for record in found.records] == [
        ("stage_move", "B Example", "funding")
    ]


def test_a_project_that_came_back_did_not_die() -> None:
    back = project(
        moves=[
            move("incubating", "2020-12-01"),
            move("terminated", "2021-04-10", cause="funding"),
            move("incubating", "2021-05-10", source="terminated"),
        ]
    )
    assert value_of("survival_rate", back) == 1


def test_nobody_in_care_is_no_rate_and_not_zero() -> None:
    found = measure_indicator("survival_rate", inputs())
    assert (found.value, found.state) == (None, State.NOT_APPLICABLE)


def test_verification_pass_is_verified_of_decided() -> None:
    found = project(
        facts=[
            fact("signed", "2021-04-01"),
            fact("registered", "2021-04-02"),
            fact("started", "2021-04-03", verified=False, returned_on="2021-04-20"),
            fact("producing", "2021-04-04", verified=False),
        ]
    )
    assert value_of("verification_pass", found) == Decimal("0.666667")


def test_a_return_is_unresolved_after_thirty_days() -> None:
    late = fact("signed", "2021-04-01", verified=False, returned_on="2021-05-30")
    fresh = fact("registered", "2021-04-01", verified=False, returned_on="2021-06-01")
    assert value_of("unresolved_returns", project(facts=[late, fresh])) == 1


def test_months_without_a_verified_value_are_missing_not_zero() -> None:
    found = measure_indicator("mentoring_events", inputs())
    assert (found.value, found.state) == (None, State.NO_DATA)
    assert found.inputs == (
        InputValue("months_verified", Decimal(0), "months"),
        InputValue("months_due", Decimal(3), "months"),
    )


def test_a_ratio_takes_only_months_in_which_both_are_verified() -> None:
    rows = observed("service_tickets_on_time", "8", "10") + observed("service_tickets_total", "10")
    assert value_of("tickets_on_time", observations=rows) == Decimal("0.8")


def test_a_whole_of_zero_leaves_nothing_to_measure() -> None:
    rows = observed("returns_on_time", "0") + observed("returns_due", "0")
    assert measure_indicator("returns_on_time", inputs(observations=rows)).state is State.NOT_APPLICABLE


def test_satisfaction_is_the_mean_of_months() -> None:
    assert value_of("satisfaction", observations=observed("satisfaction_percent", "90", "95")) == Decimal(
        "0.925"
    )


def test_money_spent_without_a_landing_is_the_worst_cost() -> None:
    spent = observed("public_spend_yuan", "400000", "400000")
    landed = project(facts=[fact("registered", "2021-05-01")])
    assert measure_indicator("cost_per_landing", inputs(observations=spent)).state is State.WORST
    assert value_of("cost_per_landing", landed, observations=spent) == Decimal("800000.00")
    assert measure_indicator("cost_per_landing", inputs(landed)).state is State.NO_DATA


def test_titles_count_by_the_day_they_were_granted() -> None:
    rows = [
        {
            "id": n,
            "kind": kind,
            "granted_on": on,
            "enterprise_zh": "示例公司",
            "enterprise_en": "Example",
            "certificate": "",
            "evidence": [],
        }
        for n, (kind, on) in enumerate([("jiyang_talent", "2021-04-01"), ("taihu_talent", "2021-07-01")])
    ]
    assert value_of("talent_plan_places", recognitions=rows) == 1
    assert value_of("patent_filings", recognitions=rows) == 0


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        ([("2021-Q2", "3"), ("2021", "8")], (Decimal(3), "exact")),
        ([("2021", "10")], (Decimal("2.5000"), "pro_rata")),
        ([("2020", "10"), ("2021-Q1", "2")], (None, "none")),
    ],
)
def test_a_target_is_exact_or_pro_rata_of_the_year(
    targets: list[tuple[str, str]], expected: tuple[Decimal | None, str]
) -> None:
    rows = [{"indicator": "landed", "period": period, "value": value} for period, value in targets]
    assert target_of({"targets": rows}, "landed", Q2) == expected


@pytest.mark.parametrize("calculation", sorted(CALCULATIONS))
def test_every_calculation_answers_on_empty_inputs(calculation: str) -> None:
    found = measure_indicator(calculation, inputs())
    assert (found.value is None) == (found.state is not State.MEASURED)
