"""The meeting: proposed by one person from the ranking, confirmed by a second; approval commits the money."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import (
    ApplicantKind,
    ApplicationState,
    AwardRule,
    DecisionOutcome,
    StepKind,
    StepResult,
)
from applications.models import Application, Decision, Meeting, Programme
from applications.models.applications import SUBJECT
from applications.selectors.ranking import Ranking, RankRow, ranking_of
from applications.services.acting import (
    Move,
    day_in,
    go,
    lock_applications,
    lock_programme,
    needed_words,
    refuse_own,
    remember,
    require_runner,
    stale,
    tell_applicants,
    wrong,
)
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, clean_text, clean_value, readable_integrity_errors, save_checked, values_of
from enterprises.enums import EnterpriseKind
from enterprises.models import Enterprise
from enterprises.services import create_enterprise
from incubators.scope import Action, require
from ledger.models import Budget, Commitment
from ledger.selectors import budget_standing
from ledger.services import commit_money
from ledger.services.booking import locked_budget

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
    locked = _lock_open(meeting)
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
    locked = _lock_open(meeting)
    require_runner(actor, locked.park_id)
    remember(locked, "meeting.discarded", {"lines": [locked.decisions.count(), 0]}, actor, at)
    locked.delete()


def _lock_open(meeting: Meeting) -> Meeting:
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


@transaction.atomic
def confirm_meeting(*, meeting: Meeting, actor: User, at: datetime) -> Meeting:
    """A second person confirms all decisions of a meeting, and the money is committed, in one transaction.

    Raises ``Conflict``, and nothing at all is confirmed: ``confirmed``, ``budget_exhausted`` (naming the line
    that does not fit, and by how much), ``double_funding``, ``not_at_this_step``, ``no_budget``.
    """
    require(Action.PAY, user=actor, park_id=meeting.park_id)
    locked = _lock_open(meeting)
    if locked.proposed_by_id == actor.pk:
        raise Refused(_("You proposed these decisions yourself, so a second person has to confirm them."))
    needed_words(locked.number, "number", _("Enter the number of the minutes before it is confirmed."))
    if locked.held_on > day_in(locked.programme.park, at):
        raise wrong("held_on", _("The meeting has not been held yet."), "future")
    decisions = list(locked.decisions.order_by("place", "pk"))
    applications = {
        one.pk: one for one in lock_applications([Application(pk=line.application_id) for line in decisions])
    }
    _check_standing(applications.values())
    refuse_own(list(applications.values()), actor)
    approved = [one for one in decisions if one.outcome == DecisionOutcome.APPROVED]
    _check_budget(locked.programme, approved, applications)
    moves = []
    for decision in decisions:
        application = applications[decision.application_id]
        application.decided_at, application.decided_by = at, actor
        application.decision_reason = decision.reason
        if decision.outcome == DecisionOutcome.APPROVED:
            _approve(locked, decision, application, actor, at)
            moves.append(
                Move(application, ApplicationState.APPROVED, StepResult.PASSED, reason=decision.reason)
            )
        else:
            moves.append(
                Move(application, ApplicationState.REJECTED, StepResult.FAILED, reason=decision.reason)
            )
    locked.confirmed_at, locked.confirmed_by = at, actor
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    _go(moves, actor, at)
    total = sum((one.amount or Decimal(0) for one in approved), Decimal(0))
    changes = {
        "approved": [0, len(approved)],
        "rejected": [0, len(decisions) - len(approved)],
        "amount": [None, total],
        "currency": [None, locked.programme.currency],
        "proposed_by": [None, str(locked.proposed_by)],
    }
    remember(locked, "meeting.confirmed", changes, actor, at)
    tell_applicants([applications[one.application_id] for one in decisions], actor, at)
    return locked


def _go(moves: Sequence[Move], actor: User, at: datetime) -> None:
    decided = ["decided_at", "decided_by", "decision_reason"]
    taken = [one for one in moves if one.to_state == ApplicationState.APPROVED]
    refused = [one for one in moves if one.to_state == ApplicationState.REJECTED]
    if taken:
        fields = [*decided, "approved_amount", "award_class", "commitment", "enterprise"]
        go(taken, action="application.approved", fields=fields, actor=actor, at=at)
    if refused:
        go(refused, action="application.rejected", fields=decided, actor=actor, at=at)


def _check_standing(applications: Any) -> None:
    gone = [
        one for one in applications if one.current_step is None or one.current_step.kind != StepKind.MEETING
    ]
    if gone:
        raise Conflict(
            _("“%(title)s” does not stand before the meeting any more.") % {"title": gone[0].title},
            code="not_at_this_step",
        )


def _check_budget(
    programme: Programme, approved: Sequence[Decision], applications: Mapping[int, Application]
) -> None:
    """Whether all awards fit together; says which is the first that does not, and what it lacks."""
    if not approved:
        return
    if programme.budget is None:
        raise Conflict(
            _("Name the budget of the programme first: an approval commits its money."), code="no_budget"
        )
    budget: Budget = locked_budget(programme.budget)
    left = budget_standing(budget).available
    for place, decision in enumerate(approved, start=1):
        amount = decision.amount or Decimal(0)
        if amount <= left:
            left -= amount
            continue
        message = _(
            "The budget “%(budget)s” ends before line %(line)s, “%(title)s”: %(left)s %(currency)s are left, "
            "%(amount)s are needed, %(short)s are missing. Nothing was confirmed."
        ) % {
            "budget": budget,
            "line": place,
            "title": applications[decision.application_id].title,
            "left": f"{left:,}",
            "currency": programme.currency,
            "amount": f"{amount:,}",
            "short": f"{amount - left:,}",
        }
        field = FieldError(f"lines.{place - 1}.amount", message, "overdraft")
        raise Conflict(message, code="budget_exhausted", fields=[field])


def _approve(
    meeting: Meeting, decision: Decision, application: Application, actor: User, at: datetime
) -> None:
    if application.applicant_kind == ApplicantKind.OUTSIDE and application.enterprise is None:
        application.enterprise = _enterprise_for(application, meeting, at)
    application.commitment = _commit(meeting, decision, application, actor, at)
    application.approved_amount, application.award_class = decision.amount, decision.award_class


def _commit(
    meeting: Meeting, decision: Decision, application: Application, actor: User, at: datetime
) -> Commitment:
    programme = meeting.programme
    assert programme.budget is not None
    assert decision.amount is not None
    return commit_money(
        budget=programme.budget,
        amount=decision.amount,
        purpose=f"{programme.name} · {application.title}"[:200],
        key=f"application:{application.pk}",
        enterprise=application.enterprise,
        project=application.project,
        base=f"{programme.base}:{programme.year}" if programme.base else "",
        reference=meeting.number,
        subject_kind=SUBJECT,
        subject_id=application.pk,
        submitted_on=application.submitted_on,
        actor=actor,
        at=at,
        provenance=application.provenance,
    )


def _enterprise_for(application: Application, meeting: Meeting, at: datetime) -> Enterprise:
    """Somebody from outside who gets money is on record from now on: under his name, or as a new team.

    Entered by whoever proposed the decision; the second person confirms it with the award.
    """
    known = Enterprise.objects.filter(
        park=application.park_id, name_zh=application.outside_name, merged_into=None
    ).order_by("pk")
    found: Enterprise | None = known.first()
    if found is not None:
        return found
    assert meeting.proposed_by is not None
    return create_enterprise(
        park=application.programme.park,
        incubator=application.incubator,
        values={"name_zh": application.outside_name, "kind": EnterpriseKind.TEAM},
        actor=meeting.proposed_by,
        at=at,
        provenance=application.provenance,
    )
