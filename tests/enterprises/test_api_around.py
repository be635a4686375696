"""Rights, people, occupancies, money and the ladder through the API."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from incubators.models import Incubator, Space
from tests import factories
from tests.api import Api, is_problem


def owner_of(actor: User, incubator: Incubator) -> int:
    return int(factories.make_enterprise(actor, incubator, registered_on=date(2019, 1, 1)).pk)


def bodies(enterprise: int, api: Api, incubator: Incubator) -> dict[str, dict[str, Any]]:
    """A body for each kind; what it hangs on is made on the way."""
    right = api.post("ip-rights/", {"enterprise": enterprise, "name_zh": "示例", "kind": "invention"}).json()[
        "id"
    ]
    person = api.post("talents/", {"enterprise": enterprise, "name_zh": "示例"}).json()["id"]
    loan_body = {
        "enterprise": enterprise, "bank": "示例", "line_amount": "10.00", "starts_on": "2021-03-01",
        "guarantee": "credit",
    }  # fmt: skip
    loan = api.post("loans/", {**loan_body, "product": "一"}).json()["id"]
    filing_body = {"right": right, "office": "US", "number": "US-1", "filed_on": "2021-03-01"}
    filing = api.post("ip-filings/", {**filing_body, "number": "US-0"}).json()["id"]
    return {
        "ip-filings": filing_body,
        "ip-grants": {"filing": filing, "number": "P", "granted_on": "2021-05-01"},
        "ip-licences": {"right": right, "kind": "sole", "licensee": "示例", "starts_on": "2021-03-01"},
        "talent-results": {"person": person, "plan": "taihu", "year": 2021, "on": "2021-03-01"},
        "financing-events": {
            "enterprise": enterprise, "round": "a", "on": "2021-03-01", "amount": "5.00", "currency": "SEK",
        },
        "loans": loan_body,
        "whitelist-entries": {"enterprise": enterprise, "list_name": "示例", "starts_on": "2021-03-01"},
        "risk-shares": {
            "loan": loan, "bank_percent": "20", "government_percent": "70", "insurer_percent": "10",
        },
        "stated-facts": {"enterprise": enterprise, "key": "owns_core_ip", "on": "2021-03-01", "value": "1"},
    }  # fmt: skip


KINDS = [
    "ip-filings",
    "ip-grants",
    "ip-licences",
    "talent-results",
    "financing-events",
    "loans",
    "whitelist-entries",
    "risk-shares",
    "stated-facts",
]


@pytest.mark.parametrize("kind", KINDS)
def test_entered_by_one_verified_by_another_hidden_from_strangers(
    alice: User, bob: User, charlie: User, dora: User, zhangjiang: Incubator, kind: str
) -> None:
    api = Api(alice)
    body = bodies(owner_of(alice, zhangjiang), api, zhangjiang)[kind]
    made = api.post(f"{kind}/", body)
    assert made.status_code == 201, made.content
    one = f"{kind}/{made.json()['id']}/"
    assert made["Location"].endswith(one)
    is_problem(Api(charlie).get(one), 404, "not_found")
    is_problem(Api(charlie).post(f"{kind}/", body), 422, "invalid")
    is_problem(Api(dora).post(f"{kind}/", body), 403, "refused")
    is_problem(Api(dora).post(one + "verify/"), 403, "refused")
    is_problem(api.post(one + "verify/"), 403, "refused")
    is_problem(api.patch(one, {}), 428, "if_match_required")
    assert Api(bob).post(one + "verify/").json()["verified_by"] == "bob"
    is_problem(Api(bob).post(one + "verify/"), 409, "already_verified")
    is_problem(api.delete(one, If_Match=api.get(one)["ETag"]), 409, "verified")
    assert [row["id"] for row in api.pages(f"{kind}/?verified=true")] == [made.json()["id"]]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_sent_back_is_mended_and_handed_in_again(
    alice: User, bob: User, dora: User, zhangjiang: Incubator, kind: str
) -> None:
    api, park = Api(alice), Api(bob)
    body = bodies(owner_of(alice, zhangjiang), api, zhangjiang)[kind]
    one = f"{kind}/{api.post(f'{kind}/', body).json()['id']}/"
    words = {"reason": "The proof is missing."}
    is_problem(Api(dora).post(one + "return/", words), 403, "refused")
    is_problem(api.post(one + "return/", words), 403, "refused")
    is_problem(park.post(one + "return/", {"reason": " "}), 422, "invalid")
    back = park.post(one + "return/", words).json()
    assert (back["returned_by"], back["return_reason"]) == ("bob", "The proof is missing.")
    is_problem(park.post(one + "return/", words), 409, "returned")
    is_problem(park.post(one + "verify/"), 409, "returned")
    changes: dict[str, Any] = {
        "ip-filings": {"number": "US-2"}, "ip-grants": {"number": "Q"}, "ip-licences": {"licensee": "示例二"},
        "talent-results": {"level": "示例"}, "financing-events": {"amount": "6.00"}, "loans": {"bank": "乙"},
        "whitelist-entries": {"authority": "示例"}, "stated-facts": {"value": "0"},
        "risk-shares": {"bank_percent": "10", "insurer_percent": "20"},
    }  # fmt: skip
    mended = api.patch(one, changes[kind], If_Match=api.get(one)["ETag"]).json()
    assert (mended["returned_by"], mended["return_reason"]) == (None, "")
    assert park.post(one + "verify/").json()["verified_by"] == "bob"
    is_problem(park.post(one + "return/", words), 409, "already_verified")


def test_a_right_with_owners_and_its_version(alice: User, zhangjiang: Incubator, charlie: User) -> None:
    api, enterprise = Api(alice), owner_of(alice, zhangjiang)
    made = api.post("ip-rights/", {"enterprise": enterprise, "name_zh": "示例", "kind": "invention"})
    one = f"ip-rights/{made.json()['id']}/"
    assert made.json()["owners"] == [
        {"enterprise": enterprise, "person": None, "name": "", "percent": "100.0000"}
    ]
    changed = api.patch(one, {"note": "示例"}, If_Match=made["ETag"])
    assert (changed.json()["version"], changed["ETag"]) == (2, '"v2"')
    is_problem(api.patch(one, {"note": "二"}, If_Match=made["ETag"]), 412, "stale")
    shares = [{"enterprise": enterprise, "percent": "60"}, {"name": "示例大学", "percent": "40"}]
    told = api.put(one + "owners/", shares, If_Match=changed["ETag"])
    assert [row["percent"] for row in told.json()["owners"]] == ["60.0000", "40.0000"]
    is_problem(api.put(one + "owners/", shares[:1], If_Match=told["ETag"]), 422, "invalid")
    is_problem(Api(charlie).get(one), 404, "not_found")


def test_readers_get_personal_data_masked(alice: User, dora: User, zhangjiang: Incubator) -> None:
    body = {
        "enterprise": owner_of(alice, zhangjiang),
        "name_zh": "示例",
        "phone": "13812345678",
        "email": "li@example.org",
    }
    made = Api(alice).post("talents/", body).json()
    assert made["phone"] == "13812345678"
    seen = Api(dora).get(f"talents/{made['id']}/").json()
    assert (seen["name_zh"], seen["phone"], seen["email"]) == ("示例", "138****5678", "l***@example.org")


def test_a_space_is_never_overfull(alice: User, dora: User, charlie: User, zhangjiang: Incubator) -> None:
    space = Space.objects.create(incubator=zhangjiang, name_zh="示例室", kind="office", area_m2=200)
    api = Api(alice)
    body = {"space": space.pk, "enterprise": owner_of(alice, zhangjiang), "starts_on": "2021-03-01"}
    made = api.post("occupancies/", {**body, "area_m2": "150"})
    assert made.status_code == 201, made.content
    answer = api.post("occupancies/", {**body, "area_m2": "50.01"})
    is_problem(answer, 409, "enterprises_occupancy_within_area")
    one = f"occupancies/{made.json()['id']}/"
    ended = api.patch(one, {"ends_on": "2021-06-01"}, If_Match=made["ETag"])
    assert (ended.json()["ends_on"], ended.json()["version"]) == ("2021-06-01", 2)
    assert [row["id"] for row in api.pages(f"occupancies/?space={space.pk}")] == [made.json()["id"]]
    is_problem(Api(charlie).get(one), 404, "not_found")
    is_problem(Api(dora).patch(one, {}, If_Match=ended["ETag"]), 403, "refused")
    assert api.delete(one, If_Match=ended["ETag"]).status_code == 204


def test_the_ladder_explains_every_line(alice: User, charlie: User, zhangjiang: Incubator) -> None:
    enterprise = owner_of(alice, zhangjiang)
    body = Api(alice).get(f"enterprises/{enterprise}/ladder/").json()
    assert body["standing"] is None
    hnte = next(row for row in body["rungs"] if row["rung"] == "hnte")
    assert hnte["is_example"] is True
    line = hnte["lines"][0]
    assert (line["key"], line["unit"], line["threshold"], line["answer"]) == (
        "months_registered",
        "months",
        "12.0000",
        "met",
    )
    is_problem(Api(charlie).get(f"enterprises/{enterprise}/ladder/"), 404, "not_found")


@pytest.mark.parametrize("kind", ["ip-rights", "talents", "ip-filings", "talent-results", "loans"])
def test_queries_do_not_grow_with_the_rows(alice: User, zhangjiang: Incubator, kind: str) -> None:
    api = Api(alice)
    counts = []
    for more in (1, 2):
        for _number in range(more):
            enterprise = owner_of(alice, zhangjiang)
            right = api.post(
                "ip-rights/", {"enterprise": enterprise, "name_zh": "示例", "kind": "design"}
            ).json()
            api.post(
                "ip-filings/",
                {"right": right["id"], "office": "US", "number": f"{enterprise}", "filed_on": "2021-03-01"},
            )
            person = api.post("talents/", {"enterprise": enterprise, "name_zh": "示例"}).json()
            api.post(
                "talent-results/", {"person": person["id"], "plan": "taihu", "year": 2021, "on": "2021-03-01"}
            )
            api.post(
                "loans/",
                {"enterprise": enterprise, "bank": "示例", "line_amount": "1", "starts_on": "2021-03-01",
                 "guarantee": "credit"},
            )  # fmt: skip
        api.get(f"{kind}/")
        with CaptureQueriesContext(connection) as caught:
            assert len(api.get(f"{kind}/").json()["results"]) == (1 if more == 1 else 3)
        counts.append(len(caught))
    assert counts[0] == counts[1]
