"""Challenges: written, published, extended, reviewed, ended. Each move is one row of the log."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from contests.enums import BidState, ChallengeState
from contests.models import Challenge, ChallengeMove, KeptFile, SealedOffer, Target
from contests.services.acting import (
    day_in,
    locked,
    needed_words,
    remember,
    require_administrator,
    touch,
    wrong,
)
from contests.services.keeping import take_in
from contests.stages import WITH_REASON, may_follow
from core import history
from core.enums import Provenance
from core.errors import Conflict, FieldError, Incomplete
from core.saving import assign, clean_text, save_checked, values_of
from incubators.models import Park
from incubators.scope import Action, require
from ledger.services import release_commitment
from reviews import services as reviews
from reviews.models import Case, ReviewRound
from reviews.services import NewCase

CHALLENGE_FIELDS = (
    "name_zh",
    "name_en",
    "publisher",
    "field",
    "problem",
    "amount",
    "currency",
    "bids_until",
    "budget",
)
TARGET_FIELDS = ("name", "relation", "value", "unit")
MOST_TARGETS = 12
#: How bids are called among the cases of reviews.
BID = "challenge-bid"
RELATED = ("park", "incubator", "publisher", "budget", "field", "review_round")


@transaction.atomic
def save_challenge(
    *,
    challenge: Challenge | None,
    park: Park,
    values: Mapping[str, Any],
    targets: Sequence[Mapping[str, Any]] | None = None,
    actor: User,
    at: datetime,
    expected_version: int | None = None,
    provenance: str = Provenance.RECORDED,
) -> Challenge:
    """Write or change a challenge. Operators write for the enterprises of their incubator. Once published,
    only the last day of bids may move, to a later one, while it has not passed."""
    if challenge is None:
        record = Challenge(
            park=park,
            provenance=provenance,
            created_at=at,
            created_by=actor,
            updated_at=at,
        )
        before: dict[str, Any] = {}
    else:
        record = locked(challenge, *RELATED, expected_version=expected_version)
        _require_writing(record, actor)
        before = values_of(record, CHALLENGE_FIELDS)
    assign(record, values, allowed=CHALLENGE_FIELDS)
    record.incubator = record.publisher.incubator if record.publisher else None
    _require_writing(record, actor)
    changes = history.changed_fields(before, values_of(record, CHALLENGE_FIELDS))
    if challenge is not None and record.state != ChallengeState.DRAFT:
        _check_published(record, changes, targets, day_in(record.park, at))
    _check_links(record)
    if challenge is not None:
        touch(record, at)
    save_checked(record)
    if targets is not None:
        changes["targets"] = [None, _save_targets(record, targets)]
    if changes:
        remember(record, "challenge.changed" if challenge else "challenge.created", changes, actor, at)
    return record


def _require_writing(challenge: Challenge, actor: User) -> None:
    require(Action.ENTER, user=actor, park_id=challenge.park_id, incubator_id=challenge.incubator_id)


def _check_links(challenge: Challenge) -> None:
    for name in ("publisher", "budget"):
        linked = getattr(challenge, name)
        if linked is not None and linked.park_id != challenge.park_id:
            raise wrong(name, _("This belongs to another park."), "not_found")
    if challenge.budget is not None and challenge.budget.currency != challenge.currency:
        raise wrong("budget", _("This budget is kept in another currency."), "currency")


def _check_published(challenge: Challenge, changes: Mapping[str, Any], targets: Any, today: date) -> None:
    frozen = sorted(set(changes) - {"bids_until"})
    if frozen or targets is not None:
        field = frozen[0] if frozen else "targets"
        raise wrong(field, _("The challenge is published, so this stays as it is."), "frozen")
    if "bids_until" not in changes:
        return
    earlier = date.fromisoformat(str(changes["bids_until"][0]))
    if challenge.state != ChallengeState.OPEN or today > earlier:
        raise wrong("bids_until", _("Bids are opened, so the last day stays."), "opened")
    if challenge.bids_until < earlier:
        # An earlier day would open offers that teams gave in under seal.
        raise wrong("bids_until", _("The last day can only be moved to a later one."), "earlier")


def _save_targets(challenge: Challenge, targets: Sequence[Mapping[str, Any]]) -> list[str]:
    if len(targets) > MOST_TARGETS:
        raise wrong("targets", _("At most %(most)d acceptance criteria.") % {"most": MOST_TARGETS})
    challenge.targets.all().delete()
    said = []
    for position, values in enumerate(targets, start=1):
        target = Target(challenge=challenge, position=position)
        assign(target, values, allowed=TARGET_FIELDS)
        save_checked(target)
        said.append(str(target))
    return said


@transaction.atomic
def publish_challenge(*, challenge: Challenge, actor: User, at: datetime) -> Challenge:
    """Publish a draft that is whole: with money, with numbers for the acceptance, with days to bid."""
    record = locked(challenge, *RELATED)
    require_administrator(actor, record.park_id)
    if record.state != ChallengeState.DRAFT:
        raise Conflict(_("This challenge is published already."), code="not_draft")
    missing = []
    if not record.targets.exists():
        missing.append(FieldError("targets", _("Write at least one acceptance criterion with its number.")))
    if record.bids_until < day_in(record.park, at):
        missing.append(FieldError("bids_until", _("The last day of bids has passed. Choose a later one.")))
    if record.amount <= 0:
        missing.append(FieldError("amount", _("Say how much money is offered.")))
    if missing:
        raise Incomplete(" ".join(str(item.message) for item in missing), fields=missing)
    return move_challenge(record, ChallengeState.OPEN, "", actor, at)


def move_challenge(challenge: Challenge, to: str, reason: str, actor: User, at: datetime) -> Challenge:
    """One move of a challenge that is locked, by the table of moves, with its row of the log."""
    if not may_follow(challenge.state, to):
        raise Conflict(
            _("This challenge is “%(state)s”.") % {"state": challenge.get_state_display()}, code="move"
        )
    words = clean_text(reason, field="reason")
    if to in WITH_REASON:
        words = needed_words(reason, "reason", _("Say why the challenge ends."))
    move = ChallengeMove(
        challenge=challenge,
        sequence=challenge.moves.count() + 1,
        from_state=challenge.state,
        to_state=to,
        on=day_in(challenge.park, at),
        reason=words,
        moved_at=at,
        moved_by=actor,
    )
    save_checked(move)
    challenge.state = to
    touch(challenge, at)
    save_checked(challenge)
    changes = {"state": [move.from_state, to], "reason": [None, words]}
    remember(challenge, "challenge.moved", changes, actor, at)
    return challenge


@transaction.atomic
def end_challenge(*, challenge: Challenge, reason: str, actor: User, at: datetime) -> Challenge:
    """End it without an award or acceptance: money that is not on its way goes back to the budget."""
    record = locked(challenge, *RELATED)
    require_administrator(actor, record.park_id)
    words = needed_words(reason, "reason", _("Say why the challenge ends."))
    if record.state == ChallengeState.OPEN:
        if hasattr(record, "award"):
            raise Conflict(_("An award waits to be confirmed. Send it back first."), code="award_waits")
        record.bids.filter(state=BidState.SUBMITTED).update(state=BidState.NOT_AWARDED, updated_at=at)
        return move_challenge(record, ChallengeState.UNAWARDED, words, actor, at)
    ended = move_challenge(record, ChallengeState.FAILED, words, actor, at)
    commitment = record.award.commitment
    if commitment is not None and commitment.open_amount > 0:
        release_commitment(
            commitment=commitment, key=f"challenge-{record.pk}-ended", reason=words, actor=actor, at=at
        )
    return ended


@transaction.atomic
def open_bid_review(
    *,
    challenge: Challenge,
    review: Mapping[str, Any],
    criteria: Sequence[Mapping[str, Any]],
    actor: User,
    at: datetime,
) -> ReviewRound:
    """Let experts judge the bids, once they are opened: one case for each, with its papers."""
    record = locked(challenge, *RELATED)
    require_administrator(actor, record.park_id)
    today = day_in(record.park, at)
    if record.state != ChallengeState.OPEN or today <= record.bids_until:
        raise Conflict(_("Bids are judged after their last day."), code="sealed")
    if record.review_round is not None:
        raise Conflict(_("These bids have their review already."), code="has_review")
    rows = record.bids.filter(state=BidState.SUBMITTED)
    bids = list(rows.select_related("enterprise", "project", "organisation", "incubator").order_by("number"))
    if not bids:
        raise Conflict(_("Nobody has bid."), code="nobody")
    round = reviews.open_round(
        park=record.park,
        values={"name": record.name_zh[:160], **review},
        criteria=criteria,
        actor=actor,
        at=at,
        provenance=record.provenance,
    )
    offers = {offer.bid_id: offer for offer in SealedOffer.objects.filter(bid__in=bids)}
    reviews.add_cases(
        round=round,
        items=[
            NewCase(
                subject_kind=BID,
                subject_id=bid.pk,
                title=f"{record.name_zh} · {bid.number:02d}"[:300],
                applicant=bid.bidder,
                summary=offer_in_words(offers[bid.pk], record.currency),
                field=record.field.code if record.field else "",
                enterprise=bid.enterprise,
                project=bid.project,
                incubator=bid.incubator,
                files=[
                    take_in(
                        file,
                        park=record.park,
                        incubator=bid.incubator,
                        actor=actor,
                        at=at,
                        provenance=record.provenance,
                    )
                    for file in KeptFile.objects.filter(bid=bid).select_related("evidence")
                ],
            )
            for bid in bids
        ],
        actor=actor,
        at=at,
    )
    record.review_round = round
    touch(record, at)
    save_checked(record)
    remember(record, "challenge.reviewed", {"review_round": [None, round.pk]}, actor, at)
    return round


def offer_in_words(offer: SealedOffer, currency: str) -> str:
    price = f"{offer.price.quantize(Decimal('0.01')):,}"
    terms = _("Price %(price)s %(currency)s, %(months)d months.")
    return f"{terms % {'price': price, 'currency': currency, 'months': offer.months}}\n{offer.proposal}"


def cases_of_bids(challenge: Challenge) -> dict[int, Case]:
    """The review cases of the bids, by bid."""
    if challenge.review_round_id is None:
        return {}
    rows = Case.objects.filter(round=challenge.review_round_id, subject_kind=BID)
    return {case.subject_id: case for case in rows.select_related("round", "result_by", "confirmed_by")}
