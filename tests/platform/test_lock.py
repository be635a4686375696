"""The lock names no host, can be filled for any index, and agrees with pyproject.toml."""

import json
import re
import tomllib
from pathlib import Path

import lock
import pytest

LOCKED = """
[[package]]
name = "iniconfig"
version = "2.3.0"
source = { registry = "https://index.example/simple" }
wheels = [
    { url = "https://files.example/packages/ab/cd/iniconfig-2.3.0-py3-none-any.whl", hash = "sha256:aa" },
]
"""


def test_the_committed_lock_names_no_host(root: Path) -> None:
    text = (root / "uv.lock").read_text(encoding="utf-8")

    assert [line for line in text.splitlines() if "http" in line or "://" in line] == []


def test_tokens_replace_hosts_and_are_filled_again() -> None:
    tokenised = lock.tokenise(LOCKED)

    assert 'url = "@files@/packages/ab/cd/iniconfig-2.3.0-py3-none-any.whl"' in tokenised
    assert 'registry = "@index@"' in tokenised
    filled = lock.fill(tokenised, files="https://files.example/", index="https://index.example/simple")
    assert filled == LOCKED


def test_a_mirror_gets_its_own_addresses() -> None:
    filled = lock.fill(
        lock.tokenise(LOCKED), files="https://mirror.example/pypi", index="https://mirror.example/s"
    )

    assert 'url = "https://mirror.example/pypi/packages/ab/cd/iniconfig-2.3.0-py3-none-any.whl"' in filled


def test_a_lock_with_another_host_is_refused() -> None:
    with pytest.raises(lock.LockError, match=re.escape("https://forge.example/x")):
        lock.tokenise(LOCKED + 'source = { git = "git+https://forge.example/x" }\n')


def report(*urls: str) -> str:
    return json.dumps({"install": [{"download_info": {"url": url}} for url in urls]})


@pytest.mark.parametrize(
    ("urls", "prefix"),
    [
        (["https://mirror.example/pypi/packages/ab/cd/uv-1.0.whl"], "https://mirror.example/pypi"),
        (["file:///srv/wheels/packages/uv-1.0.whl"], None),
        (["https://index.example/odd/uv-1.0.whl"], None),
        # The lock knows this file at another path: that index keeps its files in another way.
        (["https://mirror.example/packages/zz/iniconfig-2.3.0-py3-none-any.whl"], None),
        ([], None),
    ],
)
def test_pip_tells_where_the_files_are(urls: list[str], prefix: str | None) -> None:
    assert lock.prefix_in_report(report(*urls), lock.tokenise(LOCKED)) == prefix


def test_the_lock_agrees_with_pyproject(root: Path) -> None:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    locked = tomllib.loads((root / "uv.lock").read_text(encoding="utf-8"))
    own = next(package for package in locked["package"] if package["name"] == project["project"]["name"])

    assert len(own["metadata"]["requires-dist"]) == len(project["project"]["dependencies"])
    for group, names in project["dependency-groups"].items():
        direct = [name for name in names if isinstance(name, str)]
        if direct and not any(isinstance(name, dict) for name in names):
            assert len(own["metadata"]["requires-dev"][group]) == len(direct)
    assert locked["requires-python"].replace(" ", "") == project["project"]["requires-python"].replace(
        " ", ""
    )
