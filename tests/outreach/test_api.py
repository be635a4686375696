"""Liaison over REST: strangers, readers, versions, moves, conversion, credit."""

from typing import Any

import pytest

from accounts.models import User
from incubators.models import Incubator
from outreach.models import Contact, Introduction, Lead
from projects.models import Project
from tests.api import Api, is_problem
from tests.factories import NOW
from tests.outreach.records import (
    make_agreement,
    make_claim,
    make_contact,
    make_event,
    make_interaction,
    make_lead,
    make_mandate,
)

LISTS = ["leads", "contacts", "events", "interactions", "mandates", "introductions", "tracked-agreements"]


@pytest.fixture
def records(zhangjiang: Incubator, alice: User) -> dict[str, Any]:
    contact, lead = make_contact(alice, zhangjiang, phone="13800001234"), make_lead(alice, zhangjiang)
    mandate = make_mandate(alice, zhangjiang)
    return {
        "leads": lead,
        "contacts": contact,
        "events": make_event(alice, zhangjiang),
        "interactions": make_interaction(alice, zhangjiang, contact=contact),
        "mandates": mandate,
        "introductions": make_claim(alice, mandate, lead=lead),
        "tracked-agreements": make_agreement(alice, zhangjiang),
    }


@pytest.mark.parametrize("name", LISTS)
def test_strangers_find_nothing_and_readers_change_nothing(
    records: dict[str, Any], charlie: User, dora: User, name: str
) -> None:
    stranger, reader = Api(charlie), Api(dora)
    address = f"{name}/{records[name].pk}/"
    assert stranger.get(f"{name}/").json()["results"] == []
    is_problem(stranger.get(address), 404, "not_found")
    assert [row["id"] for row in reader.get(f"{name}/").json()["results"]] == [records[name].pk]
    read = reader.get(address)
    assert read.status_code == 200
    body = {"note": "x"} if name == "introductions" else {"external_id": "X"}
    method = reader.delete if name == "introductions" else reader.patch
    is_problem(
        method(address, *(() if name == "introductions" else (body,)), If_Match=read["ETag"]), 403, "refused"
    )
    is_problem(reader.post(f"{name}/", {}), 403, "refused")


@pytest.mark.parametrize("name", [name for name in LISTS if name != "introductions"])
def test_a_change_names_the_version_it_saw(records: dict[str, Any], alice: User, name: str) -> None:
    api, address = Api(alice), f"{name}/{records[name].pk}/"
    is_problem(api.patch(address, {"external_id": "X"}), 428, "if_match_required")
    etag = api.get(address)["ETag"]
    changed = api.patch(address, {"external_id": "X"}, If_Match=etag)
    assert (changed.status_code, changed.json()["external_id"]) == (200, "X")
    is_problem(api.patch(address, {"external_id": "Y"}, If_Match=etag), 412, "stale")


def test_numbers_are_masked_for_readers(records: dict[str, Any], alice: User, dora: User) -> None:
    address = f"contacts/{records['contacts'].pk}/"
    assert Api(alice).get(address).json()["phone"] == "13800001234"
    assert Api(dora).get(address).json()["phone"] == "138****1234"
    assert Api(dora).get("contacts/").json()["results"][0]["phone"] == "138****1234"


def test_a_lead_from_post_to_project(zhangjiang: Incubator, alice: User) -> None:
    api = Api(alice)
    event = make_event(alice, zhangjiang, at=NOW)
    body = {"name_zh": "示例团队", "source": "event", "source_event": event.pk, "owner": "alice"}
    made = api.post("leads/", body, Idempotency_Key="one")
    assert (made.status_code, made.json()["stage"]) == (201, "contact"), made.content
    assert api.post("leads/", body, Idempotency_Key="one").json()["id"] == made.json()["id"]
    address = made["Location"]
    wrong = is_problem(
        api.post(f"{address}moves/", {"to_stage": "landed", "on": "2021-06-01"}), 422, "invalid"
    )
    assert [item["field"] for item in wrong["errors"]] == ["to_stage"]
    first = made.json()["first_contact_on"]
    assert api.post(f"{address}moves/", {"to_stage": "talk", "on": first}).status_code == 201
    converted = api.post(f"{address}conversion/")
    assert converted.status_code == 201, converted.content
    project = Project.objects.get(pk=converted.json()["project"])
    assert (project.name_zh, project.lead_source) == ("示例团队", "event")
    is_problem(api.post(f"{address}conversion/"), 409, "already_converted")
    counted = api.get(f"leads/funnel/?source_event={event.pk}").json()["results"]
    assert counted == [
        {
            "park": "jiangyin",
            "incubator": "zhangjiang",
            "contacted": 1,
            "talked": 1,
            "signed": 0,
            "landed": 0,
            "dropped": 0,
        }
    ]
    assert [row["to_stage"] for row in api.get(f"{address}stage-log/").json()["results"]] == [
        "contact",
        "talk",
    ]


def test_two_sources_are_refused_by_name(records: dict[str, Any], alice: User) -> None:
    body = {
        "name_zh": "示例团队",
        "source": "direct",
        "source_event": records["events"].pk,
        "source_contest": "示例大赛",
    }
    problem = is_problem(Api(alice).post("leads/", body), 422, "invalid")
    assert sorted(item["field"] for item in problem["errors"]) == ["source_contest", "source_event"]
    assert Lead.objects.count() == 1


def test_pulls_learn_of_deleted_leads(zhangjiang: Incubator, alice: User) -> None:
    api, lead = Api(alice), make_lead(alice, zhangjiang)
    etag = api.get(f"leads/{lead.pk}/")["ETag"]
    assert api.delete(f"leads/{lead.pk}/", If_Match=etag).status_code == 204
    pulled = api.get("leads/?updated_since=2021-01-01T00:00:00Z").json()["results"]
    assert [(row["id"], row["deleted"]) for row in pulled] == [(lead.pk, True)]


def test_credit_needs_a_second_person_at_the_park(records: dict[str, Any], alice: User, bob: User) -> None:
    claim: Introduction = records["introductions"]
    address = f"introductions/{claim.pk}/"
    is_problem(Api(alice).post(f"{address}verify/"), 403, "refused")
    agreed = Api(bob).post(f"{address}verify/")
    assert (agreed.status_code, agreed.json()["verified_by"]) == (200, "bob")
    is_problem(Api(bob).post(f"{address}return/", {"reason": "示例"}), 409, "already_verified")


def test_an_agreement_and_its_actions(zhangjiang: Incubator, alice: User) -> None:
    api = Api(alice)
    body = {
        "name_zh": "示例备忘录",
        "kind": "mou",
        "signed_on": "2021-05-20",
        "parties": [{"name": "甲方示例"}],
    }
    problem = is_problem(api.post("tracked-agreements/", body), 422, "invalid")
    assert [item["field"] for item in problem["errors"]] == ["parties"]
    made = api.post("tracked-agreements/", {**body, "parties": [{"name": "甲方示例"}, {"name": "乙方示例"}]})
    assert [row["name"] for row in made.json()["parties"]] == ["甲方示例", "乙方示例"], made.content
    actions = f"{made['Location']}actions/"
    action = api.post(actions, {"text": "示例事项", "agreed_on": "2021-05-20", "owner": "alice"})
    assert action.status_code == 201, action.content
    done = api.post(f"{action['Location']}done/", {"result": "示例结果"})
    assert (done.json()["done_by"], done.json()["result"]) == ("alice", "示例结果")
    is_problem(api.post(f"{action['Location']}done/"), 409, "already_done")


def test_lists_cost_the_same_for_one_and_three(
    zhangjiang: Incubator, alice: User, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    api = Api(alice)
    mandate = make_mandate(alice, zhangjiang)

    def add() -> None:
        contact = make_contact(alice, zhangjiang)
        lead = make_lead(alice, zhangjiang, source="contact", source_contact=contact, contact=contact)
        make_interaction(alice, zhangjiang, contact=contact)
        make_event(alice, zhangjiang)
        make_claim(alice, mandate, lead=lead)
        make_agreement(alice, zhangjiang)

    def cost() -> dict[str, int]:
        counts = {}
        for name in LISTS:
            api.get(f"{name}/")
            with CaptureQueriesContext(connection) as queries:
                api.get(f"{name}/")
            counts[name] = len(queries)
        return counts

    add()
    with_one = cost()
    add()
    add()
    assert cost() == with_one
    assert Contact.objects.count() == 3


def test_a_contact_is_anonymised_once(records: dict[str, Any], alice: User, dora: User) -> None:
    one = f"contacts/{records['contacts'].pk}/"
    is_problem(Api(dora).post(one + "anonymise/"), 403, "refused")
    api = Api(alice)
    is_problem(api.post(one + "anonymise/", If_Match='"v9"'), 412, "stale")
    done = api.post(one + "anonymise/").json()
    assert (done["name_en"], done["phone"], done["anonymised_by"]) == ("Anonymous contact", "", "alice")
    is_problem(api.post(one + "anonymise/"), 409, "anonymised")
    is_problem(api.patch(one, {"phone": "1"}, If_Match='"v2"'), 409, "anonymised")
