"""The meeting as one person proposes it: filled in from the ranking, changed with reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import (
    AwardRule,
    DecisionOutcome,
)
from applications.models import Decision, Meeting, Programme
from applications.selectors.ranking import Ranking, RankRow, ranking_of
from applications.services.acting import (
    check_day,
    lock_programme,
    refuse_own,
    remember,
    require_runner,
    stale,
    wrong,
)
from core.errors import Conflict, FieldError, Invalid
from core.saving import assign, clean_text, clean_value, readable_integrity_errors, save_checked, values_of

MEETING_FIELDS = ("held_on", "number", "evidence", "note")
LINE_FIELDS = ("application_id", "outcome", "award_class", "amount", "reason")


@dataclass(frozen=True)
class Line:
    """What is proposed about one application."""

    application_id: int
    outcome: str
    award_class: str = ""
    amount: Decimal | None = None
    reason: str = ""


@transaction.atomic
def propose_meeting(
    *,
    programme: Programme,
    values: Mapping[str, Any],
    lines: Sequence[Line] | None = None,
    actor: User,
    at: datetime,
) -> Meeting:
    """Propose decisions about applications that stand before the meeting; a second person confirms.

    Without ``lines`` the list is as the ranking suggests it; whoever ties across a border is left out for a
    person to add. A line that differs from the suggestion says why.
    """
    locked = lock_programme(programme)
    require_runner(actor, locked.park_id)
    meeting = Meeting(programme=locked, proposed_at=at, proposed_by=actor, updated_at=at)
    assign(meeting, values, allowed=MEETING_FIELDS)
    _check_meeting(meeting, at)
    save_checked(meeting)
    count = _write_lines(meeting, lines, actor)
    changes = {
        **{key: [None, one] for key, one in values_of(meeting, MEETING_FIELDS).items()},
        "lines": [0, count],
    }
    remember(meeting, "meeting.proposed", changes, actor, at)
    return meeting


def _check_meeting(meeting: Meeting, at: datetime) -> None:
    if meeting.held_on is None:
        raise wrong("held_on", _("Say on which day the meeting is held."), "required")
    check_day(meeting.programme, meeting.held_on, "held_on")
    if meeting.evidence is not None and meeting.evidence.park_id != meeting.park_id:
        raise wrong("evidence", _("This file belongs to another park."), "not_found")


@transaction.atomic
def change_meeting(
    *,
    meeting: Meeting,
    values: Mapping[str, Any],
    lines: Sequence[Line] | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
) -> Meeting:
    """Change a proposal; ``lines`` replaces the whole list. Whoever changed it last has proposed it."""
    locked = lock_open(meeting)
    require_runner(actor, locked.park_id)
    if expected_version is not None and locked.version != expected_version:
        raise stale()
    before = values_of(locked, MEETING_FIELDS)
    assign(locked, values, allowed=MEETING_FIELDS)
    _check_meeting(locked, at)
    locked.proposed_at, locked.proposed_by = at, actor
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    changes: dict[str, Any] = {
        key: [before[key], one]
        for key, one in values_of(locked, MEETING_FIELDS).items()
        if before[key] != one
    }
    if lines is not None:
        old = locked.decisions.count()
        locked.decisions.all().delete()
        changes["lines"] = [old, _write_lines(locked, lines, actor)]
    remember(locked, "meeting.changed", changes, actor, at)
    return locked


@transaction.atomic
def discard_meeting(*, meeting: Meeting, actor: User, at: datetime) -> None:
    """Throw a proposal away; the applications stay before the meeting."""
    locked = lock_open(meeting)
    require_runner(actor, locked.park_id)
    remember(locked, "meeting.discarded", {"lines": [locked.decisions.count(), 0]}, actor, at)
    locked.delete()


def lock_open(meeting: Meeting) -> Meeting:
    locked: Meeting = (
        Meeting.objects.select_for_update(of=("self",))
        .select_related("programme__park", "programme__budget", "proposed_by")
        .get(pk=meeting.pk)
    )
    if locked.confirmed_at is not None:
        raise Conflict(_("The decisions of this meeting are confirmed already."), code="confirmed")
    return locked


def _write_lines(meeting: Meeting, lines: Sequence[Line] | None, actor: User) -> int:
    ranking = ranking_of(meeting.programme)
    rows = {row.application.pk: row for row in ranking.rows}
    given = suggested_lines(ranking) if lines is None else list(lines)
    if not given:
        raise wrong("lines", _("Choose at least one application for the meeting."), "required")
    refuse_own([rows[one.application_id].application for one in given if one.application_id in rows], actor)
    errors: list[FieldError] = []
    found: list[Decision] = []
    for place, line in enumerate(given):
        try:
            found.append(_decision(meeting, line, rows, place))
        except Invalid as error:
            errors += error.fields
    if len({one.application_id for one in given}) < len(given):
        errors.append(FieldError("lines", _("An application stands twice on the list."), "twice"))
    others = Decision.objects.filter(
        application__in=[one.application_id for one in given], meeting__confirmed_at=None
    ).exclude(meeting=meeting)
    if (other := others.select_related("application", "meeting").first()) is not None:
        message = _("“%(title)s” is on the list of another meeting that is not confirmed: %(meeting)s.")
        said = message % {"title": other.application.title, "meeting": other.meeting}
        errors.append(FieldError("lines", said, "other_meeting"))
    if errors:
        raise Invalid(" ".join(str(one.message) for one in errors[:5]), fields=errors)
    with readable_integrity_errors(Decision):
        Decision.objects.bulk_create(found)
    return len(found)


def suggested_lines(ranking: Ranking) -> list[Line]:
    """The list as the ranking has it: who is in, and who is out, with the reason. Ties are left to people."""
    found = []
    for row in ranking.rows:
        if row.is_in:
            one = row.suggested
            found.append(Line(row.application.pk, DecisionOutcome.APPROVED, one.award_class, one.amount))
        elif not row.is_tied:
            found.append(Line(row.application.pk, DecisionOutcome.REJECTED, reason=row.words))
    return found


def _decision(meeting: Meeting, line: Line, rows: Mapping[int, RankRow], place: int) -> Decision:
    """One line, checked against the rules of the programme and held against the suggestion."""
    row = rows.get(line.application_id)
    field = f"lines.{place}"
    if row is None:
        raise wrong(
            f"{field}.application", _("This application does not stand before the meeting."), "not_found"
        )
    if line.outcome not in DecisionOutcome.values:
        raise wrong(f"{field}.outcome", _("Choose whether it is approved or rejected."), "choice")
    reason = clean_text(line.reason, field=f"{field}.reason")
    decision = Decision(
        meeting=meeting,
        application=row.application,
        place=row.suggested.place,
        mark=row.suggested.mark,
        outcome=line.outcome,
        reason=reason,
        suggested=_suggestion(row),
    )
    said = {"title": row.application.title}
    if line.outcome == DecisionOutcome.REJECTED:
        if not reason:
            raise wrong(f"{field}.reason", _("Say why “%(title)s” is rejected.") % said, "required")
        return decision
    decision.award_class = clean_text(line.award_class, field=f"{field}.award_class")
    decision.amount = _checked_amount(meeting.programme, row, line, field)
    if not reason and (not row.is_in or _differs(row, decision)):
        raise wrong(f"{field}.reason", _("“%(title)s” differs from the ranking: say why.") % said, "required")
    return decision


def _differs(row: RankRow, decision: Decision) -> bool:
    one = row.suggested
    return (one.award_class, one.amount) != (decision.award_class, decision.amount)


def _suggestion(row: RankRow) -> dict[str, Any]:
    one = row.suggested
    return {
        "standing": str(one.standing),
        "why": one.why,
        "tied": one.tied,
        "award_class": one.award_class,
        "amount": None if one.amount is None else f"{one.amount:f}",
    }


def _checked_amount(programme: Programme, row: RankRow, line: Line, field: str) -> Decimal:
    """The amount of an approval, within what the programme's rule allows."""
    amount = clean_value(Decision, "amount", line.amount)
    said = {"title": row.application.title}
    if amount is None or not amount.is_finite() or amount <= 0 or amount != amount.quantize(Decimal("0.01")):
        raise wrong(
            f"{field}.amount", _("“%(title)s” needs an amount above zero, to the fen at most.") % said
        )
    if programme.award_rule == AwardRule.CLASSES:
        known = {one["code"]: Decimal(one["amount"]) for one in programme.classes}
        if line.award_class not in known:
            raise wrong(f"{field}.award_class", _("Choose the class of “%(title)s”.") % said, "choice")
        limits = [known[line.award_class], programme.cap]
    else:
        limits = [row.application.requested_amount, programme.cap]
        if programme.award_rule == AwardRule.POLICY:
            limits.append(row.offered)
    most = min((one for one in limits if one is not None), default=None)
    if most is not None and amount > most:
        message = _("“%(title)s” can have %(most)s at most.") % {**said, "most": f"{most:,}"}
        raise wrong(f"{field}.amount", message, "above_limit")
    return Decimal(amount)
