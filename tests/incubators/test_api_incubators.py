"""Parks, incubators and their papers through the API."""

from accounts.models import User
from incubators.models import Incubator, Organisation, Park
from tests import factories
from tests.api import Api, is_problem


def test_an_incubator_is_found_by_code_and_by_id(
    alice: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    api = Api(alice)
    by_code = api.get("incubators/zhangjiang/").json()
    assert by_code == api.get(f"incubators/{zhangjiang.pk}/").json()
    assert (by_code["park"], by_code["operator"]) == ("jiangyin", None)
    is_problem(api.get("incubators/shenzhen/"), 404, "not_found")
    is_problem(api.get(f"incubators/{shenzhen.pk}/"), 404, "not_found")


def test_only_the_park_registers_and_changes_incubators(
    alice: User, bob: User, erik: User, zhangjiang: Incubator
) -> None:
    values = {
        "park": "jiangyin",
        "code": "uppsala",
        "name_zh": "示例",
        "kind": "innovation_centre",
        "area_m2": "200",
    }
    is_problem(Api(alice).post("incubators/", values), 403, "refused")
    is_problem(Api(erik).post("incubators/", values), 403, "refused")
    made = Api(bob).post("incubators/", values)
    assert (made.status_code, made.json()["area_m2"]) == (201, "200.00")
    etag = Api(bob).get("incubators/uppsala/")["ETag"]
    is_problem(Api(alice).patch("incubators/zhangjiang/", {"opened": "2016"}, If_Match="*"), 403, "refused")
    changed = Api(bob).patch("incubators/uppsala/", {"host_city_zh": "乌普萨拉"}, If_Match=etag)
    assert changed.json()["host_city_zh"] == "乌普萨拉"
    is_problem(Api(bob).patch("incubators/uppsala/", {"opened": "2016"}, If_Match=etag), 412, "stale")


def test_contracts_spaces_and_titles(alice: User, bob: User, zhangjiang: Incubator) -> None:
    Organisation.objects.create(code="op", name_zh="示例运营商", kind="operator")
    api = Api(bob)
    contract = {
        "incubator": "zhangjiang",
        "operator": "op",
        "number": "HT-1",
        "starts_on": "2021-01-01",
        "ends_on": "2022-01-01",
        "fee_amount": "300000",
    }
    made = api.post("contracts/", contract)
    assert (made.status_code, made.json()["fee_amount"], made.json()["currency"]) == (201, "300000.00", "CNY")
    path = f"contracts/{made.json()['id']}/"
    assert (
        api.post(path + "targets/", {"indicator": "landed", "period": "2021", "value": "4"}).status_code
        == 201
    )
    assert [target["value"] for target in api.get(path).json()["targets"]] == ["4.0000"]
    is_problem(
        Api(alice).post(path + "targets/", {"indicator": "landed", "period": "2021", "value": "1"}),
        403,
        "refused",
    )
    body = is_problem(
        api.post("contracts/", {**contract, "number": "HT-2"}), 409, "incubators_contract_no_overlap"
    )
    assert "covers part of this time" in body["detail"]
    space = api.post(
        "spaces/", {"incubator": "zhangjiang", "name_zh": "实验室", "kind": "laboratory", "area_m2": "200"}
    )
    assert space.status_code == 201
    title = api.post(
        "incubator-recognitions/",
        {"incubator": "zhangjiang", "title": "示例称号", "authority": "示例", "granted_on": "2021-01-01"},
    )
    assert title.status_code == 201
    assert [row["id"] for row in Api(alice).get("spaces/").json()["results"]] == [space.json()["id"]]


def test_parks_are_known_to_all_and_filtered_to_ones_own(alice: User, erik: User) -> None:
    assert {row["code"] for row in Api(alice).get("parks/").json()["results"]} == {"jiangyin", "wuxi"}
    assert [row["code"] for row in Api(alice).get("parks/?mine=true").json()["results"]] == ["jiangyin"]
    assert [row["code"] for row in Api(alice).get("parks/?search=wuxi").json()["results"]] == ["wuxi"]
    assert Api(alice).get("parks/wuxi/").json()["id"] == Park.objects.get(code="wuxi").pk


def test_lists_are_sorted_by_pinyin_and_paged(bob: User, park: Park) -> None:
    for code, name in (("c", "张江"), ("a", "深圳"), ("b", "北京")):
        factories.make_incubator(park, code, name_zh=name)
    assert [row["code"] for row in Api(bob).pages("incubators/?limit=1")] == ["b", "a", "c"]
    assert [row["code"] for row in Api(bob).pages("incubators/?limit=2&ordering=-name")] == ["c", "a", "b"]
