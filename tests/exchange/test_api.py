"""The loop for programs: upload, look, mend, submit, undo; strangers find nothing, readers change nothing."""

import io
from typing import Any

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from incubators.models import Incubator
from projects.models import Project
from tests import factories
from tests.api import Api, is_problem
from tests.exchange.loop import bring, table

pytestmark = pytest.mark.django_db

GOOD = ["", "A-1", "示例甲项目", "新材料", "2021-05-03"]
BAD = ["", "A-2", "示例乙项目", "没有", ""]


def upload(api: Api, *rows: Any, **more: Any) -> Any:
    file = table(*rows)
    file.name = "项目.csv"
    return api.upload("import-runs/", {"sheet": "projects", "file": file, **more})


def test_a_table_is_brought_in_mended_submitted_and_undone(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    answer = upload(api, GOOD, BAD)
    run = answer.json()
    assert (answer.status_code, answer["Location"]) == (201, f"/api/v1/import-runs/{run['id']}/")
    assert (run["state"], run["incubator"], run["mapping"]["2"]) == ("ready", "zhangjiang", "name_zh")
    assert {name: count for name, count in run["counts"].items() if count} == {"new": 1, "error": 1}
    path = f"import-runs/{run['id']}/"
    again = upload(api, GOOD, BAD)
    assert (again.status_code, again.json()["id"]) == (200, run["id"])

    [row] = api.get(path + "rows/?status=error").json()["results"]
    assert (row["number"], row["cells"]["sector"]) == (3, "没有")
    assert [(error["column"], error["code"]) for error in row["errors"]] == [("sector", "not_a_choice")]
    mended = api.patch(path + "rows/3/", {"cells": {"sector": "新材料"}})
    assert (mended.status_code, mended.json()["status"]) == (200, "new")
    assert api.patch(path + "rows/3/", {"decision": "skip"}).json()["status"] == "skipped"
    assert api.patch(path + "rows/3/", {"decision": ""}).json()["status"] == "new"

    etag = api.get(path)["ETag"]
    is_problem(api.send("post", path + "commit/", {}, If_Match='"v0"'), 412, "stale")
    done = api.send("post", path + "commit/", {}, If_Match=etag)
    assert (done.status_code, done.json()["counts"]["created"], Project.objects.count()) == (200, 2, 2)
    assert api.post(path + "commit/").json()["counts"]["created"] == 2
    assert api.pages(path + "rows/?limit=1")[1]["record_id"] == Project.objects.get(external_id="A-2").pk
    assert api.post(path + "undo/").json()["state"] == "undone"
    assert api.post(path + "discard/").json()["state"] == "discarded"
    assert Project.objects.count() == 0
    assert [item["id"] for item in api.get("import-runs/?state=discarded").json()["results"]] == [run["id"]]


def test_a_repeated_request_is_carried_out_once(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    file = table(GOOD)
    file.name = "x.csv"
    first = api.upload("import-runs/", {"sheet": "projects", "file": file}, **{"Idempotency-Key": "k"})
    file.seek(0)
    second = api.upload("import-runs/", {"sheet": "projects", "file": file}, **{"Idempotency-Key": "k"})
    assert (first.json()["id"], second["Idempotency-Replayed"]) == (second.json()["id"], "true")
    path = f"import-runs/{first.json()['id']}/commit/"
    for _time in range(2):
        assert api.post(path, Idempotency_Key="c").json()["counts"]["created"] == 1
    assert Project.objects.count() == 1


def test_columns_are_assigned(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    file = table(["示例甲", "x"], head=("甲列", "乙列"))
    file.name = "x.csv"
    run = api.upload("import-runs/", {"sheet": "projects", "file": file}).json()
    assert (run["state"], run["missing"], run["headings"]) == (
        "mapping",
        ["name_zh"],
        {"0": "甲列", "1": "乙列"},
    )
    path = f"import-runs/{run['id']}/mapping/"
    is_problem(api.post(path, {"mapping": {"x": "name_zh"}}), 422, "invalid")
    is_problem(api.post(path, {"mapping": {"0": "stage"}}), 422, "invalid")
    answer = api.post(path, {"mapping": {"0": "name_zh", "1": ""}})
    assert (answer.json()["state"], answer.json()["counts"]["new"]) == ("ready", 1)


def test_wrong_requests_are_named(alice: User, charlie: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    is_problem(upload(api, GOOD, sheet="nothing"), 422, "invalid")
    is_problem(upload(api, GOOD, incubator="shenzhen"), 422, "invalid")
    is_problem(api.upload("import-runs/", {"sheet": "projects"}), 422, "invalid")
    pdf = io.BytesIO(b"%PDF-1.4")
    pdf.name = "x.xlsx"
    assert api.upload("import-runs/", {"sheet": "projects", "file": pdf}).status_code == 422
    run = upload(api, BAD).json()
    path = f"import-runs/{run['id']}/"
    for body in ({}, {"nonsense": 1}, {"cells": {"stage": "landed"}}, {"decision": "same", "target": 1}):
        assert api.patch(path + "rows/2/", body).status_code == 422, body
    is_problem(api.patch(path + "rows/99/", {"decision": "skip"}), 404, "not_found")
    is_problem(api.get(path + "rows/?status=lost"), 422, "invalid")
    is_problem(api.post(path + "commit/"), 409, "nothing_to_submit")
    is_problem(api.post(path + "undo/"), 409, "not_submitted")


def test_strangers_readers_and_tokens(
    alice: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    run = bring(alice, zhangjiang, GOOD)
    path = f"import-runs/{run.pk}/"
    writes = [
        ("post", path + "mapping/"),
        ("post", path + "commit/"),
        ("post", path + "undo/"),
        ("post", path + "discard/"),
        ("patch", path + "rows/2/"),
    ]
    for stranger in (charlie, erik):
        api = Api(stranger)
        for method, address in [*writes, ("get", path), ("get", path + "rows/"), ("get", path + "rows/2/")]:
            is_problem(api.send(method, address, None if method == "get" else {}), 404, "not_found")
        assert api.get("import-runs/").json()["results"] == []
    reader = Api(dora)
    assert reader.get(path + "rows/").json()["results"][0]["number"] == 2
    for method, address in [*writes, ("post", "import-runs/")]:
        is_problem(reader.send(method, address, {}), 403, "refused")
    for method, address in writes:
        is_problem(Api(alice, ["read"]).send(method, address, {}), 403, "scope_missing")
    is_problem(Api(None).get(path), 401, "not_authenticated")


def test_tables_templates_and_exports(alice: User, dora: User, zhangjiang: Incubator) -> None:
    factories.make_project(alice, zhangjiang, name_zh="示例甲项目")
    api = Api(alice)
    [projects] = [
        sheet for sheet in api.get("import-sheets/").json()["results"] if sheet["code"] == "projects"
    ]
    one = api.get("import-sheets/projects/").json()
    assert one == projects
    columns = {column["name"]: column for column in one["columns"]}
    assert (columns["name_zh"]["required"], columns["sector"]["kind"]) == (True, "choice")
    assert [choice["value"] for choice in columns["incubator"]["choices"]] == ["zhangjiang"]
    template = api.get("import-sheets/projects/template/?language=en&incubator=zhangjiang")
    book = openpyxl.load_workbook(io.BytesIO(template.content))
    assert (template.status_code, book.worksheets[0]["D1"].value) == (200, "Chinese name*")
    export = api.get("import-sheets/projects/export/?format=csv&q=jiaxiangmu")
    lines = export.whole.decode("utf-8-sig").splitlines()
    assert (export.status_code, len(lines), "示例甲项目" in lines[1]) == (200, 2, True)
    assert export["X-Content-Type-Options"] == "nosniff"
    assert api.get("import-sheets/projects/export/").whole[:2] == b"PK"
    assert Api(dora).get("import-sheets/projects/template/").status_code == 200
    is_problem(Api(dora).get("import-sheets/projects/template/?incubator=zhangjiang"), 403, "refused")
    is_problem(api.get("import-sheets/nothing/"), 404, "not_found")


def test_lists_ask_the_same_number_of_questions(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    found = []
    for number in range(3):
        run = bring(
            alice,
            zhangjiang,
            *([[*GOOD[:1], f"A-{number}-{row}", f"示例{number}{row}"] for row in range(number + 1)]),
        )
        with CaptureQueriesContext(connection) as queries:
            api.get("import-runs/")
            api.get(f"import-runs/{run.pk}/rows/")
        found.append(len(queries))
    assert found[1] == found[2]
