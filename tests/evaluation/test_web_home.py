"""Choosing, completeness, running: who sees which incubators, and what a bad address answers."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.enums import Role
from accounts.models import User
from core.periods import Period
from evaluation.models import EvaluationRun
from evaluation.web import choosing
from evaluation.web.choosing import Subject, Subjects, default_period, period_choices
from incubators import scope
from incubators.models import Incubator, Park
from incubators.scope import Action
from tests import factories
from tests.evaluation import cases
from tests.evaluation.test_web_runs import signed_in, text_of

pytestmark = pytest.mark.django_db
HOME = "/evaluation/"


@pytest.fixture(autouse=True)
def _media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def test_each_person_chooses_among_his_own(
    park: Park, zhangjiang: Incubator, shenzhen: Incubator, alice: User, bob: User, erik: User
) -> None:
    assert [row.key for row in Subjects.of(alice)] == ["incubator:zhangjiang"]
    assert [row.key for row in Subjects.of(bob)] == [
        "park:jiangyin",
        "incubator:shenzhen",
        "incubator:zhangjiang",
    ]
    assert list(Subjects.of(erik)) == []


def test_an_expert_is_told_that_there_is_nothing(park: Park) -> None:
    expert = factories.make_user("eve", Role.EXPERT, park=park)
    page = signed_in(expert).get(HOME)
    assert page.status_code == 200
    assert "Nothing to evaluate" in text_of(page)
    assert "Run the evaluation" not in text_of(page)


def test_a_reader_without_the_right_gets_no_button_and_403(
    zhangjiang: Incubator, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(scope.ALLOWED, Role.AUDITOR, frozenset({Action.READ}))
    client = signed_in(dora)
    assert "Run the evaluation" not in text_of(client.get(HOME))
    form = {"subject": "incubator:zhangjiang", "period": "2021"}
    assert client.post(reverse("evaluation-start"), form).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "?incubator=shenzhen",
        "?subject=incubator:shenzhen",
        "?park=jiangyin",
        "?incubator=%00",
        "?subject=nothing",
    ],
)
def test_what_is_not_his_does_not_exist(query: str, alice: User, shenzhen: Incubator) -> None:
    assert signed_in(alice).get(HOME + query).status_code == 404


@pytest.mark.parametrize("typed", ["2021-Q9", "last year", "2021-13", "２０２１-", "'; --", "2021%00"])
def test_a_bad_period_is_named_with_its_remedy(typed: str, alice: User) -> None:
    page = signed_in(alice).get(HOME + f"?period={typed}")
    assert page.status_code == 422
    assert "is no period. Write 2021, 2021-H1, 2021-Q2 or 2021-04." in text_of(page)


def test_a_future_period_is_refused_in_words(alice: User) -> None:
    page = signed_in(alice).post(
        reverse("evaluation-start"), {"subject": "incubator:zhangjiang", "period": "2199"}
    )
    assert page.status_code == 422
    assert "Period: 2199 has not begun yet." in text_of(page)
    assert EvaluationRun.objects.count() == 0


def test_what_is_missing_is_listed_with_a_link_and_who_can_help(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.make_contract(zhangjiang)
    cases.report_months(zhangjiang, "2021-04", operator=alice, verifier=bob)
    cases.report_months(zhangjiang, "2021-05", operator=alice, verifier=None)
    project = factories.make_project(alice, zhangjiang, at=cases.ENTERED)
    factories.make_fact(alice, project, "registered", on=date(2021, 5, 6), at=cases.ENTERED)
    page = signed_in(bob).get(HOME + "?incubator=zhangjiang&period=2021-Q2")
    items = page.context["items"]
    observations = reverse("evaluation-observations")
    assert [(item["url"], item["action"], item["message"]) for item in items] == [
        (
            f"{observations}?incubator=zhangjiang&year=2021&month=2021-05",
            "Verify the measures",
            "Can be put right by: the park",
        ),
        (
            f"{observations}?incubator=zhangjiang&year=2021&month=2021-06",
            "Enter the measures",
            "Can be put right by: the operator",
        ),
        (
            f"{reverse('project-detail', args=[project.pk])}#facts",
            "Open the fact",
            "Can be put right by: the park",
        ),
    ]
    for item in items:
        assert signed_in(bob).get(item["url"].partition("#")[0]).status_code == 200


def test_months_that_lack_the_same_are_one_item(zhangjiang: Incubator, alice: User) -> None:
    page = signed_in(alice).get(HOME + "?period=2021")
    labels = [item["label"] for item in page.context["items"]]
    assert sum("months not fully reported" in label for label in labels) == 1
    assert not any("not reported:" in label for label in labels)


def test_running_leads_to_the_run_and_twice_to_the_same(
    zhangjiang: Incubator, alice: User, bob: User
) -> None:
    cases.lively_quarter(zhangjiang, alice, bob)
    client, form = signed_in(alice), {"subject": "incubator:zhangjiang", "period": "2021-Q2"}
    first = client.post(reverse("evaluation-start"), form)
    run = EvaluationRun.objects.get()
    assert first["Location"] == reverse("evaluation-run", args=[run.pk])
    assert client.post(reverse("evaluation-start"), form)["Location"] == first["Location"]
    assert str(run.snapshot_sha256[:12]) in text_of(client.get(HOME))


def test_an_operator_is_refused_his_park_and_does_not_find_another(
    alice: User, shenzhen: Incubator, erik: User
) -> None:
    client, start = signed_in(alice), reverse("evaluation-start")
    answers = [
        client.post(start, {"subject": subject, "period": "2021"}).status_code
        for subject in ("park:jiangyin", "park:wuxi", "incubator:shenzhen", "\x00")
    ]
    assert answers == [403, 404, 404, 404]


def test_earlier_runs_of_others_are_not_listed(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    signed_in(bob).post(reverse("evaluation-start"), {"subject": "incubator:zhangjiang", "period": "2021-Q2"})
    assert [len(signed_in(user).get(HOME).context["rows"]) for user in (bob, alice, charlie)] == [1, 0, 0]


def test_every_page_wants_a_sign_in() -> None:
    for name in ("home", "observations", "indicators", "scheme"):
        assert Client().get(reverse(f"evaluation-{name}")).status_code == 302


def test_the_default_is_the_last_closed_year_with_data(zhangjiang: Incubator, alice: User, bob: User) -> None:
    subject = Subject(incubator=zhangjiang)
    assert default_period(subject, on=date(2026, 3, 1)).code == "2025"
    cases.report_months(zhangjiang, "2021-04", operator=alice, verifier=bob)
    assert default_period(subject, on=date(2026, 3, 1)).code == "2021"


@pytest.mark.parametrize(
    ("code", "first", "last"), [("2021", "2022", "2017"), ("2021-Q2", "2022-Q2", "2017-Q1")]
)
def test_periods_run_from_today_back_to_the_first_year(code: str, first: str, last: str) -> None:
    choices = period_choices(Period.parse(code), on=date(2022, 5, 1))
    flat = [one for _label, group in choices for one in group] if code != "2021" else choices
    codes = [one[0] for one in flat]
    assert (codes[0], codes[-1]) == (first, last)


def test_the_same_time_in_other_lengths(zhangjiang: Incubator) -> None:
    selection = choosing.Selection(Subject(incubator=zhangjiang), Period.parse("2021-Q2"))
    urls = [link["url"].rpartition("=")[2] for link in choosing.kind_links(selection, on=date(2022, 5, 1))]
    assert urls == ["2021", "2021-H1", "2021-Q2", "2021-06"]


def test_the_list_of_runs_needs_the_same_queries_however_long(zhangjiang: Incubator, alice: User) -> None:
    client = signed_in(alice)
    for period in ("2021-01", "2021-02"):
        client.post(reverse("evaluation-start"), {"subject": "incubator:zhangjiang", "period": period})
    client.get(HOME)
    with CaptureQueriesContext(connection) as few:
        client.get(HOME + "?period=2021")
    for period in ("2021-03", "2021-04", "2021-05"):
        client.post(reverse("evaluation-start"), {"subject": "incubator:zhangjiang", "period": period})
    with CaptureQueriesContext(connection) as many:
        client.get(HOME + "?period=2021")
    assert len(many) == len(few)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_reference_pages_show_the_demonstration_scheme(language: str, alice: User) -> None:
    client = signed_in(alice, language)
    scheme = text_of(client.get(reverse("evaluation-scheme")))
    indicators = text_of(client.get(reverse("evaluation-indicators")))
    names = ("Projects landed", "Demonstration scheme") if language == "en" else ("落户项目", "示范方案")
    assert names[0] in indicators
    assert [name in scheme for name in names] == [True, True]
    assert client.get(reverse("evaluation-scheme") + "?version=none:9").status_code == 404
