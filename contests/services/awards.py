"""The award: decided by a person, confirmed by a second one, its money committed once; its milestones."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contests.enums import BidState, ChallengeState, MilestoneState
from contests.models import Award, Bid, Challenge, Milestone, Target
from contests.services.acting import (
    day_in,
    locked,
    needed_words,
    remember,
    require_administrator,
    touch,
    wrong,
)
from contests.services.challenges import RELATED, move_challenge
from core.errors import Conflict, FieldError, Invalid, Refused
from core.saving import assign, clean_value, save_checked
from evidence.models import EvidenceFile
from incubators.scope import Action, require
from ledger import services as ledger
from ledger.enums import InstalmentState
from ledger.services import Part

MILESTONE_FIELDS = ("title", "due_on", "amount")
MOST_MILESTONES = 8


def _locked_challenge(challenge: Challenge, actor: User) -> Challenge:
    record = locked(challenge, *RELATED)
    require_administrator(actor, record.park_id)
    return record


@transaction.atomic
def decide_award(
    *,
    challenge: Challenge,
    bid: Bid,
    amount: Decimal,
    reason: str,
    milestones: Sequence[Mapping[str, Any]],
    actor: User,
    at: datetime,
) -> Award:
    """A named person chooses a bid, with a reason; the milestones share the amount, and the last of them is
    the final acceptance. Deciding again replaces a decision that nobody confirmed."""
    record = _locked_challenge(challenge, actor)
    if record.state != ChallengeState.OPEN or day_in(record.park, at) <= record.bids_until:
        raise Conflict(_("An award is decided after the last day of bids."), code="sealed")
    if bid.challenge_id != record.pk or bid.state != BidState.SUBMITTED:
        raise wrong("bid", _("Choose one of the bids that stand."), "not_found")
    if record.budget is not None and bid.outside_name:
        message = _("Money is committed to a recorded enterprise, project or organisation. Record the team.")
        raise wrong("bid", message, "outside")
    Award.objects.filter(challenge=record).delete()
    award = Award(
        challenge=record,
        bid=bid,
        amount=clean_value(Award, "amount", amount) or Decimal(0),
        reason=needed_words(reason, "reason", _("Say why this bid was chosen.")),
        decided_at=at,
        decided_by=actor,
        updated_at=at,
    )
    if not 0 < award.amount <= record.amount:
        message = _("At most %(most)s %(currency)s are offered.")
        raise wrong("amount", message % {"most": f"{record.amount:,}", "currency": record.currency}, "range")
    save_checked(award)
    _save_milestones(award, milestones, at)
    changes = {"bid": [None, str(bid)], "amount": [None, award.amount], "reason": [None, award.reason]}
    remember(award, "award.decided", changes, actor, at)
    return award


def _save_milestones(award: Award, milestones: Sequence[Mapping[str, Any]], at: datetime) -> None:
    if not 1 <= len(milestones) <= MOST_MILESTONES:
        raise wrong("milestones", _("An award has 1 to %(most)d milestones.") % {"most": MOST_MILESTONES})
    rows = []
    for position, values in enumerate(milestones, start=1):
        milestone = Milestone(award=award, position=position, updated_at=at)
        assign(milestone, values, allowed=MILESTONE_FIELDS)
        milestone.amount = milestone.amount or Decimal(0)
        save_checked(milestone)
        rows.append(milestone)
    if any(later.due_on < earlier.due_on for earlier, later in zip(rows, rows[1:], strict=False)):
        raise wrong("milestones", _("Milestones follow one another: no later one is due earlier."), "order")
    total = sum((row.amount for row in rows), Decimal(0))
    if total != award.amount:
        message = _("The milestones total %(sum)s; they have to total %(total)s.")
        said = {"sum": f"{total:,}", "total": f"{award.amount:,}"}
        raise wrong("milestones", message % said, "total")


@transaction.atomic
def return_award(*, award: Award, reason: str, actor: User, at: datetime) -> None:
    """Send a decision back before it is confirmed; another one may be made."""
    _locked_challenge(award.challenge, actor)
    record = locked(award, "challenge__park", "bid__challenge__park", "bid__incubator")
    if record.confirmed_at is not None:
        raise Conflict(_("This award is confirmed."), code="confirmed")
    words = needed_words(reason, "reason", _("Say what has to be looked at again."))
    remember(record, "award.returned", {"reason": [None, words]}, actor, at)
    record.delete()


@transaction.atomic
def confirm_award(*, award: Award, actor: User, at: datetime) -> Award:
    """A second person confirms; with a budget the money is committed in this moment, once for its key."""
    challenge = _locked_challenge(award.challenge, actor)
    record: Award = locked(
        award,
        "challenge__park",
        "bid__incubator",
        "bid__enterprise",
        "bid__project",
        "bid__organisation",
        "bid__challenge__park",
    )
    if record.confirmed_at is not None:
        raise Conflict(_("This award is confirmed."), code="confirmed")
    if record.decided_by_id == actor.pk:
        raise Refused(_("You decided this yourself, so a second person has to confirm it."))
    record.confirmed_at, record.confirmed_by = at, actor
    milestones = list(record.milestones.all())
    if challenge.budget is not None:
        record.commitment = _commit(challenge, record, milestones, actor, at)
        _link_instalments(record, milestones)
    touch(record, at)
    save_checked(record)
    challenge.bids.filter(state=BidState.SUBMITTED).update(state=BidState.NOT_AWARDED, updated_at=at)
    Bid.objects.filter(pk=record.bid_id).update(state=BidState.AWARDED, updated_at=at)
    move_challenge(challenge, ChallengeState.AWARDED, record.reason, actor, at)
    changes = {
        "confirmed_by": [None, actor.get_username()],
        "commitment": [None, record.commitment.pk if record.commitment else None],
    }
    remember(record, "award.confirmed", changes, actor, at)
    return record


def _commit(
    challenge: Challenge, award: Award, milestones: Sequence[Milestone], actor: User, at: datetime
) -> Any:
    assert challenge.budget is not None
    return ledger.commit_money(
        budget=challenge.budget,
        amount=award.amount,
        purpose=challenge.name_zh[:200],
        key=f"challenge-{challenge.pk}-award",
        enterprise=award.bid.enterprise,
        project=award.bid.project,
        organisation=award.bid.organisation,
        base=f"challenge:{challenge.pk}",
        subject_kind="challenge",
        subject_id=challenge.pk,
        plan=[Part(one.amount, one.due_on, one.title) for one in milestones if one.amount > 0],
        actor=actor,
        at=at,
        provenance=challenge.provenance,
    )


def _link_instalments(award: Award, milestones: Sequence[Milestone]) -> None:
    assert award.commitment is not None
    rows = list(award.commitment.instalments.order_by("number"))
    for milestone, instalment in zip((one for one in milestones if one.amount > 0), rows, strict=True):
        milestone.instalment = instalment
    Milestone.objects.bulk_update(milestones, ["instalment"])


def _locked_milestone(milestone: Milestone) -> Milestone:
    locked(milestone.award.challenge)
    return locked(
        milestone,
        "award__challenge__park",
        "award__bid__incubator",
        "award__bid__challenge__park",
    )


def is_final(milestone: Milestone) -> bool:
    later: bool = milestone.award.milestones.filter(position__gt=milestone.position).exists()
    return not later


@transaction.atomic
def report_milestone(
    *,
    milestone: Milestone,
    words: str,
    evidence: Sequence[EvidenceFile],
    measured: Mapping[int, Any] | None = None,
    actor: User,
    at: datetime,
) -> Milestone:
    """The team's operator (or the park) reports a milestone as reached, with proof. The final report states
    what was measured for every acceptance criterion (``measured`` by id)."""
    record = _locked_milestone(milestone)
    require(Action.ENTER, user=actor, park_id=record.park_id, incubator_id=record.award.incubator_id)
    challenge = record.award.challenge
    if challenge.state != ChallengeState.AWARDED:
        raise Conflict(_("This challenge is not under way."), code="not_awarded")
    if record.state not in (MilestoneState.PLANNED, MilestoneState.REFUSED):
        raise Conflict(_("This milestone is reported already."), code="reported")
    earlier = record.award.milestones.filter(position__lt=record.position)
    if earlier.exclude(state=MilestoneState.ACCEPTED).exists():
        raise Conflict(_("The milestone before has to be accepted first."), code="order")
    record.words = needed_words(words, "words", _("Say what was reached."))
    if not evidence:
        raise wrong("files", _("Attach the proof."), "required")
    if any(file.park_id != record.park_id for file in evidence):
        raise wrong("files", _("This file belongs to another park."), "not_found")
    if is_final(record):
        _measure(challenge, measured or {})
    record.state, record.reason = MilestoneState.REPORTED, ""
    record.reported_at, record.reported_by = at, actor
    record.judged_at = record.judged_by = None
    touch(record, at)
    save_checked(record)
    record.evidence.set(evidence)
    if record.instalment is not None and record.instalment.state == InstalmentState.PLANNED:
        ledger.claim_condition(instalment=record.instalment, evidence=evidence[0], actor=actor, at=at)
    changes = {"words": [None, record.words], "evidence": [[], sorted(file.sha256 for file in evidence)]}
    remember(record, "milestone.reported", changes, actor, at)
    return record


def _measure(challenge: Challenge, measured: Mapping[int, Any]) -> None:
    errors = []
    targets = list(challenge.targets.all())
    for target in targets:
        target.measured = clean_value(Target, "measured", measured.get(target.pk))
        if target.measured is None:
            message = _("Say what was measured for “%(name)s”.") % {"name": target.name}
            errors.append(FieldError(f"measured_{target.pk}", message, "required"))
    if errors:
        raise Invalid(" ".join(str(error.message) for error in errors), fields=errors)
    for target in targets:
        save_checked(target)


def _judge(milestone: Milestone, actor: User) -> Milestone:
    record = _locked_milestone(milestone)
    require_administrator(actor, record.park_id)
    if record.state != MilestoneState.REPORTED:
        raise Conflict(_("This milestone is not reported yet, or judged already."), code="not_reported")
    if record.reported_by_id == actor.pk:
        raise Refused(_("You reported this yourself, so a second person judges it."))
    return record


@transaction.atomic
def accept_milestone(*, milestone: Milestone, reason: str = "", actor: User, at: datetime) -> Milestone:
    """A second person accepts. The instalment behind it may be paid; the final acceptance closes the
    challenge. Where a number was not reached, the acceptance says why all the same."""
    record = _judge(milestone, actor)
    challenge = record.award.challenge
    final = is_final(record)
    unmet = [target for target in challenge.targets.all() if target.is_met is False] if final else []
    if unmet:
        message = _("Not reached: %(names)s. Say why it is accepted all the same.")
        reason = needed_words(reason, "reason", message % {"names": ", ".join(map(str, unmet))})
    record.state, record.reason = MilestoneState.ACCEPTED, reason.strip()
    record.judged_at, record.judged_by = at, actor
    touch(record, at)
    save_checked(record)
    if record.instalment is not None and record.instalment.state == InstalmentState.CLAIMED:
        ledger.verify_condition(instalment=record.instalment, actor=actor, at=at)
    changes = {"state": [MilestoneState.REPORTED, record.state], "reason": [None, record.reason]}
    remember(record, "milestone.accepted", changes, actor, at)
    if final:
        move_challenge(locked(challenge, *RELATED), ChallengeState.SOLVED, record.reason, actor, at)
    return record


@transaction.atomic
def refuse_milestone(*, milestone: Milestone, reason: str, actor: User, at: datetime) -> Milestone:
    """A second person does not accept, with words that say what is missing; it may be reported again."""
    record = _judge(milestone, actor)
    record.reason = needed_words(reason, "reason", _("Say what is missing."))
    record.state, record.judged_at, record.judged_by = MilestoneState.REFUSED, at, actor
    touch(record, at)
    save_checked(record)
    if record.instalment is not None and record.instalment.state == InstalmentState.CLAIMED:
        ledger.return_condition(instalment=record.instalment, reason=record.reason, actor=actor, at=at)
    changes = {"state": [MilestoneState.REPORTED, record.state], "reason": [None, record.reason]}
    remember(record, "milestone.refused", changes, actor, at)
    return record
