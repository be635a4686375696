"""The Excel loop in a browser: fifty projects in six clicks, mended in the grid, undone, brought again.

Eight rows are broken, each in its own way, and three are in the records already. Every count is exact.
"""

import io
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Site, Visitor

pytestmark = pytest.mark.browser

HEADINGS = ("本单位编号", "项目名称", "产业领域", "团队负责人", "线索来源", "首次接触日期", "项目简介")
OPERATOR, PARK = "op-zhangjiang", "park-jiangyin"
MORE_CLICKS_THAN_THIS_ARE_TOO_MANY = 6
RUN = re.compile(r"/imports/\d+/$")
SERIES = uuid.uuid4().hex[:6]  # a site that is used again knows the projects of before
_numbers = count(1)


def new_name() -> str:
    """Of no other project, neither as it stands nor in pinyin."""
    number = next(_numbers)
    return f"示例{chr(0x4E10 + 3 * number)}{chr(0x5400 + 7 * number)}{SERIES}{number}技术"


def good_row(number: int, name: str) -> list[Any]:
    return [
        f"{SERIES}-{number}",
        name,
        "新材料",
        "示例负责人",
        "活动",
        date(2026, 3, 1 + number % 28),
        "示例简介",
    ]


def book_of(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> bytes:
    book = openpyxl.Workbook()
    for row in [list(headings), *map(list, rows)]:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def projects_of(site: Site, account: str = OPERATOR) -> dict[str, str]:
    """External number (or code) → name of every project that the account sees."""
    rows = site.every("projects/", account=account)
    return {row["external_id"] or row["code"]: row["name_zh"] for row in rows}


@dataclass
class Mouse:
    """Counts every click of the person."""

    page: Page
    clicks: int = 0

    def click(self, selector: str) -> None:
        self.clicks += 1
        self.page.click(selector)

    def choose_file(self, selector: str, path: Path) -> None:
        """One click opens the chooser; the file sends itself."""
        self.clicks += 1
        with self.page.expect_file_chooser() as chooser:
            self.page.click(selector)
        chooser.value.set_files(path)
        self.page.wait_for_url(RUN)


def chips(page: Page) -> dict[str, int]:
    """The counts of the bar, by status; those that are nought are left out."""
    found = page.locator("#run-head .g-chip")
    counts = {
        str(chip.get_attribute("id")).removeprefix("chip-"): int(chip.locator("strong").inner_text())
        for chip in found.all()
    }
    return {code: number for code, number in counts.items() if number}


def wait_until_saved(page: Page) -> None:
    expect(page.locator("[data-grid-state]")).to_have_attribute("data-state", "saved")


def errors_by_row(page: Page) -> dict[int, str]:
    rows = page.locator("tbody.is-error")
    return {
        int(str(row.get_attribute("data-row"))): row.locator(".g-error").first.inner_text()
        for row in rows.all()
    }


def fifty_rows(taken: Sequence[str]) -> tuple[list[list[Any]], dict[int, tuple[int, str]]]:
    """Fifty rows, and how a person mends the broken ones: row in the file → column, what is typed ("" takes
    the suggestion). The names of the last three are ``taken``."""
    rows = [good_row(number, new_name()) for number in range(1, 51)]
    broken: dict[int, tuple[int, Any, str]] = {
        4: (5, "2026.2.30", "2026-02-28"),  # no such day
        8: (2, "占星术", "新材料"),  # no such sector
        12: (1, None, new_name()),  # the one thing that is needed
        16: (4, "朋友圈", "活动"),  # no such source
        20: (5, "03/04/2026", "2026-04-03"),  # two days at once
        24: (5, "明年春天", "2026-03-20"),  # no date at all
        28: (1, "长" * 301, new_name()),  # longer than a name may be
        32: (0, f"{SERIES}-1", f"{SERIES}-31"),  # the own number of another row
    }
    for row, (column, wrong, _mended) in broken.items():
        rows[row - 2][column] = wrong
    for place, name in zip((45, 46, 47), taken, strict=True):
        rows[place][0], rows[place][1] = None, name
    return rows, {row: (column, mended) for row, (column, _wrong, mended) in broken.items()}


@pytest.fixture
def known(site: Site) -> list[str]:
    """Three projects of the incubator that are there before."""
    names = [new_name() for _ in range(3)]
    for name in names:
        made = site.call(
            "POST",
            "projects/",
            {"incubator": "jy-zhangjiang", "name_zh": name, "first_contact_on": "2026-02-01"},
            account=OPERATOR,
        )
        assert made.status == 201, made.content
    return names


def test_fifty_projects_in_six_clicks_undone_and_brought_again(
    site: Site, visitor: Any, known: list[str], tmp_path: Path
) -> None:
    rows, mending = fifty_rows(known)
    file = tmp_path / "一季度项目.xlsx"
    file.write_bytes(book_of(rows))
    before = projects_of(site)
    operator = visitor(OPERATOR)
    page, mouse = operator.page, Mouse(operator.page)
    operator.opens("/")

    mouse.click("a.btn-primary[href='/imports/']")
    mouse.choose_file("#file-projects", file)
    assert chips(page) == {"all": 50, "mend": 11, "error": 8, "duplicate": 3, "new": 39}
    assert set(errors_by_row(page)) == set(mending)
    expect(page.locator("#commit")).to_contain_text("39")

    mouse.click("#commit")
    expect(page.locator("[data-message=success]")).to_contain_text("39")
    assert chips(page) == {"all": 50, "mend": 11, "error": 8, "duplicate": 3, "created": 39}
    assert len(projects_of(site)) == len(before) + 39

    mouse.click("button[name=every][value=skip]")
    assert chips(page) == {"all": 50, "error": 8, "skipped": 3, "created": 39}
    mouse.click("[data-next-problem]")
    mend_by_keyboard(page, mending)
    assert chips(page) == {"all": 50, "new": 8, "skipped": 3, "created": 39}
    expect(page.locator("#commit")).to_contain_text("8")

    mouse.click("#commit")
    assert chips(page) == {"all": 50, "skipped": 3, "created": 47}
    assert mouse.clicks == MORE_CLICKS_THAN_THIS_ARE_TOO_MANY
    after = projects_of(site)
    assert len(after) == len(before) + 47
    assert after[f"{SERIES}-31"] == rows[30][1]
    assert after[f"{SERIES}-11"] == mending[12][1]

    record = page.locator("tbody.is-created .g-number a").first
    assert operator.status_of(str(record.get_attribute("href"))) == 200

    page.click("form[action$='/undo/'] button")
    page.locator("dialog[open] .btn-danger").click()
    expect(page.locator("[data-message=success]")).to_be_visible()
    assert projects_of(site) == before
    assert chips(page) == {"all": 50, "new": 47, "skipped": 3}

    # Undone, the same file may come again, and comes as it was the first time.
    first = page.url
    operator.opens("/imports/")
    mouse.choose_file("#file-projects", file)
    assert page.url != first
    assert chips(page) == {"all": 50, "mend": 11, "error": 8, "duplicate": 3, "new": 39}
    page.click("#commit")
    expect(page.locator("[data-message=success]")).to_contain_text("39")
    assert len(projects_of(site)) == len(before) + 39

    # A second time it is the same import, and nothing is entered twice.
    second = page.url
    operator.opens("/imports/")
    mouse.choose_file("#file-projects", file)
    assert page.url == second
    expect(page.locator("[data-message=info]")).to_be_visible()
    assert chips(page) == {"all": 50, "mend": 11, "error": 8, "duplicate": 3, "created": 39}
    assert len(projects_of(site)) == len(before) + 39


def mend_by_keyboard(page: Page, mending: dict[int, tuple[int, str]]) -> None:
    """The first marked cell is chosen: type, F8 to the next one, type …; no mouse."""
    for place, (row, (column, text)) in enumerate(sorted(mending.items())):
        expect(page.locator(f"tbody[data-row='{row}'] td[data-c='{column}']")).to_have_class(
            re.compile(r"\bactive\b")
        )
        if page.locator(f"tbody[data-row='{row}'] [data-fix]").count() and text.startswith("2026-02"):
            page.keyboard.press("Alt+Enter")
        else:
            page.keyboard.type(text)
            page.keyboard.press("Tab")
        if place < len(mending) - 1:
            page.keyboard.press("F8")
    wait_until_saved(page)


def test_a_block_copied_from_excel_is_pasted_into_a_grid(site: Site, visitor: Any) -> None:
    operator = visitor(OPERATOR)
    names = [new_name(), new_name()]
    before = projects_of(site)
    page = operator.opens("/imports/tables/projects/grid/")
    paste(
        page,
        "项目名称\t产业领域\t首次接触日期\t项目简介\n"
        f'{names[0]}\t新材料\t2026.3.5\t"两行\n简介"\n{names[1]}\t集成电路\t2026年3月6日\t',
    )
    assert page.locator("td .v").filter(has_text=names[0]).count() == 1

    # What is typed here is kept in the browser until it is checked.
    page.reload()
    assert page.locator("td .v").filter(has_text=names[1]).count() == 1
    page.click("form[data-grid-form] .btn-primary")
    page.wait_for_url(RUN)
    assert chips(page) == {"all": 2, "new": 2}

    # A block pasted at a cell goes to the right and down from there.
    page.locator("tbody[data-row] td[data-c='0']").first.click()
    paste(page, f"{names[0]}甲\t新材料\n{names[1]}乙\t胡说")
    wait_until_saved(page)
    assert chips(page) == {"all": 2, "error": 1, "new": 1}
    page.keyboard.press("Control+z")
    expect(page.locator("#chip-new strong")).to_have_text("2")
    page.click("#commit")
    expect(page.locator("[data-message=success]")).to_contain_text("2")
    added = set(projects_of(site).values()) - set(before.values())
    assert added == set(names)
    page.goto(f"{site.address}/imports/tables/projects/grid/")
    assert page.locator("td .v").filter(has_text=names[0]).count() == 0


def paste(page: Page, text: str) -> None:
    """What a browser does on Ctrl+V with this text on the clipboard."""
    page.evaluate(
        """text => {
            const data = new DataTransfer();
            data.setData('text/plain', text);
            document.activeElement.dispatchEvent(
                new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
        }""",
        text,
    )


def test_a_lost_line_loses_nothing(site: Site, visitor: Any, tmp_path: Path) -> None:
    operator = visitor(OPERATOR)
    page = operator.page
    name = new_name()
    file = tmp_path / "断网.xlsx"
    file.write_bytes(book_of([[None, None, "新材料", "示例", "活动", date(2026, 3, 1), ""]]))
    operator.opens("/imports/tables/projects/")
    Mouse(page).choose_file("#file-projects", file)
    assert chips(page) == {"all": 1, "error": 1}

    operator.context.set_offline(True)
    page.locator("td.bad").click()
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator("[data-grid-state]")).to_have_attribute("data-state", "offline")
    operator.context.set_offline(False)
    wait_until_saved(page)
    assert chips(page) == {"all": 1, "new": 1}

    # The page is closed while the line is down: what was typed is there on the next visit.
    operator.context.set_offline(True)
    page.locator("td[data-c='1']").first.click()
    page.keyboard.type(f"{name}二期")
    page.keyboard.press("Enter")
    address = page.url
    page.close()
    operator.context.set_offline(False)
    page = operator.page = operator.context.new_page()
    page.goto(address)
    wait_until_saved(page)
    expect(page.locator("td[data-c='1'] .v").first).to_have_text(f"{name}二期")
    page.click("#commit")
    expect(page.locator("[data-message=success]")).to_be_visible()
    assert f"{name}二期" in projects_of(site).values()


def test_the_park_chooses_an_incubator_and_others_stay_outside(
    site: Site, visitor: Any, tmp_path: Path
) -> None:
    name = new_name()
    file = tmp_path / "园区.xlsx"
    file.write_bytes(book_of([good_row(900, name)]))
    park: Visitor = visitor(PARK)
    page = park.opens("/imports/")
    assert page.locator("#file-projects").count() == 0  # first the place
    page.select_option("#place", label=page.locator("#place option").nth(1).inner_text())
    page.wait_for_url("**/imports/?place=*")
    park.opens("/imports/")  # the choice is kept
    Mouse(page).choose_file("#file-projects", file)
    assert chips(page) == {"all": 1, "new": 1}
    address = page.url.removeprefix(site.address)

    stranger, auditor = visitor("park-wuxi"), visitor("auditor")
    assert stranger.status_of(address) == 404
    assert auditor.status_of(address) == 200
    auditor.opens(address)
    assert auditor.page.locator("#commit").count() == 0
    assert auditor.status_of("/imports/tables/projects/") == 403
    token = auditor.page.get_attribute("body", "data-csrf")
    for deed in ("commit", "undo", "discard"):
        refused = auditor.context.request.post(
            f"{site.address}{address}{deed}/", headers={"X-CSRFToken": str(token), "Referer": site.address}
        )
        assert (deed, refused.status) == (deed, 403)
    page.click("#commit")
    expect(page.locator("[data-message=success]")).to_be_visible()
    assert name in projects_of(site, PARK).values()
