"""The commands that people and CI type."""

import shutil
import subprocess
from pathlib import Path

import pytest

TARGETS = ["run", "test", "bench", "manage", "lint", "check", "lock", "messages", "openapi", "clean", "help"]
PASSED = "pass  tests: 12 passed in 3.21s"
STEPS = ["style", "types", "migrations", "contracts", "translations", "openapi"]


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows(root: Path, target: str) -> None:
    done = subprocess.run(
        ["make", "--dry-run", target, "CMD=check"], cwd=root, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def test_manage_without_command_says_how(root: Path) -> None:
    lines = subprocess.run(
        ["make", "--dry-run", "manage"], cwd=root, capture_output=True, text=True, check=True
    ).stdout

    assert 'make manage CMD="check"' in lines


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Path:
    """A folder in which every tool says yes, except those whose name is in the file ``broken``."""
    (tmp_path / "scripts").mkdir()
    program = tmp_path / "scripts" / "check"
    program.write_text((root / "scripts" / "check").read_text())
    program.chmod(0o755)
    tools = tmp_path / ".venv" / "bin"
    tools.mkdir(parents=True)
    for name in ("python", "lint-imports"):
        (tools / name).write_text(
            '#!/bin/sh\nfor word in $(cat broken); do case "$0 $*" in *$word*) exit 1;; esac; done\n'
        )
        (tools / name).chmod(0o755)
    (tmp_path / "broken").write_text("")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "openapi.yaml").write_text("")
    return tmp_path


def check(checkout: Path, *steps: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [checkout / "scripts" / "check", *steps], capture_output=True, text=True, check=False
    )


def test_all_checks_green(checkout: Path) -> None:
    done = check(checkout)

    assert done.returncode == 0
    assert done.stdout.splitlines()[-6:] == [f"pass  {step}" for step in STEPS]


@pytest.mark.parametrize(
    ("broken", "step"),
    [
        ("ruff", "style"),
        ("mypy", "types"),
        ("makemigrations", "migrations"),
        ("lint-imports", "contracts"),
        ("messages.py?check", "translations"),
        ("spectacular", "openapi"),
    ],
)
def test_one_red_check_makes_the_end_red(checkout: Path, broken: str, step: str) -> None:
    (checkout / "broken").write_text(broken)

    done = check(checkout)

    assert done.returncode == 1
    assert [line for line in done.stdout.splitlines() if line.startswith("FAIL")] == [f"FAIL  {step}"]


def test_drift_of_the_api_description_is_red(checkout: Path) -> None:
    (checkout / "docs" / "openapi.yaml").write_text("openapi: 3.1.0\n")

    done = check(checkout, "openapi")

    assert done.returncode == 1
    assert "docs/openapi.yaml is out of date: make openapi" in done.stdout


@pytest.mark.parametrize(
    ("tests", "checks", "verdict"),
    [(0, 0, PASSED), (1, 0, "FAIL  tests: 12 passed in 3.21s"), (0, 1, PASSED)],
)
def test_ci_is_as_red_as_its_reddest_step(
    tmp_path: Path, root: Path, tests: int, checks: int, verdict: str
) -> None:
    programs = tmp_path / "bin"
    for folder in (programs, tmp_path / ".ci", tmp_path / "scripts"):
        folder.mkdir()
    shutil.copy(root / ".ci" / "run", tmp_path / ".ci" / "run")
    summary = "echo '--- summary'; echo 'pass  style'"
    answers = {
        "make": f"echo '12 passed in 3.21s'; exit {tests}",
        "../scripts/check": f"{summary}; exit {checks}",
    }
    for name in ("chromium", "pdftotext", "soffice", *answers):
        (programs / name).write_text(f"#!/bin/sh\n{answers.get(name, '')}\n")
        (programs / name).chmod(0o755)

    done = subprocess.run(
        [tmp_path / ".ci" / "run"],
        env={"PATH": f"{programs}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == max(tests, checks)
    assert done.stdout.splitlines()[-3:] == ["pass  tools", verdict, "pass  style"]
