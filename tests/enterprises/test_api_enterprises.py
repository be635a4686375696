"""Enterprises through the API, with their yearly figures and titles."""

from accounts.models import User
from incubators.models import Incubator
from tests import factories
from tests.api import Api, is_problem


def test_create_update_and_pull(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    code = factories.make_credit_code()
    made = api.post(
        "enterprises/", {"incubator": "zhangjiang", "name_zh": "示例公司", "credit_code": code.lower()}
    )
    body = made.json()
    assert (made.status_code, body["credit_code"], body["version"]) == (201, code, 1)
    path = f"enterprises/{body['id']}/"
    changed = api.patch(path, {"address": "示例路1号"}, If_Match=made["ETag"])
    assert (changed.json()["address"], changed["ETag"]) == ("示例路1号", '"v2"')
    is_problem(api.patch(path, {"address": "二"}, If_Match=made["ETag"]), 412, "stale")
    assert [row["id"] for row in api.pages("enterprises/?updated_since=2020-01-01")] == [body["id"]]
    assert [row["id"] for row in api.pages(f"enterprises/?credit_code={code}")] == [body["id"]]


def test_a_wrong_check_digit_is_named_with_the_remedy(alice: User, zhangjiang: Incubator) -> None:
    body = is_problem(
        Api(alice).post("enterprises/", {"name_zh": "示例", "credit_code": "91990000MA00000000"}),
        422,
        "invalid",
    )
    assert [(error["field"], error["code"]) for error in body["errors"]] == [("credit_code", "check_digit")]


def test_yearly_figures_need_a_second_person(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator
) -> None:
    api = Api(alice)
    enterprise = factories.make_enterprise(alice, zhangjiang)
    path = f"enterprises/{enterprise.pk}/yearly-figures/"
    made = api.post(
        path, {"year": 2020, "currency": "CNY", "revenue_amount": "1200000.50", "staff_count": 12}
    )
    assert (made.status_code, made.json()["revenue_amount"]) == (201, "1200000.50")
    is_problem(api.post(path, {"year": 2020, "revenue_amount": "1"}), 409, "already_recorded")
    one = f"{path}2020/"
    is_problem(api.post(one + "verify/"), 403, "refused")
    assert Api(bob).post(one + "verify/").json()["verified_by"] == "bob"
    corrected = api.patch(one, {"staff_count": 13}, If_Match=api.get(one)["ETag"]).json()
    assert (corrected["staff_count"], corrected["verified_by"]) == (13, None)
    is_problem(Api(charlie).get(path), 404, "not_found")


def test_titles(alice: User, bob: User, zhangjiang: Incubator) -> None:
    enterprise = factories.make_enterprise(alice, zhangjiang)
    path = f"enterprises/{enterprise.pk}/recognitions/"
    made = Api(alice).post(path, {"kind": "hnte", "granted_on": "2021-01-01"})
    assert made.status_code == 201, made.content
    assert Api(bob).post(f"{path}{made.json()['id']}/verify/").json()["verified_by"] == "bob"
    body = is_problem(Api(alice).post(path, {"kind": "king", "granted_on": "x"}), 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"kind", "granted_on"}
