"""From a visit to a project: the operator records a talk, opens a lead from it, sees what is due, and makes
it a project without typing anything twice. An auditor then looks at the same records."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.journeys.conftest import Site

pytestmark = pytest.mark.browser


def test_a_visit_becomes_a_lead_and_the_lead_a_project(site: Site, visitor: Any) -> None:
    yesterday = (date.today() - timedelta(days=1)).isoformat()  # noqa: DTZ011
    contact = site.call(
        "POST",
        "contacts/",
        {
            "incubator": "jy-zhangjiang",
            "name_zh": "示例·旅程联系人",
            "organisation_name": "示例大学",
            "phone": "13800009876",
        },
        account="op-zhangjiang",
    ).json
    operator = visitor("op-zhangjiang")

    page = operator.opens(f"/liaison/log/new/?contact={contact['id']}")
    expect(page.locator("select[name=contact]")).to_have_value(str(contact["id"]))
    page.fill("input[name=on]", yesterday)
    page.fill("textarea[name=summary]", "示例：团队愿意来江阴看厂房。")
    page.fill("input[name=next_action]", "示例·约看厂房")
    page.fill("input[name=next_on]", yesterday)
    page.click("form.form button.btn-primary")
    page.wait_for_url("**/liaison/log/*/")

    page.click("a.btn-primary[href*='interaction=']")
    page.wait_for_url("**/liaison/leads/new/?interaction=*")
    expect(page.locator("select[name=source]")).to_have_value("contact")
    expect(page.locator("select[name=source_contact]")).to_be_visible()
    expect(page.locator("select[name=source_event]")).to_be_hidden()
    expect(page.locator("input[name=next_action]")).to_have_value("示例·约看厂房")
    page.fill("input[name=name_zh]", "示例·旅程团队")
    page.fill("input[name=team_lead]", "示例·旅程负责人")
    page.click("form.form button.btn-primary")
    page.wait_for_url("**/liaison/leads/*/")
    lead = page.url.removeprefix(site.address)

    expect(operator.opens("/liaison/leads/").locator("#due")).to_contain_text("示例·约看厂房")
    expect(operator.opens(reverse("due-calendar")).locator("main")).to_contain_text("示例·约看厂房")

    auditor = visitor("auditor")
    shown = auditor.opens(lead).locator("main")
    expect(shown).to_contain_text("138****9876")
    expect(shown.locator("a[href$='/convert/']")).to_have_count(0)

    page = operator.opens(lead)
    page.click("a.btn-primary[href$='/convert/']")
    page.wait_for_url("**/convert/")
    expect(page.locator("input[name=team_lead]")).to_have_value("示例·旅程负责人")
    page.click("form.form button.btn-primary")
    page.wait_for_url("**/projects/*/")
    number = int(page.url.rstrip("/").rsplit("/", 1)[1])
    project = site.call("GET", f"projects/{number}/", account="op-zhangjiang").json
    assert (project["name_zh"], project["team_lead"], project["lead_source"]) == (
        "示例·旅程团队",
        "示例·旅程负责人",
        "referral",
    )
    record = site.call("GET", f"leads/{lead.strip('/').rsplit('/', 1)[1]}/", account="op-zhangjiang").json
    assert (record["project"], record["stage"]) == (number, "talk")
    assert operator.status_of(lead) == 200
