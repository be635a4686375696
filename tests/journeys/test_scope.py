"""Each demo account signs in and sees only its own, by page and by REST."""

from typing import Any

import pytest

from tests.journeys.conftest import Site

ACCOUNTS = [
    "op-zhangjiang",
    "op-shenzhen",
    "op-uppsala",
    "park-jiangyin",
    "park-wuxi",
    "finance-jiangyin",
    "expert-1",
    "auditor",
    "api-client",
]
OWN = {
    "op-zhangjiang": {"jy-zhangjiang"},
    "op-shenzhen": {"jy-shenzhen-incubator"},
    "op-uppsala": {"jy-uppsala"},
    "park-jiangyin": {"jy-zhangjiang", "jy-shenzhen-incubator", "jy-uppsala"},
    "park-wuxi": {"wxhtz-gba-centre"},
    "finance-jiangyin": {"jy-zhangjiang", "jy-shenzhen-incubator", "jy-uppsala"},
    "expert-1": set(),
    "auditor": {"jy-zhangjiang", "jy-shenzhen-incubator", "jy-uppsala", "wxhtz-gba-centre"},
    "api-client": {"jy-zhangjiang", "jy-shenzhen-incubator", "jy-uppsala"},
}


@pytest.mark.parametrize("account", ACCOUNTS)
def test_rest_shows_each_account_only_its_own(site: Site, account: str) -> None:
    projects = site.every("projects/?limit=200", account=account)
    assert {row["incubator"] for row in projects} == OWN[account]
    assert site.call("GET", "me/", account=account).json["username"] == account


@pytest.mark.browser
@pytest.mark.parametrize("account", ACCOUNTS)
def test_each_account_signs_in_and_finds_a_home(visitor: Any, account: str) -> None:
    person = visitor(account)
    page = person.opens("/")
    assert page.locator("h1").count() == 1
    for link in set(
        page.locator("nav a[href^='/']").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    ):
        assert person.status_of(link) == 200, link


@pytest.mark.browser
def test_shenzhen_gets_404_for_everything_of_zhangjiang(site: Site, visitor: Any) -> None:
    stranger = visitor("op-shenzhen")
    zhangjiang = site.every("projects/?limit=200&incubator=jy-zhangjiang", account="auditor")
    evidence = site.every("evidence/?limit=200&incubator=jy-zhangjiang", account="auditor")
    assert zhangjiang
    assert evidence
    for row in zhangjiang:
        assert site.call("GET", f"projects/{row['id']}/", account="op-shenzhen").status == 404
        assert stranger.status_of(f"/projects/{row['id']}/") == 404
    for row in evidence:
        assert site.call("GET", f"evidence/{row['id']}/", account="op-shenzhen").status == 404
        assert site.call("GET", f"evidence/{row['id']}/content/", account="op-shenzhen").status == 404
        assert stranger.status_of(f"/evidence/{row['id']}/") == 404
    assert site.call("GET", "incubators/jy-zhangjiang/", account="op-shenzhen").status == 404
    assert stranger.status_of("/incubators/jy-zhangjiang/") == 404
    refused = {"incubator": "jy-zhangjiang", "period": "2021", "format": "pdf", "lang": "zh-hans"}
    assert site.call("POST", "report-runs/", refused, account="op-shenzhen").status == 404
