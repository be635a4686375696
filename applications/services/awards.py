"""After the approval: the agreement with its instalments, the end, and money that is asked back."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import ApplicationState, StepResult
from applications.models import Application, GrantAgreement
from applications.services.acting import (
    Move,
    day_in,
    go,
    lock_application,
    remember,
    require_runner,
    tell_applicants,
    wrong,
)
from core.errors import Conflict, FieldError, Incomplete
from core.saving import assign, clean_text, save_checked, values_of
from evidence.models import EvidenceFile
from incubators.scope import Action, require
from ledger.enums import CommitmentState
from ledger.models import Commitment
from ledger.services import Part, claw_back, plan_instalments

AGREEMENT_FIELDS = ("number", "signed_on", "evidence", "note")


@transaction.atomic
def sign_agreement(
    *,
    application: Application,
    values: Mapping[str, Any],
    plan: Sequence[Part],
    actor: User,
    at: datetime,
) -> GrantAgreement:
    """Record the signed agreement; the instalments total the approved amount exactly."""
    locked = lock_application(application)
    require(Action.PAY, user=actor, park_id=locked.park_id)
    if not locked.programme.needs_agreement:
        raise Conflict(_("This programme pays without an agreement."), code="no_agreement")
    if locked.state != ApplicationState.APPROVED or locked.commitment is None:
        raise Conflict(_("Only an approved application gets an agreement."), code="not_in_this_state")
    agreement = GrantAgreement(application=locked, entered_at=at, entered_by=actor, updated_at=at)
    assign(agreement, values, allowed=AGREEMENT_FIELDS)
    _check_agreement(agreement, day_in(locked.programme.park, at))
    save_checked(agreement)
    plan_instalments(commitment=locked.commitment, plan=plan, actor=actor, at=at)
    move = Move(locked, ApplicationState.AGREED, StepResult.PASSED)
    go([move], action="application.agreed", actor=actor, at=at)
    changes = {key: [None, one] for key, one in values_of(agreement, AGREEMENT_FIELDS).items()}
    changes["instalments"] = [None, [part.amount for part in plan]]
    remember(locked, "application.agreement", changes, actor, at)
    tell_applicants([locked], actor, at)
    return agreement


def _check_agreement(agreement: GrantAgreement, today: date) -> None:
    if not agreement.number:
        raise wrong("number", _("An agreement has a number."), "required")
    if agreement.signed_on is None:
        raise wrong("signed_on", _("Say when the agreement was signed."), "required")
    if agreement.signed_on > today:
        raise wrong("signed_on", _("Enter a day up to today."), "future")
    handed_in = agreement.application.submitted_on
    if handed_in is not None and agreement.signed_on < handed_in:
        message = _("The application was handed in on %(day)s; enter that day or a later one.")
        raise wrong("signed_on", message % {"day": handed_in.isoformat()}, "before_application")
    evidence = agreement.evidence
    if evidence is not None and evidence.park_id != agreement.application.park_id:
        raise wrong("evidence", _("This file belongs to another park."), "not_found")


@transaction.atomic
def close_application(
    *, application: Application, reason: str = "", actor: User, at: datetime
) -> Application:
    """End an award once everything was received, or the rest given back."""
    locked = lock_application(application)
    require_runner(actor, locked.park_id)
    commitment = locked.commitment
    if commitment is None or locked.state not in (ApplicationState.APPROVED, ApplicationState.AGREED):
        raise Conflict(_("Only an award that is being paid can be closed."), code="not_in_this_state")
    if locked.state == ApplicationState.APPROVED and locked.programme.needs_agreement:
        raise Incomplete(
            _("The agreement is not signed yet."),
            fields=[FieldError("agreement", _("The agreement is not signed yet."), "required")],
        )
    if commitment.state != CommitmentState.CLOSED:
        message = _("%(open)s of the award are not received yet.") % {"open": f"{commitment.open_amount:,}"}
        raise Incomplete(message, fields=[FieldError("commitment", message, "open")])
    said = clean_text(reason, field="reason")
    move = Move(locked, ApplicationState.CLOSED, StepResult.PASSED, reason=said)
    go([move], action="application.closed", actor=actor, at=at)
    tell_applicants([locked], actor, at)
    return locked


@transaction.atomic
def claw_back_application(
    *,
    application: Application,
    amount: Decimal,
    reason: str,
    key: str,
    actor: User,
    at: datetime,
    on: date | None = None,
    evidence: EvidenceFile | None = None,
) -> Application:
    """Book money that the applicant paid back. The same key again changes nothing."""
    locked = lock_application(application)
    require(Action.PAY, user=actor, park_id=locked.park_id)
    if locked.commitment is None:
        raise Conflict(_("No money was promised to this application."), code="not_in_this_state")
    if evidence is not None and evidence.park_id != locked.park_id:
        raise wrong("evidence", _("This file belongs to another park."), "not_found")
    claw_back(
        commitment=locked.commitment,
        amount=amount,
        reason=reason,
        key=key,
        on=on,
        evidence=evidence,
        actor=actor,
        at=at,
    )
    locked.commitment = Commitment.objects.get(pk=locked.commitment.pk)
    if locked.state != ApplicationState.CLAWED_BACK:
        move = Move(locked, ApplicationState.CLAWED_BACK, StepResult.ENDED, reason=reason)
        go([move], action="application.clawed_back", actor=actor, at=at)
        tell_applicants([locked], actor, at)
    return locked
