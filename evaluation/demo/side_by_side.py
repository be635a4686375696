"""Run independent jobs in processes of their own. Imports nothing of Django: a new process starts here."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from typing import TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")


def run_two_at_a_time(act: Callable[[Job], Result], jobs: Sequence[Job]) -> list[Result]:
    """The results in the order of the jobs; the first error of any of them is raised here."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), initializer=_prepare) as pool:
        return list(pool.map(act, jobs))


def _prepare() -> None:
    """Set the project up in a new process, which ends with the one that started it, however that ends."""
    Thread(target=_end_with_parent, daemon=True).start()
    import django

    django.setup()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
