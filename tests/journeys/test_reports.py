"""Reports of 2021 in every format and language: readable, charted, and everywhere the same numbers."""

import hashlib
import io
import re
import shutil
import subprocess
import time
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader

from tests.journeys.conftest import Site

SUBJECTS: list[dict[str, str]] = [
    {"incubator": "jy-zhangjiang"},
    {"incubator": "jy-shenzhen-incubator"},
    {"incubator": "jy-uppsala"},
    {"park": "jiangyin-htz"},
]
FORMATS = ("pdf", "docx", "xlsx")
LANGUAGES = ("zh-hans", "en")


def request_report(site: Site, account: str, subject: dict[str, str], **wanted: str) -> dict[str, Any]:
    """Ask, poll as a program would, and give the finished run."""
    asked = site.call("POST", "report-runs/", {**subject, "period": "2021", **wanted}, account=account)
    assert asked.status == 202, asked.content
    url = asked.headers["Location"]
    began = time.monotonic()
    while time.monotonic() - began < 120:
        run: dict[str, Any] = site.call("GET", url, account=account).json
        if run["state"] in {"done", "failed"}:
            assert run["state"] == "done", run
            return run
        time.sleep(0.3)
    raise AssertionError(f"{url} did not finish")


def file_of(site: Site, account: str, run: dict[str, Any]) -> bytes:
    answer = site.call("GET", run["download_url"], account=account)
    assert answer.status == 200
    assert hashlib.sha256(answer.content).hexdigest() == run["sha256"]
    return answer.content


def text_of(content: bytes, kind: str) -> str:
    if kind == "pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    if kind == "docx":
        from docx import Document

        document = Document(io.BytesIO(content))
        cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
        return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])
    book = load_workbook(io.BytesIO(content))
    values = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
    return "\n".join(str(value) for value in values if value is not None)


def charts_in(content: bytes, kind: str) -> int:
    """Drawn charts; in PDF, where a chart is lines and text, by its numbered caption."""
    if kind == "pdf":
        return len(re.findall(r"(?:图|Figure)\s*\d+", text_of(content, "pdf")))
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    return sum("charts/chart" in name or "media/image" in name for name in names)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: next(iter(subject.values())))
def test_every_format_and_language_says_what_rest_says(site: Site, subject: dict[str, str]) -> None:
    digests = set()
    for kind in FORMATS:
        for language in LANGUAGES:
            run = request_report(site, "park-jiangyin", subject, format=kind, lang=language)
            digests.add(run["snapshot_sha256"])
            content = file_of(site, "park-jiangyin", run)
            text = text_of(content, kind).replace("\n", "")
            result = site.call("GET", run["run_url"], account="park-jiangyin").json
            for part in result["subjects"]:
                points = [node["points"] for node in part["nodes"] if node["scored"]]
                assert len(points) > 10
                numbers = [plain_number(value, kind) for value in [part["total"], *points]]
                assert [number for number in numbers if number not in text] == []
            assert charts_in(content, kind) >= 3
            assert ("绩效" in text) == (language == "zh-hans")
            assert run["snapshot_sha256"][:12] in text.replace(" ", "")
    assert len(digests) == 1


def plain_number(total: str, kind: str) -> str:
    """As the file holds it: a spreadsheet keeps 15, paper prints 15.00."""
    return format(Decimal(total).normalize(), "f") if kind == "xlsx" else f"{Decimal(total):.2f}"


def test_the_digest_can_be_recomputed_and_the_same_request_gives_the_same_run(site: Site) -> None:
    wanted = {"format": "pdf", "lang": "zh-hans"}
    first = request_report(site, "park-jiangyin", {"incubator": "jy-uppsala"}, **wanted)
    again = request_report(site, "auditor", {"incubator": "jy-uppsala"}, **wanted)
    assert (first["id"], first["sha256"]) == (again["id"], again["sha256"])
    snapshot = site.call("GET", f"report-runs/{first['id']}/snapshot/", account="park-jiangyin").content
    assert hashlib.sha256(snapshot).hexdigest() == first["snapshot_sha256"]


def test_the_command_line_makes_the_same_file(site: Site, tmp_path: Path) -> None:
    run = request_report(site, "park-jiangyin", {"incubator": "jy-zhangjiang"}, format="pdf", lang="zh-hans")
    done = site.manage(
        *("build_report", "--incubator", "jy-zhangjiang", "--period", "2021", "--format", "pdf"),
        *("--lang", "zh-hans", "--out", str(tmp_path)),
    )
    assert done.returncode == 0, done.stderr
    (made,) = tmp_path.glob("*.pdf")
    assert hashlib.sha256(made.read_bytes()).hexdigest() == run["sha256"]
    assert run["snapshot_sha256"] in done.stdout


def test_a_stranger_finds_neither_run_nor_file(site: Site) -> None:
    run = request_report(site, "op-zhangjiang", {"incubator": "jy-zhangjiang"}, format="xlsx", lang="en")
    parks = request_report(site, "park-jiangyin", {"incubator": "jy-zhangjiang"}, format="xlsx", lang="en")
    for stranger in ("op-shenzhen", "park-wuxi", "expert-1"):
        for found in (run, parks):
            paths = [
                f"report-runs/{found['id']}/",
                f"report-runs/{found['id']}/file/",
                f"report-runs/{found['id']}/snapshot/",
                found["run_url"],
            ]
            statuses = [site.call("GET", path, account=stranger).status for path in paths]
            assert statuses == [404, 404, 404, 404]
    assert site.call("GET", f"report-runs/{parks['id']}/", account="op-zhangjiang").status == 404


def test_an_operators_report_says_nothing_of_the_others(site: Site) -> None:
    run = request_report(site, "op-zhangjiang", {"incubator": "jy-zhangjiang"}, format="docx", lang="zh-hans")
    text = text_of(file_of(site, "op-zhangjiang", run), "docx")
    snapshot = site.call(
        "GET", f"report-runs/{run['id']}/snapshot/", account="op-zhangjiang"
    ).content.decode()
    assert [name for name in ("深圳）科创孵化器", "中瑞生物医药") if name in text + snapshot] == []


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not on this machine")
@pytest.mark.parametrize("kind", ["docx", "xlsx"])
def test_office_programs_open_the_files(site: Site, tmp_path: Path, kind: str) -> None:
    run = request_report(site, "park-jiangyin", {"park": "jiangyin-htz"}, format=kind, lang="zh-hans")
    path = tmp_path / f"report.{kind}"
    path.write_bytes(file_of(site, "park-jiangyin", run))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    subprocess.run(
        ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)],
        check=True,
        capture_output=True,
        timeout=120,
    )
    text = "".join(page.extract_text() for page in PdfReader(tmp_path / "report.pdf").pages)
    assert "江阴高新区" in text
