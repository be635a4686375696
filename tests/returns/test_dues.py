"""What is due, what waits, and that the times of the incubator's place decide."""

from datetime import UTC, date, datetime

import pytest

from accounts.models import User
from incubators.models import Incubator, Park
from returns.selectors import due_returns, is_late, line_views, waiting_reviews
from returns.services import open_returns, submit_return
from returns.tasks import open_due_returns
from tests import factories
from tests.returns import cases
from tests.returns.cases import MAY

pytestmark = pytest.mark.django_db


def test_open_returns_are_due_and_submitted_ones_wait(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    items = list(due_returns(user=alice, until=date(2021, 6, 1)))
    assert [(item.kind, item.on, item.url) for item in items] == [
        ("return", date(2021, 5, 10), f"/returns/{record.pk}/")
    ]
    assert [item.subject for item in items] == [""]  # the title says it all; a code says nothing
    assert list(due_returns(user=alice, until=date(2021, 5, 1))) == []
    assert list(due_returns(user=charlie, until=date(2021, 6, 1))) == []
    submit_return(record=record, actor=alice, at=MAY)
    assert list(due_returns(user=alice, until=date(2021, 6, 1))) == []
    assert [item.url for item in waiting_reviews(user=bob, limit=5)] == [f"/returns/{record.pk}/review/"]
    assert list(waiting_reviews(user=alice, limit=5)) == []


def test_a_day_ends_where_the_incubator_is(park: Park, bob: User) -> None:
    """Ten in the evening of 10 May in Uppsala: in Jiangyin it is the 11th already."""
    uppsala = factories.make_incubator(park, "uppsala", time_zone="Europe/Stockholm")
    jiangyin = factories.make_incubator(park, "home")
    at = datetime(2021, 5, 10, 20, 0, tzinfo=UTC)
    for site in (uppsala, jiangyin):
        cases.make_duty(site, bob)
    late = {row.incubator.code: is_late(row, at) for row in open_returns(at=at)}
    assert late == {"uppsala": False, "home": True}


def test_the_beat_opens_what_is_due_and_nothing_twice(zhangjiang: Incubator, bob: User) -> None:
    cases.make_duty(zhangjiang, bob)
    assert open_due_returns() == 9
    assert open_due_returns() == 0


def test_lines_take_what_support_and_outreach_record(zhangjiang: Incubator, alice: User, bob: User) -> None:
    """Events ended in the period, leads without a project, tickets by their limit."""
    from outreach.models import Event, Lead

    record = cases.make_return(zhangjiang, bob)
    common = {"park": zhangjiang.park, "incubator": zhangjiang, "created_at": MAY, "updated_at": MAY}
    Event.objects.create(
        name_zh="推介会", kind="roadshow", starts_on=date(2021, 3, 31), last_on=date(2021, 4, 1), **common
    )
    Event.objects.create(
        name_zh="取消", kind="roadshow", starts_on=date(2021, 4, 3), cancelled=True, **common
    )
    Lead.objects.create(
        name_zh="线索",
        first_contact_on=date(2021, 4, 5),
        stage_since=date(2021, 4, 5),
        source="direct",
        **common,
    )
    views = {view.code: view for view in line_views(record)}
    found = [views[code].reported for code in ("events_held", "new_leads", "service_tickets_total")]
    assert found == [
        1,
        1,
        None,
    ]


def test_financing_is_in_yuan_and_says_what_has_no_rate(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    from enterprises.models import FinancingEvent

    record = cases.make_return(zhangjiang, bob)
    record.lines.create(code="financing_received_yuan", position=99)
    enterprise = factories.make_enterprise(alice, zhangjiang)
    for currency in ("CNY", "SEK"):
        FinancingEvent.objects.create(
            enterprise=enterprise,
            on=date(2021, 4, 9),
            amount=1_000_000,
            currency=currency,
            round="angel",
            entered_at=MAY,
            entered_by=alice,
            verified_at=MAY,
            verified_by=bob,
            updated_at=MAY,
        )
    view = next(view for view in line_views(record) if view.code == "financing_received_yuan")
    assert (view.reported, "1" in view.computed.note) == (1_000_000, True)
