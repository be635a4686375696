"""What one checkout may do at a time: one owner of the data of ``make run``, any number of visitors.

Locks are held by the kernel and vanish with the process, so no stale file can ever block a start.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from stack.processes import StackError

ROOT = Path(__file__).resolve().parent.parent.parent
VISIT_SECONDS = 60.0


@dataclass(frozen=True)
class Checkout:
    """The private folder of this checkout: data, logs, locks, and the address of running services."""

    state: Path

    @classmethod
    def here(cls) -> "Checkout":
        state = Path(os.environ.get("DEVSTACK_DIR") or ROOT / ".devstack").resolve()
        (state / "log").mkdir(parents=True, exist_ok=True)
        return cls(state=state)

    def log(self, name: str) -> Path:
        return self.state / "log" / f"{name}.log"

    @property
    def _owner(self) -> Path:
        return self.state / "owner.lock"

    @property
    def _visitors(self) -> Path:
        return self.state / "visitors.lock"

    @property
    def _address(self) -> Path:
        return self.state / "running.json"

    @contextmanager
    def owned(self) -> Iterator[bool]:
        """Become the only one that starts services here; gives False when somebody else already is."""
        with self._owner.open("a+") as handle:
            if not _try_lock(handle, fcntl.LOCK_EX):
                yield False
                return
            try:
                yield True
            finally:
                self._address.unlink(missing_ok=True)

    def publish(self, purpose: str, settings: dict[str, str]) -> None:
        """Tell visitors how to reach the services that the owner has started."""
        draft = self._address.with_suffix(".tmp")
        draft.write_text(json.dumps({"pid": os.getpid(), "purpose": purpose, "settings": settings}))
        draft.replace(self._address)

    def running(self) -> dict[str, object]:
        """What the owner published, or an empty answer while there is nothing yet."""
        try:
            answer: dict[str, object] = json.loads(self._address.read_text())
        except (FileNotFoundError, ValueError):
            return {}
        return answer

    def refusal(self) -> StackError:
        """Why a second start in this checkout is not possible."""
        known = self.running()
        who = f"{known['purpose']}, process {known['pid']}" if known else "it is just starting"
        return StackError(
            f"The system of this checkout is already running ({who})."
            " Stop that one first (Ctrl-C in its terminal), or use another checkout."
        )

    def wait_for_settings(self) -> dict[str, str]:
        """The addresses of the owner's services; waits while the owner is still starting them."""
        deadline = time.monotonic() + VISIT_SECONDS
        while time.monotonic() < deadline:
            if known := self.running():
                return dict(known["settings"])  # type: ignore[call-overload, no-any-return]
            time.sleep(0.1)
        raise StackError("The running system of this checkout has not finished starting its services.")

    @contextmanager
    def visit(self) -> Iterator[None]:
        """Use somebody else's services; an owner that only served one command waits for us."""
        with self._visitors.open("a+") as handle:
            fcntl.flock(handle, fcntl.LOCK_SH)
            yield

    def wait_for_visitors(self) -> None:
        with self._visitors.open("a+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)


def _try_lock(handle: IO[str], kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
