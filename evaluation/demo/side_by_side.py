"""Run independent jobs in processes of their own. Imports nothing of Django: a new process may start here."""

import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread, active_count
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def run_two_at_a_time(act: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
    """The results in the order of the jobs; the first error of any of them is raised here.

    The caller has closed its connections: a copy of this process, where one may be made, would share them.
    """
    with ProcessPoolExecutor(2, mp_context=get_context(_way()), initializer=_prepare) as pool:
        return list(pool.map(act, jobs))


def _way() -> str:
    """A copy has everything imported already; beside other threads, or on macOS, it could hang."""
    return "fork" if sys.platform == "linux" and active_count() == 1 else "spawn"


def _prepare() -> None:
    """Make the project known in a new process, which ends with the one that started it, however that ends."""
    Thread(target=_end_with_parent, daemon=True).start()
    import django
    from django.apps import apps

    if not apps.ready:
        django.setup()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
