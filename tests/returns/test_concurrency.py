"""Two at the same moment: one submission, one decision, one new version, nothing past a close."""

from functools import partial

import pytest

from accounts.models import User
from core.history import verify
from evaluation.models import Observation
from incubators.models import Incubator, Park
from returns.models import PeriodReturn
from returns.services import (
    close_period,
    correct_return,
    open_returns,
    return_return,
    save_lines,
    submit_return,
    verify_return,
)
from tests.concurrency import together
from tests.returns import cases
from tests.returns.cases import JULY, MAY

pytestmark = pytest.mark.django_db(transaction=True)


def test_submitted_once_however_often_clicked(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    outcomes = together(*[partial(submit_return, record=record, actor=alice, at=MAY)] * 4)
    assert sorted(outcomes) == ["Conflict", "Conflict", "Conflict", "PeriodReturn"]
    assert record.moves.filter(act="submit").count() == 1


def test_one_decision(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    outcomes = together(
        partial(verify_return, record=record, actor=bob, at=MAY),
        partial(return_return, record=record, reason="No.", actor=bob, at=MAY),
    )
    assert sorted(outcomes) == ["Conflict", "PeriodReturn"]
    record.refresh_from_db()
    counted = Observation.objects.verified().count()
    assert (record.state, counted) in {("verified", len(cases.TYPED)), ("returned", 0)}
    assert not list(verify([zhangjiang.chain]))


def test_of_two_savers_one_is_told(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    save = partial(save_lines, record=record, actor=alice, at=MAY, expected_version=record.version)
    outcomes = together(
        partial(save, lines=cases.typed(events_held="2")), partial(save, lines=cases.typed(events_held="3"))
    )
    assert sorted(outcomes) == ["Conflict", "PeriodReturn"]
    record.refresh_from_db()
    assert record.version == 2


def test_a_return_is_opened_and_corrected_once(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.make_duty(zhangjiang, bob)
    together(*[partial(open_returns, incubators=[zhangjiang], at=MAY)] * 3)
    record = PeriodReturn.objects.get()
    assert record.lines.count() == len(cases.SHORT)
    record = submit_return(record=cases.fill(record, alice), actor=alice, at=MAY)
    outcomes = together(*[partial(correct_return, record=record, reason="So.", actor=alice, at=MAY)] * 3)
    assert sorted(outcomes) == ["Conflict", "Conflict", "PeriodReturn"]


def test_nobody_slips_in_while_a_period_is_closed(
    park: Park, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    """Whichever comes first, the order of the history tells it: nothing is written after the close."""
    record = cases.make_return(zhangjiang, bob)
    together(
        partial(close_period, park=park, incubator=zhangjiang, period="2021-Q2", actor=bob, at=JULY),
        partial(save_lines, record=record, lines=cases.typed(events_held="2"), actor=alice, at=JULY),
    )
    outcomes = together(
        partial(save_lines, record=record, lines=cases.typed(events_held="5"), actor=alice, at=JULY)
    )
    assert outcomes == ["Conflict"]
    assert record.lines.get(code="events_held").value in (None, 2)
