"""Marks: submitted once by the expert, opened again by the park with a reason; results by a person."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import clean_text, clean_value, save_checked
from reviews.enums import AssignmentState, CaseResult
from reviews.models import Assignment, Case, Criterion, Score, ScoreLine
from reviews.scoring import Line, mark_of
from reviews.selectors import lines_of
from reviews.services.acting import (
    day_in,
    lock_assignment,
    lock_case,
    needed_words,
    remember,
    require_administrator,
    require_agreement,
    require_open,
    wrong,
)
from reviews.services.assignments import recheck_assignment, require_expert
from reviews.signals import result_final


def submit_score(
    *,
    assignment: Assignment,
    points: Mapping[int, Any],
    words: Mapping[int, str] | None = None,
    comment: str = "",
    actor: User,
    at: datetime,
) -> Score:
    """Submit a score sheet, complete and once. ``points`` and ``words`` by id of the criterion.

    A conflict that is on record by now recuses the expert, and nothing is stored; ``Refused`` says so.
    """
    checked = recheck_assignment(assignment=assignment, at=at)
    if checked.state == AssignmentState.RECUSED:
        raise Refused(_("You are recused from this case."))
    return _submit(assignment, points, words or {}, comment, actor, at)


@transaction.atomic
def _submit(
    assignment: Assignment,
    points: Mapping[int, Any],
    words: Mapping[int, str],
    comment: str,
    actor: User,
    at: datetime,
) -> Score:
    locked = lock_assignment(assignment)
    require_expert(locked, actor)
    require_open(locked.case.round)
    if locked.state == AssignmentState.SUBMITTED:
        raise Conflict(
            _("Your marks are submitted. Only the administrator can open them again."), code="submitted"
        )
    if locked.state != AssignmentState.ACCEPTED:
        raise Conflict(_("Accept the invitation and declare your interests first."), code="not_accepted")
    if locked.case.result:
        raise Conflict(_("This case is concluded."), code="concluded")
    require_agreement([locked.expert], day_in(locked.case.round.park, at))
    sheet = checked_points(lines_of(locked.case.round), points)
    locked.state = AssignmentState.SUBMITTED
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    score = Score(
        assignment=locked,
        edition=(locked.scores.aggregate(last=Max("edition"))["last"] or 0) + 1,
        mark=mark_of([(given, line) for _criterion, line, given in sheet]),
        comment=clean_text(comment, field="comment"),
        submitted_at=at,
        submitted_by=actor,
    )
    save_checked(score)
    for criterion, _line, given in sheet:
        text = clean_text(words.get(criterion.pk, ""), field=f"words_{criterion.pk}")
        save_checked(ScoreLine(score=score, criterion=criterion, points=given, words=text))
    changes = {
        "edition": [None, score.edition],
        "mark": [None, score.mark],
        "points": [None, {str(criterion.position): str(given) for criterion, _line, given in sheet}],
    }
    remember(locked, "score.submitted", changes, actor, at, chain=locked.case.round.chain)
    return score


def checked_points(
    lines: list[tuple[Criterion, Line]], points: Mapping[int, Any]
) -> list[tuple[Criterion, Line, Decimal]]:
    """Points for every criterion, each within its limits; all that is wrong is named at once."""
    errors: list[FieldError] = []
    sheet: list[tuple[Criterion, Line, Decimal]] = []
    if unknown := set(points) - {criterion.pk for criterion, _line in lines}:
        raise wrong("points", _("These are points for a criterion of another round: %(id)s.")
                    % {"id": min(unknown)}, "unknown")  # fmt: skip
    for criterion, line in lines:
        field = f"points_{criterion.pk}"
        try:
            given = clean_value(ScoreLine, "points", points.get(criterion.pk))
        except Invalid as error:
            errors.append(FieldError(field, str(error), "invalid"))
            continue
        if given is None:
            message = _("Give points for “%(name)s”.") % {"name": criterion.name}
            errors.append(FieldError(field, message, "required"))
        elif not given.is_finite() or not 0 <= given <= criterion.max_points:
            message = _("“%(name)s” takes 0 to %(most)s points.")
            errors.append(
                FieldError(field, message % {"name": criterion.name, "most": criterion.max_points}, "range")
            )
        elif given != given.quantize(Decimal("0.01")):
            errors.append(FieldError(field, _("Points have at most two decimal places."), "decimals"))
        else:
            sheet.append((criterion, line, given))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)
    return sheet


@transaction.atomic
def reopen_score(*, assignment: Assignment, reason: str, actor: User, at: datetime) -> Assignment:
    """Let the expert give his marks once more; the submitted version is kept and no longer counts."""
    locked = lock_assignment(assignment)
    require_administrator(actor, locked.case.round.park_id)
    if locked.state != AssignmentState.SUBMITTED:
        raise Conflict(_("There are no submitted marks to open again."), code="not_submitted")
    if locked.case.result:
        raise Conflict(_("This case is concluded."), code="concluded")
    if locked.expert.user_id == actor.pk:
        raise Refused(_("These are your own marks. Another administrator opens them again."))
    said = needed_words(reason, "reason", _("Say why the marks are opened again."))
    Score.objects.filter(assignment=locked, is_current=True).update(is_current=False)
    locked.state = AssignmentState.ACCEPTED
    locked.version += 1
    locked.updated_at = at
    save_checked(locked)
    changes = {"state": [AssignmentState.SUBMITTED, locked.state], "reason": [None, said]}
    remember(locked, "score.reopened", changes, actor, at, chain=locked.case.round.chain)
    if locked.expert.user is not None:
        notify(
            users=[locked.expert.user],
            kind="review",
            text=lambda: (
                _("Your marks for “%(title)s” are open again: %(reason)s")
                % {"title": locked.case.title, "reason": said}
            ),
            url=reverse("review-case", args=[locked.case_id]),
            at=at,
        )
    return locked


@transaction.atomic
def set_result(*, case: Case, result: str, reason: str, actor: User, at: datetime) -> Case:
    """A named person concludes a case, with a reason. Marks alone conclude nothing, and never by their count.

    Concluding again before the second person confirmed replaces the first conclusion.
    """
    locked = lock_case(case, actor=actor)
    if locked.is_final:
        raise Conflict(_("This result is final."), code="final")
    if result not in CaseResult.values:
        raise wrong("result", _("Choose one of the results."))
    said = needed_words(reason, "reason", _("Say why, in words that can be read out at the meeting."))
    if actor.pk in _markers(locked):
        raise Refused(_("You gave marks in this case, so somebody else concludes it."))
    if result != CaseResult.DISCUSSION and locked.assignments.filter(state=AssignmentState.ACCEPTED).exists():
        # Nothing advances by count, nor over the head of somebody who is still reading.
        raise Conflict(
            _("An expert is still reviewing. Take the expert off first, or wait."), code="still_reviewing"
        )
    before = {"result": locked.result, "reason": locked.result_reason}
    locked.result, locked.result_reason = result, said
    locked.result_at, locked.result_by = at, actor
    _save(locked, at)
    changes = {"result": [before["result"], result], "reason": [before["reason"], said]}
    remember(locked, "reviewcase.concluded", changes, actor, at, chain=locked.chain)
    if locked.is_final:
        result_final.send(sender=Case, case=locked)
    return locked


@transaction.atomic
def confirm_result(*, case: Case, actor: User, at: datetime) -> Case:
    """A second person confirms the conclusion; from now on it is final."""
    locked = lock_case(case, actor=actor)
    if not locked.result:
        raise Conflict(_("There is no result to confirm yet."), code="no_result")
    if locked.is_final:
        raise Conflict(_("This result is final."), code="final")
    if locked.result_by_id == actor.pk:
        raise Refused(_("You concluded this case yourself, so a second person has to confirm it."))
    if actor.pk in _markers(locked):
        raise Refused(_("You gave marks in this case, so somebody else concludes it."))
    locked.confirmed_at, locked.confirmed_by = at, actor
    _save(locked, at)
    changes = {"confirmed_by": [None, actor.get_username()]}
    remember(locked, "reviewcase.confirmed", changes, actor, at, chain=locked.chain)
    result_final.send(sender=Case, case=locked)
    return locked


def _markers(case: Case) -> set[int | None]:
    states = [AssignmentState.ACCEPTED, AssignmentState.SUBMITTED]
    return set(case.assignments.filter(state__in=states).values_list("expert__user_id", flat=True))


def _save(case: Case, at: datetime) -> None:
    case.version += 1
    case.updated_at = at
    save_checked(case)
