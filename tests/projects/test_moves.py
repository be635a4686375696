"""Moving a project: gates, second persons, one log row, one history row, one winner."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from accounts.models import User
from core.errors import Conflict, Incomplete, Invalid, Refused
from core.models import HistoryEntry
from incubators.models import Incubator
from projects import services
from projects.enums import Stage
from projects.models import Project, Sector, StageLog
from projects.selectors import gates_of
from tests import factories
from tests.concurrency import together
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


def complete_for_screening(project: Project, actor: User) -> Project:
    return services.update_project(
        project=project,
        values={
            "sector": Sector.objects.get(code="life-health"),
            "team_lead": "示例负责人",
            "lead_source": "event",
            "summary": "示例项目，用于检验。",
        },
        actor=actor,
        at=NOW,
    )


def move(project: Project, to_stage: str, actor: User, on: date = date(2021, 5, 1), **words: str) -> StageLog:
    return services.move_project(project=project, to_stage=to_stage, on=on, actor=actor, at=NOW, **words)


def history_actions(project: Project) -> list[str]:
    return list(
        HistoryEntry.objects.filter(subject_type="projects.project", subject_id=str(project.pk))
        .order_by("sequence")
        .values_list("action", flat=True)
    )


def test_a_move_with_something_missing_lists_all_of_it(lead: Project, alice: User) -> None:
    with pytest.raises(Incomplete) as refused:
        move(lead, "screening", alice)
    assert [field.field for field in refused.value.fields] == ["sector", "team_lead", "lead_source"]
    assert StageLog.objects.filter(project=lead).count() == 1


def test_a_complete_move_writes_one_log_row_and_one_history_row(lead: Project, alice: User) -> None:
    complete_for_screening(lead, alice)
    log = move(lead, "screening", alice)
    lead.refresh_from_db()
    assert (log.sequence, log.from_stage, log.to_stage) == (2, "lead", "screening")
    assert (lead.stage, lead.stage_since) == (Stage.SCREENING, date(2021, 5, 1))
    assert history_actions(lead) == ["project.created", "project.changed", "project.moved"]


def test_landing_needs_a_second_person(lead: Project, alice: User, bob: User, zhangjiang: Incubator) -> None:
    complete_for_screening(lead, alice)
    move(lead, "screening", alice)
    factories.make_fact(alice, lead, "signed")
    move(lead, "incubating", alice)
    services.update_project(
        project=lead,
        values={"enterprise": factories.make_enterprise(alice, zhangjiang)},
        actor=alice,
        at=NOW,
    )
    services.set_credit_shares(project=lead, shares={zhangjiang: Decimal(100)}, actor=alice, at=NOW)
    fact = factories.make_fact(alice, lead, "registered")
    with pytest.raises(Incomplete) as refused:
        move(lead, "landed", alice)
    assert [(field.field, field.code) for field in refused.value.fields] == [("facts.registered", "missing")]
    with pytest.raises(Refused):
        services.verify_fact(fact=fact, actor=alice, at=NOW)
    services.verify_fact(fact=fact, actor=bob, at=NOW)
    assert move(lead, "landed", alice).to_stage == "landed"


def test_the_park_administrator_cannot_verify_what_he_entered(lead: Project, bob: User) -> None:
    fact = factories.make_fact(bob, lead, "registered")
    with translation.override("en"), pytest.raises(Refused, match="You entered this fact yourself"):
        services.verify_fact(fact=fact, actor=bob, at=NOW)


def test_back_and_aside_need_words(lead: Project, alice: User) -> None:
    with pytest.raises(Invalid) as refused:
        move(lead, "terminated", alice)
    assert [field.field for field in refused.value.fields] == ["reason", "cause"]
    with pytest.raises(Invalid) as refused:
        move(lead, "moved_elsewhere", alice, reason="示例")
    assert [field.field for field in refused.value.fields] == ["destination"]
    assert move(lead, "terminated", alice, reason="示例：资金断裂", cause="funding").cause == "funding"


def test_a_suspended_project_comes_back(lead: Project, alice: User) -> None:
    complete_for_screening(lead, alice)
    move(lead, "screening", alice, on=date(2021, 4, 1))
    move(lead, "suspended", alice, on=date(2021, 4, 10), reason="示例：等待批文")
    move(lead, "screening", alice, on=date(2021, 5, 10), reason="示例：批文到了")
    assert list(lead.stage_log.order_by("sequence").values_list("to_stage", flat=True)) == [
        "lead",
        "screening",
        "suspended",
        "screening",
    ]


@pytest.mark.parametrize(
    ("day", "code"), [(NOW.date() + timedelta(days=1), "future"), (date(2021, 2, 28), "order")]
)
def test_the_day_of_a_move_fits_the_log(lead: Project, alice: User, day: date, code: str) -> None:
    complete_for_screening(lead, alice)
    with pytest.raises(Invalid) as refused:
        move(lead, "screening", alice, on=day)
    assert [(field.field, field.code) for field in refused.value.fields] == [("on", code)]


def test_jumps_are_refused_by_name(lead: Project, alice: User) -> None:
    with pytest.raises(Conflict) as refused:
        move(lead, "industrialised", alice)
    assert refused.value.code == "move_not_allowed"


def test_a_reader_cannot_move(lead: Project, dora: User) -> None:
    with pytest.raises(Refused):
        move(lead, "suspended", dora, reason="x")


def test_gates_name_what_is_missing_for_each_stage_ahead(lead: Project, alice: User) -> None:
    complete_for_screening(lead, alice)
    move(lead, "screening", alice)
    gates = {gate.to_stage: [item.field for item in gate.missing] for gate in gates_of(lead)}
    assert gates == {"incubating": ["facts.signed"]}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("targets", [("screening", "screening"), ("screening", "suspended")])
def test_of_two_simultaneous_moves_exactly_one_wins(
    lead: Project, alice: User, bob: User, targets: tuple[str, str]
) -> None:
    complete_for_screening(lead, alice)
    outcomes = together(
        *(
            lambda actor=actor, target=target: services.move_project(
                project=Project.objects.get(pk=lead.pk),
                to_stage=target,
                on=date(2021, 5, 1),
                reason="示例",
                expected_stage="lead",
                actor=actor,
                at=NOW,
            )
            for actor, target in zip((alice, bob), targets, strict=True)
        )
    )
    assert sorted(outcomes) == ["Conflict", "StageLog"]
    assert StageLog.objects.filter(project=lead).count() == 2
    assert history_actions(lead).count("project.moved") == 1
