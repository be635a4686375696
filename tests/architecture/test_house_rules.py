"""Rules about files that no linter knows."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = (
    "config",
    "insight",
    "returns",
    "evaluation",
    "support",
    "ledger",
    "reviews",
    "funding",
    "applications",
    "contests",
    "sharing",
    "capital",
    "outreach",
    "projects",
    "enterprises",
    "exchange",
    "evidence",
    "incubators",
    "accounts",
    "core",
)
LONGEST_FILE = 420
FILES = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
    cwd=ROOT,
    capture_output=True,
    text=True,
).stdout.splitlines()
OURS = [
    name for name in FILES if name.startswith(APPS) and name.endswith(".py") and "/migrations/" not in name
]


@pytest.mark.skipif(not FILES, reason="not a git checkout")
@pytest.mark.parametrize("name", OURS)
def test_files_stay_short(name: str) -> None:
    if (ROOT / name).exists():
        assert len((ROOT / name).read_text().splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("name", OURS)
def test_there_is_no_drawer_for_odds_and_ends(name: str) -> None:
    assert Path(name).stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("name", [name for name in OURS if "/services" in name or "/stages" in name])
def test_the_domain_does_not_look_at_the_clock(name: str) -> None:
    if (ROOT / name).exists():
        assert not re.search(
            r"timezone\.now\(|datetime\.now\(|date\.today\(|localdate\(", (ROOT / name).read_text()
        )


@pytest.mark.parametrize(
    "name", [name for name in FILES if name.startswith("templates/") and name.endswith(".html")]
)
def test_pages_load_nothing_from_elsewhere(name: str) -> None:
    if (ROOT / name).exists():
        text = (ROOT / name).read_text()
        assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", text)
        assert "|safe" not in text
