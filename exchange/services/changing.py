"""Mending an import before it is submitted: columns, cells, decisions, a corrected file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from core.errors import Conflict, FieldError, Invalid
from exchange.enums import EDITABLE, WRITTEN, ImportSource, ImportState, RowDecision, RowState
from exchange.headers import Table, find_table, heading_key
from exchange.models import ImportRow, ImportRun, RememberedHeading
from exchange.models.plain import text_of
from exchange.selectors import place_of_run, sheet_of_run, written_by
from exchange.services.judging import judge
from exchange.services.layouts import DATA, best_table
from exchange.services.leases import claim, enqueue_on_commit
from exchange.services.parsing import Parser
from exchange.services.storing import JUDGED, MOST_ROWS, add_rows, save_rows
from exchange.services.taking import take_in
from exchange.services.undoing import lock, touch
from exchange.sheets import Place, RawSheet, Sheet
from incubators.scope import Action, require

LARGEST_INLINE = 1000
LONGEST_CELL = 32_767  # characters: as many as a cell of Excel holds
#: Headings of the row number that our returned files carry.
NUMBER_HEADINGS = ("行号", "No.")
Changes = Mapping[int, Mapping[str, str]]


def set_mapping(
    *,
    run: ImportRun,
    mapping: Mapping[int, str],
    actor: User,
    at: datetime,
    date_order: str = "",
    first_row: str = "",
) -> ImportRun:
    """Say which position is which column ("" leaves it out); the rows are read again and what was typed over
    them stays. Headings assigned by hand are remembered for this place and table.

    ``date_order`` "dmy" or "mdy" says how 03/04/2021 is meant in this file, ``first_row`` "data" that it has
    no heading row.
    """
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    with transaction.atomic():
        locked = _open(run, also=(ImportState.MAPPING,))
        if locked.source == ImportSource.GRID or locked.rows.filter(status__in=WRITTEN).exists():
            raise Conflict(_("The columns of this import cannot be assigned any more."), code="written")
        sheet, place = sheet_of_run(locked), place_of_run(locked, actor)
        _check_mapping(mapping, sheet, locked)
        if first_row != DATA:
            _remember(locked, mapping, place, actor, at)
        locked.layout = {
            **locked.layout,
            "chosen": {str(position): name for position, name in mapping.items()},
            "date_order": date_order if date_order in ("dmy", "mdy") else "",
            "first_row": first_row if first_row == DATA else "",
        }
        locked.state, locked.attempts, locked.error = ImportState.READING, 0, ""
        locked.lease_token, locked.lease_until = "", None
        touch(locked, at=at)
        if locked.rows_total > LARGEST_INLINE:
            enqueue_on_commit(locked)
    if locked.rows_total <= LARGEST_INLINE and (lease := claim(locked.pk, lambda: at)) is not None:
        take_in(lease=lease, actor=actor)
    locked.refresh_from_db()
    return locked


def _check_mapping(mapping: Mapping[int, str], sheet: Sheet, run: ImportRun) -> None:
    known = {column.name for column in sheet.columns()}
    errors = []
    seen: set[str] = set()
    for position, name in mapping.items():
        if name and name not in known:
            errors.append(FieldError(str(position), _("The table has no such column."), "not_found"))
        elif name and name in seen:
            errors.append(FieldError(str(position), _("This column is assigned twice."), "repeated"))
        seen.add(name)
    if not seen - {""}:
        errors.append(FieldError("mapping", _("Assign at least one column."), "required"))
    if errors:
        raise Invalid(_("The columns cannot be assigned like this."), fields=errors)


def _remember(run: ImportRun, mapping: Mapping[int, str], place: Place, actor: User, at: datetime) -> None:
    """What was assigned otherwise than it was found; the last assignment of a heading counts."""
    rows = {}
    for position, name in mapping.items():
        key = heading_key(run.headings.get(position, ""))[:200]
        if key and (name or "") != run.mapping.get(position, ""):
            rows[key] = RememberedHeading(
                sheet=run.sheet,
                park=place.park,
                incubator=place.incubator,
                heading=key,
                column=name,
                remembered_at=at,
                remembered_by=actor,
            )
    kept = RememberedHeading.objects.filter(sheet=run.sheet, park=place.park, incubator=place.incubator)
    kept.filter(heading__in=list(rows)).delete()
    RememberedHeading.objects.bulk_create(rows.values())


@transaction.atomic
def change_cells(*, run: ImportRun, changes: Changes, actor: User, at: datetime) -> list[ImportRow]:
    """Type over cells (row number → column → text); a number above the last row makes that row.

    The rows that changed come back, also neighbours that only changed by it. Raises ``Conflict`` for a row
    that stands in the records already, ``Invalid`` for unknown columns and rows.
    """
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    locked = _open(run)
    parser = Parser(sheet_of_run(locked), place_of_run(locked, actor), locked.layout, at)
    is_long = locked.rows.exclude(status__in=WRITTEN).count() > LARGEST_INLINE
    rows = _rows_to_judge(locked, only=changes if is_long else None)
    by_number = {row.number: row for row in rows}
    _check_changes(locked, changes, by_number, parser)
    said = _identifying(rows, parser.sheet)
    touched: dict[int, ImportRow] = {}
    fresh: list[ImportRow] = []
    with translation.override(locked.language):
        for number, texts in sorted(changes.items()):
            row = by_number.get(number)
            if row is None:
                row = _blank_row(locked, number)
                fresh.append(row)
                rows.append(row)
            touched[number] = row
            for name, text in texts.items():
                parser.change(row, name, text)
    if is_long:
        rows += _leaning_on(locked, said | _identifying(rows, parser.sheet), besides=by_number)
    rows.sort(key=lambda row: row.number)
    return _judged_again(locked, rows, touched, fresh, parser, actor, at)


def _rows_to_judge(run: ImportRun, *, only: Iterable[int] | None = None) -> list[ImportRow]:
    found = run.rows.exclude(status__in=WRITTEN).order_by("number")
    rows = list(found if only is None else found.filter(number__in=list(only)))
    for row in rows:
        row.run = run
    return rows


def _identifying(rows: Iterable[ImportRow], sheet: Sheet) -> set[tuple[str, str]]:
    """What these rows say that another row of the same record would say too: its keys and its names."""
    columns = {*sheet.keys, "name_zh", "name_en"}
    return {
        (name, value)
        for row in rows
        for name, value in row.values.items()
        if name in columns and isinstance(value, str) and value
    }


def _leaning_on(
    run: ImportRun, said: Iterable[tuple[str, str]], *, besides: Iterable[int]
) -> list[ImportRow]:
    """Of a long import, the other open rows that are about the same record: what one of them becomes may
    change with these. (A short import is judged as a whole; every row is judged again when it is written.)"""
    condition = Q(pk__in=[])
    by_column: dict[str, set[str]] = defaultdict(set)
    for name, value in said:
        by_column[name].add(value)
    for name, values in by_column.items():
        condition |= Q(**{f"values__{name}__in": sorted(values)})
    found = run.rows.exclude(status__in=WRITTEN).filter(condition).exclude(number__in=list(besides))
    rows = list(found.order_by("number"))
    for row in rows:
        row.run = run
    return rows


def _check_changes(
    run: ImportRun, changes: Changes, by_number: Mapping[int, ImportRow], parser: Parser
) -> None:
    errors = []
    absent = [number for number in changes if number not in by_number]
    open_rows = run.rows.exclude(status__in=WRITTEN).count()
    written = set(run.rows.filter(number__in=absent).values_list("number", flat=True)) if absent else set()
    if written:
        message = _("This row stands in the records already. Change it there.")
        fields = [FieldError(str(number), message, "written") for number in sorted(written)]
        raise Conflict(message, code="written", fields=fields)
    for number, texts in changes.items():
        if not 0 < number <= 2**31 - 1:
            errors.append(FieldError(str(number), _("There is no such row."), "not_found"))
        for name, text in texts.items():
            if name not in parser.columns:
                errors.append(FieldError(name, _("The table has no such column."), "not_found"))
            elif not isinstance(text, str) or len(text) > LONGEST_CELL:
                errors.append(FieldError(name, _("This is too long for a cell."), "too_long"))
    if open_rows + len(absent) > MOST_ROWS:
        errors.append(FieldError("", _("The table has too many rows."), "too_many_rows"))
    if errors:
        raise Invalid(_("These cells cannot be changed like this."), fields=errors)


def _blank_row(run: ImportRun, number: int) -> ImportRow:
    values = dict.fromkeys(run.mapping.values())
    return ImportRow(run=run, number=number, values=values, status=RowState.EMPTY)


def _judged_again(
    run: ImportRun,
    rows: Sequence[ImportRow],
    touched: Mapping[int, ImportRow],
    fresh: Sequence[ImportRow],
    parser: Parser,
    actor: User,
    at: datetime,
) -> list[ImportRow]:
    """Judge all open rows, for they lean on one another, and store those that came out otherwise."""
    changed = judge(rows, parser=parser, actor=actor, at=at, language=run.language, written=written_by(run))
    answered = {row.number: row for row in changed} | dict(touched)
    if fresh:
        add_rows(fresh)
    new = {row.number for row in fresh}
    stored = [row for row in answered.values() if row.number not in new]
    save_rows(stored, (*JUDGED, "edits", "values", "remarks", "decision", "target"))
    run.rows_total = run.rows.exclude(status=RowState.EMPTY).count()
    run.rows_done = run.rows_total
    touch(run, at=at)
    return [answered[number] for number in sorted(answered)]


@transaction.atomic
def decide_rows(
    *,
    run: ImportRun,
    decisions: Mapping[int, tuple[str, int | None]],
    actor: User,
    at: datetime,
) -> list[ImportRow]:
    """Say what rows are: "new" (another record), "same" with the id of one of its candidates, "skip" (leave
    the row out), "" to take a decision back. The rows that changed come back."""
    require(Action.ENTER, user=actor, park_id=run.park_id, incubator_id=run.incubator_id)
    locked = _open(run)
    rows = _rows_to_judge(locked)
    by_number = {row.number: row for row in rows}
    errors = []
    touched = {}
    for number, (decision, target) in decisions.items():
        row = by_number.get(number)
        if row is None:
            errors.append(FieldError(str(number), _("There is no such open row."), "not_found"))
        elif decision not in ("", *RowDecision.values):
            errors.append(FieldError(str(number), _("Choose one of the decisions offered."), "invalid"))
        elif decision == RowDecision.SAME and (not target or target not in _offered(row)):
            message = _("Choose one of the records offered.")
            errors.append(FieldError(str(number), message, "not_found"))
        else:
            row.decision, row.target = decision, target if decision == RowDecision.SAME else None
            touched[number] = row
    if errors:
        raise Invalid(_("These rows cannot be decided like this."), fields=errors)
    parser = Parser(sheet_of_run(locked), place_of_run(locked, actor), locked.layout, at)
    return _judged_again(locked, rows, touched, [], parser, actor, at)


def _offered(row: ImportRow) -> set[int]:
    """The candidates of a row; once it is decided, the one that was chosen is still among them."""
    chosen = {row.target} if row.target else set()
    return {candidate["id"] for candidate in row.candidates} | chosen


def take_corrections(*, run: ImportRun, raws: Sequence[RawSheet], actor: User, at: datetime) -> ImportRun:
    """Take over what differs in a returned file: row by row by number, cell by cell."""
    sheet = sheet_of_run(run)
    before = {heading_key(run.headings.get(position, "")): name for position, name in run.mapping.items()}
    remembered = {key: name for key, name in before.items() if key}
    name, _table = best_table(raws, sheet, remembered=remembered)
    raw = next(raw for raw in raws if raw.name == name)
    table = find_table(raw, list(sheet.columns()), remembered=remembered)
    if not table.mapping:
        message = _("No row of this file names the columns of the table.")
        raise Invalid(message, code="no_heading", fields=[FieldError("file", message, "no_heading")])
    changes = _corrections(run, table)
    if changes:
        change_cells(run=run, changes=changes, actor=actor, at=at)
    run.refresh_from_db()
    return run


def _corrections(run: ImportRun, table: Table) -> dict[int, dict[str, str]]:
    """Row number → column → text, for cells that say something else than the row does now."""
    keys = {heading_key(text) for text in NUMBER_HEADINGS}
    numbered = next((at for at, text in table.headings.items() if heading_key(text) in keys), None)
    stored = {row.number: row for row in run.rows.all()}
    last = max(stored, default=0)
    changes: dict[int, dict[str, str]] = {}
    for raw in table.rows:
        cell = raw.cells[numbered] if numbered is not None and numbered < len(raw.cells) else None
        number = _number(cell)
        row = stored.get(number) if number is not None else None
        if row is not None and row.status in WRITTEN:
            continue
        texts = {
            name: text_of(raw.cells[position]) if position < len(raw.cells) else ""
            for position, name in table.mapping.items()
        }
        if row is not None:
            row.run = run
            now = row.texts
            texts = {name: text for name, text in texts.items() if text.strip() != now.get(name, "").strip()}
        elif any(texts.values()):
            last += 1
            number = last
        if texts and number is not None:
            changes[number] = texts
    return changes


def _number(cell: object) -> int | None:
    text = text_of(cell).strip()
    return int(text) if text.isdigit() and len(text) < 10 else None


def _open(run: ImportRun, *, also: Sequence[str] = ()) -> ImportRun:
    """The run, locked, in a state in which its rows can be changed."""
    locked = lock(run)
    if locked.state not in (*EDITABLE, *also):
        raise Conflict(
            _("Nothing can be changed now: this import is “%(state)s”.")
            % {"state": ImportState(locked.state).label},
            code="not_open",
        )
    return locked
