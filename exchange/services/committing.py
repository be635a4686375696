"""Writing the good rows of an import, each once, in chunks; the others stay parked."""

import time
from collections import Counter
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, DomainError
from core.saving import readable_integrity_errors
from exchange.enums import EDITABLE, PARKED, TO_WRITE, WRITTEN, ImportState, RowState
from exchange.models import ImportRun
from exchange.selectors import place_of_run, sheet_of_run, written_by
from exchange.services.judging import judge, row_of
from exchange.services.leases import Lease, claim, enqueue_on_commit
from exchange.services.parsing import Parser, problem
from exchange.services.storing import JUDGED, Fate, Waiting, save_fates, save_rows, waiting_rows
from exchange.services.telling import tell_outcome
from exchange.sheets import Written
from incubators.scope import Action, require

#: From so many rows on, a worker writes them.
LARGEST_INLINE = 1000
SMALLEST_CHUNK = 2500
MOST_CHUNKS = 20


def commit_run(*, run: ImportRun, actor: User, at: datetime) -> ImportRun:
    """Write the rows that are new or updates; errors and open duplicates stay. A second click changes
    nothing. Raises ``Refused`` without the right to enter, ``Conflict`` where there is nothing to submit."""
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    counts = Counter(run.rows.values_list("status", flat=True))
    writable = sum(counts[status] for status in TO_WRITE)
    state = ImportRun.objects.values_list("state", flat=True).get(pk=run.pk)
    if state == ImportState.DONE and not writable and not any(counts[status] for status in PARKED):
        run.refresh_from_db()
        return run
    if not _begun(run, writable, counts, actor, at):
        run.refresh_from_db()
        return run
    if writable > LARGEST_INLINE:
        enqueue_on_commit(run)
    elif (lease := claim(run.pk, lambda: at)) is not None:
        write_on(lease=lease)
    run.refresh_from_db()
    return run


@transaction.atomic
def _begun(run: ImportRun, writable: int, counts: Counter[str], actor: User, at: datetime) -> bool:
    """Take the run from a state in which it can be submitted, by compare-and-swap; whoever comes second
    finds it taken."""
    if not writable and any(counts[status] for status in PARKED):
        message = _("No row can be submitted yet: mend or decide at least one.")
        raise Conflict(message, code="nothing_to_submit")
    with readable_integrity_errors(ImportRun):
        taken = ImportRun.objects.filter(pk=run.pk, state__in=EDITABLE).update(
            state=ImportState.WRITING,
            committed_at=at,
            committed_by=actor,
            undone_at=None,
            undone_by=None,
            rows_done=0,
            rows_total=writable,
            error="",
            attempts=0,
            lease_token="",
            lease_until=None,
            updated_at=at,
        )
    if taken:
        return True
    state = ImportRun.objects.values_list("state", flat=True).get(pk=run.pk)
    if state != ImportState.WRITING:
        raise Conflict(
            _("This import cannot be submitted: it is “%(state)s”.") % {"state": ImportState(state).label},
            code="not_ready",
        )
    return False


def write_on(*, lease: Lease) -> None:
    """Write chunk after chunk until no row is left. Each chunk is one transaction with its rows' new status,
    so that whoever takes over after a kill goes on with the rest."""
    run = ImportRun.objects.select_related("park", "incubator", "committed_by").get(pk=lease.run_id)
    size = max(SMALLEST_CHUNK, -(-run.rows_total // MOST_CHUNKS))
    refused = ""
    try:
        while _write_chunk(lease, size):
            time.sleep(getattr(settings, "EXCHANGE_STEP_PAUSE", 0))
    except DomainError as error:  # the rights are gone, or the place: nothing of this chunk was written
        refused = str(error)
    _finish(lease, refused)


@transaction.atomic
def _write_chunk(lease: Lease, size: int) -> bool:
    run = lease.hold()
    rows = waiting_rows(run, size)
    if not rows:
        return False
    actor, at = run.committed_by, lease.clock()
    assert actor is not None  # the database holds it
    sheet, place = sheet_of_run(run), place_of_run(run, actor)
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    with translation.override(run.language):
        written = sheet.write(place=place, rows=[row_of(row) for row in rows], actor=actor, at=at)
        fates = [_fate(row, result) for row, result in zip(rows, written, strict=True)]
    save_fates(fates)
    lease.renew(rows_done=min(run.rows_total, run.rows_done + len(rows)))
    return True


_STATUS_AFTER = {
    "created": RowState.CREATED.value,
    "updated": RowState.UPDATED.value,
    "unchanged": RowState.UNCHANGED.value,
    "error": RowState.ERROR.value,
}


def _fate(row: Waiting, result: Written) -> Fate:
    refused = result.action == "error"
    return {
        "id": row.id,
        "status": _STATUS_AFTER[result.action],
        "errors": [problem(error) for error in result.errors],
        "record_id": row.record_id if refused else result.record_id,
        "undo": {} if refused else dict(result.undo),
    }


def _judge_parked(run: ImportRun, lease: Lease) -> None:
    """What stays behind meets the rows that went in as records now."""
    rows = list(run.rows.filter(status__in=PARKED).order_by("number"))
    actor, at = run.committed_by, lease.clock()
    if not rows or actor is None:
        return
    parser = Parser(sheet_of_run(run), place_of_run(run, actor), run.layout, at)
    refused = {row.number: row.errors for row in rows if any(not error.get("cell") for error in row.errors)}
    changed = judge(rows, parser=parser, actor=actor, at=at, language=run.language, written=written_by(run))
    for row in changed:
        if row.status in TO_WRITE:  # it was refused on writing: it stays so until somebody touches it
            row.status, row.errors = RowState.ERROR.value, refused.get(row.number, row.errors)
    save_rows(changed, JUDGED)


@transaction.atomic
def _finish(lease: Lease, refused: str) -> None:
    run = lease.hold()
    _judge_parked(run, lease)
    counts = Counter(run.rows.values_list("status", flat=True))
    history.record(
        chain=run.chain,
        action="import.submitted",
        subject=run,
        changes={
            "sheet": [None, run.sheet],
            "sha256": [None, run.sha256],
            **{status.value: [None, counts[status]] for status in (*WRITTEN, *PARKED)},
        },
        actor=run.committed_by,
        at=lease.clock(),
    )
    rows = sum(count for status, count in counts.items() if status != RowState.EMPTY)
    if run.rows_total > LARGEST_INLINE:
        tell_outcome(run, ImportState.DONE, at=lease.clock())
    lease.finish(ImportState.DONE, error=refused, rows_done=rows, rows_total=rows)
