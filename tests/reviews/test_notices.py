"""Public notices: days, objections, rulings."""

from datetime import date, timedelta

import pytest

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from incubators.models import Incubator, Park
from reviews import services
from reviews.models import Objection, PublicNotice
from reviews.selectors import due_of_reviews, notice_state, notices_matching
from tests.factories import NOW
from tests.reviews.cases import make_notice

pytestmark = pytest.mark.django_db
JUNE = {"by_name": "示例人", "words": "第一名的专利有争议", "received_on": date(2021, 6, 1), "line": 1}


def test_five_working_days_and_an_objection(bob: User, park: Park) -> None:
    notice = make_notice(bob, park)
    assert (notice.starts_on, notice.ends_on) == (date(2021, 6, 1), date(2021, 6, 7))
    objection = services.file_objection(notice=notice, values=JUNE, actor=bob, at=NOW)
    after = date(2021, 6, 8)
    assert notice_state(notice, date(2021, 6, 3)).code == "running"
    assert notice_state(notice, after).code == "objections"
    assert [item.url for item in due_of_reviews(user=bob, until=after)] == [f"/reviews/notices/{notice.pk}/"]
    with pytest.raises(Invalid):
        services.rule_objection(objection=objection, ruling="rejected", reason="", actor=bob, at=NOW)
    services.rule_objection(objection=objection, ruling="upheld", reason="属实", actor=bob, at=NOW)
    assert (notice_state(notice, after).code, notice_state(notice, after).upheld) == ("over", 1)
    with pytest.raises(Conflict):
        services.rule_objection(objection=objection, ruling="rejected", reason="再议", actor=bob, at=NOW)
    for state, expected in (("over", [notice]), ("running", []), ("objections", [])):
        assert list(notices_matching(bob, on=after, state=state)) == expected


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"by_name": ""}, "by_name"),
        ({"words": " "}, "words"),
        ({"line": 3}, "line"),
        ({"received_on": date(2021, 6, 2)}, "received_on"),  # tomorrow
        ({"received_on": date(2021, 5, 31)}, "received_on"),  # before the list was on show
    ],
)
def test_a_wrong_objection_is_named(values: dict[str, object], field: str, bob: User, park: Park) -> None:
    with pytest.raises(Invalid) as refused:
        services.file_objection(notice=make_notice(bob, park), values={**JUNE, **values}, actor=bob, at=NOW)
    assert refused.value.fields[0].field == field


@pytest.mark.parametrize(
    "values", [{"days": 0}, {"days": 91}, {"lines": []}, {"lines": [{"label": ""}]}, {"day_count": "x"}]
)
def test_a_wrong_notice_is_refused(values: dict[str, object], bob: User, park: Park) -> None:
    with pytest.raises(Invalid):
        make_notice(bob, park, **values)


def test_a_withdrawn_notice_makes_room_for_the_next(bob: User, park: Park) -> None:
    notice = make_notice(bob, park, subject_id=7)
    with pytest.raises(Invalid):
        make_notice(bob, park, subject_id=7)
    services.withdraw_notice(notice=notice, reason="名单有误", actor=bob, at=NOW)
    make_notice(bob, park, subject_id=7)
    with pytest.raises(Conflict):
        services.file_objection(notice=notice, values=JUNE, actor=bob, at=NOW + timedelta(hours=1))


def test_operators_read_the_list_but_not_who_objects(
    alice: User, bob: User, erik: User, park: Park, zhangjiang: Incubator
) -> None:
    notice = make_notice(bob, park)
    services.file_objection(notice=notice, values=JUNE, actor=bob, at=NOW)
    assert list(PublicNotice.objects.visible_to(alice)) == [notice]
    assert list(PublicNotice.objects.visible_to(erik)) == []
    assert list(Objection.objects.visible_to(alice)) == []
    with pytest.raises(Refused):
        services.file_objection(notice=notice, values=JUNE, actor=alice, at=NOW)
