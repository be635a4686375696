"""Up to 1,000 projects in one request."""

import pytest

from accounts.models import User
from core.models import HistoryEntry
from incubators.models import Incubator
from projects.models import Project
from tests import factories
from tests.api import Api, is_problem

BULK = "projects/bulk/"


def statuses(body: dict[str, list[dict[str, object]]]) -> list[object]:
    return [row["status"] for row in body["results"]]


def test_good_rows_go_in_while_bad_ones_are_reported(
    alice: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    rows = [
        {
            "name_zh": "示例一",
            "external_id": "A-1",
            "sector": "life-health",
            "first_contact_on": "2021-03-01",
        },
        {"name_zh": "示例二", "first_contact_on": "soon", "sector": "nonsense", "colour": "red"},
        {"name_zh": ""},
        {"name_zh": "示例三", "incubator": "shenzhen"},
        {"name_zh": "示例四", "external_id": "A-1"},
        "text",
        {"name_zh": "示例\x00"},
        {"name_zh": "长" * 300},
        {"name_zh": "示例五", "summary": 7, "enterprise": 10**30},
    ]
    answer = Api(alice).post(BULK, {"incubator": "zhangjiang", "rows": rows})
    body = answer.json()
    assert answer.status_code == 200
    assert statuses(body) == ["created"] + ["error"] * 8
    assert body["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "error": 8}
    fields = [{error["field"] for error in row["errors"]} for row in body["results"]]
    assert fields == [
        set(),
        {"first_contact_on", "sector", "colour"},
        {"name_zh"},
        {"incubator"},
        {"external_id"},
        {""},
        {"name_zh"},
        {"name_zh"},
        {"summary", "enterprise"},
    ]
    project = Project.objects.get()
    assert (project.pk, project.sector.code, project.incubator) == (
        body["results"][0]["id"],
        "life-health",
        zhangjiang,
    )


def test_a_dry_run_keeps_nothing(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    before = HistoryEntry.objects.count()
    answer = api.post(BULK + "?dry_run=true", [{"name_zh": "示例"}, {}])
    assert (statuses(answer.json()), answer.json()["results"][0]["id"]) == (["created", "error"], None)
    assert (Project.objects.count(), HistoryEntry.objects.count()) == (0, before)
    is_problem(Api(alice).post(BULK + "?dry_run=perhaps", [{"name_zh": "示例"}]), 422, "invalid")


def test_external_ids_update_what_is_there(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    row = {"name_zh": "示例", "external_id": "A-1"}
    first = api.post(BULK, [row]).json()
    again = api.post(BULK, [row]).json()
    changed = api.post(BULK, [{**row, "summary": "新"}, {"name_zh": "二", "external_id": "A-2"}]).json()
    assert [statuses(first), statuses(again), statuses(changed)] == [
        ["created"],
        ["unchanged"],
        ["updated", "created"],
    ]
    assert first["results"][0]["id"] == again["results"][0]["id"] == changed["results"][0]["id"]
    assert Project.objects.get(external_id="A-1").summary == "新"


def test_bulk_says_the_same_as_one_by_one(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    values = {
        "name_zh": "示例",
        "name_en": "Sample",
        "summary": " 说明 ",
        "team_lead": "示例",
        "first_contact_on": "2021-03-01",
    }
    api.post("projects/", values)
    api.post(BULK, [values])
    one, many = (
        api.get(f"projects/{pk}/").json()
        for pk in Project.objects.order_by("id").values_list("pk", flat=True)
    )
    different = {"id", "code", "created_at", "updated_at"}
    assert {k: v for k, v in one.items() if k not in different} == {
        k: v for k, v in many.items() if k not in different
    }
    found = api.get("projects/?search=shili").json()["results"]
    assert len(found) == 2
    logs = [
        [row["to_stage"] for row in api.get(f"projects/{item['id']}/stage-log/").json()["results"]]
        for item in (one, many)
    ]
    assert logs[0] == logs[1]


def test_several_places_in_one_batch(bob: User, zhangjiang: Incubator, shenzhen: Incubator) -> None:
    rows = [
        {"name_zh": "甲", "incubator": "zhangjiang"},
        {"name_zh": "乙", "incubator": "shenzhen"},
        {"name_zh": "丙", "park": "jiangyin"},
    ]
    assert statuses(Api(bob).post(BULK, rows).json()) == ["created"] * 3
    assert {(row.name_zh, row.incubator_id) for row in Project.objects.all()} == {
        ("甲", zhangjiang.pk),
        ("乙", shenzhen.pk),
        ("丙", None),
    }


@pytest.mark.parametrize(
    "body",
    [{}, [], {"rows": []}, {"rows": "x"}, {"rows": [{}], "more": 1}, [{"name_zh": "x"}] * 1001, 7, '"x"'],
)
def test_what_is_no_batch_is_refused(body: object, alice: User, zhangjiang: Incubator) -> None:
    assert Api(alice).post(BULK, body).status_code == 422


def test_a_repeated_batch_with_a_key_is_one(alice: User, zhangjiang: Incubator) -> None:
    api = Api(alice)
    answers = [api.post(BULK, [{"name_zh": "示例"}], Idempotency_Key="b") for _try in range(2)]
    assert answers[0].json() == answers[1].json()
    assert Project.objects.count() == 1


def test_another_incubators_enterprise_is_not_found(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    foreign = factories.make_enterprise(charlie, shenzhen)
    body = Api(alice).post(BULK, [{"name_zh": "示例", "enterprise": foreign.pk}]).json()
    assert [error["field"] for error in body["results"][0]["errors"]] == ["enterprise"]
