"""Health checks of the containers: ``healthcheck.py web|worker|beat``; exit code 0 means healthy."""

import contextlib
import http.client
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

TIMEOUT_SECONDS = 8
# How a scheduler's command line differs from this script's own.
BEAT_ARGUMENTS = {b"-A", b"beat"}


def web() -> bool:
    """The web process answers; it accepts only requests for a host that it serves."""
    first = os.environ.get("ALLOWED_HOSTS", "localhost").split(",")[0]
    host = first.strip().lstrip(".").replace("*", "localhost")
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=TIMEOUT_SECONDS)
    try:
        connection.request("GET", "/healthz", headers={"Host": host})
        return connection.getresponse().status == 200
    finally:
        connection.close()


def worker() -> bool:
    """The worker of this very container answers a ping through the broker."""
    from config.celery import app

    name = f"celery@{os.uname().nodename}"
    return bool(app.control.ping(destination=[name], timeout=TIMEOUT_SECONDS - 3))


def beat() -> bool:
    """The scheduler's process exists and the broker takes its messages; beat itself answers nobody."""
    from config.celery import app

    with app.connection_for_write(connect_timeout=3) as connection:
        connection.ensure_connection(max_retries=1, timeout=3)
    return any(set(arguments) >= BEAT_ARGUMENTS for arguments in command_lines())


def command_lines() -> Iterator[list[bytes]]:
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        with contextlib.suppress(OSError):  # it may have ended since
            yield file.read_bytes().split(b"\0")


CHECKS = {"web": web, "worker": worker, "beat": beat}


def main(arguments: list[str]) -> int:
    if len(arguments) != 1 or arguments[0] not in CHECKS:
        print(__doc__)
        return 2
    started = time.monotonic()
    try:
        healthy = CHECKS[arguments[0]]()
    except Exception as error:  # whatever it is, the answer is "unhealthy" with its reason in the log
        print(f"{type(error).__name__}: {error}")
        healthy = False
    print(f"{'healthy' if healthy else 'unhealthy'} after {time.monotonic() - started:.1f} s")
    return 0 if healthy else 1


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main(sys.argv[1:]))
