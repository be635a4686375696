"""What would become of the rows: asked of the table's app for all open rows at once, because rows lean on one
another (a later one may repeat an earlier one)."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from exchange.enums import RowDecision, RowState
from exchange.models import ImportRow
from exchange.models.plain import from_plain
from exchange.services.parsing import Parser, is_blank, problem
from exchange.services.storing import Waiting
from exchange.sheets import Row, Status, Verdict

_DECIDED = frozenset({RowDecision.NEW.value, RowDecision.SAME.value})


def row_of(stored: ImportRow | Waiting) -> Row:
    """The row as the table's app sees it."""
    return Row(
        number=stored.number,
        values={name: from_plain(value) for name, value in stored.values.items()},
        decision=stored.decision if stored.decision in _DECIDED else "",
        target=stored.target,
        unread=frozenset(error["column"] for error in stored.errors if error.get("cell")),
    )


def judge(
    rows: Sequence[ImportRow],
    *,
    parser: Parser,
    actor: Any,
    at: datetime,
    language: str,
    written: Mapping[int, int] = MappingProxyType({}),
) -> list[ImportRow]:
    """Set status, errors, changes and candidates of open rows; the rows for which any of them is new.

    ``written`` maps records that this import has written to the row they came from: no other row of it may
    change them behind that row's back.
    """
    before = [_outcome(row) for row in rows]
    asked = []
    with translation.override(language):
        for row in rows:
            _clear(row)
            if row.decision == RowDecision.SKIP:
                row.status = RowState.SKIPPED.value
            elif is_blank(row):
                row.status = RowState.EMPTY.value
            else:
                _ask_for_required(row, parser)
                asked.append(row)
        verdicts = parser.sheet.check(
            place=parser.place, rows=[row_of(row) for row in asked], actor=actor, at=at
        )
        for row, verdict in zip(asked, verdicts, strict=True):
            _settle(row, verdict, parser)
            _refuse_second(row, written)
    return [row for row, was in zip(rows, before, strict=True) if _outcome(row) != was]


def _clear(row: ImportRow) -> None:
    """Forget what was said before, except of cells that cannot be read: they were not read again."""
    if row.errors:
        row.errors = [error for error in row.errors if error.get("cell")]
    row.changes, row.candidates, row.record_id = {}, [], None


def _ask_for_required(row: ImportRow, parser: Parser) -> None:
    for name in parser.required:
        if name in row.values and row.values[name] in (None, ""):
            message = _("This cell is empty. Please fill it in.")
            row.errors.append({"column": name, "code": "required", "message": message, "suggestion": ""})


def _outcome(row: ImportRow) -> tuple[Any, ...]:
    return (row.status, list(row.errors), row.changes, row.candidates, row.record_id)


def _refuse_second(row: ImportRow, written: Mapping[int, int]) -> None:
    earlier = written.get(row.record_id or 0)
    if earlier is not None and row.decision != RowDecision.SAME:
        message = _("Row %(row)d is about the same record. Keep one of the two.") % {"row": earlier}
        unread = [error for error in row.errors if error.get("cell")]
        row.errors = [
            *unread,
            {"column": "", "code": "repeated", "message": message, "suggestion": ""},
        ]
        row.status, row.changes = RowState.ERROR.value, {}


def _settle(row: ImportRow, verdict: Verdict, parser: Parser) -> None:
    told = {error["column"] for error in row.errors}
    row.errors += [problem(error) for error in verdict.errors if not (error.field and error.field in told)]
    row.status = RowState.ERROR.value if row.errors else verdict.status.value
    row.record_id = verdict.record_id
    if verdict.changes:
        row.changes = {
            name: [parser.text(name, old), parser.text(name, new)]
            for name, (old, new) in verdict.changes.items()
        }
    if verdict.candidates and verdict.status is Status.DUPLICATE:
        row.candidates = [
            {"id": one.id, "label": one.label, "why": str(one.why), "url": one.url}
            for one in verdict.candidates
        ]
