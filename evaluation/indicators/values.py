"""Frozen inputs of one incubator in one period, and what a calculation hands back.

Dates inside the inputs are ISO texts, which compare like the dates themselves; amounts are texts of decimals.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.periods import Period
from evaluation.scoring import State

Row = Mapping[str, Any]
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class InputValue:
    """One number that went into a value; ``key`` names its label, ``unit`` how it is printed."""

    key: str
    value: Decimal
    unit: str


@dataclass(frozen=True)
class RecordRef:
    """One record behind a value, with the link a page needs. Names are as frozen."""

    type: str
    id: int | None
    project_id: int | None
    label_zh: str
    label_en: str
    on: str
    note: str = ""


@dataclass(frozen=True)
class IndicatorValue:
    value: Decimal | None
    state: State = State.MEASURED
    inputs: tuple[InputValue, ...] = ()
    records: tuple[RecordRef, ...] = ()
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """Everything frozen about one incubator, seen through one period ``[start, end)``, up to ``until``."""

    incubator: Row
    projects: Sequence[Row]
    rates: Sequence[Row]
    period: Period
    as_of: date

    @property
    def code(self) -> str:
        return str(self.incubator["code"])

    @property
    def start(self) -> str:
        return self.period.start.isoformat()

    @property
    def end(self) -> str:
        """The first day that no longer counts: the end of the period."""
        return self.period.end.isoformat()

    def holds(self, day: str | None) -> bool:
        return day is not None and self.start <= day < self.end

    @property
    def own_projects(self) -> list[Row]:
        """Projects that are incubated here, whoever shares the credit for them."""
        return [project for project in self.projects if project["incubator"] == self.code]

    def share_of(self, project: Row) -> Decimal:
        """This incubator's share of the credit, 0 to 1; without recorded shares it is all its own."""
        shares = project["shares"]
        if shares:
            return Decimal(shares.get(self.code, "0")) / HUNDRED
        return Decimal(1) if project["incubator"] == self.code else Decimal(0)

    def verified_facts(self, kind: str) -> Iterator[tuple[Row, Row]]:
        """``(project, fact)`` of this kind, verified, dated in the period."""
        for project in self.projects:
            for fact in project["facts"]:
                if fact["kind"] == kind and fact["verified_on"] and self.holds(fact["on"]):
                    yield project, fact

    def recognitions(self, *kinds: str) -> list[Row]:
        return [
            row
            for row in self.incubator["recognitions"]
            if row["kind"] in kinds and self.holds(row["granted_on"])
        ]

    def observations(self, measure: str) -> list[Row]:
        """Verified monthly values of a measure inside the period."""
        return [
            row
            for row in self.incubator["observations"]
            if row["measure"] == measure and self.holds(f"{row['period']}-01")
        ]

    def months_due(self) -> int:
        """Months of the period that have begun by the data date."""
        months = (
            self.as_of.year * 12 + self.as_of.month - self.period.start.year * 12 - self.period.start.month
        )
        return max(0, min(self.period.months, months + 1))

    def rate(self, currency: str, day: str) -> Decimal | None:
        """Yuan for one unit: the newest frozen rate on or before ``day``."""
        if currency == "CNY":
            return Decimal(1)
        known = [row for row in self.rates if row["currency"] == currency and row["on"] <= day]
        return Decimal(max(known, key=lambda row: row["on"])["rate"]) if known else None


def inputs_of(frozen: Row, code: str, period: Period) -> Inputs:
    """The inputs of one incubator out of a frozen snapshot (its ``input`` part)."""
    incubator = next(row for row in frozen["incubators"] if row["code"] == code)
    projects = [row for row in frozen["projects"] if row["incubator"] == code or code in row["shares"]]
    return Inputs(
        incubator=incubator,
        projects=projects,
        rates=frozen["rates"],
        period=period,
        as_of=min(date.fromisoformat(frozen["as_of"]), period.end),
    )


def target_of(incubator: Row, indicator: str, period: Period) -> tuple[Decimal | None, str]:
    """The contract's target and how it was found: ``exact``, ``pro_rata`` (of the year) or ``none``."""
    targets = {
        row["period"]: Decimal(row["value"]) for row in incubator["targets"] if row["indicator"] == indicator
    }
    if period.code in targets:
        return targets[period.code], "exact"
    yearly = targets.get(str(period.year))
    if yearly is None:
        return None, "none"
    part = yearly * period.months / 12
    return part.quantize(Decimal("0.0001"), rounding=ROUND_HALF_UP), "pro_rata"


def project_record(project: Row, *, kind: str, row: Row, note: str = "") -> RecordRef:
    """A reference to a fact or a move of a project."""
    return RecordRef(
        type=kind,
        id=row["id"],
        project_id=project["id"],
        label_zh=f"{project['code']} {project['name_zh']}".strip(),
        label_en=f"{project['code']} {project['name_en'] or project['name_zh']}".strip(),
        on=row["on"],
        note=note,
    )


def evidence_of(rows: Sequence[Row]) -> tuple[str, ...]:
    """Digests of the files behind these rows, each once, in order of appearance."""
    return tuple(dict.fromkeys(digest for row in rows for digest in row.get("evidence", ())))
