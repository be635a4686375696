"""Long imports: a cell is judged with the rows it leans on; whoever waits for a worker is told."""

from typing import Any

import pytest

from accounts.models import Notice, User
from exchange.enums import ImportState
from exchange.models import ImportRun
from exchange.services import carry_on, change_cells, changing, committing, starting
from exchange.services.committing import commit_run
from incubators.models import Incubator
from tests.exchange.loop import bring, counts, problems
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_rows_are_long(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (changing, committing, starting):
        monkeypatch.setattr(module, "LARGEST_INLINE", 2)
    monkeypatch.setattr(starting, "LINES_ABOVE", 0)


def rows(*numbers: str) -> list[list[str]]:
    """Projects that differ in name, with these numbers of one's own system."""
    return [["", number, f"示例{place}号材料", "", ""] for place, number in enumerate(numbers, start=1)]


def test_a_changed_cell_is_judged_with_the_rows_it_leans_on(
    alice: User, zhangjiang: Incubator, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = bring(alice, zhangjiang, *rows("A-1", "A-2", "A-3", "A-4"))
    monkeypatch.setattr(changing, "LARGEST_INLINE", 2)
    judged: list[int] = []
    check = changing.judge

    def counting(found: Any, **options: Any) -> Any:
        judged.append(len(found))
        return check(found, **options)

    monkeypatch.setattr(changing, "judge", counting)
    change_cells(run=run, changes={4: {"external_id": "A-1"}}, actor=alice, at=NOW)
    assert (counts(run), list(problems(run))) == ({"new": 3, "error": 1}, [4])
    change_cells(run=run, changes={4: {"external_id": "A-9"}}, actor=alice, at=NOW)
    assert counts(run) == {"new": 4}
    assert judged == [2, 2]


def test_whoever_waits_for_a_worker_is_told_once(
    alice: User, zhangjiang: Incubator, two_rows_are_long: None
) -> None:
    run = bring(alice, zhangjiang, *rows("A-1", "A-2", "A-3"))
    assert run.state == ImportState.READING
    carry_on(import_run_id=run.pk, clock=lambda: NOW)
    commit_run(run=ImportRun.objects.get(pk=run.pk), actor=alice, at=NOW)
    carry_on(import_run_id=run.pk, clock=lambda: NOW)
    assert counts(run) == {"created": 3}
    notices = Notice.objects.filter(kind="import").order_by("pk")
    assert [(notice.user, notice.url) for notice in notices] == [(alice, f"/imports/{run.pk}/")] * 2
    assert "已读取" in notices[0].texts["zh-hans"]
    assert "已录入" in notices[1].texts["zh-hans"]


def test_a_short_import_tells_nobody(alice: User, zhangjiang: Incubator) -> None:
    commit_run(run=bring(alice, zhangjiang, *rows("A-1")), actor=alice, at=NOW)
    assert not Notice.objects.filter(kind="import").exists()
