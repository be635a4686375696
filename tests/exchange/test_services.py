"""The Excel loop, step by step: every count exact at every step, nothing twice, nothing lost."""

import io
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from core import history
from core.errors import Conflict, Invalid, Refused
from exchange import services
from exchange.enums import ImportState
from exchange.models import ImportRow, ImportRun, RememberedHeading
from exchange.selectors import places_of, rows_of, runs_of, writable_of
from exchange.services.files import folder
from incubators.models import Incubator
from projects.models import Project, StageLog
from projects.services import attach_file, update_project
from tests import factories
from tests.exchange.loop import HEAD, bring, counts, place, problems, table
from tests.factories import NOW
from tests.remembered import chain_lengths, refused

pytestmark = pytest.mark.django_db

ROWS = (
    ["", "A-1", "示例柔性传感器", "新材料", "2021.5.3"],
    ["", "A-2", "示例固态电池", "没有这个领域", "2021-05-04"],
    ["", "A-1", "示例手术机器人", "", ""],
    ["", "", "示例柔性傳感器", "", ""],
    ["", "", "", "其他", ""],
    ["", "", "示例智能机床", "", "2031-01-01"],
)


def stored() -> list[str]:
    return list(Project.objects.order_by("pk").values_list("name_zh", flat=True))


def test_good_rows_go_in_and_the_others_stay_parked(alice: User, zhangjiang: Incubator) -> None:
    run = bring(alice, zhangjiang, *ROWS)
    assert (run.state, run.rows_total, run.is_repeat) == (ImportState.READY, 6, False)
    assert counts(run) == {"new": 1, "duplicate": 1, "error": 4}
    assert problems(run) == {
        3: ["sector:not_a_choice"],
        4: ["external_id:repeated"],
        6: ["name_zh:required"],
        7: ["first_contact_on:future"],
    }
    assert (stored(), writable_of(run)) == ([], 1)

    run = services.commit_run(run=run, actor=alice, at=NOW)
    assert (run.state, run.committed_by, counts(run)) == (
        ImportState.DONE,
        alice,
        {"created": 1, "duplicate": 1, "error": 4},
    )
    assert stored() == ["示例柔性传感器"]
    assert problems(run)[4] == [":repeated"]

    services.change_cells(
        run=run,
        changes={
            3: {"sector": "节能环保"},
            4: {"external_id": "A-3"},
            6: {"name_zh": "示例数字孪生"},
            7: {"first_contact_on": "2021年5月6日"},
        },
        actor=alice,
        at=NOW,
    )
    services.decide_rows(run=run, decisions={5: ("new", None)}, actor=alice, at=NOW)
    assert counts(run) == {"created": 1, "new": 5}
    run = services.commit_run(run=run, actor=alice, at=NOW)
    assert counts(run) == {"created": 6}
    assert Project.objects.get(external_id="A-2").sector.code == "energy-saving"  # type: ignore[union-attr]
    assert StageLog.objects.count() == 6
    assert not list(history.verify())

    run = services.undo_run(run=run, actor=alice, at=NOW)
    assert (run.state, counts(run), stored()) == (ImportState.UNDONE, {"new": 6}, [])
    run = services.commit_run(run=run, actor=alice, at=NOW)
    assert (counts(run), len(stored())) == ({"created": 6}, 6)
    assert not list(history.verify())


def test_the_same_file_twice_creates_nothing(alice: User, bob: User, zhangjiang: Incubator) -> None:
    run = bring(alice, zhangjiang, *ROWS[:2])
    again = bring(bob, zhangjiang, *ROWS[:2], name="umbenannt.csv")
    assert (again.pk, again.is_repeat, ImportRun.objects.count()) == (run.pk, True, 1)
    services.commit_run(run=run, actor=alice, at=NOW)
    third = bring(alice, zhangjiang, *ROWS[:2])
    assert (third.pk, third.is_repeat, len(stored())) == (run.pk, True, 1)

    services.undo_run(run=run, actor=alice, at=NOW)
    fresh = bring(alice, zhangjiang, *ROWS[:2])
    assert (fresh.pk == run.pk, fresh.is_repeat, counts(fresh)) == (False, False, {"new": 1, "error": 1})
    services.commit_run(run=fresh, actor=alice, at=NOW)
    assert len(stored()) == 1
    with refused(Conflict, "exchange_same_file_once"):
        services.commit_run(run=run, actor=alice, at=NOW)


def test_other_bytes_with_the_same_rows_change_nothing(alice: User, zhangjiang: Incubator) -> None:
    row = ["", "A-1", "示例柔性传感器", "新材料", "2021-05-03"]
    services.commit_run(run=bring(alice, zhangjiang, row), actor=alice, at=NOW)
    lengths = chain_lengths()
    run = bring(alice, zhangjiang, row, [" ", " A-1 ", "", "", ""], head=(*HEAD[:4], "首次接触日期 "))
    assert counts(run) == {"unchanged": 1, "error": 1}
    only = bring(alice, zhangjiang, [*row, "x"], head=(*HEAD, "备注"))
    assert counts(only) == {"unchanged": 1}
    services.commit_run(run=only, actor=alice, at=NOW)
    assert counts(only) == {"unchanged": 1}
    assert chain_lengths()["incubator:zhangjiang"] == lengths["incubator:zhangjiang"] + 1  # the submission


def test_an_update_shows_what_changes_and_is_remembered_like_any_other(
    alice: User, zhangjiang: Incubator
) -> None:
    project = factories.make_project(alice, zhangjiang, name_zh="示例甲", external_id="A-1", contact="旧")
    head = ("本单位编号", "项目名称", "联系方式", "首次接触日期")
    run = bring(alice, zhangjiang, ["A-1", "示例乙", "", "2021-02-01"], head=head)
    [row] = rows_of(run)
    assert (row.status, row.record_id) == ("update", project.pk)
    assert row.changes == {
        "name_zh": ["示例甲", "示例乙"],
        "contact": ["旧", ""],
        "first_contact_on": ["2021-03-01", "2021-02-01"],
    }
    services.commit_run(run=run, actor=alice, at=NOW)
    project.refresh_from_db()
    assert (project.name_zh, project.contact, project.version) == ("示例乙", "", 2)
    first = project.stage_log.get()
    assert (first.on, project.stage_since) == (project.first_contact_on, project.first_contact_on)
    services.undo_run(run=run, actor=alice, at=NOW)
    project.refresh_from_db()
    assert (project.name_zh, project.contact, project.version) == ("示例甲", "旧", 3)
    assert str(project.first_contact_on) == "2021-03-01" == str(project.stage_log.get().on)
    assert not list(history.verify())


def test_undo_is_refused_as_a_whole_once_somebody_worked_with_a_record(
    alice: User, bob: User, zhangjiang: Incubator
) -> None:
    rows = [["", f"A-{number}", f"示例{'甲乙丙丁'[number]}项", "", "2021-03-01"] for number in range(4)]
    run = services.commit_run(run=bring(alice, zhangjiang, *rows), actor=alice, at=NOW)
    one, two, three, _four = Project.objects.order_by("pk")
    factories.make_fact(alice, one, "signed", verifier=bob)
    update_project(project=two, values={"contact": "新"}, actor=alice, at=NOW)
    attach_file(project=three, file=factories.make_evidence(alice, zhangjiang), actor=alice, at=NOW)
    with pytest.raises(Conflict) as caught:
        services.undo_run(run=run, actor=alice, at=NOW)
    assert [(error.field, error.code) for error in caught.value.fields] == [
        ("2", "reviewed"),
        ("3", "reviewed"),
        ("4", "reviewed"),
    ]
    assert (Project.objects.count(), counts(run)) == (4, {"created": 4})
    run.refresh_from_db()
    assert run.state == ImportState.DONE


def test_who_may(
    alice: User, bob: User, charlie: User, dora: User, erik: User, zhangjiang: Incubator
) -> None:
    run = bring(alice, zhangjiang, *ROWS[:1])
    for person in (charlie, erik, dora):
        visible = list(runs_of(person))
        assert visible == ([run] if person == dora else [])
        for act in (
            lambda who: services.commit_run(run=run, actor=who, at=NOW),
            lambda who: services.undo_run(run=run, actor=who, at=NOW),
            lambda who: services.discard_run(run=run, actor=who, at=NOW),
            lambda who: services.change_cells(run=run, changes={2: {"name_zh": "x"}}, actor=who, at=NOW),
            lambda who: services.decide_rows(run=run, decisions={2: ("skip", None)}, actor=who, at=NOW),
            lambda who: services.set_mapping(run=run, mapping={0: "code"}, actor=who, at=NOW),
            lambda who: services.reupload(run=run, content=table(), name="x.csv", actor=who, at=NOW),
            lambda who: services.start_import(
                sheet="projects", place=place(alice, zhangjiang), content=table(), name="x", actor=who, at=NOW
            ),
        ):
            with pytest.raises(Refused):
                act(person)
        with pytest.raises(Refused):
            place(person, zhangjiang)
    assert ([found.incubator for found in places_of(alice)], places_of(dora)) == ([zhangjiang], [])
    assert [found.incubator and found.incubator.code for found in places_of(bob)] == [
        "shenzhen",
        "zhangjiang",
        None,
    ]
    assert counts(services.commit_run(run=run, actor=bob, at=NOW)) == {"created": 1}


def test_a_number_of_somebody_else_is_taken_and_tells_nothing(
    alice: User, charlie: User, zhangjiang: Incubator, shenzhen: Incubator
) -> None:
    theirs = factories.make_project(charlie, shenzhen, name_zh="示例机密")
    run = bring(
        alice,
        zhangjiang,
        [theirs.code, "", "示例甲", "", ""],
        ["2021-23456A", "", "示例机密", "", ""],
        ["x!", "", "示例丙", "", ""],
    )
    assert problems(run) == {2: ["code:taken"], 4: ["code:not_a_code"]}
    said = str([(row.errors, row.changes, row.candidates) for row in rows_of(run)])
    assert "机密" not in said
    services.commit_run(run=run, actor=alice, at=NOW)
    assert Project.objects.get(incubator=zhangjiang).code == "2021-23456A"


def test_possible_duplicates_are_decided(alice: User, zhangjiang: Incubator) -> None:
    known = factories.make_project(alice, zhangjiang, name_zh="示例飞榴科技", summary="旧")
    head = ("项目名称", "项目简介")
    run = bring(
        alice,
        zhangjiang,
        ["示例飛榴科技有限公司", "甲"],
        ["示例飞榴 科技", "乙"],
        ["飞榴示例", "丙"],
        head=head,
    )
    assert [(row.status, [one["id"] for one in row.candidates]) for row in rows_of(run)] == [
        ("duplicate", [known.pk]),
        ("duplicate", [known.pk, 0]),
        ("new", []),
    ]
    with refused(Invalid, "2:not_found", "9:not_found"):
        services.decide_rows(
            run=run, decisions={2: ("same", known.pk + 1), 9: ("new", None)}, actor=alice, at=NOW
        )
    with refused(Invalid, "3:not_found"):
        services.decide_rows(run=run, decisions={3: ("same", 0)}, actor=alice, at=NOW)
    services.decide_rows(run=run, decisions={2: ("same", known.pk), 3: ("skip", None)}, actor=alice, at=NOW)
    assert counts(run) == {"update": 1, "skipped": 1, "new": 1}
    services.decide_rows(run=run, decisions={3: ("", None)}, actor=alice, at=NOW)
    assert counts(run)["duplicate"] == 1
    services.commit_run(run=run, actor=alice, at=NOW)
    known.refresh_from_db()
    assert (known.name_zh, known.summary, Project.objects.count()) == ("示例飛榴科技有限公司", "甲", 2)


def test_columns_are_assigned_and_remembered(alice: User, bob: User, zhangjiang: Incubator) -> None:
    head = ("甲列", "乙列", "丙列")
    rows = (["示例甲项目", "B-1", "无关"], ["示例乙项目", "B-2", "无关"])
    run = bring(alice, zhangjiang, *rows, head=head)
    assert (run.state, run.layout["missing"], counts(run)) == (ImportState.MAPPING, ["name_zh"], {})
    with refused(Conflict, "not_ready"):
        services.commit_run(run=run, actor=alice, at=NOW)
    with refused(Invalid, "0:not_found", "2:repeated"):
        services.set_mapping(run=run, mapping={0: "stage", 1: "name_zh", 2: "name_zh"}, actor=alice, at=NOW)
    run = services.set_mapping(run=run, mapping={0: "name_zh", 1: "external_id", 2: ""}, actor=alice, at=NOW)
    assert (run.state, run.error) == (ImportState.READY, "")
    assert counts(run) == {"new": 2}
    assert dict(RememberedHeading.objects.values_list("heading", "column")) == {
        "甲列": "name_zh",
        "乙列": "external_id",
    }
    later = bring(bob, zhangjiang, ["示例丙项目", "B-3", ""], head=head)
    assert counts(later) == {"new": 1}
    bare = bring(alice, zhangjiang, ["B-5", "示例丁项目"], head=["B-4", "示例戊项目"])
    assert ([note["code"] for note in bare.notes], bare.headings[1]) == (
        ["no_heading", "first_row"],
        "示例戊项目",
    )
    bare = services.set_mapping(
        run=bare, mapping={0: "external_id", 1: "name_zh"}, first_row="data", actor=alice, at=NOW
    )
    assert counts(bare) == {"new": 2}


def test_a_grid_is_filled_in_and_rows_can_be_added(alice: User, zhangjiang: Incubator) -> None:
    run = services.start_empty(sheet="projects", place=place(alice, zhangjiang), rows=3, actor=alice, at=NOW)
    assert (counts(run), run.rows_total, ImportRow.objects.count()) == ({}, 0, 3)
    answered = services.change_cells(
        run=run,
        changes={
            1: {"name_zh": "示例甲"},
            5: {"name_zh": "示例乙", "sector": "生命健康"},
            2: {"contact": " "},
        },
        actor=alice,
        at=NOW,
    )
    assert [(row.number, row.status) for row in answered] == [(1, "new"), (2, "empty"), (5, "new")]
    run.refresh_from_db()
    assert (counts(run), run.rows_total) == ({"new": 2}, 2)
    services.change_cells(run=run, changes={5: {"name_zh": "", "sector": ""}}, actor=alice, at=NOW)
    assert counts(run) == {"new": 1}
    with refused(Invalid, "nonsense:not_found", "0:not_found"):
        services.change_cells(run=run, changes={1: {"nonsense": ""}, 0: {}}, actor=alice, at=NOW)
    services.commit_run(run=run, actor=alice, at=NOW)
    with refused(Conflict, "1:written"):
        services.change_cells(run=run, changes={1: {"name_zh": "x"}}, actor=alice, at=NOW)


def test_a_pasted_block_is_a_table(alice: User, zhangjiang: Incubator) -> None:
    options: dict[str, Any] = {
        "sheet": "projects",
        "place": place(alice, zhangjiang),
        "actor": alice,
        "at": NOW,
    }
    text = '项目名称\t项目简介\n示例甲\t"两行\n文字"\n示例乙\t\n'
    run = services.start_pasted(text=text, **options)
    assert (run.source, counts(run)) == ("pasted", {"new": 2})
    assert services.start_pasted(text=text, **options).is_repeat
    services.commit_run(run=run, actor=alice, at=NOW)
    assert Project.objects.get(name_zh="示例甲").summary == "两行\n文字"


def test_what_cannot_be_read_leaves_nothing_behind(alice: User, zhangjiang: Incubator) -> None:
    before = sorted(path for path in folder().rglob("*") if path.is_file())
    for content in (b"", b"PK\x03\x04nonsense", b"%PDF-1.4"):
        with pytest.raises(Invalid):
            bring(alice, zhangjiang, content=io.BytesIO(content))
    with refused(Invalid, "sheet:not_found"):
        bring(alice, zhangjiang, *ROWS[:1], sheet="nothing")
    assert sorted(path for path in folder().rglob("*") if path.is_file()) == before
    assert ImportRun.objects.count() == 0


def test_a_discarded_import_makes_room_and_a_submitted_one_is_undone_first(
    alice: User, zhangjiang: Incubator
) -> None:
    run = bring(alice, zhangjiang, *ROWS[:1])
    run = services.discard_run(run=run, actor=alice, at=NOW)
    assert run.state == ImportState.DISCARDED
    with refused(Conflict, "not_ready"):
        services.commit_run(run=run, actor=alice, at=NOW)
    with refused(Conflict, "not_submitted"):
        services.undo_run(run=run, actor=alice, at=NOW)
    again = bring(alice, zhangjiang, *ROWS[:1])
    assert not again.is_repeat
    services.commit_run(run=again, actor=alice, at=NOW)
    with refused(Conflict, "written"):
        services.discard_run(run=again, actor=alice, at=NOW)


def test_a_table_cannot_set_stage_or_verification(alice: User, zhangjiang: Incubator) -> None:
    run = bring(alice, zhangjiang, ["示例甲", "已落地", "2021-01-01"], head=("项目名称", "阶段", "核验时间"))
    services.commit_run(run=run, actor=alice, at=NOW)
    assert Project.objects.get().stage == "lead"
    assert run.unknown == {1: "阶段", 2: "核验时间"}


def test_submitting_what_is_broken_is_refused_and_what_is_unchanged_is_done(
    alice: User, zhangjiang: Incubator
) -> None:
    run = bring(alice, zhangjiang, ROWS[1])
    with refused(Conflict, "nothing_to_submit"):
        services.commit_run(run=run, actor=alice, at=NOW)
    services.decide_rows(run=run, decisions={2: ("skip", None)}, actor=alice, at=NOW)
    run = services.commit_run(run=run, actor=alice, at=NOW)
    assert (run.state, counts(run)) == (ImportState.DONE, {"skipped": 1})
    with refused(Conflict, "nothing_to_undo"):
        services.undo_run(run=run, actor=alice, at=NOW)


def test_a_similar_record_entered_meanwhile_parks_the_row(alice: User, zhangjiang: Incubator) -> None:
    run = bring(alice, zhangjiang, ["", "", "示例柔性传感器", "", ""], ["", "", "示例固态电池", "", ""])
    known = factories.make_project(alice, zhangjiang, name_zh="示例柔性傳感器")
    run = services.commit_run(run=run, actor=alice, at=NOW)
    assert counts(run) == {"duplicate": 1, "created": 1}
    [row] = rows_of(run, statuses=["duplicate"])
    assert [one["id"] for one in row.candidates] == [known.pk]


def test_no_step_asks_row_by_row(alice: User, zhangjiang: Incubator) -> None:
    """Reading, submitting and undoing ask no more questions for 40 rows than for 3."""

    def asked(tag: str, size: int) -> list[int]:
        rows = [["", f"{tag}-{row}", f"示例{tag}号第{row}项", "新材料", "2021-03-01"] for row in range(size)]
        found = []
        with CaptureQueriesContext(connection) as queries:
            run = bring(alice, zhangjiang, *rows)
            found.append(len(queries))
            run = services.commit_run(run=run, actor=alice, at=NOW)
            found.append(len(queries))
            services.undo_run(run=run, actor=alice, at=NOW)
            found.append(len(queries))
        return found

    few, many = asked("甲", 3), asked("乙", 40)
    assert all(more <= less for more, less in zip(many, few, strict=True)), (few, many)
