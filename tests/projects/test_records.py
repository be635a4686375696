"""The project record: created as a lead, changed under a version, deleted only while nothing hangs on it."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from core.errors import Conflict, Invalid, Refused
from core.models import Tombstone
from incubators.models import Incubator, Park
from projects import services
from projects.models import Project, Sector, StageLog
from tests import factories
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import history_of, last_changes, refused

pytestmark = pytest.mark.django_db

CHAIN = "incubator:zhangjiang"


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


def create(actor: User, incubator: Incubator, **values: Any) -> Project:
    assert incubator.park is not None
    return services.create_project(
        park=incubator.park, incubator=incubator, values={"name_zh": "示例", **values}, actor=actor, at=NOW
    )


def update(project: Project, actor: User, expected: int | None = None, **values: Any) -> Project:
    return services.update_project(
        project=project, values=values, actor=actor, at=NOW, expected_version=expected
    )


def test_a_project_begins_as_a_lead(alice: User, zhangjiang: Incubator) -> None:
    sector = Sector.objects.get(code="life-health")
    project = create(alice, zhangjiang, sector=sector, first_contact_on="2021-03-01", external_id=" A-1 ")
    [log] = project.stage_log.all()
    assert (project.stage, project.stage_since, project.version) == ("lead", date(2021, 3, 1), 1)
    assert (log.sequence, log.to_stage, log.on, log.moved_by) == (1, "lead", date(2021, 3, 1), alice)
    assert history_of(project) == [(CHAIN, "alice", "project.created")]
    remembered = {name: value for name, (_before, value) in last_changes(project).items() if value}
    assert remembered == {
        "code": project.code,
        "name_zh": "示例",
        "sector": sector.pk,
        "first_contact_on": "2021-03-01",
        "external_id": "A-1",
    }


@pytest.mark.parametrize(("zone", "day"), [("Europe/Stockholm", 31), ("Asia/Shanghai", 1)])
def test_a_first_contact_is_today_where_the_incubator_stands(
    park: Park, bob: User, zone: str, day: int
) -> None:
    place = factories.make_incubator(park, "abroad", time_zone=zone)
    project = services.create_project(
        park=park,
        incubator=place,
        values={"name_zh": "示例"},
        actor=bob,
        at=datetime(2021, 5, 31, 21, 30, tzinfo=UTC),
    )
    assert project.first_contact_on.day == day


@pytest.mark.parametrize(
    ("values", "named"),
    [
        ({"name_zh": ""}, ["name_zh:blank"]),
        ({"name_zh": "示" * 201}, ["name_zh:max_length"]),
        ({"name_zh": "a\x00"}, ["name_zh:characters"]),
        ({"summary": "a\ud800"}, ["summary:characters"]),
        ({"summary": "示" * 10_000_000}, ["summary:max_length"]),
        ({"first_contact_on": date(2021, 6, 2)}, ["first_contact_on:future"]),
        ({"first_contact_on": ["2021-03-01"]}, ["first_contact_on:invalid"]),
        ({"lead_source": "rumour"}, ["lead_source:invalid_choice"]),
        ({"enterprise": 1}, ["enterprise:invalid"]),
        ({"stage": "landed"}, ["stage:unknown_field"]),
        ({"park": None}, ["park:unknown_field"]),
    ],
)
def test_wrong_values_are_named_and_nothing_stays(
    alice: User, zhangjiang: Incubator, values: dict[str, Any], named: list[str]
) -> None:
    with refused(Invalid, *named):
        create(alice, zhangjiang, **values)
    assert (Project.objects.count(), StageLog.objects.count()) == (0, 0)


def test_strangers_and_readers_neither_create_nor_change_nor_delete(
    project: Project, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    for person in (charlie, dora, erik):
        with refused(Refused, "refused"):
            create(person, zhangjiang)
        with refused(Refused, "refused"):
            update(project, person, summary="x")
        with refused(Refused, "refused"):
            services.delete_project(project=project, actor=person, at=NOW)


def test_an_incubator_of_another_park_is_no_place(erik: User, zhangjiang: Incubator) -> None:
    wuxi = erik.memberships.get().park
    assert wuxi is not None
    with refused(Invalid, "incubator:invalid"):
        services.create_project(
            park=wuxi, incubator=zhangjiang, values={"name_zh": "示例"}, actor=erik, at=NOW
        )


def test_an_enterprise_that_one_may_not_see_does_not_exist(
    project: Project, alice: User, charlie: User, shenzhen: Incubator
) -> None:
    theirs = factories.make_enterprise(charlie, shenzhen, name_zh="秘密公司")
    with refused(Invalid, "enterprise:not_found"):
        update(project, alice, enterprise=theirs)
    with pytest.raises(Invalid) as caught:
        update(project, alice, enterprise=theirs)
    assert "秘密" not in f"{caught.value}{caught.value.fields}"


def test_a_link_that_the_park_made_does_not_stop_the_operator(
    project: Project, alice: User, bob: User, charlie: User, shenzhen: Incubator
) -> None:
    theirs = factories.make_enterprise(charlie, shenzhen)
    update(project, bob, enterprise=theirs)
    assert update(project, alice, summary="示例").enterprise == theirs


def test_a_change_is_remembered_field_by_field(project: Project, alice: User, bob: User) -> None:
    changed = update(project, bob, 1, team_lead=" 示例负责人 ", summary="")
    assert (changed.version, history_of(project)[1:]) == (2, [(CHAIN, "bob", "project.changed")])
    assert last_changes(project) == {"team_lead": ["", "示例负责人"]}
    assert update(project, alice, 2, team_lead="示例负责人").version == 2
    assert len(history_of(project)) == 2


def test_a_stale_version_is_refused(project: Project, alice: User) -> None:
    update(project, alice, 1, summary="一")
    with refused(Conflict, "stale"):
        update(project, alice, 1, summary="二")
    with refused(Conflict, "stale"):
        services.delete_project(project=project, actor=alice, at=NOW, expected_version=1)


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_to_one_version_one_wins(project: Project, alice: User, bob: User) -> None:
    outcomes = together(
        *(lambda who=who: update(project, who, 1, summary=who.username) for who in (alice, bob))
    )
    assert sorted(outcomes) == ["Conflict", "Project"]
    assert len(history_of(project)) == 2


def test_the_log_begins_with_the_first_contact(project: Project, alice: User) -> None:
    update(project, alice, first_contact_on=date(2021, 2, 1))
    project.refresh_from_db()
    assert (project.stage_since, project.stage_log.get().on) == (date(2021, 2, 1), date(2021, 2, 1))
    services.move_project(
        project=project, to_stage="suspended", on=date(2021, 5, 1), reason="示例", actor=alice, at=NOW
    )
    update(project, alice, first_contact_on=date(2021, 3, 1))
    project.refresh_from_db()
    days = list(project.stage_log.order_by("sequence").values_list("on", flat=True))
    assert (project.stage_since, days) == (date(2021, 5, 1), [date(2021, 3, 1), date(2021, 5, 1)])
    with refused(Invalid, "first_contact_on:order"):
        update(project, alice, first_contact_on=date(2021, 5, 2))


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ({"reason": "a\x00"}, "reason:characters"),
        ({"reason": ["x"]}, "reason:invalid"),
        ({"reason": "x", "destination": "a\ud800"}, "destination:characters"),
    ],
)
def test_the_words_of_a_move_can_be_stored(
    project: Project, alice: User, words: dict[str, Any], named: str
) -> None:
    with refused(Invalid, named):
        services.move_project(
            project=project, to_stage="moved_elsewhere", on=NOW.date(), actor=alice, at=NOW, **words
        )


def test_a_deleted_lead_leaves_its_tombstone_and_its_history(
    project: Project, alice: User, zhangjiang: Incubator
) -> None:
    services.set_credit_shares(project=project, shares={zhangjiang: Decimal(100)}, actor=alice, at=NOW)
    pk, name = project.pk, project.name_zh
    services.delete_project(project=project, actor=alice, at=NOW)
    [stone] = Tombstone.objects.all()
    assert (stone.kind, stone.record_id, stone.park_id, stone.incubator_id, stone.deleted_at) == (
        "project",
        pk,
        zhangjiang.park_id,
        zhangjiang.pk,
        NOW,
    )
    assert Project.objects.count() == 0
    assert history_of(Project(pk=pk))[-1] == (CHAIN, "alice", "project.deleted")
    assert last_changes(Project(pk=pk))["name_zh"] == [name, None]
    with refused(Conflict, "deleted"):
        services.delete_project(project=Project(pk=pk), actor=alice, at=NOW)


@pytest.mark.parametrize("bond", ["fact", "move", "leg", "file"])
def test_what_has_a_history_is_not_deleted(project: Project, alice: User, bond: str) -> None:
    assert project.incubator is not None
    if bond == "fact":
        factories.make_fact(alice, project, "signed")
    elif bond == "move":
        services.move_project(
            project=project, to_stage="suspended", on=NOW.date(), reason="示例", actor=alice, at=NOW
        )
    elif bond == "leg":
        leg = {"from_place": "上海", "to_place": "江阴", "planned_on": date(2021, 7, 1)}
        services.save_leg(project=project, sequence=1, values=leg, actor=alice, at=NOW)
    else:
        file = factories.make_evidence(alice, project.incubator)
        services.attach_file(project=project, file=file, actor=alice, at=NOW)
    with refused(Conflict, "has_history"):
        services.delete_project(project=project, actor=alice, at=NOW)
    assert Tombstone.objects.count() == 0
