"""The Excel table of leads: sources by name, stages that only the project sets, round trip, undo."""

from datetime import date
from typing import Any

import pytest

from accounts.models import User
from core.errors import Conflict
from exchange.sheets import Place, Row, Status, Undo
from incubators.models import Incubator
from outreach.importers import LeadSheet
from outreach.models import Lead
from outreach.services import create_lead
from tests.factories import NOW
from tests.outreach.records import make_event, make_interaction, make_lead, make_mandate

SHEET = LeadSheet()


def place_of(incubator: Incubator) -> Place:
    return Place(incubator.park, incubator, (incubator,))


def row(number: int = 2, **values: Any) -> Row:
    return Row(number, {"name_zh": f"导入团队第{number}号", "source": "direct", **values})


def checked(incubator: Incubator, actor: User, *rows: Row) -> list[Any]:
    return SHEET.check(place=place_of(incubator), rows=rows, actor=actor, at=NOW)


def test_good_rows_are_written_with_their_sources(zhangjiang: Incubator, alice: User) -> None:
    event, mandate = make_event(alice, zhangjiang, name_zh="示例路演"), make_mandate(alice, zhangjiang)
    rows = [
        row(2, source="event", source_name="示例路演", external_id="XS-1", owner="alice", stage="talk"),
        row(3, source="mandate", source_name=mandate.name_zh, first_contact_on=date(2021, 2, 1)),
        row(4, source="contest", source_name="示例大赛", sector="life-health", organisation="示例大学"),
        row(5),
    ]
    assert [verdict.status for verdict in checked(zhangjiang, alice, *rows)] == [Status.NEW] * 4
    written = SHEET.write(place=place_of(zhangjiang), rows=rows, actor=alice, at=NOW)
    assert [item.action for item in written] == ["created"] * 4
    first, second, third, fourth = (Lead.objects.get(pk=item.record_id) for item in written)
    assert (first.source_event, first.owner, first.stage, first.reached) == (event, alice, "talk", "talk")
    assert (second.source_mandate, second.first_contact_on) == (mandate, date(2021, 2, 1))
    assert (third.source_contest, third.organisation_name) == ("示例大赛", "示例大学")
    assert (fourth.source, fourth.first_contact_on) == ("direct", date(2021, 6, 1))


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"source": "event", "source_name": "没有这场活动"}, ("source_name", "not_found")),
        ({"source": "event"}, ("source_name", "required")),
        ({"source_name": "示例大赛", "source": None}, ("source", "required")),
        ({"source_name": "示例大赛"}, ("source_name", "other")),
        ({"owner": "nobody"}, ("owner", "not_found")),
        ({"stage": "landed"}, ("stage", "by_project")),
        ({"name_zh": None}, ("name_zh", "required")),
    ],
)
def test_wrong_cells_are_named(
    zhangjiang: Incubator, alice: User, values: dict[str, Any], wrong: tuple[str, str]
) -> None:
    (verdict,) = checked(zhangjiang, alice, row(**values))
    assert verdict.status is Status.ERROR
    assert wrong in [(error.field, error.code) for error in verdict.errors]


def test_an_event_of_another_incubator_is_not_found(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, charlie: User
) -> None:
    make_event(charlie, shenzhen, name_zh="示例路演")
    (verdict,) = checked(zhangjiang, alice, row(source="event", source_name="示例路演"))
    assert [error.code for error in verdict.errors] == ["not_found"]


def test_an_export_changes_nothing_when_it_comes_back(zhangjiang: Incubator, alice: User) -> None:
    make_event(alice, zhangjiang, name_zh="示例路演")
    rows = [row(2, source="event", source_name="示例路演", external_id="XS-1", owner="alice",
                next_action="回访", next_on=date(2021, 6, 9))]  # fmt: skip
    SHEET.write(place=place_of(zhangjiang), rows=rows, actor=alice, at=NOW)
    (cells,) = list(SHEET.export(user=alice, filters={"stage": "contact"}))
    assert set(cells) == {column.name for column in SHEET.columns()}
    (verdict,) = checked(zhangjiang, alice, Row(2, dict(cells)))
    assert (verdict.status, verdict.changes) == (Status.UNCHANGED, {})
    (by_number,) = checked(zhangjiang, alice, Row(2, {**cells, "external_id": None}))
    assert (by_number.status, set(by_number.changes)) == (Status.UPDATE, {"external_id"})
    (unknown,) = checked(zhangjiang, alice, Row(2, {**cells, "number": "L999999", "external_id": None}))
    assert [error.field for error in unknown.errors] == ["number"]
    (moved,) = checked(zhangjiang, alice, Row(2, {**cells, "stage": "talk"}))
    assert [(error.field, error.code) for error in moved.errors] == [("stage", "fixed")]
    (changed,) = checked(zhangjiang, alice, Row(2, {**cells, "next_action": "签约"}))
    assert changed.changes == {"next_action": ("回访", "签约")}


def test_the_export_obeys_the_filters_and_the_scope(
    zhangjiang: Incubator, shenzhen: Incubator, alice: User, charlie: User
) -> None:
    mine = make_lead(alice, zhangjiang, stage="talk")
    make_lead(alice, zhangjiang)
    make_lead(charlie, shenzhen, stage="talk")
    found = SHEET.export(user=alice, filters={"reached": "talk", "format": "xlsx", "sector": ""})
    assert [cells["name_zh"] for cells in found] == [mine.name_zh]


def test_likely_the_same_is_asked(zhangjiang: Incubator, alice: User) -> None:
    known = make_lead(alice, zhangjiang, name_zh="蓝晶传感科技有限公司")
    (verdict,) = checked(zhangjiang, alice, row(name_zh="藍晶傳感科技"))
    assert (verdict.status, [item.id for item in verdict.candidates]) == (Status.DUPLICATE, [known.pk])


def test_an_import_is_undone_until_somebody_worked_with_it(zhangjiang: Incubator, alice: User) -> None:
    rows = [row(2), row(3)]
    written = SHEET.write(place=place_of(zhangjiang), rows=rows, actor=alice, at=NOW)
    undo = [Undo(number, item.action, item.record_id or 0, item.undo)
            for number, item in zip((2, 3), written, strict=True)]  # fmt: skip
    talk = make_interaction(alice, zhangjiang, lead=Lead.objects.get(pk=written[1].record_id))
    with pytest.raises(Conflict) as refused:
        SHEET.take_back(place=place_of(zhangjiang), entries=undo, actor=alice, at=NOW)
    assert [error.field for error in refused.value.fields] == ["3"]
    talk.delete()
    SHEET.take_back(place=place_of(zhangjiang), entries=undo, actor=alice, at=NOW)
    assert Lead.objects.count() == 0


def test_no_query_per_row(zhangjiang: Incubator, alice: User, django_assert_num_queries: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    make_event(alice, zhangjiang, name_zh="示例路演")
    create_lead(
        park=zhangjiang.park,
        incubator=zhangjiang,
        values={"name_zh": "示例", "source": "direct", "external_id": "XS-2"},
        actor=alice,
        at=NOW,
    )

    def cost(count: int) -> int:
        rows = [row(number, source="event", source_name="示例路演", external_id=f"XS-{number}", owner="alice")
                for number in range(2, 2 + count)]  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            checked(zhangjiang, alice, *rows)
        return len(queries)

    assert cost(3) == cost(30)
