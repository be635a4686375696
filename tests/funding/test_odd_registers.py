"""Registers written by somebody else's hand, or with bad intent: each is read, or refused by the name of what
is wrong; none ends in a crash."""

from pathlib import Path
from typing import Any

import pytest

from funding.importers import RegisterError, read_register
from tests.funding.test_register import case_with, ceiling, run, written

#: A policy as text, for what only the writing of YAML can get wrong.
TEXT = """
policies:
- id: X
  eligibility: {approved: approved}
  formula: {type: ceiling, cap_yuan: 100}
  valid_from: %(valid_from)s
  test_cases:
  - id: X-1
    inputs: {approved: true, requested_yuan: %(requested)s}
    expected: {eligible: true, award_yuan: 10}
    as_of: %(as_of)s
"""
#: Nine to the power of ten words, once somebody writes it out.
BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 10)
)


def read_text(tmp_path: Path, text: str) -> tuple[list[str], int]:
    path = tmp_path / "policies.yaml"
    path.write_text(text, encoding="utf-8")
    return run(path)


def filled(**values: str) -> str:
    return TEXT % {"valid_from": "2021", "requested": "10", "as_of": "2022-01-01", **values}


def test_the_policy_as_text_comes_out(tmp_path: Path) -> None:
    assert read_text(tmp_path, filled()) == (["1 passed, 0 failed"], 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (filled(requested="2024-02-30"), "X-1: refused: requested_yuan: wrong_type"),
        (filled(requested="9" * 5000), "X-1: refused: requested_yuan: too_large"),
        (filled(requested="0x" + "f" * 5000), "X-1: refused: requested_yuan: wrong_type"),
        (filled(requested="1.0e+400"), "X-1: refused: requested_yuan: too_large"),
        (filled(requested="1.0e-999999"), "X-1: refused: requested_yuan: too_precise"),
        (filled(requested=".nan"), "X-1: refused: requested_yuan: wrong_type"),
        (filled(requested="-.inf"), "X-1: refused: requested_yuan: wrong_type"),
        (filled(as_of="2024-02-30"), "X-1: refused: as_of: wrong_type"),
        (filled(as_of="2020-06-01T10:00:00"), "X-1: refused: as_of: wrong_type"),
        (filled(valid_from="2024-02-30"), "X: refused: valid_from: a day"),
        (filled(requested="10, requested_yuan: 11"), "requested_yuan: is there twice"),
        (filled() + "  id: Y\n", "id: is there twice"),
        (BOMB + filled(requested="*a9"), "X-1: refused: requested_yuan: wrong_type"),
        (BOMB + filled(as_of="*a9"), "X-1: refused: as_of: wrong_type"),
        (BOMB + filled(valid_from="*a9"), "X: refused: valid_from: a day"),
        (BOMB + filled().replace("id: X\n", "id: *a9\n"), "entry 1: refused: id: "),
        (BOMB + filled().replace("100", "*a9"), "X: refused: formula.cap_yuan: wrong_type"),
        (BOMB + filled().replace("ceiling", "*a9"), "X: refused: formula.type: unknown_choice"),
        (BOMB + filled().replace(": approved", ": *a9"), "X: refused: eligibility.approved: "),
        (BOMB + filled().replace("award_yuan: 10", "award_yuan: *a9"), "X-1: award_yuan: expected"),
        ("policies: " + "[" * 5000 + "]" * 5000, "nested too deeply"),
        ("a: " + "{b: " * 3000 + "1" + "}" * 3000, "nested too deeply"),
        ("policies: [3]", "entry 1: refused: policies: each policy is a mapping"),
    ],
)
def test_each_is_refused_in_a_few_words(tmp_path: Path, text: str, said: str) -> None:
    lines, code = read_text(tmp_path, text)
    assert said in lines[0]
    assert max(len(line) for line in lines) < 600
    assert (lines[-1], code) == ("0 passed, 1 failed", 1)


def test_mappings_merged_without_end_are_refused(tmp_path: Path) -> None:
    merged = "m0: &m0 {a: 1, b: 1, c: 1, d: 1, e: 1, f: 1, g: 1, h: 1, i: 1}\n" + "".join(
        f"m{n}: &m{n}\n  <<: [{', '.join([f'*m{n - 1}'] * 9)}]\n" for n in range(1, 10)
    )
    lines, code = read_text(tmp_path, merged + filled())
    assert "merged too often" in lines[0]
    assert code == 1


def test_several_entries_that_are_no_policies_are_each_told_so(tmp_path: Path) -> None:
    lines, _code = read_text(tmp_path, "policies: [1, {zh: 示例}, 2]")
    assert lines == [
        "entry 1: refused: policies: each policy is a mapping",
        "entry 2: refused: id: a policy has a code",
        "entry 3: refused: policies: each policy is a mapping",
        "0 passed, 3 failed",
    ]


def test_anchors_and_merges_of_an_honest_file_work(tmp_path: Path) -> None:
    text = filled().replace("{type: ceiling, cap_yuan: 100}", "{<<: *base, cap_yuan: 100}")
    assert read_text(tmp_path, "base: &base {type: ceiling, cap_yuan: 5}\n" + text) == (
        ["1 passed, 0 failed"],
        0,
    )


@pytest.mark.parametrize("requested", ["10", "10.0", "10.00", '"10.00"', "1.0e+1"])
def test_a_number_may_be_written_in_any_way_that_is_exact(tmp_path: Path, requested: str) -> None:
    assert read_text(tmp_path, filled(requested=requested)) == (["1 passed, 0 failed"], 0)


def formula(**values: Any) -> dict[str, Any]:
    policy = ceiling(eligibility={}, formula=values)
    policy["test_cases"] = [{"id": "X-1", "inputs": {}, "expected": {"eligible": True}}]
    return policy


BANDS = {"type": "banded_interest", "above_last_band": "0"}
TRACKS = {"type": "track_ceiling"}


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        (formula(type="fixed", amount_yuan=-1), "formula.amount_yuan: negative"),
        (formula(type="fixed", amount_yuan="many"), "formula.amount_yuan: wrong_type"),
        (formula(type="fixed", amount_yuan=True), "formula.amount_yuan: wrong_type"),
        (formula(type="fixed", amount_yuan=10**40), "formula.amount_yuan: too_large"),
        (formula(type="ceiling", cap_yuan=5, manual_decision="no"), "formula.manual_decision: wrong_type"),
        (formula(type="tax_rate", rate="10%", standard_rate="0.2"), "formula.rate: wrong_type"),
        (formula(type="tax_rate", rate="0.1", standard_rate="-0.2"), "formula.standard_rate: negative"),
        (formula(type="range", min_yuan=6, max_yuan=5), "formula.min_yuan: low_above_high"),
        (formula(type="quota", quota=0), "formula.quota: not_positive"),
        (formula(type="quota", quota="1.5"), "formula.quota: too_precise"),
        (formula(type="size_floor", floor_yuan=5, strict="no"), "formula.strict: wrong_type"),
        (formula(type="ceiling_or_manual", cap_yuan=5, manual_key=7), "formula.manual_key: wrong_type"),
        (formula(**TRACKS, caps_yuan=5), "formula.caps_yuan: wrong_type"),
        (formula(**TRACKS, caps_yuan={}), "formula.caps_yuan: empty"),
        (formula(**TRACKS, caps_yuan={"a": -1}), "formula.caps_yuan.a: negative"),
        (formula(**TRACKS, caps_yuan={1: 1}), "formula.caps_yuan.1: wrong_type"),
        (formula(**BANDS, bands="x"), "formula.bands: wrong_type"),
        (formula(**BANDS, bands=[]), "formula.bands: empty"),
        (formula(**BANDS, bands=[3]), "formula.bands[0]: wrong_type"),
        (formula(**BANDS, bands=[{"up_to_yuan": 5}]), "formula.bands[0].share: missing"),
        (formula(**BANDS, bands=[{"up_to_yuan": 5, "share": 2}]), "formula.bands[0].share: not_a_share"),
        (formula(**BANDS, bands=[{"up_to_yuan": 5, "share": 1, "z": 1}]), "formula.bands[0].z: unknown_key"),
        (
            formula(**BANDS, bands=[{"up_to_yuan": 5, "share": 1}, {"up_to_yuan": 5, "share": 0}]),
            "formula.bands[1].up_to_yuan: not_ascending",
        ),
        (ceiling(eligibility={7: "seven"}), "eligibility.7: wrong_type"),
        (ceiling(eligibility={"approved": 5}), "eligibility.approved: wrong_type"),
        (ceiling(status="Proposal"), "status: unknown_choice"),
        (ceiling(computable="maybe"), "computable: unknown_choice"),
        (case_with(expected={}), "expected: empty"),
    ],
)
def test_a_key_of_the_file_is_named_as_the_file_writes_it(
    tmp_path: Path, policy: dict[str, Any], said: str
) -> None:
    lines, code = run(written(tmp_path, policy))
    assert [said in line for line in lines[:-1]] == [True]
    assert (lines[-1], code) == ("0 passed, 1 failed", 1)


@pytest.mark.parametrize("rate", [0.1, "0.1", "0.10"])
def test_a_rate_may_be_written_with_or_without_quotes(tmp_path: Path, rate: Any) -> None:
    policy = ceiling(
        eligibility={},
        formula={"type": "tax_rate", "rate": rate, "standard_rate": 0.25},
        test_cases=[
            {"id": "X-1", "inputs": {"taxable_income_yuan": "0.05"}, "expected": {"tax_yuan": "0.01"}}
        ],
    )
    assert run(written(tmp_path, policy)) == (["1 passed, 0 failed"], 0)


@pytest.mark.parametrize("encoding", ["utf-16", "gbk"])
def test_another_encoding_is_refused(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "policies.yaml"
    path.write_bytes(filled().replace("id: X\n", "id: X\n  zh: 示例\n").encode(encoding))
    assert run(path)[1] == 1


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    path = tmp_path / "policies.yaml"
    path.write_text(filled(), encoding="utf-8-sig")
    assert run(path) == (["1 passed, 0 failed"], 0)


@pytest.mark.parametrize(
    ("inputs", "expected"),
    [
        # A fact that was not sent leaves the results open by their names; none goes missing.
        ({"approved": True}, {"eligible": True, "award_yuan": None, "cap_binds": None}),
        ({"approved": None, "requested_yuan": 10}, {"eligible": None, "award_yuan": None, "cap_binds": None}),
        ({}, {"eligible": None, "award_yuan": None, "cap_binds": None}),
        # Who is left out gets nothing, whatever else is unknown.
        ({"approved": False}, {"eligible": False, "award_yuan": 0, "cap_binds": False}),
    ],
)
def test_every_result_is_named_though_facts_are_missing(
    tmp_path: Path, inputs: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert run(written(tmp_path, case_with(inputs=inputs, expected=expected))) == (
        ["1 passed, 0 failed"],
        0,
    )


def test_the_reader_yields_what_is_right_beside_what_is_wrong(tmp_path: Path) -> None:
    wrong = ceiling(id="Y", formula={"type": "lottery"})
    found = dict(read_register(written(tmp_path, ceiling(), wrong, ceiling(id="Z"))))
    assert [isinstance(one, RegisterError) for one in found.values()] == [False, True, False]
