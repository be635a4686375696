"""Results of many cases in one go, under the rules of one: a person, a reason, a second person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from core import history
from core.errors import Conflict, Refused
from reviews.enums import AssignmentState, CaseResult
from reviews.models import LOOKING, Assignment, Case, ReviewRound
from reviews.services.acting import lock_round, needed_words, remember, wrong
from reviews.signals import result_final


@dataclass(frozen=True)
class Conclusion:
    """What is concluded about one case, and why."""

    case_id: int
    result: str
    reason: str


@transaction.atomic
def set_results(
    *, round: ReviewRound, conclusions: Iterable[Conclusion], actor: User, at: datetime
) -> list[Case]:
    """Conclude many cases, each with its reason; all of them or none. See ``scores.set_result``."""
    locked = lock_round(round, actor=actor)
    given = {one.case_id: one for one in conclusions}
    cases = _open_cases(locked, given, actor)
    waiting = _still_read(cases)
    say_why = _("Say why, in words that can be read out at the meeting.")
    before = {case.pk: (case.result, case.result_reason) for case in cases}
    for case in cases:
        one = given[case.pk]
        if one.result not in CaseResult.values:
            raise wrong("result", _("Choose one of the results."))
        if one.result != CaseResult.DISCUSSION and case.pk in waiting:
            message = _("An expert is still reviewing case %(number)s. Take the expert off first, or wait.")
            raise Conflict(message % {"number": case.number}, code="still_reviewing")
        case.result = one.result
        case.result_reason = needed_words(one.reason, "reason", say_why)
        case.result_at, case.result_by = at, actor
    _save_cases(cases, ["result", "result_reason", "result_at", "result_by"], at)
    with history.gathered():
        for case in cases:
            result, reason = before[case.pk]
            changes = {"result": [result, case.result], "reason": [reason, case.result_reason]}
            remember(case, "reviewcase.concluded", changes, actor, at, chain=case.chain)
    _send_final(cases)
    return cases


@transaction.atomic
def confirm_results(*, round: ReviewRound, case_ids: Iterable[int], actor: User, at: datetime) -> list[Case]:
    """A second person confirms many conclusions at once; from now on they are final."""
    locked = lock_round(round, actor=actor)
    cases = _open_cases(locked, set(case_ids), actor)
    for case in cases:
        said = {"number": case.number}
        if not case.result:
            raise Conflict(_("Case %(number)s has no result to confirm yet.") % said, code="no_result")
        if case.result_by_id == actor.pk:
            message = _("You concluded case %(number)s yourself, so a second person has to confirm it.")
            raise Refused(message % said)
        case.confirmed_at, case.confirmed_by = at, actor
    _save_cases(cases, ["confirmed_at", "confirmed_by"], at)
    with history.gathered():
        for case in cases:
            changes = {"confirmed_by": [None, actor.get_username()]}
            remember(case, "reviewcase.confirmed", changes, actor, at, chain=case.chain)
    _send_final(cases)
    return cases


def _open_cases(round: ReviewRound, ids: Iterable[int], actor: User) -> list[Case]:
    """The cases, locked; refused where one is final already or the person had a part in it."""
    wished = set(ids)
    cases = list(
        Case.objects.select_for_update(of=("self",))
        .filter(round=round, pk__in=wished)
        .select_related("round__park", "incubator")
        .order_by("pk")
    )
    if not wished or len(cases) < len(wished):
        raise wrong("cases", _("Choose cases of this round."), "not_found")
    own = Assignment.objects.filter(
        Q(state__in=LOOKING) | Q(state=AssignmentState.RECUSED), case__in=cases, expert__user=actor
    )
    if own.exists():
        raise Refused(_("You are an expert in one of these cases, so somebody else decides about it."))
    if done := next((case for case in cases if case.is_final), None):
        message = _("The result of case %(number)s is final.") % {"number": done.number}
        raise Conflict(message, code="final")
    return cases


def _still_read(cases: Sequence[Case]) -> set[int]:
    rows = Assignment.objects.filter(case__in=cases, state=AssignmentState.ACCEPTED)
    return set(rows.values_list("case_id", flat=True))


def _save_cases(cases: Sequence[Case], fields: list[str], at: datetime) -> None:
    for case in cases:
        case.version += 1
        case.updated_at = at
    Case.objects.bulk_update(cases, [*fields, "version", "updated_at"], batch_size=500)


def _send_final(cases: Sequence[Case]) -> None:
    for case in cases:
        if case.is_final:
            result_final.send(sender=Case, case=case)
