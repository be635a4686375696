"""What the demonstration shows of sharing, on the demonstration's own kind of data."""

from datetime import date

import pytest

from accounts.enums import Role
from accounts.models import User
from incubators.models import Organisation
from sharing.demo import load
from sharing.models import SharingAgreement, SharingDispute, SharingSettlement
from sharing.selectors import standing_of
from tests import factories
from tests.sharing import cases

pytestmark = pytest.mark.django_db


def person(username: str, role: str, **place: object) -> User:
    user = factories.make_user(username, role, **place)  # type: ignore[arg-type]
    User.objects.filter(pk=user.pk).update(is_demonstration=True)
    return user


def test_two_agreements_told_once() -> None:
    park = factories.make_park("jiangyin-htz")
    factories.make_park("shanghai-zhangjiang")
    operator = Organisation.objects.create(code="techcode", kind="operator", name_zh="示例运营")
    site = factories.make_incubator(park, "jy-zhangjiang", operator=operator)
    administrator = person("park-jiangyin", Role.PARK_ADMIN, park=park)
    person("finance-jiangyin", Role.FINANCE, park=park)
    alice = factories.make_operator(site, "op-zhangjiang")
    for day in (date(2021, 3, 1), date(2022, 5, 1)):
        firm = cases.landed(alice, site, day)
        for year in range(day.year, 2024):
            cases.figures(
                firm, year, alice, administrator, tax=250_000, revenue_amount=cases.Decimal(2_500_000)
            )
    cases.landed(alice, site, date(2022, 6, 1))
    assert [(section.count, section.touched) for section in load(at=cases.NOW)] == [(2, 2)]
    assert [section.touched for section in load(at=cases.NOW)] == [0]
    lasting, expired = SharingAgreement.objects.order_by("number")
    moved = standing_of(lasting).moved
    assert [str(moved[name]) for name in ("promised", "accrued", "settled", "open")] == [
        "480000.00", "120000.00", "20000.00", "100000.00",
    ]  # fmt: skip
    assert [year.year for year in standing_of(lasting).years if year.is_booked] == [2021, 2022]
    assert [row.tail_year for row in expired.accruals.order_by("year")] == [0, 1]
    assert [str(row.total) for row in expired.accruals.order_by("year")] == ["20000.00", "10000.00"]
    assert list(SharingSettlement.objects.order_by("pk").values_list("state", flat=True)) == [
        "confirmed", "reported",
    ]  # fmt: skip
    assert SharingDispute.objects.get().resolved_at is None
    for agreement in (lasting, expired):
        sums = standing_of(agreement).sums
        assert sums is not None
        assert (sums.promised, sums.accrued, sums.settled, sums.open) == (0, 0, 0, 0)
