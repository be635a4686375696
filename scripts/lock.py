"""Keep ``uv.lock`` free of registry hosts, so that an office can install through its own mirror.

The committed lock is uv's own lock with two tokens instead of hosts: ``@files@`` before the path of each
file and ``@index@`` for the registry. The hashes stay, so a mirror cannot change what gets installed.

    lock.py restore [PREFIX]   write a lock that uv can read to .venv/lock/
    lock.py refresh [ARGS]     resolve pyproject.toml again (ARGS go to ``uv lock``, such as --upgrade)

Standard library only: it runs before anything is installed.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "uv.lock"
PROJECT = ROOT / "pyproject.toml"
VENV = ROOT / ".venv"
RESTORED = VENV / "lock"

FILES_TOKEN = "@files@"
INDEX_TOKEN = "@index@"
# Small pure-Python packages of the lock: asking pip where one of them lies tells where all of them lie.
PROBES = ("iniconfig", "sqlparse", "tomli", "billiard")


class LockError(Exception):
    """The lock cannot be turned into one that uv can use; the message says what to do."""


def python() -> Path:
    return VENV / "bin" / "python"


def tokenise(text: str) -> str:
    """uv's lock with hosts replaced by tokens; refuses a lock in which any host remains."""
    text = re.sub(r'url = "[a-z+]+://[^"]*?/packages/', f'url = "{FILES_TOKEN}/packages/', text)
    text = re.sub(r'registry = "[^"]+"', f'registry = "{INDEX_TOKEN}"', text)
    leftover = re.search(r'[a-z]+://[^"\s]*', text)
    if leftover:
        raise LockError(f"uv.lock would name a host: {leftover.group()}")
    return text


def fill(text: str, *, files: str, index: str) -> str:
    """The opposite of :func:`tokenise`; ``files`` is what stands before ``/packages/``."""
    return text.replace(FILES_TOKEN, files.rstrip("/")).replace(INDEX_TOKEN, index)


def effective_index() -> str:
    """The index that uv or pip is configured with, falling back to pip's own default."""
    for name in ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL"):
        if os.environ.get(name):
            return os.environ[name]
    shown = subprocess.run(
        [python(), "-m", "pip", "install", "--help"],
        env={**os.environ, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    default = re.search(r"--index-url <url>.*?\(default (\S+?)\)", shown, re.DOTALL)
    if default is None:
        raise LockError("pip does not say which index it uses: set PIP_INDEX_URL.")
    return default.group(1)


def prefix_in_report(report: str, lock: str) -> str | None:
    """What stands before ``/packages/`` in the first file of a pip report that the index served.

    A file from a local folder has no such part; a file of the lock must lie at the same path.
    """
    for item in json.loads(report).get("install", []):
        url = item["download_info"]["url"]
        prefix, found, path = url.partition("/packages/")
        if found and url.startswith("http") and _path_is_usable(path, lock):
            return str(prefix)
    return None


def _path_is_usable(path: str, lock: str) -> bool:
    """Either the lock names this very file, or it does not know the file and the form agrees."""
    name = path.rsplit("/", 1)[-1]
    return f"/packages/{path}" in lock or f"/{name}" not in lock


def probe_prefix(lock: str) -> str:
    """Ask pip, without installing anything, where the index keeps a few files of the lock."""
    versions = dict(re.findall(r'\[\[package\]\]\nname = "([^"]+)"\nversion = "([^"]+)"', lock))
    pip: list[str | Path] = [python(), "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed"]
    pip += ["--no-deps", "--only-binary", ":all:", "--index-url", effective_index()]
    for name in PROBES:
        if name not in versions:
            continue
        asked = subprocess.run(
            [*pip, "--report", "-", f"{name}=={versions[name]}"], capture_output=True, text=True
        )
        if asked.returncode == 0 and (prefix := prefix_in_report(asked.stdout, lock)):
            return prefix
    raise LockError(
        "The package index did not say where its files are. Check the network and PIP_INDEX_URL,"
        " or set LOCK_FILES_URL to what stands before /packages/ in its download addresses."
    )


def restore(prefix: str | None = None) -> Path:
    """Write a usable lock beside a copy of pyproject.toml; returns their folder."""
    lock = LOCK.read_text(encoding="utf-8")
    files = os.environ.get("LOCK_FILES_URL") or prefix or probe_prefix(lock)
    RESTORED.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT, RESTORED / PROJECT.name)
    text = fill(lock, files=files, index=effective_index())
    (RESTORED / LOCK.name).write_text(text, encoding="utf-8")
    return RESTORED


def refresh(arguments: list[str]) -> None:
    """Resolve again, keeping locked versions where pyproject.toml allows them, and tokenise the result."""
    folder = restore() if LOCK.exists() else RESTORED
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PROJECT, folder / PROJECT.name)
    index = effective_index()
    command: list[str | Path] = [python(), "-m", "uv", "lock", "--project", folder, "--default-index", index]
    subprocess.run([*command, *arguments], check=True)
    LOCK.write_text(tokenise((folder / LOCK.name).read_text(encoding="utf-8")), encoding="utf-8")


def main(arguments: list[str]) -> int:
    try:
        match arguments:
            case ["restore", *rest]:
                print(restore(rest[0] if rest else None))
            case ["refresh", *rest]:
                refresh(rest)
            case _:
                print(__doc__)
                return 2
    except (LockError, subprocess.CalledProcessError) as error:
        print(f"lock: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
