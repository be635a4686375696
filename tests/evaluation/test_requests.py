"""Who may ask for which report, and that the same request gives the same run."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.http import Http404

from accounts.enums import Role
from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from evaluation.enums import Audience, RunState
from evaluation.models import EvaluationRun, ReportRun
from evaluation.services import Outcome, enqueue, request_report, work_on_report
from evaluation.services import requests as requests_module
from incubators.enums import IncubatorKind
from incubators.models import Incubator, Park
from tests import factories
from tests.evaluation import cases

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings: object, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path  # type: ignore[attr-defined]


def ask(
    actor: User | None, incubator: Incubator | None = None, park: Park | None = None, **values: str
) -> ReportRun:
    wanted = {"period": "2021-Q2", "format": "xlsx", "language": "en", **values}
    return request_report(incubator=incubator, park=park, actor=actor, at=cases.JULY, **wanted)


def test_the_same_request_gives_the_same_run(zhangjiang: Incubator, bob: User) -> None:
    first, second = ask(bob, zhangjiang), ask(bob, zhangjiang)
    assert first.pk == second.pk
    assert ask(bob, zhangjiang, format="pdf").run_id == first.run_id
    assert EvaluationRun.objects.count() == 1


def test_the_same_request_on_another_day_gives_the_same_run(zhangjiang: Incubator, bob: User) -> None:
    first = ask(bob, zhangjiang)
    later = request_report(
        incubator=zhangjiang,
        period="2021-Q2",
        format="xlsx",
        language="en",
        actor=bob,
        at=cases.JULY + timedelta(days=90),
    )
    assert later.pk == first.pk
    assert later.run.snapshot_sha256 == first.run.snapshot_sha256


def test_the_audience_follows_from_who_asks(
    zhangjiang: Incubator, alice: User, bob: User, dora: User
) -> None:
    assert ask(alice, zhangjiang).run.audience == Audience.OPERATOR
    assert {ask(actor, zhangjiang).run.audience for actor in (bob, dora, None)} == {Audience.PARK}


def test_an_operator_sees_no_run_made_for_the_park(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User, erik: User
) -> None:
    for_park, for_alice = ask(bob, zhangjiang), ask(alice, zhangjiang)
    assert list(ReportRun.objects.visible_to(alice)) == [for_alice]
    assert set(ReportRun.objects.visible_to(bob)) == {for_park, for_alice}
    for stranger in (charlie, erik):
        assert not ReportRun.objects.visible_to(stranger).exists()
        assert not EvaluationRun.objects.visible_to(stranger).exists()


def test_a_stranger_finds_no_such_incubator_or_park(
    zhangjiang: Incubator, park: Park, charlie: User, erik: User
) -> None:
    for stranger in (charlie, erik):
        with pytest.raises(Http404):
            ask(stranger, zhangjiang)
    with pytest.raises(Http404):
        ask(erik, park=park)


def test_an_operator_is_refused_the_report_of_the_park(
    zhangjiang: Incubator, park: Park, alice: User
) -> None:
    with pytest.raises(Refused):
        ask(alice, park=park)


def test_an_expert_of_the_park_does_not_find_it(zhangjiang: Incubator, park: Park) -> None:
    expert = factories.make_user("frida", Role.EXPERT, park=park)
    with pytest.raises(Http404):
        ask(expert, zhangjiang)


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"period": "2021-Q5"}, ["period"]),
        ({"period": "2021-Q4"}, ["period"]),
        ({"format": "odt", "language": "sv"}, ["format", "language"]),
    ],
)
def test_a_request_that_makes_no_sense_names_the_fields(
    zhangjiang: Incubator, bob: User, values: dict[str, str], fields: list[str]
) -> None:
    with pytest.raises(Invalid) as refused:
        ask(bob, zhangjiang, **values)
    assert [error.field for error in refused.value.fields] == fields


def test_without_a_scheme_in_force_there_is_no_report(zhangjiang: Incubator, bob: User) -> None:
    with pytest.raises(Conflict) as refused:
        ask(bob, zhangjiang, period="2015")
    assert refused.value.code == "no_scheme"


def test_a_total_of_several_sites_is_not_evaluated(park: Park, bob: User) -> None:
    total = factories.make_incubator(park, "total", kind=IncubatorKind.AGGREGATE)
    with pytest.raises(Invalid):
        ask(bob, total)


def test_work_is_queued_once_when_the_request_is_committed(
    zhangjiang: Incubator,
    bob: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    queued: list[int] = []
    monkeypatch.setattr(requests_module, "enqueue", lambda *, report_run_id: queued.append(report_run_id))
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        report = ask(bob, zhangjiang)
        ask(bob, zhangjiang)
        assert queued == []
    assert queued == [report.pk]


def test_a_broker_that_is_down_does_not_undo_the_request(
    zhangjiang: Incubator,
    bob: User,
    monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: object,
) -> None:
    def fail(*, report_run_id: int) -> None:
        raise ConnectionError("no broker")

    monkeypatch.setattr(requests_module, "enqueue", fail)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        report = ask(bob, zhangjiang)
    assert ReportRun.objects.get(pk=report.pk).state == RunState.QUEUED


def test_a_failed_report_can_be_asked_for_again(zhangjiang: Incubator, bob: User) -> None:
    report = ask(bob, zhangjiang)
    ReportRun.objects.filter(pk=report.pk).update(state=RunState.FAILED, error="x", attempts=3)
    again = ask(bob, zhangjiang)
    assert (again.pk, again.state, again.attempts, again.error) == (report.pk, RunState.QUEUED, 0, "")


def test_a_file_that_was_lost_is_made_again_with_the_same_digest(
    zhangjiang: Incubator, bob: User, tmp_path: Path
) -> None:
    report = ask(bob, zhangjiang)
    assert work_on_report(report_run_id=report.pk, clock=lambda: cases.JULY) is Outcome.DONE
    report.refresh_from_db()
    (tmp_path / "reports" / report.storage_name).unlink()
    assert ask(bob, zhangjiang).state == RunState.QUEUED
    assert work_on_report(report_run_id=report.pk, clock=lambda: cases.JULY) is Outcome.DONE
    again = ReportRun.objects.get(pk=report.pk)
    assert (again.sha256, again.sealed_at) == (report.sha256, report.sealed_at)


def test_the_name_of_the_task_is_the_one_that_workers_know() -> None:
    from evaluation.tasks import build_report

    assert build_report.name == requests_module.BUILD_REPORT
    assert callable(enqueue)
