"""Forms of a site and of roles: the park's administrator writes, everybody else does not."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from core.models import HistoryEntry
from evaluation.models import Indicator
from incubators.enums import OrganisationKind
from incubators.models import ContractTarget, Incubator, Membership, OperatorContract, Organisation, Park
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def contract(zhangjiang: Incubator) -> OperatorContract:
    operator = Organisation.objects.create(code="op", name_zh="示例机构", kind=OrganisationKind.OPERATOR)
    return OperatorContract.objects.create(
        incubator=zhangjiang,
        operator=operator,
        number="A-1",
        starts_on=date(2021, 1, 1),
        ends_on=date(2022, 1, 1),
        fee_amount=1,
    )


def test_a_site_is_registered_and_changed(client: Client, bob: User, park: Park) -> None:
    client.force_login(bob)
    typed: dict[str, Any] = {
        "park": park.pk, "code": "north", "name_zh": "北区", "kind": "local_carrier", "mode": "unknown",
        "time_zone": "Asia/Shanghai", "opened": "2020-05",
    }  # fmt: skip
    assert client.post(reverse("incubator-create"), typed).url == reverse("incubator-detail", args=["north"])
    assert (
        client.post(reverse("incubator-edit", args=["north"]), typed | {"name_zh": "北园"}).status_code == 302
    )
    assert Incubator.objects.get(code="north").name_zh == "北园"
    assert client.post(reverse("incubator-create"), typed | {"opened": "May"}).status_code == 422


def test_contracts_spaces_and_titles_are_saved_through_the_services(
    client: Client, bob: User, contract: OperatorContract, zhangjiang: Incubator
) -> None:
    client.force_login(bob)
    typed = {
        "number": "A-2", "operator": contract.operator_id, "starts_on": "2022-01-01", "ends_on": "2023-01-01",
        "fee_amount": "200万", "currency": "CNY",
    }  # fmt: skip
    address = reverse("contract-create", args=["zhangjiang"])
    assert client.post(address, typed | {"ends_on": "2021-01-01"}).status_code == 422
    assert client.post(address, typed | {"starts_on": "2021-06-01"}).status_code in (409, 422)
    assert client.post(address, typed).status_code == 302
    assert zhangjiang.contracts.get(number="A-2").fee_amount == 2_000_000
    space = {"name_zh": "实验室", "kind": "laboratory", "area_m2": "200"}
    assert client.post(reverse("space-create", args=["zhangjiang"]), space).status_code == 302
    title = {"title": "示例称号", "authority": "示例单位", "granted_on": "2021-05-01"}
    assert client.post(reverse("incubator-title-create", args=["zhangjiang"]), title).status_code == 302
    actions = HistoryEntry.objects.filter(chain=zhangjiang.chain).values_list("action", flat=True)
    assert set(actions) == {"operatorcontract.saved", "space.saved", "incubatorrecognition.saved"}
    for name, record in (
        ("contract-edit", contract),
        ("space-edit", zhangjiang.spaces.get()),
        ("incubator-title-edit", zhangjiang.recognitions.get()),
    ):
        assert client.get(reverse(name, args=["zhangjiang", record.pk])).status_code == 200


def test_a_target_lies_within_its_contract(
    client: Client, bob: User, alice: User, contract: OperatorContract
) -> None:
    address = reverse("target-set", args=["zhangjiang", contract.pk])
    typed = {"indicator": Indicator.objects.order_by("pk")[0].code, "period": "2021-q2", "value": "3"}
    client.force_login(alice)
    assert client.post(address, typed).status_code == 403
    client.force_login(bob)
    assert client.post(address, typed | {"period": "2025"}).status_code == 422
    assert client.post(address, typed).status_code == 302
    assert ContractTarget.objects.get().period == "2021-Q2"


def test_roles_are_granted_and_ended(
    client: Client, bob: User, alice: User, charlie: User, zhangjiang: Incubator
) -> None:
    newcomer = factories.make_user("newcomer")
    typed = {
        "username": "newcomer",
        "role": "operator",
        "place": f"i{zhangjiang.pk}",
        "starts_on": "2021-01-01",
    }
    client.force_login(alice)
    assert client.post(reverse("membership-grant"), typed).status_code == 403
    client.force_login(bob)
    assert client.post(reverse("membership-grant"), typed | {"username": "nobody"}).status_code == 422
    assert client.post(reverse("membership-grant"), typed | {"role": "park_admin"}).status_code == 422
    assert client.post(reverse("membership-grant"), typed).status_code == 302
    membership = Membership.objects.get(user=newcomer)
    listed = {
        row.user.username for row, _may_end in client.get(reverse("membership-list")).context["current"]
    }
    assert listed == {"alice", "bob", "charlie", "newcomer"}
    address = reverse("membership-end", args=[membership.pk])
    client.force_login(charlie)
    assert client.post(address, {"ends_on": "2021-06-01"}).status_code == 404
    client.force_login(bob)
    assert client.post(address, {"ends_on": "2021-06-01"}).status_code == 302
    membership.refresh_from_db()
    assert membership.ends_on == date(2021, 6, 1)
