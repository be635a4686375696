"""The stage table by itself: no database."""

from decimal import Decimal

import pytest

from projects.enums import Stage
from projects.stages import (
    GATES,
    PATH,
    SIDE_DOORS,
    FactState,
    ProjectState,
    allowed_moves,
    missing_for,
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
