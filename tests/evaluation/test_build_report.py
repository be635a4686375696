"""``manage.py build_report``: the same report, without a worker."""

import hashlib
import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from evaluation.models import EvaluationRun
from incubators.models import Incubator, Park
from tests.evaluation import cases

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"  # type: ignore[attr-defined]


def build(out: Path, **values: str) -> dict[str, list[str]]:
    """What the command prints, by its first word."""
    said = io.StringIO()
    options = {"period": "2021-Q2", "format": "xlsx", "lang": "en", **values}
    call_command("build_report", out=out, stdout=said, **options)
    found: dict[str, list[str]] = {}
    for line in said.getvalue().splitlines():
        found.setdefault(line.split()[0], []).append(line.split(maxsplit=1)[1])
    return found


def test_file_and_snapshot_match_the_printed_digests(
    zhangjiang: Incubator, alice: User, bob: User, tmp_path: Path
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    printed = build(tmp_path, incubator="zhangjiang")
    for path, digest in zip(printed["report"] + printed["snapshot"], printed["sha256"], strict=True):
        assert hashlib.sha256(Path(path).read_bytes()).hexdigest() == digest
    assert printed["score"] == ["66.45 pass"]


def test_twice_gives_the_same_run_and_bytes(
    zhangjiang: Incubator, alice: User, bob: User, tmp_path: Path
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    assert build(tmp_path, incubator="zhangjiang") == build(tmp_path, incubator="zhangjiang")
    assert EvaluationRun.objects.count() == 1


@pytest.mark.parametrize("format", ["pdf", "docx", "xlsx"])
@pytest.mark.parametrize("lang", ["zh-hans", "en"])
def test_a_park_is_reported_in_every_form(
    zhangjiang: Incubator, alice: User, bob: User, park: Park, tmp_path: Path, format: str, lang: str
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    printed = build(tmp_path, park="jiangyin", format=format, lang=lang)
    assert Path(printed["report"][0]).name == f"performance-jiangyin-2021-Q2-{lang}.{format}"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"incubator": "nowhere"}, "Known: zhangjiang"),
        ({"incubator": "zhangjiang", "period": "2021-Q9"}, "period"),
    ],
)
def test_a_mistake_is_answered_with_a_sentence(
    zhangjiang: Incubator, tmp_path: Path, values: dict[str, str], words: str
) -> None:
    with pytest.raises(CommandError, match=words):
        build(tmp_path, **values)
