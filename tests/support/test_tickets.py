"""The life of a ticket: Alice asks, Bob sees to it, Alice says how satisfied the team is."""

from datetime import date, timedelta

import pytest

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry
from incubators.models import Incubator, Park
from support import services
from support.enums import EntryKind, TicketState
from support.models import Ticket
from support.selectors import due_items, satisfaction, ticket_numbers, tickets_matching, types_offered
from tests import factories
from tests.factories import NOW
from tests.support.cases import make_ticket, ticket_type

pytestmark = pytest.mark.django_db


def test_the_limits_follow_from_the_type_and_the_people_in_charge_are_told(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    ticket = make_ticket(alice, zhangjiang)
    assert (ticket.last_answer_day, ticket.last_day) == (date(2021, 6, 2), date(2021, 6, 8))
    assert (ticket.state, ticket.number[:6]) == (TicketState.OPEN, "T2021-")
    assert list(Notice.objects.values_list("user__username", "kind")) == [("bob", "ticket")]
    assert HistoryEntry.objects.get(action="ticket.opened").chain == "incubator:zhangjiang"


def test_a_ticket_goes_from_question_to_rating(alice: User, bob: User, zhangjiang: Incubator) -> None:
    ticket = make_ticket(alice, zhangjiang)
    services.comment_ticket(ticket=ticket, text="请尽快", actor=alice, at=NOW)
    assert Ticket.objects.get().answered_at is None  # one's own words are no answer
    services.assign_ticket(ticket=ticket, owner=bob, actor=bob, at=NOW + timedelta(hours=1))
    services.resolve_ticket(ticket=ticket, outcome="许可已取得", actor=bob, at=NOW + timedelta(days=1))
    with pytest.raises(Refused):
        services.close_ticket(ticket=ticket, rating=5, actor=bob, at=NOW + timedelta(days=2))
    closed = services.close_ticket(ticket=ticket, rating=4, actor=alice, at=NOW + timedelta(days=2))
    assert (closed.state, closed.rating, closed.answered_at) == ("closed", 4, NOW + timedelta(hours=1))
    assert list(ticket.entries.order_by("pk").values_list("kind", flat=True)) == [
        EntryKind.OPENED,
        EntryKind.COMMENT,
        EntryKind.ASSIGNED,
        EntryKind.RESOLVED,
        EntryKind.RATED,
    ]
    month = {"start": date(2021, 6, 1), "end": date(2021, 7, 1)}
    assert ticket_numbers(zhangjiang, **month) == (1, 1)
    assert satisfaction(zhangjiang, **month) == 80
    assert satisfaction(zhangjiang, start=date(2021, 5, 1), end=date(2021, 6, 1)) is None


def test_opening_again_takes_outcome_and_rating_back(alice: User, bob: User, zhangjiang: Incubator) -> None:
    ticket = make_ticket(alice, zhangjiang)
    services.resolve_ticket(ticket=ticket, outcome="已办", actor=bob, at=NOW)
    services.close_ticket(ticket=ticket, rating=2, actor=alice, at=NOW)
    opened = services.reopen_ticket(ticket=ticket, reason="还缺一份批文", actor=alice, at=NOW)
    assert (opened.state, opened.outcome, opened.rating, opened.resolved_by) == ("open", "", None, None)
    assert HistoryEntry.objects.get(action="ticket.reopened").changes["rating"] == [2, None]


def test_late_tickets_and_those_that_were_withdrawn_are_counted_as_such(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    late = make_ticket(alice, zhangjiang)
    services.resolve_ticket(ticket=late, outcome="晚了", actor=bob, at=NOW + timedelta(days=9))
    gone = make_ticket(alice, zhangjiang)
    services.move_ticket(ticket=gone, to_state="withdrawn", actor=alice, at=NOW)
    assert ticket_numbers(zhangjiang, start=date(2021, 6, 1), end=date(2021, 7, 1)) == (1, 0)


def test_what_cannot_be_done_is_refused_in_words(
    alice: User, bob: User, charlie: User, dora: User, zhangjiang: Incubator
) -> None:
    ticket = make_ticket(alice, zhangjiang)
    with pytest.raises(Invalid, match="sentence|句"):
        services.comment_ticket(ticket=ticket, text="  ", actor=alice, at=NOW)
    with pytest.raises(Invalid) as not_here:
        services.assign_ticket(ticket=ticket, owner=charlie, actor=bob, at=NOW)
    assert not_here.value.fields[0].field == "owner"
    with pytest.raises(Conflict):
        services.move_ticket(ticket=ticket, to_state="closed", actor=bob, at=NOW)
    with pytest.raises(Conflict):
        services.close_ticket(ticket=ticket, rating=5, actor=alice, at=NOW)
    for stranger in (charlie, dora):
        with pytest.raises(Refused):
            services.comment_ticket(ticket=ticket, text="x", actor=stranger, at=NOW)
    stale = ticket.version
    services.update_ticket(ticket=ticket, values={"title": "新"}, actor=alice, at=NOW)
    with pytest.raises(Conflict) as changed:
        services.update_ticket(
            ticket=ticket, values={"title": "旧"}, expected_version=stale, actor=bob, at=NOW
        )
    assert changed.value.code == "stale"


def test_a_ticket_names_only_records_of_its_own_place(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    foreign = factories.make_project(charlie, shenzhen)
    with pytest.raises(Invalid) as refused:
        make_ticket(alice, zhangjiang, project=foreign)
    assert [error.field for error in refused.value.fields] == ["project"]


def test_a_park_sets_its_own_limit_and_open_tickets_keep_theirs(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    before = make_ticket(alice, zhangjiang)
    services.save_ticket_type(
        park=park,
        ticket_type=ticket_type(),
        values={"name_zh": "政策咨询", "name_en": "Policy question", "answer_days": 1, "done_days": 2},
        actor=bob,
        at=NOW,
    )
    after = make_ticket(alice, zhangjiang)
    assert (before.last_day, after.last_day) == (date(2021, 6, 8), date(2021, 6, 3))
    assert [kind.done_days for kind in types_offered(park) if kind.code == "policy-question"] == [2]
    assert len(types_offered(park)) == len(types_offered(None))
    with pytest.raises(Refused):
        services.save_ticket_type(park=park, ticket_type=None, values={}, actor=alice, at=NOW)


def test_what_is_due_first_is_the_answer_then_the_work(
    alice: User, bob: User, charlie: User, dora: User, zhangjiang: Incubator
) -> None:
    ticket = make_ticket(alice, zhangjiang)
    until = date(2021, 6, 30)
    assert [(item.on, item.owner_id) for item in due_items(user=bob, until=until)] == [
        (date(2021, 6, 2), None)
    ]
    services.assign_ticket(ticket=ticket, owner=bob, actor=bob, at=NOW)
    assert [(item.on, item.owner_id) for item in due_items(user=alice, until=until)] == [
        (date(2021, 6, 8), bob.pk)
    ]
    assert list(due_items(user=charlie, until=until)) == list(due_items(user=dora, until=until)) == []
    assert list(due_items(user=bob, until=date(2021, 6, 7))) == []


def test_filters_find_late_and_own_tickets(alice: User, bob: User, zhangjiang: Incubator) -> None:
    mine = make_ticket(alice, zhangjiang, title="甲")
    services.assign_ticket(ticket=mine, owner=alice, actor=alice, at=NOW)
    other = make_ticket(alice, zhangjiang, title="乙")
    services.move_ticket(ticket=other, to_state="withdrawn", actor=alice, at=NOW)
    later = NOW + timedelta(days=30)
    assert [row.title for row in tickets_matching(alice, now=later, state="late")] == ["甲"]
    assert [row.title for row in tickets_matching(alice, now=later, mine=True)] == ["甲"]
    assert [row.title for row in tickets_matching(bob, now=NOW, q=other.number.lower())] == ["乙"]
