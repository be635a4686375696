"""The moves of a return: one function carries all of them out, one log row tells of each."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict, FieldError, Incomplete, Invalid, Refused
from core.saving import clean_text, readable_integrity_errors
from incubators.scope import Action, require
from incubators.selectors import people_allowed
from returns.enums import ReturnState
from returns.measures.problems import problems_of
from returns.models import PeriodReturn, ReturnLine, ReturnMove
from returns.selectors import entries_of, figures_for, local_day, return_title, stored_lines, words_of
from returns.services.counting import count_in_evaluation
from returns.services.filing import check_period_open, check_version, locked_return
from returns.stages import MOVES, Move

LONGEST_REASON = 2000
#: Who and when of each move, on the return itself.
MARKS: Mapping[str, str] = {
    "submit": "submitted",
    "return": "returned",
    "verify": "verified",
    "publish": "published",
}
Prepare = Callable[[PeriodReturn], Mapping[str, Any]]


def submit_return(
    *, record: PeriodReturn, actor: User, at: datetime, expected_version: int | None = None
) -> PeriodReturn:
    """Freeze the numbers and hand the return in. Raises ``Incomplete`` with everything that is still to be
    put right; a second submission, however close, is a ``Conflict``."""
    return _move(
        record,
        "submit",
        actor=actor,
        at=at,
        expected_version=expected_version,
        prepare=_freeze,
    )


def return_return(
    *,
    record: PeriodReturn,
    reason: str,
    remarks: Mapping[str, str] | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> PeriodReturn:
    """Send it back with words for the whole and, where they are needed, beside single lines."""
    said = {code: clean_text(words, field=code)[:300] for code, words in (remarks or {}).items()}
    said = {code: words for code, words in said.items() if words}
    words = clean_text(reason, field="reason")
    if not words and said:
        words = _("See the words beside the lines.")

    def keep(row: PeriodReturn) -> Mapping[str, Any]:
        row.return_reason = words
        return {"remarks": [{}, said]}

    moved = _move(
        record, "return", words=words, actor=actor, at=at, expected_version=expected_version, prepare=keep,
        finish=lambda row: _write_remarks(row, said),
    )  # fmt: skip
    return moved


def verify_return(
    *, record: PeriodReturn, actor: User, at: datetime, expected_version: int | None = None
) -> PeriodReturn:
    """A second person confirms it; its monthly measures count in the evaluation from then on."""
    return _move(
        record,
        "verify",
        actor=actor,
        at=at,
        expected_version=expected_version,
        finish=lambda row: count_in_evaluation(row, actor=actor, at=at),
    )


def publish_return(
    *, record: PeriodReturn, actor: User, at: datetime, expected_version: int | None = None
) -> PeriodReturn:
    """Release a verified return."""
    return _move(record, "publish", actor=actor, at=at, expected_version=expected_version)


@transaction.atomic
def _move(
    record: PeriodReturn,
    name: str,
    *,
    words: str = "",
    actor: User,
    at: datetime,
    expected_version: int | None,
    prepare: Prepare | None = None,
    finish: Callable[[PeriodReturn], None] | None = None,
) -> PeriodReturn:
    """Check, change the state by compare-and-swap, write the log row and the history, tell who is next."""
    move = MOVES[name]
    place = record.incubator
    require(Action(move.right), user=actor, park_id=place.park_id, incubator_id=place.pk)
    record = locked_return(record)
    source = record.state
    _check(record, name, move, words, actor)
    check_version(record, expected_version)
    changes: dict[str, Any] = {"state": [source, move.target]}
    if words:
        changes["words"] = ["", words]
    # Somebody may close the period after the look above: the database then says so.
    with readable_integrity_errors(PeriodReturn, ReturnLine):
        changes |= prepare(record) if prepare else {}
        _swap(record, name, move, source=source, actor=actor, at=at)
        if finish is not None:
            finish(record)
    ReturnMove.objects.create(
        period_return=record,
        act=name,
        from_state=source,
        to_state=move.target,
        words=words,
        at=at,
        by=actor,
    )
    history.record(
        chain=record.chain,
        action=f"return.{MARKS[name]}",
        subject=record,
        changes=changes,
        actor=actor,
        at=at,
    )
    _tell(record, name, actor=actor, at=at)
    return record


def _check(record: PeriodReturn, name: str, move: Move, words: str, actor: User) -> None:
    if record.state not in move.sources or not record.is_latest:
        state = ReturnState(record.state).label
        raise Conflict(
            _("This return is %(state)s; that was done already, or somebody was faster.") % {"state": state}
            if record.is_latest
            else _("There is a newer version of this return."),
            code=f"already_{record.state}" if record.is_latest else "superseded",
        )
    check_period_open(record)
    if move.needs_words and not words:
        message = _("Say what has to be put right.")
        raise Invalid(message, fields=[FieldError("reason", message, "required")])
    if len(words) > LONGEST_REASON:
        message = _("At most %(most)d characters fit here.") % {"most": LONGEST_REASON}
        raise Invalid(message, fields=[FieldError("reason", message, "max_length")])
    if move.second_person and _had_a_hand(record, actor):
        raise Refused(
            _("A second person has to decide on this return: not one who submitted it or typed in it."),
            code="second_person",
        )


def _had_a_hand(record: PeriodReturn, actor: User) -> bool:
    return record.submitted_by_id == actor.pk or record.lines.filter(entered_by=actor).exists()


def _swap(record: PeriodReturn, name: str, move: Move, *, source: str, actor: User, at: datetime) -> None:
    """Only from the state that was read: two at the same moment, and one of them finds nothing to change."""
    record.state = move.target
    mark = MARKS[name]
    setattr(record, f"{mark}_at", at)
    setattr(record, f"{mark}_by", actor)
    record.version += 1
    record.updated_at, record.changed_by = at, actor
    changed = PeriodReturn.objects.filter(pk=record.pk, state=source, version=record.version - 1).update(
        **{
            "state": record.state,
            f"{mark}_at": at,
            f"{mark}_by": actor,
            "version": record.version,
            "updated_at": at,
            "changed_by": actor,
            "return_reason": record.return_reason,
            "submitted_sha256": record.submitted_sha256,
        }
    )
    if not changed:
        raise Conflict(_("Somebody else changed this return meanwhile."), code="stale")


def _freeze(record: PeriodReturn) -> Mapping[str, Any]:
    """Store what the records yield now beside what is reported; refuse while something is missing."""
    stored = stored_lines(record)
    figures = figures_for(record, stored)
    entries = entries_of(record, stored, figures)
    problems = problems_of(entries, variance_percent=record.duty.variance_percent)
    if problems:
        raise Incomplete(
            _("The return is not complete yet."),
            fields=[FieldError(f"{item.line}.{item.field}", words_of(item), item.code) for item in problems],
        )
    for code, line in stored.items():
        line.computed, line.previous = figures[code].computed.value, figures[code].previous
        line.year_before, line.remark = figures[code].year_before, ""
        if line.value is not None and line.value == line.computed:
            line.value = None
        if not entries[code].is_override:
            line.reason = ""
    fields = ["computed", "previous", "year_before", "remark", "value", "reason"]
    ReturnLine.objects.bulk_update(stored.values(), fields)
    content = {code: [line.reported, line.reason, line.explanation] for code, line in stored.items()}
    record.submitted_sha256 = hashlib.sha256(
        history.canonical([record.incubator.code, record.period, record.edition, content])
    ).hexdigest()
    return {
        "lines": [None, {code: line.reported for code, line in stored.items()}],
        "submitted_sha256": ["", record.submitted_sha256],
    }


def _write_remarks(record: PeriodReturn, said: Mapping[str, str]) -> None:
    """The reviewer's words stand beside the lines; those of an earlier return make room."""
    lines = list(record.lines.all())
    for line in lines:
        line.remark = said.get(line.code, "")
    ReturnLine.objects.bulk_update(lines, ["remark"])


def _tell(record: PeriodReturn, name: str, *, actor: User, at: datetime) -> None:
    """Who is next: the park after a submission, whoever submitted after a decision."""
    place = record.incubator
    if name == "submit":
        if place.park_id is None:
            return
        users = people_allowed(
            Action.VERIFY, park_id=place.park_id, incubator_id=place.pk, day=local_day(place, at)
        ).exclude(pk=actor.pk)
        url = reverse("return-review", args=[record.pk])
    else:
        if record.submitted_by is None:
            return
        users, url = [record.submitted_by], reverse("return-detail", args=[record.pk])  # type: ignore[assignment]
    texts = {
        "submit": lambda: _("Submitted, waits for you: %(title)s"),
        "return": lambda: _("Returned, to be put right: %(title)s"),
        "verify": lambda: _("Verified: %(title)s"),
        "publish": lambda: _("Published: %(title)s"),
    }
    notify(
        users=users,
        kind=f"return.{MARKS[name]}",
        text=lambda: texts[name]() % {"title": return_title(record)},
        url=url,
        key=f"return:{record.pk}:{record.version}",
        at=at,
    )
