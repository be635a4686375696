"""The main job through the pages: an operator brings a project home, the park verifies, a report is made.

What is missing is named with the way to it, and nobody verifies what they entered themselves.
"""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.factories import PDF, make_credit_code
from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser


@pytest.fixture
def proof(tmp_path: Path) -> Path:
    path = tmp_path / "示例证明.pdf"
    path.write_bytes(PDF + str(tmp_path).encode())
    return path


def confirm(page: Page) -> None:
    """Answer the dialog that asks before something that cannot be undone."""
    page.locator("dialog[open] .btn-primary, dialog[open] .btn-danger").last.click()


def enter_project(operator: Visitor, name: str) -> str:
    """Fill in the form and give the address of the record."""
    page = operator.opens("/projects/new/")
    page.fill("input[name=name_zh]", name)
    page.fill("input[name=first_contact_on]", "2026-03-01")
    page.select_option("select[name=sector]", index=1)
    page.select_option("select[name=lead_source]", "event")
    page.fill("input[name=team_lead]", "示例负责人")
    page.fill("textarea[name=summary]", "示例项目，用于走通流程。")
    page.click("form.form button.btn-primary")
    page.wait_for_url("**/projects/*/")
    return page.url.removeprefix(operator.site.address)


def move(operator: Visitor, project: str, stage: str, on: str) -> None:
    page = operator.opens(f"{project}move/")
    page.check(f"input[name=to_stage][value={stage}]")
    page.fill("input[name=on]", on)
    page.click("form.form button.btn-primary")
    page.wait_for_load_state("networkidle")


def enter_fact(operator: Visitor, project: str, kind: str, on: str, proof: Path) -> None:
    page = operator.opens(f"{project}facts/enter/{kind}/")
    page.fill("input[name=on]", on)
    page.set_input_files("input[type=file]", str(proof))
    page.click("form.form button.btn-primary")
    page.wait_for_url(f"**{project}*")


def test_a_project_comes_home_with_a_second_person(site: Site, visitor: Any, proof: Path) -> None:
    operator = visitor("op-zhangjiang")
    project = enter_project(operator, "示例回家项目")
    project_id = project.strip("/").split("/")[-1]
    move(operator, project, "screening", "2026-03-10")

    move(operator, project, "incubating", "2026-03-20")
    expect(operator.page.locator("main")).to_contain_text("协议")  # the refusal says what is missing
    enter_fact(operator, project, "signed", "2026-03-15", proof)
    move(operator, project, "incubating", "2026-03-20")
    expect(operator.page.locator("main")).to_contain_text("在孵")

    enterprise = site.call(
        "POST",
        "enterprises/",
        {"incubator": "jy-zhangjiang", "name_zh": "示例回家公司", "credit_code": make_credit_code()},
        account="op-zhangjiang",
    ).json
    record = site.call("GET", f"projects/{project_id}/", account="op-zhangjiang")
    changed = site.call(
        "PATCH",
        f"projects/{project_id}/",
        {"enterprise": enterprise["id"]},
        account="op-zhangjiang",
        If_Match=record.headers["ETag"],
    )
    assert changed.status == 200, changed.content
    shares = site.call(
        "PUT",
        f"projects/{project_id}/credit-shares/",
        {"shares": [{"incubator": "jy-zhangjiang", "percent": "100"}]},
        account="op-zhangjiang",
        If_Match=site.call("GET", f"projects/{project_id}/credit-shares/", account="op-zhangjiang").headers[
            "ETag"
        ],
    )
    assert shares.status == 200, shares.content
    enter_fact(operator, project, "registered", "2026-04-01", proof)

    refused = site.call(
        "POST",
        f"projects/{project_id}/moves/",
        {"to_stage": "landed", "on": "2026-04-10"},
        account="op-zhangjiang",
    )
    assert (refused.status, [item["field"] for item in refused.json["missing"]]) == (
        409,
        ["facts.registered"],
    )

    park = visitor("park-jiangyin")
    page = park.opens(project)
    page.locator(
        "#fact-registered form[action$='/verify/'] button, form[action*='/facts/'][action$='/verify/'] button"
    ).last.click()
    confirm(page)
    page.wait_for_load_state("networkidle")

    move(operator, project, "landed", "2026-04-10")
    read_back = operator.page.locator("form:has(input[name=confirmed])")
    read_back.locator("button").click()
    operator.page.wait_for_load_state("networkidle")
    assert site.call("GET", f"projects/{project_id}/", account="op-zhangjiang").json["stage"] == "landed"
    log = site.every(f"projects/{project_id}/stage-log/", account="op-zhangjiang")
    assert sorted(row["to_stage"] for row in log) == ["incubating", "landed", "lead", "screening"]


def test_what_was_typed_survives_a_lost_page(site: Site, visitor: Any) -> None:
    operator = visitor("op-shenzhen")
    page = operator.opens("/projects/new/")
    page.fill("input[name=name_zh]", "示例草稿项目")
    page.fill("textarea[name=summary]", "写到一半")
    page.wait_for_timeout(3500)
    again = visitor("op-shenzhen").opens("/projects/new/")
    expect(again.locator("input[name=name_zh]")).to_have_value("示例草稿项目")
    expect(again.locator("textarea[name=summary]")).to_have_value("写到一半")


def test_an_evaluation_runs_shows_its_progress_and_gives_the_numbers_of_rest(
    site: Site, visitor: Any
) -> None:
    park = visitor("park-jiangyin")
    page = park.opens("/evaluation/?incubator=jy-uppsala&period=2021-H1")
    page.click("form button.btn-primary")
    page.wait_for_url("**/evaluation/runs/*/")
    expect(page.locator(".grade").first).to_be_visible(timeout=60_000)
    run = page.url.rstrip("/").split("/")[-1]
    result = site.call("GET", f"evaluation-runs/{run}/", account="park-jiangyin").json
    text = page.locator("main").inner_text()
    assert result["subjects"][0]["total"] in text
    assert result["snapshot_sha256"][:12] in text
    assert [node["points"] for node in result["subjects"][0]["nodes"] if node["points"] not in text] == []
