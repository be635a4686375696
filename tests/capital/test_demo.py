"""The demonstration of funds and credit: told once, the published ones as reported."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.utils import timezone

from capital.demo import load
from capital.models import Fund, InterestSubsidy, Match
from capital.selectors.funds import balance_of
from core.enums import Provenance


@pytest.mark.django_db
@override_settings(DEMO_ACCOUNTS_ALLOWED=True)
def test_the_story_is_told_once() -> None:
    call_command("load_demo", stdout=StringIO())
    assert [section.touched for section in load(at=timezone.now())] == [0, 0, 0, 0]
    own = Fund.objects.get(park__isnull=False)
    assert own.provenance == Provenance.DEMONSTRATION
    found = balance_of(own)
    assert (found.invested, found.left) == (3_000_000, 47_000_000)
    amounts = InterestSubsidy.objects.order_by("starts_on").values_list("amount", flat=True)
    assert list(amounts) == [250_250, 154_000]
    assert sorted(Match.objects.values_list("stage", flat=True)) == ["declined", "granted", "met"]
    reported = Fund.objects.filter(park=None).order_by("size_amount")
    assert list(reported.values_list("size_amount", "size_qualifier")) == [
        (1_000_000_000, "exact"),
        (2_000_000_000, "at_least"),
        (10_000_000_000, "above"),
    ]
    assert all(fund.source for fund in reported)
