"""The cleaner that outlives a killed supervisor: reads orders from a pipe and acts when the pipe ends.

Orders, one a line: ``group PID`` (a process group to end), ``forget PID``, ``remove FOLDER``, ``dismiss``.
"""

import contextlib
import os
import shutil
import signal
import sys
import time

# PostgreSQL closes cleanly on the kernel's own signal; it gets this long before it is killed.
GRACE_SECONDS = 5.0


def read_orders() -> tuple[set[int], list[str], bool]:
    """Everything that was ordered until the pipe ended: groups, folders, and whether all was well."""
    groups: set[int] = set()
    folders: list[str] = []
    for line in sys.stdin:
        verb, _, what = line.rstrip("\n").partition(" ")
        match verb:
            case "group":
                groups.add(int(what))
            case "forget":
                groups.discard(int(what))
            case "remove":
                folders.append(what)
            case "dismiss":
                return groups, folders, True
    return groups, folders, False


def signal_groups(groups: set[int], sent: signal.Signals) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, sent)


def clean_up(groups: set[int], folders: list[str]) -> None:
    signal_groups(groups, signal.SIGINT)
    alive = groups
    deadline = time.monotonic() + GRACE_SECONDS
    while alive and time.monotonic() < deadline:
        time.sleep(0.1)
        alive = {group for group in alive if exists(group)}
    signal_groups(alive, signal.SIGKILL)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


def exists(group: int) -> bool:
    with contextlib.suppress(PermissionError):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
    return True


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    groups, folders, dismissed = read_orders()
    if not dismissed:
        clean_up(groups, folders)


if __name__ == "__main__":
    main()
