"""The cleaner that outlives a killed supervisor: reads orders from a pipe and acts when the pipe ends.

Orders, one a line: ``kill PID`` (end this process group at once), ``close PID`` (first let it close its
files), ``forget PID``, ``remove FOLDER``, ``dismiss``.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

# PostgreSQL writes a checkpoint; what is not done after this time is repaired at the next start.
CLOSING_SECONDS = 5.0


@dataclass
class Orders:
    """What there is to clean up."""

    kill: set[int] = field(default_factory=set)
    close: set[int] = field(default_factory=set)
    folders: list[str] = field(default_factory=list)
    dismissed: bool = False

    def take(self, line: str) -> None:
        verb, _, what = line.rstrip("\n").partition(" ")
        match verb:
            case "kill":
                self.kill.add(int(what))
            case "close":
                self.close.add(int(what))
            case "forget":
                self.kill.discard(int(what))
                self.close.discard(int(what))
            case "remove":
                self.folders.append(what)
            case "dismiss":
                self.dismissed = True


def signal_groups(groups: set[int], sent: signal.Signals) -> None:
    for group in groups:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, sent)


def is_alive(pid: int) -> bool:
    """A zombie that nobody has fetched yet does not count (init of a container may never fetch it)."""
    status = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        with contextlib.suppress(OSError):
            return status.read_text().rpartition(")")[2].split()[0] != "Z"
        return False
    with contextlib.suppress(OSError):
        os.kill(pid, 0)
        return True
    return False


def clean_up(orders: Orders) -> None:
    signal_groups(orders.kill, signal.SIGKILL)
    signal_groups(orders.close, signal.SIGINT)
    deadline = time.monotonic() + CLOSING_SECONDS
    while any(is_alive(pid) for pid in orders.close) and time.monotonic() < deadline:
        time.sleep(0.05)
    signal_groups(orders.close, signal.SIGKILL)
    for folder in orders.folders:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    orders = Orders()
    for line in sys.stdin:
        orders.take(line)
        if orders.dismissed:
            return
    clean_up(orders)


if __name__ == "__main__":
    main()
