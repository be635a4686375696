"""Leads: one source, moved by hand until they are projects, then in step with them."""

from datetime import date
from typing import Any

import pytest

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from core.models import HistoryEntry, Tombstone
from incubators.enums import OrganisationKind
from incubators.models import Incubator, Organisation
from outreach import services
from outreach.models import Interaction, Lead
from outreach.selectors import Funnel, due_of_outreach, funnel_by, funnel_of, leads_by_stage, lookalikes
from outreach.stages import OF_PROJECT, following, reached_after
from projects.enums import Stage
from projects.models import Project
from projects.services import delete_project, move_project
from tests.concurrency import together
from tests.factories import NOW, make_fact, make_operator, make_project
from tests.outreach.records import (
    DAY,
    make_claim,
    make_contact,
    make_event,
    make_interaction,
    make_lead,
    make_mandate,
)


def fields_of(error: Any) -> list[tuple[str, str]]:
    return [(item.field, item.code) for item in error.value.fields]


def test_a_lead_begins_its_log_and_its_history(zhangjiang: Incubator, alice: User) -> None:
    event = make_event(alice, zhangjiang)
    lead = make_lead(alice, zhangjiang, source="event", source_event=event, team_lead="示例人")
    assert (lead.stage, lead.reached, lead.stage_since) == ("contact", "contact", date(2021, 3, 1))
    assert list(lead.stage_log.values_list("to_stage", "on", "moved_by")) == [
        ("contact", date(2021, 3, 1), alice.pk)
    ]
    entry = HistoryEntry.objects.get(subject_type="outreach.lead")
    assert (entry.action, entry.chain) == ("lead.created", zhangjiang.chain)
    assert entry.changes["source_event"] == [None, event.pk]
    assert "summary" not in entry.changes


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"source": "event"}, [("source_event", "required")]),
        ({"source": "contest"}, [("source_contest", "required")]),
        ({"source": "direct", "source_contest": "示例大赛"}, [("source_contest", "other")]),
        ({"source": "friends"}, [("source", "required")]),
        ({"next_on": DAY}, [("next_action", "required")]),
        ({"first_contact_on": date(2021, 6, 2)}, [("first_contact_on", "future")]),
    ],
)
def test_what_a_lead_cannot_say(
    zhangjiang: Incubator, alice: User, values: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    with pytest.raises(Invalid) as error:
        make_lead(alice, zhangjiang, **values)
    assert fields_of(error) == wrong


def test_another_source_empties_the_first(zhangjiang: Incubator, alice: User) -> None:
    lead = make_lead(alice, zhangjiang, source="contest", source_contest="示例大赛")
    contact = make_contact(alice, zhangjiang)
    changed = services.update_lead(
        lead=lead, values={"source": "contact", "source_contact": contact}, actor=alice, at=NOW
    )
    assert (changed.source_contest, changed.source_record) == ("", contact)
    kept = services.update_lead(lead=changed, values={"source": "contact"}, actor=alice, at=NOW)
    assert kept.source_contact == contact


def test_links_stay_inside_the_park_and_in_sight(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, charlie: User, bob: User
) -> None:
    theirs = make_event(charlie, shenzhen)
    with pytest.raises(Invalid) as error:
        make_lead(alice, zhangjiang, source="event", source_event=theirs)
    assert fields_of(error) == [("source_event", "not_found")]
    assert make_lead(bob, zhangjiang, source="event", source_event=theirs).source_event == theirs


def test_only_people_of_the_place_are_put_in_charge_and_they_are_told(
    zhangjiang: Incubator, alice: User, charlie: User
) -> None:
    with pytest.raises(Invalid) as error:
        make_lead(alice, zhangjiang, owner=charlie)
    assert fields_of(error) == [("owner", "not_found")]
    anna = make_operator(zhangjiang, "anna")
    lead = make_lead(alice, zhangjiang, owner=anna)
    assert list(Notice.objects.values_list("user__username", "url")) == [
        ("anna", f"/liaison/leads/{lead.pk}/")
    ]
    make_lead(alice, zhangjiang, owner=alice)
    assert Notice.objects.count() == 1


def test_moves_by_hand(zhangjiang: Incubator, alice: User) -> None:
    lead = make_lead(alice, zhangjiang, next_action="示例回访", next_on=DAY)
    services.move_lead(lead=lead, to_stage="talk", on=DAY, expected_stage="contact", actor=alice, at=NOW)
    with pytest.raises(Conflict) as stale:
        services.move_lead(lead=lead, to_stage="talk", on=DAY, expected_stage="contact", actor=alice, at=NOW)
    assert stale.value.code == "stage_changed"
    for stage in ("signed", "landed"):
        with pytest.raises(Invalid) as error:
            services.move_lead(lead=lead, to_stage=stage, on=DAY, actor=alice, at=NOW)
        assert fields_of(error) == [("to_stage", "by_project")]
    with pytest.raises(Invalid) as unexplained:
        services.move_lead(lead=lead, to_stage="dropped", on=DAY, actor=alice, at=NOW)
    assert fields_of(unexplained) == [("drop_reason", "required")]
    with pytest.raises(Invalid) as backwards:
        services.move_lead(lead=lead, to_stage="contact", on=date(2021, 5, 1), actor=alice, at=NOW)
    assert fields_of(backwards) == [("on", "order")]
    services.move_lead(
        lead=lead, to_stage="dropped", on=DAY, drop_reason="no_answer", note="三次未接", actor=alice, at=NOW
    )
    lead.refresh_from_db()
    assert (lead.stage, lead.reached, lead.drop_reason, lead.next_action) == (
        "dropped",
        "talk",
        "no_answer",
        "",
    )
    services.move_lead(lead=lead, to_stage="contact", on=DAY, actor=alice, at=NOW)
    lead.refresh_from_db()
    assert (lead.reached, lead.drop_reason) == ("contact", "")


def test_a_reader_cannot_write(zhangjiang: Incubator, alice: User, dora: User) -> None:
    lead = make_lead(alice, zhangjiang)
    with pytest.raises(Refused):
        make_lead(dora, zhangjiang)
    for act in (
        lambda: services.update_lead(lead=lead, values={"name_en": "x"}, actor=dora, at=NOW),
        lambda: services.move_lead(lead=lead, to_stage="talk", on=DAY, actor=dora, at=NOW),
        lambda: services.convert_lead(lead=lead, actor=dora, at=NOW),
        lambda: services.delete_lead(lead=lead, actor=dora, at=NOW),
    ):
        with pytest.raises(Refused):
            act()


def test_a_lead_becomes_a_project_without_retyping(zhangjiang: Incubator, alice: User) -> None:
    university = Organisation.objects.create(
        code="sample-u", name_zh="示例大学", kind=OrganisationKind.UNIVERSITY
    )
    contact = make_contact(alice, zhangjiang, organisation=university, phone="13800001234")
    lead = make_lead(
        alice,
        zhangjiang,
        source="contact",
        source_contact=contact,
        contact=contact,
        team_lead="示例负责人",
        summary="示例说明",
        external_id="XS-1",
    )
    claim = make_claim(alice, make_mandate(alice, zhangjiang), lead=lead)
    project = services.convert_lead(lead=lead, actor=alice, at=NOW)
    lead.refresh_from_db()
    claim.refresh_from_db()
    assert (lead.project, lead.converted_by, lead.stage) == (project, alice, "talk")
    assert claim.project == project
    assert (project.name_zh, project.team_lead, project.summary, project.external_id) == (
        lead.name_zh,
        "示例负责人",
        "示例说明",
        "XS-1",
    )
    assert (project.lead_source, project.first_contact_on) == ("university", date(2021, 3, 1))
    assert "138" not in project.contact
    with pytest.raises(Conflict) as twice:
        services.convert_lead(lead=lead, actor=alice, at=NOW)
    assert twice.value.code == "already_converted"
    with pytest.raises(Conflict) as by_hand:
        services.move_lead(lead=lead, to_stage="contact", on=DAY, actor=alice, at=NOW)
    assert by_hand.value.code == "follows_project"


@pytest.mark.django_db(transaction=True)
def test_two_people_convert_the_same_lead_at_the_same_moment(zhangjiang: Incubator, alice: User) -> None:
    lead = make_lead(alice, zhangjiang)
    outcomes = together(*[lambda: services.convert_lead(lead=lead, actor=alice, at=NOW)] * 3)
    assert sorted(outcomes) == ["Conflict", "Conflict", "Project"]
    assert Project.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_lead_follows_its_project(zhangjiang: Incubator, alice: User, bob: User) -> None:
    lead = make_lead(alice, zhangjiang, sector=None, team_lead="示例人", summary="示例", owner=alice)
    project = services.convert_lead(
        lead=lead, values={"sector": _sector(), "lead_source": "direct"}, actor=alice, at=NOW
    )
    move_project(project=project, to_stage="screening", on=DAY, actor=alice, at=NOW)
    make_fact(alice, project, "signed")
    move_project(project=project, to_stage="incubating", on=DAY, actor=alice, at=NOW)
    lead.refresh_from_db()
    assert (lead.stage, lead.reached, lead.stage_since) == ("signed", "signed", DAY)
    last = lead.stage_log.order_by("-sequence")[0]
    assert (last.to_stage, last.moved_by) == ("signed", None)
    move_project(
        project=project, to_stage="terminated", on=DAY, reason="示例", cause="market", actor=alice, at=NOW
    )
    lead.refresh_from_db()
    assert (lead.stage, lead.reached, lead.drop_reason) == ("dropped", "signed", "project_ended")


def _sector() -> Any:
    from projects.models import Sector

    return Sector.objects.get(code="life-health")


def test_what_was_missed_is_made_good_at_night(zhangjiang: Incubator, alice: User) -> None:
    leads = [make_lead(alice, zhangjiang, owner=alice) for _number in range(3)]
    for lead in leads[:2]:
        services.convert_lead(lead=lead, actor=alice, at=NOW)
    Project.objects.update(stage="landed", stage_since=DAY)
    assert services.follow_projects(at=NOW) == 2
    assert services.follow_projects(at=NOW) == 0
    assert sorted(Lead.objects.values_list("stage", flat=True)) == ["contact", "landed", "landed"]
    assert Notice.objects.filter(user=alice, key__startswith="lead-landed").count() == 2


def test_a_deleted_project_gives_its_lead_back(zhangjiang: Incubator, alice: User) -> None:
    lead = make_lead(alice, zhangjiang)
    claim = make_claim(alice, make_mandate(alice, zhangjiang), lead=lead)
    project = services.convert_lead(lead=lead, actor=alice, at=NOW)
    delete_project(project=project, actor=alice, at=NOW)
    lead.refresh_from_db()
    claim.refresh_from_db()
    assert (lead.project, lead.converted_at, lead.stage, claim.project) == (None, None, "talk", None)
    assert services.convert_lead(lead=lead, actor=alice, at=NOW).pk


def test_a_credited_project_is_not_deleted(zhangjiang: Incubator, alice: User) -> None:
    project = make_project(alice, zhangjiang)
    make_claim(alice, make_mandate(alice, zhangjiang), project=project)
    with pytest.raises(Conflict) as refused:
        delete_project(project=project, actor=alice, at=NOW)
    assert refused.value.code == "has_introduction"
    assert Project.objects.filter(pk=project.pk).exists()


def test_only_a_mistake_is_deleted(zhangjiang: Incubator, alice: User) -> None:
    mistake, spoken_of = make_lead(alice, zhangjiang), make_lead(alice, zhangjiang)
    make_interaction(alice, zhangjiang, lead=spoken_of)
    services.delete_lead(lead=mistake, actor=alice, at=NOW)
    assert list(Tombstone.objects.values_list("kind", "record_id")) == [("lead", mistake.pk)]
    with pytest.raises(Conflict) as refused:
        services.delete_lead(lead=spoken_of, actor=alice, at=NOW)
    assert refused.value.code == "has_history"


def test_the_next_action_of_a_talk_is_the_leads(zhangjiang: Incubator, alice: User) -> None:
    lead = make_lead(alice, zhangjiang)
    make_interaction(alice, zhangjiang, lead=lead, next_action="寄送资料", next_on=date(2021, 6, 3))
    lead.refresh_from_db()
    assert (lead.next_action, lead.next_on) == ("寄送资料", date(2021, 6, 3))
    due = list(due_of_outreach(user=alice, until=date(2021, 6, 3)))
    assert [(item.kind, item.title, item.subject) for item in due] == [("lead", "寄送资料", lead.name)]
    services.log_interaction(
        park=zhangjiang.park,
        incubator=zhangjiang,
        values={"kind": "mail", "on": DAY, "summary": "已寄出", "lead": lead},
        settles=True,
        actor=alice,
        at=NOW,
    )
    lead.refresh_from_db()
    assert (lead.next_action, lead.next_on) == ("", None)


def test_a_lead_opened_from_a_visit_takes_what_was_planned(zhangjiang: Incubator, alice: User) -> None:
    contact = make_contact(alice, zhangjiang)
    visit = make_interaction(
        alice, zhangjiang, contact=contact, next_action="约见团队", next_on=date(2021, 6, 8)
    )
    assert [item.kind for item in due_of_outreach(user=alice, until=date(2021, 6, 30))] == ["interaction"]
    lead = services.create_lead(
        park=zhangjiang.park,
        incubator=zhangjiang,
        values={"name_zh": "示例团队", "source": "contact", "source_contact": contact},
        interaction=visit,
        actor=alice,
        at=NOW,
    )
    assert (lead.next_action, Interaction.objects.get().lead) == ("约见团队", lead)
    assert [item.kind for item in due_of_outreach(user=alice, until=date(2021, 6, 30))] == ["lead"]
    with pytest.raises(Conflict):
        services.create_lead(
            park=zhangjiang.park,
            incubator=zhangjiang,
            values={"name_zh": "另一团队", "source": "direct"},
            interaction=visit,
            actor=alice,
            at=NOW,
        )


def test_the_funnel_counts_how_far_each_got(zhangjiang: Incubator, alice: User) -> None:
    event = make_event(alice, zhangjiang)
    sourced = {"source": "event", "source_event": event}
    make_lead(alice, zhangjiang, **sourced)
    talked = make_lead(alice, zhangjiang, stage="talk", **sourced)
    services.move_lead(lead=talked, to_stage="dropped", on=DAY, drop_reason="conditions", actor=alice, at=NOW)
    landed = make_lead(alice, zhangjiang)
    services.convert_lead(lead=landed, actor=alice, at=NOW)
    Project.objects.update(stage="landed", stage_since=DAY)
    services.follow_projects(at=NOW)
    everything = Lead.objects.visible_to(alice)
    assert funnel_of(everything) == Funnel(contacted=3, talked=2, signed=1, landed=1, dropped=1)
    assert funnel_by(everything, "source_event") == [(event.pk, Funnel(2, 1, 0, 0, 1))]
    assert leads_by_stage(zhangjiang, on=date(2021, 4, 1)) == {
        "contact": 1,
        "talk": 1,
        "signed": 0,
        "landed": 0,
        "dropped": 0,
    } | {"contact": 2}
    assert leads_by_stage(zhangjiang, on=DAY)["dropped"] == 1


def test_the_same_team_is_recognised_among_leads_and_projects(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, charlie: User
) -> None:
    mine = make_lead(alice, zhangjiang, name_zh="蓝晶传感科技有限公司")
    make_lead(charlie, shenzhen, name_zh="藍晶傳感科技")
    project = make_project(alice, zhangjiang, name_zh="蓝晶传感科技项目")
    found = lookalikes(alice, park_id=zhangjiang.park_id or 0, names=["藍晶傳感科技"])
    assert [(item.kind, item.record) for item in found] == [("lead", mine), ("project", project)]


def test_every_stage_of_a_project_leads_somewhere() -> None:
    assert set(OF_PROJECT) == set(Stage.values) - {"suspended"}
    assert following("suspended", "signed") == "signed"
    assert reached_after("signed", "dropped") == "signed"
