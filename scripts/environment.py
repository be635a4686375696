"""Create or renew the checkout's virtual environment; called by ``scripts/bootstrap``.

    environment.py                 make .venv agree with the lock (development, test and lint tools too)
    environment.py --no-dev        the same without any development tool, for the container image
    environment.py --group bench   the same with what benchmarks measure against
    environment.py --is-current …  exit 0 when there is nothing to do

Standard library only: it runs before anything is installed.
"""

import fcntl
import hashlib
import os
import re
import subprocess
import sys
import time
import venv
from pathlib import Path

import lock

STAMP = lock.VENV / ".stamp"
REPORT = lock.VENV / "uv-report.json"


class BootstrapError(Exception):
    """The environment could not be made; the message is for the person at the keyboard."""


def fingerprint(arguments: list[str]) -> str:
    """Changes whenever the environment has to be made again, also when the checkout was moved."""
    digest = hashlib.sha256()
    for path in (lock.LOCK, lock.PROJECT, Path(__file__)):
        digest.update(path.read_bytes())
    digest.update(f"{lock.ROOT}|{' '.join(arguments)}".encode())
    return digest.hexdigest()


def is_current(arguments: list[str]) -> bool:
    return STAMP.exists() and STAMP.read_text() == fingerprint(arguments)


def run(command: list[str | Path], purpose: str, **extra: str) -> str:
    """Run quietly; when it fails, say what it was for and show its own words."""
    done = subprocess.run(command, env={**os.environ, **extra}, capture_output=True, text=True)
    if done.returncode:
        raise BootstrapError(f"could not {purpose}:\n{(done.stdout + done.stderr).strip()[-3000:]}")
    return done.stdout.strip()


def venv_works() -> bool:
    """The interpreter starts and still believes to live here (a moved checkout breaks a venv)."""
    if not lock.python().exists():
        return False
    question = "import sys, pip; print(sys.prefix)"
    answer = subprocess.run([lock.python(), "-c", question], capture_output=True, text=True)
    return answer.returncode == 0 and Path(answer.stdout.strip()).resolve() == lock.VENV.resolve()


def make_venv() -> None:
    if not venv_works():
        print(f"[bootstrap] creating .venv with Python {sys.version.split()[0]}", flush=True)
        venv.create(lock.VENV, clear=True, symlinks=True, with_pip=True)


def certificate_settings() -> dict[str, str]:
    """Let uv trust the certificate authority that pip was told to trust (offices with a TLS proxy)."""
    if os.environ.get("SSL_CERT_FILE"):
        return {}
    command: list[str | Path] = [lock.python(), "-m", "pip", "config", "list"]
    listed = subprocess.run(command, capture_output=True, text=True).stdout
    found = re.search(r"^\S+\.cert='(.+)'$", listed, re.MULTILINE)
    certificate = os.environ.get("PIP_CERT") or (found.group(1) if found else "")
    return {"SSL_CERT_FILE": certificate} if certificate and Path(certificate).exists() else {}


def writable_cache() -> dict[str, str]:
    """uv's cache belongs under HOME; a user without a usable HOME gets one inside .venv."""
    home = os.environ.get("HOME", "")
    if "UV_CACHE_DIR" in os.environ or (home and os.access(home, os.W_OK)):
        return {}
    return {"UV_CACHE_DIR": str(lock.VENV / "cache")}


def install_uv() -> str | None:
    """Install uv by pip; returns where the index keeps its files when pip downloaded it from there."""
    pip: list[str | Path] = [lock.python(), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run([*pip, "--report", REPORT, "uv>=0.8"], "install uv by pip")
    return lock.prefix_in_report(REPORT.read_text(), lock.LOCK.read_text())


def sync(prefix: str | None, arguments: list[str]) -> None:
    folder = lock.restore(prefix)
    run(
        [lock.python(), "-m", "uv", "sync", "--frozen", "--no-progress", "--project", folder, *arguments],
        "install the packages of uv.lock",
        UV_PROJECT_ENVIRONMENT=str(lock.VENV),
        UV_PYTHON=str(lock.python()),
        UV_PYTHON_DOWNLOADS="never",
        **certificate_settings(),
        **writable_cache(),
    )


def bring_up_to_date(arguments: list[str]) -> None:
    started = time.monotonic()
    STAMP.unlink(missing_ok=True)
    make_venv()
    print("[bootstrap] installing the packages of uv.lock", flush=True)
    sync(install_uv(), arguments)
    STAMP.write_text(fingerprint(arguments))
    print(f"[bootstrap] ready after {time.monotonic() - started:.0f} s", flush=True)


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--is-current"]:
        return 0 if is_current(arguments[1:]) else 1
    state = lock.ROOT / ".devstack"
    state.mkdir(exist_ok=True)
    with (state / "bootstrap.lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)  # two commands started together: the second finds it done
        if is_current(arguments):
            return 0
        try:
            bring_up_to_date(arguments)
        except (BootstrapError, lock.LockError, OSError) as error:
            print(f"bootstrap: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
