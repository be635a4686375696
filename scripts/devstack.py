"""Run the project on services of its own: no installation, no container, nothing left behind.

    devstack.py up               the whole system until Ctrl-C (make run)
    devstack.py manage ARGS...   one management command on the data of ``up``, running or not (make manage)
    devstack.py test COMMAND...  any command on throw-away services (make test)
    devstack.py clean            remove data, logs and caches of this checkout (make clean)

DATABASE_URL and REDIS_URL take real servers instead. DEVSTACK_DIR moves data and logs, PORT the web server.
"""

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from stack import postgres
from stack.checkout import ROOT, Checkout
from stack.processes import Processes, StackError, follow_parent, run_in_foreground, say
from stack.services import published, started
from stack.system import System, manage, reserve_port

DEV = "config.settings.dev"
TEST = "config.settings.test"


@contextmanager
def children() -> Iterator[Processes]:
    processes = Processes()
    try:
        yield processes
    finally:
        processes.close()


def up() -> int:
    began = time.monotonic()
    checkout = Checkout.here()
    with checkout.owned() as mine:
        if not mine:
            raise checkout.refusal()
        own_database = not os.environ.get("DATABASE_URL")
        with reserve_port() as listener, children() as processes:
            say("[run] starting PostgreSQL and the broker")
            data = checkout.state / "pg"
            with started(processes, checkout, data=data, settings=DEV, fast=False) as env:
                system = System(checkout, processes, env, listener, own_database)
                serve(system, began)
    return 0


def serve(system: System, began: float) -> None:
    """Prepare, start, watch; Ctrl-C or a signal ends it, always through ``stop``."""
    try:
        system.prepare()
        system.checkout.publish(f"make run at {system.address}", published(system.env))
        system.start()
        system.wait_until_ready()
        say("\n" + system.banner(time.monotonic() - began))
        while True:
            system.revive()
            time.sleep(0.3)
    finally:
        say("[run] stopping")
        system.stop()


def run_manage(arguments: list[str]) -> int:
    """Join the running system of this checkout, or start its services for the length of one command."""
    checkout = Checkout.here()
    command = manage(*arguments)
    with checkout.owned() as mine:
        if not mine:
            with checkout.visit():
                return run_in_foreground(command, env={**os.environ, **checkout.wait_for_settings()})
        with children() as processes:
            data = checkout.state / "pg"
            with started(processes, checkout, data=data, settings=DEV, fast=False) as env:
                checkout.publish("make manage", published(env))
                code = run_in_foreground(command, env=env)
                checkout.wait_for_visitors()
                return code


def run_test(command: list[str]) -> int:
    checkout = Checkout.here()
    # Whitenoise warns when the folder is missing, and in tests a warning is an error.
    (ROOT / "staticfiles").mkdir(exist_ok=True)
    with children() as processes:
        data = processes.temporary_folder(checkout.state)
        with started(processes, checkout, data=data, settings=TEST, fast=True) as env:
            return run_in_foreground(command, env=env)


def clean() -> int:
    checkout = Checkout.here()
    with checkout.owned() as mine:
        if not mine:
            raise checkout.refusal()
        shutil.rmtree(postgres.outside(checkout.state), ignore_errors=True)
        shutil.rmtree(checkout.state, ignore_errors=True)
    for name in (
        "staticfiles",
        ".pytest_cache",
        ".mypy_cache",
        ".ruff_cache",
        ".hypothesis",
        ".import_linter_cache",
    ):
        shutil.rmtree(ROOT / name, ignore_errors=True)
    for cache in [*ROOT.glob("*/**/__pycache__"), *(ROOT / "locale").rglob("*.mo")]:
        if cache.is_dir():
            shutil.rmtree(cache, ignore_errors=True)
        else:
            cache.unlink(missing_ok=True)
    return 0


def leave(number: int, _frame: object) -> None:
    """Turn a signal into an exception, so that every ``finally`` runs; a second one changes nothing."""
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, signal.SIG_IGN)
    if number == signal.SIGINT:
        raise KeyboardInterrupt
    sys.exit(128 + number)


def dispatch(arguments: list[str]) -> int:
    match arguments:
        case ["up"]:
            return up()
        case ["manage", *rest] if rest:
            return run_manage(rest)
        case ["test", *rest] if rest:
            return run_test(rest[1:] if rest[0] == "--" else rest)
        case ["clean"]:
            return clean()
    say(__doc__ or "")
    return 2


def main() -> int:
    for each in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(each, leave)
    if os.environ.get("MAKELEVEL"):
        follow_parent()
    try:
        return dispatch(sys.argv[1:])
    except StackError as error:
        say(f"\n{error}", sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main())
