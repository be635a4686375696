"""The register of policies: every worked example comes out, and whatever is wrong is named."""

import io
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command

from funding.calculator.cases import check_case
from funding.calculator.formulas import terms_of
from funding.calculator.reading import read_terms
from funding.importers import RegisterError, read_register
from funding.importers.register import REGISTER, read_entry

ENTRIES = {code: entry for code, entry in read_register(REGISTER)}
CASES = [
    (code, case)
    for code, entry in ENTRIES.items()
    if not isinstance(entry, RegisterError)
    for case in entry.cases
]


def run(path: Path) -> tuple[list[str], int]:
    """Lines that the command prints, and its exit code."""
    out = io.StringIO()
    try:
        call_command("policy_cases", str(path), stdout=out)
    except SystemExit as error:
        return out.getvalue().splitlines(), int(str(error.code))
    return out.getvalue().splitlines(), 0


def written(tmp_path: Path, *policies: dict[str, Any]) -> Path:
    path = tmp_path / "policies.yaml"
    path.write_text(yaml.safe_dump({"policies": list(policies)}, allow_unicode=True), encoding="utf-8")
    return path


def ceiling(**changes: Any) -> dict[str, Any]:
    case = {
        "id": "X-1",
        "inputs": {"approved": True, "requested_yuan": 10},
        "expected": {"eligible": True, "award_yuan": 10},
    }
    policy = {
        "id": "X",
        "zh": "示例政策",
        "eligibility": {"approved": "approved"},
        "formula": {"type": "ceiling", "cap_yuan": 100},
        "currency": "CNY",
        "valid_from": "2021-12",
        "valid_to": "2024-12",
        "test_cases": [case],
    }
    return {**policy, **changes}


def case_with(**changes: Any) -> dict[str, Any]:
    policy = ceiling()
    policy["test_cases"] = [{**policy["test_cases"][0], **changes}]
    return policy


def test_there_are_54_policies_and_89_examples() -> None:
    assert (len(ENTRIES), len(CASES)) == (54, 89)
    assert [entry for entry in ENTRIES.values() if isinstance(entry, RegisterError)] == []


@pytest.mark.parametrize(("code", "case"), CASES, ids=[case["id"] for _code, case in CASES])
def test_every_example_comes_out(code: str, case: dict[str, Any]) -> None:
    entry = ENTRIES[code]
    assert not isinstance(entry, RegisterError)
    assert check_case(entry.terms, case, valid_from=entry.valid_from, valid_until=entry.valid_until) == []


def test_the_command_counts() -> None:
    lines, code = run(REGISTER)
    assert (lines[-1], code) == ("89 passed, 0 failed", 0)


def test_a_wrong_expectation_fails_and_is_shown(tmp_path: Path) -> None:
    policy = case_with(expected={"eligible": True, "award_yuan": 11})
    lines, code = run(written(tmp_path, policy))
    assert lines == ["X-1: award_yuan: expected 11, found 10", "0 passed, 1 failed"]
    assert code == 1


@pytest.mark.parametrize(
    ("policy", "key"),
    [
        (case_with(inputs={"approved": True, "requested_yaun": 10}), "requested_yaun: unknown_fact"),
        (case_with(inputs={"approved": 1, "requested_yuan": 10}), "approved: wrong_type"),
        (case_with(inputs={"approved": True, "requested_yuan": "ten"}), "requested_yuan: wrong_type"),
        (case_with(inputs={"approved": True, "requested_yuan": True}), "requested_yuan: wrong_type"),
        (case_with(inputs={"approved": True, "requested_yuan": -1}), "requested_yuan: negative"),
        (case_with(inputs={"approved": True, "requested_yuan": "1.005"}), "requested_yuan: too_precise"),
        (case_with(as_of="2025-01-01"), "as_of: outside_validity"),
        (case_with(as_of="2021-11-30"), "as_of: outside_validity"),
        (case_with(as_of="soon"), "as_of: wrong_type"),
        (case_with(expected={"awrad_yuan": 10}), "awrad_yuan: unknown_key"),
        (case_with(inputs=None), "inputs: missing"),
        (case_with(weight=3), "weight: unknown_key"),
        (ceiling(formula={"type": "ceiling", "cap_yuan": -5}), "formula.cap_yuan: negative"),
        (ceiling(formula={"type": "ceiling"}), "formula.cap_yuan: missing"),
        (ceiling(formula={"type": "ceiling", "cap_yuan": 5, "cap": 6}), "formula.cap: unknown_key"),
        (ceiling(formula={"type": "lottery"}), "formula.type: unknown_choice"),
        (ceiling(colour="red"), "colour: this key is not known"),
        (ceiling(valid_from="soon"), "valid_from: a day"),
        (ceiling(valid_from="2025"), "valid_to: a policy ends"),
        (ceiling(currency="ATS"), "formula.currency: unknown_choice"),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, policy: dict[str, Any], key: str) -> None:
    lines, code = run(written(tmp_path, policy))
    assert [key in line for line in lines[:-1]] == [True]
    assert (lines[-1], code) == ("0 passed, 1 failed", 1)


@pytest.mark.parametrize("day", ["2021-12-01", "2024-12-31"])
def test_the_first_and_the_last_day_hold(tmp_path: Path, day: str) -> None:
    assert run(written(tmp_path, case_with(as_of=day))) == (["1 passed, 0 failed"], 0)


@pytest.mark.parametrize("text", ["", "- 1", "policies: 3", "policies: [", "\x00"])
def test_a_file_that_is_no_register_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_text(text, encoding="utf-8")
    lines, code = run(path)
    assert (lines[-1], code) == ("0 passed, 1 failed", 1)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    lines, code = run(tmp_path / "none.yaml")
    assert (lines[-1], code) == ("0 passed, 1 failed", 1)


def test_two_policies_with_one_code_are_refused(tmp_path: Path) -> None:
    lines, _code = run(written(tmp_path, ceiling(), ceiling()))
    assert lines == ["X: refused: id: X is there twice", "1 passed, 1 failed"]


def loan(amount: int) -> Any:
    """The award of the banded interest at 3.85%, in yuan."""
    formula = {
        "type": "banded_interest",
        "bands": [{"up_to_yuan": 5_000_000, "share": "1.0"}, {"up_to_yuan": 10_000_000, "share": "0.5"}],
        "above_last_band": "0",
    }
    from funding.calculator import evaluate

    terms = read_terms(terms_of(formula, eligibility={}, currency="CNY"))
    return evaluate(terms, {"loan_yuan": amount, "benchmark_rate": "0.0385", "years": 1}).amount


@pytest.mark.parametrize(
    ("loan_yuan", "award"),
    [
        (4_000_000, 154_000),
        (5_000_000, 192_500),
        (8_000_000, 250_250),
        (10_000_000, 288_750),
        (12_000_000, 288_750),
    ],
)
def test_interest_by_bands_as_in_the_golden_examples(loan_yuan: int, award: int) -> None:
    assert loan(loan_yuan) == award


def test_entries_are_read_whole() -> None:
    entry = read_entry(ceiling())
    assert (str(entry.valid_from), str(entry.valid_until)) == ("2021-12-01", "2025-01-01")
    assert entry.terms.up_to is True
