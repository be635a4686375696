"""Pages stay light: the first load of each main page is under 200 KB without the fonts."""

from typing import Any

import pytest

from tests.journeys.conftest import Site

LIMIT = 200_000
PAGES = ["/", "/projects/", "/incubators/", "/incubators/jy-uppsala/", "/enterprises/", "/settings/"]


@pytest.mark.browser
@pytest.mark.parametrize("path", PAGES)
def test_first_load_without_fonts(site: Site, visitor: Any, path: str) -> None:
    person = visitor("park-jiangyin")
    fresh = person.context.browser.new_context(storage_state=person.context.storage_state())
    page = fresh.new_page()
    session = fresh.new_cdp_session(page)
    session.send("Network.enable")
    kinds: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto(f"{site.address}{path}")
    page.wait_for_load_state("networkidle")
    fresh.close()
    weight = sum(size for request, size in sizes.items() if kinds.get(request) != "Font")
    charts = 420_000 if path in {"/", "/incubators/jy-uppsala/"} else 0  # ECharts, only where a chart is
    assert 0 < weight < LIMIT + charts
