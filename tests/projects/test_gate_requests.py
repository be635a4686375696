"""Requests for steps through gates: asked by one person, decided by a second, by every way in."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.sites import site as admin_site
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts.enums import Role
from accounts.models import Notice, User
from core.errors import Conflict, Incomplete, Invalid, Refused
from incubators.models import Incubator, Park
from projects import services
from projects.models import GateRequest, Project, ProjectFact, Sector, StageLog
from projects.selectors import due_requests, gates_of, open_requests
from tests import factories
from tests.api import Api, is_problem
from tests.concurrency import together
from tests.constraints import broken
from tests.factories import NOW
from tests.projects.test_web_pages import signed_in, text_of
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

DAY = date(2021, 5, 20)


@pytest.fixture
def bella(park: Park) -> User:
    return factories.make_park_admin(park, "bella")


def ready_to_land(actor: User, incubator: Incubator, author: User | None = None) -> Project:
    """Everything is there for the landing but the second person; ``author`` entered the registration."""
    project = factories.make_project(actor, incubator)
    values = {
        "sector": Sector.objects.get(code="life-health"),
        "team_lead": "示例负责人",
        "lead_source": "event",
        "summary": "示例",
        "enterprise": factories.make_enterprise(actor, incubator),
    }
    services.update_project(project=project, values=values, actor=actor, at=NOW)
    factories.make_fact(actor, project, "signed")
    factories.make_fact(author or actor, project, "registered")
    services.set_credit_shares(project=project, shares={incubator: Decimal(100)}, actor=actor, at=NOW)
    for stage in ("screening", "incubating"):
        services.move_project(project=project, to_stage=stage, on=date(2021, 5, 1), actor=actor, at=NOW)
    return project


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return ready_to_land(alice, zhangjiang)


def ask(project: Project, actor: User, **values: Any) -> GateRequest:
    defaults = {"to_stage": "landed", "on": DAY, "at": NOW}
    return services.request_gate(project=project, actor=actor, **{**defaults, **values})


# --- asking -------------------------------------------------------------------------------------------
def test_a_request_is_asked_remembered_and_told(project: Project, alice: User, bob: User) -> None:
    request = ask(project, alice, note=" 请核验 ")
    assert (request.state, request.note, request.due_on) == (
        "open",
        "请核验",
        NOW.date() + timedelta(days=10),
    )
    assert history_of(request) == [("incubator:zhangjiang", "alice", "gate.requested")]
    [notice] = Notice.objects.filter(kind="gate_requested")
    assert (notice.user, notice.url) == (bob, reverse("project-request-review", args=[request.pk]))
    [gate] = [gate for gate in gates_of(project, on=DAY) if gate.to_stage == "landed"]
    assert (gate.request_id, gate.due_on, gate.decided_by) == (request.pk, request.due_on, ("park_admin",))


def test_one_request_waits_at_a_time(project: Project, alice: User) -> None:
    request = ask(project, alice)
    with refused(Conflict, "projects_request_one_open"):
        ask(project, alice)
    services.withdraw_request(request=request, actor=alice, at=NOW)
    assert ask(project, alice).pk != request.pk


def test_what_the_operator_can_do_comes_first(project: Project, alice: User) -> None:
    services.withdraw_fact(fact=project.facts.get(kind="registered"), actor=alice, at=NOW)
    with pytest.raises(Incomplete) as caught:
        ask(project, alice)
    assert [error.field for error in caught.value.fields] == ["facts.registered"]


@pytest.mark.parametrize(
    ("values", "kind", "named"),
    [
        ({"to_stage": "industrialised"}, Conflict, "move_not_allowed"),
        ({"to_stage": "nowhere"}, Conflict, "move_not_allowed"),
        ({"to_stage": "relocating"}, Conflict, "no_request_needed"),
        ({"on": NOW.date() + timedelta(days=1)}, Invalid, "on:future"),
        ({"on": date(2021, 4, 1)}, Invalid, "on:order"),
        ({"expected_stage": "lead"}, Conflict, "stage_changed"),
    ],
)
def test_what_cannot_be_asked(
    project: Project, alice: User, values: dict[str, Any], kind: Any, named: str
) -> None:
    with refused(kind, named):
        ask(project, alice, **values)


def test_strangers_and_readers_ask_and_withdraw_nothing(
    project: Project, alice: User, charlie: User, dora: User, erik: User
) -> None:
    request = ask(project, alice)
    for person in (charlie, dora, erik):
        with refused(Refused, "refused"):
            ask(project, person)
        with refused(Refused, "refused"):
            services.withdraw_request(request=request, actor=person, at=NOW)


# --- deciding -----------------------------------------------------------------------------------------
def test_approving_verifies_the_facts_and_moves_the_project(project: Project, alice: User, bob: User) -> None:
    request = ask(project, alice)
    log = services.approve_request(request=request, actor=bob, at=NOW)
    project.refresh_from_db()
    request.refresh_from_db()
    fact = project.facts.get(kind="registered")
    assert (project.stage, project.stage_since, fact.verified_by) == ("landed", DAY, bob)
    assert (request.state, request.decided_by, request.log) == ("approved", bob, log)
    assert (log.moved_by, log.gate_version_id) == (alice, request.table_id)
    assert StageLog.objects.filter(project=project, to_stage="landed").count() == 1
    assert [(who, act) for _chain, who, act in history_of(request)] == [
        ("alice", "gate.requested"),
        ("bob", "gate.approved"),
    ]
    assert history_of(project)[-1][1:] == ("bob", "project.moved")
    [notice] = Notice.objects.filter(kind="gate_approved")
    assert notice.user == alice
    with refused(Conflict, "decided"):
        services.approve_request(request=request, actor=bob, at=NOW)


def test_returning_puts_words_beside_each_field(project: Project, alice: User, bob: User) -> None:
    request = ask(project, alice)
    words = {"facts.registered": "执照日期看不清", "credit_shares": " 请与深圳协商 ", "legs": " "}
    services.return_request(request=request, remarks=words, actor=bob, at=NOW)
    fact = project.facts.get(kind="registered")
    assert (fact.returned_by, fact.return_reason) == (bob, "执照日期看不清")
    kept = {remark.field: remark.words for remark in request.remarks.all()}
    assert kept == {"facts.registered": "执照日期看不清", "credit_shares": "请与深圳协商"}
    assert last_changes(request)["remarks"][1] == kept
    assert Notice.objects.get(kind="gate_returned").user == alice
    page = text_of(signed_in(alice).get(reverse("project-detail", args=[project.pk])))
    assert "执照日期看不清" in page
    assert "请与深圳协商" in page


def test_a_returned_request_is_mended_and_asked_again(project: Project, alice: User, bob: User) -> None:
    services.return_request(
        request=ask(project, alice), remarks={"facts.registered": "日期"}, actor=bob, at=NOW
    )
    with pytest.raises(Incomplete):
        ask(project, alice)
    fact = project.facts.get(kind="registered")
    services.change_fact(fact=fact, values={"on": date(2021, 4, 2)}, actor=alice, at=NOW)
    services.approve_request(request=ask(project, alice), actor=bob, at=NOW)
    assert Project.objects.get(pk=project.pk).stage == "landed"


@pytest.mark.parametrize(
    ("remarks", "named"),
    [({}, "remarks:required"), ({"": "  "}, "remarks:required"), ({"summary": "x"}, "remarks:unknown_field")],
)
def test_a_return_says_what_to_mend(
    project: Project, alice: User, bob: User, remarks: dict[str, str], named: str
) -> None:
    request = ask(project, alice)
    with refused(Invalid, named):
        services.return_request(request=request, remarks=remarks, actor=bob, at=NOW)


def test_whoever_changed_the_fact_meanwhile_is_noticed(project: Project, alice: User, bob: User) -> None:
    request = ask(project, alice)
    seen = Project.objects.get(pk=project.pk).version
    services.change_fact(
        fact=project.facts.get(kind="registered"), values={"note": "更正"}, actor=alice, at=NOW
    )
    with refused(Conflict, "stale"):
        services.approve_request(request=request, actor=bob, at=NOW, expected_version=seen)


def test_a_rule_that_changes_meanwhile_changes_nothing_for_the_request(
    project: Project, park: Park, alice: User, bob: User
) -> None:
    request = ask(project, alice)
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    rows = [
        {"kind": "fact", "key": "registered", "proof": True, "verify": True},
        {"kind": "field", "key": "contact"},
    ]
    services.save_gate(
        table=table, stage="landed", movers=["operator"], second_person=True, days=3, rows=rows,
        actor=bob, at=NOW,
    )  # fmt: skip
    services.publish_gate_table(table=table, valid_from=NOW.date(), actor=bob, at=NOW)
    log = services.approve_request(request=request, actor=bob, at=NOW)
    assert log.gate_version_id == request.table_id != table.pk


def test_a_project_that_moves_otherwise_asks_for_nothing(project: Project, alice: User, bob: User) -> None:
    request = ask(project, alice)
    services.move_project(project=project, to_stage="suspended", on=DAY, reason="示例", actor=alice, at=NOW)
    request.refresh_from_db()
    assert (request.state, request.withdrawn_by) == ("withdrawn", alice)
    with refused(Conflict, "decided"):
        services.approve_request(request=request, actor=bob, at=NOW)


def test_a_direct_move_works_once_everything_is_verified(project: Project, alice: User, bob: User) -> None:
    services.verify_fact(fact=project.facts.get(kind="registered"), actor=bob, at=NOW)
    log = services.move_project(project=project, to_stage="landed", on=DAY, actor=alice, at=NOW)
    assert (log.to_stage, log.moved_by) == ("landed", alice)


def test_a_step_that_a_second_person_decides_is_not_moved_directly(
    park: Park, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    services.save_gate(
        table=table, stage="screening", movers=["operator"], second_person=True, days=None, rows=[],
        actor=bob, at=NOW,
    )  # fmt: skip
    services.publish_gate_table(table=table, valid_from=NOW.date(), actor=bob, at=NOW)
    lead = factories.make_project(alice, zhangjiang)
    with refused(Conflict, "request_needed"):
        services.move_project(project=lead, to_stage="screening", on=DAY, actor=alice, at=NOW)
    request = ask(lead, alice, to_stage="screening")
    assert request.due_on is None
    assert services.approve_request(request=request, actor=bob, at=NOW).to_stage == "screening"


# --- the person who entered the fact ------------------------------------------------------------------
@pytest.fixture
def of_bob(alice: User, bob: User, zhangjiang: Incubator) -> GateRequest:
    """Bob entered the registration, Alice asks for the landing."""
    return ask(ready_to_land(alice, zhangjiang, author=bob), alice)


def unchanged(request: GateRequest) -> None:
    request.refresh_from_db()
    assert request.state == "open"
    assert Project.objects.get(pk=request.project_id).stage == "incubating"
    assert not ProjectFact.objects.filter(project=request.project_id, verified_at__isnull=False).exists()


def test_the_author_of_a_fact_cannot_approve_by_service(of_bob: GateRequest, bob: User, bella: User) -> None:
    with refused(Refused, "refused"):
        services.approve_request(request=of_bob, actor=bob, at=NOW)
    unchanged(of_bob)
    assert services.approve_request(request=of_bob, actor=bella, at=NOW).to_stage == "landed"


def test_nor_by_page(of_bob: GateRequest, bob: User) -> None:
    client, url = signed_in(bob), reverse("project-request-review", args=[of_bob.pk])
    page = client.get(url)
    assert page.context["own_facts"]
    assert client.post(url, {"decision": "approve"}).status_code == 403
    fact = of_bob.project.facts.get(kind="registered")
    verify = reverse("project-verify-fact", args=[of_bob.project_id, fact.pk])
    assert client.post(verify).status_code == 403
    unchanged(of_bob)


def test_nor_by_api(of_bob: GateRequest, bob: User) -> None:
    api = Api(bob)
    is_problem(api.post(f"gate-requests/{of_bob.pk}/approve/"), 403, "refused")
    fact = of_bob.project.facts.get(kind="registered")
    is_problem(api.post(f"projects/{of_bob.project_id}/facts/{fact.pk}/verify/"), 403, "refused")
    unchanged(of_bob)


def test_nor_by_admin(of_bob: GateRequest, bob: User, rf: RequestFactory) -> None:
    """The action answers with a message, and changes nothing."""
    from django.contrib.messages.storage.fallback import FallbackStorage

    request = rf.post("/")
    request.user = bob
    request.session = {}  # type: ignore[assignment]
    request._messages = FallbackStorage(request)  # type: ignore[attr-defined]
    admin: Any = admin_site._registry[ProjectFact]
    admin.verify(request, ProjectFact.objects.filter(project=of_bob.project_id, kind="registered"))
    assert len(list(request._messages)) == 1  # type: ignore[attr-defined]
    unchanged(of_bob)


def test_nor_by_import(of_bob: GateRequest, bob: User) -> None:
    """Rows that come in by table or in bulk set no decision: those names are not known there."""
    rows = [{"name_zh": "示例", "verified_by": bob.pk, "stage": "landed"}]
    answer = Api(bob).post("projects/bulk/", {"incubator": "zhangjiang", "rows": rows})
    assert [row["status"] for row in answer.json()["results"]] == ["error"]
    unchanged(of_bob)


def test_nor_by_the_database(of_bob: GateRequest, alice: User, bob: User) -> None:
    with broken("projects_fact_second_person"):
        ProjectFact.objects.filter(project=of_bob.project_id, kind="registered").update(
            verified_at=NOW, verified_by=bob
        )
    log = of_bob.project.stage_log.first()
    with broken("projects_request_second_person"):
        GateRequest.objects.filter(pk=of_bob.pk).update(
            state="approved", decided_at=NOW, decided_by=alice, log=log
        )


def test_the_requester_cannot_decide_whatever_the_role(zhangjiang: Incubator, alice: User, bob: User) -> None:
    request = ask(ready_to_land(alice, zhangjiang), bob)
    url = reverse("project-request-review", args=[request.pk])
    with refused(Refused, "refused"):
        services.approve_request(request=request, actor=bob, at=NOW)
    with refused(Refused, "refused"):
        services.return_request(request=request, remarks={"": "x"}, actor=bob, at=NOW)
    assert signed_in(bob).post(url, {"decision": "approve"}).status_code == 403
    is_problem(Api(bob).post(f"gate-requests/{request.pk}/approve/"), 403, "refused")
    unchanged(request)


def test_only_the_park_decides(
    project: Project, alice: User, charlie: User, dora: User, erik: User, park: Park
) -> None:
    request = ask(project, alice)
    frida = factories.make_user("frida", Role.FINANCE, park=park)
    url = reverse("project-request-review", args=[request.pk])
    for person, page, acts in (
        (alice, 200, 403), (dora, 200, 403), (frida, 200, 403), (charlie, 404, 404), (erik, 404, 404)
    ):  # fmt: skip
        with refused(Refused, "refused"):
            services.approve_request(request=request, actor=person, at=NOW)
        client = signed_in(person)
        assert client.get(url).status_code == page, person
        assert client.post(url, {"decision": "approve"}).status_code == acts, person
        assert Api(person).post(f"gate-requests/{request.pk}/approve/").status_code == acts, person
    unchanged(request)


# --- queue, notices, due --------------------------------------------------------------------------------
def test_the_queue_is_the_same_for_one_and_three(
    alice: User, bob: User, charlie: User, zhangjiang: Incubator, django_assert_num_queries: Any
) -> None:
    first = ask(ready_to_land(alice, zhangjiang), alice)
    with django_assert_num_queries(3):
        assert [row.request for row in open_requests(User.objects.get(pk=bob.pk))] == [first]
    for _time in range(2):
        ask(ready_to_land(alice, zhangjiang), alice)
    with django_assert_num_queries(3):
        rows = open_requests(User.objects.get(pk=bob.pk))
        assert len({row.request.project.incubator.name for row in rows}) == 1  # type: ignore[union-attr]
    assert (len(rows), open_requests(charlie), open_requests(alice)) == (3, [], [])


def test_a_decision_falls_due_for_those_who_may_take_it(
    project: Project, alice: User, bob: User, erik: User
) -> None:
    request = ask(project, alice)
    assert request.due_on is not None
    until = request.due_on
    assert [item.on for item in due_requests(user=bob, until=until)] == [until]
    assert list(due_requests(user=bob, until=until - timedelta(days=1))) == []
    for person in (alice, erik):
        assert list(due_requests(user=person, until=until)) == []


def test_after_a_decision_the_next_request_comes_by_itself(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    first, second = (ask(ready_to_land(alice, zhangjiang), alice) for _time in range(2))
    client: Client = signed_in(bob)
    url = reverse("project-request-review", args=[first.pk])
    page = client.get(url)
    answer = client.post(url, {"decision": "approve", "version": page.context["project"].version})
    assert answer["Location"] == reverse("project-request-review", args=[second.pk])
    url = answer["Location"]
    without = client.post(url, {"decision": "return"})
    assert without.status_code == 422
    answer = client.post(url, {"decision": "return", "remark-facts.registered": "看不清", "remark-": ""})
    assert answer["Location"] == reverse("project-requests")
    assert [GateRequest.objects.get(pk=pk).state for pk in (first.pk, second.pk)] == ["approved", "returned"]


def test_the_page_asks_and_the_project_shows_that_it_waits(project: Project, alice: User) -> None:
    client = signed_in(alice)
    detail = reverse("project-detail", args=[project.pk])
    create = reverse("project-request-create", args=[project.pk, "landed"])
    assert create in text_of(client.get(detail))
    assert client.get(create).status_code == 200
    answer = client.post(create, {"on": "2021-05-20", "note": "示例", "from_stage": "incubating"})
    assert answer["Location"] == f"{detail}#missing"
    assert GateRequest.objects.get().requested_by == alice
    page = text_of(client.get(detail))
    assert create not in page
    assert reverse("project-request-withdraw", args=[GateRequest.objects.get().pk]) in page


def test_the_move_page_leads_to_the_request(project: Project, alice: User) -> None:
    values = {"from_stage": "incubating", "to_stage": "landed", "on": "2021-05-20"}
    answer = signed_in(alice).post(reverse("project-move", args=[project.pk]), values)
    assert answer["Location"] == reverse("project-request-create", args=[project.pk, "landed"])


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_decisions_one_counts(
    project: Project, alice: User, bob: User, bella: User
) -> None:
    request = ask(project, alice)
    outcomes = together(
        lambda: services.approve_request(request=GateRequest.objects.get(pk=request.pk), actor=bob, at=NOW),
        lambda: services.return_request(
            request=GateRequest.objects.get(pk=request.pk), remarks={"": "x"}, actor=bella, at=NOW
        ),
    )
    assert sorted(outcomes) in (["Conflict", "GateRequest"], ["Conflict", "StageLog"])
    assert StageLog.objects.filter(project=project, to_stage="landed").count() == outcomes.count("StageLog")
