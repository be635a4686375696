"""A closed period: refused in words by the services, and by the database when Python is bypassed."""

from decimal import Decimal

import pytest
from django.db import connection

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from evaluation.models import Observation
from evaluation.services import enter_observation, verify_observation
from incubators.models import Incubator, Park
from returns.models import PeriodClose, PeriodReturn, ReturnLine
from returns.services import close_period, open_returns, reopen_period, save_lines, submit_return
from tests.constraints import broken
from tests.returns import cases
from tests.returns.cases import JULY, MAY

pytestmark = pytest.mark.django_db
NAME = "returns_period_is_closed"


def close(park: Park, bob: User, period: str = "2021-Q2", incubator: Incubator | None = None) -> PeriodClose:
    return close_period(park=park, incubator=incubator, period=period, actor=bob, at=JULY)


def test_services_refuse_in_words(park: Park, zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    closed = close(park, bob)
    for write in (
        lambda: save_lines(record=record, lines=cases.typed(events_held="2"), actor=alice, at=JULY),
        lambda: submit_return(record=record, actor=alice, at=JULY),
    ):
        with pytest.raises(Conflict) as refused:
            write()
        assert refused.value.code == "period_closed"
    reopen_period(close=closed, reason="One return is missing.", actor=bob, at=JULY)
    assert submit_return(record=record, actor=alice, at=JULY).state == "submitted"


def test_measures_of_a_closed_month_are_refused(
    park: Park, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    values = {"incubator": zhangjiang, "measure": "events_held", "value": Decimal(3), "actor": alice}
    entered = enter_observation(period="2021-04", at=MAY, **values)  # type: ignore[arg-type]
    close(park, bob)
    for write in (
        lambda: enter_observation(period="2021-05", at=JULY, **values),  # type: ignore[arg-type]
        lambda: enter_observation(period="2021-04", at=JULY, **{**values, "value": Decimal(4)}),  # type: ignore[arg-type]
        lambda: verify_observation(observation=entered, actor=bob, at=JULY),
    ):
        with pytest.raises(Conflict) as refused:
            write()
        assert refused.value.code == NAME
    enter_observation(period="2021-03", at=JULY, **values)  # type: ignore[arg-type]


def test_the_database_refuses_when_python_is_bypassed(
    park: Park, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    record = cases.fill(cases.make_return(zhangjiang, bob), alice)
    line = record.lines.get(code="events_held")
    enter_observation(
        incubator=zhangjiang, measure="events_held", period="2021-04", value=Decimal(1), actor=alice, at=MAY
    )
    close(park, bob, incubator=zhangjiang)
    with broken(NAME):
        PeriodReturn.objects.filter(pk=record.pk).update(version=9)
    with broken(NAME):
        PeriodReturn.objects.filter(pk=record.pk).delete()
    with broken(NAME):
        ReturnLine.objects.filter(pk=line.pk).update(value=5)
    with broken(NAME):
        ReturnLine.objects.create(period_return=record, code="contests_hosted", position=99)
    with broken(NAME), connection.cursor() as cursor:
        cursor.execute("DELETE FROM returns_returnline WHERE id = %s", [line.pk])
    with broken(NAME):
        Observation.objects.update(value=7)
    with broken(NAME):
        PeriodReturn.objects.create(
            incubator=zhangjiang,
            duty=record.duty,
            period="2021-06",
            starts_on="2021-06-01",
            ends_on="2021-07-01",
            due_on="2021-07-10",
            created_at=JULY,
            updated_at=JULY,
        )


def test_other_places_and_longer_periods_stay_open(
    park: Park, zhangjiang: Incubator, shenzhen: Incubator, bob: User
) -> None:
    for site in (zhangjiang, shenzhen):
        cases.make_duty(site, bob)
    cases.make_duty(zhangjiang, bob, frequency="quarter")
    close(park, bob, "2021-04", incubator=zhangjiang)
    made = {(row.incubator.code, row.period) for row in open_returns(at=JULY)}
    assert made == {
        ("zhangjiang", "2021-05"),
        ("zhangjiang", "2021-06"),
        ("zhangjiang", "2021-Q2"),
        *(("shenzhen", month) for month in ("2021-04", "2021-05", "2021-06")),
    }


def test_who_closes_and_how(park: Park, zhangjiang: Incubator, alice: User, bob: User) -> None:
    with pytest.raises(Refused):
        close(park, alice)
    with pytest.raises(Invalid):
        close(park, bob, "2021-07")
    closed = close(park, bob)
    with pytest.raises(Conflict):
        close(park, bob)
    with pytest.raises(Invalid):
        reopen_period(close=closed, reason=" ", actor=bob, at=JULY)
    assert [list(PeriodClose.objects.visible_to(user)) for user in (alice, bob)] == [[closed], [closed]]
