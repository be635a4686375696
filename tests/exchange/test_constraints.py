"""Each rule of the database, broken past Python."""

from typing import Any

import pytest

from accounts.models import User
from exchange.models import ImportRow, ImportRun, RememberedHeading
from incubators.models import Incubator
from tests.constraints import broken
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(alice: User, zhangjiang: Incubator) -> ImportRun:
    return ImportRun.objects.create(**run_values(alice, zhangjiang))


def run_values(alice: User, zhangjiang: Incubator, **more: Any) -> dict[str, Any]:
    return {
        "sheet": "projects",
        "park": zhangjiang.park,
        "incubator": zhangjiang,
        "state": "ready",
        "storage_name": "x",
        "sha256": "1",
        "created_at": NOW,
        "created_by": alice,
        "updated_at": NOW,
        **more,
    }


def test_the_same_file_comes_once(alice: User, zhangjiang: Incubator, run: ImportRun) -> None:
    with broken("exchange_same_file_once"):
        ImportRun.objects.create(**run_values(alice, zhangjiang))
    ImportRun.objects.create(**run_values(alice, zhangjiang, sheet="enterprises"))
    park = run_values(alice, zhangjiang, incubator=None)
    ImportRun.objects.create(**park)
    with broken("exchange_same_file_once"):
        ImportRun.objects.create(**park)
    gone = {"state": "discarded", "discarded_at": NOW, "discarded_by": alice}
    ImportRun.objects.filter(pk=run.pk).update(**gone)
    ImportRun.objects.create(**run_values(alice, zhangjiang))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("exchange_run_state_known", {"state": "lost"}),
        ("exchange_run_source_known", {"source": "fax"}),
        ("exchange_file_is_stored", {"storage_name": ""}),
        ("exchange_file_is_stored", {"sha256": ""}),
        ("exchange_undone_has_a_time", {"state": "undone"}),
        ("exchange_discarded_has_a_time", {"state": "discarded"}),
        ("exchange_written_has_a_time", {"state": "writing"}),
        ("exchange_written_has_a_time", {"state": "done"}),
        ("exchange_committed_pair", {"committed_at": NOW}),
        ("exchange_undone_pair", {"undone_at": NOW}),
        ("exchange_discarded_pair", {"discarded_at": NOW}),
    ],
)
def test_rules_of_runs(run: ImportRun, name: str, values: dict[str, Any]) -> None:
    with broken(name):
        ImportRun.objects.filter(pk=run.pk).update(**values)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("exchange_row_once", {"number": 1}),
        ("exchange_row_status_known", {"status": "lost"}),
        ("exchange_written_row_has_a_record", {"status": "created"}),
        ("exchange_same_names_its_record", {"decision": "same"}),
        ("exchange_same_names_its_record", {"target": 1}),
        ("exchange_decision_known", {"decision": "maybe"}),
    ],
)
def test_rules_of_rows(run: ImportRun, name: str, values: dict[str, Any]) -> None:
    ImportRow.objects.create(run=run, number=1, status="new")
    with broken(name):
        ImportRow.objects.create(**{"run": run, "number": 2, "status": "new", **values})


def test_headings(alice: User, zhangjiang: Incubator) -> None:
    values = {
        "sheet": "projects",
        "park": zhangjiang.park,
        "heading": "名称",
        "column": "name_zh",
        "remembered_at": NOW,
        "remembered_by": alice,
    }
    RememberedHeading.objects.create(**values)
    with broken("exchange_heading_once"):
        RememberedHeading.objects.create(**values)
    with broken("exchange_heading_not_empty"):
        RememberedHeading.objects.create(**{**values, "heading": ""})
