"""Two records of one thing become one, and two again; nothing is lost, counted twice or left unsaid."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import Notice, User
from core.errors import Conflict, Invalid, Refused
from core.models import Tombstone
from enterprises.models import Enterprise, Recognition, YearlyFigure
from enterprises.services import enter_yearly_figures, verify_yearly_figures
from incubators.models import Incubator, Park
from projects import services
from projects.models import Merge, NotDuplicate, Project, ProjectFact, RelocationLeg
from projects.reading.duplicates import duplicate_pairs, kept_record, merges_of
from tests import factories
from tests.concurrency import together
from tests.factories import NOW
from tests.remembered import history_of, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def kept(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang, name_zh="飞榴科技", team_lead="示例甲")


@pytest.fixture
def merged(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(
        alice, zhangjiang, name_zh="飛榴科技有限公司", summary="示例说明", external_id="CRM-7"
    )


def merge(kept: Any, merged: Any, actor: User, kind: str = "project", **more: Any) -> Merge:
    return services.merge_records(kind=kind, kept=kept, merged=merged, actor=actor, at=NOW, **more)


def undo(record: Merge, actor: User) -> Merge:
    return services.undo_merge(merge=record, actor=actor, at=NOW)


def everything_about(*projects: Project) -> dict[str, Any]:
    """All that a merge may touch, but for the marks that say that something was touched."""
    ids = [project.pk for project in projects]
    marks = {"version", "updated_at"}
    columns = [field.attname for field in Project._meta.concrete_fields if field.name not in marks]
    return {
        "projects": list(Project.everything.filter(pk__in=ids).order_by("pk").values(*columns)),
        "facts": list(ProjectFact.objects.order_by("pk").values()),
        "proofs": list(ProjectFact.evidence.through.objects.order_by("pk").values()),
        "legs": list(RelocationLeg.objects.order_by("pk").values()),
        "files": list(projects[0].attachments.model.objects.order_by("pk").values()),
        "tombstones": Tombstone.objects.count(),
    }


def fill(alice: User, bob: User, kept: Project, merged: Project, zhangjiang: Incubator) -> None:
    """Facts of both, one of them clashing; two legs of the same number; the same file on both."""
    factories.make_fact(alice, kept, "signed")
    factories.make_fact(alice, merged, "signed", on=date(2021, 3, 20), verifier=bob)
    factories.make_fact(alice, merged, "paid_in", amount=Decimal(100), verifier=bob)
    for project, departed, arrived in (
        (kept, date(2021, 1, 1), date(2021, 2, 1)),
        (merged, date(2021, 3, 1), date(2021, 4, 1)),
    ):
        services.save_leg(
            project=project,
            sequence=1,
            values={"from_place": "上海", "to_place": "江阴", "departed_on": departed, "arrived_on": arrived},
            actor=alice,
            at=NOW,
        )
    file = factories.make_evidence(alice, zhangjiang)
    services.attach_file(project=kept, file=file, actor=alice, at=NOW)
    services.attach_file(project=merged, file=file, actor=alice, at=NOW)


def clash_of(merged: Project) -> str:
    return f"projects.projectfact:{merged.facts.get(kind='signed').pk}"


def test_a_merge_hangs_everything_over_and_hides_the_merged_record(
    alice: User, bob: User, kept: Project, merged: Project, zhangjiang: Incubator
) -> None:
    fill(alice, bob, kept, merged, zhangjiang)
    record = merge(
        kept,
        merged,
        alice,
        choices={"summary": "merged", "external_id": "merged", "name_zh": "kept"},
        decisions={clash_of(merged): "merged"},
        reason="同一项目",
    )
    kept.refresh_from_db()
    assert (kept.summary, kept.external_id, kept.name_zh) == ("示例说明", "CRM-7", "飞榴科技")
    assert sorted(kept.facts.values_list("kind", "on", "verified_by__username")) == [
        ("paid_in", date(2021, 4, 1), "bob"),
        ("signed", date(2021, 3, 20), "bob"),
    ]
    assert list(kept.legs.order_by("sequence").values_list("sequence", "departed_on")) == [
        (1, date(2021, 1, 1)),
        (2, date(2021, 3, 1)),
    ]
    assert list(Project.objects.all()) == [kept]
    assert list(Project.objects.visible_to(bob)) == [kept]
    gone = Project.everything.get(pk=merged.pk)
    assert gone.merged_into == kept
    assert kept_record(gone) == kept
    assert [row.kind for row in gone.facts.all()] == ["signed"]
    assert gone.stage_log.count() == 1
    assert ProjectFact.objects.visible_to(bob).count() == 2
    assert list(Tombstone.objects.values_list("kind", "record_id")) == [("project", merged.pk)]
    assert merges_of("project", kept) == [record]
    assert history_of(kept)[-1] == ("incubator:zhangjiang", "alice", "project.took_over")
    assert history_of(gone)[-1] == ("incubator:zhangjiang", "alice", "project.merged")


def test_undoing_gives_both_back_exactly(
    alice: User, bob: User, kept: Project, merged: Project, zhangjiang: Incubator
) -> None:
    fill(alice, bob, kept, merged, zhangjiang)
    before = everything_about(kept, merged)
    record = merge(
        kept,
        merged,
        alice,
        choices={"summary": "merged", "external_id": "merged"},
        decisions={clash_of(merged): "merged"},
    )
    assert everything_about(kept, merged) != before
    undo(record, alice)
    assert everything_about(kept, merged) == before
    assert set(Project.objects.all()) == {kept, merged}
    with refused(Conflict, "already_undone"):
        undo(record, alice)
    merge(merged, kept, alice, decisions={f"projects.projectfact:{kept.facts.get().pk}": "kept"})


def test_what_both_have_has_to_be_decided(
    alice: User, bob: User, kept: Project, merged: Project, zhangjiang: Incubator
) -> None:
    fill(alice, bob, kept, merged, zhangjiang)
    key = clash_of(merged)
    with refused(Invalid, f"decisions.{key}:undecided"):
        merge(kept, merged, alice)
    with refused(Invalid, "decisions.nonsense:unknown", f"decisions.{key}:undecided"):
        merge(kept, merged, alice, decisions={"nonsense": "kept"})
    with refused(Invalid, "choices.stage:unknown"):
        merge(kept, merged, alice, choices={"stage": "merged"}, decisions={key: "kept"})
    assert Merge.objects.count() == 0
    merge(kept, merged, alice, decisions={key: "kept"})
    assert kept.facts.get(kind="signed").verified_by is None


def test_undoing_is_refused_by_name_when_something_changed(
    alice: User, bob: User, kept: Project, merged: Project, zhangjiang: Incubator
) -> None:
    fact = factories.make_fact(alice, merged, "signed")
    record = merge(kept, merged, alice, choices={"summary": "merged"})
    services.verify_fact(fact=ProjectFact.objects.get(pk=fact.pk), actor=bob, at=NOW)
    with pytest.raises(Conflict) as caught:
        undo(record, alice)
    assert caught.value.code == "changed_since"
    assert [field.message for field in caught.value.fields] == [record.moved[0]["name"]]
    ProjectFact.objects.filter(pk=fact.pk).update(verified_at=None, verified_by=None)
    services.update_project(project=kept, values={"summary": "x"}, actor=alice, at=NOW)
    with pytest.raises(Conflict, match="summary|简介|概述"):
        undo(record, alice)


def test_who_may_merge(
    alice: User, bob: User, charlie: User, dora: User, kept: Project, merged: Project, shenzhen: Incubator
) -> None:
    theirs = factories.make_project(charlie, shenzhen, name_zh="飞榴")
    for person in (charlie, dora):
        with refused(Refused, "refused"):
            merge(kept, merged, person)
    with refused(Refused, "refused"):
        merge(kept, theirs, alice)
    record = merge(kept, theirs, bob)
    assert record.incubator is None
    assert list(Notice.objects.filter(kind="merge").values_list("user__username", flat=True)) == ["charlie"]
    assert list(Merge.objects.visible_to(bob)) == [record]
    assert list(Merge.objects.visible_to(alice)) == []
    with refused(Refused, "refused"):
        undo(record, alice)
    undo(record, bob)


def test_parks_are_never_mixed(bob: User, erik: User, kept: Project) -> None:
    wuxi = Park.objects.get(code="wuxi")
    other = factories.make_incubator(wuxi, "binhu")
    theirs = factories.make_project(erik, other)
    with pytest.raises(Invalid):
        merge(kept, theirs, bob)


def test_a_merged_record_takes_nothing_more(alice: User, kept: Project, merged: Project) -> None:
    merge(kept, merged, alice)
    with refused(Conflict, "merged"):
        services.update_project(project=merged, values={"summary": "x"}, actor=alice, at=NOW)
    with refused(Conflict, "already_merged"):
        merge(kept, merged, alice)
    with pytest.raises(Invalid):
        merge(kept, kept, alice)


def test_a_chain_of_merges_is_undone_from_its_end(
    alice: User, kept: Project, merged: Project, zhangjiang: Incubator
) -> None:
    third = factories.make_project(alice, zhangjiang)
    first = merge(kept, merged, alice)
    kept.refresh_from_db()
    second = merge(third, kept, alice)
    assert kept_record(Project.everything.get(pk=merged.pk)) == third
    assert merges_of("project", third) == [second, first]
    with refused(Conflict, "merged_on"):
        undo(first, alice)
    undo(second, alice)
    undo(first, alice)
    assert Project.objects.count() == 3


def test_stale_versions_are_refused(alice: User, kept: Project, merged: Project) -> None:
    services.update_project(project=merged, values={"summary": "x"}, actor=alice, at=NOW)
    with refused(Conflict, "stale"):
        merge(kept, merged, alice, expected_versions=(1, 1))
    merge(kept, merged, alice, expected_versions=(1, 2))


@pytest.fixture
def companies(alice: User, bob: User, zhangjiang: Incubator) -> tuple[Enterprise, Enterprise]:
    one = factories.make_enterprise(alice, zhangjiang, name_zh="江阴飞榴科技有限公司")
    other = factories.make_enterprise(alice, zhangjiang, name_zh="飞榴科技")
    for enterprise, revenue in ((one, 1), (other, 2)):
        figures = enter_yearly_figures(
            enterprise=enterprise, year=2020, values={"revenue_amount": revenue}, actor=alice, at=NOW
        )
        verify_yearly_figures(figures=figures, actor=bob, at=NOW)
    enter_yearly_figures(enterprise=other, year=2019, values={"staff_count": 5}, actor=alice, at=NOW)
    return one, other


def test_enterprises_merge_with_projects_figures_and_codes(
    alice: User, companies: tuple[Enterprise, Enterprise], zhangjiang: Incubator
) -> None:
    one, other = companies
    code = other.credit_code
    project = factories.make_project(alice, zhangjiang, enterprise=other)
    clash = f"enterprises.yearlyfigure:{other.yearly_figures.get(year=2020).pk}"
    record = merge(
        one, other, alice, "enterprise", decisions={clash: "merged"}, choices={"credit_code": "merged"}
    )
    one.refresh_from_db()
    project.refresh_from_db()
    assert (one.credit_code, project.enterprise) == (code, one)
    assert sorted(one.yearly_figures.values_list("year", "revenue_amount")) == [(2019, None), (2020, 2)]
    assert YearlyFigure.objects.verified().count() == 1  # the one that lost is not counted a second time
    assert Enterprise.everything.get(pk=other.pk).credit_code == code
    services.update_project(project=project, values={"summary": "later"}, actor=alice, at=NOW)
    undo(record, alice)
    project.refresh_from_db()
    assert project.enterprise == other
    assert other.yearly_figures.get(year=2020).revenue_amount == 2
    assert one.yearly_figures.get().revenue_amount == 1


def test_undoing_is_refused_when_the_code_was_taken_meanwhile(
    alice: User, companies: tuple[Enterprise, Enterprise], zhangjiang: Incubator
) -> None:
    one, other = companies
    clash = f"enterprises.yearlyfigure:{other.yearly_figures.get(year=2020).pk}"
    record = merge(one, other, alice, "enterprise", decisions={clash: "kept"})
    factories.make_enterprise(alice, zhangjiang, credit_code=other.credit_code)
    with refused(Conflict, "enterprises_credit_code_once_per_park"):
        undo(record, alice)


def test_pairs_are_found_in_any_script_with_their_reason(
    alice: User, bob: User, charlie: User, kept: Project, merged: Project, shenzhen: Incubator
) -> None:
    theirs = factories.make_project(charlie, shenzhen, name_zh="飞榴", name_en="Feiliu Keji")
    factories.make_project(charlie, shenzhen, name_zh="合健生物")
    mine = duplicate_pairs(alice, "project")
    assert [(pair.first, pair.second, pair.across) for pair in mine] == [(kept, merged, False)]
    assert "飞榴科技" in mine[0].reasons[0]
    assert {(pair.first, pair.second, pair.across) for pair in duplicate_pairs(bob, "project")} == {
        (kept, merged, False),
        (kept, theirs, True),
        (merged, theirs, True),
    }
    assert duplicate_pairs(charlie, "project") == []


def test_two_different_ones_are_remembered(
    alice: User, charlie: User, dora: User, kept: Project, merged: Project
) -> None:
    for person in (charlie, dora):
        with refused(Refused, "refused"):
            services.set_apart(kind="project", first=kept, second=merged, actor=person, at=NOW)
    record = services.set_apart(kind="project", first=merged, second=kept, note="x", actor=alice, at=NOW)
    assert (record.first_project, record.second_project) == (kept, merged)
    assert services.set_apart(kind="project", first=kept, second=merged, actor=alice, at=NOW) == record
    assert NotDuplicate.objects.count() == 1
    assert duplicate_pairs(alice, "project") == []
    assert duplicate_pairs(dora, "project") == []


def test_merged_projects_are_not_evaluated(
    alice: User, bob: User, kept: Project, merged: Project, park: Park
) -> None:
    from zoneinfo import ZoneInfo

    from evaluation.selectors.frozen_rows import project_rows

    def frozen() -> list[int]:
        rows = project_rows(park.pk, until=date(2021, 6, 1), zone=ZoneInfo("Asia/Shanghai"), only=None)
        return sorted(row["id"] for row in rows)

    assert frozen() == [kept.pk, merged.pk]
    merge(kept, merged, alice)
    assert frozen() == [kept.pk]
    assert Recognition.objects.verified().count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_merges_at_once_and_the_other_way_round(alice: User, kept: Project, merged: Project) -> None:
    outcomes = together(lambda: merge(kept, merged, alice), lambda: merge(merged, kept, alice))
    assert sorted(outcomes) == ["Conflict", "Merge"]
    assert (Project.objects.count(), Merge.objects.count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_undone_twice_at_once_is_undone_once(alice: User, kept: Project, merged: Project) -> None:
    record = merge(kept, merged, alice)
    assert sorted(together(lambda: undo(record, alice), lambda: undo(record, alice))) == ["Conflict", "Merge"]
    assert Project.objects.count() == 2


def test_what_was_merged_is_not_deleted_and_what_was_set_apart_may_be(
    alice: User, kept: Project, merged: Project, zhangjiang: Incubator
) -> None:
    third = factories.make_project(alice, zhangjiang)
    services.set_apart(kind="project", first=kept, second=third, actor=alice, at=NOW)
    services.delete_project(project=third, actor=alice, at=NOW)
    merge(kept, merged, alice)
    with refused(Conflict, "has_history"):
        services.delete_project(project=kept, actor=alice, at=NOW)
