"""Bids: given in under seal, withdrawn before the deadline, binding after it."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from contests.enums import BidState, ChallengeState
from contests.models import Bid, Challenge, SealedOffer
from contests.services.acting import day_in, locked, needed_words, remember, touch, wrong
from contests.services.challenges import RELATED
from contests.services.keeping import Upload, keep_files
from core.enums import Provenance
from core.errors import Conflict
from core.saving import assign, save_checked
from evidence.services import storage
from incubators.models import Incubator
from incubators.scope import Action, require, scope_of

BIDDER_FIELDS = ("enterprise", "project", "organisation", "outside_name")
OFFER_FIELDS = ("price", "months", "proposal")


@transaction.atomic
def submit_bid(
    *,
    challenge: Challenge,
    incubator: Incubator | None,
    values: Mapping[str, Any],
    files: Sequence[Upload] = (),
    actor: User,
    at: datetime,
    provenance: str = Provenance.RECORDED,
) -> Bid:
    """Give in a bid for a team. ``values``: one of ``BIDDER_FIELDS`` and all of ``OFFER_FIELDS``. The history
    keeps the hash of the offer, not the offer."""
    require(
        Action.ENTER,
        user=actor,
        park_id=challenge.park_id,
        incubator_id=incubator.pk if incubator else None,
    )
    record = locked(challenge, *RELATED)
    if record.state != ChallengeState.OPEN or day_in(record.park, at) > record.bids_until:
        raise Conflict(_("This challenge takes no bids at present."), code="closed")
    bid = Bid(
        challenge=record,
        incubator=incubator,
        number=(record.bids.aggregate(last=Max("number"))["last"] or 0) + 1,
        provenance=provenance,
        submitted_at=at,
        submitted_by=actor,
        updated_at=at,
    )
    offer = SealedOffer()
    assign(bid, {name: values[name] for name in BIDDER_FIELDS if name in values}, allowed=BIDDER_FIELDS)
    assign(offer, {name: values.get(name) for name in OFFER_FIELDS}, allowed=OFFER_FIELDS)
    needed_words(offer.proposal, "proposal", _("Describe the solution you propose."))
    _check_bidder(bid, actor)
    save_checked(bid)
    offer.bid, offer.salt = bid, secrets.token_hex(16)
    offer.sha256 = hash_of(offer)
    save_checked(offer)
    kept = keep_files(files, bid=bid, at=at)
    changes = {
        "bidder": [None, bid.bidder],
        "sealed offer (SHA-256)": [None, offer.sha256],
        "files": [[], sorted(file.sha256 for file in kept)],
    }
    remember(bid, "bid.submitted", changes, actor, at)
    return bid


def hash_of(offer: SealedOffer) -> str:
    """Of salt, price, months and proposal, a line each: whoever has them can check what was given in."""
    text = f"{offer.salt}\n{offer.price:.2f}\n{offer.months}\n{offer.proposal}"
    if not offer.salt:  # given in before there was one
        text = text.removeprefix("\n")
    return hashlib.sha256(text.encode()).hexdigest()


def _check_bidder(bid: Bid, actor: User) -> None:
    chosen = [name for name in BIDDER_FIELDS if getattr(bid, name)]
    if len(chosen) != 1:
        raise wrong("outside_name", _("Name the team in one of these fields, and only in one."), "one")
    for name in ("enterprise", "project"):
        linked = getattr(bid, name)
        if linked is None:
            continue
        seen = linked.park_id == bid.park_id and scope_of(actor).allows(
            Action.READ, park_id=linked.park_id, incubator_id=linked.incubator_id
        )
        if not seen:
            raise wrong(name, _("Choose one of the records of this park."), "not_found")
    if bid.enterprise is not None and bid.enterprise == bid.challenge.publisher:
        raise wrong("enterprise", _("Whoever publishes a challenge does not bid for it."), "publisher")
    same = bid.challenge.bids.filter(state=BidState.SUBMITTED, **{chosen[0]: getattr(bid, chosen[0])})
    if same.exists():
        raise Conflict(_("This team has a bid here already. Withdraw that one first."), code="bid_twice")


@transaction.atomic
def withdraw_bid(*, bid: Bid, actor: User, at: datetime) -> Bid:
    """Take a bid back before the deadline. Its offer and its papers are destroyed unread."""
    challenge = locked(bid.challenge, *RELATED)
    record = locked(bid, "challenge__park", "incubator", "enterprise", "project", "organisation")
    require(Action.ENTER, user=actor, park_id=challenge.park_id, incubator_id=record.incubator_id)
    if record.state != BidState.SUBMITTED:
        raise Conflict(
            _("This bid is “%(state)s”.") % {"state": record.get_state_display()}, code="not_submitted"
        )
    if day_in(challenge.park, at) > challenge.bids_until:
        raise Conflict(_("Bids are binding after their last day."), code="binding")
    record.state = BidState.WITHDRAWN
    touch(record, at)
    save_checked(record)
    names = list(record.files.values_list("storage_name", flat=True))
    record.files.all().delete()
    SealedOffer.objects.filter(bid=record).delete()
    transaction.on_commit(partial(_destroy, names))
    changes = {"state": [BidState.SUBMITTED, record.state]}
    remember(record, "bid.withdrawn", changes, actor, at)
    return record


def _destroy(names: Sequence[str]) -> None:
    for name in names:
        storage().delete(name)
