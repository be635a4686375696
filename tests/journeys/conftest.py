"""The whole system as a newcomer starts it, with its demo data, driven from outside: browser, REST, commands.

It is started once, on folders of its own, and shared by all journeys; each journey makes what it changes.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 180
CHROMIUM_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """One process runs all journeys, so that the system starts once."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.xdist_group("journeys"))
            item.add_marker(pytest.mark.stack)


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Site:
    """A running system: its address, its processes, and clients for every demo account."""

    process: "subprocess.Popen[str]"
    port: int
    folder: Path
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        return environment(self.folder, self.port)

    def manage(self, *arguments: str, timeout: int = 120) -> subprocess.CompletedProcess[str]:
        """``make manage`` on this system."""
        command = [sys.executable, ROOT / "scripts" / "devstack.py", "manage", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=timeout
        )

    def token(self, account: str) -> str:
        if account not in self.tokens:
            answer = self.call("POST", "auth/token/", {"username": account, "password": account})
            self.tokens[account] = answer.json["token"]
        return self.tokens[account]

    def call(
        self, method: str, path: str, body: Any = None, *, account: str | None = None, **headers: str
    ) -> Answer:
        """One REST call; ``path`` is below ``/api/v1/``, an absolute path, or a whole address."""
        url = (
            path
            if path.startswith("http")
            else f"{self.address}{path if path.startswith('/') else '/api/v1/' + path}"
        )
        request = urllib.request.Request(url, method=method)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if account is not None:
            request.add_header("Authorization", f"Bearer {self.token(account)}")
        for name, value in headers.items():
            request.add_header(name.replace("_", "-"), value)
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as refusal:
            return Answer(refusal.code, dict(refusal.headers), refusal.read())

    def every(self, path: str, *, account: str) -> list[dict[str, Any]]:
        """All rows of a list, page by page."""
        rows: list[dict[str, Any]] = []
        url: str | None = path
        while url:
            page = self.call("GET", url, account=account)
            assert page.status == 200, (url, page.content)
            rows += page.json["results"]
            url = page.json["next"]
        return rows


def environment(folder: Path, port: int) -> dict[str, str]:
    """A newcomer's environment: no servers of its own, every file below ``folder``."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name
        not in {"DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL", "DJANGO_SETTINGS_MODULE", "DEVSTACK_FAST"}
        and not name.startswith("PYTEST")
    }
    return {
        **inherited,
        "DEVSTACK_DIR": str(folder / "state"),
        "STATIC_ROOT": str(folder / "static"),
        "MEDIA_ROOT": str(folder / "media"),
        "PORT": str(port),
    }


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(folder: Path) -> list[str]:
    """Command lines of living processes whose environment names the folder."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if str(folder).encode() in (entry / "environ").read_bytes():
                    found.append(
                        (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    )
            except OSError:
                continue
    return [line for line in found if line.strip()]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site with spaces")
    port = free_port()
    with (folder / "run.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, ROOT / "scripts" / "devstack.py", "up"],
            cwd=ROOT,
            env=environment(folder, port),
            stdout=log,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
    running = Site(process, port, folder)
    try:
        _wait_until_ready(running)
        yield running
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    assert processes_of(folder) == []


def _wait_until_ready(site: Site) -> None:
    began = time.monotonic()
    while time.monotonic() - began < SECONDS_TO_START:
        if site.process.poll() is not None:
            pytest.fail((site.folder / "run.log").read_text())
        try:
            if site.call("GET", "/readyz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.3)
    pytest.fail("not ready in time:\n" + (site.folder / "run.log").read_text())


def chromium() -> str | None:
    return (
        os.environ.get("CHROMIUM")
        or shutil.which("chromium")
        or shutil.which("chromium-browser")
        or shutil.which("google-chrome")
    )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Closed after each module: its event loop keeps Django's database away from this thread."""
    program = chromium()
    if program is None:
        pytest.skip("no Chromium on this machine: install it or set CHROMIUM to run the browser journeys")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=CHROMIUM_FLAGS)
        yield running
        running.close()


LATENCY = int(os.environ.get("JOURNEY_LATENCY", "0"))


def slow_down(page: Page, latency: int = LATENCY) -> None:
    """Every answer takes ``latency`` milliseconds longer; ``JOURNEY_LATENCY=600`` does it to all journeys.

    Journeys must not depend on quick answers; a run with this shows which ones look before the page is there.
    (The one that takes the line away itself does not work under it: the browser keeps one kind of weather.)
    """
    if latency:
        line = page.context.new_cdp_session(page)
        line.send("Network.enable")
        conditions = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
        line.send("Network.emulateNetworkConditions", conditions)


def send(page: Page, button: str | Locator, *, confirm: bool = False) -> None:
    """Press what sends a form (and confirm what the page asks), and wait for the page that answers.

    To ``wait_for_url`` a page that answers under its own address looks like the old one; here it does not.
    """
    with page.expect_navigation():
        (page.locator(button) if isinstance(button, str) else button).click()
        if confirm:
            page.locator("dialog[open] .dialog-actions button").last.click()


@dataclass
class Visitor:
    """A person in front of a browser of their own; a script error or a failed request fails the journey."""

    site: Site
    context: BrowserContext
    page: Page
    errors: list[str]

    def opens(self, path: str) -> Page:
        response = self.page.goto(f"{self.site.address}{path}")
        assert response is not None
        assert response.status == 200, f"{path}: {response.status}"
        return self.page

    def status_of(self, path: str) -> int:
        return self.context.request.get(f"{self.site.address}{path}").status


@pytest.fixture
def visitor(site: Site, browser: Browser) -> Iterator[Any]:
    """``visitor("op-zhangjiang")`` signs in through the page and gives the person."""
    visitors: list[Visitor] = []

    def sign_in(account: str, *, width: int = 1366, height: int = 768, language: str = "zh-hans") -> Visitor:
        context = browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True)
        context.add_cookies([{"name": "language", "value": language, "url": site.address}])
        context.set_default_timeout(20_000)
        page = context.new_page()
        slow_down(page)
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "response",
            lambda answer: errors.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None,
        )
        page.goto(f"{site.address}/accounts/login/")
        page.fill("input[name=login]", account)
        page.fill("input[name=password]", account)
        with page.expect_navigation():
            page.press("input[name=password]", "Enter")
        visitors.append(Visitor(site, context, page, errors))
        return visitors[-1]

    yield sign_in
    for person in visitors:
        person.context.close()
    assert [error for person in visitors for error in person.errors] == []
