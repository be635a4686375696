"""A run as its page prints it: the bar of counts, the columns, and each row with its words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from exchange.enums import EDITABLE, PARKED, WRITTEN, ImportState, RowDecision, RowState
from exchange.headers import heading_key
from exchange.models import ImportRow, ImportRun
from exchange.selectors import counts_of, remembered, rows_of, writable_of
from exchange.sheets import Column, Place, Sheet, sheet_of
from exchange.web.labels import LOOKS, RowLook, label_of
from incubators.scope import Action, scope_of

ROWS_SHOWN = 100
ALL, MEND = "all", "mend"
CHIPS = (
    RowState.ERROR,
    RowState.DUPLICATE,
    RowState.NEW,
    RowState.UPDATE,
    RowState.UNCHANGED,
    RowState.SKIPPED,
    RowState.CREATED,
    RowState.UPDATED,
)
#: Chips that are there, with a nought, before a submission; the others only where they count something.
ALWAYS = (RowState.NEW, RowState.UPDATE, RowState.UNCHANGED, RowState.DUPLICATE, RowState.ERROR)
#: Statuses that make up "all": the blank rows of a grid are no rows.
ROWS = tuple(state for state in RowState if state != RowState.EMPTY)


@dataclass(frozen=True)
class ShownCell:
    """One cell: its text, what it was before an update, what is said of it."""

    index: int
    name: str
    text: str
    css: str = ""
    before: str | None = None
    remark: str = ""
    described: str = ""


@dataclass
class ShownRow:
    """One row with everything its part of the table prints."""

    number: int
    status: str
    word: str
    look: RowLook
    cells: list[ShownCell]
    errors: list[dict[str, Any]] = field(default_factory=list)
    candidates: list[dict[str, Any]] = field(default_factory=list)
    decision: str = ""
    target: int | None = None
    is_fixed: bool = True
    record_url: str = ""

    @property
    def is_error(self) -> bool:
        return self.status == RowState.ERROR

    @property
    def is_duplicate(self) -> bool:
        return self.status == RowState.DUPLICATE

    @property
    def is_skipped(self) -> bool:
        return self.decision == RowDecision.SKIP

    @property
    def has_words(self) -> bool:
        return bool(self.errors or self.candidates or self.decision or self.is_error or self.is_duplicate)


def may_enter(user: Any, run: ImportRun) -> bool:
    return scope_of(user).allows(Action.ENTER, park_id=run.park_id, incubator_id=run.incubator_id)


def is_open(user: Any, run: ImportRun) -> bool:
    """May this person change rows of this run now?"""
    return run.state in EDITABLE and may_enter(user, run)


def columns_shown(
    sheet: Sheet, run: ImportRun, *, names: Sequence[str] | None = None, everything: bool = False
) -> list[Column]:
    """In the order of the file, then what the table still asks for; ``names`` asks for just these."""
    known = {column.name: column for column in sheet.columns()}
    if names is not None:
        return [known[name] for name in dict.fromkeys(names) if name in known]
    mapping = run.mapping
    order = [mapping[position] for position in sorted(mapping)]
    order += [column.name for column in known.values() if column.required]
    if everything or not mapping:
        order += list(known)
    return [known[name] for name in dict.fromkeys(order) if name in known]


def show_rows(
    user: Any, run: ImportRun, sheet: Sheet, columns: Sequence[Column], rows: Iterable[ImportRow]
) -> list[ShownRow]:
    is_changeable = is_open(user, run)
    return [_shown(row, run, sheet, columns, is_changeable) for row in rows]


def _shown(
    row: ImportRow, run: ImportRun, sheet: Sheet, columns: Sequence[Column], is_changeable: bool
) -> ShownRow:
    row.run = run
    labels = {column.name: label_of(column) for column in sheet.columns()}
    texts: Mapping[str, str] = row.texts
    errors = [
        {**error, "label": labels.get(error["column"], ""), "id": f"e{row.number}-{place}"}
        for place, error in enumerate(row.errors)
    ]
    wrong: dict[str, list[str]] = {}
    for error in errors:
        wrong.setdefault(error["column"], []).append(error["id"])
    remarks: dict[str, str] = {}
    for remark in row.remarks:
        remarks[remark["column"]] = " ".join([remarks.get(remark["column"], ""), remark["message"]]).strip()
    shown = ShownRow(
        number=row.number,
        status=row.status,
        word=row.get_status_display(),
        look=LOOKS[row.status],
        cells=[_cell(row, index, column, texts, wrong, remarks) for index, column in enumerate(columns)],
        is_fixed=not is_changeable or row.status in WRITTEN,
        record_url=_record_url(sheet, row),
    )
    if row.status not in WRITTEN:
        shown.errors, shown.candidates = errors, list(row.candidates)
        shown.decision, shown.target = row.decision, row.target
    return shown


def _cell(
    row: ImportRow,
    index: int,
    column: Column,
    texts: Mapping[str, str],
    wrong: Mapping[str, list[str]],
    remarks: Mapping[str, str],
) -> ShownCell:
    text, remark = texts.get(column.name, ""), remarks.get(column.name, "")
    change = row.changes.get(column.name)
    ids = list(wrong.get(column.name, ()))
    if remark:
        ids.append(f"r{row.number}-{index}")
    css = "bad" if column.name in wrong else "changed" if change else "remarked" if remark else ""
    return ShownCell(
        index=index,
        name=column.name,
        text=text,
        css=css,
        before=_before(change),
        remark=remark,
        described=" ".join(ids),
    )


def _before(change: Sequence[str] | None) -> str | None:
    return None if change is None else (change[0] or "—")


def _record_url(sheet: Sheet, row: ImportRow) -> str:
    return sheet.url_of(row.record_id) if row.record_id and row.status in WRITTEN else ""


# --- headings of the file -------------------------------------------------------------------------


def headings_of(run: ImportRun, chosen: Mapping[int, str]) -> list[dict[str, Any]]:
    """What has to be decided first, then what is understood already; each with values from the file."""
    guesses = run.guesses
    found = [
        {
            "position": position,
            "text": text,
            "column": chosen.get(position, ""),
            "is_guess": position in guesses,
            "is_unknown": position not in run.mapping and position not in guesses,
            "samples": _samples(run, position),
        }
        for position, text in sorted(run.headings.items())
        if text
    ]
    return sorted(found, key=lambda one: not (one["is_unknown"] or one["is_guess"]))


def _samples(run: ImportRun, position: int) -> list[str]:
    rows = run.layout.get("sample", [])
    values = [row[position] for row in rows if position < len(row) and row[position]]
    return [value[:40] for value in dict.fromkeys(values)]


def unassigned(run: ImportRun, place: Place) -> list[dict[str, Any]]:
    """Headings about which nobody has said anything yet: unknown ones and guesses, unless their columns are
    empty anyway. What was left out once is not asked again."""
    left_out = {key for key, name in remembered(sheet=run.sheet, place=place).items() if not name}
    said = run.layout.get("chosen") or {}
    return [
        heading
        for heading in headings_of(run, run.guesses)
        if (heading["is_guess"] or heading["is_unknown"])
        and str(heading["position"]) not in said
        and heading_key(heading["text"]) not in left_out
    ]


def options_of(sheet: Sheet) -> list[dict[str, Any]]:
    """The columns of a table for a select."""
    return [
        {"name": column.name, "label": label_of(column), "required": column.required}
        for column in sheet.columns()
    ]


# --- filters ---------------------------------------------------------------------------------------


def default_filter(counts: Mapping[str, int]) -> str:
    """What has to be mended comes first, where there is anything."""
    return MEND if any(counts.get(state, 0) for state in PARKED) else ALL


def statuses_of(chosen: str) -> tuple[str, ...]:
    if chosen == MEND:
        return tuple(PARKED)
    return (RowState(chosen),) if chosen in RowState.values else ROWS


def chosen_filter(asked: str, counts: Mapping[str, int]) -> str:
    return asked if asked in (ALL, MEND, *CHIPS) else default_filter(counts)


def page_of_rows(run: ImportRun, chosen: str, after: int | None) -> tuple[list[ImportRow], bool]:
    """Rows of a filter after a row number, and whether there are more."""
    rows = list(rows_of(run, statuses=statuses_of(chosen), after=after or 0, limit=ROWS_SHOWN + 1))
    return rows[:ROWS_SHOWN], len(rows) > ROWS_SHOWN


# --- the bar ------------------------------------------------------------------------------------------


def head_of(
    user: Any, run: ImportRun, chosen: str, counts: Mapping[str, int] | None = None
) -> dict[str, Any]:
    """Counts as filters, and the one primary button."""
    counts = counts if counts is not None else counts_of(run)
    parked = sum(counts.get(state, 0) for state in PARKED)
    total = sum(counts.get(state, 0) for state in ROWS)
    writable = writable_of(run) if run.state in EDITABLE else 0
    return {
        "run": run,
        "status": chosen,
        "chips": _chips(run, counts, chosen, total, parked),
        "writable": writable,
        "parked": parked,
        "parked_words": _parked_words(counts),
        "duplicates": counts.get(RowState.DUPLICATE, 0),
        "total": total,
        "is_open": is_open(user, run),
        "commit_words": _commit_words(counts, writable),
        "written": sum(counts.get(state, 0) for state in WRITTEN),
    }


def _parked_words(counts: Mapping[str, int]) -> str:
    """What is still to be done, in the word that fits: mend, decide, or both."""
    wrong, twice = counts.get(RowState.ERROR, 0), counts.get(RowState.DUPLICATE, 0)
    parked = wrong + twice
    if not twice:
        words = ngettext("still %(n)d row to mend", "still %(n)d rows to mend", parked)
    elif not wrong:
        words = ngettext("still %(n)d row to decide", "still %(n)d rows to decide", parked)
    else:
        words = ngettext("still %(n)d row to deal with", "still %(n)d rows to deal with", parked)
    return words % {"n": parked} if parked else ""


def _commit_words(counts: Mapping[str, int], writable: int) -> str:
    new, update = counts.get(RowState.NEW, 0), counts.get(RowState.UPDATE, 0)
    if new and update:
        return _("%(new)d new, %(update)d to update") % {"new": new, "update": update}
    return ""


def _chips(
    run: ImportRun, counts: Mapping[str, int], chosen: str, total: int, parked: int
) -> list[dict[str, Any]]:
    chips = [
        {"code": ALL, "word": _("all"), "count": total, "tone": "quiet", "icon": "", "on": chosen == ALL}
    ]
    kinds = [state for state in PARKED if counts.get(state, 0)]
    if len(kinds) > 1 or chosen == MEND and not parked:
        chips.append(
            {
                "code": MEND,
                "word": _("to deal with"),
                "count": parked,
                "tone": "bad" if parked else "quiet",
                "icon": "",
                "on": chosen == MEND,
            }  # fmt: skip
        )
    before = run.state in (ImportState.READY, ImportState.UNDONE)
    for state in CHIPS:
        count = counts.get(state, 0)
        if not count and not (before and state in ALWAYS):
            continue
        only = chosen == MEND and len(kinds) == 1 and state == kinds[0]
        chips.append(
            {
                "code": str(state),
                "word": LOOKS[state].filter,
                "count": count,
                "tone": LOOKS[state].tone if count else "quiet",
                "icon": LOOKS[state].icon,
                "on": chosen == state or only,
            }  # fmt: skip
        )
    return chips


def fragment(request: HttpRequest, run: ImportRun, rows: Iterable[ImportRow], *, names: Sequence[str],
             chosen: str) -> dict[str, Any]:  # fmt: skip
    """What the grid draws again after a change: the rows by number, and the bar."""
    sheet = sheet_of(run.sheet)
    assert sheet is not None
    columns = columns_shown(sheet, run, names=names)
    shown = show_rows(request.user, run, sheet, columns, rows)
    context = {"run": run, "colspan": len(columns) + 1}
    head = head_of(request.user, run, chosen)
    return {
        "rows": {
            row.number: render_to_string("exchange/_row.html", context | {"row": row}, request)
            for row in shown
        },
        "head": render_to_string("exchange/_head.html", head, request),
    }


def rows_word(count: int) -> str:
    return ngettext("%(count)d row", "%(count)d rows", count) % {"count": count}
