"""The way of a share by REST, and what it refuses."""

from typing import Any

import pytest

from accounts.models import User
from incubators.models import Incubator, Organisation, Park
from sharing.models import SharingAccrual, SharingAgreement, SharingEntry, SharingSettlement
from tests import factories
from tests.api import Api, is_problem
from tests.sharing import cases

pytestmark = pytest.mark.django_db


def test_the_whole_way_by_rest(
    park: Park, zhangjiang: Incubator, alice: User, bob: User, fiona: User, dora: User, charlie: User
) -> None:
    admin, finance, operator = Api(bob), Api(fiona), Api(alice)
    factories.make_park("shanghai")
    Organisation.objects.create(code="techcode", kind="operator", name_zh="示例运营")
    body: dict[str, Any] = {
        "park": park.code, "number": "示例-1", "name_zh": "示例共享协议", "signed_on": "2021-01-05",
        "currency": "CNY", "incubators": [zhangjiang.code],
        "parties": [
            {"role": "host", "park": "shanghai"},
            {"role": "home", "park": park.code},
            {"role": "operator", "organisation": "techcode"},
        ],
    }  # fmt: skip
    is_problem(operator.post("sharing-agreements/", body), 403, "refused")
    is_problem(admin.post("sharing-agreements/", {**body, "parties": body["parties"][:1]}), 422, "invalid")
    made = admin.post("sharing-agreements/", body)
    assert made.status_code == 201, made.content
    place = f"sharing-agreements/{made.json()['id']}/"
    assert [party["key"] for party in made.json()["parties"]] == [
        "park:shanghai", f"park:{park.code}", "organisation:techcode",
    ]  # fmt: skip
    is_problem(admin.post("sharing-agreements/", body), 422, "invalid")
    tag = admin.get(place)["ETag"]
    assert admin.patch(place, {"note": "示例"}, If_Match=tag).json()["note"] == "示例"
    is_problem(admin.patch(place, {"note": "示例二"}, If_Match=tag), 412, "stale")

    term: dict[str, Any] = {
        "base": "tax", "holder": f"park:{park.code}", "rate": "40", "remainder_to": "organisation:techcode",
        "shares": [
            {"party": "park:shanghai", "percent": "30"},
            {"party": f"park:{park.code}", "percent": "60"},
            {"party": "organisation:techcode", "percent": "10"},
        ],
    }  # fmt: skip
    terms = {"valid_from": "2021-01-01", "valid_until": "2024-01-01", "tail": "ends", "terms": [term]}
    is_problem(
        admin.post(f"{place}versions/", {**terms, "terms": [{**term, "shares": term["shares"][:2]}]}),
        422,
        "invalid",
    )
    is_problem(
        admin.post(f"{place}versions/", {**terms, "terms": [{**term, "holder": "park:none"}]}), 422, "invalid"
    )
    version = admin.post(f"{place}versions/", terms).json()
    way = f"sharing-versions/{version['id']}/"
    is_problem(admin.post(f"{way}agree/"), 409, "not_proposed")
    assert admin.post(f"{way}propose/").json()["state"] == "proposed"
    is_problem(admin.post(f"{way}agree/"), 403, "second_person")
    assert finance.post(f"{way}agree/").json()["state"] == "agreed"

    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    year = {"agreement": made.json()["id"], "year": 2021}
    is_problem(finance.post("sharing-accruals/", year), 403, "refused")
    looked = admin.post("sharing-accruals/", {**year, "dry_run": True}).json()
    assert (looked["id"], looked["total"], SharingAccrual.objects.count()) == (None, "40000.00", 0)
    booked = admin.post("sharing-accruals/", {**year, "digest": looked["digest"]})
    assert (booked.status_code, booked.json()["digest"]) == (201, looked["digest"])
    assert {**booked.json(), "id": None, "number": None, "computed_at": None} == looked
    again = admin.post("sharing-accruals/", year)
    assert (again.status_code, again.json()["id"]) == (200, booked.json()["id"])
    is_problem(admin.post("sharing-accruals/", {**year, "digest": "else"}), 409, "stale")
    is_problem(admin.post("sharing-accruals/", {**year, "year": 2020, "dry_run": True}), 409, "no_terms")

    proof = cases.make_paper(park, fiona)
    pay = {
        "agreement": made.json()["id"], "year": 2021, "payer": f"park:{park.code}",
        "payee": "park:shanghai", "amount": "5000.00", "on": "2024-05-01", "evidence": proof.pk, "key": "k1",
    }  # fmt: skip
    is_problem(finance.post("sharing-settlements/", {**pay, "amount": "12000.01"}), 409, "more_than_open")
    is_problem(operator.post("sharing-settlements/", pay), 403, "refused")
    first = finance.post("sharing-settlements/", pay)
    assert first.status_code == 201
    assert finance.post("sharing-settlements/", pay).json()["id"] == first.json()["id"]
    is_problem(finance.post("sharing-settlements/", {**pay, "amount": "1.00"}), 409, "key_reused")
    row = f"sharing-settlements/{first.json()['id']}/"
    is_problem(finance.post(f"{row}confirm/"), 403, "second_person")
    for _ in range(2):
        assert admin.post(f"{row}confirm/").json()["state"] == "confirmed"
    is_problem(finance.post(f"{row}return/", {"reason": "示例"}), 409, "decided")
    assert SharingSettlement.objects.count() == 1

    whole = operator.get(place).json()["standing"]
    assert [(cell["party"], cell["accrued"], cell["settled"], cell["open"]) for cell in whole] == [
        ("park:shanghai", "12000.00", "5000.00", "7000.00"),
        (f"park:{park.code}", "-16000.00", "-5000.00", "-11000.00"),
        ("organisation:techcode", "4000.00", "0.00", "4000.00"),
    ]
    entries = Api(dora).pages("sharing-entries/")
    assert [entry["kind"] for entry in entries] == ["settlement", "accrual"]
    for entry in entries:
        assert sum(float(posting["amount"]) for posting in entry["postings"]) == 0
    assert Api(charlie).get("sharing-agreements/").json()["results"] == []
    is_problem(Api(charlie).get(place), 404, "not_found")


def test_an_idempotency_key_enters_once(
    agreement: SharingAgreement, zhangjiang: Incubator, alice: User, bob: User, fiona: User, park: Park
) -> None:
    cases.figures(cases.landed(alice, zhangjiang), 2021, alice, bob)
    Api(bob).post("sharing-accruals/", {"agreement": agreement.pk, "year": 2021})
    body = {
        "agreement": agreement.pk, "year": 2021, "payer": f"park:{park.code}", "payee": "park:shanghai",
        "amount": "5.00", "on": "2024-05-01", "evidence": cases.make_paper(park, fiona).pk,
    }  # fmt: skip
    answers = [Api(fiona).post("sharing-settlements/", body, Idempotency_Key="once") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert SharingSettlement.objects.count() == 1
    assert SharingEntry.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"amount": "0.00"},
        {"amount": "0.001"},
        {"payer": "park:none"},
        {"payee": "park:jiangyin"},
        {"kind": "netting"},
        {"evidence": None},
        {"on": "2999-01-01"},
        {"unknown": 1},
    ],
)
def test_nonsense_is_refused(
    agreement: SharingAgreement, park: Park, fiona: User, values: dict[str, Any]
) -> None:
    body = {
        "agreement": agreement.pk, "year": 2021, "payer": "park:jiangyin", "payee": "park:shanghai",
        "amount": "5.00", "on": "2024-05-01", "evidence": cases.make_paper(park, fiona).pk, **values,
    }  # fmt: skip
    assert Api(fiona).post("sharing-settlements/", body).status_code == 422
    assert not SharingSettlement.objects.exists()
