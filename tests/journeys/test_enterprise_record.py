"""Around an enterprise in a browser: a patent is entered, verified by a second person and counted once; the
gap check explains itself; a space refuses to be overfull."""

from typing import Any

import pytest

from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser


def first_enterprise(site: Site) -> int:
    rows = site.every("enterprises/?incubator=jy-zhangjiang&limit=200", account="op-zhangjiang")
    return min(int(row["id"]) for row in rows)


def submitted(person: Visitor, button: str = "form.form button.btn-primary") -> None:
    with person.page.expect_navigation():
        person.page.click(button)


def test_a_patent_is_entered_once_and_counted_when_a_second_person_verified_it(
    site: Site, visitor: Any
) -> None:
    enterprise = first_enterprise(site)
    alice = visitor("op-zhangjiang")
    page = alice.opens(f"/enterprises/{enterprise}/")
    for part in ("ladder", "figures", "ip", "talents", "financing"):
        assert page.locator(f"#{part}").count() == 1, part
    with page.expect_navigation():
        page.click(f'a[href="/ip/new/?enterprise={enterprise}"]')
    page.fill("input[name=name_zh]", "示例：旅程中的发明")
    page.select_option("select[name=kind]", "invention")
    submitted(alice)
    with page.expect_navigation():
        page.click('.page-head a[href*="/ip/filings/new/"]')
    page.select_option("select[name=office]", "CN")
    page.fill("input[name=number]", "示例202110000001.X")
    page.fill("input[name=filed_on]", "2021-03-01")
    submitted(alice)
    right = page.url.split("#")[0].rsplit("/", 2)[1]
    assert "2024-03-01" in page.locator("main").inner_text()  # the examination falls due by itself

    bob = visitor("park-jiangyin")
    bob.opens(f"/ip/{right}/")
    submitted(bob, 'form[action*="/ip/filings/"][action$="/verify/"] button')
    assert bob.page.locator("#filings .tone-ok").count() >= 1
    counted = site.every(f"enterprises/{enterprise}/recognitions/", account="op-zhangjiang")
    mine = [row for row in counted if row["certificate_number"] == "示例202110000001.X"]
    assert [(row["kind"], row["verified_by"]) for row in mine] == [("invention_patent", "park-jiangyin")]
    assert visitor("op-shenzhen").status_of(f"/ip/{right}/") == 404


@pytest.mark.parametrize("width", [1366, 390])
def test_the_gap_check_says_what_was_used_and_what_would_change_it(
    site: Site, visitor: Any, width: int
) -> None:
    person = visitor("op-zhangjiang", width=width)
    page = person.opens(f"/enterprises/{first_enterprise(site)}/ladder/?rung=hnte")
    assert page.locator(".gap-table tbody tr").count() == 10
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_space_refuses_to_be_overfull(site: Site, visitor: Any) -> None:
    uppsala = visitor("op-uppsala")
    [space] = [
        row for row in site.every("spaces/?incubator=jy-uppsala", account="op-uppsala")
        if row["area_m2"] == "200.00"
    ]  # fmt: skip
    enterprise = site.every("enterprises/?incubator=jy-uppsala", account="op-uppsala")[0]
    page = uppsala.opens(f"/spaces/{space['id']}/occupancies/new/")
    page.fill("input[name=enterprise]", enterprise["name_zh"])
    page.fill("input[name=area_m2]", "200")
    page.fill("input[name=starts_on]", "2026-10-01")
    submitted(uppsala)
    assert page.locator(".error-summary").count() == 1
    assert "面积" in page.locator(".error-summary").inner_text()
