"""The page of a run: what it prints is what the selector says; strangers find nothing; progress in words."""

import hashlib
import html
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from accounts.models import User
from evaluation.enums import RunState
from evaluation.models import EvaluationRun, ReportRun
from evaluation.selectors import run_result
from evaluation.services import request_report, score_run
from evaluation.services.files import folder
from incubators.models import Incubator, Park
from tests.evaluation import cases

pytestmark = pytest.mark.django_db

QUARTER = "2021-Q2"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def signed_in(user: User, language: str = "en") -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["language"] = language
    return client


def run_of(actor: User | None, *, scored: bool = True, **place: Any) -> EvaluationRun:
    report = request_report(
        **place, period=QUARTER, format="pdf", language="en", actor=actor, at=cases.JULY, dispatch=False
    )
    if scored:
        score_run(run=report.run, at=cases.JULY)
    return EvaluationRun.objects.get(pk=report.run_id)


def finished(run: EvaluationRun, content: bytes = b"%PDF-1.7 report") -> ReportRun:
    report = run.reports.get()
    folder().mkdir(parents=True, exist_ok=True)
    (folder() / "done.pdf").write_bytes(content)
    report.state, report.progress, report.storage_name = RunState.DONE, 100, "done.pdf"
    report.sha256, report.size = hashlib.sha256(content).hexdigest(), len(content)
    report.finished_at = cases.JULY
    report.save()
    return report


def text_of(page: Any) -> str:
    """What a reader sees, in one line."""
    body = re.sub(r"<script\b.*?</script>|<style\b.*?</style>", " ", page.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.fixture
def run(zhangjiang: Incubator, alice: User, bob: User) -> EvaluationRun:
    cases.lively_quarter(zhangjiang, alice, bob)
    return run_of(bob, incubator=zhangjiang)


def test_the_page_prints_every_figure_of_the_result(run: EvaluationRun, bob: User) -> None:
    with translation.override("en"):
        result = run_result(run)
    page = text_of(signed_in(bob).get(reverse("evaluation-run", args=[run.pk])))
    subject = result["subjects"][0]
    expected = [f"{subject['total']:,.2f}", subject["grade_label"], subject["summary"]]
    for node in subject["nodes"]:
        expected += [node["name"], f"{node['points']:,.2f}"]
        if node["kind"] != "group":
            expected += [node["value_display"], node["formula"], node["explanation"], node["arithmetic"]]
    expected += [total["display"] for total in result["totals"]]
    assert [words for words in expected if re.sub(r"\s+", " ", words) not in page] == []


def test_the_view_hands_on_the_result_unchanged(run: EvaluationRun, bob: User) -> None:
    with translation.override("en"):
        result = run_result(run)
    page = signed_in(bob).get(reverse("evaluation-run", args=[run.pk]))
    assert page.context["result"] == result


def test_a_record_leads_to_its_project(run: EvaluationRun, bob: User) -> None:
    with translation.override("en"):
        nodes = {node["code"]: node for node in run_result(run)["subjects"][0]["nodes"]}
    [landing] = nodes["landed"]["records"]
    page = signed_in(bob).get(reverse("evaluation-run", args=[run.pk])).content.decode()
    assert f'href="{reverse("project-detail", args=[landing["project_id"]])}#facts"' in page


@pytest.mark.parametrize(
    "name", ["evaluation-run", "evaluation-progress", "evaluation-files", "report-snapshot"]
)
def test_a_stranger_finds_no_run(name: str, run: EvaluationRun, charlie: User, erik: User) -> None:
    address = reverse(name, args=[run.pk])
    assert [signed_in(user).get(address).status_code for user in (charlie, erik)] == [404, 404]


def test_a_stranger_finds_no_file(run: EvaluationRun, bob: User, charlie: User) -> None:
    address = reverse("report-download", args=[finished(run).pk])
    assert signed_in(charlie).get(address).status_code == 404
    answer = signed_in(bob).get(address)
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 report"
    assert answer["Content-Type"] == "application/pdf"


def test_an_operator_does_not_see_what_was_made_for_the_park(run: EvaluationRun, alice: User) -> None:
    assert signed_in(alice).get(reverse("evaluation-run", args=[run.pk])).status_code == 404


def test_a_stranger_cannot_ask_for_a_file(run: EvaluationRun, charlie: User) -> None:
    answer = signed_in(charlie).post(
        reverse("evaluation-files", args=[run.pk]), {"format": "docx", "language": "en"}
    )
    assert answer.status_code == 404
    assert run.reports.count() == 1


def test_the_page_of_a_park_ranks_its_incubators(
    park: Park, zhangjiang: Incubator, shenzhen: Incubator, alice: User, bob: User, charlie: User
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    cases.lively_quarter(shenzhen, charlie, bob)
    run = run_of(bob, park=park)
    page = signed_in(bob).get(reverse("evaluation-run", args=[run.pk]))
    assert page.status_code == 200
    assert [row["incubator"]["code"] for row in page.context["subjects"]] == [
        row["incubator"]["code"] for row in page.context["result"]["subjects"]
    ]
    assert len(page.context["subjects"]) == 2
    assert signed_in(alice).get(reverse("evaluation-run", args=[run.pk])).status_code == 404


def test_the_snapshot_hashes_to_the_printed_digest(run: EvaluationRun, bob: User) -> None:
    answer = signed_in(bob).get(reverse("report-snapshot", args=[run.pk]))
    assert hashlib.sha256(answer.content).hexdigest() == run.snapshot_sha256


def test_a_queued_run_is_polled_and_says_what_is_left(zhangjiang: Incubator, alice: User, bob: User) -> None:
    run = run_of(bob, scored=False, incubator=zhangjiang)
    ReportRun.objects.filter(run=run).update(state=RunState.RUNNING, step="score", progress=30)
    client = signed_in(bob)
    page = client.get(reverse("evaluation-run", args=[run.pk]))
    assert 'hx-trigger="every 1s"' in page.content.decode()
    assert "steps left: 3" in text_of(page)
    score_run(run=run, at=cases.JULY)
    assert client.get(reverse("evaluation-progress", args=[run.pk]))["HX-Refresh"] == "true"


def test_a_worker_that_is_missing_is_named_after_some_seconds(zhangjiang: Incubator, bob: User) -> None:
    run = run_of(bob, scored=False, incubator=zhangjiang)
    address = reverse("evaluation-progress", args=[run.pk])
    ReportRun.objects.filter(run=run).update(requested_at=timezone.now())
    assert "waits for the background service" not in text_of(signed_in(bob).get(address))
    ReportRun.objects.filter(run=run).update(requested_at=timezone.now() - timedelta(seconds=30))
    assert "The task is queued and waits for the background service" in text_of(signed_in(bob).get(address))


def test_a_failed_run_says_why_and_can_be_tried_again(zhangjiang: Incubator, bob: User) -> None:
    run = run_of(bob, scored=False, incubator=zhangjiang)
    ReportRun.objects.filter(run=run).update(state=RunState.FAILED, error="The disk is full.")
    client = signed_in(bob)
    page = client.get(reverse("evaluation-run", args=[run.pk]))
    assert "The disk is full." in text_of(page)
    assert "every 1s" not in page.content.decode()
    client.post(reverse("evaluation-files", args=[run.pk]), {"format": "pdf", "language": "en"})
    assert run.reports.get().state == RunState.QUEUED


def test_another_format_comes_from_the_same_frozen_data(
    run: EvaluationRun, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.report_months(zhangjiang, "2021-01", operator=alice, verifier=bob)
    answer = signed_in(bob).post(
        reverse("evaluation-files", args=[run.pk]),
        {"format": "docx", "language": "zh-hans"},
        headers={"hx-request": "true"},
    )
    assert answer.status_code == 200
    assert 'hx-trigger="every 1s"' in answer.content.decode()
    assert {(row.format, row.language) for row in run.reports.all()} == {("pdf", "en"), ("docx", "zh-hans")}


@pytest.mark.parametrize("format", ["", "exe", "pdf\x00", "９"])
def test_an_unknown_format_is_refused_in_words(format: str, run: EvaluationRun, bob: User) -> None:
    answer = signed_in(bob).post(
        reverse("evaluation-files", args=[run.pk]), {"format": format, "language": "en"}
    )
    assert answer.status_code == 422
    assert "Choose pdf, docx or xlsx." in text_of(answer)


def test_a_lost_file_leads_back_to_the_run(run: EvaluationRun, bob: User) -> None:
    report = finished(run)
    (folder() / "done.pdf").unlink()
    answer = signed_in(bob).get(reverse("report-download", args=[report.pk]))
    assert answer["Location"] == reverse("evaluation-run", args=[run.pk])


def test_a_signed_out_reader_is_told_to_load_again(run: EvaluationRun) -> None:
    for name in ("evaluation-progress", "evaluation-files"):
        answer = Client().get(reverse(name, args=[run.pk]))
        assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


def test_the_page_needs_the_same_queries_for_more_projects(
    run: EvaluationRun, zhangjiang: Incubator, alice: User, bob: User
) -> None:
    client, address = signed_in(bob), reverse("evaluation-run", args=[run.pk])
    client.get(address)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    assert len(queries) <= 9
