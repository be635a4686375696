"""What page, API and report read from a run; and that the report prints the very same numbers."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from evaluation.models import EvaluationRun
from evaluation.render.cells import format_row
from evaluation.render.document import ChartBlock, Document, Table
from evaluation.report import build_document
from evaluation.selectors import report_title, run_problems, run_result
from evaluation.services import request_report, score_run
from incubators.models import Incubator, Park
from projects.models import Project
from tests import factories
from tests.evaluation import cases

pytestmark = pytest.mark.django_db

LANGUAGES = ("zh-hans", "en")


def scored(actor: User | None, incubator: Incubator | None = None, park: Park | None = None) -> EvaluationRun:
    report = request_report(
        incubator=incubator,
        park=park,
        period="2021-Q2",
        format="pdf",
        language="en",
        actor=actor,
        at=cases.JULY,
    )
    return score_run(run=report.run, at=cases.JULY)


@pytest.fixture
def projects(zhangjiang: Incubator, alice: User, bob: User) -> list[Project]:
    return cases.lively_quarter(zhangjiang, alice, bob)


@pytest.fixture
def run(
    projects: list[Project], zhangjiang: Incubator, shenzhen: Incubator, bob: User, charlie: User
) -> EvaluationRun:
    factories.make_project(charlie, shenzhen, at=cases.ENTERED)
    return scored(bob, zhangjiang)


def nodes(run: EvaluationRun, language: str = "en") -> dict[str, Any]:
    return {node["code"]: node for node in run_result(run, language)["subjects"][0]["nodes"]}


def test_every_point_is_explained(run: EvaluationRun, projects: list[Project]) -> None:
    landed = nodes(run)["landed"]
    assert (landed["value"], landed["target"], landed["points"]) == (1, 1, Decimal("12.00"))
    assert landed["arithmetic"] == "1 ÷ 1 = 100.0% × 12.00 = 12.00"
    assert [(row["type"], row["project_id"], row["on"]) for row in landed["records"]] == [
        ("project_fact", projects[0].pk, "2021-05-06")
    ]
    assert len(landed["evidence"]) == 1
    assert nodes(run, "zh-hans")["paid_in"]["value_display"] == "150.00万元"
    assert nodes(run)["paid_in"]["value_display"] == "1,500,000 yuan"


def test_inputs_and_bounds_have_names_and_units(run: EvaluationRun) -> None:
    found = nodes(run, "zh-hans")
    assert [row["label"] for row in found["tickets_on_time"]["inputs"]][:2] == [
        "按时办结服务工单数",
        "受理服务工单数",
    ]
    assert "80.00万元/项及以下得满分" in found["cost_per_landing"]["explanation"]
    assert "完成目标的100%得满分" in found["landed"]["explanation"]


def test_the_total_is_the_sum_of_its_parts(run: EvaluationRun) -> None:
    result = run_result(run, "en")["subjects"][0]
    parts = result["parts"]
    assert result["total"] == parts["heads"] + parts["bonus"] - parts["deductions"] == run.total
    assert result["grade"] == run.grade == "pass"
    assert sum(node["points"] for node in result["nodes"] if node["kind"] == "group") == parts["heads"]


def test_peers_and_totals_are_for_the_park(run: EvaluationRun, zhangjiang: Incubator, alice: User) -> None:
    for_park = run_result(run, "en")
    assert [peer["incubator"]["code"] for peer in for_park["peers"]] == ["shenzhen"]
    assert {row["key"]: row["value"] for row in for_park["totals"]}["total_registered"] == 1
    own = run_result(scored(alice, zhangjiang), "en")
    assert (own["peers"], own["totals"], own["subjects"][0]["rank"]) == ([], [], None)


def test_operator_and_park_get_the_same_points(
    run: EvaluationRun, zhangjiang: Incubator, alice: User
) -> None:
    assert scored(alice, zhangjiang).total == run.total


def test_before_it_is_scored_a_run_has_no_result(zhangjiang: Incubator, bob: User) -> None:
    report = request_report(
        incubator=zhangjiang, period="2021-Q2", format="pdf", language="en", actor=bob, at=cases.JULY
    )
    result = run_result(report.run, "en")
    assert (result["is_scored"], result["subjects"], run_problems(report.run)) == (False, [], [])


def test_an_incubator_without_anything_is_explained_not_zeroed(zhangjiang: Incubator, bob: User) -> None:
    run = scored(bob, zhangjiang)
    found = nodes(run)
    assert found["landed"]["state"] == "no_target"
    assert found["mentoring_events"]["value"] is None
    assert "No verified data" in found["mentoring_events"]["explanation"]
    codes = [problem["code"] for problem in run_problems(run, "en")]
    assert codes == ["no_verified_data", "no_target"]


def test_problems_name_the_projects(
    projects: list[Project], zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.move(projects[1], "suspended", date(2021, 4, 10))
    Project.objects.filter(pk=projects[1].pk).update(name_en="Sleeper")
    late = scored(bob, zhangjiang)
    assert "suspended_long" not in {row["code"] for row in run_problems(late, "en")}
    report = request_report(
        incubator=zhangjiang,
        period="2021",
        format="pdf",
        language="en",
        actor=bob,
        at=cases.JULY.replace(year=2022),
    )
    problems = {row["code"]: row for row in run_problems(score_run(run=report.run, at=cases.JULY), "en")}
    assert [row["label"] for row in problems["suspended_long"]["records"]] == [f"{projects[1].code} Sleeper"]
    assert projects[1].code in problems["suspended_long"]["text"]


def tables(document: Document) -> dict[str, Table]:
    return {table.id: table for table in document.tables()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_prints_what_the_page_says(run: EvaluationRun, language: str) -> None:
    result = run_result(run, language)["subjects"][0]
    table = tables(build_document(run, language))["scores"]
    printed = {
        row[0].split("：")[-1].split(": ")[-1]: row
        for row in (format_row(table, n) for n in range(len(table.rows)))
    }
    for node in result["nodes"]:
        row = printed[node["name"]]
        if node["kind"] == "indicator":
            assert row[1:3] == [node["value_display"], node["target_display"]]
            assert row[4] == (f"{node['points']:.2f}" if node["scored"] else row[4])
    assert format_row(table, len(table.rows) - 1)[4] == f"{result['total']:.2f}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_report_has_its_parts_and_charts(run: EvaluationRun, language: str) -> None:
    document = build_document(run, language)
    assert [section.id for section in document.sections] == [
        "summary",
        "scores",
        "flows",
        "comparison",
        "problems",
        "projects",
        "evidence",
        "seal",
    ]
    charts = [
        block for section in document.sections for block in section.blocks if isinstance(block, ChartBlock)
    ]
    assert [chart.kind for chart in charts] == [
        "funnel",
        "sankey",
        "bar",
    ]  # the only peer has nothing verified
    assert charts[0].reading.endswith(("不作趋势判断。", "no trend can be read from them."))
    assert document.digest == run.snapshot_sha256
    assert document.badge == {"zh-hans": "示范方案", "en": "Demonstration scheme"}[language]


def test_the_same_run_gives_the_same_document(run: EvaluationRun) -> None:
    assert build_document(run, "en") == build_document(EvaluationRun.objects.get(pk=run.pk), "en")


def test_the_annex_lists_dates_money_and_credit(run: EvaluationRun, projects: list[Project]) -> None:
    table = tables(build_document(run, "en"))["projects"]
    first = next(row for n, row in enumerate(table.rows) if row[0] == projects[0].code)
    assert first[3:9] == (
        date(2021, 4, 6),
        date(2021, 5, 6),
        date(2021, 5, 10),
        Decimal("1500000.00"),
        None,
        None,
    )
    assert (first[9], first[10]) == (Decimal(1), "recorded")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_park_report_has_a_part_for_each_incubator(
    run: EvaluationRun, park: Park, bob: User, language: str
) -> None:
    whole = scored(bob, park=park)
    document = build_document(whole, language)
    ids = [section.id for section in document.sections]
    assert [id for id in ids if id.startswith("incubator-")] == ["incubator-zhangjiang", "incubator-shenzhen"]
    found = tables(document)
    result = run_result(whole, language)
    assert [row[1] for row in found["ranking"].rows] == [
        row["incubator"]["name"] for row in result["subjects"]
    ]
    assert [row[1] for row in found["totals"].rows] == [row["display"] for row in result["totals"]]
    assert (whole.total, whole.grade) == (None, "")


def test_an_operators_report_names_no_other_incubator(
    run: EvaluationRun, zhangjiang: Incubator, shenzhen: Incubator, alice: User
) -> None:
    document = build_document(scored(alice, zhangjiang), "en")
    assert shenzhen.name_en not in repr(document)
    assert "ranking" not in tables(document)


@pytest.mark.parametrize(
    ("language", "title"),
    [
        ("zh-hans", "孵化器zhangjiang绩效评价报告（2021年第二季度）"),
        ("en", "Performance report, Incubator zhangjiang, Q2 2021"),
    ],
)
def test_a_report_is_named_after_place_and_period(
    zhangjiang: Incubator, bob: User, language: str, title: str, tmp_path: Path
) -> None:
    report = request_report(
        incubator=zhangjiang, period="2021-Q2", format="pdf", language=language, actor=bob, at=cases.JULY
    )
    assert report_title(report) == title


def test_a_site_without_verified_data_is_not_graded_and_has_no_rank(run: EvaluationRun) -> None:
    (peer,) = run_result(run, "zh-hans")["peers"]
    assert (peer["total"], peer["grade_label"], peer["rank"]) == (None, "暂不评定", None)
    assert run_result(run, "zh-hans")["subjects"][0]["rank"] == 1
