"""Taking an import back, as a whole or not at all; discarding one that nothing was written from."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict
from exchange.enums import WRITTEN, ImportState, RowState
from exchange.models import ImportRun
from exchange.selectors import place_of_run, sheet_of_run
from exchange.services.storing import save_rows
from exchange.sheets import Undo
from incubators.scope import Action, require


@transaction.atomic
def undo_run(*, run: ImportRun, actor: User, at: datetime) -> ImportRun:
    """Take back every record that the import created or changed; its rows are open again.

    Raises ``Conflict`` that names the rows (field = row number) whose records were verified, returned, moved,
    changed or used since; then nothing is taken back.
    """
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    locked = lock(run)
    if locked.state != ImportState.DONE:
        raise Conflict(
            _("Only an import that was submitted can be undone; this one is “%(state)s”.")
            % {"state": ImportState(locked.state).label},
            code="not_submitted",
        )
    rows = list(locked.rows.filter(status__in=WRITTEN).order_by("number"))
    if not rows:
        raise Conflict(_("This import wrote nothing that could be undone."), code="nothing_to_undo")
    sheet_of_run(locked).take_back(
        place=place_of_run(locked, actor),
        entries=[Undo(row.number, row.status, row.record_id or 0, row.undo) for row in rows],
        actor=actor,
        at=at,
    )
    created = sum(row.status == RowState.CREATED for row in rows)
    for row in rows:
        if row.status == RowState.CREATED:
            row.status, row.record_id = RowState.NEW.value, None
        else:
            row.status = RowState.UPDATE.value
        row.undo = {}
    save_rows(rows, ("status", "record_id", "undo"))
    history.record(
        chain=locked.chain,
        action="import.undone",
        subject=locked,
        changes={
            "sheet": [locked.sheet, None],
            "created": [created, 0],
            "updated": [len(rows) - created, 0],
        },
        actor=actor,
        at=at,
    )
    locked.state = ImportState.UNDONE
    locked.undone_at, locked.undone_by = at, actor
    return touch(locked, at=at)


@transaction.atomic
def discard_run(*, run: ImportRun, actor: User, at: datetime) -> ImportRun:
    """Put an import aside of which nothing stands in the records; the same file may be brought again."""
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    locked = lock(run)
    if locked.state == ImportState.DISCARDED:
        return locked
    if locked.state == ImportState.WRITING or locked.rows.filter(status__in=WRITTEN).exists():
        raise Conflict(
            _("Rows of this import stand in the records. Undo it first, then discard it."), code="written"
        )
    locked.state = ImportState.DISCARDED
    locked.discarded_at, locked.discarded_by = at, actor
    locked.lease_token, locked.lease_until = "", None
    return touch(locked, at=at)


def lock(run: ImportRun) -> ImportRun:
    """The run, locked for this transaction."""
    locked: ImportRun = (
        ImportRun.objects.select_for_update(of=("self",))
        .select_related("park", "incubator", "created_by")
        .get(pk=run.pk)
    )
    return locked


def touch(run: ImportRun, *, at: datetime) -> ImportRun:
    """A new version of the run, so that open pages notice."""
    run.version += 1
    run.updated_at = at
    run.save()
    return run
