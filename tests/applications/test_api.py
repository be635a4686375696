"""Applications for programs: the whole way by REST, who sees what, and experts with a conflict."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from applications import services
from applications.models import Application, Programme
from incubators.models import Incubator, Park
from ledger.models import Budget
from projects.models import Project
from reviews import services as reviews
from reviews.models import Case
from tests import factories
from tests.api import Api, is_problem
from tests.applications import cases
from tests.applications.cases import CHECK, MEETING, REVIEW, again
from tests.reviews.cases import make_expert

pytestmark = pytest.mark.django_db


def today() -> date:
    return timezone.localdate()


@pytest.fixture
def programme(bob: User, park: Park, budget: Budget) -> Programme:
    """Takes applications now."""
    days = {"opens_on": today() - timedelta(days=9), "closes_on": today() + timedelta(days=9)}
    return cases.make_programme(
        bob, park, budget=budget, steps=(CHECK, REVIEW, MEETING), **days, year=today().year
    )


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return cases.with_firm(alice, zhangjiang)


def begun(api: Api, programme: Programme, project: Project, **values: Any) -> dict[str, Any]:
    body = {"programme": programme.pk, "project": project.pk, "requested_amount": "300000.00", **values}
    answer = api.post("applications/", body)
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


def test_from_a_draft_to_the_award_by_rest(
    programme: Programme, project: Project, alice: User, bob: User, gina: User, fiona: User, park: Park
) -> None:
    operator, admin, finance = Api(alice), Api(bob), Api(fiona)
    one = begun(operator, programme, project)
    path = f"applications/{one['id']}"
    assert (one["state"], one["number"], one["title"]) == ("draft", None, project.name_zh)
    assert operator.patch(f"{path}/", {"summary": "示例"}).status_code == 428
    etag = operator.get(f"{path}/").headers["ETag"]
    changed = operator.patch(f"{path}/", {"summary": "示例"}, If_Match=etag)
    assert (changed.status_code, changed.json()["summary"]) == (200, "示例")
    is_problem(operator.patch(f"{path}/", {"summary": "二"}, If_Match=etag), 412, "stale")
    handed = operator.post(f"{path}/submit/").json()
    assert (handed["number"], handed["state"], handed["current_step"]) == (1, "submitted", "formal_check")
    is_problem(operator.post(f"{path}/check/", {"result": "passed"}), 403, "refused")
    back = admin.post(f"{path}/check/", {"result": "returned", "remarks": {"summary": "请补充"}}).json()
    assert (back["state"], back["remarks"]) == ("returned", {"summary": "请补充"})
    operator.post(f"{path}/submit/")
    assert admin.post(f"{path}/check/", {"result": "passed"}).json()["current_step"] == "professional_review"
    is_problem(admin.post(f"{path}/move/", {"result": "passed"}), 409, "not_reviewed")
    assert admin.post(f"{path}/move/", {"result": "skipped", "reason": "直接入选"}).status_code == 200
    log = operator.get(f"{path}/steps/").json()
    assert [(row["step"] or row["state"], row["result"], row["days"]) for row in log] == [
        ("formal_check", "returned", 0),
        ("returned", "mended", 0),
        ("formal_check", "passed", 0),
        ("professional_review", "skipped", 0),
        ("meeting", "", 0),
    ]
    ranking = admin.get(f"programmes/{programme.pk}/ranking/").json()
    assert [(row["application"], row["standing"]) for row in ranking["rows"]] == [(one["id"], "tied")]
    lines = [{"application": one["id"], "outcome": "approved", "amount": "250000.00", "reason": "示例"}]
    body = {"programme": programme.pk, "held_on": today().isoformat(), "number": "1", "decisions": lines}
    meeting = admin.post("meetings/", body).json()
    is_problem(admin.post(f"meetings/{meeting['id']}/confirm/"), 403, "refused")
    assert finance.post(f"meetings/{meeting['id']}/confirm/").json()["confirmed_by"] == "fiona"
    is_problem(finance.post(f"meetings/{meeting['id']}/confirm/"), 409, "confirmed")
    award = operator.get(f"{path}/").json()
    assert (award["state"], award["approved_amount"], award["money"]) == (
        "approved",
        "250000.00",
        "committed",
    )
    standing = admin.get(f"programmes/{programme.pk}/standing/").json()
    assert (standing["approved"], standing["committed"]) == (1, "250000.00")


def test_a_programme_by_rest_is_frozen_once_open(bob: User, alice: User, park: Park) -> None:
    admin = Api(bob)
    body = {
        "park": park.code,
        "code": "by-rest",
        "name_zh": "示例",
        "year": 2021,
        "opens_on": "2021-05-01",
        "closes_on": "2021-06-30",
        "award_rule": "classes",
        "classes": [{"code": "A", "amount": "300000.00", "places": 2}, {"code": "B", "amount": "200000.00"}],
        "steps": [{"kind": "public_notice", "notice_days": 5}, {"kind": "meeting"}],
    }
    is_problem(Api(alice).post("programmes/", body), 403, "refused")
    made = admin.post("programmes/", body).json()
    path = f"programmes/{made['id']}"
    assert [step["kind"] for step in made["steps"]] == ["public_notice", "meeting"]
    assert admin.post(f"{path}/open/").json()["state"] == "open"
    etag = admin.get(f"{path}/").headers["ETag"]
    is_problem(admin.patch(f"{path}/", {"quota": 3}, If_Match=etag), 422, "invalid")
    longer = admin.patch(f"{path}/", {"closes_on": "2021-07-31"}, If_Match=etag)
    assert longer.json()["closes_on"] == "2021-07-31"
    assert admin.post(f"{path}/close/").json()["state"] == "closed"


def test_a_chain_without_a_meeting_at_its_end_is_not_opened(bob: User, park: Park) -> None:
    draft = cases.make_programme(bob, park, steps=(MEETING, CHECK | {"kind": "site_visit"}), is_open=False)
    body = is_problem(Api(bob).post(f"programmes/{draft.pk}/open/"), 409, "incomplete")
    assert [one["field"] for one in body["missing"]] == ["steps"]


def test_strangers_see_nothing_and_readers_write_nothing(
    programme: Programme, project: Project, alice: User, charlie: User, erik: User, dora: User, bob: User
) -> None:
    one = begun(Api(alice), programme, project)
    for person in (charlie, erik):
        assert Api(person).get(f"applications/{one['id']}/").status_code == 404
        assert Api(person).pages("applications/") == []
        assert Api(person).post(f"applications/{one['id']}/submit/").status_code == 404
    assert Api(erik).get(f"programmes/{programme.pk}/").status_code == 404
    auditor = Api(dora)
    assert auditor.get(f"applications/{one['id']}/steps/").status_code == 200
    is_problem(auditor.post(f"applications/{one['id']}/submit/"), 403, "refused")
    is_problem(auditor.post(f"programmes/{programme.pk}/close/"), 403, "refused")
    is_problem(Api(alice).get(f"programmes/{programme.pk}/standing/"), 403, "refused")
    body = {"programme": programme.pk, "project": project.pk}
    assert Api(charlie).post("applications/", body).status_code == 422  # a project that he cannot see


def test_personal_data_is_masked_for_those_who_do_not_run_the_programme(
    programme: Programme, bob: User, dora: User
) -> None:
    one = cases.make_draft(
        bob, programme, outside={"name": "示例团队", "contact": "13800001234"}, at=timezone.now()
    )
    assert Api(bob).get(f"applications/{one.pk}/").json()["outside_contact"] == "13800001234"
    assert "0000" not in Api(dora).get(f"applications/{one.pk}/").json()["outside_contact"]


def test_lists_ask_a_fixed_number_of_queries(
    programme: Programme, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    def asked() -> int:
        api = Api(bob)
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert api.get("applications/").status_code == 200
        return len(found)

    cases.applied(alice, programme, zhangjiang, at=timezone.now())
    few = asked()
    cases.applied(alice, programme, zhangjiang, 3, at=timezone.now())
    assert asked() == few


@pytest.fixture
def reviewed(
    programme: Programme, project: Project, alice: User, bob: User, park: Park
) -> Callable[[], Application]:
    """An application before Grace and Henry, with a paper; Grace accepted."""

    def put() -> Application:
        now = timezone.now()
        paper = factories.make_evidence(alice, project.incubator, at=now)  # type: ignore[arg-type]
        one = cases.handed_in(alice, programme, project, files=[paper], at=now)
        cases.pass_on([one], bob, at=now)
        step = again(one).current_step
        assert step is not None
        services.start_review(step=step, actor=bob, at=now)
        return again(one)

    return put


def test_an_expert_with_a_conflict_never_sees_the_application(
    reviewed: Callable[[], Application], bob: User, park: Park
) -> None:
    """By page, API, file and search, before and after he declares what ties him."""
    one = reviewed()
    case = Case.objects.get(subject_kind="application", subject_id=one.pk)
    days = {"agreement_from": today() - timedelta(days=9), "agreement_until": today() + timedelta(days=99)}
    grace = make_expert(bob, park, at=timezone.now(), **days)
    assert grace.user is not None
    task = reviews.choose_expert(case=case, expert=grace, actor=bob, at=timezone.now())
    reviews.invite_experts(round=case.round, actor=bob, at=timezone.now())
    task.refresh_from_db()
    reviews.answer_assignment(
        assignment=task, accept=False, conflict=True, words="曾任顾问", actor=grace.user, at=timezone.now()
    )
    api, page = Api(grace.user), Client()
    page.force_login(grace.user)
    file = one.files.get()
    for path in (
        f"applications/{one.pk}/",
        f"applications/{one.pk}/steps/",
        f"review-cases/{case.pk}/",
        f"review-cases/{case.pk}/files/{file.pk}/",
        f"evidence/{file.pk}/",
    ):
        assert api.get(path).status_code == 404, path
    assert api.pages("applications/") == []
    assert api.pages("review-cases/") == []
    assert api.pages(f"applications/?search={one.title}") == []
    for address in (
        reverse("application-detail", args=[one.pk]),
        reverse("application-chain", args=[one.pk]),
        reverse("review-case", args=[case.pk]),
    ):
        assert page.get(address).status_code == 404, address
    for url in (reverse("search"), reverse("application-list")):
        found = page.get(url, {"q": one.title}).content.decode()
        assert f'href="{reverse("application-detail", args=[one.pk])}"' not in found
        assert f'href="{reverse("review-case", args=[case.pk])}"' not in found


def test_an_administrator_who_is_recused_as_an_expert_does_not_see_it_either(
    reviewed: Callable[[], Application], bob: User, gina: User, park: Park
) -> None:
    one = reviewed()
    case = Case.objects.get(subject_kind="application", subject_id=one.pk)
    days = {"agreement_from": today() - timedelta(days=9), "agreement_until": today() + timedelta(days=99)}
    expert = make_expert(bob, park, "henry", account=False, at=timezone.now(), user=gina, **days)
    assert Api(gina).get(f"applications/{one.pk}/").status_code == 200
    task = reviews.choose_expert(case=case, expert=expert, actor=bob, at=timezone.now())
    reviews.recuse_expert(assignment=task, words="亲属", actor=bob, at=timezone.now())
    assert Api(gina).get(f"applications/{one.pk}/").status_code == 404
    assert Api(bob).get(f"applications/{one.pk}/").status_code == 200


def test_an_expert_without_a_conflict_sees_his_case_and_not_the_application(
    reviewed: Callable[[], Application], bob: User, park: Park
) -> None:
    one = reviewed()
    case = Case.objects.get(subject_kind="application", subject_id=one.pk)
    days = {"agreement_from": today() - timedelta(days=9), "agreement_until": today() + timedelta(days=99)}
    grace = make_expert(bob, park, at=timezone.now(), **days)
    task = reviews.choose_expert(case=case, expert=grace, actor=bob, at=timezone.now())
    reviews.invite_experts(round=case.round, actor=bob, at=timezone.now())
    task.refresh_from_db()
    assert grace.user is not None
    reviews.answer_assignment(assignment=task, accept=True, actor=grace.user, at=timezone.now())
    api = Api(grace.user)
    assert api.get(f"review-cases/{case.pk}/").status_code == 200
    assert api.get(f"applications/{one.pk}/").status_code == 404


def test_a_claw_back_sent_again_is_booked_once(
    programme: Programme, alice: User, bob: User, gina: User, fiona: User, park: Park, zhangjiang: Incubator
) -> None:
    short = cases.make_programme(bob, park, budget=programme.budget)
    one = cases.approved(short, alice, bob, gina, zhangjiang)
    cases.receive(one, 1, alice, bob, fiona)
    api, body = Api(fiona), {"amount": "1000.00", "reason": "示例", "key": "once"}
    for _attempt in range(2):
        assert api.post(f"applications/{one.pk}/claw-back/", body).status_code == 200
    commitment = again(one).commitment
    assert commitment is not None
    assert commitment.clawed_amount == Decimal(1_000)
