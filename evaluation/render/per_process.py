"""One engine per process, made when first used, never shared across a fork or between threads at once."""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Engine = TypeVar("Engine")


class PerProcess(Generic[Engine]):
    """Keeps what `make` returns, keyed by process id.

    Threads and native locks do not survive a fork: a child that used its parent's engine would hang. The
    inherited engine stays referenced, since tearing it down in the child would be as harmful as using it.
    """

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._make = make
        self._engines: dict[int, Engine] = {}
        self._lock = threading.Lock()
        os.register_at_fork(after_in_child=self._forget_lock)

    @contextmanager
    def use(self) -> Iterator[Engine]:
        """The engine of this process, for the calling thread alone."""
        with self._lock:
            pid = os.getpid()
            if pid not in self._engines:
                self._engines[pid] = self._make()
            yield self._engines[pid]

    def used_before_fork(self) -> bool:
        """Whether an ancestor of this process already had an engine."""
        return any(pid != os.getpid() for pid in self._engines)

    def _forget_lock(self) -> None:
        # If another thread of the parent held the lock in the moment of the fork, nobody would release it.
        self._lock = threading.Lock()
