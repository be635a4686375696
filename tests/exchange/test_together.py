"""Two tabs, two people, the same moment."""

import pytest

from accounts.models import User
from core import history
from exchange import services
from exchange.models import ImportRun
from incubators.models import Incubator
from projects.models import Project
from tests.concurrency import together
from tests.exchange.loop import bring, counts
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = [["", f"A-{number}", f"示例第{number}号", "", "2021-03-01"] for number in range(50)]


def test_two_submissions_at_once_write_each_row_once(alice: User, bob: User, zhangjiang: Incubator) -> None:
    run = bring(alice, zhangjiang, *ROWS)
    outcomes = together(
        lambda: services.commit_run(run=ImportRun.objects.get(pk=run.pk), actor=alice, at=NOW),
        lambda: services.commit_run(run=ImportRun.objects.get(pk=run.pk), actor=bob, at=NOW),
    )
    assert outcomes == ["ImportRun", "ImportRun"]
    assert (counts(run), Project.objects.count()) == ({"created": 50}, 50)
    assert not list(history.verify())


def test_the_same_file_from_two_tabs_is_one_import(alice: User, bob: User, zhangjiang: Incubator) -> None:
    assert together(lambda: bring(alice, zhangjiang, *ROWS), lambda: bring(bob, zhangjiang, *ROWS)) == [
        "ImportRun",
        "ImportRun",
    ]
    assert ImportRun.objects.count() == 1


def test_undoing_twice_at_once_takes_back_once(alice: User, bob: User, zhangjiang: Incubator) -> None:
    run = services.commit_run(run=bring(alice, zhangjiang, *ROWS), actor=alice, at=NOW)
    outcomes = together(
        lambda: services.undo_run(run=ImportRun.objects.get(pk=run.pk), actor=alice, at=NOW),
        lambda: services.undo_run(run=ImportRun.objects.get(pk=run.pk), actor=bob, at=NOW),
    )
    assert sorted(outcomes) == ["Conflict", "ImportRun"]
    assert (counts(run), Project.objects.count()) == ({"new": 50}, 0)
    assert not list(history.verify())


def test_two_files_with_the_same_numbers_crosswise(alice: User, bob: User, zhangjiang: Incubator) -> None:
    one, two = bring(alice, zhangjiang, *ROWS), bring(bob, zhangjiang, *ROWS[::-1])
    outcomes = together(
        lambda: services.commit_run(run=one, actor=alice, at=NOW),
        lambda: services.commit_run(run=two, actor=bob, at=NOW),
    )
    assert outcomes == ["ImportRun", "ImportRun"]
    found = sorted([counts(one), counts(two)], key=str)
    assert (found, Project.objects.count()) == ([{"created": 50}, {"unchanged": 50}], 50)


def test_a_cell_is_not_changed_while_rows_are_written(alice: User, bob: User, zhangjiang: Incubator) -> None:
    run = bring(alice, zhangjiang, *ROWS)
    outcomes = together(
        lambda: services.commit_run(run=ImportRun.objects.get(pk=run.pk), actor=alice, at=NOW),
        lambda: services.change_cells(run=run, changes={2: {"name_zh": "示例改"}}, actor=bob, at=NOW),
    )
    assert outcomes[0] in ("ImportRun", "list", "Conflict")
    stored = set(Project.objects.values_list("name_zh", flat=True))
    changed = "list" in outcomes
    assert (Project.objects.count(), "示例改" in stored) == (50, changed)
