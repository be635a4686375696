"""Gate tables: dated versions per park, frozen once published, never without the second person."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from accounts.models import User
from core.errors import Conflict, Incomplete, Invalid, Refused
from incubators.models import Incubator, Park
from projects import services
from projects.models import GateRow, GateStage, GateTable, Project, Sector
from projects.selectors import gates_of, table_in_force, table_of
from projects.selectors.differences import differences, problems_of
from projects.stages import ALWAYS_ASKED, DEFAULT, Gate, Requirement, Table
from tests import factories
from tests.concurrency import together
from tests.constraints import broken
from tests.factories import NOW
from tests.remembered import history_of, refused

pytestmark = pytest.mark.django_db

TODAY = NOW.date()


def save(
    table: GateTable, stage: str, actor: User, rows: Sequence[dict[str, Any]], **rules: Any
) -> GateTable:
    gate = table_of(table).gate(stage)
    defaults = {"movers": gate.movers, "second_person": gate.second_person, "days": gate.days}
    return services.save_gate(
        table=table, stage=stage, rows=rows, actor=actor, at=NOW, **{**defaults, **rules}
    )


def rows_of(table: GateTable, stage: str) -> list[dict[str, Any]]:
    return [
        {"kind": item.kind, "key": item.key, "proof": item.proof, "verify": item.verify}
        for item in table_of(table).gate(stage).requirements
    ]


def published(park: Park, actor: User, stage: str, *extra: dict[str, Any], **rules: Any) -> GateTable:
    table = services.start_gate_table(park=park, actor=actor, at=NOW)
    table = save(table, stage, actor, [*rows_of(table, stage), *extra], **rules)
    return services.publish_gate_table(table=table, valid_from=TODAY, actor=actor, at=NOW)


def test_the_default_table_of_the_database_equals_the_one_built_in(park: Park) -> None:
    stored = table_in_force(park.pk, on=TODAY)
    assert stored.version is not None
    assert stored.gates == DEFAULT.gates


def test_a_draft_starts_from_what_holds_and_is_published_with_a_day(park: Park, bob: User) -> None:
    table = services.start_gate_table(park=park, note="示例：加速须有负责人联系方式", actor=bob, at=NOW)
    assert table_of(table).gates == DEFAULT.gates
    contact = {"kind": "field", "key": "contact", "clause": "办法第八条"}
    save(table, "accelerating", bob, [*rows_of(table, "accelerating"), contact], days=5)
    day = TODAY + timedelta(days=7)
    services.publish_gate_table(table=table, valid_from=day, actor=bob, at=NOW)
    before, after = (table_in_force(park.pk, on=on) for on in (TODAY, day))
    assert (before.gates, after.version) == (DEFAULT.gates, table.pk)
    assert differences(before, after) == [
        *[item for item in differences(before, after) if item.what == "rules"],
        *[item for item in differences(before, after) if item.what == "added"],
    ]
    assert [(item.what, item.stage) for item in differences(before, after)] == [
        ("rules", "accelerating"),
        ("added", "accelerating"),
    ]
    assert [action for *_, action in history_of(table)] == [
        "gatetable.started",
        "gatetable.changed",
        "gatetable.published",
    ]


def test_the_next_version_ends_the_one_before(park: Park, bob: User) -> None:
    first = published(park, bob, "screening", {"kind": "field", "key": "contact"})
    second = services.start_gate_table(park=park, actor=bob, at=NOW)
    with refused(Invalid, "valid_from:order"):
        services.publish_gate_table(table=second, valid_from=TODAY, actor=bob, at=NOW)
    tomorrow = TODAY + timedelta(days=1)
    services.publish_gate_table(table=second, valid_from=tomorrow, actor=bob, at=NOW)
    first.refresh_from_db()
    assert (first.valid_from, first.valid_until, second.number) == (TODAY, tomorrow, 2)
    assert table_in_force(park.pk, on=tomorrow).version == second.pk


def test_a_table_does_not_reach_back(park: Park, bob: User) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    with refused(Invalid, "valid_from:past"):
        services.publish_gate_table(table=table, valid_from=TODAY - timedelta(days=1), actor=bob, at=NOW)


def test_a_park_has_one_draft_at_a_time(park: Park, bob: User) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    with refused(Conflict, "draft_exists"):
        services.start_gate_table(park=park, actor=bob, at=NOW)
    services.discard_gate_table(table=table, actor=bob, at=NOW)
    assert services.start_gate_table(park=park, actor=bob, at=NOW).number == 1


def test_only_the_parks_own_administrator_writes_its_table(
    park: Park, bob: User, alice: User, charlie: User, dora: User, erik: User
) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    for person in (alice, charlie, dora, erik):
        for act in (
            lambda who: services.start_gate_table(park=park, actor=who, at=NOW),
            lambda who: save(table, "screening", who, []),
            lambda who: services.publish_gate_table(table=table, valid_from=TODAY, actor=who, at=NOW),
            lambda who: services.discard_gate_table(table=table, actor=who, at=NOW),
        ):
            with refused(Refused, "refused"):
                act(person)


def test_who_sees_which_table(
    park: Park, bob: User, alice: User, charlie: User, dora: User, erik: User
) -> None:
    default = GateTable.objects.get(park=None)
    draft = services.start_gate_table(park=park, actor=bob, at=NOW)
    seen = {person.username: set(GateTable.objects.visible_to(person)) for person in (alice, bob, dora, erik)}
    assert seen == {"alice": {default}, "bob": {default, draft}, "dora": {default}, "erik": {default}}
    services.publish_gate_table(table=draft, valid_from=TODAY, actor=bob, at=NOW)
    assert [draft in GateTable.objects.visible_to(person) for person in (alice, charlie, dora, erik)] == [
        True,
        True,
        True,
        False,
    ]


@pytest.mark.parametrize(
    ("stage", "rows", "rules", "named"),
    [
        ("landed", [], {}, ["rows:always_asked"]),
        (
            "landed",
            [{"kind": "fact", "key": "registered", "proof": True}],
            {},
            ["rows:always_verified"],
        ),
        (
            "landed",
            [{"kind": "fact", "key": "registered", "proof": True, "verify": True}],
            {"second_person": False},
            ["second_person:second_person"],
        ),
        ("industrialising", [], {}, ["rows:always_asked"]),
        ("industrialised", [], {}, ["rows:always_asked"]),
        ("screening", [{"kind": "fact", "key": "paid_in", "proof": True}], {}, ["rows:always_verified"]),
        ("screening", [{"kind": "fact", "key": "signed", "verify": True}], {}, ["rows:verify_without_proof"]),
        ("screening", [{"kind": "field", "key": "sector", "verify": True}], {}, ["rows:no_proof_here"]),
        ("screening", [{"kind": "condition", "key": "luck"}], {}, ["rows:unknown"]),
        ("screening", [{"kind": "field", "key": "sector"}] * 2, {}, ["rows:twice"]),
        ("screening", [{"kind": "wish", "key": "sector"}], {}, ["rows.1.kind:unknown"]),
        ("screening", [{"kind": "field", "key": "sector", "x": 1}], {}, ["rows.1.x:unknown_field"]),
        ("screening", [{"kind": "field", "key": "sector", "words_zh": "字" * 201}], {},
         ["rows.1.words_zh:max_length"]),
        ("screening", [], {"movers": []}, ["movers:movers"]),
        ("screening", [], {"movers": ["auditor"]}, ["movers:movers"]),
        ("screening", [], {"days": 0}, ["days:days"]),
        ("screening", [], {"days": 366}, ["days:days"]),
        ("lead", [], {}, ["stage:invalid"]),
        ("suspended", [], {}, ["stage:invalid"]),
    ],
)  # fmt: skip
def test_what_no_table_may_say_is_refused_when_saved(
    park: Park, bob: User, stage: str, rows: list[dict[str, Any]], rules: dict[str, Any], named: list[str]
) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    with refused(Invalid, *named):
        save(table, stage, bob, rows, **rules)
    assert table_of(table).gates == DEFAULT.gates


def test_the_sentence_names_stage_and_fact(park: Park, bob: User) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    with translation.override("en"), pytest.raises(Invalid, match="“landed” always asks for “company reg"):
        save(table, "landed", bob, [])


@pytest.mark.parametrize("stage", ALWAYS_ASKED)
def test_the_default_table_has_no_problem_and_a_bare_one_has(stage: str) -> None:
    assert list(problems_of(stage, DEFAULT.gate(stage))) == []
    assert {problem.code for problem in problems_of(stage, Gate())} == {"always_asked", "second_person"}


# --- the database says the same -------------------------------------------------------------------------
def test_the_database_keeps_the_second_person_of_a_table(park: Park, bob: User) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    landed = table.gates.get(stage="landed")
    with broken("projects_gate_keeps_the_second_person"):
        GateStage.objects.filter(pk=landed.pk).update(second_person=False)
    with broken("projects_gate_row_keeps_the_second_person"):
        GateRow.objects.filter(gate=landed, key="registered").update(verify=False)
    GateRow.objects.filter(gate=landed, key="registered").delete()
    with broken("projects_published_gates_are_whole"):
        GateTable.objects.filter(pk=table.pk).update(status="published", valid_from=TODAY)


def test_a_published_table_is_frozen(park: Park, bob: User) -> None:
    table = published(park, bob, "screening")
    for rows, values in (
        (GateTable.objects.filter(pk=table.pk), {"note": "x"}),
        (GateStage.objects.filter(table=table), {"days": 3}),
        (GateRow.objects.filter(gate__table=table), {"clause": "x"}),
    ):
        with broken("projects_published_gates_are_frozen"):
            rows.update(**values)
        with broken("projects_published_gates_are_frozen"):
            rows._raw_delete(rows.db)
    with broken("projects_published_gates_are_frozen"):
        GateRow.objects.create(gate=table.gates.get(stage="screening"), position=9, kind="field", key="x")
    with refused(Conflict, "gate_table_published"):
        save(table, "screening", bob, [])
    with refused(Conflict, "gate_table_published"):
        services.discard_gate_table(table=table, actor=bob, at=NOW)


# --- a stricter table -----------------------------------------------------------------------------------
@pytest.fixture
def landed(alice: User, bob: User, zhangjiang: Incubator) -> Project:
    """A project that landed under the default table, long ago."""
    project = factories.make_project(alice, zhangjiang)
    values = {
        "sector": Sector.objects.get(code="life-health"),
        "team_lead": "示例负责人",
        "lead_source": "event",
        "summary": "示例",
        "enterprise": factories.make_enterprise(alice, zhangjiang),
    }
    services.update_project(project=project, values=values, actor=alice, at=NOW)
    factories.make_fact(alice, project, "signed")
    factories.make_fact(alice, project, "registered", verifier=bob)
    services.set_credit_shares(project=project, shares={zhangjiang: Decimal(100)}, actor=alice, at=NOW)
    for stage in ("screening", "incubating", "landed"):
        services.move_project(project=project, to_stage=stage, on=date(2021, 5, 1), actor=alice, at=NOW)
    return project


def test_a_new_rule_never_locks_an_old_record(landed: Project, park: Park, alice: User, bob: User) -> None:
    """Landed stays landed, and everything but the next step is as it was."""
    published(park, bob, "landed", {"kind": "field", "key": "contact"}, movers=["park_admin"])
    project = services.update_project(project=landed, values={"summary": "改了"}, actor=alice, at=NOW)
    assert (project.stage, project.summary) == ("landed", "改了")
    fact = landed.facts.get(kind="registered")
    assert services.change_fact(fact=fact, values={"note": "更正"}, actor=alice, at=NOW).note == "更正"
    log = services.move_project(
        project=landed, to_stage="suspended", on=TODAY, reason="示例", actor=alice, at=NOW
    )
    assert log.gate_version is None
    back = services.move_project(
        project=landed, to_stage="landed", on=TODAY, reason="示例", actor=alice, at=NOW
    )
    assert (back.to_stage, back.gate_version) == ("landed", None)


def test_a_move_stores_the_table_that_was_applied(landed: Project, park: Park) -> None:
    default = GateTable.objects.get(park=None)
    versions = dict(landed.stage_log.values_list("to_stage", "gate_version"))
    assert versions == {
        "lead": None, "screening": default.pk, "incubating": default.pk, "landed": default.pk
    }  # fmt: skip


def test_a_parks_own_words_are_said_in_the_language_of_the_reader(
    park: Park, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    words = {"kind": "field", "key": "contact", "words_zh": "请填写联系人", "words_en": "Name a contact."}
    table = published(park, bob, "screening", words)
    lead = factories.make_project(alice, zhangjiang)
    said = {}
    for code in ("zh-hans", "en"):
        with translation.override(code):
            [gate] = gates_of(lead, on=TODAY)
            said[code] = gate.missing[-1].message
    assert said == {"zh-hans": "请填写联系人", "en": "Name a contact."}
    assert gate.version == table.pk
    with pytest.raises(Incomplete):
        services.move_project(project=lead, to_stage="screening", on=TODAY, actor=alice, at=NOW)


def test_another_park_keeps_its_own_gates(park: Park, bob: User, erik: User) -> None:
    published(park, bob, "screening", {"kind": "field", "key": "contact"})
    wuxi = Park.objects.get(code="wuxi")
    assert table_in_force(wuxi.pk, on=TODAY).gates == DEFAULT.gates


def test_only_the_roles_of_the_table_move(park: Park, alice: User, bob: User, zhangjiang: Incubator) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    save(table, "screening", bob, [], movers=["park_admin"])
    services.publish_gate_table(table=table, valid_from=TODAY, actor=bob, at=NOW)
    lead = factories.make_project(alice, zhangjiang)
    with refused(Refused, "refused"):
        services.move_project(project=lead, to_stage="screening", on=TODAY, actor=alice, at=NOW)
    log = services.move_project(project=lead, to_stage="screening", on=TODAY, actor=bob, at=NOW)
    assert log.gate_version == table


def test_a_file_can_be_asked_for_with_a_second_person(
    park: Park, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    table = services.start_gate_table(park=park, actor=bob, at=NOW)
    save(table, "screening", bob, [{"kind": "evidence", "key": "permit", "verify": True}])
    services.publish_gate_table(table=table, valid_from=TODAY, actor=bob, at=NOW)
    lead = factories.make_project(alice, zhangjiang)
    file = factories.make_evidence(alice, zhangjiang, kind="permit")
    services.attach_file(project=lead, file=file, actor=alice, at=NOW)
    [gate] = gates_of(lead, on=TODAY)
    assert [(item.field, item.waits) for item in gate.missing] == [("evidence.permit", True)]
    request = services.request_gate(project=lead, to_stage="screening", on=TODAY, actor=alice, at=NOW)
    services.approve_request(request=request, actor=bob, at=NOW)
    file.refresh_from_db()
    assert (file.verified_by, Project.objects.get(pk=lead.pk).stage) == (bob, "screening")
    with refused(Conflict, "already_verified"):
        services.detach_file(project=lead, file=file, actor=alice, at=NOW)


def test_differences_are_told_in_the_order_of_the_path() -> None:
    new = Table(
        {
            **DEFAULT.gates,
            "screening": Gate(
                (Requirement("field", "sector", clause="第三条"), Requirement("field", "contact"))
            ),
        }
    )
    told = [
        (item.what, item.after.key if isinstance(item.after, Requirement) else item.before.key)
        for item in differences(DEFAULT, new)
        if isinstance(item.after or item.before, Requirement)
    ]  # type: ignore[union-attr]
    assert told == [
        ("changed", "sector"),
        ("added", "contact"),
        ("removed", "team_lead"),
        ("removed", "lead_source"),
    ]
    assert differences(DEFAULT, DEFAULT) == []


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_drafts_one_stays(park: Park, bob: User) -> None:
    bella = factories.make_park_admin(park, "bella")
    outcomes = together(
        *(lambda who=who: services.start_gate_table(park=park, actor=who, at=NOW) for who in (bob, bella))
    )
    assert sorted(outcomes) == ["Conflict", "GateTable"]
