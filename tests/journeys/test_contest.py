"""A team enters by the public form on a telephone; the park admits it, two experts mark it, a rule proposes,
one administrator decides and another confirms, the list is on show, and the entry becomes a lead."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.conftest import Site, send

pytestmark = pytest.mark.browser

ADMINISTRATOR, SECOND = "park-jiangyin", "park-jiangyin-2"
EXPERTS = ("expert-1", "expert-2")
CODE = "journey-cup"
#: People of the demonstration who cannot sign in get a password for this journey.
OPEN_DOORS = (
    "from accounts.models import User\n"
    f"for name in ('{SECOND}', '{EXPERTS[1]}'):\n"
    "    user = User.objects.get(username=name)\n"
    "    user.set_password(name)\n"
    "    user.save()\n"
)


def save(page: Page, values: dict[str, str]) -> None:
    for name, value in values.items():
        field = page.locator(f"main [name='{name}']")
        if field.first.evaluate("field => field.tagName") == "SELECT":
            field.select_option(value)
        elif field.first.get_attribute("type") == "checkbox":
            field.check()
        else:
            field.fill(value)
    with page.expect_navigation():
        page.locator("main .form-actions button.btn-primary").first.click()


def prepare(person: Any, today: date) -> tuple[str, str]:
    """A contest with one division and one round; the addresses of both pages."""
    page: Page = person.opens("/contests/new/")
    save(page, {"name_zh": "示例旅程大赛", "code": CODE, "number": "1", "year": "2026", "is_public": ""})
    contest = page.url.removeprefix(person.site.address)
    person.opens(f"{contest}divisions/new/")
    opens, closes = today - timedelta(days=5), today + timedelta(days=5)
    save(
        page,
        {"name_zh": "旅程赛区", "code": "jn", "opens_on": opens.isoformat(),
         "closes_on": closes.isoformat(), "takes_form": ""},
    )  # fmt: skip
    person.opens(f"{contest}rounds/new/")
    save(
        page,
        {"name_zh": "路演", "best": "1", "ties": "decide", "marks_needed": "2",
         "criteria-0-name": "技术", "criteria-0-max_points": "100"},
    )  # fmt: skip
    return contest, page.url.removeprefix(person.site.address)


def enter(site: Site, browser: Browser) -> str:
    """On a telephone, without an account; the address of the receipt."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.add_cookies([{"name": "language", "value": "en", "url": site.address}])
    page = context.new_page()
    page.goto(f"{site.address}/contests/{CODE}/")
    page.click("text=Enter your project")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    save(
        page,
        {"name_zh": "示例旅程手套", "team": "示例旅程团队", "summary": "示例简介", "contact_name": "示例人",
         "phone": "13800001234", "agrees": ""},
    )  # fmt: skip
    expect(page.locator("h1")).to_contain_text("JN-001")
    address = page.url
    context.close()
    return address


def judge(person: Any, case: str, points: str) -> None:
    page: Page = person.opens(case)
    page.locator("form[action$='/answer/'] [name='answer'][value='accept']").check()
    send(page, "form[action$='/answer/'] button.btn-primary")
    page.locator("main input[name^='points_']").first.fill(points)
    page.locator("main textarea[name='comment']").first.fill("示例意见")
    send(page, "main form[action$='/score/'] button.btn-primary", confirm=True)
    page.wait_for_url("**/reviews/mine/")


def test_from_a_telephone_to_a_lead(site: Site, browser: Browser, visitor: Any) -> None:
    assert site.manage("shell", "-c", OPEN_DOORS).returncode == 0
    today = date.today()  # noqa: DTZ011
    bob = visitor(ADMINISTRATOR)
    contest, round = prepare(bob, today)
    receipt = enter(site, browser)

    page: Page = bob.opens(f"{contest}entries/")
    expect(page.locator("tbody tr")).to_contain_text("示例旅程手套")
    send(page, "form[action$='/admit/'] button.btn-primary")
    bob.opens(round)
    send(page, "form[action$='/fill/'] button")

    number = contest.strip("/").split("/")[-1]
    review = site.every(f"contest-rounds/?contest={number}", account=ADMINISTRATOR)
    (case,) = site.every(f"review-cases/?round={review[0]['review_round']}", account=ADMINISTRATOR)
    pool = {row["user"]: row["id"] for row in site.every("experts/", account=ADMINISTRATOR)}
    for name in EXPERTS:
        body = {"case": case["id"], "expert": pool[name]}
        assert site.call("POST", "review-assignments/", body, account=ADMINISTRATOR).status == 201
    site.call("POST", f"review-rounds/{review[0]['review_round']}/invite/", {}, account=ADMINISTRATOR)
    for name, points in zip(EXPERTS, ("88", "90"), strict=True):
        judge(visitor(name), f"/reviews/cases/{case['id']}/", points)

    bob.opens(round)
    send(page, "form[action$='/propose/'] button")
    expect(page.locator("#ranking")).to_contain_text("89.00")
    send(page, "form[action$='/decide/'] button.btn-primary", confirm=True)
    expect(page.locator("form[action$='/confirm/']")).to_have_count(0)
    carol = visitor(SECOND)
    send(carol.opens(round), "form[action$='/confirm/'] button")

    bob.opens(round)
    shown = (today - timedelta(days=9)).isoformat()
    page.locator("#announce [name='on']").fill(shown)
    page.locator("#announce [name='days']").fill("3")
    page.locator("#announce [name='day_count']").select_option("calendar")
    send(page, "#announce button.btn-primary")
    page.goto(f"{site.address}/contests/{CODE}/results/")
    expect(page.locator("main")).to_contain_text("示例旅程手套")

    (entry,) = site.every(f"contest-entries/?contest={number}", account=ADMINISTRATOR)
    bob.opens(f"/contests/entries/{entry['id']}/")
    page.locator("#go-on button.btn-primary").click()
    page.wait_for_url("**/liaison/leads/*/")
    expect(page.locator("h1")).to_contain_text("示例旅程手套")
    page.goto(receipt)
    expect(page.locator("main")).to_contain_text("路演")
