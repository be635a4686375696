"""What was typed outlives a session that ended and a line that broke, on any form that keeps a draft."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.journeys.conftest import send

pytestmark = pytest.mark.browser

OPERATOR = "op-zhangjiang"


def test_a_session_that_ended_costs_nothing_that_was_typed(visitor: Any) -> None:
    page = visitor(OPERATOR).opens("/projects/new/")
    title = page.locator("input[name=name_zh]")
    title.fill("示例会话过期项目")
    page.context.clear_cookies(name="sessionid")
    title.press("Tab")
    expect(page.locator("[data-draft-note]").first).to_have_attribute("data-only-here", "")
    send(page, page.locator("form[data-draft-key] .form-actions button.btn-primary").first)
    expect(page).to_have_url(re.compile("/accounts/login/"))
    page.fill("input[name=login]", OPERATOR)
    page.fill("input[name=password]", OPERATOR)
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")
    page.goto(page.url.split("/projects")[0].rstrip("/") + "/projects/new/")
    expect(title).to_have_value("示例会话过期项目")


def test_without_a_line_the_form_says_where_the_text_is(visitor: Any) -> None:
    page = visitor(OPERATOR).opens("/projects/new/")
    page.context.set_offline(True)
    title = page.locator("input[name=name_zh]")
    title.fill("示例断网项目")
    note = page.locator("[data-draft-note]").first
    expect(note).to_have_attribute("data-only-here", "")
    page.context.set_offline(False)
    title.fill("示例断网后恢复项目")
    expect(note).not_to_have_attribute("data-only-here", "")
