"""``kill -9`` of a real worker in the middle of 10,000 rows: the next one goes on, nothing comes twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import User
from core.history import verify
from core.models import HistoryEntry
from exchange.enums import ImportState
from exchange.models import ImportRow, ImportRun
from exchange.services import commit_run
from incubators.models import Incubator
from projects.models import Project, StageLog
from tests.exchange.loop import bring, counts
from tests.factories import NOW

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
ROWS = 10_000
PATIENCE = 120.0


class Workers:
    """Workers and beats on the test's own database, broker and files."""

    def __init__(self, media: Path, logs: Path) -> None:
        self.media, self.logs = media, logs
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, pause: str = "0") -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.exchange.stack_settings",
            "TEST_DATABASE_NAME": connection.settings_dict["NAME"],
            "TEST_MEDIA_ROOT": str(self.media),
            "TEST_BROKER_URL": settings.CELERY_BROKER_URL,
            "TEST_STEP_PAUSE": pause,
        }
        with (self.logs / f"{len(self.running)}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "celery", "-A", "config", *arguments],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.running.append(process)
        return process

    def worker(self, *, pause: str = "0") -> subprocess.Popen[bytes]:
        return self.start("worker", "--concurrency", "1", "--loglevel", "INFO", pause=pause)

    def beat(self) -> subprocess.Popen[bytes]:
        schedule = str(self.logs / "schedule")
        return self.start("beat", "--scheduler", "celery.beat.PersistentScheduler", "--schedule", schedule)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """``kill -9`` of the process and of every child in its session."""
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)

    def said(self) -> str:
        return "\n".join(path.read_text(errors="replace")[-3000:] for path in sorted(self.logs.glob("*.log")))


@pytest.fixture
def workers(tmp_path: Path, settings: object) -> Iterator[Workers]:
    media, logs = tmp_path / "media", tmp_path / "logs"
    logs.mkdir()
    settings.MEDIA_ROOT = media  # type: ignore[attr-defined]
    found = Workers(media, logs)
    yield found
    for process in found.running:
        found.kill(process)


def wait_for(workers: Workers, happened: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not happened():
        if time.monotonic() > limit:
            pytest.fail(workers.said())
        time.sleep(0.1)


def test_a_killed_worker_is_replaced_and_each_row_is_written_once(
    workers: Workers, zhangjiang: Incubator, alice: User
) -> None:
    rows = [["", f"A-{number}", f"示例第{number}号", "新材料", "2021-03-01"] for number in range(ROWS - 1)]
    run = bring(alice, zhangjiang, *rows, ["", "A-x", "", "", ""])
    assert (run.state, run.rows.count()) == (ImportState.READING, 0)

    def now() -> ImportRun:
        run.refresh_from_db()
        assert run.state != ImportState.FAILED, run.error
        return run

    first = workers.worker(pause="0.7")
    wait_for(workers, lambda: now().state == ImportState.READY)
    assert counts(run) == {"new": ROWS - 1, "error": 1}
    commit_run(run=run, actor=alice, at=NOW)
    wait_for(workers, lambda: now().rows_done >= 2000)
    workers.kill(first)
    written = ImportRow.objects.filter(status="created").count()
    assert run.state == ImportState.WRITING
    assert Project.objects.count() == written < ROWS - 1

    workers.beat()
    workers.worker()
    wait_for(workers, lambda: now().state == ImportState.DONE)
    assert (run.error, counts(run)) == ("", {"created": ROWS - 1, "error": 1})
    assert Project.objects.count() == StageLog.objects.count() == ROWS - 1
    assert len(set(Project.objects.values_list("external_id", flat=True))) == ROWS - 1
    assert set(Project.objects.values_list("pk", flat=True)) == set(
        ImportRow.objects.filter(status="created").values_list("record_id", flat=True)
    )
    assert HistoryEntry.objects.filter(action="project.created").count() == ROWS - 1
    assert HistoryEntry.objects.filter(action="import.submitted").count() == 1
    assert not list(verify())
