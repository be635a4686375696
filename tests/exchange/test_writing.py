"""What goes out comes back: templates are empty, exports change nothing, returned files mend."""

import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest

from accounts.models import User
from exchange import services
from exchange.models import ImportRun
from exchange.selectors import rows_of
from exchange.sheets import sheet_of
from exchange.writing import export_file, returned_file, template_file
from incubators.models import Incubator
from projects.models import Project
from tests import factories
from tests.exchange.loop import HEAD, bring, counts, place
from tests.factories import NOW

pytestmark = pytest.mark.django_db


def opened(content: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(content))


def format_of_column(content: bytes, letter: str) -> str:
    """The number format that a cell gets when somebody types into an empty one of this column."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        styles = archive.read("xl/styles.xml").decode()
    position = ord(letter) - 64
    columns = re.findall(r'<col min="(\d+)" max="(\d+)" [^>]*style="(\d+)"', sheet)
    [style] = [int(style) for low, high, style in columns if int(low) <= position <= int(high)]
    [formats] = re.findall(r"<cellXfs.*?</cellXfs>", styles)
    number = re.findall(r'<xf numFmtId="(\d+)"', formats)[style]
    return dict(re.findall(r'<numFmt numFmtId="(\d+)" formatCode="([^"]*)"', styles))[number]


def exported(user: User, language: str = "zh-hans", **more: Any) -> bytes:
    sheet = sheet_of("projects")
    assert sheet is not None
    return b"".join(export_file(sheet, user, more.pop("filters", {}), language, **more))


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_template_says_what_goes_where_and_holds_no_rows(
    alice: User, zhangjiang: Incubator, language: str
) -> None:
    sheet = sheet_of("projects")
    assert sheet is not None
    content = template_file(sheet, place(alice, zhangjiang), language)
    book = opened(content)
    main, guide, lists, marker = book.worksheets
    columns = list(sheet.columns())
    headings = [cell.value for cell in main[1]]
    labels = [column.label_zh if language == "zh-hans" else column.label_en for column in columns]
    assert headings == [
        label + ("*" if column.required else "") for label, column in zip(labels, columns, strict=True)
    ]
    assert all(cell.font.bold for cell in main[1])
    assert (main.freeze_panes, lists.sheet_state, marker.sheet_state) == ("A3", "hidden", "veryHidden")
    rules = {str(rule.sqref): rule.type for rule in main.data_validations.dataValidation}
    assert sorted(rules.values()) == ["date", "list", "list", "list"]
    assert format_of_column(content, "B") == "@"
    [incubators] = [[cell.value for cell in column if cell.value] for column in list(lists.columns)[:1]]
    assert incubators == [zhangjiang.name_zh if language == "zh-hans" else zhangjiang.name_en]
    assert guide.max_row > len(columns)
    run = bring(alice, zhangjiang, content=io.BytesIO(content), name="模板.xlsx")
    assert counts(run) == {}
    filled = opened(content)
    filled.worksheets[0]["D4"] = "示例甲"
    filled.worksheets[0]["B4"] = "007"
    again = io.BytesIO()
    filled.save(again)
    run = bring(alice, zhangjiang, content=again, name="模板.xlsx")
    assert [(row.values["name_zh"], row.values["external_id"]) for row in rows_of(run)] == [("示例甲", "007")]


ODD = (
    {"name_zh": "=1+1示例", "contact": "+86 510 0000", "team_lead": "@示例", "summary": "-甲\n-乙"},
    {"name_zh": "'-示例引号", "external_id": "000123456789012345678", "contact": "'0510"},
    {"name_zh": "示例，逗号;分号\t制表", "summary": "“引号” \"x\" 'y'", "name_en": "A, B & C <d>"},
    {"name_zh": "示例 1.50", "external_id": "1.50", "contact": "2021-05-03", "destination_site": "TRUE"},
    {"name_zh": "示例合计", "external_id": "合计"},
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_an_export_brought_in_again_changes_nothing(
    alice: User, zhangjiang: Incubator, language: str, format: str
) -> None:
    company = factories.make_enterprise(alice, zhangjiang, name_en="Example Co")
    for values in ODD:
        factories.make_project(alice, zhangjiang, **values)
    factories.make_project(alice, zhangjiang, enterprise=company)
    content = exported(alice, language, format=format)
    assert content.startswith(b"\xef\xbb\xbf") == (format == "csv")
    run = bring(alice, zhangjiang, content=io.BytesIO(content), name=f"项目.{format}")
    told = [(row.status, row.errors, row.changes) for row in rows_of(run) if row.status != "unchanged"]
    assert (told, counts(run)) == ([], {"unchanged": len(ODD) + 1})
    if format == "xlsx":
        for row in opened(content).worksheets[0].iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                assert not str(cell.value or "").startswith(("=", "+", "-", "@"))


def test_an_export_holds_what_one_sees_and_the_filters_let_through(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    factories.make_project(alice, zhangjiang, name_zh="示例甲项")
    factories.make_project(charlie, shenzhen, name_zh="示例乙项")

    def names(user: User, **filters: str) -> list[str]:
        lines = exported(user, format="csv", filters=filters).decode("utf-8-sig").splitlines()[1:]
        return [line.split(",")[3] for line in lines]

    assert names(bob) == ["示例甲项", "示例乙项"]
    assert names(alice) == names(bob, incubator="zhangjiang") == names(bob, q="jiaxiang") == ["示例甲项"]
    assert names(charlie, incubator="zhangjiang") == names(bob, stage="landed") == []
    assert names(bob, stage="landed,lead") == ["示例甲项", "示例乙项"]


def returned(run: ImportRun, language: str = "zh-hans") -> Any:
    return opened(returned_file(run, language))


def test_a_returned_file_says_what_to_mend_and_is_taken_back(alice: User, zhangjiang: Incubator) -> None:
    run = bring(
        alice,
        zhangjiang,
        ["", "A-1", "示例甲项目", "没有", "2021.5.3"],
        ["", "A-2", "示例乙项目", "新材料", "2021-05-04"],
        ["", "A-3", "示例丙项目", "新材料", "昨天"],
    )
    services.commit_run(run=run, actor=alice, at=NOW)
    services.change_cells(run=run, changes={4: {"name_zh": "示例丙改"}}, actor=alice, at=NOW)
    book = returned(run)
    main = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in main.iter_rows()]
    assert rows[0] == [*HEAD, "行号", "状态", "错误说明"]
    assert [row[5] for row in rows[1:]] == [2, 3, 4]
    assert rows[1][:5] == [None, "A-1", "示例甲项目", "没有", "2021.5.3"]
    assert "产业领域" in rows[1][7]
    assert (rows[2][7], rows[3][2]) == (None, "示例丙改")

    main["D2"], main["E4"], main["C3"] = "新材料", "2021-05-05", "改不了"
    main["B5"], main["C5"] = "A-9", "示例戊项目"
    again = io.BytesIO()
    book.save(again)
    same = bring(alice, zhangjiang, content=again, name="退回.xlsx")
    assert same.pk == run.pk
    assert ImportRun.objects.count() == 1
    assert counts(run) == {"created": 1, "new": 3}
    services.commit_run(run=run, actor=alice, at=NOW)
    assert sorted(Project.objects.values_list("external_id", "name_zh")) == [
        ("A-1", "示例甲项目"),
        ("A-2", "示例乙项目"),
        ("A-3", "示例丙改"),
        ("A-9", "示例戊项目"),
    ]


def test_a_returned_grid_has_the_headings_of_the_table(alice: User, zhangjiang: Incubator) -> None:
    run = services.start_empty(sheet="projects", place=place(alice, zhangjiang), actor=alice, at=NOW)
    changes = {1: {"name_zh": "示例甲", "sector": "没有"}}
    services.change_cells(run=run, changes=changes, actor=alice, at=NOW)
    book = returned(run, "en")
    rows = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert (len(rows), rows[0][0], rows[0][-1]) == (2, "Project number", "What to correct")
    book.worksheets[0]["F2"] = "新材料"
    again = io.BytesIO()
    book.save(again)
    again.seek(0)
    services.reupload(run=run, content=again, name="x.xlsx", actor=alice, at=NOW)
    assert counts(run) == {"new": 1}
