"""Dividing the credit for a landing by agreement.

A proposal names the share of each incubator and its operator. Every involved incubator and the park answer;
when all agree, the shares are in force. After an objection the park administrator decides, with a reason.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.services import notify
from core import history
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import clean_text, clean_value, readable_integrity_errors, save_checked
from incubators.models import Incubator, Organisation
from incubators.scope import Action, require, scope_of
from incubators.selectors import operators_on, people_allowed
from projects.enums import ProposalState, SideAnswer
from projects.models import CreditAnswer, CreditProposal, CreditShare, Project, ProposedShare
from projects.models.credit import OPEN
from projects.reading.credit import answered_sides, may_answer_for, sides_of
from projects.services.records import local_day, lock, touch
from projects.services.shares import check_shares, put_in_force


@transaction.atomic
def propose_credit(
    *,
    project: Project,
    shares: Mapping[Incubator, Decimal],
    operators: Mapping[Incubator, Organisation] | None = None,
    words: str = "",
    actor: User,
    at: datetime,
) -> CreditProposal:
    """Propose a division; whoever proposes agrees for the sides that he may answer for."""
    locked = lock(project, actor=actor)
    cleaned = {site: clean_value(CreditShare, "percent", percent) for site, percent in shares.items()}
    check_shares(locked, cleaned)
    if CreditProposal.objects.filter(project=locked, state__in=OPEN).exists():
        raise Conflict(_("A proposal for this project is still open."), code="proposal_open")
    proposal = CreditProposal(
        project=locked,
        words=clean_text(words, field="words"),
        proposed_at=at,
        proposed_by=actor,
        updated_at=at,
    )
    save_checked(proposal)
    today = local_day(incubator=locked.incubator, park=locked.park, at=at)
    running = operators_on(cleaned, day=today)
    named = operators or {}
    with readable_integrity_errors(ProposedShare):
        ProposedShare.objects.bulk_create(
            ProposedShare(
                proposal=proposal,
                incubator=site,
                operator_id=named[site].pk if site in named else running[site.pk],
                percent=percent,
            )
            for site, percent in cleaned.items()
        )
    _remember(
        proposal,
        "credit.proposed",
        {"credit_shares": [None, _shown(proposal)], "words": [None, proposal.words]},
        actor,
        at,
    )
    for side in sides_of(proposal):
        if may_answer_for(actor, proposal, side):
            _answer(proposal, side, SideAnswer.AGREE, "", actor, at)
    _close_if_agreed(proposal, actor, at)
    _tell_sides(proposal, actor, at)
    return proposal


@transaction.atomic
def answer_proposal(
    *,
    proposal: CreditProposal,
    answer: str,
    words: str = "",
    incubator: Incubator | None = None,
    actor: User,
    at: datetime,
) -> CreditProposal:
    """Agree or object for one incubator or, without one, for the park. A side may change its mind while the
    proposal is open."""
    locked = _locked(proposal)
    _require_side(locked, incubator, actor)
    _check_open(locked)
    words = clean_text(words, field="words")
    if answer not in SideAnswer.values:
        raise Invalid(_("Agree or object."), fields=[FieldError("answer", _("Agree or object."), "unknown")])
    if answer == SideAnswer.OBJECT and not words:
        raise Invalid(
            _("Whoever objects says why."),
            fields=[FieldError("words", _("Write in a sentence what should be different."), "required")],
        )
    _answer(locked, incubator, answer, words, actor, at)
    objections = locked.answers.filter(answer=SideAnswer.OBJECT).exists()
    locked.state = ProposalState.OBJECTED if objections else ProposalState.OPEN
    _save(locked, at)
    _close_if_agreed(locked, actor, at)
    _tell_answer(locked, answer, words, actor, at)
    return locked


@transaction.atomic
def decide_proposal(
    *, proposal: CreditProposal, accept: bool, reason: str, actor: User, at: datetime
) -> CreditProposal:
    """The park administrator ends a dispute: the shares come into force, or the proposal is turned down."""
    locked = _locked(proposal)
    require(Action.MANAGE, user=actor, park_id=locked.project.park_id)
    _check_open(locked)
    if locked.state != ProposalState.OBJECTED:
        raise Conflict(
            _("Nobody has objected. The park decides only where the sides do not agree."), code="not_disputed"
        )
    reason = clean_text(reason, field="reason")
    if not reason:
        raise Invalid(
            _("The park gives the reason of its decision."),
            fields=[FieldError("reason", _("Write the reason; every side reads it."), "required")],
        )
    locked.closing_words = reason
    if accept:
        _put_in_force(locked, actor, at)
    _close(locked, ProposalState.DECIDED if accept else ProposalState.REJECTED, actor, at)
    _tell_end(locked, actor, at)
    return locked


@transaction.atomic
def withdraw_proposal(*, proposal: CreditProposal, actor: User, at: datetime) -> CreditProposal:
    """Take back a proposal of one's own; the park administrator may take back any."""
    locked = _locked(proposal)
    manages = scope_of(actor).allows(Action.MANAGE, park_id=locked.project.park_id)
    if locked.proposed_by_id != actor.pk and not manages:
        raise Refused(_("Only %(who)s or the park administrator can withdraw this proposal.")
                      % {"who": locked.proposed_by})  # fmt: skip
    _check_open(locked)
    _close(locked, ProposalState.WITHDRAWN, actor, at)
    return locked


# --- steps ---
def _locked(proposal: CreditProposal) -> CreditProposal:
    """Project first, then proposal: the order of every service of projects. Rights are checked per side."""
    project = (
        Project.objects.select_for_update(of=("self",))
        .select_related("park", "incubator")
        .filter(pk=proposal.project_id)
        .first()
    )
    if project is None:
        raise Conflict(_("This project has been deleted or merged into another one."), code="deleted")
    locked = (
        CreditProposal.objects.select_for_update(of=("self",))
        .select_related("proposed_by")
        .get(pk=proposal.pk)
    )
    locked.project = project
    return locked


def _check_open(proposal: CreditProposal) -> None:
    if not proposal.is_open:
        raise Conflict(
            _("This proposal is over: %(state)s.") % {"state": proposal.get_state_display()}, code="over"
        )


def _require_side(proposal: CreditProposal, side: Incubator | None, actor: User) -> None:
    if side is not None and side not in sides_of(proposal):
        raise Invalid(
            _("This incubator has no part in the proposal."),
            fields=[FieldError("incubator", _("Answer for an incubator that gets a share."), "not_found")],
        )
    if not may_answer_for(actor, proposal, side):
        raise Refused(
            _("Only the operator of %(incubator)s can answer for it.") % {"incubator": side}
            if side is not None
            else _("Only the park administrator can answer for the park.")
        )


def _answer(
    proposal: CreditProposal, side: Incubator | None, answer: str, words: str, actor: User, at: datetime
) -> None:
    row = CreditAnswer.objects.filter(proposal=proposal, incubator=side).first()
    row = row or CreditAnswer(proposal=proposal, incubator=side)
    row.answer, row.words, row.answered_at, row.answered_by = answer, words, at, actor
    save_checked(row)
    name = side.name_zh if side is not None else proposal.project.park.name_zh
    _remember(
        proposal,
        "credit.answered",
        {"answer": [None, f"{name}: {answer}"], "words": [None, words]},
        actor,
        at,
    )


def _close_if_agreed(proposal: CreditProposal, actor: User, at: datetime) -> None:
    answers = answered_sides(proposal)
    if all(answers.get(side.pk if side else None) == SideAnswer.AGREE for side in sides_of(proposal)):
        _put_in_force(proposal, actor, at)
        _close(proposal, ProposalState.AGREED, actor, at)
        _tell_end(proposal, actor, at)


def _put_in_force(proposal: CreditProposal, actor: User, at: datetime) -> None:
    rows = list(proposal.shares.select_related("incubator"))
    put_in_force(
        proposal.project,
        {row.incubator: row.percent for row in rows},
        {row.incubator_id: row.operator_id for row in rows},
        actor=actor,
        at=at,
    )


def _close(proposal: CreditProposal, state: str, actor: User, at: datetime) -> None:
    before, proposal.state = proposal.state, state
    proposal.closed_at, proposal.closed_by = at, actor
    _save(proposal, at)
    _remember(
        proposal,
        "credit.closed",
        {"state": [before, state], "closing_words": [None, proposal.closing_words]},
        actor,
        at,
    )


def _save(proposal: CreditProposal, at: datetime) -> None:
    proposal.version += 1
    proposal.updated_at = at
    save_checked(proposal)


def _shown(proposal: CreditProposal) -> dict[str, Decimal]:
    return {row.incubator.code: row.percent for row in proposal.shares.select_related("incubator")}


def _remember(
    proposal: CreditProposal, action: str, changes: Mapping[str, Any], actor: User, at: datetime
) -> None:
    project = proposal.project
    history.record(chain=project.chain, action=action, subject=proposal, changes=changes, actor=actor, at=at)
    if action == "credit.proposed":
        touch(project, at=at)


# --- whom to tell ---
def _people(proposal: CreditProposal, at: datetime) -> list[User]:
    """Everyone who may answer for a side, and who proposed it."""
    park_id, day = proposal.project.park_id, at.date()
    found = {user.pk: user for user in people_allowed(Action.MANAGE, park_id=park_id, day=day)}
    for side in sides_of(proposal):
        if side is not None:
            people = people_allowed(Action.ENTER, park_id=park_id, incubator_id=side.pk, day=day)
            found |= {user.pk: user for user in people}
    found[proposal.proposed_by_id] = proposal.proposed_by
    return list(found.values())


def _notify(proposal: CreditProposal, text: Any, key: str, actor: User, at: datetime) -> None:
    notify(
        users=[user for user in _people(proposal, at) if user.pk != actor.pk],
        kind="credit",
        text=text,
        url=reverse("project-credit-proposal", args=[proposal.pk]),
        key=key,
        at=at,
    )


def _tell_sides(proposal: CreditProposal, actor: User, at: datetime) -> None:
    if proposal.is_open:
        name = proposal.project.name
        _notify(
            proposal,
            lambda: (
                _("A division of the credit for “%(project)s” waits for your answer.") % {"project": name}
            ),
            f"credit-{proposal.pk}",
            actor,
            at,
        )


def _tell_answer(proposal: CreditProposal, answer: str, words: str, actor: User, at: datetime) -> None:
    if answer == SideAnswer.OBJECT:
        values = {"who": str(actor), "project": proposal.project.name, "words": words[:200]}
        _notify(
            proposal,
            lambda: _("%(who)s objects to the division of the credit for “%(project)s”: %(words)s") % values,
            f"credit-{proposal.pk}-{proposal.version}",
            actor,
            at,
        )


def _tell_end(proposal: CreditProposal, actor: User, at: datetime) -> None:
    name, state = proposal.project.name, ProposalState(proposal.state)
    _notify(
        proposal,
        lambda: (
            _("The division of the credit for “%(project)s” is settled: %(state)s.")
            % {"project": name, "state": state.label}
        ),
        f"credit-{proposal.pk}-over",
        actor,
        at,
    )
