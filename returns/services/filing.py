"""Filling in a return: lines typed by people, pages that save by themselves, files beside a line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, FieldError, Invalid
from core.periods import Period
from core.saving import clean_text, readable_integrity_errors
from evidence.models import EvidenceFile
from incubators.scope import Action, require
from returns.measures import LINES
from returns.measures.problems import Problem, value_problems
from returns.models import PeriodReturn, ReturnLine
from returns.selectors import closed_by, words_of
from returns.stages import OPEN

LONGEST_WORDS = 300
LARGEST = Decimal(10) ** 16


@dataclass(frozen=True)
class LineInput:
    """What was typed for one line; a part that was not touched is left out (None)."""

    value: Decimal | None = None
    has_value: bool = False
    reason: str | None = None
    explanation: str | None = None


def parse_value(code: str, typed: Any) -> Decimal | None:
    """The number that was typed for a line, plain or with thousands separators; None for an empty one.

    Raises ``Invalid`` with the sentence for the line.
    """
    line = LINES[code]
    text = "" if typed is None else str(typed).replace(",", "").replace("，", "").strip()
    if not text:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise _wrong(
            code, _("“%(typed)s” is not a number.") % {"typed": str(typed)[:40]}, "not_a_number"
        ) from None
    if not value.is_finite() or abs(value) >= LARGEST:
        raise _wrong(code, _("“%(typed)s” is not a number.") % {"typed": str(typed)[:40]}, "not_a_number")
    exponent = value.normalize().as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        raise _wrong(code, _("Write at most four decimals."), "decimals")
    for problem in value_problems(line, value):
        raise _wrong(code, words_of(problem), problem.code)
    return value


def _wrong(code: str, message: str, reason: str) -> Invalid:
    return Invalid(message, fields=[FieldError(code, message, reason)])


def locked_return(record: PeriodReturn) -> PeriodReturn:
    """The return as it is now, locked; services, pages and programs lock in the same order."""
    rows = PeriodReturn.objects.select_for_update(of=("self",))
    found: PeriodReturn = rows.select_related("incubator__park", "duty", "submitted_by", "changed_by").get(
        pk=record.pk
    )
    return found


def check_open(record: PeriodReturn) -> None:
    """Raises ``Conflict`` when nobody can type into it any more."""
    if record.state not in OPEN or not record.is_latest:
        raise Conflict(
            _("This return was submitted. Correct it as a new version, or ask the park to return it."),
            code="frozen",
        )
    check_period_open(record)


def check_period_open(record: PeriodReturn) -> None:
    if closed_by(record.incubator, Period.parse(record.period)) is not None:
        raise Conflict(
            _("This period is closed. Ask the park administrator to reopen it."), code="period_closed"
        )


def check_version(record: PeriodReturn, expected: int | None) -> None:
    """Raises ``Conflict`` (code ``stale``) when somebody else saved meanwhile."""
    if expected is not None and record.version != expected:
        raise Conflict(_("Somebody else changed this return meanwhile."), code="stale")


@transaction.atomic
def save_lines(
    *,
    record: PeriodReturn,
    lines: Mapping[str, LineInput],
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> PeriodReturn:
    """Keep what was typed. Raises ``Conflict`` with code ``stale`` when ``expected_version`` is an older one.

    Typing is not history yet: the pages save every few seconds. Who typed each line and when stays on the
    line, and the submission records all numbers.
    """
    require(Action.ENTER, user=actor, park_id=record.incubator.park_id, incubator_id=record.incubator_id)
    record = locked_return(record)
    check_open(record)
    check_version(record, expected_version)
    stored = {line.code: line for line in record.lines.all()}
    unknown = sorted(set(lines) - set(stored))
    if unknown:
        message = _("This return has no line “%(code)s”.") % {"code": unknown[0][:60]}
        raise Invalid(message, fields=[FieldError(code[:60], message, "unknown") for code in unknown])
    changed = [stored[code] for code, typed in lines.items() if _apply(stored[code], typed)]
    if not changed:
        return record
    for line in changed:
        line.entered_at, line.entered_by = at, actor
    # Somebody may close the period after the look above: the database then says so.
    with readable_integrity_errors(ReturnLine, PeriodReturn):
        ReturnLine.objects.bulk_update(
            changed, ["value", "reason", "explanation", "entered_at", "entered_by"]
        )
        touch(record, actor=actor, at=at)
    return record


def touch(record: PeriodReturn, *, actor: User | None, at: datetime, also: Sequence[str] = ()) -> None:
    """Count one more change of a locked return."""
    record.version += 1
    record.updated_at, record.changed_by = at, actor
    record.save(update_fields=["version", "updated_at", "changed_by", *also])


def _apply(line: ReturnLine, typed: LineInput) -> bool:
    """Put what was typed on the line; whether anything changed."""
    before = (line.value, line.reason, line.explanation)
    if typed.has_value:
        if typed.value is not None:
            _check_value(line.code, typed.value)
        line.value = typed.value
    for name in ("reason", "explanation"):
        words = getattr(typed, name)
        if words is not None:
            setattr(line, name, _words(line.code, name, words))
    return before != (line.value, line.reason, line.explanation)


def _check_value(code: str, value: Decimal) -> None:
    found: Problem | None = next(value_problems(LINES[code], value), None)
    if found is not None:
        raise _wrong(code, words_of(found), found.code)


def _words(code: str, name: str, text: str) -> str:
    words = clean_text(" ".join(text.split()) if isinstance(text, str) else text, field=f"{code}.{name}")
    if len(words) > LONGEST_WORDS:
        message = _("At most %(most)d characters fit here.") % {"most": LONGEST_WORDS}
        raise Invalid(message, fields=[FieldError(f"{code}.{name}", message, "max_length")])
    return words


@transaction.atomic
def attach_evidence(
    *, record: PeriodReturn, code: str, files: Sequence[EvidenceFile], actor: User, at: datetime
) -> None:
    """Put files beside a line of an open return."""
    require(Action.ENTER, user=actor, park_id=record.incubator.park_id, incubator_id=record.incubator_id)
    record = locked_return(record)
    check_open(record)
    line = record.lines.filter(code=code).first()
    if line is None:
        message = _("This return has no line “%(code)s”.") % {"code": code[:60]}
        raise Invalid(message, fields=[FieldError("line", message, "unknown")])
    place = (record.incubator.park_id, record.incubator_id)
    if any((file.park_id, file.incubator_id) != place for file in files):
        message = _("This file belongs to another incubator.")
        raise Invalid(message, fields=[FieldError("evidence", message, "not_found")])
    line.evidence.add(*files)
    touch(record, actor=actor, at=at)
    history.record(
        chain=record.chain,
        action="return.proved",
        subject=record,
        changes={code: [[], sorted(file.sha256 for file in files)]},
        actor=actor,
        at=at,
    )


@transaction.atomic
def detach_evidence(
    *, record: PeriodReturn, code: str, file: EvidenceFile, actor: User, at: datetime
) -> None:
    """Take a file away from a line of an open return; the file itself stays in the evidence."""
    require(Action.ENTER, user=actor, park_id=record.incubator.park_id, incubator_id=record.incubator_id)
    record = locked_return(record)
    check_open(record)
    line = record.lines.filter(code=code, evidence=file).first()
    if line is None:
        raise Conflict(_("This file is not beside that line any more."), code="not_attached")
    line.evidence.remove(file)
    touch(record, actor=actor, at=at)
    history.record(
        chain=record.chain,
        action="return.unproved",
        subject=record,
        changes={code: [[file.sha256], []]},
        actor=actor,
        at=at,
    )
