"""The Excel table of applications: a list from outside comes in and goes out again unchanged."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from applications.importers import ApplicationSheet
from applications.models import Application, Programme
from exchange.sheets import Place, Row, Status
from incubators.models import Park
from tests.applications import cases

pytestmark = pytest.mark.django_db
SHEET = ApplicationSheet()


@pytest.fixture
def programme(bob: User, park: Park) -> Programme:
    days = {
        "opens_on": timezone.localdate() - timedelta(days=9),
        "closes_on": timezone.localdate() + timedelta(days=9),
    }
    return cases.make_programme(bob, park, **days)


def rows_of(programme: Programme, *names: str) -> list[Row]:
    return [
        Row(
            number,
            {
                "programme": programme.code,
                "applicant": name,
                "organisation": "示例大学",
                "contact": "13800001234",
                "title": f"{name}的项目",
                "requested_amount": Decimal(100_000),
                "external_id": f"N-{number}",
            },
        )
        for number, name in enumerate(names, start=2)
    ]


def test_a_list_comes_in_and_is_handed_in(programme: Programme, bob: User, park: Park) -> None:
    place, at = Place(park, None), timezone.now()
    rows = rows_of(programme, "示例甲", "示例乙", "示例丙")
    assert [one.status for one in SHEET.check(place=place, rows=rows, actor=bob, at=at)] == [Status.NEW] * 3
    written = SHEET.write(place=place, rows=rows, actor=bob, at=at)
    assert [one.action for one in written] == ["created"] * 3
    found = Application.objects.order_by("number")
    assert [(one.number, one.outside_name, one.state) for one in found] == [
        (1, "示例甲", "submitted"),
        (2, "示例乙", "submitted"),
        (3, "示例丙", "submitted"),
    ]
    again = SHEET.check(place=place, rows=rows, actor=bob, at=at)
    assert [one.status for one in again] == [Status.UNCHANGED] * 3


def test_what_goes_out_comes_in_unchanged_and_obeys_the_filters(
    programme: Programme, bob: User, alice: User, park: Park
) -> None:
    place, at = Place(park, None), timezone.now()
    SHEET.write(place=place, rows=rows_of(programme, "示例甲", "示例乙"), actor=bob, at=at)
    out = list(SHEET.export(user=bob, filters={"programme": str(programme.pk)}))
    assert [(one["number"], one["applicant"], one["contact"]) for one in out] == [
        (1, "示例甲", None),
        (2, "示例乙", None),
    ]
    rows = [Row(number, dict(one)) for number, one in enumerate(out, start=2)]
    verdicts = SHEET.check(place=place, rows=rows, actor=bob, at=at)
    assert [one.status for one in verdicts] == [Status.UNCHANGED] * 2
    assert [one["applicant"] for one in SHEET.export(user=bob, filters={"q": "示例乙"})] == ["示例乙"]
    assert list(SHEET.export(user=alice, filters={})) == []


def test_a_wrong_row_is_named_and_the_others_go_in(programme: Programme, bob: User, park: Park) -> None:
    place, at = Place(park, None), timezone.now()
    rows = rows_of(programme, "示例甲", "示例乙", "示例甲")
    rows[1].values["requested_amount"] = None
    written = SHEET.write(place=place, rows=rows, actor=bob, at=at)
    assert [one.action for one in written] == ["created", "error", "error"]
    assert Application.objects.count() == 1


def test_an_operator_brings_in_nobody_from_outside(programme: Programme, alice: User, park: Park) -> None:
    written: Any = SHEET.write(
        place=Place(park, None), rows=rows_of(programme, "示例甲"), actor=alice, at=timezone.now()
    )
    assert [one.action for one in written] == ["error"]
    assert Application.objects.count() == 0
