"""The stage table by itself: no database."""

from decimal import Decimal

import pytest

from projects.enums import Stage
from projects.stages import (
    ASKABLE,
    GATES,
    PATH,
    SIDE_DOORS,
    FactState,
    Gate,
    ProjectState,
    Requirement,
    Table,
    allowed_moves,
    is_requestable,
    missing_for,
    must_be_requested,
    needs_reason,
    next_stages,
)

READY = ProjectState(
    stage="lead",
    filled=frozenset({"sector", "summary", "team_lead", "lead_source", "destination_site"}),
    facts={
        kind: FactState(entered=True, proved=True, verified=True)
        for kind in ("signed", "registered", "paid_in", "started", "producing")
    },
    evidence_kinds=frozenset({"milestone", "lease"}),
    legs_planned=1,
    credit_total=Decimal(100),
    enterprise_identified=True,
    verified_years=1,
)


def at(stage: str, state: ProjectState = READY, **changes: object) -> ProjectState:
    return ProjectState(**{**state.__dict__, "stage": stage, **changes})  # type: ignore[arg-type]


def test_every_stage_is_on_the_path_or_a_side_door() -> None:
    assert set(PATH) | set(SIDE_DOORS) == set(Stage.values)


def test_every_stage_but_the_first_has_a_gate() -> None:
    assert set(GATES) == set(PATH) - {"lead"}


@pytest.mark.parametrize("stage", PATH)
def test_a_complete_project_passes_every_gate(stage: str) -> None:
    assert {ahead: missing_for(at(stage), ahead) for ahead in next_stages(at(stage))} == {
        ahead: [] for ahead in next_stages(at(stage))
    }


def test_an_empty_lead_is_told_everything_at_once() -> None:
    missing = missing_for(ProjectState(stage="lead"), "screening")
    assert [item.field for item in missing] == ["sector", "team_lead", "lead_source"]


@pytest.mark.parametrize(
    ("fact", "message"),
    [
        (FactState(), "Enter the date on which the company was registered."),
        (FactState(entered=True), "Attach the business licence to the registration."),
        (FactState(entered=True, proved=True), "A second person at the park has to verify the registration."),
    ],
)
def test_the_landing_gate_says_the_next_thing_to_do(fact: FactState, message: str) -> None:
    state = at("incubating", facts={"registered": fact})
    assert [item.message for item in missing_for(state, "landed")] == [message]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"enterprise_identified": False}, "enterprise"),
        ({"legs_under_way": 1}, "legs"),
        ({"credit_total": Decimal("99.99")}, "credit_shares"),
    ],
)
def test_the_landing_gate_looks_at_the_whole_record(changes: dict[str, object], field: str) -> None:
    assert [item.field for item in missing_for(at("relocating", **changes), "landed")] == [field]


def test_gates_are_not_asked_on_the_way_back_or_aside() -> None:
    bare = ProjectState(stage="landed")
    assert [missing_for(bare, stage) for stage in ("incubating", "suspended", "terminated")] == [[], [], []]


def test_moves_back_and_aside_are_explained_and_moves_ahead_are_not() -> None:
    state = at("incubating")
    assert {stage: needs_reason(state, stage) for stage in allowed_moves(state)} == {
        "accelerating": False,
        "relocating": False,
        "landed": False,
        "screening": True,
        "lead": True,
        "suspended": True,
        "moved_elsewhere": True,
        "terminated": True,
    }


def test_nothing_jumps_from_lead_to_production() -> None:
    assert set(allowed_moves(at("lead"))) == {"screening", *SIDE_DOORS}


def test_a_suspended_project_returns_to_where_it_stood_or_before() -> None:
    state = at("suspended", previous_stage="incubating")
    assert allowed_moves(state) == ("lead", "screening", "incubating", "moved_elsewhere", "terminated")


@pytest.mark.parametrize("ended", ["terminated", "moved_elsewhere"])
def test_an_ended_project_can_only_be_reopened(ended: str) -> None:
    state = at(ended, previous_stage="screening")
    assert allowed_moves(state) == ("lead", "screening")


@pytest.mark.parametrize(
    ("state", "field", "waits"),
    [
        ({}, "evidence.permit", False),
        ({"evidence_kinds": frozenset({"permit"})}, "evidence.permit", True),
    ],
)
def test_a_file_may_wait_for_a_second_person(state: dict[str, object], field: str, waits: bool) -> None:
    table = Table({"screening": Gate((Requirement("evidence", "permit", proof=True, verify=True),))})
    missing = missing_for(at("lead", **state), "screening", table)
    assert [(item.field, item.waits) for item in missing] == [(field, waits)]
    assert is_requestable(missing) is waits
    seen = at("lead", evidence_kinds=frozenset({"permit"}), verified_evidence_kinds=frozenset({"permit"}))
    assert missing_for(seen, "screening", table) == []


def test_a_park_says_it_in_its_own_words_until_the_fact_is_entered() -> None:
    asked = Requirement("fact", "registered", proof=True, verify=True, words="示例：请填写注册日期")
    said = [
        asked(at("lead", facts={"registered": FactState(*progress)}))
        for progress in ((), (True,), (True, True), (True, True, True))
    ]
    assert [item and (item.message, item.waits) for item in said] == [
        ("示例：请填写注册日期", False),
        ("Attach the business licence to the registration.", False),
        ("A second person at the park has to verify the registration.", True),
        None,
    ]


def test_everything_that_can_be_asked_has_a_sentence_and_a_field() -> None:
    for kind, keys in ASKABLE.items():
        for key in keys:
            asked = Requirement(kind, key)
            assert asked.message.endswith("."), key
            assert asked(ProjectState(stage="lead", legs_under_way=1)) is not None, key


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (Gate(), False),
        (Gate(second_person=True), True),
        (Gate((Requirement("fact", "signed", proof=True, verify=True),), second_person=True), False),
    ],
)
def test_a_step_is_requested_where_nothing_else_was_verified(rules: Gate, expected: bool) -> None:
    assert must_be_requested(at("lead"), "screening", Table({"screening": rules})) is expected
