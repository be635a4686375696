"""Reports, runs and measures through the API."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from evaluation.models import EvaluationScore, ReportRun
from evaluation.services import work_on_report
from incubators.models import Incubator
from tests.api import Api, is_problem
from tests.evaluation import cases

ASK = {"incubator": "zhangjiang", "period": "2021-Q2", "format": "xlsx", "lang": "en"}


@pytest.fixture
def evaluated(zhangjiang: Incubator, alice: User, bob: User, settings: Any, tmp_path: Path) -> Incubator:
    settings.MEDIA_ROOT = tmp_path
    cases.lively_quarter(zhangjiang, alice, bob)
    return zhangjiang


def finish(number: int) -> None:
    work_on_report(report_run_id=number, clock=lambda: datetime.now(UTC))


def test_a_report_is_asked_for_polled_and_downloaded(
    evaluated: Incubator, alice: User, charlie: User
) -> None:
    api = Api(alice)
    asked = api.post("report-runs/", ASK)
    job = asked.json()
    path = f"/api/v1/report-runs/{job['id']}/"
    assert (asked.status_code, asked["Location"], asked["Retry-After"]) == (202, path, "1")
    assert (job["state"], job["progress"], job["download_url"]) == ("queued", 0, None)
    is_problem(api.get(path + "file/"), 409, "not_ready")
    assert api.post("report-runs/", ASK).json()["id"] == job["id"]
    finish(job["id"])
    ready = api.get(path)
    done = ready.json()
    assert (done["state"], done["progress"], done["error"], "Retry-After" in ready) == (
        "done",
        100,
        "",
        False,
    )
    file = api.get(done["download_url"])
    assert hashlib.sha256(file.whole).hexdigest() == done["sha256"]
    assert (len(file.whole), file["X-Content-Type-Options"]) == (done["size"], "nosniff")
    snapshot = api.get(done["snapshot_url"])
    assert hashlib.sha256(snapshot.content).hexdigest() == done["snapshot_sha256"]
    assert json.loads(snapshot.content)
    for part in ("", "file/", "snapshot/"):
        is_problem(Api(charlie).get(path + part), 404, "not_found")
    is_problem(Api(charlie).get(done["run_url"]), 404, "not_found")


def test_the_read_score_explains_itself_as_stored(evaluated: Incubator, alice: User) -> None:
    api = Api(alice)
    job = api.post("report-runs/", ASK).json()
    finish(job["id"])
    result = api.get(job["run_url"]).json()
    assert (result["is_scored"], result["period"], result["snapshot_sha256"]) == (
        True,
        "2021-Q2",
        job["snapshot_sha256"],
    )
    nodes = {node["code"]: node for node in result["subjects"][0]["nodes"]}
    report = ReportRun.objects.get(pk=job["id"])
    stored = EvaluationScore.objects.filter(run=report.run, period="2021-Q2").exclude(node="total")
    assert {row.node: f"{row.points:.2f}" for row in stored} == {
        code: node["points"] for code, node in nodes.items()
    }
    landed = nodes["landed"]
    assert landed["formula"]
    assert landed["arithmetic"]
    assert landed["records"]


def test_operators_cannot_have_the_whole_park(
    evaluated: Incubator, alice: User, bob: User, erik: User
) -> None:
    ask = {"park": "jiangyin", "period": "2021", "format": "pdf"}
    is_problem(Api(alice).post("report-runs/", ask), 403, "refused")
    is_problem(Api(erik).post("report-runs/", ask), 404, "not_found")
    assert Api(bob).post("report-runs/", ask).json()["incubator"] is None


def test_strangers_incubators_do_not_exist(evaluated: Incubator, charlie: User) -> None:
    is_problem(Api(charlie).post("report-runs/", ASK), 404, "not_found")
    is_problem(Api(charlie).get("completeness/?incubator=zhangjiang&period=2021"), 404, "not_found")
    is_problem(Api(charlie).post("report-runs/", {**ASK, "incubator": "nowhere"}), 404, "not_found")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"period": "2021-Q5"}, "period"),
        ({"period": "2999"}, "period"),
        ({"format": "odt"}, "format"),
        ({"lang": "fr"}, "lang"),
        ({"incubator": None}, "incubator"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_wrong_requests_name_the_field(
    change: dict[str, Any], field: str, evaluated: Incubator, alice: User
) -> None:
    body = is_problem(Api(alice).post("report-runs/", {**ASK, **change}), 422, "invalid")
    assert [error["field"] for error in body["errors"]] == [field]


def test_completeness_says_whose_turn_it_is(zhangjiang: Incubator, alice: User) -> None:
    body = Api(alice).get("completeness/?incubator=zhangjiang&period=2021-Q2").json()
    assert (body["period"], body["is_complete"]) == ("2021-Q2", False)
    assert {gap["who"] for gap in body["gaps"]} <= {"operator", "park", "finance"}
    for query in ("incubator=zhangjiang", "incubator=zhangjiang&period=soon", "period=2021"):
        assert Api(alice).get(f"completeness/?{query}").status_code == 422


def test_measures_are_entered_by_one_and_verified_by_another(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    api = Api(alice)
    values = {
        "incubator": "zhangjiang",
        "measure": "public_spend_yuan",
        "period": "2021-04",
        "value": "1000.50",
    }
    made = api.post("observations/", values)
    body = made.json()
    assert (made.status_code, body["value"], body["unit"]) == (201, "1000.5000", "yuan")
    path = f"observations/{body['id']}/verify/"
    is_problem(api.post(path), 403, "refused")
    is_problem(Api(bob).post(path, If_Match='"old"'), 412, "stale")
    assert Api(bob).post(path, If_Match=made["ETag"]).json()["verified_by"] == "bob"
    is_problem(api.post("observations/", {**values, "value": "2"}), 409, "already_verified")
    body = is_problem(api.post("observations/", {**values, "measure": "x", "value": "-"}), 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"measure", "value"}
    assert len(api.get("observations/?verified=true").json()["results"]) == 1


def test_schemes_are_trees_with_weights(alice: User, db: None) -> None:
    scheme = Api(alice).get("schemes/?code=demonstration").json()["results"][0]
    assert scheme["label_zh"]
    codes = {node["code"] for node in scheme["nodes"]}
    assert all(node["parent"] in codes for node in scheme["nodes"] if node["parent"])
    assert {row["code"] for row in Api(alice).pages("indicators/?limit=5")} >= {
        node["indicator"] for node in scheme["nodes"] if node["indicator"]
    }


def test_lists_ask_the_same_number_of_questions(evaluated: Incubator, alice: User) -> None:
    api = Api(alice)
    api.get("me/")

    def questions(path: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert api.get(path).status_code == 200
        return len(captured)

    api.post("report-runs/", ASK)
    before = {path: questions(path) for path in ("report-runs/", "evaluation-runs/", "observations/?limit=1")}
    for period in ("2021", "2021-H1"):
        api.post("report-runs/", {**ASK, "period": period})
    after = {path: questions(path) for path in ("report-runs/", "evaluation-runs/")}
    assert after == {path: before[path] for path in after}
    assert questions("observations/?limit=3") == before["observations/?limit=1"]
