"""A return typed while the server is stopped, in two tabs, after a lost sign-in; handed in by two clicks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import ROOT, Site, Visitor, free_port

pytestmark = pytest.mark.browser
SECONDS = 40


class Server:
    """A web process of our own beside the system's, on its data, which a journey may stop and start again."""

    def __init__(self, site: Site) -> None:
        self.site, self.port = site, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, ROOT / "scripts" / "devstack.py", "manage", "runserver"]
        self.process = subprocess.Popen(
            [*command, f"127.0.0.1:{self.port}", "--noreload"],
            cwd=ROOT,
            env=self.site.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        began = time.monotonic()
        while time.monotonic() - began < SECONDS:
            try:
                if self.site.call("GET", f"{self.address}/healthz").status == 200:
                    return
            except OSError:
                time.sleep(0.1)
        pytest.fail("the server did not start")

    def stop(self) -> None:
        if self.process is None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.process = None


@pytest.fixture
def server(site: Site) -> Iterator[Server]:
    running = Server(site)
    running.start()
    yield running
    running.stop()


def open_return(site: Site, incubator: str, account: str) -> int:
    """The monthly return that waits to be filed at this site."""
    path = f"returns/?incubator={incubator}&frequency=month&state=draft&latest=true"
    return int(site.every(path, account=account)[0]["id"])


def stored(site: Site, pk: int, account: str, code: str) -> dict[str, Any]:
    lines = site.call("GET", f"returns/{pk}/", account=account).json["lines"]
    return next(line for line in lines if line["code"] == code)


def until(holds: Callable[[], bool], what: str) -> None:
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        if holds():
            return
        time.sleep(0.2)
    pytest.fail(f"not in {SECONDS} s: {what}")


def field(page: Page, code: str, part: str = "value") -> Any:
    return page.locator(f"input[name='{part}-{code}']")


def type_in(page: Page, code: str, value: str) -> None:
    """A value, and a word where the change or the records ask for one."""
    field(page, code).fill(value)
    for part in ("reason", "explanation"):
        if field(page, code, part).is_visible() and not field(page, code, part).input_value():
            field(page, code, part).fill("示例：已与台账核对")


def state_of(page: Page) -> Any:
    return page.locator("[data-state-line]")


def is_kept(page: Page) -> bool:
    """Whether this browser holds something that has not arrived."""
    return bool(page.evaluate("Object.keys(localStorage).some(key => key.startsWith('returns:'))"))


def has_copy(page: Page) -> bool:
    script = "async path => !!(await caches.match(path)) && !!navigator.serviceWorker.controller"
    return bool(page.evaluate(script, page.evaluate("location.pathname")))


def test_what_is_typed_without_a_server_arrives_and_is_handed_in_once(
    site: Site, server: Server, visitor: Callable[..., Visitor]
) -> None:
    person = visitor("op-zhangjiang")
    page = person.page
    pk = open_return(site, "jy-zhangjiang", "op-zhangjiang")
    page.goto(f"{server.address}/returns/{pk}/")
    type_in(page, "mentoring_sessions", "6")
    until(lambda: stored(site, pk, "op-zhangjiang", "mentoring_sessions")["reported"] == "6.0000", "saved")
    until(lambda: has_copy(page), "a copy for work without a line")

    server.stop()
    type_in(page, "events_held", "4")
    expect(state_of(page)).to_have_class("return-state tone-warn", timeout=SECONDS * 1000)
    assert is_kept(page)
    page.reload()  # without a server: the page comes from its copy, the numbers from this browser
    expect(field(page, "events_held")).to_have_value("4")
    assert stored(site, pk, "op-zhangjiang", "events_held")["value"] is None

    server.start()
    until(lambda: stored(site, pk, "op-zhangjiang", "events_held")["value"] == "4.0000", "sent when back")
    until(lambda: not is_kept(page), "nothing left behind")

    for line in site.call("GET", f"returns/{pk}/", account="op-zhangjiang").json["lines"]:
        if line["problems"] or (line["reported"] is None and line["code"] == "satisfaction_percent"):
            type_in(page, line["code"], str(int(float(line["reported"] or 95))))
    page.locator("[data-submit]").dblclick()
    page.wait_for_url(f"**/returns/{pk}/receipt/")
    moves = site.call("GET", f"returns/{pk}/", account="op-zhangjiang").json
    assert (moves["state"], moves["edition"]) == ("submitted", 1)
    assert page.locator(".receipt dd").first.inner_text().startswith("R")
    page.goto(f"{server.address}/returns/{pk}/")
    assert page.locator(".return-log li").count() == 2  # opened, submitted: no more


def test_two_tabs_lose_nothing_and_show_both_versions(site: Site, visitor: Callable[..., Visitor]) -> None:
    person = visitor("op-shenzhen")
    pk = open_return(site, "jy-shenzhen-incubator", "op-shenzhen")
    first, second = person.page, person.context.new_page()
    for page in (first, second):
        page.goto(f"{site.address}/returns/{pk}/")
    type_in(first, "mentoring_sessions", "11")
    until(lambda: stored(site, pk, "op-shenzhen", "mentoring_sessions")["reported"] == "11.0000", "saved")

    type_in(second, "contests_hosted", "2")
    type_in(second, "mentoring_sessions", "12")
    both = second.locator("[data-conflict] tbody tr")
    expect(both).to_have_count(1, timeout=SECONDS * 1000)
    assert "12" in both.locator("td").nth(0).inner_text()
    assert "11" in both.locator("td").nth(1).inner_text()
    assert stored(site, pk, "op-shenzhen", "mentoring_sessions")["reported"] == "11.0000"
    second.reload()  # in the middle of the choice: still both
    expect(both).to_have_count(1, timeout=SECONDS * 1000)
    second.locator("[data-conflict] button").click()
    until(lambda: stored(site, pk, "op-shenzhen", "mentoring_sessions")["reported"] == "12.0000", "chosen")
    assert stored(site, pk, "op-shenzhen", "contests_hosted")["value"] == "2.0000"
    until(lambda: not is_kept(second), "nothing left behind")


def test_a_lost_sign_in_goes_on_by_itself(site: Site, visitor: Callable[..., Visitor]) -> None:
    person = visitor("op-shenzhen")
    pk = open_return(site, "jy-shenzhen-incubator", "op-shenzhen")
    page = person.page
    page.goto(f"{site.address}/returns/{pk}/")
    person.context.clear_cookies()
    type_in(page, "upheld_complaints", "3")
    link = state_of(page).locator("a")
    expect(link).to_be_visible(timeout=SECONDS * 1000)
    with person.context.expect_page() as opened:
        link.click()
    entrance = opened.value
    entrance.fill("input[name=login]", "op-shenzhen")
    entrance.fill("input[name=password]", "op-shenzhen")
    entrance.press("input[name=password]", "Enter")
    until(lambda: stored(site, pk, "op-shenzhen", "upheld_complaints")["value"] == "3.0000", "sent again")
    until(lambda: not is_kept(page), "nothing left behind")
