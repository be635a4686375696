"""The sheet “period figures”: rows fill lines of returns that are there, through the same services."""

from decimal import Decimal
from typing import Any

import pytest

from accounts.models import User
from core.periods import BadPeriod
from exchange.sheets import Place, Row, Status, Undo
from incubators.models import Incubator
from returns.importers import PeriodFigures, period_code
from tests.returns import cases
from tests.returns.cases import MAY

pytestmark = pytest.mark.django_db
SHEET = PeriodFigures()


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("2021-04", "2021-04"),
        ("2021年4月", "2021-04"),
        ("2021/4", "2021-04"),
        ("2021-04-01", "2021-04"),
        ("2021年第二季度", "2021-Q2"),
        ("2021Q2", "2021-Q2"),
        ("2021年上半年", "2021-H1"),
        ("2021年", "2021"),
        ("2021", "2021"),
    ],
)
def test_periods_as_people_write_them(typed: str, code: str) -> None:
    assert period_code(typed) == code


@pytest.mark.parametrize("typed", ["", "April", "2021-13", "2021-Q5", "4"])
def test_what_is_no_period(typed: str) -> None:
    with pytest.raises(BadPeriod):
        period_code(typed)


def rows(*values: dict[str, Any]) -> list[Row]:
    return [Row(number, {"period": "2021-04", **given}) for number, given in enumerate(values, start=2)]


def test_rows_are_judged_written_and_taken_back(zhangjiang: Incubator, alice: User, bob: User) -> None:
    record = cases.make_return(zhangjiang, bob)
    place = Place(zhangjiang.park, zhangjiang, (zhangjiang,))
    given = rows(
        {"measure": "events_held", "value": Decimal(3), "note": "Two more.", "reason": None},
        {"measure": "patents", "value": Decimal(1)},
        {"measure": "mentoring_sessions", "value": Decimal("1.5")},
        {"measure": "budget_yuan", "value": Decimal(100), "period": "2031-04"},
    )
    verdicts = SHEET.check(place=place, rows=given, actor=alice, at=MAY)
    assert [verdict.status for verdict in verdicts] == [Status.UPDATE, *[Status.ERROR] * 3]
    assert [error.code for verdict in verdicts for error in verdict.errors] == [
        "no_return",
        "not_whole",
        "no_return",
    ]
    written = SHEET.write(place=place, rows=given[:1], actor=alice, at=MAY)[0]
    line = record.lines.get(code="events_held")
    assert (written.action, written.record_id, line.value, line.explanation) == (
        "updated",
        line.pk,
        3,
        "Two more.",
    )
    again = SHEET.check(place=place, rows=given[:1], actor=alice, at=MAY)
    assert again[0].status == Status.UNCHANGED
    entry = Undo(2, "updated", line.pk, written.undo)
    SHEET.take_back(place=place, entries=[entry], actor=alice, at=MAY)
    line.refresh_from_db()
    assert (line.value, line.explanation) == (None, "")


def test_a_submitted_return_takes_no_rows(zhangjiang: Incubator, alice: User, bob: User) -> None:
    cases.submitted(zhangjiang, alice, bob)
    place = Place(zhangjiang.park, zhangjiang, (zhangjiang,))
    verdict = SHEET.check(
        place=place, rows=rows({"measure": "events_held", "value": Decimal(3)}), actor=alice, at=MAY
    )[0]
    assert [error.code for error in verdict.errors] == ["frozen"]


def test_an_export_imported_changes_nothing(
    zhangjiang: Incubator, alice: User, bob: User, charlie: User
) -> None:
    cases.submitted(zhangjiang, alice, bob)
    place = Place(zhangjiang.park, zhangjiang, (zhangjiang,))
    cells = list(SHEET.export(user=alice, filters={"incubator": "zhangjiang"}))
    assert len(cells) == len(cases.SHORT)
    assert list(SHEET.export(user=charlie, filters={})) == []
    back = [Row(number, dict(row)) for number, row in enumerate(cells, start=2)]
    verdicts = SHEET.check(place=place, rows=back, actor=alice, at=MAY)
    assert {verdict.status for verdict in verdicts} == {Status.UNCHANGED}
