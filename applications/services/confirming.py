"""A second person confirms a meeting: its decisions in one transaction, and the money with them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import (
    ApplicantKind,
    ApplicationState,
    DecisionOutcome,
    StepKind,
    StepResult,
)
from applications.models import Application, Decision, Meeting, Programme
from applications.models.applications import SUBJECT
from applications.services.acting import (
    Move,
    day_in,
    go,
    lock_applications,
    needed_words,
    refuse_own,
    remember,
    tell_applicants,
    wrong,
)
from applications.services.meetings import lock_open
from core.errors import Conflict, FieldError, Refused
from core.saving import save_checked
from enterprises.enums import EnterpriseKind
from enterprises.models import Enterprise
from enterprises.services import create_enterprise
from incubators.scope import Action, require
from ledger.models import Budget, Commitment
from ledger.selectors import budget_standing
from ledger.services import commit_money
from ledger.services.booking import locked_budget


@transaction.atomic
def confirm_meeting(*, meeting: Meeting, actor: User, at: datetime) -> Meeting:
    """A second person confirms all decisions of a meeting, and the money is committed, in one transaction.

    Raises ``Conflict``, and nothing at all is confirmed: ``confirmed``, ``budget_exhausted`` (naming the line
    that does not fit, and by how much), ``double_funding``, ``not_at_this_step``, ``no_budget``.
    """
    require(Action.PAY, user=actor, park_id=meeting.park_id)
    locked = lock_open(meeting)
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
