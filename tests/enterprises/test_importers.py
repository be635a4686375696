"""The Excel tables of enterprises: what a preview says, what is written, what comes back."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from enterprises.importers import EnterpriseSheet, IpSheet, YearlyFigureSheet
from enterprises.models import Enterprise, IpFiling, IpRight, Recognition, YearlyFigure
from enterprises.services import verify_record
from exchange.sheets import Place, Row, Sheet, Status, Undo
from incubators.models import Incubator, Park
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(park: Park, zhangjiang: Incubator) -> Place:
    return Place(park, zhangjiang, (zhangjiang,))


def rows(*values: dict[str, Any]) -> list[Row]:
    return [Row(number, dict(item)) for number, item in enumerate(values, 2)]


def statuses(sheet: Sheet, place: Place, actor: User, *values: dict[str, Any]) -> list[str]:
    found = sheet.check(place=place, rows=rows(*values), actor=actor, at=NOW)
    return [item.status.value for item in found]


def write(sheet: Sheet, place: Place, actor: User, *values: dict[str, Any]) -> list[Undo]:
    given = rows(*values)
    written = sheet.write(place=place, rows=given, actor=actor, at=NOW)
    assert [item.errors for item in written] == [()] * len(given) or not any(item.errors for item in written)
    return [
        Undo(row.number, item.action, item.record_id or 0, item.undo)
        for row, item in zip(given, written, strict=True)
    ]


def columns_and_words_are_whole(sheet: Sheet, place: Place) -> None:
    for column in sheet.columns():
        if column.kind == "choice":
            assert sheet.choices(column.name, place)
        assert column.label_zh
        assert column.label_en


@pytest.mark.parametrize(
    "sheet", [EnterpriseSheet(), YearlyFigureSheet(), IpSheet()], ids=lambda sheet: sheet.code
)
def test_every_drop_down_has_entries(sheet: Sheet, place: Place) -> None:
    columns_and_words_are_whole(sheet, place)


def test_enterprises_go_in_are_found_again_and_come_back(place: Place, alice: User, charlie: User) -> None:
    sheet, code = EnterpriseSheet(), factories.make_credit_code()
    typed = {
        "name_zh": "示例甲科技有限公司",
        "credit_code": f" {code[:8]} {code[8:]}",
        "registered_on": date(2020, 1, 2),
    }
    assert statuses(sheet, place, alice, typed) == [Status.NEW]
    undo = write(sheet, place, alice, typed)
    record = Enterprise.objects.get()
    assert (record.credit_code, record.incubator) == (code, place.incubator)
    assert statuses(sheet, place, alice, typed) == [Status.UNCHANGED]
    assert statuses(sheet, place, alice, {**typed, "address": "示例路1号"}) == [Status.UPDATE]
    assert statuses(sheet, place, alice, {"name_zh": "示例甲科技公司"}) == [Status.DUPLICATE]
    assert statuses(sheet, place, alice, {"name_zh": "乙", "credit_code": code[:-1] + "?"}) == [Status.ERROR]
    assert statuses(sheet, place, alice, {"credit_code": factories.make_credit_code()}) == [Status.ERROR]
    exported = list(sheet.export(user=alice, filters={}))
    assert [row["name_zh"] for row in exported] == ["示例甲科技有限公司"]
    assert statuses(sheet, place, alice, *exported) == [Status.UNCHANGED]  # type: ignore[arg-type]
    assert list(sheet.export(user=charlie, filters={})) == []
    sheet.take_back(place=place, entries=undo, actor=alice, at=NOW)
    assert not Enterprise.objects.exists()


def test_yearly_figures_name_their_enterprise_by_number_or_name(
    place: Place, alice: User, zhangjiang: Incubator
) -> None:
    sheet = YearlyFigureSheet()
    owner = factories.make_enterprise(alice, zhangjiang, name_zh="示例乙公司")
    typed = {"enterprise": "示例乙公司", "year": 2020, "revenue_amount": Decimal(1000), "staff_count": 3}
    unknown = {"enterprise": "没有这家", "year": 2020, "staff_count": 1}
    assert statuses(sheet, place, alice, typed, unknown) == [Status.NEW, Status.ERROR]
    assert statuses(sheet, place, alice, typed, typed) == [Status.NEW, Status.ERROR]
    assert statuses(sheet, place, alice, {**typed, "year": 2030}) == [Status.ERROR]
    by_number = {**typed, "enterprise": "随便", "registration_number": owner.credit_code}
    undo = write(sheet, place, alice, by_number)
    assert YearlyFigure.objects.get().revenue_amount == Decimal(1000)
    [row] = sheet.export(user=alice, filters={})
    assert statuses(sheet, place, alice, dict(row)) == [Status.UNCHANGED]
    changed = write(sheet, place, alice, {**typed, "staff_count": 4})
    sheet.take_back(place=place, entries=changed, actor=alice, at=NOW)
    assert YearlyFigure.objects.get().staff_count == 3
    assert undo[0].action == "created"


def test_filings_make_their_right_and_are_counted_once(
    place: Place, alice: User, bob: User, zhangjiang: Incubator
) -> None:
    sheet = IpSheet()
    factories.make_enterprise(alice, zhangjiang, name_zh="示例丙公司")
    first = {
        "enterprise": "示例丙公司",
        "name_zh": "示例发明",
        "kind": "invention",
        "office": "CN",
        "number": "2021-1",
        "filed_on": date(2021, 3, 1),
    }
    second = {**first, "office": "PCT", "number": "PCT/2021/1"}
    undo = write(sheet, place, alice, first, second)
    assert (IpRight.objects.count(), IpFiling.objects.count(), Recognition.objects.count()) == (1, 2, 2)
    exported = [dict(row) for row in sheet.export(user=alice, filters={"q": "示例"})]
    assert statuses(sheet, place, alice, *exported) == [Status.UNCHANGED] * 2
    sheet.take_back(place=place, entries=undo, actor=alice, at=NOW)
    assert (IpRight.objects.count(), Recognition.objects.count()) == (0, 0)
    write(sheet, place, alice, first)
    verify_record(record=IpFiling.objects.get(), actor=bob, at=NOW)
    assert statuses(sheet, place, alice, first) == [Status.UNCHANGED]
