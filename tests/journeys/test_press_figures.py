"""The published figures stand on each incubator as the sources print them, apart from all totals."""

import re
from typing import Any

import pytest

from tests.journeys.conftest import Site

AS_PRINTED = {
    "jy-zhangjiang": {("11", "2021-05"), ("3", "2021-05")},
    "jy-uppsala": {("10", "2021-05"), ("6", "2021-05"), ("200", "2021-05")},
    "jy-shenzhen-incubator": {("14", "2021-05")},
}


@pytest.mark.parametrize("incubator", AS_PRINTED)
def test_rest_gives_the_figures_with_date_and_status(site: Site, incubator: str) -> None:
    figures = site.every(f"reported-figures/?incubator={incubator}&limit=200", account="auditor")
    told = {(str(row["value"]).split(".")[0], row["as_of"]) for row in figures if row["value"] is not None}
    assert AS_PRINTED[incubator] <= told
    assert {row["status"] for row in figures} == {"reported"}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("account", "incubator", "words"),
    [
        ("op-zhangjiang", "jy-zhangjiang", ["11", "3", "暨阳英才", "2021-05", "媒体报道"]),
        ("op-uppsala", "jy-uppsala", ["200", "10", "6", "2021-05", "媒体报道"]),
        ("op-shenzhen", "jy-shenzhen-incubator", ["14", "2021-05", "媒体报道"]),
    ],
)
def test_the_page_of_an_incubator_shows_them(
    visitor: Any, account: str, incubator: str, words: list[str]
) -> None:
    page = visitor(account).opens(f"/incubators/{incubator}/")
    text = page.locator("main").inner_text()
    assert [word for word in words if word not in text] == []


def test_no_total_contains_them(site: Site) -> None:
    """All tracked projects are the fictional ones; the press reports are another list."""
    tracked = site.every("projects/?limit=200", account="auditor")
    reported = site.every("reported-projects/?limit=200", account="auditor")
    # 64 full histories, and two pairs entered twice, of which one pair was merged
    assert sum(row["provenance"] == "demonstration" for row in tracked) == 67
    assert all(row["name_zh"].startswith("示例") for row in tracked)
    assert not {row["name_zh"] for row in tracked} & {row["name_zh"] for row in reported}
    assert any(re.search("智云流形", row["name_zh"]) for row in reported)
