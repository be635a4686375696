"""A whole month entered on one page."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.models import User
from evaluation.models import Observation
from incubators.models import Incubator
from tests.evaluation import cases
from tests.evaluation.test_web_runs import signed_in

pytestmark = pytest.mark.django_db


def address(month: str = "2021-04") -> str:
    return f"{reverse('evaluation-month')}?incubator=zhangjiang&month={month}"


def values() -> dict[str, Decimal]:
    return {row.measure: row.value for row in Observation.objects.filter(period="2021-04")}


def test_a_month_is_entered_at_once_and_only_changes_are_written(zhangjiang: Incubator, alice: User) -> None:
    client = signed_in(alice)
    typed = {"service_tickets_total": "1,200", "public_spend_yuan": "30万", "events_held": ""}
    assert client.post(address(), typed).status_code == 302
    assert values() == {"service_tickets_total": Decimal(1200), "public_spend_yuan": Decimal(300_000)}
    first = Observation.objects.get(measure="public_spend_yuan").entered_at
    assert client.post(address(), typed | {"events_held": "2"}).status_code == 302
    assert Observation.objects.get(measure="public_spend_yuan").entered_at == first
    assert values()["events_held"] == 2


@pytest.mark.parametrize(
    ("measure", "typed"),
    [
        ("events_held", "1.5"),
        ("satisfaction_percent", "101"),
        ("budget_yuan", "-1"),
        ("events_held", "many\0"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_nothing_is_written(
    measure: str, typed: str, zhangjiang: Incubator, alice: User
) -> None:
    answer = signed_in(alice).post(address(), {"mentoring_sessions": "3", measure: typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [measure]
    assert values() == {}


def test_verified_values_cannot_be_typed_over(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.report_months(zhangjiang, "2021-04", operator=alice, verifier=bob)
    before = values()
    client = signed_in(alice)
    assert not set(client.get(address()).context["form"].fields) & set(before)
    assert client.post(address(), {"events_held": "99"}).status_code == 302
    assert values() == before


def test_only_who_enters_here_sees_the_form(
    zhangjiang: Incubator, charlie: User, dora: User, alice: User
) -> None:
    assert [signed_in(user).get(address()).status_code for user in (charlie, dora)] == [404, 403]
    assert [signed_in(alice).get(address(month)).status_code for month in ("2021-13", "2099-01")] == [
        404,
        404,
    ]
