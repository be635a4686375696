"""The arrows between apps and between roles point one way, and somebody would notice if one did not."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINTER = Path(sys.executable).parent / "lint-imports"
APPS = (
    "config",
    "insight",
    "returns",
    "evaluation",
    "funding",
    "applications",
    "contests",
    "sharing",
    "capital",
    "reviews",
    "ledger",
    "support",
    "outreach",
    "projects",
    "enterprises",
    "exchange",
    "evidence",
    "incubators",
    "accounts",
    "core",
)


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for app in APPS:
        shutil.copytree(ROOT / app, tmp_path / app, ignore=shutil.ignore_patterns("__pycache__", "data"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_arrows_point_one_way() -> None:
    result = lint(ROOT)
    assert result.returncode == 0, result.stdout


@pytest.mark.parametrize(
    ("file", "line", "broken"),
    [
        ("core/periods.py", "import projects.stages", "Apps import downwards only"),
        ("incubators/scope.py", "from evaluation.enums import Audience", "Apps import downwards only"),
        ("projects/stages.py", "from projects import services", "Inside an app"),
    ],
)
def test_an_upward_import_is_noticed(copy: Path, file: str, line: str, broken: str) -> None:
    path = copy / file
    path.write_text(f"{path.read_text()}\n{line}\n")
    result = lint(copy)
    assert result.returncode == 1
    assert broken in result.stdout
