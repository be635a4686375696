"""Production does not start half configured, and Django finds nothing to warn about."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

COMPLETE = {
    "SECRET_KEY": "".join(chr(48 + number % 75) for number in range(80)),
    "DATABASE_URL": "postgresql://enclave:x@localhost/enclave",
    "REDIS_URL": "redis://localhost:6379/0",
    "ALLOWED_HOSTS": "enclave.example.org",
}


def run(root: Path, *arguments: str, **env: str) -> "subprocess.CompletedProcess[str]":
    clean = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings.production"}
    return subprocess.run(
        [sys.executable, *arguments], cwd=root, env=clean | env, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("missing", sorted(COMPLETE))
def test_it_refuses_to_start_without(root: Path, missing: str) -> None:
    given = {name: value for name, value in COMPLETE.items() if name != missing}

    done = run(root, "-c", "import config.settings.production", **given)

    assert done.returncode == 1
    assert done.stderr.strip().endswith(f"ImproperlyConfigured: Set the environment variable {missing}.")


def test_deployment_checks_have_nothing_to_say(root: Path) -> None:
    done = run(root, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **COMPLETE)

    assert done.returncode == 0, done.stderr
    assert "System check identified no issues (0 silenced)." in done.stdout


def test_demo_accounts_are_refused(root: Path) -> None:
    show = "from config.settings import production as p; print(p.DEMO_ACCOUNTS_ALLOWED, p.DEBUG)"

    assert run(root, "-c", show, **COMPLETE).stdout == "False False\n"
