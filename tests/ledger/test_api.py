"""The way of the money by REST, and what it refuses."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import User
from enterprises.models import Enterprise
from incubators.models import Incubator, Park
from ledger.models import Commitment, Entry
from ledger.selectors import budget_standing
from tests import factories
from tests.api import Api, is_problem
from tests.ledger import cases

pytestmark = pytest.mark.django_db


def test_the_whole_way_by_rest(
    park: Park, zhangjiang: Incubator, alice: User, bob: User, fiona: User, dora: User, firm: Enterprise
) -> None:
    finance, admin, operator = Api(fiona), Api(bob), Api(alice)
    body = {"park": park.code, "code": "talent", "year": 2021, "currency": "CNY", "name_zh": "示例资金"}
    budget = finance.post("budgets/", body).json()
    paper = finance.client.post(
        "/api/v1/evidence/",
        {"park": park.code, "file": SimpleUploadedFile("paper.pdf", factories.PDF)},
        headers=finance.headers,
    ).json()
    change = {"kind": "appropriation", "amount": "500000.00", "reason": "示例", "evidence": paper["id"]}
    proposed = finance.post(f"budgets/{budget['id']}/changes/", change).json()
    is_problem(finance.post(f"budget-changes/{proposed['id']}/approve/", {}), 403, "refused")
    assert admin.post(f"budget-changes/{proposed['id']}/approve/", {}).json()["state"] == "booked"

    grant = {
        "budget": budget["id"], "enterprise": firm.pk, "purpose": "示例补助", "amount": "100000.00",
        "base": "rd:2021", "key": "grant-1",
        "instalments": [{"amount": "100000.00", "due_on": "2021-07-01", "condition": "示例"}],
    }  # fmt: skip
    first = finance.post("commitments/", grant)
    assert (first.status_code, finance.post("commitments/", grant).json()["id"]) == (201, first.json()["id"])
    is_problem(finance.post("commitments/", {**grant, "amount": "90000.00"}), 409, "key_reused")
    is_problem(finance.post("commitments/", {**grant, "key": "grant-2"}), 409, "double_funding")
    is_problem(
        finance.post(
            "commitments/",
            {**grant, "key": "g3", "base": "", "amount": "400000.01", "instalments": []},
        ),
        409,
        "budget_exhausted",
    )
    is_problem(operator.post("commitments/", grant), 403, "refused")

    row = operator.get("instalments/").json()["results"][0]
    place = f"instalments/{row['id']}/"
    proof = factories.make_evidence(alice, zhangjiang)
    is_problem(operator.post(f"{place}claim/", {}), 422, "invalid")
    assert operator.post(f"{place}claim/", {"evidence": proof.pk}).json()["state"] == "claimed"
    assert finance.post(f"{place}verify/", {}).json()["state"] == "ready"
    account = operator.post(
        "bank-accounts/",
        {"enterprise": firm.pk, "holder": "示例", "bank": "示例银行", "number": "6222000011112222"},
    ).json()
    assert account["number"] == "622****2222"
    assert finance.post(f"bank-accounts/{account['id']}/verify/", {}).json()["number"] == "6222000011112222"
    version = finance.get(place)
    assert (
        finance.patch(place, {"account": account["id"]}, If_Match=version["ETag"]).json()["account"]
        == account["id"]
    )
    batch = finance.post("payment-batches/", {"park": park.code, "instalments": [row["id"]]}).json()
    take_out = f"payment-batches/{batch['id']}/take-out/"
    is_problem(finance.post(take_out, {}), 422, "invalid")
    is_problem(operator.post(take_out, {"instalment": row["id"]}), 404, "not_found")
    assert finance.post(take_out, {"instalment": row["id"]}).status_code == 200
    assert finance.get(place).json()["state"] == "ready"
    is_problem(finance.post(take_out, {"instalment": row["id"]}), 409, "not_there")
    batch = finance.post("payment-batches/", {"park": park.code, "instalments": [row["id"]]}).json()
    address = f"payment-batches/{batch['id']}/"
    is_problem(finance.get(f"{address}file/"), 409, "unchecked")
    is_problem(finance.post(f"{address}check/", {}), 403, "second_person")
    assert admin.post(f"{address}check/", {}).json()["state"] == "checked"
    assert finance.get(f"{address}file/").status_code == 200
    assert finance.post(f"{address}send/", {"on": "2021-07-02"}).json()["state"] == "sent"
    for _ in range(2):
        assert finance.post(f"{place}received/", {"on": "2021-07-03"}).json()["state"] == "received"
    assert Entry.objects.filter(kind="payment").count() == 1
    claw = {"amount": "1000.00", "reason": "示例", "key": "c1"}
    for _ in range(2):
        assert finance.post(f"commitments/{first.json()['id']}/claw-back/", claw).status_code == 200
    whole = Api(dora).get(f"budgets/{budget['id']}/").json()
    assert whole["standing"] == {
        "currency": "CNY",
        "appropriated": "500000.00",
        "available": "400000.00",
        "committed": "0.00",
        "paid": "99000.00",
        "clawed_back": "1000.00",
    }
    kinds = [entry["kind"] for entry in Api(dora).get("ledger-entries/").json()["results"]]
    assert sorted(kinds) == ["appropriation", "clawback", "commitment", "payment"]


def test_an_idempotency_key_books_once(park: Park, fiona: User, bob: User, firm: Enterprise) -> None:
    budget = cases.make_budget(park, fiona, bob)
    body = {"budget": budget.pk, "enterprise": firm.pk, "purpose": "示例", "amount": "10.00"}
    answers = [Api(fiona).post("commitments/", body, Idempotency_Key="once") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert Commitment.objects.count() == 1
    assert budget_standing(budget).committed == Decimal("10.00")


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"amount": "0.00"}, 422),
        ({"amount": "-1"}, 422),
        ({"amount": "0.001"}, 422),
        ({"enterprise": None}, 422),
        ({"purpose": ""}, 422),
        ({"unknown": 1}, 422),
    ],
)
def test_nonsense_is_refused(
    park: Park, fiona: User, bob: User, firm: Enterprise, values: dict[str, Any], status: int
) -> None:
    budget = cases.make_budget(park, fiona, bob)
    body = {"budget": budget.pk, "enterprise": firm.pk, "purpose": "示例", "amount": "10.00", **values}
    assert Api(fiona).post("commitments/", body).status_code == status
    assert not Commitment.objects.exists()
