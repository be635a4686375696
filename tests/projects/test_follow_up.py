"""Checklists of legs, returns from abroad, the years after industrialisation, support before an end."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core.due import due_items
from core.errors import Conflict, Invalid, Refused, Stale
from incubators.models import Incubator, Park
from projects import services
from projects.duties import anniversary, follow_ups_due
from projects.models import FollowUp, LegStep, Project, RelocationLeg, StageLog, SupportCheck
from projects.reading.road import follow_ups_missing, return_flow, return_totals, returned_projects
from tests import factories
from tests.api import Api, is_problem
from tests.factories import NOW
from tests.remembered import last_changes, refused

pytestmark = pytest.mark.django_db

LATER = datetime(2024, 6, 1, 4, 0, tzinfo=UTC)
KINDS = ("leg-step", "follow-up", "credit", "cause")


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


def plan(project: Project, actor: User, sequence: int = 1, **values: Any) -> RelocationLeg:
    defaults = {
        "from_place": "Uppsala",
        "to_place": "上海",
        "from_country": "se",
        "to_country": "CN",
        "planned_on": date(2021, 7, 1),
    }
    return services.save_leg(
        project=project, sequence=sequence, values={**defaults, **values}, actor=actor, at=NOW
    )


def step_of(leg: RelocationLeg, code: str) -> LegStep:
    return LegStep.objects.select_related("leg__project").get(leg=leg, code=code)


def change(step: LegStep, actor: User, **values: Any) -> LegStep:
    return services.change_step(step=step, values=values, actor=actor, at=NOW)


def due(user: User, until: date) -> list[tuple[str, date]]:
    return [(item.kind, item.on) for item in due_items(user=user, until=until) if item.kind in KINDS]


# --- checklists ---
def test_a_new_leg_starts_with_the_checklist_of_its_park(project: Project, alice: User) -> None:
    abroad = plan(project, alice)
    at_home = plan(project, alice, 2, from_country="CN", planned_on=date(2021, 9, 1))
    codes = ["company", "site", "licences", "equipment", "samples", "staff", "bank"]
    assert list(abroad.steps.order_by("position").values_list("code", flat=True)) == codes
    assert "samples" not in at_home.steps.values_list("code", flat=True)
    assert step_of(abroad, "company").due_on == date(2021, 6, 1)
    assert (abroad.from_country, abroad.crosses_a_border) == ("SE", True)
    plan(project, alice, departed_on=date(2021, 5, 1))
    assert abroad.steps.count() == 7


def test_steps_are_settled_by_somebody_with_a_reason(project: Project, alice: User, charlie: User) -> None:
    leg = plan(project, alice)
    done = change(step_of(leg, "company"), alice, state="done", note="示例")
    assert (done.settled_by, done.settled_at) == (alice, NOW)
    assert last_changes(done) == {"state": ["open", "done"], "note": ["", "示例"]}
    again = change(done, alice, state="in_progress")
    assert again.settled_at is None
    with refused(Invalid, "reason:required"):
        change(step_of(leg, "samples"), alice, state="not_needed")
    assert change(step_of(leg, "samples"), alice, state="not_needed", reason="无").state == "not_needed"
    with refused(Invalid, "owner:not_found"):
        change(step_of(leg, "bank"), alice, owner=charlie)
    with refused(Refused, "refused"):
        change(step_of(leg, "bank"), charlie, state="done")
    with refused(Stale, "stale"):
        services.change_step(
            step=step_of(leg, "company"), values={"note": "x"}, expected_version=1, actor=alice, at=NOW
        )


def test_a_template_changes_new_legs_only(project: Project, alice: User, bob: User, park: Park) -> None:
    old = plan(project, alice)
    steps = [{"name_zh": "环评", "name_en": "Environmental permit", "days": -20}]
    with refused(Refused, "refused"):
        services.save_template(park=park, steps=steps, actor=alice, at=NOW)
    services.save_template(park=park, steps=steps, actor=bob, at=NOW)
    new = plan(project, alice, 2, planned_on=date(2021, 9, 1))
    assert list(new.steps.values_list("name_zh", "due_on")) == [("环评", date(2021, 8, 12))]
    assert old.steps.count() == 7


def test_open_steps_fall_due_for_their_place_only(project: Project, alice: User, charlie: User) -> None:
    leg = plan(project, alice)
    assert due(alice, date(2021, 5, 20)) == [("leg-step", date(2021, 5, 2)), ("leg-step", date(2021, 5, 17))]
    change(step_of(leg, "samples"), alice, state="done")
    assert due(alice, date(2021, 5, 20)) == [("leg-step", date(2021, 5, 17))]
    assert due(charlie, date(2021, 5, 20)) == []


def test_the_checklist_by_rest_and_page(project: Project, alice: User, charlie: User, client: Any) -> None:
    leg = plan(project, alice)
    path = f"projects/{project.pk}/legs/1/steps/"
    api = Api(alice)
    read = api.get(f"{path}bank/")
    is_problem(api.patch(f"{path}bank/", {"state": "done"}), 428, "if_match_required")
    body = {"state": "done", "owner": "alice"}
    saved = api.patch(f"{path}bank/", body, If_Match=read["ETag"])
    assert (saved.status_code, saved.json()["state"], saved.json()["owner"]) == (200, "done", "alice")
    is_problem(Api(charlie).get(path), 404, "not_found")
    client.force_login(alice)
    step = step_of(leg, "site")
    url = f"/projects/{project.pk}/steps/{step.pk}/"
    assert client.get(url).status_code == 200
    sent = {"state": "not_needed", "version": 1}
    assert client.post(url, sent).status_code == 422
    assert client.post(url, {**sent, "reason": "无"}).status_code == 302
    page = client.get(f"/projects/{project.pk}/").content.decode()
    assert f"leg-{leg.pk}" in page


# --- returns ---
def test_what_came_back_from_abroad(project: Project, alice: User, bob: User, zhangjiang: Incubator) -> None:
    plan(project, alice, departed_on=date(2021, 4, 1), arrived_on=date(2021, 5, 1))
    home = factories.make_project(alice, zhangjiang)
    plan(home, alice, from_country="CN", departed_on=date(2021, 4, 1), arrived_on=date(2021, 5, 1))
    with refused(Invalid, "phase_on:required"):
        services.record_outcome(
            project=project, values={"product": "drug", "phase": "phase_1"}, actor=alice, at=NOW
        )
    values = {"product": "drug", "phase": "phase_1", "phase_on": date(2021, 5, 20)}
    services.record_outcome(project=project, values=values, actor=alice, at=NOW)
    [row] = return_flow(returned_projects(bob))
    assert (row.project, row.came_from, row.arrived_on, row.outcome.phase) == (
        project,
        "Uppsala",
        date(2021, 5, 1),
        "phase_1",
    )
    assert return_totals(returned_projects(bob)) == {
        "returned": 1,
        "drugs": 1,
        "companies": 0,
        "patents": 0,
    }
    [body] = Api(bob).get("returned-projects/").json()["results"]
    assert (body["code"], body["product"], body["arrived_on"]) == (project.code, "drug", "2021-05-01")
    legs = Api(bob).get("relocation-legs/?overseas=true").json()["results"]
    assert [leg["project_code"] for leg in legs] == [project.code]


# --- follow-ups ---
@pytest.fixture
def grown(project: Project) -> Project:
    StageLog.objects.create(
        project=project,
        sequence=2,
        from_stage="industrialising",
        to_stage="industrialised",
        on=date(2021, 5, 20),
        moved_at=NOW,
    )
    Project.objects.filter(pk=project.pk).update(stage="industrialised", stage_since=date(2021, 5, 20))
    project.refresh_from_db()
    return project


def follow(project: Project, actor: User, year: int = 2022, **values: Any) -> FollowUp:
    return services.save_follow_up(
        project=project, year=year, values={"is_operating": True, **values}, actor=actor, at=LATER
    )


def test_five_years_fall_due_on_their_anniversaries() -> None:
    rows = follow_ups_due(date(2020, 2, 29), recorded=[2022], until=date(2030, 1, 1))
    assert [(row.year, row.on) for row in rows] == [
        (2021, date(2021, 2, 28)),
        (2023, date(2023, 2, 28)),
        (2024, date(2024, 2, 29)),
        (2025, date(2025, 2, 28)),
    ]
    assert anniversary(date(2021, 5, 20), 2022) == date(2022, 5, 20)


def test_what_is_missing_is_listed_until_it_is_recorded(grown: Project, alice: User, charlie: User) -> None:
    assert [row.year for row in follow_ups_missing(alice, until=date(2024, 6, 1))] == [2022, 2023, 2024]
    follow(grown, alice, 2022)
    assert [row.year for row in follow_ups_missing(alice, until=date(2024, 6, 1))] == [2023, 2024]
    assert due(alice, date(2024, 6, 1)) == [("follow-up", date(2024, 5, 20))]
    assert follow_ups_missing(charlie, until=date(2024, 6, 1)) == []


def test_the_list_of_due_years_takes_two_queries(grown: Project, alice: User) -> None:
    follow_ups_missing(alice, until=date(2024, 6, 1))
    with CaptureQueriesContext(
        connection,
    ) as queries:
        follow_ups_missing(alice, until=date(2024, 6, 1))
    assert len(queries) == 2


def test_a_second_person_verifies_a_proved_follow_up(
    grown: Project, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    row = follow(grown, alice, staff_count=42, revenue_amount=Decimal(100), currency="CNY")
    with refused(Conflict, "no_evidence"):
        services.verify_follow_up(follow_up=row, actor=bob, at=LATER)
    file = factories.make_evidence(alice, zhangjiang)
    services.save_follow_up(project=grown, year=2022, values={}, evidence=[file], actor=alice, at=LATER)
    with refused(Refused, "refused"):
        services.verify_follow_up(follow_up=row, actor=alice, at=LATER)
    assert services.verify_follow_up(follow_up=row, actor=bob, at=LATER).verified_by == bob
    assert follow(grown, alice, staff_count=43).verified_by is None


def test_wrong_follow_ups_are_named(grown: Project, project: Project, alice: User) -> None:
    for year in (2021, 2027):
        with refused(Invalid, "year:range"):
            follow(grown, alice, year)
    with refused(Invalid, "place:required"):
        follow(grown, alice, moved_away=True)
    with refused(Invalid, "currency:required"):
        follow(grown, alice, revenue_amount=Decimal(1))


def test_follow_ups_begin_with_industrialisation(project: Project, alice: User) -> None:
    with refused(Conflict, "not_industrialised"):
        follow(project, alice)


def test_follow_ups_by_rest_and_page(grown: Project, alice: User, bob: User, client: Any) -> None:
    api = Api(alice)
    made = api.post(f"projects/{grown.pk}/follow-ups/", {"year": 2022, "is_operating": True})
    assert made.status_code == 201
    is_problem(
        api.post(f"projects/{grown.pk}/follow-ups/", {"year": 2022, "is_operating": True}),
        409,
        "already_recorded",
    )
    path = f"projects/{grown.pk}/follow-ups/2022/"
    changed = api.patch(path, {"staff_count": 7}, If_Match=made["ETag"])
    assert changed.json()["staff_count"] == 7
    is_problem(api.post(f"{path}verify/"), 403, "refused")
    assert [row["year"] for row in Api(bob).get("follow-ups/").json()["results"]] == [2022]
    assert 2023 in [row["year"] for row in Api(bob).get("follow-ups/due/").json()["results"]]
    client.force_login(alice)
    url = f"/projects/{grown.pk}/follow-ups/2023/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"is_operating": "yes", "place": "江阴", "staff_count": "5"}).status_code == 302
    assert client.get("/projects/follow-ups/").status_code == 200
    assert client.get(f"/projects/{grown.pk}/follow-ups/2040/").status_code == 404


# --- support before an end ---
def test_what_support_there_was_is_stated_with_what_the_records_say(
    project: Project, alice: User, bob: User, charlie: User, client: Any
) -> None:
    factories.make_fact(alice, project, "paid_in", amount=Decimal(500), on=date(2021, 4, 1))
    log = services.move_project(
        project=project,
        to_stage="terminated",
        on=date(2021, 5, 1),
        reason="示例",
        cause="funding",
        actor=alice,
        at=NOW,
    )
    assert ("cause", date(2021, 5, 15)) in due(alice, date(2021, 6, 1))
    values = {"funding": "no", "policy": "unknown", "service": "yes", "words": "示例"}
    with refused(Refused, "refused"):
        services.record_cause(log=log, values=values, actor=charlie, at=NOW)
    row = services.record_cause(log=log, values=values, service_hints=["2021-04-02"], actor=alice, at=NOW)
    assert row.hints == {
        "funding": ["2021-04-01 500.00 CNY"],
        "policy": [],
        "service": ["2021-04-02"],
    }
    assert due(alice, date(2021, 6, 1)) == []
    first = StageLog.objects.get(project=project, sequence=1)
    with refused(Conflict, "not_asked"):
        services.record_cause(log=first, values=values, actor=alice, at=NOW)
    body = Api(bob).get(f"projects/{project.pk}/stage-log/2/supports/").json()
    assert (body["funding"], body["service"]) == ("no", "yes")
    client.force_login(alice)
    url = f"/projects/{project.pk}/ending/{log.pk}/"
    assert client.get(url).status_code == 200
    assert client.post(url, {"funding": "yes", "policy": "no", "service": "no"}).status_code == 302
    assert SupportCheck.objects.get().funding == "yes"
