"""``scripts/bootstrap`` finds a Python that can really make the environment."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import environment
import pytest


@pytest.fixture
def checkout(tmp_path: Path, root: Path) -> Path:
    """A checkout in a folder with a space, whose second half only says which Python it got."""
    folder = tmp_path / "a checkout"
    (folder / "scripts").mkdir(parents=True)
    shutil.copy(root / "scripts" / "bootstrap", folder / "scripts")
    (folder / "scripts" / "environment.py").write_text("import os; print(os.environ['CHOSEN'])\n")
    return folder


def interpreter(folder: Path, name: str, body: str) -> None:
    folder.mkdir(exist_ok=True)
    program = folder / name
    program.write_text(f"#!/bin/sh\nexport CHOSEN={name}\n{body}\n")
    program.chmod(0o755)


def bootstrap(checkout: Path, **env: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [checkout / "scripts" / "bootstrap"], env=env, capture_output=True, text=True, check=False
    )


def test_unusable_interpreters_are_passed_over(checkout: Path, tmp_path: Path) -> None:
    programs = tmp_path / "bin"
    interpreter(programs, "python3.13", "echo 'the shim knows no such version' >&2; exit 127")
    interpreter(programs, "python3.12", "echo \"No module named 'ensurepip'\" >&2; exit 1")
    interpreter(programs, "python3.11", f'exec "{sys.executable}" "$@"')

    done = bootstrap(checkout, PATH=f"{programs}:/usr/bin:/bin")

    assert (done.returncode, done.stdout) == (0, "python3.11\n")


def test_a_named_interpreter_wins(checkout: Path, tmp_path: Path) -> None:
    interpreter(tmp_path / "bin", "mine", f'exec "{sys.executable}" "$@"')

    done = bootstrap(checkout, PATH=f"{tmp_path / 'bin'}:/usr/bin:/bin", PYTHON="mine")

    assert done.stdout == "mine\n"


def test_without_any_it_says_what_to_install(checkout: Path) -> None:
    done = bootstrap(checkout, PATH="/usr/bin:/bin", PYTHON="python2.7")

    assert done.returncode == 1
    assert "no Python 3.11, 3.12 or 3.13" in done.stderr
    assert "python3-venv" in done.stderr


def test_a_current_environment_is_left_alone(checkout: Path) -> None:
    programs = checkout / ".venv" / "bin"
    programs.mkdir(parents=True)
    interpreter(programs, "python", "exit 0")

    done = bootstrap(checkout, PATH="/usr/bin:/bin", PYTHON="python2.7")

    assert (done.returncode, done.stderr) == (0, "")


def test_the_stamp_follows_the_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = tmp_path / "uv.lock"
    locked.write_text("one")
    monkeypatch.setattr(environment.lock, "LOCK", locked)
    monkeypatch.setattr(environment, "STAMP", tmp_path / ".stamp")
    environment.STAMP.write_text(environment.fingerprint([]))

    assert environment.is_current([])
    assert not environment.is_current(["--no-dev"])
    locked.write_text("two")
    assert not environment.is_current([])


def test_uv_trusts_the_authority_that_pip_was_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = tmp_path / "office.pem"
    authority.touch()
    monkeypatch.delenv("SSL_CERT_FILE", raising=False)
    monkeypatch.setenv("PIP_CERT", str(authority))

    assert environment.certificate_settings() == {"SSL_CERT_FILE": str(authority)}


def test_without_a_home_the_cache_stays_in_the_checkout(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", "/nonexistent")

    assert environment.writable_cache() == {"UV_CACHE_DIR": str(environment.lock.VENV / "cache")}


def test_bootstrap_is_executable(root: Path) -> None:
    programs = ["scripts/bootstrap", "scripts/check", ".ci/run"]

    assert [name for name in programs if not os.access(root / name, os.X_OK)] == []
