"""Pages of liaison: who sees what, forms that lose nothing, figures that lead to records."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from evidence.models import EvidenceFile
from incubators.models import Incubator
from outreach.models import AgreementAction, Event, Interaction, Introduction, Lead, TrackedAgreement
from projects.models import Project
from tests.factories import PDF, make_project
from tests.outreach.records import (
    make_action,
    make_agreement,
    make_claim,
    make_contact,
    make_event,
    make_interaction,
    make_lead,
    make_mandate,
)

LISTS = ["leads", "leads/board", "leads/funnel", "events", "contacts", "log", "mandates", "agreements"]


def client(user: User) -> Client:
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(user)
    return browser


@pytest.fixture
def pages(zhangjiang: Incubator, alice: User) -> dict[str, str]:
    """The page of one record of each kind, by the word in its address."""
    contact, lead = make_contact(alice, zhangjiang, phone="13800001234"), make_lead(alice, zhangjiang)
    return {
        "leads": f"/liaison/leads/{lead.pk}/",
        "events": f"/liaison/events/{make_event(alice, zhangjiang).pk}/",
        "contacts": f"/liaison/contacts/{contact.pk}/",
        "log": f"/liaison/log/{make_interaction(alice, zhangjiang, contact=contact).pk}/",
        "mandates": f"/liaison/mandates/{make_mandate(alice, zhangjiang).pk}/",
        "agreements": f"/liaison/agreements/{make_agreement(alice, zhangjiang).pk}/",
    }


@pytest.mark.parametrize("name", ["leads", "events", "contacts", "log", "mandates", "agreements"])
def test_strangers_404_readers_403(
    pages: dict[str, str], alice: User, charlie: User, dora: User, name: str
) -> None:
    page = pages[name]
    assert client(charlie).get(page).status_code == 404
    assert client(charlie).get(f"{page}edit/").status_code == 404
    assert client(dora).get(page).status_code == 200
    assert client(dora).get(f"{page}edit/").status_code == 403
    assert client(dora).get(f"/liaison/{name}/new/").status_code == 403
    assert client(alice).get(page).status_code == 200
    assert client(alice).get(f"{page}edit/").status_code == 200
    assert client(alice).get(f"/liaison/{name}/new/").status_code == 200


def test_readers_see_numbers_masked(pages: dict[str, str], alice: User, dora: User) -> None:
    for page in (pages["contacts"], "/liaison/contacts/"):
        assert b"13800001234" in client(alice).get(page).content
        shown = client(dora).get(page).content
        assert b"13800001234" not in shown
        assert b"138****1234" in shown


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_one_and_three(zhangjiang: Incubator, alice: User, name: str) -> None:
    browser = client(alice)

    def add() -> None:
        contact, event = make_contact(alice, zhangjiang), make_event(alice, zhangjiang)
        mandate = make_mandate(alice, zhangjiang)
        lead = make_lead(
            alice,
            zhangjiang,
            source="event",
            source_event=event,
            next_action="示例",
            next_on=date(2021, 6, 1),
        )
        make_lead(alice, zhangjiang, source="mandate", source_mandate=mandate, contact=contact)
        make_interaction(alice, zhangjiang, contact=contact, next_action="示例", next_on=date(2021, 6, 1))
        make_claim(alice, mandate, lead=lead)
        make_action(alice, make_agreement(alice, zhangjiang))

    def cost() -> int:
        browser.get(f"/liaison/{name}/")
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(f"/liaison/{name}/").status_code == 200
        return len(queries)

    add()
    with_one = cost()
    add()
    add()
    assert cost() == with_one


def test_a_lead_is_opened_from_a_visit_and_becomes_a_project(zhangjiang: Incubator, alice: User) -> None:
    browser, place = client(alice), f"i{zhangjiang.pk}"
    contact = make_contact(alice, zhangjiang)
    visit = {
        "place": place,
        "kind": "visit",
        "on": "2021-05-20",
        "contact": contact.pk,
        "summary": "示例：谈了落户条件",
        "next_action": "约见团队",
        "next_on": "2021-06-08",
    }
    made = browser.post("/liaison/log/new/", visit)
    talk = Interaction.objects.get()
    assert (made.status_code, made.headers["Location"]) == (302, f"/liaison/log/{talk.pk}/")
    form = browser.get(f"/liaison/leads/new/?interaction={talk.pk}").context["form"]
    assert (form["source"].value(), form["next_action"].value()) == ("contact", "约见团队")
    lead_values = {
        **{name: form[name].value() or "" for name in form.fields},
        "name_zh": "示例团队",
    }
    made = browser.post(f"/liaison/leads/new/?interaction={talk.pk}", lead_values)
    assert made.status_code == 302, made.context["form"].errors
    lead = Lead.objects.get()
    talk.refresh_from_db()
    assert (talk.lead, lead.source_contact, lead.next_action) == (lead, contact, "约见团队")
    page = browser.get(f"/liaison/leads/{lead.pk}/convert/")
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    token = {"once": page.context["once"]}
    first = browser.post(f"/liaison/leads/{lead.pk}/convert/", values | token)
    again = browser.post(f"/liaison/leads/{lead.pk}/convert/", values | token)
    project = Project.objects.get()
    assert [first.headers["Location"], again.headers["Location"]] == [f"/projects/{project.pk}/"] * 2
    assert (project.name_zh, project.lead_source) == ("示例团队", "referral")
    moved = browser.get(f"/liaison/leads/{lead.pk}/move/")
    assert moved.headers["Location"] == f"/projects/{project.pk}/"


def test_a_lead_is_linked_to_the_project_it_already_is(zhangjiang: Incubator, alice: User) -> None:
    project = make_project(alice, zhangjiang, name_zh="蓝晶传感项目")
    lead = make_lead(alice, zhangjiang, name_zh="蓝晶传感")
    page = client(alice).get(f"/liaison/leads/{lead.pk}/").content.decode()
    assert f"/projects/{project.pk}/" in page
    client(alice).post(f"/liaison/leads/{lead.pk}/link/", {"project": project.pk})
    lead.refresh_from_db()
    assert (lead.project, lead.stage) == (project, "talk")


def test_of_several_sources_typed_the_chosen_one_counts(zhangjiang: Incubator, alice: User) -> None:
    values = {
        "place": f"i{zhangjiang.pk}",
        "name_zh": "示例团队",
        "first_contact_on": "2021-05-20",
        "source": "contest",
        "source_contest": "示例大赛",
        "source_contact": make_contact(alice, zhangjiang).pk,
    }
    client(alice).post("/liaison/leads/new/", values)
    lead = Lead.objects.get()
    assert (lead.source_contest, lead.source_contact) == ("示例大赛", None)


def test_two_editors_see_both_versions(zhangjiang: Incubator, alice: User) -> None:
    event = make_event(alice, zhangjiang)
    browser = client(alice)
    form = browser.get(f"/liaison/events/{event.pk}/edit/").context["form"]
    values = {name: form[name].value() or "" for name in form.fields}
    Event.objects.filter(pk=event.pk).update(version=7, venue="另一处")
    answer = browser.post(f"/liaison/events/{event.pk}/edit/", {**values, "venue": "这一处"})
    assert answer.status_code == 409
    assert "另一处" in answer.content.decode()
    assert "这一处" in answer.content.decode()


def test_figures_lead_to_their_records(zhangjiang: Incubator, alice: User) -> None:
    event = make_event(alice, zhangjiang, firm_count=40)
    inside = make_lead(alice, zhangjiang, stage="talk", source="event", source_event=event)
    make_lead(alice, zhangjiang)
    page = client(alice).get("/liaison/leads/funnel/")
    assert page.context["firms"] == 40
    (line,) = page.context["tables"][0]["lines"]
    assert [cell["count"] for cell in line["cells"]] == [1, 1, 0, 0]
    drilled = client(alice).get(line["cells"][1]["url"])
    assert [row.pk for row in drilled.context["page"].rows] == [inside.pk]


def test_filters_with_nonsense_break_nothing(zhangjiang: Incubator, alice: User) -> None:
    make_lead(alice, zhangjiang)
    for query in (
        "source_event=x",
        "source_event=99999999999999999999",
        "owner=x",
        "due=x",
        "cursor=x",
        "q=%00",
    ):
        assert client(alice).get(f"/liaison/leads/?{query}").status_code == 200


def test_the_second_person_agrees_on_the_page(zhangjiang: Incubator, alice: User, bob: User) -> None:
    mandate = make_mandate(alice, zhangjiang)
    lead = make_lead(alice, zhangjiang)
    client(alice).post(f"/liaison/mandates/{mandate.pk}/claim/", {"lead": lead.pk, "on": "2021-05-20"})
    claim = Introduction.objects.get()
    verify = f"/liaison/introductions/{claim.pk}/verify/"
    assert client(alice).post(verify).status_code == 403
    client(bob).post(f"/liaison/introductions/{claim.pk}/return/", {"reason": "先核对合同"})
    claim.refresh_from_db()
    assert (claim.status, claim.return_reason) == ("returned", "先核对合同")
    assert "先核对合同" in client(alice).get(f"/liaison/mandates/{mandate.pk}/").content.decode()
    client(alice).post(f"/liaison/mandates/{mandate.pk}/claim/", {"lead": lead.pk, "on": "2021-05-21"})
    second = Introduction.objects.get(returned_at=None)
    client(bob).post(f"/liaison/introductions/{second.pk}/verify/")
    second.refresh_from_db()
    assert second.verified_by == bob


def test_agreements_by_page(zhangjiang: Incubator, alice: User) -> None:
    browser = client(alice)
    values = {
        "place": f"i{zhangjiang.pk}",
        "kind": "mou",
        "name_zh": "示例备忘录",
        "parties": "示例高新区",
        "signed_on": "2021-05-20",
        "currency": "CNY",
    }
    refused = browser.post("/liaison/agreements/new/", values)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["parties"])
    browser.post("/liaison/agreements/new/", {**values, "parties": "示例高新区\n示例大学\n"})
    agreement = TrackedAgreement.objects.get()
    assert [party.words for party in agreement.parties.order_by("position")] == ["示例高新区", "示例大学"]
    browser.post(
        f"/liaison/agreements/{agreement.pk}/actions/new/",
        {"text": "示例事项", "agreed_on": "2021-05-20", "due_on": "2021-05-30"},
    )
    action = AgreementAction.objects.get()
    browser.post(f"/liaison/agreement-actions/{action.pk}/done/")
    action.refresh_from_db()
    assert action.done_by == alice
    browser.post(f"/liaison/agreement-actions/{action.pk}/reopen/")
    action.refresh_from_db()
    assert action.done_by is None


def test_files_are_attached_and_taken_off(
    zhangjiang: Incubator, alice: User, dora: User, settings: Any, tmp_path: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.MEDIA_ROOT = tmp_path
    event = make_event(alice, zhangjiang)
    address = f"/liaison/events/{event.pk}/files/"
    files = [SimpleUploadedFile("a.pdf", PDF), SimpleUploadedFile("b.exe", b"MZ\x00\x00")]
    answer = client(alice).post(address, {"files": files})
    assert answer.status_code == 422
    assert list(event.evidence.values_list("original_name", flat=True)) == ["a.pdf"]
    assert client(dora).post(address, {}).status_code == 403
    file = EvidenceFile.objects.get()
    client(alice).post(f"{address}{file.pk}/off/")
    assert not event.evidence.exists()
    assert EvidenceFile.objects.exists()


def test_a_contact_is_anonymised_after_a_second_question(
    zhangjiang: Incubator, alice: User, charlie: User, dora: User
) -> None:
    contact = make_contact(alice, zhangjiang, name_zh="示例人物", phone="13800001234")
    page = f"/liaison/contacts/{contact.pk}/"
    ask = f"{page}anonymise/"
    assert [client(user).get(ask).status_code for user in (charlie, dora, alice)] == [404, 403, 200]
    assert client(dora).post(ask, {"version": "1"}).status_code == 403
    browser = client(alice)
    assert ask in browser.get(page).content.decode()
    browser.post(ask, {"version": "x"})
    contact.refresh_from_db()
    assert contact.anonymised_at is None
    done = browser.post(ask, {"version": "1"}, follow=True).content.decode()
    assert ("示例人物" in done, ask in done, f"{page}edit/" in done) == (False, False, False)
    contact.refresh_from_db()
    assert contact.anonymised_by == alice
    assert browser.get(ask).status_code == 200
