"""Pages of reviews: who runs them, who judges, and what a recused expert and a stranger find: nothing."""

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from openpyxl import load_workbook

from accounts.models import User
from core.models import Draft
from incubators.models import Incubator, Park
from insight.selectors.search import search
from reviews import services
from reviews.models import Assignment, Case, Expert, PublicNotice, ReviewRound, Score
from tests import factories
from tests.factories import NOW
from tests.reviews.cases import accept, give_marks, invite, make_case, make_expert, make_notice, make_round

pytestmark = pytest.mark.django_db


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["language"] = "en"
    return client


def fetched(client: Client, address: str) -> int:
    """The status of a file, read to its end."""
    answer: Any = client.get(address)
    if answer.streaming:
        b"".join(answer)
    return int(answer.status_code)


@pytest.fixture
def round(bob: User, park: Park) -> ReviewRound:
    return make_round(bob, park)


@pytest.fixture
def case(alice: User, bob: User, round: ReviewRound, zhangjiang: Incubator) -> Case:
    found = make_case(bob, round, factories.make_project(alice, zhangjiang), summary="示例摘要")
    found.files.set([factories.make_evidence(alice, zhangjiang)])
    return found


@pytest.fixture
def grace(bob: User, park: Park) -> Expert:
    return make_expert(bob, park)


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story is told on 1 June 2021: agreements and rounds of the tests are of that year."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def test_an_expert_declares_reads_and_gives_marks(bob: User, case: Case, grace: Expert) -> None:
    assert grace.user is not None
    (task,) = invite(bob, case, grace)
    client, address = page(grace.user), f"/reviews/cases/{case.pk}/"
    file = f"{address}files/{case.files.get().pk}/"
    assert case.title in client.get("/reviews/mine/").content.decode()
    assert client.get("/reviews/").url == "/reviews/mine/"
    before = client.get(address).content.decode()
    assert ("示例摘要" in before, client.get(file).status_code) == (False, 404)
    assert client.post(f"{address}answer/", {"answer": "accept"}).url == address
    reading = client.get(address).content.decode()
    assert ("示例摘要" in reading, fetched(client, file)) == (True, 200)
    first, second = case.round.criteria.order_by("position")
    typed = {f"points_{first.pk}": "50", f"points_{second.pk}": "41", "comment": "示例"}
    kept = client.post(f"/drafts/review-score-{task.pk}/", typed)
    assert (kept.status_code, Draft.objects.count()) == (200, 1)
    assert "示例</textarea>" in client.get(address).content.decode()
    refused = client.post(f"{address}score/", typed)
    assert (refused.status_code, Score.objects.count()) == (422, 0)
    done = client.post(f"{address}score/", {**typed, f"points_{second.pk}": "40"})
    assert (done.url, Draft.objects.count()) == ("/reviews/mine/", 0)
    assert "90.00" in client.get(address).content.decode()
    assert client.post(f"{address}score/", {**typed, f"points_{second.pk}": "1"}).status_code == 409
    # He judges; he does not run.
    assert client.get(f"/reviews/{case.round_id}/").status_code == 404
    assert client.post(f"{address}result/", {"result": "recommended", "reason": "x"}).status_code == 403


def test_a_recused_expert_finds_nothing_anywhere(bob: User, case: Case, grace: Expert) -> None:
    assert grace.user is not None
    (task,) = invite(bob, case, grace)
    accept(task)
    client, address = page(grace.user), f"/reviews/cases/{case.pk}/"
    file = f"{address}files/{case.files.get().pk}/"
    assert fetched(client, file) == 200
    gone = client.post(f"{address}declare/", {"words": "曾任其顾问"})
    assert gone.url == "/reviews/mine/"
    for closed in (address, file, f"/evidence/{case.files.get().pk}/"):
        assert client.get(closed).status_code == 404, closed
    for deed in ("answer", "score", "declare"):
        assert client.post(f"{address}{deed}/").status_code == 404
    assert case.title not in client.get("/reviews/mine/").content.decode()
    assert case.title not in client.get("/search/", {"q": case.title}).content.decode().replace(
        f'value="{case.title}"', ""
    ).replace(f"“{case.title}”", "")
    assert search(grace.user, case.title) == []


def test_a_conflict_that_turns_up_closes_the_case_at_the_next_look(
    bob: User, park: Park, case: Case, grace: Expert
) -> None:
    assert grace.user is not None
    accept(invite(bob, case, grace)[0])
    client, address = page(grace.user), f"/reviews/cases/{case.pk}/"
    assert client.get(address).status_code == 200
    name = case.incubator.name_zh if case.incubator else ""
    services.save_expert(expert=grace, park=park, values={"employer": name}, actor=bob, at=NOW)
    assert client.get(address).status_code == 404
    assert Assignment.objects.get().conflict == "employer"


def test_strangers_find_nothing(
    bob: User, charlie: User, erik: User, park: Park, case: Case, grace: Expert
) -> None:
    henry = make_expert(bob, park, "henry").user
    assert henry is not None
    for stranger in (charlie, erik, henry):
        client = page(stranger)
        for address in (
            f"/reviews/cases/{case.pk}/",
            f"/reviews/cases/{case.pk}/files/{case.files.get().pk}/",
            f"/reviews/{case.round_id}/",
            f"/reviews/{case.round_id}/summary.xlsx",
            f"/reviews/experts/{grace.pk}/",
        ):
            assert client.get(address).status_code == 404, (stranger, address)


def test_an_auditor_reads_all_and_writes_nothing(bob: User, dora: User, case: Case, grace: Expert) -> None:
    (task,) = invite(bob, case, grace)
    client = page(dora)
    for address in (
        "",
        f"{case.round_id}/",
        f"cases/{case.pk}/",
        f"experts/{grace.pk}/",
        "experts/",
        "notices/",
    ):
        assert client.get(f"/reviews/{address}").status_code == 200, address
    assert "138****1234" in client.get(f"/reviews/experts/{grace.pk}/").content.decode()
    for address in (
        f"cases/{case.pk}/result/",
        f"cases/{case.pk}/choose/",
        f"{case.round_id}/move/",
        f"{case.round_id}/assign/",
        f"assignments/{task.pk}/recuse/",
    ):
        assert client.post(f"/reviews/{address}").status_code == 403, address
    for address in ("new/", "experts/new/", "notices/new/", f"{case.round_id}/edit/"):
        assert client.get(f"/reviews/{address}").status_code == 403, address


def test_an_operator_learns_the_result_once_it_is_final_and_no_name(
    alice: User, bob: User, park: Park, case: Case, grace: Expert
) -> None:
    carol = factories.make_park_admin(park, "carol")
    give_marks(invite(bob, case, grace)[0], "50", "30")
    client, address = page(alice), f"/reviews/cases/{case.pk}/"
    services.set_result(case=case, result="discussion", reason="意见不一", actor=bob, at=NOW)
    assert "意见不一" not in client.get(address).content.decode()
    services.confirm_result(case=case, actor=carol, at=NOW)
    shown = client.get(address).content.decode()
    assert ("意见不一" in shown, "示例意见" in shown, grace.name_zh in shown) == (True, True, False)
    assert case.title in client.get("/reviews/").content.decode()


def test_a_round_is_prepared_opened_and_given_out(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, grace: Expert
) -> None:
    client = page(bob)
    form = client.get("/reviews/new/").content.decode()
    assert "criteria-0-name" in form
    typed = {
        "park": park.pk,
        "name": "2021专业评审",
        "kind": "professional",
        "method": "mean",
        "marks_needed": "1",
        "is_anonymous": "on",
        "once": "token-1",
        "criteria-TOTAL_FORMS": "2",
        "criteria-INITIAL_FORMS": "0",
        "criteria-0-name": "创新性",
        "criteria-0-max_points": "100",
        "criteria-1-name": "",
    }
    wrong = client.post("/reviews/new/", {**typed, "criteria-0-max_points": ""})
    assert (wrong.status_code, ReviewRound.objects.count()) == (422, 0)
    made = client.post("/reviews/new/", typed)
    assert client.post("/reviews/new/", typed).url == made.url
    round = ReviewRound.objects.get()
    assert round.criteria.get().name == "创新性"
    client.post(f"/reviews/{round.pk}/move/", {"to": "start"})
    project = factories.make_project(alice, zhangjiang)
    added = client.post(f"/reviews/{round.pk}/cases/", {"project": project.code})
    assert added.status_code == 302, added.content.decode()
    again = client.post(f"/reviews/{round.pk}/cases/", {"project": project.code})
    assert again.status_code == 422
    assert client.post(f"/reviews/{round.pk}/assign/", {"deed": "propose"}).status_code == 302
    assert "cases this year" in client.get(f"/reviews/{round.pk}/assign/").content.decode()
    client.post(f"/reviews/{round.pk}/assign/", {"deed": "invite"})
    assert Assignment.objects.get().state == "invited"
    assert client.get(f"/reviews/cases/{Case.objects.get().pk}/").status_code == 200
    assert client.get(f"/reviews/{round.pk}/edit/").status_code == 200


def test_the_administrator_runs_a_case_on_its_page(bob: User, park: Park, case: Case, grace: Expert) -> None:
    client, address = page(bob), f"/reviews/cases/{case.pk}/"
    henry = make_expert(bob, park, "henry", employer=case.incubator.name_zh if case.incubator else "")
    assert "excluded: same employer" in client.get(address).content.decode()
    client.post(f"{address}choose/", {"expert": henry.pk})
    assert not Assignment.objects.exists()
    client.post(f"{address}choose/", {"expert": grace.pk})
    task = Assignment.objects.get()
    client.post(f"/reviews/assignments/{task.pk}/drop/")
    assert not Assignment.objects.exists()
    (task,) = invite(bob, case, grace)
    give_marks(task, "50", "30")
    client.post(f"/reviews/assignments/{task.pk}/reopen/", {"words": "补充材料"})
    assert Assignment.objects.get().state == "accepted"
    client.post(f"/reviews/assignments/{task.pk}/withdraw/", {"words": "逾期"})
    assert client.post(f"{address}result/", {"result": "discussion", "reason": ""}).status_code == 422
    assert client.post(f"{address}result/", {"result": "discussion", "reason": "上会"}).url == address
    client.post(f"{address}confirm/")
    assert Case.objects.get().confirmed_by is None  # his own conclusion
    uploaded = io.BytesIO(factories.PDF + b"new")
    uploaded.name = "附件.pdf"
    client.post(f"{address}upload/", {"files": uploaded})
    assert case.files.count() == 2


def test_the_summary_for_the_meeting(bob: User, case: Case, grace: Expert) -> None:
    give_marks(invite(bob, case, grace)[0], "50", "30")
    Case.objects.filter(pk=case.pk).update(title="=1+1")
    client = page(bob)
    answer = client.get(f"/reviews/{case.round_id}/summary.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert sheet is not None
    assert [sheet["B5"].value, sheet["B5"].data_type, sheet["G5"].value] == ["'=1+1", "s", "1 / 2"]
    word = client.get(f"/reviews/{case.round_id}/summary.docx")
    assert (word.status_code, word.content[:2]) == (200, b"PK")


def test_lists_ask_a_fixed_number_of_questions(
    bob: User, park: Park, round: ReviewRound, django_assert_max_num_queries: Any
) -> None:
    client = page(bob)
    for number in range(3):
        make_case(bob, round)
        make_expert(bob, park, f"expert{number}")
        make_notice(bob, park)
    services.propose_assignments(round=round, actor=bob, at=NOW)
    for address in ("", f"{round.pk}/", f"{round.pk}/assign/", "experts/", "notices/", "mine/"):
        with django_assert_max_num_queries(20):
            assert client.get(f"/reviews/{address}").status_code == 200


def test_a_notice_on_show_and_an_objection(alice: User, bob: User, park: Park) -> None:
    client = page(bob)
    typed = {
        "park": park.pk,
        "title": "拟入选公示",
        "lines": "示例甲 | 一等\n示例乙",
        "starts_on": "2021-06-01",
        "days": "5",
        "day_count": "working",
    }
    assert client.post("/reviews/notices/new/", {**typed, "lines": " "}).status_code == 422
    address = client.post("/reviews/notices/new/", typed).url
    notice = PublicNotice.objects.get()
    assert (notice.ends_on, [line["detail"] for line in notice.lines]) == (date(2021, 6, 7), ["一等", ""])
    filed = {"by_name": "示例人", "words": "有异议", "received_on": "2021-06-01", "line": "9"}
    assert client.post(f"{address}object/", filed).status_code == 422
    assert client.post(f"{address}object/", {**filed, "line": "1"}).status_code == 302
    objection = notice.objections.get()
    assert client.post(f"/reviews/objections/{objection.pk}/rule/", {"ruling": "upheld"}).status_code == 422
    client.post(f"/reviews/objections/{objection.pk}/rule/", {"ruling": "upheld", "reason": "属实"})
    assert notice.objections.get().ruling == "upheld"
    reader = page(alice)
    assert "示例人" not in reader.get(address).content.decode()
    assert "示例甲" in reader.get(f"{address}print/").content.decode()
    assert reader.post(f"{address}withdraw/", {"words": "x"}).status_code == 403
    client.post(f"{address}withdraw/", {"words": "名单有误"})
    assert PublicNotice.objects.get().withdrawn_by == bob


def test_an_expert_is_entered_and_changed(bob: User, park: Park) -> None:
    client = page(bob)
    typed = {"park": park.pk, "name_zh": "示例专家", "employer": "示例大学", "region": "macao",
             "fields_": ["life-health"], "per_year": "10", "at_once": "3", "is_active": "on"}  # fmt: skip
    address = client.post("/reviews/experts/new/", typed).url
    expert = Expert.objects.get()
    assert (expert.region, expert.fields) == ("macao", ["life-health"])
    edit = f"{address}edit/"
    assert client.get(edit).status_code == 200
    assert client.post(edit, {**typed, "at_once": "30", "version": expert.version}).status_code == 422
    client.post(edit, {**typed, "title": "教授", "version": expert.version})
    assert Expert.objects.get().title == "教授"
    assert client.post(edit, {**typed, "title": "院士", "version": 1}).status_code == 409
