"""The Excel tables of fund investments and matchmaking: preview, write, again, take back, export."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from capital.importers import InvestmentSheet, MatchSheet
from capital.models import FundInvestment, Match
from core.errors import Conflict
from enterprises.models import Enterprise, FinancingEvent
from enterprises.services import verify_record
from exchange.sheets import Place, Row, Sheet, Undo
from incubators.models import Incubator, Park
from tests.capital import cases

M = cases.MILLION


@pytest.fixture
def place(park: Park, zhangjiang: Incubator) -> Place:
    return Place(park, zhangjiang, (zhangjiang,))


def rows(*values: dict[str, Any]) -> list[Row]:
    return [Row(number, dict(item)) for number, item in enumerate(values, 2)]


def seen(sheet: Sheet, place: Place, actor: User, *values: dict[str, Any]) -> list[str]:
    found = sheet.check(place=place, rows=rows(*values), actor=actor, at=cases.NOW)
    return [
        f"{item.status.value}:{','.join(error.field for error in item.errors)}".rstrip(":") for item in found
    ]


def write(sheet: Sheet, place: Place, actor: User, *values: dict[str, Any]) -> list[Undo]:
    given = rows(*values)
    written = sheet.write(place=place, rows=given, actor=actor, at=cases.NOW)
    return [
        Undo(row.number, item.action, item.record_id or 0, item.undo)
        for row, item in zip(given, written, strict=True)
    ]


def test_investments_come_in_once_and_go_again(
    alice: User, bob: User, park: Park, firm: Enterprise, place: Place
) -> None:
    cases.make_fund(park, bob)
    sheet = InvestmentSheet()
    row = {
        "enterprise": firm.name_zh, "registration_number": None, "fund": "示例园区基金", "round": "angel",
        "on": date(2022, 5, 1), "amount": 3 * M, "equity_percent": Decimal("6.5"), "note": None,
    }  # fmt: skip
    assert seen(sheet, place, alice, row, {**row, "fund": "没有"}, {**row, "on": date(2030, 1, 1)}) == [
        "new", "error:fund", "error:on",
    ]  # fmt: skip
    made = write(sheet, place, alice, row)
    record = FundInvestment.objects.get()
    assert (made[0].action, record.amount, FinancingEvent.objects.count()) == ("created", 3 * M, 1)
    assert seen(sheet, place, alice, row, ) == ["unchanged"]  # fmt: skip
    assert seen(sheet, place, alice, {**row, "note": "示例"}) == ["update"]
    exported = [sheet.cells_of(item) for item in sheet.listed(alice, {})]
    assert seen(sheet, place, alice, *exported) == ["unchanged"]
    sheet.take_back(place=place, entries=made, actor=alice, at=cases.NOW)
    assert (FundInvestment.objects.count(), FinancingEvent.objects.count()) == (0, 0)


def test_what_was_verified_is_not_taken_back(
    alice: User, bob: User, park: Park, firm: Enterprise, place: Place
) -> None:
    cases.make_fund(park, bob)
    row = {
        "enterprise": firm.name_zh, "fund": "示例园区基金", "round": "angel", "on": date(2022, 5, 1),
        "amount": 3 * M,
    }  # fmt: skip
    sheet = InvestmentSheet()
    made = write(sheet, place, alice, row)
    verify_record(record=FundInvestment.objects.get(), actor=bob, at=cases.NOW)
    with pytest.raises(Conflict):
        sheet.take_back(place=place, entries=made, actor=alice, at=cases.NOW)


def test_results_come_in_with_their_step(
    alice: User, bob: User, park: Park, zhangjiang: Incubator, firm: Enterprise, place: Place
) -> None:
    cases.make_event(alice, zhangjiang)
    cases.make_product(park, bob)
    cases.make_fund(park, bob)
    sheet = MatchSheet()
    row = {
        "event": "示例融资对接会", "enterprise": firm.name_zh, "product": "示例科技贷", "fund": None,
        "organisation": None, "need_amount": 5 * M, "stage": "declined", "step_on": date(2022, 3, 1),
        "reason": "示例：期限太短",
    }  # fmt: skip
    assert [
        seen(sheet, place, alice, {**row, **change})[0]
        for change in (
            {}, {"fund": "示例园区基金"}, {"product": None}, {"stage": "granted"}, {"reason": None},
            {"step_on": None}, {"event": "没有"},
        )
    ] == [
        "new", "error:fund", "error:product", "error:stage", "error:reason", "error:step_on", "error:event",
    ]  # fmt: skip
    made = write(sheet, place, alice, row)
    found = Match.objects.get()
    assert (found.stage, found.reason, found.contacted_on, found.decided_on) == (
        "declined", "示例：期限太短", date(2022, 2, 1), date(2022, 3, 1),
    )  # fmt: skip
    exported = [sheet.cells_of(item) for item in sheet.listed(alice, {})]
    assert seen(sheet, place, alice, *exported) == ["unchanged"]
    assert seen(sheet, place, alice, {**row, "stage": "met"}) == ["error:stage"]
    sheet.take_back(place=place, entries=made, actor=alice, at=cases.NOW)
    assert not Match.objects.exists()
