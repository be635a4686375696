"""Projects through the API: whose they are, how they are read, written and moved."""

import threading
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core.models import HistoryEntry, Tombstone
from incubators.models import Incubator, Membership
from projects.api.listing import NAMES
from projects.api.serializers import ProjectSerializer
from projects.models import Project, Sector, StageLog
from tests import factories
from tests.api import Api, is_problem


def test_operator_lists_his_own_projects_only(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
):
    mine = factories.make_project(alice, zhangjiang)
    factories.make_project(charlie, shenzhen)
    body = Api(alice).get("projects/").json()
    assert [row["id"] for row in body["results"]] == [mine.pk]
    assert (body["next"], body["previous"]) == (None, None)


def test_a_strangers_project_does_not_exist(alice: User, charlie: User, zhangjiang: Incubator):
    project = factories.make_project(alice, zhangjiang)
    api = Api(charlie)
    for path in ("", "gates/", "stage-log/", "history/", "facts/", "legs/", "credit-shares/", "evidence/"):
        is_problem(api.get(f"projects/{project.pk}/{path}"), 404, "not_found")
    is_problem(
        api.post(f"projects/{project.pk}/moves/", {"to_stage": "screening", "on": "2021-06-01"}),
        404,
        "not_found",
    )
    assert api.get(f"projects/?search={project.name_zh}").json()["results"] == []


def test_park_administrator_sees_every_project_of_the_park(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
):
    first = factories.make_project(alice, zhangjiang)
    second = factories.make_project(charlie, shenzhen)
    assert {row["id"] for row in Api(bob).pages("projects/")} == {first.pk, second.pk}
    found = Api(bob).pages(f"projects/?incubator={shenzhen.code}")
    assert [row["id"] for row in found] == [second.pk]


def test_reader_cannot_write(alice: User, dora: User, zhangjiang: Incubator):
    project = factories.make_project(alice, zhangjiang)
    api = Api(dora)
    assert api.get(f"projects/{project.pk}/").status_code == 200
    is_problem(api.patch(f"projects/{project.pk}/", {"summary": "x"}), 403, "refused")
    is_problem(api.post("projects/", {"name_zh": "x"}), 403, "refused")


def test_fast_list_equals_the_serializer(alice: User, bob: User, zhangjiang: Incubator):
    sector = Sector.objects.get(code="life-health")
    enterprise = factories.make_enterprise(alice, zhangjiang)
    factories.make_project(
        alice, zhangjiang, sector=sector, enterprise=enterprise, external_id="A-1", summary='引号 " 与 \\'
    )
    factories.make_project(alice, zhangjiang, name_en="Sensor")
    park_level = factories.make_project(bob, zhangjiang)
    Project.objects.filter(pk=park_level.pk).update(incubator=None)
    rows = Api(bob).get("projects/?ordering=id").json()["results"]
    slow = [Api(bob).get(f"projects/{row['id']}/").json() for row in rows]
    assert rows == slow
    assert tuple(ProjectSerializer().fields) == NAMES


def test_unfiltered_pages_equal_the_orm_for_every_scope(
    alice: User, bob: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    """The list written in SQL gives each person what ``visible_to`` gives, in every order."""
    for number in range(3):
        factories.make_project(alice, zhangjiang, at=factories.NOW + timedelta(seconds=number))
        factories.make_project(charlie, shenzhen)
    both = factories.make_user("frank", "operator", incubator=zhangjiang)
    Membership.objects.create(
        user=both, role="park_admin", park=factories.make_park("suzhou"), starts_on=date(2017, 1, 1)
    )
    everyone = factories.make_user("grace")
    User.objects.filter(pk=everyone.pk).update(is_superuser=True)
    nobody = factories.make_user("heidi")
    for person in (alice, bob, charlie, dora, erik, both, everyone, nobody):
        api = Api(person)
        visible = Project.objects.visible_to(User.objects.get(pk=person.pk))
        for ordering, columns in (
            ("-updated_at", ("-updated_at", "-id")),
            ("name", ("sort_key", "id")),
            ("code", ("code",)),
        ):
            expected = list(visible.order_by(*columns).values_list("id", flat=True))
            assert [row["id"] for row in api.pages(f"projects/?ordering={ordering}&limit=2")] == expected


def test_moments_are_utc_and_enterprise_is_an_id(alice: User, zhangjiang: Incubator):
    project = factories.make_project(alice, zhangjiang)
    body = Api(alice).get(f"projects/{project.pk}/").json()
    assert body["created_at"] == "2021-06-01T04:00:00Z"
    assert (body["park"], body["incubator"], body["enterprise"]) == ("jiangyin", "zhangjiang", None)


@pytest.mark.parametrize(
    "path", ["projects/", "projects/?updated_since=2020-01-01T00:00:00Z", "projects/?search=示例"]
)
def test_queries_do_not_grow_with_rows(path: str, alice: User, zhangjiang: Incubator):
    api = Api(alice)
    counts = []
    for many in (1, 2):
        for _number in range(many):
            factories.make_project(alice, zhangjiang)
        api.get(path)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert len(api.get(path).json()["results"]) == (1, 3)[many - 1]
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_pages_lose_and_double_nothing_while_data_changes(alice: User, zhangjiang: Incubator):
    made = [
        factories.make_project(alice, zhangjiang, at=factories.NOW + timedelta(seconds=number // 2))
        for number in range(9)
    ]
    api = Api(alice)
    for ordering in ("updated_at", "-updated_at", "name", "-name", "code", "id", "-id"):
        seen = api.pages(f"projects/?limit=2&ordering={ordering}")
        assert sorted(row["id"] for row in seen) == [project.pk for project in made]
    first = api.get("projects/?limit=4&ordering=id").json()
    factories.make_project(alice, zhangjiang)
    second = api.get(first["next"]).json()
    assert [row["id"] for row in second["results"]] == [project.pk for project in made[4:8]]
    back = api.get(second["previous"]).json()
    assert [row["id"] for row in back["results"]] == [project.pk for project in made[:4]]
    assert back["previous"] is None


def test_pull_brings_changes_and_tombstones_in_order(alice: User, zhangjiang: Incubator):
    api = Api(alice)
    start = timezone.now()
    ids = [api.post("projects/", {"name_zh": f"示例{number}"}).json()["id"] for number in range(4)]
    gone = api.get(f"projects/{ids[1]}/")
    assert api.delete(f"projects/{ids[1]}/", If_Match=gone["ETag"]).status_code == 204
    since = start.isoformat().replace("+00:00", "Z")
    answer = api.get(f"projects/?updated_since={since}&limit=1000")
    rows = answer.json()["results"]
    assert [row["id"] for row in rows] == [ids[0], ids[2], ids[3], ids[1]]
    assert rows[-1] == {"id": ids[1], "deleted": True, "deleted_at": rows[-1]["deleted_at"]}
    assert answer["Next-Updated-Since"] < timezone.now().isoformat()
    one_by_one = api.pages(f"projects/?updated_since={since}&limit=1")
    assert one_by_one == rows


def test_tombstones_stay_within_scope(
    alice: User, charlie: User, bob: User, erik: User, zhangjiang: Incubator
):
    project = factories.make_project(alice, zhangjiang)
    api = Api(alice)
    api.delete(f"projects/{project.pk}/", If_Match="*")
    assert Tombstone.objects.get().record_id == project.pk
    path = "projects/?updated_since=2020-01-01"
    assert [row["id"] for row in Api(bob).get(path).json()["results"]] == [project.pk]
    for stranger in (charlie, erik):
        assert Api(stranger).get(path).json()["results"] == []


def test_create_answers_the_record_with_its_address(alice: User, zhangjiang: Incubator):
    answer = Api(alice).post(
        "projects/",
        {
            "incubator": "zhangjiang",
            "name_zh": "示例项目",
            "sector": "life-health",
            "first_contact_on": "2021-03-01",
            "external_id": "CRM-1",
        },
    )
    body = answer.json()
    assert answer.status_code == 201, body
    assert (answer["Location"], answer["ETag"]) == (f"/api/v1/projects/{body['id']}/", '"v1"')
    assert (body["stage"], body["sector"], body["external_id"]) == ("lead", "life-health", "CRM-1")
    assert Api(alice).get(answer["Location"]).json() == body


def test_wrong_input_names_each_field(alice: User, zhangjiang: Incubator):
    body = is_problem(
        Api(alice).post(
            "projects/",
            {"sector": "nonsense", "first_contact_on": "soon", "stage": "landed", "lead_source": 7},
        ),
        422,
        "invalid",
    )
    assert {error["field"] for error in body["errors"]} == {"stage"}
    body = is_problem(
        Api(alice).post("projects/", {"sector": "nonsense", "first_contact_on": "soon", "lead_source": 7}),
        422,
        "invalid",
    )
    assert {error["field"] for error in body["errors"]} == {
        "name_zh",
        "sector",
        "first_contact_on",
        "lead_source",
    }


def test_nobody_adds_projects_to_another_incubator(alice: User, shenzhen: Incubator):
    body = is_problem(
        Api(alice).post("projects/", {"incubator": "shenzhen", "name_zh": "示例"}), 422, "invalid"
    )
    assert [error["field"] for error in body["errors"]] == ["incubator"]
    is_problem(Api(alice).post("projects/", {"park": "jiangyin", "name_zh": "示例"}), 403, "refused")


def test_update_needs_the_version_that_was_read(alice: User, zhangjiang: Incubator):
    api = Api(alice)
    project = factories.make_project(alice, zhangjiang)
    path = f"projects/{project.pk}/"
    etag = api.get(path)["ETag"]
    is_problem(api.patch(path, {"summary": "一"}), 428, "if_match_required")
    changed = api.patch(path, {"summary": "一"}, If_Match=etag)
    assert (changed.status_code, changed["ETag"], changed.json()["summary"]) == (200, '"v2"', "一")
    stale = api.patch(path, {"summary": "二"}, If_Match=etag)
    body = is_problem(stale, 412, "stale")
    assert (body["current"], body["submitted"], stale["ETag"]) == (changed.json(), {"summary": "二"}, '"v2"')


def test_a_project_with_a_history_is_not_deleted(alice: User, zhangjiang: Incubator):
    project = factories.make_project(alice, zhangjiang)
    factories.make_fact(alice, project, "signed")
    is_problem(Api(alice).delete(f"projects/{project.pk}/", If_Match="*"), 409, "has_history")


def ready_to_screen(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(
        alice,
        zhangjiang,
        sector=Sector.objects.get(code="life-health"),
        team_lead="示例",
        lead_source="event",
    )


def test_move_says_what_is_missing_then_succeeds(alice: User, bob: User, zhangjiang: Incubator):
    api, project = Api(alice), factories.make_project(alice, zhangjiang)
    path = f"projects/{project.pk}/"
    move = {"to_stage": "screening", "on": "2021-06-01", "reason": "", "from_stage": "lead"}
    body = is_problem(api.post(path + "moves/", move), 409, "incomplete")
    gates = api.get(path + "gates/").json()
    assert body["missing"] == gates["gates"][0]["missing"]
    assert [item["field"] for item in body["missing"]] == ["sector", "team_lead", "lead_source"]
    values = {"sector": "life-health", "team_lead": "示例", "lead_source": "event"}
    assert api.patch(path, values, If_Match='"v1"').status_code == 200
    before = HistoryEntry.objects.count()
    answer = api.post(path + "moves/", move)
    assert (answer.status_code, answer.json()["to_stage"], answer["ETag"]) == (201, "screening", '"v3"')
    assert (StageLog.objects.filter(project=project).count(), HistoryEntry.objects.count()) == (2, before + 1)
    assert [row["to_stage"] for row in api.get(path + "stage-log/").json()["results"]] == [
        "lead",
        "screening",
    ]
    is_problem(api.post(path + "moves/", move), 409, "stage_changed")


def test_backward_move_needs_a_reason(alice: User, zhangjiang: Incubator):
    api, project = Api(alice), ready_to_screen(alice, zhangjiang)
    path = f"projects/{project.pk}/moves/"
    body = is_problem(api.post(path, {"to_stage": "terminated", "on": "2021-06-01"}), 422, "invalid")
    assert {error["field"] for error in body["errors"]} == {"reason", "cause"}


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_moves_one_wins(transactional_db: None) -> None:
    park = factories.make_park()
    incubator = factories.make_incubator(park)
    alice = factories.make_operator(incubator)
    sector, _made = Sector.objects.get_or_create(code="life-health", defaults={"name_zh": "生命健康"})
    project = factories.make_project(alice, incubator, sector=sector, team_lead="示例", lead_source="event")
    move = {"to_stage": "screening", "on": "2021-06-01", "from_stage": "lead"}
    answers = together([Api(alice)] * 2, lambda api: api.post(f"projects/{project.pk}/moves/", move))
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert StageLog.objects.filter(project=project, to_stage="screening").count() == 1


def together(apis: list[Api], act: Any) -> list[Any]:
    """Every act in a thread of its own, all let go at once."""
    barrier = threading.Barrier(len(apis))
    answers: list[Any] = []

    def run(api: Api) -> None:
        try:
            barrier.wait()
            answers.append(act(api))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(api,)) for api in apis]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_the_same_key_at_the_same_moment_creates_one(transactional_db: None) -> None:
    alice = factories.make_operator(factories.make_incubator(factories.make_park()))
    api = Api(alice)
    answers = together(
        [api] * 4, lambda api: api.post("projects/", {"name_zh": "示例"}, Idempotency_Key="k-1")
    )
    assert [answer.status_code for answer in answers] == [201] * 4
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer for answer in answers) == 3
    assert Project.objects.count() == 1


def test_key_with_another_body_is_refused_and_failures_are_not_kept(alice: User, zhangjiang: Incubator):
    api = Api(alice)
    is_problem(api.post("projects/", {}, Idempotency_Key="k"), 422, "invalid")
    first = api.post("projects/", {"name_zh": "示例", "summary": "一"}, Idempotency_Key="k")
    again = api.post("projects/", '{ "summary":"一", "name_zh": "示例" }', Idempotency_Key="k")
    assert (again.status_code, again.json(), again["Location"], again["ETag"]) == (
        201,
        first.json(),
        first["Location"],
        '"v1"',
    )
    assert again["Idempotency-Replayed"] == "true"
    is_problem(
        api.post("projects/", {"name_zh": "另一个"}, Idempotency_Key="k"), 422, "idempotency_key_reused"
    )
    assert Project.objects.count() == 1


def test_facts_are_entered_by_one_and_verified_by_another(alice: User, bob: User, zhangjiang: Incubator):
    api, project = Api(alice), factories.make_project(alice, zhangjiang)
    file = factories.make_evidence(alice, zhangjiang)
    path = f"projects/{project.pk}/facts/"
    body = is_problem(
        api.post(path, {"kind": "paid_in", "on": "2021-05-01", "amount": "100.00"}), 422, "invalid"
    )
    assert body["errors"][0]["message"] == "An amount and its currency go together."
    made = api.post(path, {"kind": "paid_in", "on": "2021-05-01", "amount": "5000000.00", "currency": "CNY"})
    fact = made.json()
    assert (made.status_code, fact["amount"], fact["currency"]) == (201, "5000000.00", "CNY")
    one = f"{path}{fact['id']}/"
    assert api.post(one + "evidence/", {"evidence": [file.pk]}).json()["evidence"] == [file.pk]
    is_problem(api.post(one + "verify/"), 403, "refused")
    returned = Api(bob).post(one + "return/", {"reason": "日期不符"}).json()
    assert (returned["return_reason"], returned["returned_by"]) == ("日期不符", "bob")
    corrected = api.patch(one, {"on": "2021-05-02"}, If_Match=api.get(one)["ETag"])
    assert (corrected.status_code, corrected.json()["returned_at"]) == (200, None)
    verified = Api(bob).post(one + "verify/").json()
    assert (verified["verified_by"], Decimal(verified["amount"])) == ("bob", Decimal(5_000_000))
    is_problem(api.delete(one, If_Match="*"), 409, "already_verified")


def test_another_incubators_file_proves_nothing(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
):
    foreign = factories.make_evidence(charlie, shenzhen)
    project = factories.make_project(alice, zhangjiang)
    body = is_problem(
        Api(alice).post(f"projects/{project.pk}/evidence/", {"file": foreign.pk}), 422, "invalid"
    )
    assert [error["field"] for error in body["errors"]] == ["file"]


def test_files_are_attached_and_taken_off(alice: User, zhangjiang: Incubator):
    api, project = Api(alice), factories.make_project(alice, zhangjiang)
    file = factories.make_evidence(alice, zhangjiang, kind="milestone")
    path = f"projects/{project.pk}/evidence/"
    assert api.post(path, {"file": file.pk}).status_code == 201
    assert [row["file"]["sha256"] for row in api.get(path).json()["results"]] == [file.sha256]
    assert api.delete(f"{path}{file.pk}/").status_code == 204
    assert api.get(path).json()["results"] == []


def test_legs_and_credit(alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator):
    api, project = Api(alice), factories.make_project(alice, zhangjiang)
    path = f"projects/{project.pk}/"
    leg = {"sequence": 1, "from_place": "Uppsala", "to_place": "上海", "planned_on": "2021-06-01"}
    assert api.post(path + "legs/", leg).status_code == 201
    is_problem(api.post(path + "legs/", leg), 409, "already_recorded")
    one = path + "legs/1/"
    assert api.patch(one, {"departed_on": "2021-06-02"}, If_Match=api.get(one)["ETag"]).status_code == 200
    is_problem(api.delete(one, If_Match="*"), 409, "travelled")
    shares = api.get(path + "credit-shares/")
    assert shares.json() == {"shares": []}
    answer = api.put(
        path + "credit-shares/",
        {"shares": [{"incubator": "zhangjiang", "percent": "100"}]},
        If_Match=shares["ETag"],
    )
    assert answer.json() == {"shares": [{"incubator": "zhangjiang", "operator": None, "percent": "100.00"}]}
    is_problem(
        api.put(
            path + "credit-shares/",
            {"shares": [{"incubator": "zhangjiang", "percent": "90"}]},
            If_Match=answer["ETag"],
        ),
        422,
        "invalid",
    )


def test_history_of_a_project_shows_every_change(alice: User, zhangjiang: Incubator):
    project = factories.make_project(alice, zhangjiang)
    factories.make_fact(alice, project, "signed")
    rows = Api(alice).get(f"projects/{project.pk}/history/").json()["results"]
    assert [row["action"] for row in rows] == ["project.created", "fact.entered"]
    heads = Api(alice).get("history-heads/").json()
    assert [head["hash"] for head in heads] == [rows[-1]["hash"]]


def test_search_finds_parts_of_names_in_every_script(alice: User, zhangjiang: Incubator):
    project = factories.make_project(alice, zhangjiang, name_zh="示例柔性传感器", name_en="Flexible sensor")
    factories.make_project(alice, zhangjiang)
    for text in ("柔性传感", "柔性傳感器", "rouxing", "lexible", "FLEX sensor"):
        assert [row["id"] for row in Api(alice).get(f"projects/?search={text}").json()["results"]] == [
            project.pk
        ], text


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=1001",
        "limit=x",
        "ordering=password",
        "cursor=x",
        "cursor=%00",
        "updated_since=soon",
        "stage=none",
        "search=%00",
        "provenance=x",
        "enterprise=99999999999999999999999",
        "incubator=%00",
    ],
)
def test_bad_parameters_are_named(query: str, alice: User, zhangjiang: Incubator):
    body = is_problem(Api(alice).get(f"projects/?{query}"), 422, "invalid")
    assert [error["field"] for error in body["errors"]] == [query.split("=")[0]]


def test_a_cursor_belongs_to_its_ordering(alice: User, zhangjiang: Incubator):
    for _number in range(2):
        factories.make_project(alice, zhangjiang)
    cursor = Api(alice).get("projects/?limit=1").json()["next"].split("cursor=")[1]
    is_problem(Api(alice).get(f"projects/?ordering=name&cursor={cursor}"), 422, "invalid")
    is_problem(Api(alice).get(f"projects/?updated_since=2020-01-01&cursor={cursor}"), 422, "invalid")


def test_pull_accepts_every_way_to_write_a_moment(alice: User, zhangjiang: Incubator):
    factories.make_project(
        alice, zhangjiang, at=datetime(2021, 6, 1, 4, tzinfo=UTC), first_contact_on=date(2021, 1, 1)
    )
    for text, found in (
        ("2021-06-01T12:00:00+08:00", 1),
        ("2021-06-01T04:00:00Z", 1),
        ("2021-06-01T04:00:01", 0),
        ("2021-06-02", 0),
    ):
        assert len(Api(alice).get(f"projects/?updated_since={text}").json()["results"]) == found, text
