from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.enums import Role
from accounts.models import User
from incubators.models import (
    Agreement,
    ContractTarget,
    Incubator,
    IncubatorRecognition,
    Membership,
    OperatorContract,
    Organisation,
    Park,
    Space,
)
from tests import factories
from tests.constraints import broken

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator() -> Organisation:
    return Organisation.objects.create(code="op", name_zh="示例运营", kind="operator")


def contract(incubator: Incubator, operator: Organisation, **values: Any) -> OperatorContract:
    defaults = {
        "number": "C-1",
        "starts_on": date(2021, 1, 1),
        "ends_on": date(2022, 1, 1),
        "fee_amount": Decimal(100),
    }
    return OperatorContract.objects.create(incubator=incubator, operator=operator, **{**defaults, **values})


def test_incubators_area_not_negative(zhangjiang: Incubator) -> None:
    with broken("incubators_area_not_negative"):
        Incubator.objects.update(area_m2=-1)


def test_incubators_not_its_own_predecessor(zhangjiang: Incubator) -> None:
    with broken("incubators_not_its_own_predecessor"):
        Incubator.objects.filter(pk=zhangjiang.pk).update(predecessor=zhangjiang)


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.OPERATOR, "park"),
        (Role.OPERATOR, "nowhere"),
        (Role.PARK_ADMIN, "incubator"),
        (Role.PARK_ADMIN, "nowhere"),
        (Role.FINANCE, "incubator"),
        (Role.AUDITOR, "incubator"),
        (Role.API_CLIENT, "nowhere"),
        ("emperor", "park"),
    ],
)
def test_incubators_membership_place_fits_role(zhangjiang: Incubator, role: str, place: str) -> None:
    places = {"park": {"park": zhangjiang.park}, "incubator": {"incubator": zhangjiang}, "nowhere": {}}
    user = factories.make_user("frank")
    with broken("incubators_membership_place_fits_role"):
        Membership.objects.create(user=user, role=role, starts_on=date(2021, 1, 1), **places[place])


def test_incubators_membership_once(alice: User) -> None:
    row = Membership.objects.get(user=alice)
    row.pk = None
    with broken("incubators_membership_once"):
        row.save()


def test_incubators_membership_dates(alice: User) -> None:
    with broken("incubators_membership_dates"):
        Membership.objects.filter(user=alice).update(ends_on=date(2016, 12, 31))


def test_incubators_contract_fee_not_negative(zhangjiang: Incubator, operator: Organisation) -> None:
    with broken("incubators_contract_fee_not_negative"):
        contract(zhangjiang, operator, fee_amount=Decimal("-0.01"))


def test_incubators_contract_dates(zhangjiang: Incubator, operator: Organisation) -> None:
    with broken("incubators_contract_dates"):
        contract(zhangjiang, operator, ends_on=date(2021, 1, 1))


def test_incubators_contract_no_overlap(zhangjiang: Incubator, operator: Organisation) -> None:
    contract(zhangjiang, operator)
    contract(zhangjiang, operator, number="C-2", starts_on=date(2022, 1, 1), ends_on=date(2023, 1, 1))
    with broken("incubators_contract_no_overlap"):
        contract(zhangjiang, operator, number="C-3", starts_on=date(2021, 12, 31), ends_on=date(2022, 6, 1))


def test_incubators_target_once(zhangjiang: Incubator, operator: Organisation) -> None:
    target = {
        "contract": contract(zhangjiang, operator),
        "indicator": "landings",
        "period": "2021",
        "value": 1,
    }
    ContractTarget.objects.create(**target)
    with broken("incubators_target_once"):
        ContractTarget.objects.create(**target)


def test_incubators_target_not_negative(zhangjiang: Incubator, operator: Organisation) -> None:
    with broken("incubators_target_not_negative"):
        ContractTarget.objects.create(
            contract=contract(zhangjiang, operator), indicator="landings", period="2021", value=-1
        )


def test_incubators_recognition_dates_and_once(zhangjiang: Incubator) -> None:
    title = {"incubator": zhangjiang, "title": "示例", "authority": "示例局", "granted_on": date(2021, 1, 1)}
    with broken("incubators_recognition_dates"):
        IncubatorRecognition.objects.create(**title, expires_on=date(2020, 1, 1))
    IncubatorRecognition.objects.create(**title)
    with broken("incubators_recognition_once"):
        IncubatorRecognition.objects.create(**title)


def test_incubators_space_rules(zhangjiang: Incubator) -> None:
    space = {"incubator": zhangjiang, "name_zh": "示例实验室", "kind": "laboratory"}
    with broken("incubators_space_has_area"):
        Space.objects.create(**space, area_m2=0)
    with broken("incubators_space_dates"):
        Space.objects.create(**space, area_m2=1, starts_on=date(2021, 1, 2), ends_on=date(2021, 1, 1))
    Space.objects.create(**space, area_m2=200)
    with broken("incubators_space_name_once"):
        Space.objects.create(**space, area_m2=200)


def test_incubators_agreement_amount_not_negative(park: Park) -> None:
    with broken("incubators_agreement_amount_not_negative"):
        Agreement.objects.create(code="a", name_zh="示例", kind="x", amount=-1)
