"""What a site has besides projects: a contract with targets each year, spaces, titles, monthly measures."""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from core.enums import Provenance
from core.periods import Period
from evaluation.demo.cast import Cast, Event, days_after
from evaluation.demo.reading import document
from evaluation.measures import MEASURES
from evaluation.models import Observation
from evaluation.services import ObservationRow, enter_observations, verify_observations
from incubators.models import IncubatorRecognition, OperatorContract, Organisation, Space
from incubators.services import save_contract, save_recognition, save_space, set_target


def site_events(cast: Cast) -> Iterator[Event]:
    """Everything about the site itself that is not recorded yet."""
    yield from _contracts(cast)
    yield from _spaces(cast)
    yield from _titles(cast)
    yield from _measures(cast)


# --- contracts, spaces, titles -----------------------------------------------------------------------
def _contracts(cast: Cast) -> Iterator[Event]:
    code, content = cast.incubator.code, document("sample_contracts")
    if code not in content["contracts"]:
        return
    operator = Organisation.objects.get(code=content["operators"][code]["code"])
    known = set(OperatorContract.objects.filter(incubator=cast.incubator).values_list("number", flat=True))
    for row in content["contracts"][code]:
        number = f"示例合同-{code}-{row['year']}"
        if number not in known:
            yield Event(cast.moment(_day(row["starts_on"]), 9), _contract(cast, operator, number, row))


def _contract(cast: Cast, operator: Organisation, number: str, row: Mapping[str, Any]) -> Any:
    def save(at: datetime) -> None:
        assert cast.administrator is not None
        contract = save_contract(
            contract=None,
            incubator=cast.incubator,
            values={
                "operator": operator,
                "number": number,
                "starts_on": _day(row["starts_on"]),
                "ends_on": date(row["year"] + 1, 1, 1),
                "fee_amount": Decimal(row["fee"]),
                "deliverables": "示例：项目引进、孵化服务、落户对接与月度报表。",
                "is_demonstration": True,
            },
            actor=cast.administrator,
            at=at,
        )
        for indicator, value in row["targets"].items():
            set_target(
                contract=contract,
                indicator=indicator,
                period=str(row["year"]),
                value=Decimal(value),
                actor=cast.administrator,
                at=at,
            )

    return save


def _spaces(cast: Cast) -> Iterator[Event]:
    known = set(Space.objects.filter(incubator=cast.incubator).values_list("name_zh", flat=True))
    for row in document("sample_contracts")["spaces"].get(cast.incubator.code, ()):
        if row["zh"] not in known:
            values = {
                "name_zh": row["zh"],
                "name_en": row["en"],
                "kind": row["kind"],
                "area_m2": Decimal(row["area_m2"]),
                "starts_on": row["starts_on"],
                "is_demonstration": True,
            }
            yield Event(cast.moment(row["starts_on"], 10), _saving(save_space, "space", cast, values))


def _titles(cast: Cast) -> Iterator[Event]:
    known = set(
        IncubatorRecognition.objects.filter(incubator=cast.incubator).values_list("title", "granted_on")
    )
    for row in document("sample_contracts")["recognitions"].get(cast.incubator.code, ()):
        if (row["title"], row["granted_on"]) not in known:
            act = _saving(save_recognition, "recognition", cast, {**row, "is_demonstration": True})
            yield Event(cast.moment(row["granted_on"], 11), act)


def _saving(service: Any, record: str, cast: Cast, values: Mapping[str, Any]) -> Any:
    return lambda at: service(
        **{record: None}, incubator=cast.incubator, values=values, actor=cast.administrator, at=at
    )


def _day(value: date | str) -> date:
    return value if isinstance(value, date) else date.fromisoformat(value)


# --- monthly measures ----------------------------------------------------------------------------------
def _measures(cast: Cast) -> Iterator[Event]:
    """Filed each quarter by the operator, verified ten days later; the newest months still wait."""
    content = document("sample_contracts")
    span = content["measures"].get(cast.incubator.code)
    if span is None:
        return
    left_out = {
        (row["period"], row["measure"])
        for row in content["missing"]
        if row["incubator"] == cast.incubator.code
    }
    left_out |= set(Observation.objects.filter(incubator=cast.incubator).values_list("period", "measure"))
    rows = [
        row
        for month in _months(span["first"], span["last"])
        for row in measures_of(cast.incubator.code, month, span["size"])
        if (row.period, row.measure) not in left_out
    ]
    for quarter, group in groupby(
        rows, key=lambda row: Period.containing(Period.parse(row.period).start, "quarter")
    ):
        yield from _quarter(cast, quarter, list(group), str(content["unverified_from"]))


def _quarter(
    cast: Cast, quarter: Period, rows: list[ObservationRow], unverified_from: str
) -> Iterator[Event]:
    last_month = Period.parse(rows[-1].period)
    entered: list[Observation] = []

    def enter(at: datetime) -> None:
        entered.extend(
            enter_observations(
                incubator=cast.incubator,
                rows=rows,
                actor=cast.operator,
                at=at,
                provenance=Provenance.DEMONSTRATION,
            )
        )

    def verify(at: datetime) -> None:
        assert cast.administrator is not None
        ripe = [row for row in entered if row.period < unverified_from]
        if ripe:
            verify_observations(observations=ripe, actor=cast.administrator, at=at)

    yield Event(cast.moment(days_after(last_month.end, 4), 10), enter)
    yield Event(cast.moment(days_after(last_month.end, 14), 10), verify)


def _months(first: str, last: str) -> Iterator[Period]:
    month = Period.parse(first)
    while month.code <= last:
        yield month
        month = month.next()


def measures_of(incubator: str, month: Period, size: int) -> list[ObservationRow]:
    """Invented values of one month: repeatable, growing with the size of the site, without any real basis."""

    def draw(name: str, low: int, high: int) -> int:
        digest = hashlib.sha256(f"{incubator} {month.code} {name}".encode()).digest()
        return low + int.from_bytes(digest[:4], "big") % (high - low + 1)

    tickets = draw("tickets", 2 * size, 5 * size)
    budget = 60_000 * size
    values = {
        "service_tickets_total": tickets,
        "service_tickets_on_time": tickets - draw("late", 0, max(1, tickets // 8)),
        "financing_received_yuan": draw("financing", 0, 9) // 5 * draw("round", 3, 12) * 200_000 * size // 2,
        "mentoring_sessions": draw("mentoring", size // 2, size + 1),
        "events_held": draw("events", 0, 2),
        "public_spend_yuan": budget * draw("spend", 72, 101) // 100,
        "budget_yuan": budget,
        "social_capital_yuan": draw("social", 2, 9) * 40_000 * size,
        "returns_due": 1,
        "returns_on_time": 0 if draw("return", 1, 14) == 1 else 1,
        "satisfaction_percent": draw("satisfaction", 83, 98),
        "false_report_findings": 0,
        "upheld_complaints": 1 if draw("complaint", 1, 30) == 1 else 0,
        "contests_hosted": 1 if month.number == 6 and size > 2 else 0,
    }
    return [
        ObservationRow(measure, month.code, Decimal(value))
        for measure, value in values.items()
        if value or MEASURES[measure].required
    ]
