"""Contests and challenges for tests. Carol is a second administrator of Bob's park."""

import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any

from accounts.models import User
from contests import services
from contests.models import Award, Bid, Challenge, Contest, ContestRound, Division, Entry, Promotion
from contests.services import NewEntry, Upload
from contests.services.keeping import keep_files
from incubators.models import Incubator, Park
from reviews import services as reviews
from reviews.models import Expert
from reviews.services import PaperMarks
from tests import factories
from tests.factories import NOW

_names = count(1)
#: After the notice of ``promoted`` is over, and after the last day of bids.
LATER = datetime(2021, 6, 20, 4, 0, tzinfo=UTC)
CRITERIA = ({"name": "技术", "max_points": Decimal(60)}, {"name": "市场", "max_points": Decimal(40)})


def make_contest(bob: User, park: Park, **values: Any) -> Contest:
    defaults = {
        "code": f"cup-{next(_names)}",
        "name_zh": "示例创新创业大赛",
        "name_en": "Example contest",
        "number": 4,
        "year": 2021,
        "rules_zh": "示例规则",
        "rules_en": "Example rules",
        "is_public": True,
    }
    return services.save_contest(contest=None, park=park, values={**defaults, **values}, actor=bob, at=NOW)


def make_division(bob: User, contest: Contest, **values: Any) -> Division:
    defaults = {
        "code": "hn",
        "name_zh": "华南赛区",
        "name_en": "South China",
        "region": "广东",
        "opens_on": date(2021, 5, 1),
        "closes_on": date(2021, 6, 30),
        "takes_form": True,
    }
    return services.save_division(
        division=None, contest=contest, values={**defaults, **values}, actor=bob, at=NOW
    )


def make_entry(actor: User, division: Division, incubator: Incubator | None = None, **values: Any) -> Entry:
    number = next(_names)
    defaults = {
        "name_zh": f"示例参赛项目第{number}号",
        "team": f"示例{number}团队",
        "contact_name": "示例人",
        "phone": "13800001234",
        "email": "team@example.com",
    }
    (entry,) = services.enter_entries(
        division=division,
        items=[NewEntry({**defaults, **values}, incubator)],
        source="typed",
        actor=actor,
        at=NOW,
    )
    return entry


def form_values(**values: Any) -> dict[str, Any]:
    return {
        "name_zh": "示例智能手套",
        "team": "示例手套团队",
        "contact_name": "示例人",
        "phone": "13800001234",
        **values,
    }


def pdf(name: str = "plan.pdf", more: bytes = b"") -> Upload:
    return Upload(name, io.BytesIO(factories.PDF + more))


def make_contest_round(
    bob: User, contest: Contest, division: Division | None, sequence: int = 1, **values: Any
) -> ContestRound:
    defaults = {"name_zh": f"第{sequence}轮", "best": 1, "ties": "decide"}
    return services.save_contest_round(
        round=None,
        contest=contest,
        values={**defaults, "division": division, "sequence": sequence, **values},
        review={"kind": "professional", "method": "mean", "marks_needed": 1},
        criteria=CRITERIA,
        actor=bob,
        at=NOW,
    )


def mark(bob: User, round: ContestRound, expert: Expert, marks: Sequence[str | None]) -> None:
    """One expert marks the cases of the round in their order, on paper; None: no sheet for this case."""
    review = round.review_round
    assert review is not None
    reviews.assign_panel(round=review, experts=[expert], actor=bob, at=NOW)
    scan = reviews_scan(bob, round)
    sheets = [
        PaperMarks(number, expert.pk, {1: Decimal(given), 2: Decimal(0)})
        for number, given in enumerate(marks, start=1)
        if given is not None
    ]
    reviews.enter_marks(round=review, sheets=sheets, scan=scan, actor=bob, at=NOW)


def reviews_scan(bob: User, round: ContestRound) -> Any:
    from evidence.services import store_evidence

    return store_evidence(
        park=round.contest.park,
        incubator=None,
        content=io.BytesIO(factories.PDF + str(next(_names)).encode()),
        name="marks.pdf",
        actor=bob,
        at=NOW,
    )


def ranked(
    bob: User, expert: Expert, division: Division, marks: Sequence[str | None], **rule: Any
) -> Promotion:
    """A round over as many admitted entries as there are marks, proposed by its rule."""
    entries = [make_entry(bob, division) for _mark in marks]
    services.admit_entries(entries=entries, actor=bob, at=NOW)
    round = make_contest_round(bob, division.contest, division, **rule)
    services.fill_round(round=round, actor=bob, at=NOW)
    mark(bob, round, expert, marks)
    return services.propose_promotion(round=round, actor=bob, at=NOW)


def promoted(
    bob: User, carol: User, promotion: Promotion, chosen: Sequence[int], reason: str = ""
) -> Promotion:
    """Decided, confirmed and announced from 1 June for three days."""
    services.decide_promotion(promotion=promotion, chosen=chosen, reason=reason, actor=bob, at=NOW)
    services.confirm_promotion(promotion=promotion, actor=carol, at=NOW)
    return services.announce_promotion(
        promotion=promotion, on=date(2021, 6, 1), days=3, day_count="calendar", actor=bob, at=NOW
    )


def by_rule(promotion: Promotion) -> list[int]:
    return list(promotion.lines.filter(by_rule="in").values_list("entry", flat=True))


def make_challenge(bob: User, park: Park, *, is_open: bool = True, **values: Any) -> Challenge:
    defaults = {
        "name_zh": f"示例榜单{next(_names)}",
        "problem": "示例需求",
        "amount": Decimal(1_000_000),
        "currency": "CNY",
        "bids_until": date(2021, 6, 10),
    }
    challenge = services.save_challenge(
        challenge=None,
        park=park,
        values={**defaults, **values},
        targets=[{"name": "良率", "relation": "at_least", "value": Decimal("99.5"), "unit": "%"}],
        actor=bob,
        at=NOW,
    )
    return services.publish_challenge(challenge=challenge, actor=bob, at=NOW) if is_open else challenge


def make_bid(actor: User, challenge: Challenge, incubator: Incubator | None = None, **values: Any) -> Bid:
    defaults: dict[str, Any] = {"price": Decimal(800_000), "months": 12, "proposal": "示例方案"}
    if not {"enterprise", "project", "organisation", "outside_name"} & set(values):
        defaults["outside_name"] = f"示例揭榜团队{next(_names)}"
    return services.submit_bid(
        challenge=challenge, incubator=incubator, values={**defaults, **values}, actor=actor, at=NOW
    )


def make_award(bob: User, bid: Bid, *amounts: int, **values: Any) -> Award:
    shares = amounts or (300_000, 500_000)
    return services.decide_award(
        challenge=bid.challenge,
        bid=bid,
        amount=Decimal(sum(shares)),
        reason="示例：指标最优",
        milestones=[
            {"title": f"第{place}阶段", "due_on": date(2021, 8, place), "amount": Decimal(share)}
            for place, share in enumerate(shares, start=1)
        ],
        actor=bob,
        at=LATER,
        **values,
    )


def addresses(bob: User, incubator: Incubator) -> dict[str, str]:
    """One record behind every address of the API."""
    park = incubator.park
    assert park is not None
    contest = make_contest(bob, park)
    division = make_division(bob, contest)
    entry = make_entry(bob, division, incubator)
    (file,) = keep_files([pdf()], entry=entry, at=NOW)
    round = make_contest_round(bob, contest, division)
    challenge = make_challenge(bob, park)
    bid = make_bid(bob, challenge, incubator)
    return {
        "contests/<id:pk>": f"contests/{contest.pk}",
        "contest-divisions/<id:pk>": f"contest-divisions/{division.pk}",
        "contest-entries/<id:pk>": f"contest-entries/{entry.pk}",
        "contest-files/<id:pk>": f"contest-files/{file.pk}",
        "contest-rounds/<id:pk>": f"contest-rounds/{round.pk}",
        "challenges/<id:pk>": f"challenges/{challenge.pk}",
        "bids/<id:pk>": f"bids/{bid.pk}",
    }
