"""The settings that lead to the services: started here, or real servers named in the environment."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from stack import broker, postgres
from stack.checkout import ROOT, Checkout
from stack.processes import Processes, say

# Passed on to visitors of the same checkout; nothing else of our environment concerns them.
PUBLISHED = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE")


def python() -> Path:
    return ROOT / ".venv" / "bin" / "python"


@contextmanager
def started(
    processes: Processes, checkout: Checkout, *, data: Path, settings: str, fast: bool
) -> Iterator[dict[str, str]]:
    """Environment for programs of the project; services live as long as the context."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": os.environ.get("DJANGO_SETTINGS_MODULE") or settings}
    env["PYTHONUNBUFFERED"] = "1"
    # A dozen processes start from here: without kept bytecode each would compile Django anew.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with ExitStack() as stack:
        if not env.get("DATABASE_URL"):
            log = checkout.log("postgres-test" if fast else "postgres")
            env["DATABASE_URL"] = stack.enter_context(
                postgres.running(processes, data=data, log=log, fast=fast)
            )
        if env.get("REDIS_URL"):
            env["CELERY_BROKER_URL"] = env.get("CELERY_BROKER_URL") or broker.celery_form(env["REDIS_URL"])
        else:
            # Celery reads CELERY_BROKER_URL by itself and prefers it to any setting: say it on purpose.
            if env.get("CELERY_BROKER_URL"):
                say("CELERY_BROKER_URL is ignored: set REDIS_URL too in order to use your own broker.")
            log = checkout.log("broker-test" if fast else "broker")
            own = stack.enter_context(broker.running(processes, log=log))
            env["REDIS_URL"], env["CELERY_BROKER_URL"] = own.redis_url, own.celery_url
        yield env


def published(env: dict[str, str]) -> dict[str, str]:
    return {name: env[name] for name in PUBLISHED}
