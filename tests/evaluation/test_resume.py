"""``kill -9`` of a real worker in the middle of a run: the next finishes it, once, with the same digest."""

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
from evaluation.enums import RunState
from evaluation.models import EvaluationScore, ReportRun
from evaluation.render import render
from evaluation.report import build_document
from evaluation.services import install_scheme, open_report, request_report, score_run
from evaluation.services.files import read_file
from incubators.models import Incubator
from tests.evaluation import cases

pytestmark = [pytest.mark.stack, pytest.mark.django_db(transaction=True)]

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90.0


class Stack:
    """Workers and beats on the test's own database, broker and files."""

    def __init__(self, media: Path, logs: Path) -> None:
        self.media, self.logs = media, logs
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, *arguments: str, pause: str = "0") -> subprocess.Popen[bytes]:
        environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.evaluation.stack_settings",
            "TEST_DATABASE_NAME": connection.settings_dict["NAME"],
            "TEST_MEDIA_ROOT": str(self.media),
            "TEST_BROKER_URL": settings.CELERY_BROKER_URL,
            "TEST_STEP_PAUSE": pause,
        }
        log = (self.logs / f"{len(self.running)}.log").open("wb")
        with log:
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
def stack(tmp_path: Path, settings: object) -> Iterator[Stack]:
    media, logs = tmp_path / "media", tmp_path / "logs"
    logs.mkdir()
    settings.MEDIA_ROOT = media  # type: ignore[attr-defined]
    found = Stack(media, logs)
    yield found
    for process in found.running:
        found.kill(process)


def wait_for(stack: Stack, report: ReportRun, what: str, happened: Callable[[], bool]) -> None:
    """Look at the report until it is so; once it has ended otherwise, waiting longer would change nothing."""
    limit = time.monotonic() + PATIENCE
    while True:
        report.refresh_from_db()
        if happened():
            return
        if report.state in (RunState.DONE, RunState.FAILED):
            pytest.fail(f"{report.state} at {report.step} before {what}: {report.error}\n{stack.said()}")
        if time.monotonic() > limit:
            pytest.fail(f"still {report.state} at {report.step}, waiting for {what}\n{stack.said()}")
        time.sleep(0.1)


def test_a_killed_worker_is_replaced_and_the_report_is_made_once(
    stack: Stack, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    install_scheme()
    cases.lively_quarter(zhangjiang, alice, bob)
    first = stack.worker(pause="60")
    report = request_report(
        incubator=zhangjiang, period="2021-Q2", format="pdf", language="zh-hans", actor=bob, at=cases.JULY
    )

    wait_for(stack, report, "the first step", lambda: report.step == "check")
    stack.kill(first)
    assert (report.state, report.sha256) == (RunState.RUNNING, "")
    digest = report.run.snapshot_sha256

    stack.beat()
    second = stack.worker(pause="1.5")
    wait_for(stack, report, "a later step", lambda: report.step in ("compose", "render"))
    stack.kill(second)

    stack.worker()
    wait_for(stack, report, "its end", lambda: report.state == RunState.DONE)
    assert (report.attempts, report.progress, report.error) == (3, 100, "")
    assert report.run.snapshot_sha256 == digest
    with open_report(report=report) as file:
        assert file.read() == read_file(report.storage_name)
    assert [path.name for path in (stack.media / "reports").iterdir()] == [report.storage_name]
    assert HistoryEntry.objects.filter(action="report.sealed").count() == 1
    assert HistoryEntry.objects.filter(action="evaluation.scored").count() == 1
    assert not list(verify())
    scored = list(EvaluationScore.objects.values_list("incubator", "period", "node"))
    assert len(scored) == len(set(scored))
    here = score_run(run=report.run, at=cases.JULY)
    assert render(build_document(here, "zh-hans"), format="pdf") == read_file(report.storage_name)
