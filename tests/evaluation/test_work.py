"""The worker's side: one claim, every step repeatable, a readable end."""

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from accounts.models import User
from core.history import verify
from core.models import HistoryEntry
from evaluation.enums import RunState
from evaluation.models import EvaluationRun, EvaluationScore, ReportRun
from evaluation.selectors import report_status
from evaluation.services import (
    Outcome,
    open_report,
    request_report,
    score_run,
    unattended_reports,
    work_on_report,
)
from evaluation.services import work as work_module
from evaluation.services.leases import LeaseLost, claim, lease_length
from evaluation.services.runs import SnapshotChanged, check_snapshot
from incubators.models import Incubator
from tests.evaluation import cases

pytestmark = pytest.mark.django_db


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = cases.JULY

    def __call__(self) -> datetime:
        return self.now

    def pass_lease(self) -> None:
        self.now += lease_length() + timedelta(seconds=1)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def report(zhangjiang: Incubator, alice: User, bob: User, settings: object, tmp_path: Path) -> ReportRun:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]
    cases.lively_quarter(zhangjiang, alice, bob)
    return request_report(
        incubator=zhangjiang, period="2021-Q2", format="xlsx", language="en", actor=bob, at=cases.JULY
    )


def work(report: ReportRun, clock: Clock) -> Outcome:
    outcome = work_on_report(report_run_id=report.pk, clock=clock)
    report.refresh_from_db()
    return outcome


def test_a_report_is_made_and_sealed(report: ReportRun, clock: Clock) -> None:
    assert work(report, clock) is Outcome.DONE
    with open_report(report=report) as file:
        assert hashlib.sha256(file.read()).hexdigest() == report.sha256
    status = report_status(report, "en")
    assert (status["state"], status["progress"], status["error"], status["is_ready"]) == (
        "done",
        100,
        "",
        True,
    )
    sealed = HistoryEntry.objects.get(chain="evaluation:jiangyin", action="report.sealed")
    assert sealed.changes["sha256"] == ["", report.sha256]
    assert sealed.changes["snapshot_sha256"] == ["", report.run.snapshot_sha256]
    assert not list(verify(["evaluation:jiangyin"]))


def test_a_second_delivery_does_nothing(report: ReportRun, clock: Clock) -> None:
    assert work(report, clock) is Outcome.DONE
    before = ReportRun.objects.values().get(pk=report.pk)
    assert work(report, clock) is Outcome.BUSY
    assert ReportRun.objects.values().get(pk=report.pk) == before
    assert HistoryEntry.objects.filter(action="report.sealed").count() == 1


def test_only_one_of_two_workers_gets_it(report: ReportRun, clock: Clock) -> None:
    assert claim(report.pk, clock) is not None
    assert claim(report.pk, clock) is None
    assert work(report, clock) is Outcome.BUSY


def test_a_dead_worker_is_replaced_when_its_lease_has_run_out(report: ReportRun, clock: Clock) -> None:
    dead = claim(report.pk, clock)
    assert unattended_reports(at=clock()) == []
    clock.pass_lease()
    assert unattended_reports(at=clock()) == [report.pk]
    assert work(report, clock) is Outcome.DONE
    assert report.attempts == 2
    assert dead is not None
    with pytest.raises(LeaseLost):
        dead.renew(progress=1)


def test_a_waiting_report_is_queued_once_per_lease(report: ReportRun, clock: Clock) -> None:
    assert unattended_reports(at=clock()) == [report.pk]
    assert unattended_reports(at=clock()) == []
    clock.pass_lease()
    assert unattended_reports(at=clock()) == [report.pk]


def test_scores_are_written_once(report: ReportRun, clock: Clock) -> None:
    run = score_run(run=report.run, at=clock())
    rows = list(EvaluationScore.objects.order_by("pk").values())
    stale = EvaluationRun.objects.get(pk=run.pk)
    stale.scored_at = None
    assert score_run(run=stale, at=clock()).total == run.total
    assert list(EvaluationScore.objects.order_by("pk").values()) == rows
    assert HistoryEntry.objects.filter(action="evaluation.scored").count() == 1


def test_changed_inputs_are_found_and_nothing_is_built_on_them(report: ReportRun, clock: Clock) -> None:
    changed = report.run.snapshot.replace("1500000.00", "9500000.00")
    EvaluationRun.objects.filter(pk=report.run_id).update(snapshot=changed)
    with pytest.raises(SnapshotChanged):
        check_snapshot(EvaluationRun.objects.get(pk=report.run_id))
    assert work(report, clock) is Outcome.FAILED
    assert report.state == RunState.FAILED
    assert "digest" in report.error
    assert not EvaluationScore.objects.exists()


def test_an_unexpected_error_is_tried_three_times_and_kept_readable(
    report: ReportRun, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> bytes:
        raise RuntimeError("no fonts")

    monkeypatch.setattr(work_module, "render", fail)
    assert [work(report, clock) for _ in range(3)] == [Outcome.RETRY, Outcome.RETRY, Outcome.FAILED]
    assert (report.state, report.error) == (RunState.FAILED, "RuntimeError: no fonts")


def test_an_error_that_passes_leaves_no_trace(
    report: ReportRun, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(work_module, "render", lambda *args, **kwargs: 1 / 0)
        assert work(report, clock) is Outcome.RETRY
    assert work(report, clock) is Outcome.DONE
    assert report.error == ""


def test_a_worker_that_lost_its_lease_stops_quietly(
    report: ReportRun, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*args: object, **kwargs: object) -> bytes:
        clock.pass_lease()
        assert claim(report.pk, clock) is not None
        return b"late"

    monkeypatch.setattr(work_module, "render", slow)
    assert work(report, clock) is Outcome.BUSY
    assert (report.state, report.sha256) == (RunState.RUNNING, "")


def test_a_report_that_kills_its_workers_is_given_up(report: ReportRun, clock: Clock) -> None:
    ReportRun.objects.filter(pk=report.pk).update(attempts=work_module.MOST_CLAIMS)
    assert work(report, clock) is Outcome.FAILED
    assert report.error == work_module.DIED


def test_a_death_between_seal_and_end_seals_once(
    report: ReportRun, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as dying:
        dying.setattr(
            "evaluation.services.leases.Lease.finish", lambda self: (_ for _ in ()).throw(SystemExit)
        )
        with pytest.raises(SystemExit):
            work_on_report(report_run_id=report.pk, clock=clock)
    report.refresh_from_db()
    sealed = (report.state, report.sha256)
    assert sealed[0] == RunState.RUNNING
    clock.pass_lease()
    assert work(report, clock) is Outcome.DONE
    assert report.sha256 == sealed[1]
    assert HistoryEntry.objects.filter(action="report.sealed").count() == 1
