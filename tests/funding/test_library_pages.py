"""Pages of the library: conditions, tracks and examples in words a layman reads."""

import re

import pytest
from django.urls import reverse

from accounts.models import User
from funding.importers import load_register
from tests.factories import NOW
from tests.projects.test_web_pages import signed_in, text_of

pytestmark = pytest.mark.django_db


def test_conditions_tracks_and_examples_are_told_in_words(alice: User) -> None:
    load_register(at=NOW)
    client = signed_in(alice)
    exposure = text_of(client.get(reverse("policy-detail", args=["LX-LIST"])))
    assert "“enterprises with the one-off support” is not above “number of enterprises”" in exposure
    assert "computed from the facts" in exposure
    fast_lane = text_of(client.get(reverse("policy-detail", args=["WX-TAIHU-HKMO-A"])))
    assert "start-up track: amount asked for, at most CNY 3 million" in fast_lane
    assert "has to hold" in fast_lane
    given = re.search(r"WX-TAIHU-HKMO-1.*?WX-TAIHU-HKMO-3", fast_lane, re.DOTALL)
    assert given is not None
    places = [given[0].index(words) for words in ("site visit passed", "start-up track", "amount asked for")]
    assert places == sorted(places)
