"""The calculations that a scheme's indicators may name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evaluation.indicators import observed, records
from evaluation.indicators.values import IndicatorValue, Inputs


@dataclass(frozen=True)
class Calculation:
    """``kind`` says how the value is printed: count, money (yuan), percent (a share of 1) or ratio."""

    calculate: Callable[[Inputs], IndicatorValue]
    kind: str = "count"


CALCULATIONS: Mapping[str, Calculation] = {
    "signed_projects": Calculation(records.signed_projects),
    "landings": Calculation(records.landings),
    "paid_in_capital": Calculation(records.paid_in_capital, "money"),
    "production_starts": Calculation(records.production_starts),
    "talent_plan_places": Calculation(records.talent_plan_places),
    "patent_filings": Calculation(records.patent_filings),
    "technology_titles": Calculation(records.technology_titles),
    "growth_titles": Calculation(records.growth_titles),
    "survival_rate": Calculation(records.survival_rate, "percent"),
    "verification_pass": Calculation(records.verification_pass, "percent"),
    "unresolved_returns": Calculation(records.unresolved_returns),
    "tickets_on_time": Calculation(
        observed.ratio("service_tickets_on_time", "service_tickets_total"), "percent"
    ),
    "financing_received": Calculation(observed.summed("financing_received_yuan"), "money"),
    "mentoring_events": Calculation(observed.summed("mentoring_sessions", "events_held")),
    "cost_per_landing": Calculation(observed.cost_per_landing, "money"),
    "leverage": Calculation(observed.ratio("social_capital_yuan", "public_spend_yuan"), "ratio"),
    "budget_execution": Calculation(observed.ratio("public_spend_yuan", "budget_yuan"), "percent"),
    "returns_on_time": Calculation(observed.ratio("returns_on_time", "returns_due"), "percent"),
    "satisfaction": Calculation(observed.satisfaction, "percent"),
    "contests_hosted": Calculation(observed.summed("contests_hosted")),
    "upheld_complaints": Calculation(observed.summed("upheld_complaints")),
    "false_reports": Calculation(observed.summed("false_report_findings")),
}


def measure_indicator(calculation: str, inputs: Inputs) -> IndicatorValue:
    """Carry out one calculation. Raises KeyError for a code that no calculation has."""
    return CALCULATIONS[calculation].calculate(inputs)
