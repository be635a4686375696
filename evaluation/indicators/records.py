"""Values that the system's own verified records yield: facts, credit shares, recognitions, stage moves."""

from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from core.money import round_to_cent
from evaluation.indicators.values import (
    IndicatorValue,
    Inputs,
    InputValue,
    RecordRef,
    Row,
    evidence_of,
    project_record,
)
from evaluation.scoring import State

IN_CARE = frozenset({"incubating", "accelerating", "relocating"})
DAYS_TO_RESOLVE = 30


def percent_note(share: Decimal) -> str:
    return "" if share == 1 else f"{(share * 100).quantize(Decimal('0.01')).normalize():f}%"


def signed_projects(inputs: Inputs) -> IndicatorValue:
    """Incubation agreements signed in the period, of the incubator's own projects."""
    found = [(p, f) for p, f in inputs.verified_facts("signed") if p["incubator"] == inputs.code]
    value = Decimal(len(found))
    return IndicatorValue(
        value=value,
        inputs=(InputValue("agreements_verified", value, "projects"),),
        records=tuple(project_record(p, kind="project_fact", row=f) for p, f in found),
        evidence=evidence_of([f for _, f in found]),
    )


def _credited(inputs: Inputs, kind: str) -> list[tuple[Row, Row, Decimal]]:
    found = [(p, f, inputs.share_of(p)) for p, f in inputs.verified_facts(kind)]
    return [entry for entry in found if entry[2] > 0]


def _weighted_count(inputs: Inputs, kind: str, key: str) -> IndicatorValue:
    found = _credited(inputs, kind)
    value = sum((share for _, _, share in found), Decimal(0))
    return IndicatorValue(
        value=value,
        inputs=(
            InputValue(key, Decimal(len(found)), "projects"),
            InputValue("weighted_by_credit", value, "projects"),
        ),
        records=tuple(
            project_record(p, kind="project_fact", row=f, note=percent_note(share)) for p, f, share in found
        ),
        evidence=evidence_of([f for _, f, _ in found]),
    )


def landings(inputs: Inputs) -> IndicatorValue:
    """Companies registered in the park, weighted by credit, so that the park counts each project once."""
    return _weighted_count(inputs, "registered", "landings_verified")


def production_starts(inputs: Inputs) -> IndicatorValue:
    return _weighted_count(inputs, "producing", "production_starts_verified")


def amount_in_yuan(inputs: Inputs, fact: Row) -> Decimal | None:
    """The payment in yuan at the rate of its day; None while no dated rate is recorded."""
    rate = inputs.rate(fact["currency"], fact["on"])
    return None if rate is None else round_to_cent(Decimal(fact["amount"]) * rate)


def paid_in_capital(inputs: Inputs) -> IndicatorValue:
    """Verified payments in yuan, weighted by credit. A payment without a dated rate cannot be counted."""
    found = _credited(inputs, "paid_in")
    counted = [
        (p, f, share, amount) for p, f, share in found if (amount := amount_in_yuan(inputs, f)) is not None
    ]
    full = sum((amount for _, _, _, amount in counted), Decimal(0))
    value = sum((round_to_cent(amount * share) for _, _, share, amount in counted), Decimal(0))
    numbers = [
        InputValue("payments_verified", Decimal(len(counted)), "payments"),
        InputValue("paid_in_yuan", full, "yuan"),
        InputValue("weighted_by_credit_yuan", value, "yuan"),
    ]
    if len(counted) < len(found):
        numbers.append(InputValue("payments_without_rate", Decimal(len(found) - len(counted)), "payments"))
    return IndicatorValue(
        value=value,
        inputs=tuple(numbers),
        records=tuple(
            project_record(p, kind="project_fact", row=f, note=_payment_note(f, share))
            for p, f, share, _ in counted
        ),
        evidence=evidence_of([f for _, f, _, _ in counted]),
    )


def _payment_note(fact: Row, share: Decimal) -> str:
    amount = f"{fact['currency']} {Decimal(fact['amount']):,.2f}"
    return f"{amount} × {percent_note(share)}" if percent_note(share) else amount


def _recognised(inputs: Inputs, *kinds: str) -> IndicatorValue:
    rows = inputs.recognitions(*kinds)
    counts = [(kind, sum(row["kind"] == kind for row in rows)) for kind in kinds]
    return IndicatorValue(
        value=Decimal(len(rows)),
        inputs=tuple(InputValue(f"recognition_{kind}", Decimal(count), "items") for kind, count in counts),
        records=tuple(
            RecordRef(
                "recognition",
                row["id"],
                None,
                row["enterprise_zh"],
                row["enterprise_en"],
                row["granted_on"],
                row["certificate"],
            )
            for row in rows
        ),
        evidence=evidence_of(rows),
    )


def talent_plan_places(inputs: Inputs) -> IndicatorValue:
    return _recognised(inputs, "jiyang_talent", "taihu_talent")


def patent_filings(inputs: Inputs) -> IndicatorValue:
    return _recognised(inputs, "invention_patent", "pct_patent")


def technology_titles(inputs: Inputs) -> IndicatorValue:
    return _recognised(inputs, "tech_sme", "hnte")


def growth_titles(inputs: Inputs) -> IndicatorValue:
    return _recognised(inputs, "potential_gazelle", "gazelle", "unicorn", "listed")


def stage_on(project: Row, day: str) -> str:
    """The stage at the beginning of ``day``, by the dated log; before the first entry, a lead."""
    stage = project["first_stage"]
    for move in project["moves"]:
        if move["on"] >= day:
            break
        stage = move["to"]
    return str(stage)


def in_care_during(inputs: Inputs) -> list[Row]:
    """Own projects in care when the period began, or that entered care during it."""
    return [
        project
        for project in inputs.own_projects
        if stage_on(project, inputs.start) in IN_CARE
        or any(move["to"] in IN_CARE and inputs.holds(move["on"]) for move in project["moves"])
    ]


def survival_rate(inputs: Inputs) -> IndicatorValue:
    """Share of the projects in care that were not terminated in the period. Nobody in care: no rate."""
    cared = in_care_during(inputs)
    if not cared:
        return IndicatorValue(None, State.NOT_APPLICABLE, (InputValue("in_care", Decimal(0), "projects"),))
    lost = [
        (project, move)
        for project in cared
        for move in project["moves"]
        if move["to"] == "terminated" and inputs.holds(move["on"]) and _stays_terminated(inputs, project)
    ]
    gone = len({project["code"] for project, _ in lost})
    return IndicatorValue(
        value=1 - Decimal(gone) / len(cared),
        inputs=(
            InputValue("in_care", Decimal(len(cared)), "projects"),
            InputValue("terminated", Decimal(gone), "projects"),
        ),
        records=tuple(project_record(p, kind="stage_move", row=move, note=move["cause"]) for p, move in lost),
    )


def _stays_terminated(inputs: Inputs, project: Row) -> bool:
    return stage_on(project, inputs.end) == "terminated"


def verification_pass(inputs: Inputs) -> IndicatorValue:
    """Of the facts entered in the period and decided on, the share that was verified."""
    entered = [
        (project, fact)
        for project in inputs.own_projects
        for fact in project["facts"]
        if inputs.holds(fact["entered_on"])
    ]
    verified = [entry for entry in entered if entry[1]["verified_on"]]
    returned = [entry for entry in entered if entry[1]["returned_on"]]
    numbers = (
        InputValue("facts_entered", Decimal(len(entered)), "facts"),
        InputValue("facts_verified", Decimal(len(verified)), "facts"),
        InputValue("facts_returned", Decimal(len(returned)), "facts"),
    )
    decided = len(verified) + len(returned)
    if not decided:
        return IndicatorValue(None, State.NOT_APPLICABLE, numbers)
    return IndicatorValue(
        value=(Decimal(len(verified)) / decided).quantize(Decimal("0.000001"), rounding=ROUND_HALF_UP),
        inputs=numbers,
        records=tuple(project_record(p, kind="project_fact", row=f) for p, f in returned),
    )


def unresolved_returns(inputs: Inputs) -> IndicatorValue:
    """Facts that were returned more than thirty days before the data date and never put right."""
    limit = (min(inputs.as_of, inputs.period.end) - timedelta(days=DAYS_TO_RESOLVE)).isoformat()
    found = [
        (project, fact)
        for project in inputs.own_projects
        for fact in project["facts"]
        if fact["returned_on"] and fact["returned_on"] < limit
    ]
    value = Decimal(len(found))
    return IndicatorValue(
        value=value,
        inputs=(InputValue("facts_unresolved", value, "facts"),),
        records=tuple(project_record(p, kind="project_fact", row=f, note=f["returned_on"]) for p, f in found),
    )


def days_between(earlier: str, later: str) -> int:
    return (date.fromisoformat(later) - date.fromisoformat(earlier)).days
