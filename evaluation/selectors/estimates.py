"""What the evaluation of the running year would say of an incubator today. An estimate, never a result.

It uses the frozen inputs, the scheme and the scoring of a run, and keeps nothing: only verified
records count, months and stages still to come are open, and the score moves until the year is evaluated.
"""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.periods import Period
from core.reading import one_moment
from evaluation.enums import Audience
from evaluation.indicators import evaluate
from evaluation.scoring import NodeScore, words
from evaluation.scoring.display import value_display
from evaluation.selectors.choices import language_or_active
from evaluation.selectors.freezing import freeze_inputs
from incubators.models import Incubator


@dataclass(frozen=True)
class Lift:
    """An indicator that still has points to give: ``gain`` of ``weight`` are missing; ``value`` in words."""

    code: str
    calculation: str
    name: str
    value: str
    target: str
    points: Decimal
    weight: Decimal
    gain: Decimal


@dataclass(frozen=True)
class Estimate:
    """Points and grade if the year were evaluated on ``as_of``, and what would raise them most."""

    period: str
    as_of: date
    total: Decimal
    grade: str
    scheme: str
    lifts: tuple[Lift, ...]


def estimate_of(
    incubator: Incubator, *, at: datetime, language: str | None = None, most: int = 3
) -> Estimate:
    """Raises ``Conflict`` where no scheme is in force. A handful of queries, whatever the incubator holds."""
    assert incubator.park is not None
    spoken = language_or_active(language)
    today = at.astimezone(ZoneInfo(incubator.park.time_zone)).date()
    period = Period.containing(today, "year")
    with one_moment():
        snapshot = freeze_inputs(
            park=incubator.park, incubator=incubator, audience=Audience.OPERATOR, period=period, at=at
        )
    frozen = json.loads(snapshot.text)["input"]
    evaluated = evaluate(frozen, incubator.code, period)
    nodes = {node["code"]: node for node in frozen["scheme"]["nodes"]}
    lifts = [
        _lift(nodes[score.code], score, evaluated, spoken)
        for score in evaluated.score.nodes
        if score.kind == "indicator" and score.scored and score.effective_weight > score.points
    ]
    lifts.sort(key=lambda lift: (-lift.gain, lift.code))
    return Estimate(
        period=period.code,
        as_of=snapshot.as_of,
        total=evaluated.score.total,
        grade=_grade(frozen["scheme"]["grades"], evaluated.score.grade, spoken),
        scheme=str(frozen["scheme"]["label_zh" if words.is_chinese(spoken) else "label_en"]),
        lifts=tuple(lifts[:most]),
    )


def _lift(node: dict[str, Any], score: NodeScore, evaluated: Any, language: str) -> Lift:
    chinese = words.is_chinese(language)
    value, target = evaluated.values[score.code].value, evaluated.targets[score.code][0]
    unit = str(node["unit_zh" if chinese else "unit_en"])
    kind = str(node["value_kind"])
    return Lift(
        code=score.code,
        calculation=str(node["calculation"]),
        name=str(node["name_zh" if chinese else "name_en"]),
        value=value_display(value, kind=kind, unit=unit, language=language),
        target=value_display(target, kind=kind, unit=unit, language=language) if target else "",
        points=score.points,
        weight=score.effective_weight,
        gain=score.effective_weight - score.points,
    )


def _grade(grades: list[list[Any]], code: str, language: str) -> str:
    chinese = words.is_chinese(language)
    for _lowest, known, zh, en in grades:
        if known == code:
            return str(zh if chinese else en)
    return words.in_language(words.GRADES.get(code, (code, code)), language)
