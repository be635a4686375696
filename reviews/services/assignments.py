"""Who reviews what: proposed with reasons, chosen by a person, told by a notice, recused for a conflict."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core.errors import Conflict, Invalid, Refused
from core.saving import save_checked
from incubators.scope import Action
from incubators.selectors import people_allowed
from reviews.calculator import Plan, propose, standing
from reviews.enums import AssignmentState, ConflictKind
from reviews.models import LOOKING, Assignment, Case, Expert, ReviewRound, Score
from reviews.problems import Conflict as Tie
from reviews.selectors import conflict_words, conflicts_of, pool_of, wanted
from reviews.services.acting import (
    day_in,
    lock_assignment,
    lock_case,
    lock_round,
    needed_words,
    remember,
    require_administrator,
    require_agreement,
    require_open,
    wrong,
)


@transaction.atomic
def propose_assignments(*, round: ReviewRound, region: str = "", actor: User | None, at: datetime) -> Plan:
    """Propose experts for every case that lacks some: by field, region wished for and free desk, never beyond
    a limit, never across a conflict. Proposals of before are thrown away; nobody is told yet."""
    locked = lock_round(round, actor=actor)
    require_open(locked)
    lock_pool(locked.park_id)
    Assignment.objects.filter(case__round=locked, state=AssignmentState.PROPOSED).delete()
    day = day_in(locked.park, at)
    candidates, experts = pool_of(locked.park_id, on=day)
    cases = list(locked.cases.filter(result="").order_by("number", "pk"))
    plan = propose(wanted(locked, cases, experts, on=day, region=region), candidates)
    Assignment.objects.bulk_create(
        [
            Assignment(
                case_id=choice.case_id,
                expert_id=choice.expert_id,
                reasons=choice.reasons,
                created_at=at,
                created_by=actor,
                updated_at=at,
            )
            for choice in plan.choices
        ]
    )
    told = {"proposed": [None, len(plan.choices)], "missing": [None, sum(plan.missing.values())]}
    remember(locked, "review.proposed", told, actor, at, chain=locked.chain)
    return plan


def lock_pool(park_id: int) -> None:
    """Two who give out cases at once would both find the same desk free."""
    list(Expert.objects.select_for_update().filter(park=park_id).order_by("pk").values_list("pk"))


@transaction.atomic
def choose_expert(*, case: Case, expert: Expert, actor: User, at: datetime) -> Assignment:
    """Put an expert beside a case by hand; refused with the reason where a conflict or a limit stands
    against it. He is told once invited."""
    locked = lock_case(case, actor=actor)
    require_open(locked.round)
    if locked.result:
        raise Conflict(_("This case is concluded."), code="concluded")
    if expert.park_id != locked.round.park_id:
        raise wrong("expert", _("This expert belongs to another park."), "not_found")
    lock_pool(expert.park_id)
    day = day_in(locked.round.park, at)
    candidates, experts = pool_of(expert.park_id, on=day)
    candidate = next((one for one in candidates if one.id == expert.pk), None)
    if candidate is None:
        raise wrong("expert", _("This expert is not active or has no agreement on this day."), "unavailable")
    (need,) = wanted(locked.round, [locked], {expert.pk: experts[expert.pk]}, on=day)
    if expert.pk in need.taken:
        raise Conflict(_("This expert already has this case."), code="reviews_assignment_once")
    is_able, reasons = standing(candidate, need)
    if not is_able:
        raise _refusal(reasons)
    assignment = Assignment(
        case=locked,
        expert=expert,
        reasons=[{"code": "chosen", "who": str(actor)}, *reasons],
        created_at=at,
        created_by=actor,
        updated_at=at,
    )
    save_checked(assignment)
    _remember(assignment, "assignment.chosen", {"expert": [None, expert.name_zh]}, actor, at)
    return assignment


def _refusal(reasons: Sequence[dict[str, Any]]) -> Invalid:
    """Why the expert cannot have the case, in the words of the page."""
    reason = reasons[0]
    if reason["code"] == "conflict":
        message = conflict_words(reason["kind"], reason["about"])
        return wrong("expert", message, "conflict_of_interest")
    message = _("This expert has %(count)s of %(most)s cases and takes no more.") % reason
    return wrong("expert", message, "load")


@transaction.atomic
def drop_proposal(*, assignment: Assignment, actor: User, at: datetime) -> None:
    """Take a proposed expert off the list again; nobody was told."""
    locked = lock_assignment(assignment)
    require_administrator(actor, locked.case.round.park_id)
    if locked.state != AssignmentState.PROPOSED:
        raise Conflict(_("This expert has been invited already."), code="not_proposed")
    _remember(locked, "assignment.dropped", {"expert": [locked.expert.name_zh, None]}, actor, at)
    locked.delete()


@transaction.atomic
def invite_experts(*, round: ReviewRound, actor: User | None, at: datetime) -> list[Assignment]:
    """Confirm what is proposed: each expert is told. A conflict that turned up meanwhile recuses instead."""
    locked = lock_round(round, actor=actor)
    require_open(locked)
    proposed = list(
        Assignment.objects.select_for_update(of=("self",))
        .filter(case__round=locked, state=AssignmentState.PROPOSED)
        .select_related("case__round__park", "case__incubator", "expert__user")
        .order_by("pk")
    )
    require_agreement((one.expert for one in proposed), day_in(locked.park, at))
    ties = _ties(proposed, at)
    invited = []
    for assignment in proposed:
        if tie := ties.get((assignment.case_id, assignment.expert_id)):
            recuse_now(assignment, tie[0].kind, tie[0].about, None, at)
            continue
        assignment.state = AssignmentState.INVITED
        assignment.invited_at, assignment.invited_by = at, actor
        _save(assignment, at)
        invited.append(assignment)
    told = {"experts": [None, sorted({str(one.expert.name_zh) for one in invited})]}
    remember(locked, "review.invited", told, actor, at, chain=locked.chain)
    tell_experts(locked, invited, at)
    return invited


def _ties(assignments: Iterable[Assignment], at: datetime) -> dict[tuple[int, int], list[Tie]]:
    rows = list(assignments)
    if not rows:
        return {}
    experts = {row.expert_id: row.expert for row in rows}
    cases = {row.case_id: row.case for row in rows}
    day = day_in(rows[0].case.round.park, at)
    return dict(conflicts_of(experts.values(), cases.values(), on=day))


def tell_experts(round: ReviewRound, invited: Sequence[Assignment], at: datetime) -> None:
    counts: dict[int, int] = {}
    people: dict[int, User] = {}
    for assignment in invited:
        if assignment.expert.user is not None:
            people[assignment.expert.user.pk] = assignment.expert.user
            counts[assignment.expert.user.pk] = counts.get(assignment.expert.user.pk, 0) + 1
    for key, person in people.items():
        notify(
            users=[person],
            kind="review",
            text=partial(_invitation, counts[key], round.name),
            url=reverse("review-mine"),
            at=at,
        )


def _invitation(count: int, round: str) -> str:
    return _("You are asked to review cases of “%(round)s”: %(count)d") % {"count": count, "round": round}


@transaction.atomic
def answer_assignment(
    *,
    assignment: Assignment,
    accept: bool,
    conflict: bool = False,
    words: str = "",
    actor: User,
    at: datetime,
) -> Assignment:
    """The expert answers: he declares a conflict (and is recused), accepts (declaring that there is none),
    or declines with a reason. A conflict that is on record recuses him whatever he answers."""
    locked = lock_assignment(assignment)
    require_expert(locked, actor)
    require_open(locked.case.round)
    if locked.state != AssignmentState.INVITED:
        raise Conflict(_("This invitation is answered already."), code="answered")
    if conflict:
        said = needed_words(words, "words", _("Say what ties you to the case."))
        locked.declared_at = at
        return recuse_now(locked, ConflictKind.DECLARED, said, actor, at)
    if tie := _ties([locked], at).get((locked.case_id, locked.expert_id)):
        locked.declared_at = at
        return recuse_now(locked, tie[0].kind, tie[0].about, None, at)
    if not accept:
        locked.words = needed_words(words, "words", _("Say why you decline, in a few words."))
        locked.state = AssignmentState.DECLINED
        _save(locked, at)
        _remember(locked, "assignment.declined", {"words": [None, locked.words]}, actor, at)
        _tell_administrators(
            locked,
            lambda: _("An expert declined “%(title)s”. Choose another.") % {"title": locked.case.title},
            at,
        )
        return locked
    require_agreement([locked.expert], day_in(locked.case.round.park, at))
    locked.state, locked.declared_at = AssignmentState.ACCEPTED, at
    _save(locked, at)
    _remember(locked, "assignment.accepted", {"state": [AssignmentState.INVITED, locked.state]}, actor, at)
    return locked


def require_expert(assignment: Assignment, actor: User) -> None:
    """Only the expert himself answers and gives marks."""
    if assignment.expert.user_id != actor.pk:
        raise Refused(_("Only the expert himself can do this."))


@transaction.atomic
def declare_conflict(*, assignment: Assignment, words: str, actor: User, at: datetime) -> Assignment:
    """The expert finds a conflict after he accepted: he is recused, and his marks no longer count."""
    locked = lock_assignment(assignment)
    require_expert(locked, actor)
    if locked.state not in (AssignmentState.ACCEPTED, AssignmentState.SUBMITTED):
        raise Conflict(_("There is nothing to declare here."), code="not_reviewing")
    said = needed_words(words, "words", _("Say what ties you to the case."))
    return recuse_now(locked, ConflictKind.DECLARED, said, actor, at)


@transaction.atomic
def recuse_expert(*, assignment: Assignment, words: str, actor: User, at: datetime) -> Assignment:
    """The park found a conflict that no record shows: the expert is recused, with the reason."""
    locked = lock_assignment(assignment)
    require_administrator(actor, locked.case.round.park_id)
    if locked.state == AssignmentState.RECUSED:
        raise Conflict(_("This expert is recused already."), code="recused")
    said = needed_words(words, "words", _("Say what ties the expert to the case."))
    return recuse_now(locked, ConflictKind.PARK, said, actor, at)


@transaction.atomic
def recheck_assignment(*, assignment: Assignment, at: datetime) -> Assignment:
    """Look again whether anything ties the expert to the case by now; if so he is recused at once."""
    rows = Assignment.objects.select_related("case__round__park", "expert").filter(state__in=LOOKING)
    fresh = rows.filter(pk=assignment.pk).first()
    if fresh is None:
        return assignment
    tie = _ties([fresh], at).get((fresh.case_id, fresh.expert_id))
    if tie is None:
        return assignment
    return recuse_now(lock_assignment(assignment), tie[0].kind, tie[0].about, None, at)


def recuse_now(assignment: Assignment, kind: str, words: str, actor: User | None, at: datetime) -> Assignment:
    """Set marks aside, close the case to the expert, tell the administrators."""
    if assignment.state == AssignmentState.RECUSED:
        return assignment
    set_aside = Score.objects.filter(assignment=assignment, is_current=True).update(is_current=False)
    before = assignment.state
    assignment.state, assignment.conflict, assignment.words = AssignmentState.RECUSED, kind, words
    _save(assignment, at)
    changes = {
        "state": [before, AssignmentState.RECUSED],
        "conflict": [None, kind],
        "words": [None, words],
        "expert": [assignment.expert.name_zh, assignment.expert.name_zh],
        "marks_set_aside": [0, set_aside],
    }
    _remember(assignment, "assignment.recused", changes, actor, at)
    _tell_administrators(
        assignment,
        lambda: (
            _("%(expert)s is recused from “%(title)s”. Choose another expert.")
            % {"expert": assignment.expert.name, "title": assignment.case.title}
        ),
        at,
    )
    return assignment


@transaction.atomic
def withdraw_assignment(*, assignment: Assignment, words: str, actor: User, at: datetime) -> Assignment:
    """Take an expert off a case before he gave marks, such as one who does not answer."""
    locked = lock_assignment(assignment)
    require_administrator(actor, locked.case.round.park_id)
    if not locked.is_open:
        raise Conflict(_("Only an expert who has not given marks is taken off."), code="not_open")
    locked.words = needed_words(words, "words", _("Say why."))
    before, locked.state = locked.state, AssignmentState.WITHDRAWN
    _save(locked, at)
    changes = {"state": [before, locked.state], "words": [None, locked.words]}
    _remember(locked, "assignment.withdrawn", changes, actor, at)
    if locked.expert.user is not None:
        notify(
            users=[locked.expert.user],
            kind="review",
            text=lambda: (
                _("A case of “%(round)s” is no longer yours to review.") % {"round": locked.case.round.name}
            ),
            url=reverse("review-mine"),
            at=at,
        )
    return locked


def _save(assignment: Assignment, at: datetime) -> None:
    assignment.version += 1
    assignment.updated_at = at
    save_checked(assignment)


def _remember(
    assignment: Assignment, action: str, changes: dict[str, Any], actor: User | None, at: datetime
) -> None:
    """On the park's chain: an operator who reads his incubator's history learns of no expert."""
    remember(assignment, action, changes, actor, at, chain=assignment.case.round.chain)


def _tell_administrators(assignment: Assignment, text: Any, at: datetime) -> None:
    """The administrators, but for the expert himself and whoever else is recused from the case."""
    recused = Q(expert_records__assignments__case=assignment.case_id,
                expert_records__assignments__state=AssignmentState.RECUSED)  # fmt: skip
    people = people_allowed(Action.MANAGE, park_id=assignment.case.round.park_id, day=at.date())
    users = people.exclude(pk=assignment.expert.user_id or 0)
    barred = set(User.objects.filter(recused).values_list("pk", flat=True))
    notify(
        users=[user for user in users if user.pk not in barred],
        kind="review",
        text=text,
        url=reverse("review-case", args=[assignment.case_id]),
        at=at,
    )
