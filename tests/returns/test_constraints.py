"""Each rule of the database broken by its name, past Python's own checks."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import User
from incubators.models import Incubator, Park
from returns.models import PeriodClose, PeriodReturn, ReturnDuty, ReturnLine, ReturnMove
from returns.services import close_period
from tests.constraints import broken
from tests.returns import cases
from tests.returns.cases import JULY, MAY

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(zhangjiang: Incubator, bob: User) -> PeriodReturn:
    return cases.make_return(zhangjiang, bob)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("returns_duty_due_days", {"due_days": 0}),
        ("returns_duty_variance", {"variance_percent": 0}),
        ("returns_duty_has_lines", {"lines": []}),
        ("returns_duty_frequency_known", {"frequency": "week"}),
    ],
)
def test_rules_of_a_duty(name: str, values: dict[str, Any], draft: PeriodReturn) -> None:
    with broken(name):
        ReturnDuty.objects.filter(pk=draft.duty_id).update(**values)


def test_a_contract_asks_once_for_each_frequency(draft: PeriodReturn) -> None:
    duty = draft.duty
    duty.pk = None
    with broken("returns_duty_once"):
        duty.save(force_insert=True)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("returns_return_state_has_its_person", {"state": "lost"}),
        ("returns_return_dates", {"due_on": "2021-04-02"}),
        ("returns_edition_counts_from_one", {"edition": 2}),
        ("returns_edition_counts_from_one", {"correction_reason": "Why?"}),
        ("returns_return_state_has_its_person", {"state": "submitted"}),
        ("returns_return_returned_pair", {"returned_at": MAY, "return_reason": "No."}),
        ("returns_return_published_pair", {"published_at": MAY}),
    ],
)
def test_rules_of_a_return(name: str, values: dict[str, Any], draft: PeriodReturn) -> None:
    with broken(name):
        PeriodReturn.objects.filter(pk=draft.pk).update(**values)


def test_the_person_and_the_time_of_a_decision(zhangjiang: Incubator, alice: User, bob: User) -> None:
    rows = PeriodReturn.objects.filter(pk=cases.verified(zhangjiang, alice, bob).pk)
    with broken("returns_return_submitted_pair"):
        rows.update(submitted_by=None)
    with broken("returns_return_verified_pair"):
        rows.update(verified_by=None)


def test_whoever_returns_it_says_why(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    with broken("returns_return_returned_with_words"):
        PeriodReturn.objects.filter(pk=record.pk).update(state="returned", returned_at=MAY, returned_by=bob)


def test_a_second_person_verifies(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    rows = PeriodReturn.objects.filter(pk=record.pk)
    with broken("returns_return_second_person"):
        rows.update(state="verified", verified_at=MAY, verified_by=alice)


def test_whoever_typed_a_line_verifies_nothing(zhangjiang: Incubator, alice: User, bob: User) -> None:
    """The database looks at the lines too, not only at who pressed the button."""
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    record.lines.filter(code="events_held").update(entered_by=bob, entered_at=MAY)
    PeriodReturn.objects.filter(pk=record.pk).update(state="submitted", submitted_at=MAY, submitted_by=alice)
    with broken("returns_return_second_person"):
        PeriodReturn.objects.filter(pk=record.pk).update(state="verified", verified_at=MAY, verified_by=bob)


def test_one_newest_version(draft: PeriodReturn) -> None:
    copy = PeriodReturn.objects.get(pk=draft.pk)
    copy.pk, copy.edition, copy.correction_reason = None, 2, "Because."
    with broken("returns_one_newest_version"):
        copy.save(force_insert=True)
    copy.edition, copy.is_latest, copy.correction_reason = 1, False, ""
    with broken("returns_return_once"):
        copy.save(force_insert=True)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("returns_line_not_negative", {"value": -1}),
        ("returns_line_entered_pair", {"entered_at": MAY}),
        ("returns_line_once", {"code": "landed"}),
    ],
)
def test_rules_of_a_line(name: str, values: dict[str, Any], draft: PeriodReturn) -> None:
    with broken(name):
        draft.lines.filter(code="events_held").update(**values)


def test_an_act_is_one_of_those_known(draft: PeriodReturn) -> None:
    with broken("returns_move_act_known"):
        ReturnMove.objects.filter(period_return=draft).update(act="lose")


@pytest.mark.parametrize("act", ["insert", "update", "delete"])
def test_lines_of_a_submitted_return_never_change(
    act: str, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    record = cases.submitted(zhangjiang, alice, bob)
    with broken("returns_submitted_is_frozen"):
        if act == "insert":
            ReturnLine.objects.create(period_return=record, code="contests_hosted", position=99)
        elif act == "update":
            record.lines.update(value=9)
        else:
            record.lines.all()._raw_delete("default")


def test_a_submitted_return_stays_what_it_is(zhangjiang: Incubator, alice: User, bob: User) -> None:
    rows = PeriodReturn.objects.filter(pk=cases.verified(zhangjiang, alice, bob).pk)
    for values in ({"state": "draft"}, {"state": "submitted"}, {"submitted_sha256": "0"}):
        with broken("returns_submitted_is_frozen"):
            rows.update(**values)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("returns_close_reopened_pair", {"reopened_at": JULY, "reason": "So."}),
        ("returns_close_reopened_with_words", {"reason": "So."}),
        ("returns_close_dates", {"ends_on": "2021-01-01"}),
    ],
)
def test_rules_of_a_closed_period(name: str, values: dict[str, Any], park: Park, bob: User) -> None:
    closed = close_period(park=park, period="2021-Q2", actor=bob, at=JULY)
    with broken(name):
        PeriodClose.objects.filter(pk=closed.pk).update(**values)


def test_a_period_is_closed_once(park: Park, bob: User) -> None:
    closed = close_period(park=park, period="2021-Q2", actor=bob, at=JULY)
    closed.pk = None
    closed.closed_at += timedelta(days=1)
    with broken("returns_close_once"):
        closed.save(force_insert=True)
