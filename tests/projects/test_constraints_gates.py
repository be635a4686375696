"""The rules of the database over gate tables and requests, each broken past Python's own checks.

Those that freeze a published table are broken in ``test_gates.py``.
"""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from incubators.models import Incubator, Park
from projects import services
from projects.models import GateRemark, GateRequest, GateRow, GateStage, GateTable, Project
from tests import factories
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def table(park: Park, bob: User) -> GateTable:
    return services.start_gate_table(park=park, actor=bob, at=NOW)


@pytest.fixture
def project(alice: User, zhangjiang: Incubator) -> Project:
    return factories.make_project(alice, zhangjiang)


def a_table(park: Park, **values: Any) -> GateTable:
    defaults = {"number": 9, "created_at": NOW, "updated_at": NOW}
    return GateTable.objects.create(park=park, **{**defaults, **values})


def a_request(project: Project, **values: Any) -> GateRequest:
    defaults = {
        "from_stage": "lead",
        "to_stage": "screening",
        "on": date(2021, 5, 1),
        "requested_at": NOW,
        "requested_by": project.entered_by,
        "updated_at": NOW,
    }
    return GateRequest.objects.create(project=project, **{**defaults, **values})


def test_projects_gate_table_number_once(table: GateTable, park: Park) -> None:
    with broken("projects_gate_table_number_once"):
        a_table(park, number=table.number, status="published", valid_from=date(2021, 1, 1))


def test_projects_gate_table_one_draft(table: GateTable, park: Park) -> None:
    with broken("projects_gate_table_one_draft"):
        a_table(park)


def test_projects_gate_table_published_with_a_day(park: Park) -> None:
    with broken("projects_gate_table_published_with_a_day"):
        a_table(park, status="published")


def test_projects_gate_table_dates(park: Park) -> None:
    with broken("projects_gate_table_dates"):
        a_table(park, status="published", valid_from=date(2021, 2, 1), valid_until=date(2021, 1, 1))


def test_projects_gate_table_published_pair(park: Park, bob: User) -> None:
    with broken("projects_gate_table_published_pair"):
        a_table(park, status="published", valid_from=date(2021, 2, 1), published_by=bob)


@pytest.mark.parametrize("own", [True, False], ids=["a park", "the default"])
def test_projects_gate_tables_do_not_overlap(table: GateTable, park: Park, bob: User, own: bool) -> None:
    """One version holds per park and day; the tables without a park are a series of their own."""
    services.publish_gate_table(table=table, valid_from=NOW.date(), actor=bob, at=NOW)
    with broken("projects_gate_tables_do_not_overlap"):
        a_table(park if own else None, status="published", valid_from=date(2022, 1, 1))  # type: ignore[arg-type]


def test_projects_gate_once_per_stage(table: GateTable) -> None:
    with broken("projects_gate_once_per_stage"):
        GateStage.objects.create(table=table, stage="screening", movers=["operator"])


def test_projects_gate_stage_ahead(table: GateTable) -> None:
    with broken("projects_gate_stage_ahead"):
        GateStage.objects.create(table=table, stage="lead", movers=["operator"])


@pytest.mark.parametrize("movers", [[], ["auditor"]])
def test_projects_gate_movers_known(table: GateTable, movers: list[str]) -> None:
    with broken("projects_gate_movers_known"):
        table.gates.filter(stage="screening").update(movers=movers)


@pytest.mark.parametrize("days", [0, 366])
def test_projects_gate_days_in_a_year(table: GateTable, days: int) -> None:
    with broken("projects_gate_days_in_a_year"):
        table.gates.filter(stage="screening").update(days=days)


def test_projects_gate_keeps_the_second_person(table: GateTable) -> None:
    with broken("projects_gate_keeps_the_second_person"):
        table.gates.filter(stage="industrialised").update(second_person=False)


def test_projects_gate_asks_once(table: GateTable) -> None:
    gate = table.gates.get(stage="screening")
    with broken("projects_gate_asks_once"):
        GateRow.objects.create(gate=gate, position=9, kind="field", key="sector")


@pytest.mark.parametrize(
    "values", [{"kind": "field", "verify": True}, {"kind": "fact", "verify": True}, {"kind": "evidence"}]
)
def test_projects_gate_row_proof_fits(table: GateTable, values: dict[str, Any]) -> None:
    with broken("projects_gate_row_proof_fits"):
        GateRow.objects.create(gate=table.gates.get(stage="screening"), position=9, key="x", **values)


@pytest.mark.parametrize("key", ["registered", "paid_in", "producing"])
def test_projects_gate_row_keeps_the_second_person(table: GateTable, key: str) -> None:
    with broken("projects_gate_row_keeps_the_second_person"):
        GateRow.objects.create(
            gate=table.gates.get(stage="screening"), position=9, kind="fact", key=key, proof=True
        )


def test_projects_request_one_open(project: Project) -> None:
    a_request(project)
    with broken("projects_request_one_open"):
        a_request(project)


def test_projects_request_decided_pair(project: Project, bob: User) -> None:
    with broken("projects_request_decided_pair"):
        a_request(project, state="returned", decided_at=NOW)


def test_projects_request_withdrawn_pair(project: Project) -> None:
    with broken("projects_request_withdrawn_pair"):
        a_request(project, state="withdrawn", withdrawn_at=NOW)


def test_projects_request_second_person(project: Project, alice: User) -> None:
    with broken("projects_request_second_person"):
        a_request(project, state="returned", decided_at=NOW, decided_by=alice)


@pytest.mark.parametrize("state", ["approved", "returned", "withdrawn", "lost"])
def test_projects_request_state_fits(project: Project, state: str) -> None:
    with broken("projects_request_state_fits"):
        a_request(project, state=state)


def test_projects_remark_once_per_field_and_with_words(project: Project) -> None:
    request = a_request(project)
    GateRemark.objects.create(request=request, field="summary", words="示例")
    with broken("projects_remark_once_per_field"):
        GateRemark.objects.create(request=request, field="summary", words="示例")
    with broken("projects_remark_has_words"):
        GateRemark.objects.create(request=request, field="sector", words="")
