"""How a return would score: the year's evaluation as it stands, with and without the numbers typed here.

An estimate: it takes unverified numbers of this one return, and freezes nothing.
"""

import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import get_language

from core.periods import Period
from evaluation.enums import Audience
from evaluation.indicators import Evaluated, evaluate
from evaluation.selectors import freeze_inputs
from returns.measures import LINES
from returns.models import PeriodReturn
from returns.selectors.lines import LineView


@dataclass(frozen=True)
class Effect:
    """One indicator of the scheme whose points this return changes."""

    name: str
    before: Decimal
    after: Decimal
    highest: Decimal

    @property
    def change(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Estimate:
    """Points of the year so far, and with this return; ``effects`` are the largest changes first."""

    year: str
    scheme: str
    before: Decimal | None
    after: Decimal | None
    grade: str
    effects: list[Effect]
    possible: list[Effect]


def estimate_of(record: PeriodReturn, views: list[LineView], *, at: datetime) -> Estimate:
    """Raises ``Conflict`` while no published scheme covers the year."""
    assert record.incubator.park is not None
    period = Period(record.starts_on.year, "year", 1)
    snapshot = freeze_inputs(
        park=record.incubator.park,
        incubator=record.incubator,
        audience=Audience.OPERATOR,
        period=period,
        at=at,
    )
    frozen = json.loads(snapshot.text)["input"]
    code = record.incubator.code
    before = evaluate(frozen, code, period)
    after = evaluate(_with_return(frozen, record, views), code, period)
    effects = _effects(frozen, before, after)
    chinese = (get_language() or "zh").startswith("zh")
    return Estimate(
        year=period.code,
        scheme=frozen["scheme"]["name_zh" if chinese else "name_en"],
        before=before.score.total,
        after=after.score.total,
        grade=_grade(frozen, after, chinese=chinese),
        effects=sorted((row for row in effects if row.change), key=lambda row: -abs(row.change)),
        possible=sorted(effects, key=lambda row: row.after - row.highest)[:3],
    )


def _with_return(frozen: dict[str, Any], record: PeriodReturn, views: list[LineView]) -> dict[str, Any]:
    """The inputs as they would be if this monthly return were verified as it stands."""
    if Period.parse(record.period).kind != "month":
        return frozen
    typed = {
        view.code: view.reported
        for view in views
        if LINES[view.code].origin == "months" and view.reported is not None
    }
    changed = deepcopy(frozen)
    incubator = next(row for row in changed["incubators"] if row["code"] == record.incubator.code)
    kept = [
        row
        for row in incubator["observations"]
        if row["period"] != record.period or row["measure"] not in typed
    ]
    incubator["observations"] = kept + [
        {
            "id": None,
            "measure": measure,
            "period": record.period,
            "value": f"{value:f}",
            "provenance": record.provenance,
            "evidence": [],
        }
        for measure, value in typed.items()
    ]
    return changed


def _effects(frozen: Mapping[str, Any], before: Evaluated, after: Evaluated) -> list[Effect]:
    chinese = (get_language() or "zh").startswith("zh")
    names = {
        node["code"]: node["name_zh" if chinese else "name_en"]
        for node in frozen["scheme"]["nodes"]
        if node["kind"] == "indicator"
    }
    earlier = {node.code: node for node in before.score.nodes}
    return [
        Effect(names[node.code], earlier[node.code].points, node.points, node.effective_weight)
        for node in after.score.nodes
        if node.code in names
    ]


def _grade(frozen: Mapping[str, Any], evaluated: Evaluated, *, chinese: bool) -> str:
    code = evaluated.score.grade
    return next((str(row[2 if chinese else 3]) for row in frozen["scheme"]["grades"] if row[1] == code), "")
