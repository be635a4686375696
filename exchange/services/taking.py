"""From a file to judged rows. May be done twice without harm: the rows are replaced as a whole."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Invalid
from exchange.enums import ImportSource, ImportState
from exchange.models import ImportRow, ImportRun
from exchange.reading import read_file, read_pasted
from exchange.selectors import place_of_run, remembered, sheet_of_run
from exchange.services import files
from exchange.services.judging import judge
from exchange.services.layouts import best_table, layout_of, note_of
from exchange.services.leases import Lease
from exchange.services.parsing import Parser
from exchange.services.storing import MOST_ROWS, add_rows
from exchange.services.telling import tell_outcome
from exchange.sheets import RawRow, RawSheet

#: Progress is told, and the lease renewed, this often.
MOST_STEPS = 20


def read_stored(run: ImportRun) -> list[RawSheet]:
    """What was brought in, from where it is kept."""
    with files.open_file(run.storage_name) as content:
        if run.source == ImportSource.PASTED:
            return [read_pasted(content.read().decode("utf-8", errors="replace"))]
        return read_file(content, run.original_name)


def take_in(*, lease: Lease, raws: Sequence[RawSheet] | None = None, actor: User | None = None) -> None:
    """Find the table and its columns, read the cells, ask the table's app; the run is ready afterwards, or
    waits for its columns to be assigned, or has failed with a sentence."""
    run = ImportRun.objects.select_related("park", "incubator", "created_by").get(pk=lease.run_id)
    with translation.override(run.language):
        try:
            _take_in(run, lease, raws if raws is not None else read_stored(run), actor or run.created_by)
        except Invalid as error:
            lease.finish(ImportState.FAILED, error=str(error))
        if actor is None and raws is None:  # a worker read it; the person went on with something else
            state = ImportRun.objects.values_list("state", flat=True).get(pk=run.pk)
            tell_outcome(run, state, at=lease.clock())


def _take_in(run: ImportRun, lease: Lease, raws: Sequence[RawSheet], actor: User) -> None:
    sheet, place = sheet_of_run(run), place_of_run(run, actor)
    chosen = run.layout.get("chosen")
    name, table = best_table(
        raws,
        sheet,
        remembered=remembered(sheet=sheet.code, place=place),
        first_row=run.layout.get("first_row", ""),
    )
    layout = layout_of(name, table, sheet, said=run.layout)
    notes = [note_of(note) for note in table.notes]
    if not layout["mapping"] or (layout["missing"] and chosen is None):
        lease.finish(ImportState.MAPPING, layout=layout, notes=notes, rows_total=len(table.rows))
        return
    if len(table.rows) > MOST_ROWS:
        raise Invalid(
            _("A table holds at most %(most)d rows; this one has %(count)d. Split it.")
            % {"most": MOST_ROWS, "count": len(table.rows)},
            code="too_many_rows",
        )
    parser = Parser(sheet, place, layout, lease.clock())
    lease.renew(layout=layout, notes=notes, rows_total=len(table.rows), rows_done=0)
    rows = _parsed(run, lease, parser, table.rows)
    judge(rows, parser=parser, actor=actor, at=lease.clock(), language=run.language)
    with transaction.atomic():
        lease.hold()
        run.rows.all().delete()
        add_rows(rows)
        lease.finish(ImportState.READY, error="", rows_done=len(rows))


def _parsed(run: ImportRun, lease: Lease, parser: Parser, raws: Sequence[RawRow]) -> list[ImportRow]:
    mapping = {int(position): name for position, name in parser.layout["mapping"].items()}
    kept = {row.number: row for row in run.rows.all()}
    rows: list[ImportRow] = []
    step = max(1000, -(-len(raws) // MOST_STEPS))
    for start in range(0, len(raws), step):
        for raw in raws[start : start + step]:
            rows.append(_with_decision(parser.row(run.pk, raw, mapping, _edits(kept, raw)), kept))
        lease.renew(rows_done=len(rows) // 2)
    return rows


def _edits(kept: Mapping[int, ImportRow], raw: RawRow) -> dict[str, Any]:
    """What somebody typed over the cells before the columns were assigned anew."""
    row = kept.get(raw.number)
    return dict(row.edits) if row is not None else {}


def _with_decision(row: ImportRow, kept: Mapping[int, ImportRow]) -> ImportRow:
    if (before := kept.get(row.number)) is not None:
        row.decision, row.target = before.decision, before.target
    return row
