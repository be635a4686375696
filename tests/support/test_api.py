"""Tickets, mentors and services through the API."""

from accounts.models import User
from incubators.models import Incubator
from tests import factories
from tests.api import Api, is_problem
from tests.support.cases import make_service, make_ticket


def test_a_ticket_from_opening_to_rating(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator
) -> None:
    api, park = Api(alice), Api(bob)
    made = api.post("tickets/", {"type": "policy-question", "title": "进口许可", "external_id": "A-1"})
    body = made.json()
    assert (made.status_code, body["type"], body["state"], body["incubator"]) == (
        201,
        "policy-question",
        "open",
        "zhangjiang",
    )
    path = f"tickets/{body['id']}/"
    is_problem(Api(charlie).get(path), 404, "not_found")
    changed = api.patch(path, {"title": "进口许可证"}, If_Match=made["ETag"])
    assert changed.json()["title"] == "进口许可证"
    is_problem(api.patch(path, {"title": "x"}, If_Match=made["ETag"]), 412, "stale")
    assert park.post(path + "assign/", {"owner": "bob"}).json()["state"] == "in_progress"
    is_problem(park.post(path + "resolve/", {"outcome": ""}), 422, "invalid")
    assert park.post(path + "resolve/", {"outcome": "已办"}).json()["resolved_by"] == "bob"
    is_problem(park.post(path + "close/", {"rating": 5}), 403, "refused")
    assert api.post(path + "close/", {"rating": 5}).json()["rating"] == 5
    assert api.post(path + "reopen/", {"reason": "还缺"}).json()["state"] == "in_progress"
    assert api.post(path + "entries/", {"text": "补充"}).status_code == 201
    kinds = [row["kind"] for row in api.pages(path + "entries/")]
    assert kinds == ["opened", "assigned", "resolved", "rated", "reopened", "comment"]
    assert [row["id"] for row in api.pages("tickets/?state=in_progress&external_id=A-1")] == [body["id"]]


def test_a_reader_may_not_write(alice: User, dora: User, zhangjiang: Incubator) -> None:
    ticket = make_ticket(alice, zhangjiang)
    reader = Api(dora)
    assert reader.get(f"tickets/{ticket.pk}/").status_code == 200
    is_problem(reader.post(f"tickets/{ticket.pk}/entries/", {"text": "x"}), 403, "refused")
    is_problem(reader.post("mentors/", {"name_zh": "x"}), 403, "refused")


def test_a_mentors_contact_is_for_those_who_enter(alice: User, dora: User, zhangjiang: Incubator) -> None:
    made = Api(alice).post(
        "mentors/", {"name_zh": "示例导师", "fields": ["finance"], "contact": "13800001234"}
    )
    assert (made.status_code, made.json()["contact"]) == (201, "13800001234")
    path = f"mentors/{made.json()['id']}/"
    assert Api(dora).get(path).json()["contact"] == ""
    changed = Api(alice).patch(path, {"fields": ["legal"]}, If_Match=made["ETag"])
    assert changed.json()["fields"] == ["legal"]
    is_problem(Api(alice).post("mentors/", {"name_zh": "x", "fields": ["magic"]}), 422, "invalid")


def test_a_service_is_verified_by_a_second_person(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang)
    api = Api(alice)
    made = api.post(
        "service-records/",
        {
            "incubator": "zhangjiang",
            "kind": "training",
            "on": "2021-05-10",
            "subject": "示例培训",
            "project": project.pk,
        },
    )
    assert made.status_code == 201, made.content
    path = f"service-records/{made.json()['id']}/"
    is_problem(api.post(path + "verify/"), 403, "refused")
    is_problem(Api(charlie).get(path), 404, "not_found")
    assert Api(bob).post(path + "verify/").json()["verified_by"] == "bob"
    is_problem(api.delete(path, If_Match=api.get(path)["ETag"]), 409, "already_verified")
    assert [row["id"] for row in api.pages("service-records/?verified=true")] == [made.json()["id"]]


def test_a_record_entered_by_mistake_is_taken_out(alice: User, zhangjiang: Incubator) -> None:
    record = make_service(alice, factories.make_project(alice, zhangjiang))
    api, path = Api(alice), f"service-records/{record.pk}/"
    assert api.delete(path, If_Match=api.get(path)["ETag"]).status_code == 204
    is_problem(api.get(path), 404, "not_found")
