"""``together(*calls)``: several people at the same moment."""

import threading
from collections.abc import Callable

from django.db import connection

from core.errors import DomainError


def together(*calls: Callable[[], object]) -> list[str]:
    """Run the calls at the same moment in threads of their own; what each came to, by type."""
    barrier = threading.Barrier(len(calls))
    outcomes: list[str] = []

    def run(call: Callable[[], object]) -> None:
        try:
            barrier.wait()
            outcomes.append(type(call()).__name__)
        except DomainError as error:
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return outcomes
