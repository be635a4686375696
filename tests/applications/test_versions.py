"""Two tabs on one record: the second sees both versions, and saving again goes through."""

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from applications.models import Programme
from incubators.models import Incubator, Park
from tests.applications import cases
from tests.applications.cases import MEETING, NOW
from tests.applications.test_web import call, chain, page, text
from tests.reviews.cases import make_expert, make_round

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def of_expert(bob: User, alice: User, park: Park, zhangjiang: Incubator) -> tuple[str, dict[str, Any], str]:
    expert = make_expert(bob, park)
    typed = {
        "name_zh": "示例专家",
        "employer": "示例大学",
        "region": "macao",
        "per_year": "10",
        "at_once": "3",
    }
    return f"/reviews/experts/{expert.pk}/edit/", typed, "name_zh"


def of_round(bob: User, alice: User, park: Park, zhangjiang: Incubator) -> tuple[str, dict[str, Any], str]:
    round = make_round(bob, park, is_open=False)
    typed = {
        "name": "示例", "kind": "professional", "method": "mean", "marks_needed": "2",
        "criteria-TOTAL_FORMS": "1", "criteria-INITIAL_FORMS": "0", "criteria-0-name": "创新性",
        "criteria-0-max_points": "60", "criteria-0-weight": "1",
    }  # fmt: skip
    return f"/reviews/{round.pk}/edit/", typed, "name"


def of_programme(
    bob: User, alice: User, park: Park, zhangjiang: Incubator
) -> tuple[str, dict[str, Any], str]:
    programme: Programme = cases.make_programme(bob, park, is_open=False)
    typed = {**call(), **chain({"order": "1", "kind": "meeting"})}
    return f"/applications/programmes/{programme.pk}/edit/", typed, "name_zh"


def of_meeting(bob: User, alice: User, park: Park, zhangjiang: Incubator) -> tuple[str, dict[str, Any], str]:
    programme = cases.make_programme(bob, park, steps=(MEETING,))
    (one,) = cases.applied(alice, programme, zhangjiang)
    meeting = cases.put_to_meeting(programme, bob, [one])
    typed = {
        "held_on": "2021-06-01", f"on-{one.pk}": "on", f"line-{one.pk}-outcome": "approved",
        f"line-{one.pk}-amount": "100000", "number": "会纪1号",
    }  # fmt: skip
    return f"/applications/programmes/meetings/{meeting.pk}/edit/", typed, "number"


@pytest.mark.parametrize("made", [of_expert, of_round, of_programme, of_meeting])
def test_both_versions_are_shown_and_the_next_save_goes_through(
    made: Callable[..., Any], bob: User, alice: User, park: Park, zhangjiang: Incubator
) -> None:
    address, typed, field = made(bob, alice, park, zhangjiang)
    first, second = page(bob), page(bob)
    assert first.post(address, {**typed, field: "第一个", "version": "1"}).status_code == 302
    late = second.post(address, {**typed, field: "第二个", "version": "1"})
    shown = text(late)
    assert late.status_code == 409
    for words in ("Both versions", "第一个", "第二个", 'name="version" value="2"'):
        assert words in shown, words
    assert second.post(address, {**typed, field: "第二个", "version": "2"}).status_code == 302
    assert "第二个" in text(second.get(address))
