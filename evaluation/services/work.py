"""The work behind a report, step by step: check, score, compose, render, seal.

Every step may be done twice without harm: scores are unique rows, the file is replaced as a whole, the seal
is written once. So a worker may die anywhere, and the next one starts over.
"""

import hashlib
import logging
import time
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from core import history
from core.errors import DomainError
from evaluation.enums import ReportStep, RunState
from evaluation.models import ReportRun
from evaluation.render import render
from evaluation.report import build_document
from evaluation.services import files
from evaluation.services.leases import Clock, Lease, LeaseLost, claim
from evaluation.services.runs import check_snapshot, score_run

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 3
#: A worker that dies leaves no error; a report on which so many died is not tried for ever.
MOST_CLAIMS = 10

#: Typesetting takes about 3 ms a row; the report of a large park must not lose its worker half-way.
ROWS_IN_A_LEASE = 1000

DIED = gettext_noop("The work on this report stopped again and again without an error. Request it once more.")


class Outcome(StrEnum):
    DONE = "done"
    BUSY = "busy"
    RETRY = "retry"
    FAILED = "failed"


def work_on_report(*, report_run_id: int, clock: Clock) -> Outcome:
    """Make the file of one report, if nobody else is at it. ``clock`` tells the time as the work goes on."""
    lease = claim(report_run_id, clock)
    if lease is None:
        return Outcome.BUSY
    try:
        if lease.attempt > MOST_CLAIMS:
            lease.fail(DIED)
            return Outcome.FAILED
        return _guarded(lease)
    except LeaseLost:
        logger.warning("report %s was taken over by another worker", report_run_id)
        return Outcome.BUSY


def _guarded(lease: Lease) -> Outcome:
    try:
        _carry_out(lease)
    except LeaseLost:
        raise
    except DomainError as error:
        lease.fail(str(error))
        return Outcome.FAILED
    except Exception as error:
        logger.exception("report %s failed at attempt %s", lease.report_id, lease.attempt)
        reason = f"{type(error).__name__}: {error}"[:500]
        if lease.attempt < MOST_ATTEMPTS:
            lease.give_back(reason)
            return Outcome.RETRY
        lease.fail(reason)
        return Outcome.FAILED
    return Outcome.DONE


def _carry_out(lease: Lease) -> None:
    report = ReportRun.objects.select_related("run__park", "run__incubator", "run__scheme").get(
        pk=lease.report_id
    )
    if report.sealed_at is None or not _file_is_whole(report):
        _make(report, lease)
    lease.finish()


def _make(report: ReportRun, lease: Lease) -> None:
    _step(lease, ReportStep.CHECK, 5)
    check_snapshot(report.run)
    _step(lease, ReportStep.SCORE, 20)
    run = score_run(run=report.run, at=lease.clock())
    _step(lease, ReportStep.COMPOSE, 45)
    document = build_document(run, report.language)
    rows = sum(len(table.rows) for table in document.tables())
    _step(lease, ReportStep.RENDER, 65, patience=1 + rows // ROWS_IN_A_LEASE)
    content = render(document, format=report.format)  # type: ignore[arg-type]
    name = report.storage_name or files.new_name(report.format)
    lease.renew(storage_name=name)
    files.write_file(name, content)
    _step(lease, ReportStep.SEAL, 90)
    _seal(report, lease, digest=hashlib.sha256(content).hexdigest(), size=len(content))


def _step(lease: Lease, step: str, progress: int, *, patience: int = 1) -> None:
    lease.renew(step=step, progress=progress, patience=patience)
    time.sleep(getattr(settings, "EVALUATION_STEP_PAUSE", 0))


@transaction.atomic
def _seal(report: ReportRun, lease: Lease, *, digest: str, size: int) -> None:
    """Write the digests of data and file into the park's history: once for each file."""
    locked = (
        ReportRun.objects.select_for_update(of=("self",))
        .filter(pk=report.pk, state=RunState.RUNNING, lease_token=lease.token)
        .select_related("run__park")
        .first()
    )
    if locked is None:
        raise LeaseLost
    if locked.sealed_at is not None and locked.sha256 == digest:
        return
    at = lease.clock()
    history.record(
        chain=locked.chain,
        action="report.sealed",
        subject=locked,
        changes={
            "sha256": [locked.sha256, digest],
            "snapshot_sha256": ["", locked.run.snapshot_sha256],
            "total": [None, locked.run.total],
            "grade": ["", locked.run.grade],
        },
        actor=locked.requested_by,
        at=at,
    )
    locked.sha256, locked.size, locked.sealed_at = digest, size, at
    locked.save(update_fields=["sha256", "size", "sealed_at"])


def _file_is_whole(report: ReportRun) -> bool:
    if not files.file_is_there(report.storage_name):
        return False
    return hashlib.sha256(files.read_file(report.storage_name)).hexdigest() == report.sha256
