"""The demonstration: 245 applications become 61 awards of 14.1 million, each number explained by the log."""

from collections import Counter
from decimal import Decimal

import pytest
from django.db.models import Count, Sum

from applications.demo import quanzhou
from applications.models import Application, Decision, StepLog
from applications.selectors import standing_of
from core.history import verify
from enterprises.models import Enterprise
from incubators.models import Park
from ledger.models import Commitment, Instalment
from ledger.selectors import budget_standing
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("quanzhou")]


@pytest.fixture(scope="module")
def story(kept: None) -> Park:
    park = factories.make_park(quanzhou.PARK)
    assert quanzhou.tell() == 245
    return park


@pytest.fixture
def told(story: Park, db: None) -> Park:
    return story


def test_of_245_applications_61_get_14_100_000_by_the_workflow(told: Park) -> None:
    programme = told.programmes.get()
    came = StepLog.objects.filter(step__isnull=False).values_list("step__kind").annotate(count=Count("pk"))
    assert dict(came) == {
        "professional_review": 245,
        "defence": 122,
        "site_visit": 80,
        "public_notice": 76,
        "meeting": 75,
    }
    left = Counter(StepLog.objects.filter(result="failed").values_list("step__kind", flat=True))
    assert left == {
        "professional_review": 123,
        "defence": 42,
        "site_visit": 4,
        "public_notice": 1,
        "meeting": 14,
    }
    awards = Application.objects.filter(state="approved")
    assert awards.count() == 61
    by_class = awards.order_by("award_class").values_list("award_class").annotate(count=Count("pk"))
    assert list(by_class) == [("A", 19), ("B", 42)]
    assert Commitment.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal("14100000.00")
    assert Instalment.objects.aggregate(sum=Sum("amount"))["sum"] == Decimal("14100000.00")
    assert programme.budget is not None
    standing = budget_standing(programme.budget)
    assert (standing.committed, standing.available) == (Decimal("14100000.00"), Decimal("900000.00"))
    found = standing_of(programme, programme.closes_on)
    assert (found.received, found.approved, found.rejected) == (245, 61, 184)


def test_every_award_and_every_rejection_is_explained(told: Park) -> None:
    assert not StepLog.objects.filter(result="failed", reason="").exists()
    assert not Application.objects.filter(state="rejected", decision_reason="").exists()
    lines = list(Decision.objects.order_by("place"))
    assert [line.place for line in lines] == list(range(1, 76))
    marks = [line.mark for line in lines]
    assert None not in marks
    assert marks == sorted(marks, reverse=True)  # type: ignore[type-var]
    assert {line.outcome for line in lines[:61]} == {"approved"}
    assert {line.outcome for line in lines[61:]} == {"rejected"}
    assert Enterprise.objects.filter(park=told, kind="team").count() == 61
    assert list(verify()) == []


def test_what_is_told_is_not_told_again(told: Park) -> None:
    assert quanzhou.tell() == 0
    assert Application.objects.count() == 245
