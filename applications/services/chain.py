"""The way through the chain: handed in, checked, moved on, taken back."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from applications.enums import ApplicationState, AwardRule, StepKind, StepResult
from applications.models import Application, ProgrammeStep, StepLog
from applications.selectors.answers import answer_of, asked_with
from applications.selectors.batches import NoticeStand, case_of, notice_stand
from applications.services.acting import (
    Move,
    day_in,
    go,
    lock_application,
    lock_applications,
    lock_programme,
    needed_words,
    refuse_own,
    require_runner,
    require_writer,
    step_after,
    tell_applicants,
    wrong,
)
from applications.services.drafts import check_takes, facts_on, lock_writable, version_on
from applications.stages import BY_HAND
from core.errors import Conflict, FieldError, Invalid
from core.saving import clean_text
from funding.enums import FactOrigin
from reviews.enums import CaseResult

#: What a remark may be about, besides each fact (``facts.<key>``).
REMARKED = ("title", "summary", "requested_amount", "files", "applicant", "facts", "other")


@transaction.atomic
def submit_application(*, application: Application, actor: User, at: datetime) -> Application:
    """Hand an application in: it gets its number, the policy answers, and it enters the chain.

    After it was sent back it goes to the step that sent it back, also when the last day has passed.
    """
    programme = lock_programme(application.programme)
    locked = lock_writable(application, actor)
    locked.programme = programme
    day = day_in(programme.park, at)
    fields = ["facts", "policy_version", "answer", "answer_sha256", "answered_on", "remarks"]
    was_returned = locked.state == ApplicationState.RETURNED
    if not was_returned:
        check_takes(locked, day)
        if day < programme.opens_on:
            raise Conflict(
                _("Applications are taken from %(day)s on.") % {"day": programme.opens_on.isoformat()},
                code="too_early",
            )
        last = programme.applications.aggregate(last=Max("number"))["last"] or 0
        locked.number = last + 1
        locked.submitted_at, locked.submitted_by, locked.submitted_on = at, actor, day
        fields += ["number", "submitted_at", "submitted_by", "submitted_on"]
    check_complete(locked)
    keep_answer(locked, day)
    locked.remarks = {}
    step = _returned_from(locked) if was_returned else step_after(None, programme)
    result = StepResult.MENDED if was_returned else ""
    move = Move(locked, ApplicationState.SUBMITTED, result, to_step=step)
    go([move], action="application.submitted", fields=fields, actor=actor, at=at)
    return locked


def _returned_from(application: Application) -> ProgrammeStep:
    row = (
        StepLog.objects.filter(application=application, result=StepResult.RETURNED)
        .select_related("step")
        .order_by("-pk")
        .first()
    )
    assert row is not None
    assert row.step is not None
    return row.step


def check_complete(application: Application) -> None:
    """What has to be there when it is handed in; all that is missing is named at once."""
    errors: list[FieldError] = []
    if not application.title:
        errors.append(FieldError("title", _("Give the application a title."), "required"))
    by_amount = application.programme.award_rule == AwardRule.REQUESTED
    if by_amount and application.requested_amount is None:
        errors.append(FieldError("requested_amount", _("Say how much is applied for."), "required"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)


def keep_answer(application: Application, day: Any) -> None:
    """Ask the policy on the day of submission and keep what it said, with the facts it was told."""
    version = version_on(application.programme.policy, day)
    application.policy_version, application.answer = version, {}
    application.answer_sha256, application.answered_on = "", None
    if version is None:
        return
    specs = version.compiled().facts
    facts = {key: dict(one) for key, one in facts_on(application, day).items() if key in specs}
    amount = application.requested_amount
    if amount is not None and facts.get("requested_yuan", {"value": 0})["value"] is None:
        # What is asked for is said once, in the form.
        facts["requested_yuan"] |= {"value": f"{amount:f}", "origin": str(FactOrigin.STATED)}
    application.facts = facts
    asked = asked_with(version, facts, as_of=day)
    application.answer, application.answer_sha256 = answer_of(version, facts, asked, as_of=day)
    application.answered_on = day


@transaction.atomic
def withdraw_application(
    *, application: Application, reason: str = "", actor: User, at: datetime
) -> Application:
    """The applicant takes it back, before it is decided; with a reason once it was handed in."""
    locked = lock_application(application)
    require_writer(actor, locked)
    move = Move(locked, ApplicationState.WITHDRAWN, StepResult.WITHDRAWN, reason=reason)
    if locked.number is None:
        raise Conflict(_("A draft is thrown away, not withdrawn."), code="draft")
    go([move], action="application.withdrawn", actor=actor, at=at)
    return locked


@transaction.atomic
def check_application(
    *,
    application: Application,
    result: str,
    reason: str = "",
    remarks: Mapping[str, str] | None = None,
    actor: User,
    at: datetime,
) -> Application:
    """The formal check of one application: passed, failed, or sent back with words for each field."""
    locked = lock_applications([application])
    step = locked[0].current_step
    if step is None or step.kind != StepKind.FORMAL_CHECK:
        require_runner(actor, locked[0].park_id)
        raise Conflict(_("This application does not stand at the formal check."), code="not_at_this_step")
    if result != StepResult.RETURNED:
        return _move(locked, result, reason, {}, actor, at)[0]
    require_runner(actor, locked[0].park_id)
    refuse_own(locked, actor)
    words = _checked_remarks(locked[0], remarks or {})
    said = clean_text(reason, field="reason") or " ".join(words.values())
    if not said:
        raise wrong("reason", _("Say what is to be put right."), "required")
    locked[0].remarks = words
    move = Move(locked[0], ApplicationState.RETURNED, result, reason=said, remarks=words)
    go([move], action="application.returned", fields=["remarks"], actor=actor, at=at)
    tell_applicants(locked, actor, at)
    return locked[0]


def _checked_remarks(application: Application, remarks: Mapping[str, Any]) -> dict[str, str]:
    known = {*REMARKED, *(f"facts.{key}" for key in application.facts)}
    if unknown := sorted(set(remarks) - known):
        raise wrong("remarks", _("An application has no field “%(name)s”.") % {"name": unknown[0]}, "unknown")
    words = {name: clean_text(text, field=f"remarks.{name}") for name, text in remarks.items()}
    return {name: text for name, text in words.items() if text}


@transaction.atomic
def move_applications(
    *,
    applications: Iterable[Application],
    result: str,
    reason: str = "",
    reasons: Mapping[int, str] | None = None,
    actor: User,
    at: datetime,
) -> list[Application]:
    """Move applications that stand at one step: passed, failed, or the step left out. All of them or none.

    Nothing moves by count: a person says with which result. A review has to be concluded first, a notice to
    be over with every objection ruled on. ``reasons`` by id of the application, ``reason`` for the others.
    """
    locked = lock_applications(applications)
    return _move(locked, result, reason, reasons or {}, actor, at)


def _move(
    locked: list[Application],
    result: str,
    reason: str,
    reasons: Mapping[int, str],
    actor: User,
    at: datetime,
) -> list[Application]:
    if not locked:
        raise wrong("applications", _("Choose at least one application."), "required")
    for park_id in {one.park_id for one in locked}:
        require_runner(actor, park_id)
    step = _one_step(locked)
    if result == StepResult.RETURNED or result not in BY_HAND[step.kind]:
        raise wrong("result", _("Choose one of the results of this step."), "choice")
    refuse_own(locked, actor)
    moves = [
        Move(one, ApplicationState.SUBMITTED, result, reason=clean_text(
            reasons.get(one.pk) or reason, field="reason"))
        for one in locked
    ]  # fmt: skip
    _check_step(step, moves, result, day_in(locked[0].programme.park, at))
    fields: list[str] = []
    action = "application.moved"
    if result == StepResult.FAILED:
        fields, action = ["decided_at", "decided_by", "decision_reason"], "application.rejected"
        for move in moves:
            move.to_state = ApplicationState.REJECTED
            one = move.application
            one.decided_at, one.decided_by = at, actor
            one.decision_reason = needed_words(
                move.reason, "reason", _("Say why, in words for the applicant.")
            )
    else:
        after = step_after(step, locked[0].programme)
        for move in moves:
            move.to_step = after
    found = go(moves, action=action, fields=fields, actor=actor, at=at)
    tell_applicants(found, actor, at)
    return found


def _one_step(applications: list[Application]) -> ProgrammeStep:
    steps = {one.current_step_id for one in applications}
    step = applications[0].current_step
    if step is None or len(steps) != 1:
        raise Conflict(
            _("These applications do not stand at one and the same step (any more)."), code="not_at_this_step"
        )
    return step


def _check_step(step: ProgrammeStep, moves: list[Move], result: str, day: Any) -> None:
    """What the step itself asks for before an application may go on."""
    if step.kind == StepKind.PUBLIC_NOTICE:
        if result == StepResult.PASSED:
            _check_notice(notice_stand([one.application for one in moves], day), moves)
    elif step.has_marks and result != StepResult.SKIPPED:
        _check_reviews(moves, result)


def _check_reviews(moves: list[Move], result: str) -> None:
    cases = case_of([one.application for one in moves])
    for move in moves:
        case = cases.get(move.application.pk)
        said = {"title": move.application.title}
        if case is None:
            raise Conflict(
                _("“%(title)s” is not before the experts yet. Start the review first.") % said,
                code="not_reviewed",
            )
        if not case.is_final:
            raise Conflict(_("The review of “%(title)s” is not concluded yet.") % said, code="not_concluded")
        passed = case.result == CaseResult.RECOMMENDED
        if result == StepResult.PASSED and case.result == CaseResult.NOT_RECOMMENDED and not move.reason:
            raise wrong(
                "reason",
                _("The review does not recommend “%(title)s”: say why it goes on.") % said,
                "required",
            )
        if result == StepResult.FAILED and not passed and not move.reason:
            move.reason = case.result_reason


def _check_notice(stands: Mapping[int, NoticeStand], moves: list[Move]) -> None:
    for move in moves:
        stand = stands.get(move.application.pk)
        said = {"title": move.application.title}
        if stand is None or stand.code == "withdrawn":
            raise Conflict(_("“%(title)s” is not on public show yet.") % said, code="not_on_show")
        if stand.code in ("upcoming", "running"):
            raise Conflict(
                _("The public notice runs until %(day)s.") % {"day": stand.ends_on.isoformat()},
                code="on_show",
            )
        if stand.code == "objections":
            raise Conflict(_("An objection to this notice is not ruled on yet."), code="objections")
        if stand.upheld_line:
            raise Conflict(
                _("An objection to “%(title)s” was upheld, so it does not pass.") % said, code="upheld"
            )
        if stand.upheld_list and not move.reason:
            raise wrong(
                "reason", _("An objection to the whole list was upheld: say why it goes on."), "required"
            )
