"""Public money from its budget to the beneficiary, and back: what an auditor asks to see.

The finance officer opens a budget that the administrator grants, commits money for one purpose, sends the
payment to the bank on a list that a second person checked, reads the bank's answer, asks a part back, and
makes it available again. The auditor reads all of it; the operator of another enclave finds nothing.
"""

import re
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.factories import PDF
from tests.journeys.conftest import Site, Visitor, send

pytestmark = pytest.mark.browser

FIRM, FUND = "示例资金旅程公司", "示例旅程专项资金"
BASE, CODE = "journey:2026", "journey-money"
TODAY = date.today().isoformat()  # noqa: DTZ011


def paper(name: str) -> dict[str, Any]:
    return {"name": name, "mimeType": "application/pdf", "buffer": PDF + name.encode()}


def firm_with_account(site: Site) -> None:
    """The company and its bank account, which a second person confirmed."""
    firm = site.call(
        "POST", "enterprises/", {"incubator": "jy-zhangjiang", "name_zh": FIRM}, account="op-zhangjiang"
    )
    assert firm.status == 201, firm.content
    account = site.call(
        "POST",
        "bank-accounts/",
        {"enterprise": firm.json["id"], "holder": FIRM, "bank": "示例银行", "number": "6222000077776666"},
        account="finance-jiangyin",
    )
    assert account.status == 201, account.content
    verified = site.call("POST", f"bank-accounts/{account.json['id']}/verify/", {}, account="park-jiangyin")
    assert verified.status == 200, verified.content


def change_of_budget(finance: Visitor, administrator: Visitor, budget: str, kind: str, amount: str) -> None:
    """Proposed by one with the document, approved by the other."""
    page = finance.opens(budget)
    form = page.locator("form[action$='/change/']")
    form.locator("[name=kind]").select_option(kind)
    form.locator("[name=amount]").fill(amount)
    form.locator("[name=reason]").fill("示例批复")
    form.locator("[name=file]").set_input_files(paper(f"示例批复{kind}.pdf"))
    send(page, form.locator(".btn-primary"))
    expect(page.locator("#changes form[action$='/decide/'] .btn-primary")).to_have_count(0)
    other = administrator.opens(budget)
    send(other, "#changes form[action$='/decide/'] .btn-primary")
    expect(other.locator("#changes form[action$='/decide/'] .btn-primary")).to_have_count(0)


def figures(person: Visitor, budget: str) -> list[str]:
    """Appropriated, committed, paid, clawed back, left, as the page says them."""
    page = person.opens(budget)
    values = page.locator(".figures .keyfig-value > button")
    expect(values).to_have_count(5)
    return values.all_inner_texts()


def test_money_goes_out_and_comes_back(site: Site, visitor: Any) -> None:
    firm_with_account(site)
    fiona, bob = visitor("finance-jiangyin"), visitor("park-jiangyin")
    page = fiona.opens("/money/budgets/new/")
    page.fill("[name=name_zh]", FUND)
    page.fill("[name=code]", CODE)
    send(page, "form.form .btn-primary")
    budget = page.url.removeprefix(site.address)
    change_of_budget(fiona, bob, budget, "appropriation", "100万")

    page = fiona.opens(f"{budget}commit/")
    page.fill("[name=enterprise]", FIRM)
    page.fill("[name=purpose]", "示例旅程补助")
    page.fill("[name=amount]", "30万")
    page.fill("[name=base]", BASE)
    send(page, "form.form .form-actions .btn-primary")
    commitment = page.url.removeprefix(site.address)
    assert re.search(r"/commitments/\d+/$", commitment)

    # The same purpose again is refused in words that name the other grant.
    page = fiona.opens(f"{budget}commit/")
    page.fill("[name=enterprise]", FIRM)
    page.fill("[name=purpose]", "示例重复补助")
    page.fill("[name=amount]", "1万")
    page.fill("[name=base]", BASE)
    send(page, "form.form .form-actions .btn-primary")
    expect(page.locator(".error-summary")).to_contain_text("示例旅程补助")

    page = fiona.opens(commitment)
    payment = str(page.locator("#instalments tbody th a").get_attribute("href"))
    reference = page.locator("#instalments tbody th a").inner_text()
    page = fiona.opens(payment)
    send(page, f"form[action='{payment}claim/'] .btn-primary")
    send(bob.opens(payment), f"form[action='{payment}verify/'] button")
    page = fiona.opens(payment)
    page.select_option("[name=account]", index=1)
    send(page, f"form[action='{payment}terms/'] .form-actions button")

    page = fiona.opens("/money/batches/new/")
    page.locator("tr", has_text=reference).locator("input[name=chosen]").check()
    send(page, "form .btn-primary")
    batch = page.url.removeprefix(site.address)
    send(bob.opens(batch), "form:has([value=check]) button", confirm=True)
    page = fiona.opens(batch)
    with page.expect_download() as download:
        page.click(f"a[href^='{batch}export/']")
    assert download.value.suggested_filename.endswith(".xlsx")
    send(page, "form:has([value=send]) button")

    page = fiona.opens("/money/bank-results/new/")
    answer = (
        f"业务参考号,处理结果,到账日期,金额\n{reference},成功,{TODAY},300000.00\nC999999-1,成功,{TODAY},1\n"
    )
    page.set_input_files(
        "[name=file]", {"name": "回单.csv", "mimeType": "text/csv", "buffer": answer.encode("gbk")}
    )
    send(page, "form.form .btn-primary")
    expect(page.locator("main")).to_contain_text("C999999-1")
    expect(fiona.opens(payment).locator("main")).to_contain_text(TODAY)

    page = fiona.opens(commitment)
    form = page.locator("form[action$='/clawback/']")
    form.locator("[name=amount]").fill("12万")
    form.locator("[name=reason]").fill("示例：未完成指标")
    send(page, form.locator(".form-actions button"))
    assert figures(fiona, budget) == ["1,000,000", "0", "180,000", "120,000", "700,000"]
    change_of_budget(fiona, bob, budget, "reuse", "12万")

    dora = visitor("auditor")
    assert figures(dora, budget) == ["1,000,000", "0", "180,000", "0", "820,000"]
    expect(dora.page.locator("#entries tbody tr")).to_have_count(5)
    expect(dora.page.locator("main form")).to_have_count(0)
    expect(dora.opens(commitment).locator("main")).to_contain_text("示例：未完成指标")
    stranger = visitor("op-shenzhen")
    assert [stranger.status_of(path) for path in (budget, commitment, payment, batch)] == [404] * 4
