"""Challenges: published whole, bid for under seal, awarded by two people, accepted by milestones."""

import hashlib
import io
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from contests import services
from contests.models import Bid, Challenge, KeptFile, SealedOffer
from contests.services.challenges import cases_of_bids
from contests.stages import MOVES, may_follow
from core.errors import Conflict, DomainError, Incomplete, Invalid, Refused
from core.models import HistoryEntry
from evidence.services import store_evidence
from incubators.models import Incubator, Park
from ledger.models import Budget, Commitment
from ledger.services import approve_change, propose_change, save_budget
from tests import factories
from tests.concurrency import together
from tests.contests.cases import LATER, make_award, make_bid, make_challenge, pdf
from tests.factories import NOW

pytestmark = pytest.mark.django_db
LAST_DAY = datetime(2021, 6, 10, 15, 59, tzinfo=UTC)  # 23:59 in the park


def test_every_state_is_in_the_table_of_moves() -> None:
    from contests.enums import ChallengeState

    assert set(MOVES) == set(ChallengeState.values)
    assert [may_follow("draft", "awarded"), may_follow("solved", "open")] == [False, False]


def test_a_challenge_is_published_whole(bob: User, park: Park) -> None:
    draft = make_challenge(bob, park, is_open=False, amount=Decimal(0), bids_until=date(2021, 5, 1))
    services.save_challenge(challenge=draft, park=park, values={}, targets=[], actor=bob, at=NOW)
    with pytest.raises(Incomplete) as refused:
        services.publish_challenge(challenge=draft, actor=bob, at=NOW)
    assert [error.field for error in refused.value.fields] == ["targets", "bids_until", "amount"]


def test_a_published_challenge_only_gives_more_time(bob: User, park: Park) -> None:
    challenge = make_challenge(bob, park)

    def save(at: datetime = NOW, **values: Any) -> Challenge:
        return services.save_challenge(challenge=challenge, park=park, values=values, actor=bob, at=at)

    for values in ({"amount": Decimal(2)}, {"bids_until": date(2021, 6, 5)}):
        with pytest.raises(Invalid):
            save(**values)
    assert save(bids_until=date(2021, 6, 12)).bids_until == date(2021, 6, 12)
    with pytest.raises(Invalid):
        save(LATER, bids_until=date(2021, 7, 1))
    with pytest.raises(Conflict):
        services.publish_challenge(challenge=challenge, actor=bob, at=NOW)


def test_nobody_reads_an_offer_before_the_deadline(
    alice: User, bob: User, dora: User, park: Park, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge = make_challenge(bob, park)
    services.submit_bid(
        challenge=challenge,
        incubator=zhangjiang,
        values={"outside_name": "示例队", "price": Decimal("787878.00"), "months": 7, "proposal": "绝密方案"},
        files=[pdf()],
        actor=alice,
        at=NOW,
    )
    for moment, seen in ((NOW, 0), (LAST_DAY, 0), (LATER, 1)):
        monkeypatch.setattr("django.utils.timezone.now", lambda moment=moment: moment)
        for person in (alice, bob, dora):
            counts = (
                SealedOffer.objects.visible_to(person).count(),
                KeptFile.objects.visible_to(person).count(),
            )
            assert counts == (seen, seen), (person, moment)
    # The history keeps the hash, by which what was given in can be proved, and nothing else of it.
    told = HistoryEntry.objects.get(action="bid.submitted")
    offer = SealedOffer.objects.get()
    guessed = hashlib.sha256("787878.00\n7\n绝密方案".encode()).hexdigest()
    digest = hashlib.sha256(f"{offer.salt}\n787878.00\n7\n绝密方案".encode()).hexdigest()
    assert (len(offer.salt), guessed == digest, offer.salt in str(told.changes)) == (32, False, False)
    assert told.changes["sealed offer (SHA-256)"] == [None, digest]
    assert "绝密方案" not in str(told.changes)


def test_a_stranger_sees_neither_bid_nor_offer_even_when_opened(
    bob: User, charlie: User, alice: User, erik: User, park: Park, zhangjiang: Incubator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    make_bid(alice, make_challenge(bob, park), zhangjiang)
    monkeypatch.setattr("django.utils.timezone.now", lambda: LATER)
    for person in (charlie, erik):
        seen = (Bid.objects.visible_to(person).count(), SealedOffer.objects.visible_to(person).count())
        assert seen == (0, 0)


def test_bids_close_with_the_last_day_and_are_binding_after_it(bob: User, park: Park) -> None:
    challenge = make_challenge(bob, park)
    values = {"outside_name": "示例末班车队", "price": Decimal(1), "months": 1, "proposal": "x"}
    bid = services.submit_bid(challenge=challenge, incubator=None, values=values, actor=bob, at=LAST_DAY)
    with pytest.raises(Conflict):
        services.submit_bid(
            challenge=challenge, incubator=None, values={**values, "outside_name": "y"}, actor=bob, at=LATER
        )
    with pytest.raises(Conflict):
        services.withdraw_bid(bid=bid, actor=bob, at=LATER)
    services.withdraw_bid(bid=bid, actor=bob, at=LAST_DAY)
    assert (SealedOffer.objects.count(), KeptFile.objects.count()) == (0, 0)
    services.submit_bid(challenge=challenge, incubator=None, values=values, actor=bob, at=LAST_DAY)


@pytest.mark.parametrize(
    "values",
    [
        {"outside_name": "甲", "organisation": "x"},
        {"price": Decimal(-1)},
        {"months": 0},
        {"proposal": ""},
        {"price": 1.5},
    ],
)
def test_a_bid_says_who_and_what(bob: User, park: Park, values: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        make_bid(bob, make_challenge(bob, park), **{"outside_name": "示例队", **values})
    assert Bid.objects.count() == 0


def test_a_team_bids_once_and_a_publisher_not_for_itself(
    bob: User, park: Park, zhangjiang: Incubator
) -> None:
    firm = factories.make_enterprise(bob, zhangjiang)
    challenge = make_challenge(bob, park, publisher=firm)
    with pytest.raises(Invalid):
        make_bid(bob, challenge, enterprise=firm)
    other = factories.make_enterprise(bob, zhangjiang)
    make_bid(bob, challenge, enterprise=other)
    with pytest.raises(Conflict):
        make_bid(bob, challenge, enterprise=other)


def test_operators_bid_for_their_own_teams_only(
    alice: User, bob: User, park: Park, shenzhen: Incubator
) -> None:
    challenge = make_challenge(bob, park)
    for incubator in (shenzhen, None):
        with pytest.raises(Refused):
            make_bid(alice, challenge, incubator)


def test_experts_judge_bids_once_they_are_opened(bob: User, park: Park, zhangjiang: Incubator) -> None:
    challenge = make_challenge(bob, park)
    bid = make_bid(bob, challenge, zhangjiang)
    options: dict[str, Any] = {
        "challenge": challenge,
        "review": {"kind": "professional", "method": "mean", "marks_needed": 1},
        "criteria": [{"name": "技术", "max_points": Decimal(100)}],
        "actor": bob,
    }
    with pytest.raises(Conflict):
        services.open_bid_review(**options, at=NOW)
    services.open_bid_review(**options, at=LATER)
    challenge.refresh_from_db()
    case = cases_of_bids(challenge)[bid.pk]
    assert (case.applicant, "800,000.00" in case.summary) == (bid.bidder, True)


def test_an_award_needs_opened_bids_a_reason_and_milestones_that_total_it(bob: User, park: Park) -> None:
    challenge = make_challenge(bob, park)
    bid = make_bid(bob, challenge)
    step = {"title": "验收", "due_on": date(2021, 9, 1), "amount": Decimal(500)}

    def decide(at: datetime = LATER, **values: Any) -> Any:
        given = {"amount": Decimal(500), "reason": "最优", "milestones": [step], **values}
        return services.decide_award(challenge=challenge, bid=bid, actor=bob, at=at, **given)

    for wrong in (
        {"at": NOW},
        {"reason": ""},
        {"milestones": []},
        {"milestones": [{**step, "amount": Decimal(499)}]},
        {"milestones": [step, {**step, "due_on": date(2021, 8, 1), "amount": Decimal(0)}]},
        {"amount": Decimal(1_000_001)},
    ):
        with pytest.raises(DomainError):
            decide(**wrong)
    decide()
    award = decide(reason="重新决定")
    assert (award.reason, type(award).objects.count()) == ("重新决定", 1)


def budget_for(bob: User, carol: User, park: Park, amount: int = 1_000_000) -> Budget:
    budget = save_budget(
        budget=None,
        park=park,
        values={"code": "challenges", "year": 2021, "name_zh": "揭榜资金"},
        actor=bob,
        at=NOW,
    )
    paper = store_evidence(
        park=park, incubator=None, content=io.BytesIO(factories.PDF), name="budget.pdf", actor=bob, at=NOW
    )
    change = propose_change(
        budget=budget,
        kind="appropriation",
        amount=Decimal(amount),
        reason="年度预算",
        evidence=paper,
        actor=bob,
        at=NOW,
    )
    approve_change(change=change, actor=carol, at=NOW)
    return budget


def test_the_award_commits_the_money_once_and_acceptance_frees_the_instalments(
    alice: User, bob: User, carol: User, park: Park, zhangjiang: Incubator
) -> None:
    budget = budget_for(bob, carol, park)
    challenge = make_challenge(bob, park, budget=budget)
    outside = make_bid(alice, challenge, zhangjiang)
    with pytest.raises(Invalid):
        make_award(bob, outside)
    firm = factories.make_enterprise(bob, zhangjiang)
    award = make_award(bob, make_bid(alice, challenge, zhangjiang, enterprise=firm))
    with pytest.raises(Refused):
        services.confirm_award(award=award, actor=bob, at=LATER)
    services.confirm_award(award=award, actor=carol, at=LATER)
    with pytest.raises(Conflict):
        services.confirm_award(award=award, actor=carol, at=LATER)
    commitment = Commitment.objects.get()
    assert (commitment.amount, commitment.enterprise) == (Decimal(800_000), firm)
    challenge.refresh_from_db()
    assert challenge.state == "awarded"
    assert sorted(challenge.bids.values_list("state", flat=True)) == ["awarded", "not_awarded"]
    first, last = award.milestones.order_by("position")
    assert [first.instalment.amount, last.instalment.amount] == [300_000, 500_000]
    proof = factories.make_evidence(alice, zhangjiang)
    with pytest.raises(Conflict):
        services.report_milestone(milestone=last, words="x", evidence=[proof], actor=alice, at=LATER)
    services.report_milestone(milestone=first, words="样件完成", evidence=[proof], actor=alice, at=LATER)
    services.refuse_milestone(milestone=first, reason="缺检测报告", actor=bob, at=LATER)
    services.report_milestone(milestone=first, words="样件完成", evidence=[proof], actor=alice, at=LATER)
    services.accept_milestone(milestone=first, actor=bob, at=LATER)
    first.instalment.refresh_from_db()
    assert first.instalment.state == "ready"
    target = challenge.targets.get()
    report: dict[str, Any] = {"milestone": last, "words": "量产", "evidence": [proof], "at": LATER}
    with pytest.raises(Invalid):
        services.report_milestone(**report, actor=bob)
    services.report_milestone(**report, measured={target.pk: Decimal("99.1")}, actor=bob)
    with pytest.raises(Refused):
        services.accept_milestone(milestone=last, reason="x", actor=bob, at=LATER)
    with pytest.raises(Invalid):
        services.accept_milestone(milestone=last, actor=carol, at=LATER)
    services.accept_milestone(milestone=last, reason="成本低于约定，予以通过", actor=carol, at=LATER)
    challenge.refresh_from_db()
    assert challenge.state == "solved"
    assert list(challenge.moves.values_list("from_state", "to_state")) == [
        ("draft", "open"),
        ("open", "awarded"),
        ("awarded", "solved"),
    ]


def test_money_that_is_not_there_is_not_promised(
    bob: User, carol: User, park: Park, zhangjiang: Incubator
) -> None:
    challenge = make_challenge(bob, park, budget=budget_for(bob, carol, park, 100_000))
    award = make_award(bob, make_bid(bob, challenge, enterprise=factories.make_enterprise(bob, zhangjiang)))
    with pytest.raises(Conflict) as refused:
        services.confirm_award(award=award, actor=carol, at=LATER)
    assert refused.value.code == "budget_exhausted"
    challenge.refresh_from_db()
    assert (challenge.state, Commitment.objects.count()) == ("open", 0)


def test_what_ends_without_acceptance_gives_the_money_back(
    bob: User, carol: User, park: Park, zhangjiang: Incubator
) -> None:
    challenge = make_challenge(bob, park, budget=budget_for(bob, carol, park))
    award = make_award(bob, make_bid(bob, challenge, enterprise=factories.make_enterprise(bob, zhangjiang)))
    services.confirm_award(award=award, actor=carol, at=LATER)
    with pytest.raises(Invalid):
        services.end_challenge(challenge=challenge, reason="", actor=bob, at=LATER)
    services.end_challenge(challenge=challenge, reason="团队解散", actor=bob, at=LATER)
    challenge.refresh_from_db()
    assert (challenge.state, Commitment.objects.get().open_amount) == ("failed", 0)


@pytest.mark.django_db(transaction=True)
def test_two_confirm_an_award_at_once_and_money_is_promised_once(
    bob: User, carol: User, park: Park, zhangjiang: Incubator
) -> None:
    dan = factories.make_park_admin(park, "dan")
    challenge = make_challenge(bob, park, budget=budget_for(bob, carol, park))
    award = make_award(bob, make_bid(bob, challenge, enterprise=factories.make_enterprise(bob, zhangjiang)))
    outcomes = together(
        lambda: services.confirm_award(award=award, actor=carol, at=LATER),
        lambda: services.confirm_award(award=award, actor=dan, at=LATER),
    )
    assert (sorted(outcomes), Commitment.objects.count()) == (["Award", "Conflict"], 1)
