"""Pages of the Excel loop: who sees and does what, what they say, and what hostile input does (nothing)."""

import io
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from exchange.models import ImportRow, ImportRun, RememberedHeading
from exchange.services import change_cells
from incubators.models import Incubator, Park
from projects.models import Project
from tests import factories

HEADINGS = ("本单位编号", "项目名称", "产业领域", "首次接触日期", "项目简介")
GOOD = ("P-1", "示例晨曦传感", "新材料", "2021-03-01", "示例")
BAD_DAY = ("P-2", "示例暮云芯片", "集成电路", "2021.2.30", "示例")
ODD_DAY = ("P-3", "示例远山药业", "生命健康", "2021年3月5日", "示例")


def signed_in(user: User, language: str = "en") -> Client:
    client = Client()
    client.cookies["language"] = language
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return str(response.content.decode())


def book(rows: Sequence[Sequence[Any]], headings: Sequence[str] = HEADINGS) -> SimpleUploadedFile:
    made = openpyxl.Workbook()
    for row in [headings, *rows]:
        made.active.append(list(row))
    file = io.BytesIO()
    made.save(file)
    return SimpleUploadedFile("projects.xlsx", file.getvalue())


def bring(client: Client, *rows: Sequence[Any], headings: Sequence[str] = HEADINGS, **more: str) -> ImportRun:
    """Upload rows of projects and give the run."""
    response = client.post(
        reverse("import-upload", args=["projects"]), {"file": book(rows, headings), **more}
    )
    assert response.status_code == 302, text_of(response)
    return ImportRun.objects.get(pk=int(re.findall(r"/imports/(\d+)/", response["Location"])[0]))


def type_in(client: Client, run: ImportRun, cells: Mapping[str, Mapping[str, Any]], **more: Any) -> Any:
    body = {"cells": cells, "columns": ["external_id", "name_zh", "first_contact_on"], **more}
    return client.post(reverse("import-cells", args=[run.pk]), json.dumps(body), "application/json")


def statuses(run: ImportRun) -> list[str]:
    return list(run.rows.order_by("number").values_list("status", flat=True))


@pytest.fixture
def run(alice: User, settings: Any, tmp_path: Any) -> ImportRun:
    settings.MEDIA_ROOT = tmp_path
    return bring(signed_in(alice), GOOD, BAD_DAY, ODD_DAY)


# --- who --------------------------------------------------------------------------------------------


def test_nobody_reads_without_signing_in(run: ImportRun) -> None:
    for name in ("import-run", "import-rows", "import-mapping", "import-returned"):
        response = Client().get(reverse(name, args=[run.pk]))
        assert (name, response.status_code) == (name, 302)
    assert Client().get(reverse("import-home")).status_code == 302
    assert Client().get(reverse("import-progress", args=[run.pk])).status_code == 401


def test_a_stranger_finds_no_import_at_any_address(run: ImportRun, charlie: User, erik: User) -> None:
    for user in (charlie, erik):
        client = signed_in(user)
        for name in ("import-run", "import-rows", "import-progress", "import-mapping", "import-returned"):
            assert (name, client.get(reverse(name, args=[run.pk])).status_code) == (name, 404)
        for name in ("import-decide", "import-commit", "import-undo", "import-discard", "import-reupload"):
            assert (name, client.post(reverse(name, args=[run.pk])).status_code) == (name, 404)
        assert type_in(client, run, {"2": {"name_zh": "x"}}).status_code == 404
        assert client.get(reverse("import-row", args=[run.pk, 2])).status_code == 404
        assert "projects.xlsx" not in text_of(client.get(reverse("import-home")))
    assert Project.objects.count() == 0


def test_a_reader_looks_and_changes_nothing(run: ImportRun, dora: User) -> None:
    client = signed_in(dora)
    page = text_of(client.get(reverse("import-run", args=[run.pk])))
    assert "示例暮云芯片" in page
    assert reverse("import-commit", args=[run.pk]) not in page
    assert reverse("import-cells", args=[run.pk]) not in page
    assert client.get(reverse("import-home")).status_code == 200
    for name in ("import-upload", "import-paste", "import-template"):
        assert (name, client.get(reverse(name, args=["projects"])).status_code) == (name, 403)
    for name in ("import-decide", "import-commit", "import-undo", "import-discard", "import-reupload"):
        assert (name, client.post(reverse(name, args=[run.pk])).status_code) == (name, 403)
    assert client.get(reverse("import-mapping", args=[run.pk])).status_code == 403
    assert client.post(reverse("import-row", args=[run.pk, 3])).status_code == 403
    assert type_in(client, run, {"3": {"name_zh": "x"}}).status_code == 403
    assert statuses(run) == ["new", "error", "new"]


def test_a_park_administrator_chooses_the_incubator_once(
    bob: User, park: Park, zhangjiang: Incubator, shenzhen: Incubator, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(bob)
    assert 'name="file"' not in text_of(client.get(reverse("import-home")))
    refused = client.post(reverse("import-upload", args=["projects"]), {"file": book([GOOD])})
    assert (refused.status_code, ImportRun.objects.count()) == (422, 0)
    chosen = client.get(reverse("import-home"), {"place": f"i{shenzhen.pk}"})
    assert 'name="file"' in text_of(chosen)
    assert bring(client, GOOD).incubator == shenzhen
    assert bring(client, BAD_DAY, place=f"i{zhangjiang.pk}").incubator == zhangjiang
    assert bring(client, ODD_DAY, place="i999999").incubator == zhangjiang  # nonsense changes nothing


# --- bringing in ----------------------------------------------------------------------------------------


def test_the_home_offers_every_table_and_lists_what_waits(run: ImportRun, alice: User) -> None:
    page = text_of(signed_in(alice).get(reverse("import-home")))
    assert reverse("import-upload", args=["projects"]) in page
    assert "projects.xlsx" in page
    assert "1 row to mend" in page


def test_the_list_of_imports_needs_the_same_queries_for_one_and_three(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    url = reverse("import-home")
    client.get(url)
    with CaptureQueriesContext(
        connection,
    ) as one:
        client.get(url)
    bring(client, ("P-7", "示例甲", "", "", ""))
    bring(client, ("P-8", "示例乙", "", "", ""))
    with CaptureQueriesContext(connection) as three:
        client.get(url)
    assert len(one) == len(three)


def test_a_refused_file_says_why_on_the_page(alice: User) -> None:
    client = signed_in(alice)
    url = reverse("import-upload", args=["projects"])
    nothing = client.post(url)
    assert (nothing.status_code, "Choose a file first" in text_of(nothing)) == (422, True)
    junk = client.post(url, {"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 no workbook")})
    assert (junk.status_code, 'role="alert"' in text_of(junk)) == (422, True)
    as_json = client.post(
        url, {"file": SimpleUploadedFile("a.xlsx", factories.PDF)}, HTTP_ACCEPT="application/json"
    )
    assert (as_json.status_code, list(as_json.json())) == (422, ["error"])
    assert ImportRun.objects.count() == 0
    assert client.get(reverse("import-upload", args=["no-such-table"])).status_code == 404


def test_the_same_file_again_is_the_same_import(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    content = book([GOOD]).read()
    url = reverse("import-upload", args=["projects"])
    first, second = (
        client.post(url, {"file": SimpleUploadedFile("a.xlsx", content)}, HTTP_ACCEPT="application/json")
        for _ in range(2)
    )
    assert first.json() == second.json()
    assert "came in on" in text_of(client.get(first.json()["url"]))


def test_rows_pasted_without_scripts_are_checked_the_same_way(
    alice: User, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    url = reverse("import-paste", args=["projects"])
    empty = client.post(url, {"text": "  "})
    assert (empty.status_code, "nothing to check" in text_of(empty)) == (422, True)
    done = client.post(url, {"text": "项目名称\t首次接触日期\n示例粘贴\t2021-03-01"})
    run = ImportRun.objects.get()
    assert done["Location"] == reverse("import-run", args=[run.pk])
    assert statuses(run) == ["new"]


# --- the run ------------------------------------------------------------------------------------------------


def test_the_page_starts_with_what_is_to_be_mended(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    url = reverse("import-run", args=[run.pk])
    page = text_of(client.get(url))
    assert re.findall(r'data-row="(\d+)"', page) == [
        "3",
        "0",
    ]  # and the blank row that new ones are made from
    assert "Enter 2 rows" in page
    assert "still 1 row to mend" in page
    assert 'aria-invalid="true"' in page
    everything = text_of(client.get(url, {"status": "all"}))
    assert re.findall(r'data-row="(\d+)"', everything) == ["2", "3", "4", "0"]
    new = text_of(client.get(url, {"status": "new"}))
    assert re.findall(r'data-row="(\d+)"', new) == ["2", "4", "0"]


@pytest.mark.parametrize(
    "query",
    ["status=<b>", "status=" + "x" * 5000, "after=-1", "after=9" * 40, "after=%00", "columns=all&after=x"],
)
def test_nonsense_in_the_address_is_ignored(run: ImportRun, alice: User, query: str) -> None:
    client = signed_in(alice)
    assert client.get(f"{reverse('import-run', args=[run.pk])}?{query}").status_code == 200
    assert client.get(f"{reverse('import-rows', args=[run.pk])}?{query}").status_code == 200


def test_what_stands_in_the_file_is_text_and_nothing_else(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    evil = "</template><script>alert(1)</script>"
    run = bring(client, ("P-9", evil, evil, "2021-03-01", evil), headings=(*HEADINGS[:4], evil))
    for url in (
        reverse("import-run", args=[run.pk]),
        reverse("import-mapping", args=[run.pk]),
        reverse("import-row", args=[run.pk, 2]),
        reverse("import-home"),
    ):
        assert "<script>alert" not in text_of(client.get(url))
    answer = type_in(client, run, {"2": {"name_zh": evil}}).json()
    assert "<script>alert" not in answer["rows"]["2"]


def test_a_run_of_many_rows_comes_in_pieces(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    run = bring(client, *((f"M-{n}", f"示例批次{n}", "", "2021-03-01", "") for n in range(1, 131)))
    first = client.get(reverse("import-run", args=[run.pk]))
    assert len(re.findall(r'class="g-row', text_of(first))) == 101
    assert len(first.content) < 200_000
    more = client.get(reverse("import-rows", args=[run.pk]), {"status": "all", "after": "101"}).json()
    assert re.findall(r'data-row="(\d+)"', more["html"]) == [str(n) for n in range(102, 132)]
    assert more["more"].strip() == ""


# --- the grid -----------------------------------------------------------------------------------------------


def test_a_changed_cell_is_kept_and_its_row_comes_back(run: ImportRun, alice: User) -> None:
    answer = type_in(signed_in(alice), run, {"3": {"first_contact_on": "2021-02-28"}})
    assert answer.status_code == 200
    parts = answer.json()
    assert list(parts["rows"]) == ["3"]
    assert "is-new" in parts["rows"]["3"]
    assert len(re.findall("data-c=", parts["rows"]["3"])) == 3  # the columns that the grid shows
    assert "Enter 3 rows" in parts["head"]
    assert statuses(run) == ["new", "new", "new"]


def test_a_row_below_the_last_one_is_made(run: ImportRun, alice: User) -> None:
    answer = type_in(signed_in(alice), run, {"5": {"name_zh": "示例新行", "first_contact_on": "2021-03-09"}})
    assert answer.status_code == 200
    assert statuses(run) == ["new", "error", "new", "new"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "null",
        '{"cells": []}',
        '{"cells": {"x": {"name_zh": "a"}}}',
        '{"cells": {"3": {"name_zh": 7}}}',
        '{"cells": {"3": ["name_zh"]}}',
        '{"cells": {"-3": {"name_zh": "a"}}}',
        '{"cells": {"3": {"name_zh": "a"}}, "columns": 7}',
    ],
)
def test_a_broken_change_is_refused_whole(run: ImportRun, alice: User, body: str) -> None:
    answer = signed_in(alice).post(
        reverse("import-cells", args=[run.pk]), body, content_type="application/json"
    )
    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert statuses(run) == ["new", "error", "new"]


def test_an_unknown_column_and_a_written_row_are_refused_in_words(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    unknown = type_in(client, run, {"3": {"no_such": "x"}})
    assert (unknown.status_code, "no such column" in unknown.json()["error"]) == (409, True)
    client.post(reverse("import-commit", args=[run.pk]))
    written = type_in(client, run, {"2": {"name_zh": "示例换名"}})
    assert (written.status_code, "stands in the records" in written.json()["error"]) == (409, True)
    assert (unknown.json()["refused"], written.json()["refused"]) == ([], ["2"])


def test_a_possible_duplicate_is_decided_beside_its_row(
    alice: User, zhangjiang: Incubator, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path
    known = factories.make_project(alice, zhangjiang, name_zh=GOOD[1])
    client = signed_in(alice)
    run = bring(client, ("", *GOOD[1:]), ("", *ODD_DAY[1:]))
    page = text_of(client.get(reverse("import-run", args=[run.pk])))
    assert f'value="same:{known.pk}"' in page
    url = reverse("import-decide", args=[run.pk])
    decided = client.post(
        url, {"row": "2", "choice": f"same:{known.pk}", "columns": "name_zh"}, HTTP_ACCEPT="application/json"
    )
    assert (decided.status_code, statuses(run)[0]) == (200, "update")
    assert "is-update" in decided.json()["rows"]["2"]
    client.post(url, {"row": "2", "choice": ""})
    assert statuses(run)[0] == "duplicate"
    client.post(url, {"every": "skip"})
    assert statuses(run) == ["skipped", "new"]
    for wrong in ({"row": "2", "choice": "same:99999999"}, {"row": "99", "choice": "new"}):
        assert client.post(url, wrong, HTTP_ACCEPT="application/json").status_code == 409
    for wrong in ({"row": "x", "choice": "new"}, {"row": "2", "choice": "maybe"}, {}, {"every": "maybe"}):
        assert client.post(url, wrong).status_code == 404


def test_one_row_is_mended_in_a_plain_form(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    url = reverse("import-row", args=[run.pk, 3])
    assert "2021.2.30" in text_of(client.get(url))
    texts = {f"c-{name}": text for name, text in ImportRow.objects.get(run=run, number=3).texts.items()}
    still = client.post(url, {**texts, "c-first_contact_on": "gestern"})
    assert still["Location"] == url
    done = client.post(url, {**texts, "c-first_contact_on": "2021-02-28"})
    assert done["Location"] == reverse("import-run", args=[run.pk])
    assert statuses(run) == ["new", "new", "new"]
    assert ImportRow.objects.get(run=run, number=3).edits == {"first_contact_on": "2021-02-28"}
    assert client.get(reverse("import-row", args=[run.pk, 77])).status_code == 404


# --- the whole import ----------------------------------------------------------------------------------


def test_good_rows_go_in_bad_ones_stay_and_all_is_undone(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    page = reverse("import-run", args=[run.pk])
    stale = client.post(reverse("import-commit", args=[run.pk]), {"count": "3"}, follow=True)
    assert ("has changed meanwhile" in text_of(stale), Project.objects.count()) == (True, 0)
    done = text_of(client.post(reverse("import-commit", args=[run.pk]), {"count": "2"}, follow=True))
    assert "2 rows of this table are in the records. 1 row waits here to be mended." in done
    assert Project.objects.count() == 2
    everything = text_of(client.get(page, {"status": "all"}))
    for project in Project.objects.all():
        assert reverse("project-detail", args=[project.pk]) in everything
    undone = text_of(client.post(reverse("import-undo", args=[run.pk]), follow=True))
    assert ("The import is undone" in undone, Project.objects.count()) == (True, 0)


def test_what_was_moved_on_cannot_be_undone_and_the_page_says_which(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    client.post(reverse("import-commit", args=[run.pk]))
    project = Project.objects.get(name_zh=GOOD[1])
    factories.make_fact(alice, project, "signed")
    page = text_of(client.post(reverse("import-undo", args=[run.pk]), follow=True))
    assert 'data-message="error"' in page
    assert "Row 2:" in page
    assert Project.objects.count() == 2


def test_an_import_is_discarded(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    assert client.post(reverse("import-discard", args=[run.pk]))["Location"] == reverse("import-home")
    page = text_of(client.get(reverse("import-run", args=[run.pk])))
    assert "This import was discarded" in page
    assert Project.objects.count() == 0


def test_an_unknown_heading_is_asked_about_once(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    headings = ("本单位编号", "项目名称", "产业领域", "首次接触日期", "来龙去脉")
    run = bring(client, GOOD, headings=headings)
    page = text_of(client.get(reverse("import-run", args=[run.pk])))
    assert "来龙去脉" in page
    url = reverse("import-mapping", args=[run.pk])
    assert "来龙去脉" in text_of(client.get(url))
    names = ("external_id", "name_zh", "sector", "first_contact_on", "summary")
    twice = client.post(url, {f"column-{n}": "name_zh" for n in range(5)})
    assert (twice.status_code, "assigned twice" in text_of(twice)) == (422, True)
    client.post(url, {f"column-{n}": name for n, name in enumerate(names)})
    assert ImportRow.objects.get(run=run).texts["summary"] == "示例"
    assert RememberedHeading.objects.get().column == "summary"
    again = bring(client, ODD_DAY, headings=headings)
    assert "not recognised" not in text_of(client.get(reverse("import-run", args=[again.pk])))
    assert ImportRow.objects.get(run=again).texts["summary"] == "示例"


def test_a_file_without_known_headings_asks_first(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    run = bring(client, ("晨曦传感", "新材料"), headings=("甲", "产业领域"))
    assert run.state == "mapping"
    page = reverse("import-run", args=[run.pk])
    assert client.get(page)["Location"] == reverse("import-mapping", args=[run.pk])
    client.post(reverse("import-mapping", args=[run.pk]), {"column-0": "name_zh", "column-1": "sector"})
    assert client.get(page).status_code == 200
    assert ImportRow.objects.get(run=run).texts == {"name_zh": "晨曦传感", "sector": "新材料"}


def test_a_file_without_headings_is_all_data(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    run = bring(client, ("暮云芯片", "集成电路"), headings=("晨曦传感", "新材料"))
    assert run.state == "mapping"
    columns = {"column-0": "name_zh", "column-1": "sector", "first_row": "data"}
    client.post(reverse("import-mapping", args=[run.pk]), columns)
    run.refresh_from_db()
    assert [row.texts["name_zh"] for row in run.rows.order_by("number")] == ["晨曦传感", "暮云芯片"]


def test_long_work_shows_its_progress_until_it_is_done(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    ImportRun.objects.filter(pk=run.pk).update(state="reading", rows_total=4000, rows_done=1000)
    page = text_of(client.get(reverse("import-run", args=[run.pk])))
    assert "1,000 of 4,000 rows; 3,000 rows left" in page
    assert 'hx-trigger="every 2s"' in page
    part = client.get(reverse("import-progress", args=[run.pk]))
    assert "25%" in text_of(part)
    ImportRun.objects.filter(pk=run.pk).update(state="ready")
    assert client.get(reverse("import-progress", args=[run.pk])).headers["HX-Refresh"] == "true"


def test_the_worker_may_fail_and_the_page_says_so(run: ImportRun, alice: User) -> None:
    ImportRun.objects.filter(pk=run.pk).update(state="failed", error="The third sheet is torn.")
    page = text_of(signed_in(alice).get(reverse("import-run", args=[run.pk])))
    assert "The third sheet is torn." in page


# --- files --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_template_comes_in_both_languages(alice: User, language: str) -> None:
    answer = signed_in(alice).get(reverse("import-template", args=["projects"]), {"language": language})
    assert answer.status_code == 200
    made = openpyxl.load_workbook(io.BytesIO(answer.content))
    heads = " ".join(str(cell.value) for cell in made.worksheets[0][1])
    assert ("项目名称" in heads) == (language == "zh-hans")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_returned_file_is_mended_and_brought_back(run: ImportRun, alice: User) -> None:
    client = signed_in(alice)
    returned = client.get(reverse("import-returned", args=[run.pk]))
    made = openpyxl.load_workbook(io.BytesIO(returned.content))
    for row in made.worksheets[0].iter_rows():
        for cell in row:
            if cell.value == "2021.2.30":
                cell.value = "2021-02-28"
    file = io.BytesIO()
    made.save(file)
    url = reverse("import-reupload", args=[run.pk])
    refused = client.post(url, HTTP_ACCEPT="application/json")
    assert (refused.status_code, list(refused.json())) == (422, ["error"])
    client.post(url, {"file": SimpleUploadedFile("returned.xlsx", file.getvalue())})
    assert statuses(run) == ["new", "new", "new"]


def test_an_export_obeys_the_filters_of_the_list_and_the_scope(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    factories.make_project(alice, zhangjiang, name_zh="示例甲号芯片")
    factories.make_project(alice, zhangjiang, name_zh="示例乙号药物")
    factories.make_project(charlie, shenzhen, name_zh="示例丙号芯片")
    client = signed_in(alice)
    url = reverse("import-export", args=["projects"])
    answer = client.get(url, {"format": "csv", "q": "芯片", "cursor": "x", "ordering": "name"})
    content = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    assert [name for name in ("甲号", "乙号", "丙号") if name in content] == ["甲号"]
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    xlsx = client.get(url, {"units": "thousand"})
    assert openpyxl.load_workbook(io.BytesIO(b"".join(xlsx.streaming_content))).worksheets  # type: ignore[attr-defined]
    assert Client().get(url).status_code == 302


def test_the_list_of_projects_offers_both(alice: User, dora: User, zhangjiang: Incubator) -> None:
    factories.make_project(alice, zhangjiang)
    url = reverse("project-list")
    own = text_of(signed_in(alice).get(url, {"q": "示例"}))
    assert reverse("import-upload", args=["projects"]) in own
    assert f"{reverse('import-export', args=['projects'])}?q=%E7%A4%BA%E4%BE%8B&amp;format=xlsx" in own
    reader = text_of(signed_in(dora).get(url))
    assert f'href="{reverse("import-upload", args=["projects"])}"' not in reader
    assert reverse("import-export", args=["projects"]) in reader


def test_the_pages_speak_chinese(run: ImportRun, alice: User) -> None:
    page = text_of(signed_in(alice, "zh-hans").get(reverse("import-run", args=[run.pk])))
    assert "首次接触日期" in page
    assert 'lang="zh-hans"' in page


def test_rows_need_the_same_queries_for_one_and_three(alice: User, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path
    client = signed_in(alice)
    one, three = bring(client, GOOD), bring(client, BAD_DAY, ODD_DAY, ("P-5", "示例五", "", "", ""))
    counted = []
    for run in (one, three):
        url = reverse("import-run", args=[run.pk])
        client.get(url)
        with CaptureQueriesContext(connection) as queries:
            client.get(url, {"status": "all"})
        counted.append(len(queries))
    assert counted[0] == counted[1]
    change_cells(run=three, changes={2: {"name_zh": "示例六"}}, actor=alice, at=factories.NOW)
