"""A policy of the library is asked, copied into the park, changed with the answer in view, and published from
a day on: then the park's own terms answer."""

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import slow_down

pytestmark = pytest.mark.browser

ADMINISTRATOR = "park-jiangyin"


def say(page: Page, place: str, name: str, value: str) -> None:
    """Answer one question of a form of facts: a sum as people write it, or yes and no."""
    field = page.locator(f"{place} [name='q-{name}']")
    if field.first.get_attribute("type") == "radio":
        page.locator(f"{place} [name='q-{name}'][value='{value}']").check()
    else:
        field.fill(value)


def warns_before_leaving(page: Page) -> bool:
    """Whether the browser would ask before this page is left."""
    leaving = "() => !window.dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    return bool(page.evaluate(leaving))


def test_from_an_example_to_a_policy_of_the_park(visitor: object) -> None:
    person = visitor(ADMINISTRATOR)  # type: ignore[operator]
    page: Page = person.opens("/policies/?q=WX-TAIHU-TEAM")
    page.click("a[href='/policies/WX-TAIHU-TEAM/']")
    say(page, ".policy-question", "project_approved", "yes")
    say(page, ".policy-question", "requested_yuan", "1200万")
    expect(page.locator("#policy-answer .policy-headline")).to_contain_text("1,000 万元")

    page.click("a[href='/policies/WX-TAIHU-TEAM/copy/']")
    page.fill("input[name=code]", "JY-JOURNEY")
    page.click("form.form button.btn-primary")
    page.wait_for_url("**/policies/versions/*/edit/")

    live = page.locator("#policy-live .policy-headline")
    assert warns_before_leaving(page) is False
    say(page, ".policy-panel", "project_approved", "yes")
    say(page, ".policy-panel", "requested_yuan", "900万")
    expect(live).to_contain_text("900 万元")
    page.locator("[name='n-amount.at']").fill("800万")
    expect(live).to_contain_text("800 万元")
    assert warns_before_leaving(page) is True
    expect(page.locator("#policy-live .policy-cases .tone-bad")).not_to_have_count(0)

    # On a slow line the answer to what was typed is still under way while an example is taken out.
    slow_down(page, 300)
    rows = page.locator("#policy-live .policy-cases tbody tr")
    for left in range(rows.count() - 1, -1, -1):
        page.locator("#policy-live [value='drop:0']").click()
        expect(rows).to_have_count(left)
    assert page.locator("[name='n-amount.at']").input_value() == "800万"
    page.click("button[value='keep']")
    expect(rows).to_have_count(1)
    expect(page.locator("#policy-live .policy-cases .tone-ok")).to_have_count(1)

    page.click("button[name=then]")
    page.wait_for_url("**/publish/")
    page.fill("input[name=valid_from]", "2026-01-01")
    page.click("form.form button.btn-primary")
    page.locator("dialog[open] .btn-primary").click()
    page.wait_for_url("**/policies/JY-JOURNEY/")

    say(page, ".policy-question", "project_approved", "yes")
    say(page, ".policy-question", "requested_yuan", "1200万")
    expect(page.locator("#policy-answer .policy-headline")).to_contain_text("800 万元")

    answer = person.site.call(
        "POST",
        "policies/JY-JOURNEY/evaluate/",
        {"facts": {"project_approved": True, "requested_yuan": 12_000_000}},
        account="op-zhangjiang",
    )
    assert answer.json["award_yuan"] == 8_000_000
