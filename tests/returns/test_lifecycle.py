"""A return from its duty to its publication: who may do what, what is frozen, what counts."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.models import Notice, User
from core.errors import Conflict, Incomplete, Invalid, Refused
from core.history import verify
from core.models import HistoryEntry
from evaluation.models import Observation
from incubators.models import Incubator
from returns.models import PeriodReturn, ReturnLine
from returns.selectors import is_late, line_views, open_reviews
from returns.services import (
    LineInput,
    correct_return,
    create_default_duties,
    open_returns,
    publish_return,
    return_return,
    save_lines,
    submit_return,
    verify_return,
)
from tests import factories
from tests.evaluation.cases import make_contract
from tests.returns import cases
from tests.returns.cases import JULY, MAY

pytestmark = pytest.mark.django_db


def acts(record: PeriodReturn) -> list[tuple[str, str, str]]:
    return list(record.moves.order_by("pk").values_list("act", "from_state", "to_state"))


def test_one_return_for_each_duty_and_ended_period(zhangjiang: Incubator, bob: User) -> None:
    cases.make_duty(zhangjiang, bob)
    made = open_returns(at=JULY)
    assert [(row.period, str(row.due_on)) for row in made] == [
        ("2021-04", "2021-05-10"),
        ("2021-05", "2021-06-10"),
        ("2021-06", "2021-07-10"),
    ]
    assert open_returns(at=JULY) == []
    assert [is_late(row, JULY) for row in made] == [True, True, False]
    assert [line.code for line in made[0].lines.order_by("position")] == [
        "new_leads",
        "landed",
        "service_tickets_total",
        "service_tickets_on_time",
        "mentoring_sessions",
        "events_held",
        "public_spend_yuan",
        "budget_yuan",
        "satisfaction_percent",
    ]


def test_the_default_duties_are_made_once_and_by_the_park_alone(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    contract = make_contract(zhangjiang)
    with pytest.raises(Refused):
        create_default_duties(contract=contract, actor=alice, at=MAY)
    made = create_default_duties(contract=contract, actor=bob, at=MAY)
    assert [(row.frequency, row.starts_on) for row in made] == [
        ("month", date(2021, 5, 1)),
        ("quarter", date(2021, 4, 1)),
        ("year", date(2021, 1, 1)),
    ]
    assert create_default_duties(contract=contract, actor=bob, at=MAY) == []


def test_from_draft_to_published(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    assert list(open_reviews(bob)) == [record]
    assert list(open_reviews(alice)) == []
    record = verify_return(record=record, actor=bob, at=MAY)
    record = publish_return(record=record, actor=bob, at=MAY)
    assert acts(record) == [
        ("open", "", "draft"),
        ("submit", "draft", "submitted"),
        ("verify", "submitted", "verified"),
        ("publish", "verified", "published"),
    ]
    actions = HistoryEntry.objects.filter(chain=zhangjiang.chain, action__startswith="return.")
    assert list(actions.order_by("sequence").values_list("action", flat=True)) == [
        "return.opened",
        "return.submitted",
        "return.verified",
        "return.published",
    ]
    assert not list(verify([zhangjiang.chain]))
    assert list(Notice.objects.order_by("pk").values_list("user__username", "kind")) == [
        ("bob", "return.submitted"),
        ("alice", "return.verified"),
        ("alice", "return.published"),
    ]


def test_a_verified_return_counts_in_the_evaluation(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    assert Observation.objects.count() == 0
    verify_return(record=record, actor=bob, at=MAY)
    rows = Observation.objects.verified().filter(period="2021-04")
    assert {row.measure: row.value for row in rows} == {
        code: Decimal(value) for code, value in cases.TYPED.items()
    }
    assert {(row.entered_by, row.verified_by) for row in rows} == {(alice, bob)}


def test_a_submitted_return_is_frozen(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    with pytest.raises(Conflict) as refused:
        save_lines(record=record, lines=cases.typed(events_held="2"), actor=alice, at=MAY)
    assert refused.value.code == "frozen"
    with pytest.raises(Conflict) as twice:
        submit_return(record=record, actor=alice, at=MAY)
    assert twice.value.code == "already_submitted"


def test_what_is_missing_is_said_line_by_line(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    cases.fill(record, alice, service_tickets_on_time="51", public_spend_yuan="600000")
    save_lines(
        record=record,
        lines={"events_held": LineInput(has_value=True), **cases.typed(new_leads="3")},
        actor=alice,
        at=MAY,
    )
    with pytest.raises(Incomplete) as refused:
        submit_return(record=record, actor=alice, at=MAY)
    assert [(item.field, item.code) for item in refused.value.fields] == [
        ("new_leads.reason", "reason_missing"),
        ("events_held.value", "missing"),
        ("service_tickets_on_time.value", "part_exceeds_whole"),
        ("public_spend_yuan.explanation", "whole_exceeded"),
    ]


def test_a_return_comes_back_with_words_beside_the_lines(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    with pytest.raises(Invalid):
        return_return(record=record, reason=" ", actor=bob, at=MAY)
    record = return_return(
        record=record, reason="Look at the events.", remarks={"events_held": "Two?"}, actor=bob, at=MAY
    )
    assert record.lines.get(code="events_held").remark == "Two?"
    save_lines(record=record, lines=cases.typed(events_held="2"), actor=alice, at=MAY)
    record = submit_return(record=record, actor=alice, at=MAY)
    assert [line.remark for line in record.lines.exclude(remark="")] == []
    assert verify_return(record=record, actor=bob, at=MAY).state == "verified"


def test_a_second_person_decides(zhangjiang: Incubator, alice: User, bob: User) -> None:
    """Neither who submitted it nor who typed a single line."""
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    save_lines(record=record, lines=cases.typed(events_held="4"), actor=bob, at=MAY)
    record = submit_return(record=record, actor=alice, at=MAY)
    assert list(open_reviews(bob)) == []
    for decide in (
        lambda: verify_return(record=record, actor=bob, at=MAY),
        lambda: return_return(record=record, reason="No.", actor=bob, at=MAY),
    ):
        with pytest.raises(Refused) as refused:
            decide()
        assert refused.value.code == "second_person"
    with pytest.raises(Refused):
        verify_return(record=record, actor=alice, at=MAY)


def test_a_correction_is_a_new_version_and_the_old_one_stays(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    old = cases.verified(zhangjiang, alice, bob)
    new = correct_return(record=old, reason="Two events, not one.", actor=alice, at=MAY)
    save_lines(record=new, lines=cases.typed(events_held="2"), actor=alice, at=MAY)
    assert Observation.objects.get(measure="events_held").value == 1
    new = submit_return(record=new, actor=alice, at=MAY)
    new = verify_return(record=new, actor=bob, at=MAY)
    old.refresh_from_db()
    assert (old.state, old.is_latest, new.edition) == ("verified", False, 2)
    assert [old.lines.get(code="events_held").reported, new.lines.get(code="events_held").reported] == [1, 2]
    event = Observation.objects.get(measure="events_held")
    assert (event.value, event.verified_by) == (2, bob)
    with pytest.raises(Conflict) as refused:
        correct_return(record=old, reason="Again.", actor=alice, at=MAY)
    assert refused.value.code == "already_open"


def test_a_correction_before_the_decision_takes_the_place_of_the_first(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    old = cases.submitted(zhangjiang, alice, bob)
    correct_return(record=old, reason="A typing mistake.", actor=alice, at=MAY)
    with pytest.raises(Conflict) as refused:
        verify_return(record=old, actor=bob, at=MAY)
    assert refused.value.code == "superseded"
    assert list(open_reviews(bob)) == []


def test_values_from_records_stand_in_their_lines(zhangjiang: Incubator, alice: User, bob: User) -> None:
    project = factories.make_project(alice, zhangjiang, first_contact_on=date(2021, 4, 6))
    factories.make_project(alice, zhangjiang, first_contact_on=date(2021, 3, 6))
    factories.make_fact(alice, project, "registered", on=date(2021, 4, 9), verifier=bob)
    record = cases.make_return(zhangjiang, bob)
    views = {view.code: view for view in line_views(record)}
    assert [(views[code].reported, views[code].previous) for code in ("new_leads", "landed")] == [
        (1, 1),
        (1, 0),
    ]
    assert views["new_leads"].computed.records[0]["url"] == f"/projects/{project.pk}/"


def test_a_large_change_asks_for_one_line(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.make_duty(zhangjiang, bob)
    april, may = open_returns(at=JULY)[:2]
    submit_return(record=cases.fill(april, alice, at=JULY), actor=alice, at=JULY)
    cases.fill(may, alice, at=JULY, mentoring_sessions="4", events_held="1")
    with pytest.raises(Incomplete) as refused:
        submit_return(record=may, actor=alice, at=JULY)
    assert [(item.field, item.code) for item in refused.value.fields] == [
        ("mentoring_sessions.explanation", "explanation_missing")
    ]
    save_lines(
        record=may,
        lines={"mentoring_sessions": LineInput(explanation="A new mentor began.")},
        actor=alice,
        at=JULY,
    )
    assert submit_return(record=may, actor=alice, at=JULY).state == "submitted"


def test_a_quarter_is_the_sum_of_its_months(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.make_duty(zhangjiang, bob)
    cases.make_duty(zhangjiang, bob, frequency="quarter")
    made = open_returns(at=JULY)
    for number, record in enumerate(row for row in made if row.duty.frequency == "month"):
        cases.fill(record, alice, at=JULY, events_held=str(number), satisfaction_percent=str(80 + number))
        lines = {code: LineInput(explanation="So it was.") for code in cases.TYPED}
        save_lines(record=record, lines=lines, actor=alice, at=JULY)
        if number < 2:
            submit_return(record=record, actor=alice, at=JULY)
    quarter = next(row for row in made if row.duty.frequency == "quarter")
    views = {view.code: view for view in line_views(quarter)}
    assert (views["events_held"].reported, views["events_held"].computed.note[-7:]) == (None, "2021年6月")
    submit_return(record=made[2], actor=alice, at=JULY)
    views = {view.code: view for view in line_views(quarter)}
    assert [views[code].reported for code in ("events_held", "satisfaction_percent")] == [3, 81]
    assert Observation.objects.count() == 0


def test_whoever_left_is_not_counted_in_his_name(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    alice.memberships.all().delete()
    with pytest.raises(Conflict) as refused:
        verify_return(record=PeriodReturn.objects.get(pk=record.pk), actor=bob, at=MAY)
    assert refused.value.code == "submitter_left"
    record.refresh_from_db()
    assert (record.state, Observation.objects.count()) == ("submitted", 0)


def test_strangers_readers_and_writers(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User, dora: User
) -> None:
    record = cases.make_return(zhangjiang, bob)
    seen = [list(PeriodReturn.objects.visible_to(user)) for user in (alice, bob, charlie, dora)]
    assert seen == [[record], [record], [], [record]]
    assert [ReturnLine.objects.visible_to(user).count() for user in (alice, charlie)] == [9, 0]
    with pytest.raises(Refused):
        save_lines(record=record, lines=cases.typed(events_held="2"), actor=dora, at=MAY)
