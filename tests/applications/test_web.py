"""Pages of applications: who writes, who checks, who decides, and what strangers find: nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from applications.models import Application, Meeting, Programme
from core.drafts import draft_of
from core.models import Draft
from incubators.models import Incubator, Park
from ledger.models import Budget
from reviews.models import PublicNotice, ReviewRound
from tests import factories
from tests.applications.cases import (
    MEETING,
    NOTICE,
    NOW,
    REVIEW,
    VISIT,
    again,
    applied,
    approved,
    handed_in,
    make_draft,
    make_programme,
    pass_on,
    put_to_meeting,
    receive,
    with_firm,
)
from tests.funding.applicants import fixed
from tests.funding.cast import make_policy, make_version

pytestmark = pytest.mark.django_db


def page(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["language"] = "en"
    return client


def text(answer: Any) -> str:
    return str(answer.content.decode())


@pytest.fixture(autouse=True)
def _today(monkeypatch: pytest.MonkeyPatch) -> None:
    """The story is told on 1 June 2021: programmes of the tests are open then."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


@pytest.fixture
def programme(bob: User, park: Park, budget: Budget) -> Programme:
    return make_programme(bob, park, budget=budget)


def call(**values: Any) -> dict[str, Any]:
    """What the form of a programme sends."""
    return {
        "name_zh": "示例申报", "code": "example-call", "year": "2021", "opens_on": "2021-05-01",
        "closes_on": "2021-06-30", "takes_projects": "on", "award_rule": "requested", "currency": "CNY",
        "tie_rule": "decide", "cut_rule": "stop", "mark_basis": "mean", "cap": "50万",
        "classes-TOTAL_FORMS": "0", "classes-INITIAL_FORMS": "0", **values,
    }  # fmt: skip


def chain(*rows: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"steps-TOTAL_FORMS": str(len(rows)), "steps-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        found |= {f"steps-{number}-{name}": value for name, value in row.items()}
    return found


def test_a_programme_is_written_with_its_chain_from_a_preset_and_opened(bob: User, park: Park) -> None:
    client = page(bob)
    fresh = text(client.get("/applications/programmes/new/"))
    assert fresh.count('value="formal_check" selected') == 1
    # A preset fills the table, keeps what was typed and saves nothing.
    filled = client.post(
        "/applications/programmes/new/", {**call(park=park.pk), **chain(), "preset": "quanzhou"}
    )
    shown = text(filled)
    assert (filled.status_code, "示例申报" in shown, Programme.objects.count()) == (200, True, 0)
    assert shown.count('value="defence" selected') == 1
    steps = chain(
        {"order": "3", "kind": "meeting"},
        {
            "order": "1",
            "kind": "professional_review",
            "marks_needed": "2",
            "criteria": "创新性 | 60\n团队 | 40 | 2",
        },
        {"order": "2", "kind": "public_notice", "notice_days": "5", "day_count": "working"},
        {"order": "", "kind": ""},
    )
    made = client.post("/applications/programmes/new/", {**call(park=park.pk), **steps})
    programme = Programme.objects.get()
    assert made.url == f"/applications/programmes/{programme.pk}/"
    kinds = list(programme.steps.order_by("position").values_list("kind", flat=True))
    assert kinds == ["professional_review", "public_notice", "meeting"]
    sheet = programme.steps.get(position=1).criteria
    assert [(row["name"], Decimal(row["weight"])) for row in sheet] == [("创新性", 1), ("团队", 2)]
    move = f"/applications/programmes/{programme.pk}/move/"
    assert client.post(move, {"to": "open"}).status_code == 302
    assert Programme.objects.get().state == "open"
    # Open, its rules are no longer on the form; what may change still does.
    form = text(client.get(f"/applications/programmes/{programme.pk}/edit/"))
    assert ('name="quota"' in form, 'name="steps-0-kind"' in form, 'name="notes"' in form) == (
        False, False, True,
    )  # fmt: skip
    changed = client.post(
        f"/applications/programmes/{programme.pk}/edit/",
        {"name_zh": "示例申报", "closes_on": "2021-07-31", "notes": "请附章程", "version": "2"},
    )
    assert (changed.status_code, Programme.objects.get().closes_on) == (302, date(2021, 7, 31))
    for to, state in (("close", "closed"), ("reopen", "open")):
        client.post(move, {"to": to})
        assert Programme.objects.get().state == state
    assert client.post(move, {"to": "delete"}).status_code == 302
    assert Programme.objects.count() == 1


def test_a_criterion_that_cannot_be_read_is_named(bob: User, park: Park) -> None:
    steps = chain(
        {"order": "1", "kind": "professional_review", "marks_needed": "2", "criteria": "创新性 sechzig"},
        {"order": "2", "kind": "meeting"},
    )
    answer = page(bob).post("/applications/programmes/new/", {**call(park=park.pk), **steps})
    assert (answer.status_code, Programme.objects.count()) == (422, 0)
    assert "创新性 sechzig" in text(answer)


def test_classes_are_read_from_their_table(bob: User, park: Park) -> None:
    classes = {
        "award_rule": "classes", "classes-TOTAL_FORMS": "2",
        "classes-0-code": "A", "classes-0-amount": "30万", "classes-0-places": "19",
        "classes-1-code": "B", "classes-1-amount": "200000",
    }  # fmt: skip
    page(bob).post(
        "/applications/programmes/new/",
        {**call(park=park.pk), **chain({"order": "1", "kind": "meeting"}), **classes},
    )
    rows = Programme.objects.get().classes
    assert [(row["code"], Decimal(row["amount"]), row.get("places")) for row in rows] == [
        ("A", 300_000, 19),
        ("B", 200_000, None),
    ]


@pytest.fixture
def policy_programme(alice: User, bob: User, park: Park) -> Programme:
    policy = make_policy(park, bob)
    terms = fixed(200_000, "is_good", "is_new")
    make_version(policy, bob, terms=terms, cases=[])
    return make_programme(bob, park, policy=policy, award_rule="policy")


def test_from_the_entitlement_to_a_draft_that_is_filled_in(
    alice: User, zhangjiang: Incubator, policy_programme: Programme
) -> None:
    project = factories.make_project(alice, zhangjiang)
    client = page(alice)
    entitled = text(client.get(f"/entitlements/projects/{project.pk}/"))
    assert f'name="for" value="projects:{project.pk}"' in entitled
    begun = client.post(
        "/applications/new/", {"programme": policy_programme.pk, "for": f"projects:{project.pk}"}
    )
    application = Application.objects.get()
    edit = f"/applications/{application.pk}/edit/"
    assert (begun.url, application.title) == (edit, project.name_zh)
    form = text(client.get(edit))
    assert form.count("not in the records: please answer") == 2
    # The entitlement page now leads to it instead of offering a second one.
    entitled = text(client.get(f"/entitlements/projects/{project.pk}/"))
    assert ("See the application" in entitled, 'name="for"' in entitled) == (True, False)
    assert policy_programme.name_en in text(client.get(f"/projects/{project.pk}/"))


def test_the_form_keeps_itself_answers_live_and_is_saved(
    alice: User, zhangjiang: Incubator, policy_programme: Programme
) -> None:
    project = factories.make_project(alice, zhangjiang)
    application = make_draft(alice, policy_programme, project)
    client, edit = page(alice), f"/applications/{application.pk}/edit/"
    typed = {
        "title": "示例·微流控", "requested_amount": "20万", "summary": "示例理由", "version": "1",
        "q-is_good": "yes", "q-is_new": "yes",
    }  # fmt: skip
    kept = client.post(f"/drafts/application-{application.pk}/", typed)
    assert kept.status_code == 200
    again_open = text(client.get(edit))
    assert ("示例理由" in again_open, 'value="示例·微流控"' in again_open) == (True, True)
    live = text(client.post(f"/applications/{application.pk}/answer/", typed))
    assert ("200,000" in live or "20 " in live, Application.objects.get().facts["is_good"]["value"]) == (
        True,
        None,
    )
    file = SimpleUploadedFile("章程.pdf", factories.PDF + b"x", content_type="application/pdf")
    saved = client.post(edit, {**typed, "files": file})
    found = Application.objects.get()
    assert saved.url == f"/applications/{application.pk}/"
    assert (found.title, found.requested_amount, found.facts["is_good"]["value"]) == (
        "示例·微流控",
        Decimal(200_000),
        True,
    )
    assert (found.files.count(), Draft.objects.count(), draft_of(alice, "x")) == (1, 0, None)
    shown = text(client.get(f"/applications/{application.pk}/"))
    assert "Hand the application in" in shown
    done = client.post(f"/applications/{application.pk}/submit/")
    assert (done.status_code, Application.objects.get().state) == (302, "submitted")
    assert Application.objects.get().answer["amount"] is not None
    assert client.get(edit).status_code == 302


def test_somebody_else_changed_it_meanwhile(alice: User, zhangjiang: Incubator, programme: Programme) -> None:
    application = make_draft(alice, programme, factories.make_project(alice, zhangjiang))
    client, edit = page(alice), f"/applications/{application.pk}/edit/"
    assert client.post(edit, {"title": "第一", "version": "1"}).status_code == 302
    late = client.post(edit, {"title": "第二", "version": "1"})
    assert (late.status_code, Application.objects.get().title) == (409, "第一")


def test_the_check_sends_back_with_words_beside_the_field(
    alice: User, bob: User, zhangjiang: Incubator, programme: Programme
) -> None:
    application = handed_in(alice, programme, factories.make_project(alice, zhangjiang))
    client, check = page(bob), f"/applications/{application.pk}/check/"
    assert client.get(check).status_code == 200
    silent = client.post(check, {"result": "returned"})
    assert (silent.status_code, again(application).state) == (422, "submitted")
    back = client.post(check, {"result": "returned", "remark-summary": "请写明进度"})
    assert (back.status_code, again(application).state) == (302, "returned")
    writer = page(alice)
    told = text(writer.get(f"/applications/{application.pk}/"))
    assert ("请写明进度" in told, "Hand the application in" in told) == (True, True)
    assert "请写明进度" in text(writer.get(f"/applications/{application.pk}/edit/"))
    writer.post(f"/applications/{application.pk}/submit/")
    assert again(application).state == "submitted"
    passed = client.post(check, {"result": "passed"})
    step = again(application).current_step
    assert (passed.status_code, step.kind if step else "") == (302, "meeting")
    assert client.get(check).status_code == 302


def test_nobody_checks_what_he_entered(bob: User, programme: Programme) -> None:
    application = handed_in(bob, programme)
    answer = page(bob).post(f"/applications/{application.pk}/check/", {"result": "passed"})
    assert (answer.status_code, again(application).state) == (403, "submitted")


def test_many_move_together_and_none_without_a_reason(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    programme = make_programme(bob, park, steps=(VISIT, MEETING))
    first, second, third = applied(alice, programme, zhangjiang, 3)
    step = programme.steps.get(kind="site_visit")
    client, desk = page(bob), f"/applications/programmes/steps/{step.pk}/"
    assert text(client.get(desk)).count('name="application"') == 3
    move = f"{desk}move/"
    empty = client.post(move)
    assert empty.status_code == 422
    assert client.post(move, {"result": "passed"}).status_code in (409, 422)
    both = {"application": [first.pk, second.pk]}
    silent = client.post(move, {**both, "result": "failed"})
    assert (silent.status_code, again(first).state) == (422, "submitted")
    assert text(silent).count(" checked") == 2
    client.post(move, {**both, "result": "passed"})
    stand = {one.pk: again(one).current_step.kind for one in (first, second, third)}  # type: ignore[union-attr]
    assert list(stand.values()) == ["meeting", "meeting", "site_visit"]
    client.post(move, {"application": [third.pk], "result": "failed", "reason": "无场地"})
    assert (again(third).state, again(third).decision_reason) == ("rejected", "无场地")


def test_a_step_is_put_before_experts_and_on_public_show(
    alice: User, bob: User, park: Park, zhangjiang: Incubator
) -> None:
    programme = make_programme(bob, park, steps=(REVIEW, NOTICE, MEETING))
    applied(alice, programme, zhangjiang, 2)
    client = page(bob)
    step = programme.steps.get(kind="professional_review")
    address = f"/applications/programmes/steps/{step.pk}/review/"
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 422
    begun = client.post(address, {"opens_on": "2021-06-01", "closes_on": "2021-06-20"})
    made = ReviewRound.objects.get()
    assert (begun.url, made.cases.count()) == (f"/reviews/{made.pk}/", 2)
    desk = text(client.get(f"/applications/programmes/steps/{step.pk}/"))
    assert (made.name in desk, "not concluded" in desk) == (True, True)
    refused = client.post(
        f"/applications/programmes/steps/{step.pk}/move/",
        {"application": list(programme.applications.values_list("pk", flat=True)), "result": "passed"},
    )
    assert refused.status_code == 409
    notice_step = programme.steps.get(kind="public_notice")
    nothing = client.post(
        f"/applications/programmes/steps/{notice_step.pk}/notice/", {"title": "公示", "on": "2021-06-01"}
    )
    assert (nothing.status_code, PublicNotice.objects.count()) == (409, 0)


def test_on_public_show_from_its_page(alice: User, bob: User, park: Park, zhangjiang: Incubator) -> None:
    programme = make_programme(bob, park, steps=(NOTICE, MEETING))
    (one,) = applied(alice, programme, zhangjiang)
    step = programme.steps.get(kind="public_notice")
    client = page(bob)
    shown = client.post(
        f"/applications/programmes/steps/{step.pk}/notice/", {"title": "拟支持项目公示", "on": "2021-06-01"}
    )
    notice = PublicNotice.objects.get()
    assert (shown.status_code, [line["label"] for line in notice.lines]) == (302, [one.title])
    desk = text(client.get(f"/applications/programmes/steps/{step.pk}/"))
    assert ("拟支持项目公示" in desk, "until 2021-06-0" in desk) == (True, True)
    assert "拟支持项目公示" in text(page(alice).get(f"/applications/{one.pk}/"))


def lines_of(*decisions: tuple[Application, dict[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for application, values in decisions:
        found[f"on-{application.pk}"] = "on"
        found |= {f"line-{application.pk}-{name}": value for name, value in values.items()}
    return found


def test_the_meeting_is_proposed_changed_and_confirmed_by_a_second_person(
    alice: User, bob: User, fiona: User, zhangjiang: Incubator, programme: Programme
) -> None:
    first, second = applied(alice, programme, zhangjiang, 2)
    pass_on([first, second], bob)
    client, new = page(bob), f"/applications/programmes/{programme.pk}/meeting/"
    assert text(client.get(new)).count('name="on-') == 2
    assert client.post(new).status_code == 422
    values = {"held_on": "2021-06-01", "number": "会纪1"}
    yes = {"outcome": "approved", "amount": "100000"}
    silent = client.post(new, {**values, **lines_of((first, yes), (second, {"outcome": "rejected"}))})
    assert (silent.status_code, Meeting.objects.count()) == (422, 0)
    no = {"outcome": "rejected", "reason": "与园区方向不符"}
    made = client.post(new, {**values, **lines_of((first, yes), (second, no))})
    meeting = Meeting.objects.get()
    address = f"/applications/programmes/meetings/{meeting.pk}/"
    assert made.url == address
    less = {"outcome": "approved", "amount": "8万", "reason": "核减"}
    changed = client.post(
        f"{address}edit/", {**values, "version": "1", **lines_of((first, less), (second, no))}
    )
    assert (changed.url, meeting.decisions.get(application=first).amount) == (address, Decimal(80_000))
    assert client.post(f"{address}confirm/").status_code == 403
    finance = page(fiona)
    assert "Confirm the decisions" in text(finance.get(address))
    finance.post(f"{address}confirm/")
    assert (again(first).state, again(first).approved_amount) == ("approved", Decimal(80_000))
    assert (again(second).state, again(second).decision_reason) == ("rejected", "与园区方向不符")
    assert client.get(f"{address}edit/").status_code == 302
    assert "与园区方向不符" in text(page(alice).get(f"/applications/{second.pk}/"))


def test_a_budget_that_ends_is_said_and_nothing_is_confirmed(
    alice: User, bob: User, gina: User, park: Park, budget: Budget, zhangjiang: Incubator
) -> None:
    programme = make_programme(bob, park, budget=budget, cap=Decimal(900_000))
    rows = applied(alice, programme, zhangjiang, 2, values={"requested_amount": Decimal(600_000)})
    pass_on(rows, bob)
    client = page(bob)
    yes = {"outcome": "approved", "amount": "600000", "reason": "一并支持"}
    values = {"held_on": "2021-06-01", "number": "会纪2", **lines_of(*((one, yes) for one in rows))}
    client.post(f"/applications/programmes/{programme.pk}/meeting/", values)
    meeting = Meeting.objects.get()
    answer = page(gina).post(f"/applications/programmes/meetings/{meeting.pk}/confirm/", follow=True)
    assert "200,000" in text(answer)
    assert {again(one).state for one in rows} == {"submitted"}


def test_a_proposal_is_thrown_away(
    alice: User, bob: User, zhangjiang: Incubator, programme: Programme
) -> None:
    (one,) = applied(alice, programme, zhangjiang)
    pass_on([one], bob)
    meeting = put_to_meeting(programme, bob, [again(one)])
    page(bob).post(f"/applications/programmes/meetings/{meeting.pk}/discard/")
    assert (Meeting.objects.count(), again(one).state) == (0, "submitted")


def test_agreement_payments_close_and_clawback(
    alice: User, bob: User, gina: User, fiona: User, park: Park, budget: Budget, zhangjiang: Incubator
) -> None:
    programme = make_programme(bob, park, budget=budget, needs_agreement=True)
    one = approved(programme, alice, bob, gina, zhangjiang)
    finance, address = page(fiona), f"/applications/{one.pk}/"
    assert "Enter the agreement" in text(finance.get(address))
    typed = {
        "number": "协议1", "signed_on": "2021-06-01", "amount_1": "6万", "due_1": "2021-07-01",
        "amount_2": "3万", "due_2": "2021-12-01",
    }  # fmt: skip
    short = finance.post(f"{address}agreement/", typed)
    assert (short.status_code, again(one).state) == (422, "approved")
    signed = finance.post(f"{address}agreement/", {**typed, "amount_2": "4万"})
    assert (signed.url, again(one).state) == (address, "agreed")
    early = page(bob).post(f"{address}close/", follow=True)
    assert ("not received yet" in text(early), again(one).state) == (True, "agreed")
    for number in (1, 2):
        receive(one, number, alice, bob, fiona)
    page(bob).post(f"{address}close/")
    assert again(one).state == "closed"
    whole = text(page(bob).get(f"{address}chain/"))
    for words in ("协议1", "8. Commitment, agreement and payments", "Booked in the ledger"):
        assert words in whole, words
    back = {"once": "k", "amount": "10000", "on": "2021-06-01", "reason": "未达标"}
    assert finance.post(f"{address}claw-back/", {**back, "reason": ""}).status_code == 422
    finance.post(f"{address}claw-back/", back)
    assert again(one).state == "clawed_back"


def test_an_application_is_taken_back_with_a_reason_and_a_draft_thrown_away(
    alice: User, zhangjiang: Incubator, programme: Programme
) -> None:
    one, other = (with_firm(alice, zhangjiang) for _number in range(2))
    application, draft = handed_in(alice, programme, one), make_draft(alice, programme, other)
    client = page(alice)
    assert client.post(f"/applications/{application.pk}/withdraw/").status_code == 422
    client.post(f"/applications/{application.pk}/withdraw/", {"reason": "团队解散"})
    assert again(application).state == "withdrawn"
    assert client.post(f"/applications/{draft.pk}/delete/").url == "/applications/"
    assert list(Application.objects.values_list("pk", flat=True)) == [application.pk]


def test_strangers_find_nothing_and_readers_write_nothing(
    alice: User, bob: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator, programme: Programme
) -> None:
    (one,) = applied(alice, programme, zhangjiang)
    pass_on([one], bob)
    meeting = put_to_meeting(programme, bob, [again(one)])
    step = programme.steps.get(kind="meeting")
    reads = [
        f"/applications/{one.pk}/", f"/applications/{one.pk}/chain/",
        f"/applications/programmes/meetings/{meeting.pk}/", f"/applications/programmes/steps/{step.pk}/",
    ]  # fmt: skip
    writes = [
        f"/applications/{one.pk}/edit/", f"/applications/{one.pk}/submit/", f"/applications/{one.pk}/check/",
        f"/applications/{one.pk}/withdraw/", f"/applications/{one.pk}/agreement/",
        f"/applications/{one.pk}/close/", f"/applications/{one.pk}/claw-back/",
        f"/applications/programmes/meetings/{meeting.pk}/confirm/",
        f"/applications/programmes/meetings/{meeting.pk}/edit/",
        f"/applications/programmes/meetings/{meeting.pk}/discard/",
        f"/applications/programmes/steps/{step.pk}/move/",
        f"/applications/programmes/{programme.pk}/move/", f"/applications/programmes/{programme.pk}/edit/",
        f"/applications/programmes/{programme.pk}/meeting/", "/applications/programmes/new/",
    ]  # fmt: skip
    for address in reads:
        assert page(dora).get(address).status_code == 200, address
        assert {page(person).get(address).status_code for person in (charlie, erik)} == {404}, address
    for address in writes:
        assert page(dora).post(address).status_code == 403, address
    for address in writes[:8]:
        assert page(charlie).post(address).status_code == 404, address
    assert one.title not in text(page(charlie).get("/applications/"))
    assert one.title in text(page(dora).get("/applications/", {"state": "submitted", "step": "meeting"}))
    assert one.title not in text(page(dora).get("/applications/", {"state": "rejected"}))


def test_lists_ask_as_often_for_three_as_for_one(
    alice: User, bob: User, zhangjiang: Incubator, programme: Programme
) -> None:
    client = page(bob)
    step = programme.steps.get(kind="formal_check")
    addresses = ("/applications/", "/applications/programmes/", f"/applications/programmes/steps/{step.pk}/")

    def asked() -> list[int]:
        counts = []
        for address in addresses:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
        return counts

    applied(alice, programme, zhangjiang)
    asked()
    one = asked()
    applied(alice, programme, zhangjiang, 2)
    make_programme(bob, programme.park)
    assert asked() == one
