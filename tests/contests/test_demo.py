"""The demonstration reproduces 40 entries → 5 promoted, by the workflow, from data."""

from datetime import UTC, date, datetime

import pytest

from accounts.enums import Role
from accounts.models import User
from contests.demo import load
from contests.models import Contest, ContestRound, Entry, KeptFile, Promotion, PromotionLine, SealedOffer
from contests.selectors import bids_of, contest_rounds
from core.models import HistoryEntry
from incubators.models import Incubator
from outreach.models import Lead
from reviews.models import Case, PublicNotice, Score
from tests import factories

pytestmark = pytest.mark.django_db
AT = datetime(2026, 6, 21, 4, 0, tzinfo=UTC)


def person(username: str, role: str, **place: object) -> User:
    user = factories.make_user(username, role, **place)  # type: ignore[arg-type]
    User.objects.filter(pk=user.pk).update(is_demonstration=True)
    return user


@pytest.fixture
def bob() -> User:
    """The places and people that the demonstration has by then."""
    park = factories.make_park("jiangyin-htz")
    sites = [factories.make_incubator(park, code) for code in ("jy-zhangjiang", "jy-shenzhen-incubator")]
    person("op-zhangjiang", Role.OPERATOR, incubator=sites[0])
    bob = person("park-jiangyin", Role.PARK_ADMIN, park=park)
    factories.make_enterprise(bob, Incubator.objects.get(code="jy-zhangjiang"))
    return bob


def test_forty_entries_become_five_by_the_workflow(bob: User) -> None:
    told = [(section.name, section.count, section.touched) for section in load(at=AT)]
    assert told == [("contest entries", 40, 40), ("challenges", 2, 2)]
    assert [section.touched for section in load(at=AT)] == [0, 0]
    contest = Contest.objects.get()
    rating, roadshow, final = contest_rounds(contest)
    assert [(row["entered"], row["in_effect"]) for row in (rating, roadshow, final)] == [
        (40, 12),
        (12, 5),
        (0, 0),
    ]
    assert roadshow["round"].held_on == date(2021, 4, 8)
    share = roadshow["reported_share"]
    assert (str(share.value), share.reading) == ("0.125", "at_most")
    # From data: every entry admitted, marked by three experts, ranked, decided and confirmed by two people.
    assert (Entry.objects.filter(state="admitted").count(), Score.objects.count()) == (40, (40 + 12) * 3)
    people = set(Promotion.objects.values_list("decided_by__username", "confirmed_by__username"))
    assert people == {("park-jiangyin", "park-jiangyin-2")}
    assert PromotionLine.objects.filter(is_promoted=True).exclude(by_rule="in").count() == 0
    assert PublicNotice.objects.filter(subject_kind="contest-promotion").count() == 2
    assert (Case.objects.filter(result="recommended").count(), KeptFile.objects.count()) == (17, 2)
    assert set(Entry.objects.values_list("source", flat=True)) == {"form", "sheet"}
    assert (Lead.objects.count(), Entry.objects.exclude(lead=None).count()) == (2, 2)
    acts = set(HistoryEntry.objects.filter(action__startswith="promotion.").values_list("action", flat=True))
    assert acts == {f"promotion.{verb}" for verb in ("proposed", "decided", "confirmed", "announced")}
    assert ContestRound.objects.filter(promotion=None).get() == final["round"]


def test_the_challenge_that_runs_is_sealed_and_the_other_is_under_way(
    bob: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(at=AT)
    monkeypatch.setattr("django.utils.timezone.now", lambda: AT)
    running, awarded = (
        next(row for row in _challenges() if row.state == state) for state in ("open", "awarded")
    )
    assert [bid.opened for bid in bids_of(running, bob)] == [None]  # type: ignore[attr-defined]
    assert [bid.opened is not None for bid in bids_of(awarded, bob)] == [True, True]  # type: ignore[attr-defined]
    assert SealedOffer.objects.visible_to(bob).count() == 2
    assert list(awarded.award.milestones.values_list("state", flat=True)) == ["accepted", "planned"]


def _challenges() -> list[object]:
    from contests.models import Challenge

    return list(Challenge.objects.all())
