"""Rules of the database for contests and challenges, broken past Python."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import F

from accounts.models import User
from contests import services
from contests.models import (
    Award,
    Bid,
    Challenge,
    ChallengeMove,
    Contest,
    ContestRound,
    Division,
    Entry,
    KeptFile,
    Milestone,
    Promotion,
    PromotionLine,
    SealedOffer,
    Target,
)
from incubators.models import Park
from reviews.models import Expert
from tests.constraints import broken
from tests.contests.cases import (
    LATER,
    make_award,
    make_bid,
    make_challenge,
    make_contest_round,
    make_division,
    make_entry,
    ranked,
)
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def test_an_edition_has_a_number_and_a_year(contest: Contest) -> None:
    with broken("contests_contest_edition"):
        Contest.objects.update(year=1900)


def test_divisions_are_once_and_in_order(bob: User, contest: Contest, division: Division) -> None:
    make_division(bob, contest, code="east")
    with broken("contests_division_once"):
        Division.objects.update(code="hn")
    with broken("contests_division_dates"):
        Division.objects.update(closes_on=date(2020, 1, 1))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"number": 1}, "contests_entry_number_once"),
        ({"secret_hash": "x"}, "contests_entry_secret_once"),
        ({"external_id": "A-1"}, "contests_entry_external_once"),
        ({"judged_at": NOW, "state": "admitted"}, "contests_entry_judged_pair"),
        ({"state": "admitted"}, "contests_entry_judged"),
        ({"refusal": "late"}, "contests_entry_refused_with_reason"),
    ],
)
def test_entries(bob: User, division: Division, values: dict[str, Any], rule: str) -> None:
    make_entry(bob, division)
    make_entry(bob, division)
    with broken(rule):
        Entry.objects.update(**values)


def test_rounds_have_their_place_and_a_rule(bob: User, contest: Contest, division: Division) -> None:
    make_contest_round(bob, contest, division, 1)
    make_contest_round(bob, contest, division, 2)
    with broken("contests_round_sequence_once"):
        ContestRound.objects.update(sequence=1)
    with broken("contests_round_rule"):
        ContestRound.objects.update(best=0)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"proposed_by": None}, "contests_promotion_proposed_pair"),
        ({"decided_at": NOW, "state": "decided"}, "contests_promotion_decided_pair"),
        ({"state": "confirmed", "confirmed_at": NOW}, "contests_promotion_confirmed_pair"),
        ({"state": "decided"}, "contests_promotion_state"),
    ],
)
def test_promotions(bob: User, grace: Expert, division: Division, values: dict[str, Any], rule: str) -> None:
    promotion = ranked(bob, grace, division, ["50", "40"])
    if rule == "contests_promotion_confirmed_pair":
        Promotion.objects.update(state="decided", decided_at=NOW, decided_by=bob)
    assert promotion.pk
    with broken(rule):
        Promotion.objects.update(**values)


def test_who_decides_does_not_confirm(bob: User, grace: Expert, division: Division) -> None:
    ranked(bob, grace, division, ["50"])
    Promotion.objects.update(state="decided", decided_at=NOW, decided_by=bob)
    with broken("contests_promotion_second_person"):
        Promotion.objects.update(state="confirmed", confirmed_at=NOW, confirmed_by=bob)


def test_only_a_confirmed_promotion_is_announced(
    bob: User, park: Park, grace: Expert, division: Division
) -> None:
    from tests.reviews.cases import make_notice

    ranked(bob, grace, division, ["50"])
    notice = make_notice(bob, park)
    with broken("contests_promotion_notice_last"):
        Promotion.objects.update(notice=notice)


def test_lines_are_once_and_depart_with_a_reason(bob: User, grace: Expert, division: Division) -> None:
    ranked(bob, grace, division, ["50", "40"])
    line = PromotionLine.objects.get(by_rule="in")
    with broken("contests_line_once"):
        PromotionLine.objects.update(entry=line.entry)
    with broken("contests_line_departs_with_reason"):
        PromotionLine.objects.filter(pk=line.pk).update(is_promoted=False)
    with broken("contests_line_departs_with_reason"):
        PromotionLine.objects.update(by_rule="tied", is_promoted=True)


def _kept(**owner: Any) -> KeptFile:
    count = KeptFile.objects.count()
    return KeptFile.objects.create(
        original_name="a.pdf",
        storage_name=f"contests/x{count}.pdf",
        content_type="application/pdf",
        size=1,
        sha256="a" * 64,
        received_on=NOW,
        **owner,
    )


def test_a_file_has_one_owner_and_is_kept_once(bob: User, park: Park, division: Division) -> None:
    entry, bid = make_entry(bob, division), make_bid(bob, make_challenge(bob, park))
    _kept(entry=entry)
    _kept(bid=bid)
    with broken("contests_file_once_per_entry"):
        _kept(entry=entry)
    with broken("contests_file_once_per_bid"):
        _kept(bid=bid)
    with broken("contests_file_one_owner"):
        KeptFile.objects.update(entry=entry, bid=bid)


def test_challenges_and_their_log(bob: User, park: Park) -> None:
    challenge = make_challenge(bob, park)
    with broken("contests_challenge_amount"):
        Challenge.objects.update(amount=-1)
    target = challenge.targets.get()
    with broken("contests_target_once"):
        Target.objects.create(
            challenge=challenge, position=target.position, name="x", relation="at_most", value=1
        )
    with broken("contests_move_ends_with_reason"):
        ChallengeMove.objects.update(to_state="failed")
    move = challenge.moves.get()
    with broken("contests_move_once"):
        ChallengeMove.objects.create(
            challenge=challenge,
            sequence=move.sequence,
            from_state="open",
            to_state="awarded",
            on=NOW.date(),
            moved_at=NOW,
            moved_by=bob,
        )


def test_bids_and_offers(bob: User, park: Park) -> None:
    challenge = make_challenge(bob, park)
    make_bid(bob, challenge)
    make_bid(bob, challenge)
    with broken("contests_bid_number_once"):
        Bid.objects.update(number=1)
    with broken("contests_bid_somebody"):
        Bid.objects.update(outside_name="")
    with broken("contests_offer_counts"):
        SealedOffer.objects.update(months=0)


@pytest.fixture
def award(bob: User, park: Park) -> Award:
    return make_award(bob, make_bid(bob, make_challenge(bob, park)))


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"decided_by": None}, "contests_award_decided_pair"),
        ({"confirmed_at": NOW}, "contests_award_confirmed_pair"),
        ({"confirmed_at": NOW, "confirmed_by": F("decided_by")}, "contests_award_second_person"),
        ({"reason": ""}, "contests_award_with_reason"),
    ],
)
def test_awards(award: Award, values: dict[str, Any], rule: str) -> None:
    with broken(rule):
        Award.objects.update(**values)


@pytest.mark.parametrize(
    ("values", "rule"),
    [
        ({"position": 1}, "contests_milestone_once"),
        ({"amount": Decimal(-1)}, "contests_milestone_amount"),
        ({"reported_at": NOW, "state": "reported"}, "contests_milestone_reported_pair"),
        ({"state": "reported"}, "contests_milestone_state"),
    ],
)
def test_milestones(award: Award, values: dict[str, Any], rule: str) -> None:
    with broken(rule):
        Milestone.objects.update(**values)


def test_who_reports_a_milestone_does_not_judge_it(bob: User, carol: User, award: Award) -> None:
    services.confirm_award(award=award, actor=carol, at=LATER)
    Milestone.objects.update(state="reported", reported_at=NOW, reported_by=bob)
    with broken("contests_milestone_second_person"):
        Milestone.objects.update(state="accepted", judged_at=NOW, judged_by=bob)
    with broken("contests_milestone_judged_pair"):
        Milestone.objects.update(state="accepted", judged_at=NOW)
    with broken("contests_milestone_refused_with_reason"):
        Milestone.objects.update(state="refused", judged_at=NOW, judged_by=carol)
